//! The sums of an account by key, so that a close reads the entries of those months alone in which something was booked since
//! the cut before: what was earned up to that cut and of how many entries, and what is settled.
//!
//! Entries are only appended, so a month total of as many entries has the same entries. The head of the account holds the sums of
//! the latest years, which every document changes; a year for which it has no room becomes an item of its own. Years that earlier
//! releases stored apart stay apart.

use crate::compressed::Compressed;
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
    pub(crate) fn of(sums: &Sums) -> YearForm {
        YearForm(texts(sums))
    }

    /// The sums; none: this release does not know them so.
    pub(crate) fn read(&self) -> Option<Sums> {
        read_all(&self.0)
    }
}

/// Sums as texts.
fn texts(sums: &Sums) -> Vec<String> {
    let text = |(key, sum): (&LineKey, &Sum)| {
        let closes: Vec<String> = sum.invoiced.iter().map(Month::to_string).collect();
        format!("{} {} {} {} {}", key_text(*key), sum.count, sum.earned.0, sum.settled.0, closes.join(","))
    };
    sums.iter().map(text).collect()
}

fn read_all(texts: &[String]) -> Option<Sums> {
    let sums: Option<Vec<(LineKey, Sum)>> = texts.iter().map(|text| read(text)).collect();
    Some(sums?.into_iter().to_map())
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

/// The revisions of the years that are items of their own.
pub(crate) type Apart = BTreeMap<i16, u64>;

/// The most bytes of sums in a head: with all else in it, it is within a kB.
const MOST_IN_HEAD: usize = 640;

/// A head as stored, with the sums of the years that are not apart.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct HeadForm {
    #[serde(flatten)]
    head: Head,
    #[serde(rename = "su", default, skip_serializing_if = "Option::is_none")]
    sums: Option<Compressed>,
    /// The revision of each year apart: by it a reader knows that it has read all of one moment. None: an earlier release wrote it.
    #[serde(rename = "ap", default, skip_serializing_if = "Option::is_none")]
    apart: Option<Vec<(i16, u64)>>,
}

impl HeadForm {
    /// The form of a head with sums; none: it has no room for these.
    pub(crate) fn of(head: &Head, sums: &Sums, apart: &Apart) -> Option<HeadForm> {
        let sums = (!sums.is_empty()).then(|| Compressed::of_lines(&texts(sums)));
        let has_room = sums.as_ref().is_none_or(|sums| sums.len() <= MOST_IN_HEAD);
        let apart = Some(apart.iter().map(|(year, revision)| (*year, *revision)).collect());
        has_room.then(|| HeadForm { head: head.clone(), sums, apart })
    }

    /// The head, its sums, and the years apart as it names them; none: this release does not know it so.
    pub(crate) fn read(self) -> Option<(Head, Sums, Option<Apart>)> {
        let HeadForm { head, sums, apart } = self;
        let sums = match sums {
            None => Sums::new(),
            Some(compressed) => read_all(&compressed.lines()?)?,
        };
        Some((head, sums, apart.map(|apart| apart.into_iter().to_map())))
    }
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
