//! The table of a language.

use crate::heading::Heading;
use crate::notice::{Code, RulesError};
use crate::sentence::Sentence;
use rules::decision::{Pending, Reason};
use rules::entry::Reversal;
use rules::{AdjustmentKind, Anomaly, Instance, Kind};

/// Everything that a language says.
pub(crate) trait Table {
    /// The text of a code, with its parameters in braces.
    fn code(&self, code: &Code) -> &'static str;
    fn error(&self, error: RulesError) -> String;
    /// The text of a sentence, with its parameters in braces.
    fn sentence(&self, sentence: &Sentence) -> &'static str;
    /// The reason why nothing is owed yet, and what will change it.
    fn pending(&self, pending: Pending) -> &'static str;
    /// The problem, and what to do about it.
    fn anomaly(&self, anomaly: Anomaly) -> &'static str;
    /// The items of a list that could not be read; `keys` is empty or in parentheses.
    fn unreadable(&self, count: usize, keys: &str) -> String;

    // Names, as headings.
    fn heading(&self, heading: Heading) -> &'static str;
    fn status(&self, status: u16) -> &'static str;
    fn kind(&self, kind: Kind) -> &'static str;
    fn kinds(&self, kind: Kind) -> &'static str;
    fn reason(&self, reason: Reason) -> &'static str;
    fn anomaly_name(&self, anomaly: Anomaly) -> &'static str;
    fn adjustment(&self, kind: AdjustmentKind) -> &'static str;
    fn instance(&self, instance: Instance) -> &'static str;

    /// The amount of a kind, as the subject of a sentence.
    fn subject(&self, kind: Kind) -> &'static str;
    /// The reason why an entry is taken back, as the beginning of a sentence.
    fn reversal(&self, why: Reversal) -> &'static str;

    // Numbers and days.
    /// The separator of thousands, and the decimal point.
    fn separators(&self) -> (char, char);
    /// A percentage written with a point.
    fn percent(&self, number: &str) -> String;
    /// A day written `YYYY-MM-DD`.
    fn day(&self, iso: &str) -> String;
    /// The pattern of a day in a workbook, in the letters of its format.
    fn day_pattern(&self) -> &'static str;
    /// The pattern of a month in a workbook.
    fn month_pattern(&self) -> &'static str;
    /// The `n`-th sale, 1 to 12.
    fn nth_sale(&self, n: u64) -> String;
}
