//! Numbers (§8.5): 1, 2, 3… in each series, no hole, dates never going back.

use crate::terms::SeriesCode;
use crate::text::text_type;
use rules::Day;
use rules::label::is_invisible;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A series of numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Series {
    /// The vendor's.
    Vendor,
    /// A partner's own, in which the vendor numbers the documents that it writes in the partner's name.
    Partner(SeriesCode),
}

/// A number that the vendor gives, at most 35 of `[A-Za-z0-9+_-]`: `FP-000001`, or in a partner's series `AF-P001-000001`.
/// Padded, so that six digits sort by bytes as by number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GivenNumber {
    series: Series,
    place: u64,
}

impl GivenNumber {
    /// Its series.
    pub fn series(&self) -> &Series {
        &self.series
    }

    /// Its place in the series, from 1.
    pub fn place(&self) -> u64 {
        self.place
    }
}

/// A text that is no number given here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is no number of ours: FP-000001, or AF-, a series code and -000001")]
pub struct GivenNumberError;

impl std::str::FromStr for GivenNumber {
    type Err = GivenNumberError;
    fn from_str(text: &str) -> Result<Self, GivenNumberError> {
        let (series, place) = text.rsplit_once('-').ok_or(GivenNumberError)?;
        let series = match series.strip_prefix("AF-") {
            Some(code) => Series::Partner(code.parse().map_err(|_| GivenNumberError)?),
            None => Series::Vendor,
        };
        let place = place.parse().ok().filter(|place| (1..=End::LAST).contains(place)).ok_or(GivenNumberError)?;
        let number = GivenNumber { series, place };
        // A number is written one way.
        if number.to_string() == text { Ok(number) } else { Err(GivenNumberError) }
    }
}

impl TryFrom<String> for GivenNumber {
    type Error = GivenNumberError;
    fn try_from(text: String) -> Result<Self, GivenNumberError> {
        text.parse()
    }
}

impl From<GivenNumber> for String {
    fn from(number: GivenNumber) -> String {
        number.to_string()
    }
}

impl fmt::Display for GivenNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.series {
            Series::Vendor => write!(f, "FP-{:06}", self.place),
            Series::Partner(code) => write!(f, "AF-{code}-{:06}", self.place),
        }
    }
}

/// A text that is not the number of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "is not the number of a document: 1 to 35 visible characters, without spaces around them, as the document has it"
)]
pub struct OwnNumberError;

text_type! {
    /// The number that a partner's own document has, or one from before this system: any 35 visible characters.
    OwnNumber, OwnNumberError, read_own
}

fn read_own(text: &str) -> Result<String, OwnNumberError> {
    let fits = (1..=35).contains(&text.chars().count()) && text.trim() == text && !text.chars().any(is_invisible);
    fits.then(|| text.to_owned()).ok_or(OwnNumberError)
}

/// The number of a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Number {
    /// Given here.
    Given(GivenNumber),
    /// The partner's own.
    Own(OwnNumber),
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Number::Given(number) => number.fmt(f),
            Number::Own(number) => number.fmt(f),
        }
    }
}

impl Number {
    /// The order in which documents due on one day are paid (§8.6): numerals as numbers, before others by bytes.
    pub fn order(text: &str) -> (bool, usize, String) {
        let is_numeral = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let digits = if is_numeral { text.trim_start_matches('0') } else { text };
        (!is_numeral, if is_numeral { digits.len() } else { 0 }, digits.to_owned())
    }
}

/// The reason why a series gives no next number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// The date is before that of the last number.
    #[error(
        "the last document of the series is of {last}, so one of {date} would go back: close with a clock that is right"
    )]
    GoesBack {
        /// The date of the last number.
        last: Day,
        /// The date asked for.
        date: Day,
    },
    /// No further number fits.
    #[error("the series is full: its last number has 12 digits")]
    Full,
}

/// The end of a series: its last place, and the date of the document there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// The last place given; 0: none yet.
    pub place: u64,
    /// The date of that document; none: none yet.
    pub date: Option<Day>,
}

impl End {
    /// The largest place, so that a number has 35 characters at most.
    const LAST: u64 = 999_999_999_999;

    /// The next number of the series, for a document of a date.
    pub fn next(&mut self, series: &Series, date: Day) -> Result<GivenNumber, NumberError> {
        if let Some(last) = self.date.filter(|last| date < *last) {
            return Err(NumberError::GoesBack { last, date });
        }
        let place = self.place.checked_add(1).filter(|place| *place <= End::LAST).ok_or(NumberError::Full)?;
        *self = End { place, date: Some(date) };
        Ok(GivenNumber { series: series.clone(), place })
    }
}
