//! The sums of an account by key, so that a close reads the entries of those months alone in which something was booked since
//! the cut before: what was earned up to that cut and of how many entries, and what is settled.
//!
//! Entries are only appended, so a month total of as many entries has the same entries. An item holds the months of a year.

use crate::forms::{key_text, read_key, words};
use jiff::Timestamp;
use rules::money::{Minor, Overflow};
use rules::sorted::Sorted;
use rules::{Month, PartnerId, Totals};
use serde::{Deserialize, Serialize};
use settlement::lines::{Line, LineKey};
use settlement::number::Number;
use settlement::{Account, Direction};
use std::collections::{BTreeMap, BTreeSet};

/// The sums of a key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    /// The number of entries up to the last cut.
    pub(crate) count: u32,
    /// The sum of these.
    pub(crate) earned: Minor,
    /// The lines of the opening and of all documents.
    pub(crate) settled: Minor,
    /// The closes whose invoices have a line of the key, cancelled ones too.
    pub(crate) invoiced: BTreeSet<Month>,
}

/// The sums of an account by key.
pub(crate) type Sums = BTreeMap<LineKey, Sum>;

impl Sum {
    /// The part of what is earned that is not settled.
    pub(crate) fn line(&self) -> Result<Minor, Overflow> {
        self.earned.minus(self.settled)
    }
}

/// The lines of an account (§8.3), those that are not zero, by key.
pub(crate) fn lines(sums: &Sums) -> Result<Vec<Line>, Overflow> {
    let mut lines = Vec::new();
    for (key, sum) in sums {
        let amount = sum.line()?;
        if amount != Minor::ZERO {
            lines.push(Line { key: *key, amount });
        }
    }
    Ok(lines)
}

/// Settles lines.
pub(crate) fn settle<'a>(sums: &mut Sums, lines: impl IntoIterator<Item = &'a Line>) -> Result<(), Overflow> {
    for Line { key, amount } in lines {
        let sum = sums.entry(*key).or_default();
        sum.settled = sum.settled.plus(*amount)?;
    }
    Ok(())
}

/// Notes that an invoice of a close has lines of these keys.
pub(crate) fn invoice<'a>(sums: &mut Sums, close: Month, lines: impl IntoIterator<Item = &'a Line>) {
    for line in lines {
        sums.entry(line.key).or_default().invoiced.insert(close);
    }
}

/// The year of a key's month.
pub(crate) fn year_of(key: LineKey) -> i16 {
    key.month.first().date().year()
}

/// The sums of a year as stored: a text each, `2026-01 commission referrer 12 120000 120000 2026-01,2026-03`.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct YearForm(Vec<String>);

impl YearForm {
    /// The form of the sums of a year.
    pub(crate) fn of(sums: &Sums, year: i16) -> YearForm {
        let text = |(key, sum): (&LineKey, &Sum)| {
            let closes: Vec<String> = sum.invoiced.iter().map(Month::to_string).collect();
            format!("{} {} {} {} {}", key_text(*key), sum.count, sum.earned.0, sum.settled.0, closes.join(","))
        };
        YearForm(sums.iter().filter(|(key, _)| year_of(**key) == year).map(text).collect())
    }

    /// The sums; none: this release does not know them so.
    pub(crate) fn read(&self) -> Option<Sums> {
        let sums: Option<Vec<(LineKey, Sum)>> = self.0.iter().map(|text| read(text)).collect();
        Some(sums?.into_iter().to_map())
    }
}

fn read(text: &str) -> Option<(LineKey, Sum)> {
    let [month, kind, model, count, earned, settled, closes] = words(text)?;
    let closes: Option<Vec<Month>> =
        closes.split(',').filter(|close| !close.is_empty()).map(|close| close.parse().ok()).collect();
    let sum = Sum {
        count: count.parse().ok()?,
        earned: Minor(earned.parse().ok()?),
        settled: Minor(settled.parse().ok()?),
        invoiced: closes?.into_iter().to_set(),
    };
    Some((read_key([month, kind, model])?, sum))
}

/// The head of an account: its revision orders all that is written for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    /// The last close that was played for it.
    #[serde(rename = "th")]
    pub(crate) through: Month,
    /// The close that opened it.
    #[serde(rename = "op", default, skip_serializing_if = "Option::is_none")]
    pub(crate) opened: Option<Month>,
    /// Its last document that cancels none.
    #[serde(rename = "do", default, skip_serializing_if = "Option::is_none")]
    pub(crate) documented: Option<Documented>,
}

/// The last document of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Documented {
    /// The month of its close.
    #[serde(rename = "cm")]
    pub(crate) close: Month,
    /// The moment as of which it counts.
    pub(crate) at: Timestamp,
    /// Its number.
    #[serde(rename = "nu")]
    pub(crate) number: Number,
}

/// The number of entries by account and key, as the month totals have it.
pub(crate) fn counts(partner: &PartnerId, totals: &BTreeMap<Month, Totals>) -> BTreeMap<(Account, LineKey), u32> {
    let mut counts = BTreeMap::new();
    for (month, totals) in totals {
        for (group, total) in &totals.0 {
            let key = LineKey { month: *month, kind: group.kind, model: group.model };
            if let Some(direction) = Direction::of(group.kind) {
                let account = Account { partner_id: partner.clone(), currency: group.currency, direction };
                counts.insert((account, key), total.count);
            }
        }
    }
    counts
}
