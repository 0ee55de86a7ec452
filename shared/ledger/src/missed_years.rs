//! Missed years of minimum sales (RULEBOOK §6) that a manager set aside: one item for each, with the partner. It holds
//! for the figures that the manager saw; if the sales or the minimum of the year change, the year is back on the list.
//!
//! | item | partition | sort key |
//! |---|---|---|
//! | a missed year that was set aside | `PARTNER#<partner>` | `ASIDE#<starts_on>#<n>` |

pub use crate::ids::YearOf;

use crate::bookings::Announce;
use crate::error::{CHANGED, SHAPE, UNSTORABLE};
use crate::item::{self, Hash, text};
use crate::journal::{Act, ActId, Change, Occasion};
use crate::store::{Consistency, Item, Key, Store, Write};
use crate::{Ledger, LedgerError, Unreadable, keys};
use jiff::Timestamp;
use rules::PartnerId;
use rules::minimum_sales::Year;
use serde::{Deserialize, Serialize};

/// The figures and the reason recorded when a year was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// The number of sales in the year.
    pub sales: u32,
    /// The minimum of the year.
    pub minimum: u32,
    /// The reason stated.
    pub reason: String,
    /// The time of recording.
    pub at: Timestamp,
}

impl SetAside {
    /// Whether the recorded figures equal the year's present ones.
    pub fn is_about(&self, year: &Year) -> bool {
        (self.sales, self.minimum) == (year.sales, year.minimum)
    }
}

/// The outcome of setting a year aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The year is set aside from now on.
    Now,
    /// The year was set aside before, for the same reason.
    Already,
    /// The year was set aside before, for another reason, which is kept.
    ForAnotherReason,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    pk: String,
    sk: String,
    #[serde(rename = "sl")]
    sales: u32,
    #[serde(rename = "mi")]
    minimum: u32,
    #[serde(rename = "re")]
    reason: String,
    at: Timestamp,
    #[serde(rename = "v")]
    revision: u64,
}

/// The first part of the sort key.
const ASIDE: &str = "ASIDE#";

fn key(partner: &PartnerId, year: YearOf) -> Key {
    let YearOf { agreement, number } = year;
    Key { pk: keys::partner_partition(partner), sk: format!("{ASIDE}{agreement}#{number}") }
}

/// The year in a sort key.
fn year_of(sk: &str) -> Option<YearOf> {
    let (agreement, number) = sk.strip_prefix(ASIDE)?.split_once('#')?;
    Some(YearOf { agreement: agreement.parse().ok()?, number: number.parse().ok()? })
}

/// A year that was set aside, as an item has it.
pub(crate) fn read(item: &Item) -> Result<(YearOf, SetAside), Unreadable> {
    Stored::read(item).map(|(year, set_aside, _)| (year, set_aside))
}

impl Stored {
    fn read(item: &Item) -> Result<(YearOf, SetAside, u64), Unreadable> {
        let key = item::key(item);
        if Hash::of(item) == Hash::Differs {
            return Err(Unreadable::damaged(key, CHANGED));
        }
        let stored: Result<Stored, _> = serde_dynamo::from_item(item.clone());
        let Ok(Stored { pk: _, sk, sales, minimum, reason, at, revision }) = stored else {
            return Err(Unreadable::damaged(key, SHAPE));
        };
        let year = year_of(&sk).ok_or_else(|| Unreadable::damaged(key, "its key is not that of a set-aside year"))?;
        Ok((year, SetAside { sales, minimum, reason, at }, revision))
    }
}

/// Checks that the item of a set-aside year is as recorded; none: the item is of another kind.
pub(crate) fn check(item: &Item) -> Option<Result<(), Unreadable>> {
    keys::partner_of(text(item, "pk"))?;
    text(item, "sk").strip_prefix(ASIDE)?;
    Some(Stored::read(item).map(drop))
}

/// The act that the item of a set-aside year shows.
pub(crate) fn acts(item: &Item) -> Vec<(ActId, Timestamp)> {
    let is_year = text(item, "sk").starts_with(ASIDE);
    let partner = keys::partner_of(text(item, "pk")).filter(|_| is_year);
    let act = || {
        let (partner_id, (year, SetAside { sales, minimum, reason: _, at }, _)) = (partner?, Stored::read(item).ok()?);
        let change = Change::YearSetAside { partner_id, year, sales, minimum, at };
        Some((change.id(None), at))
    };
    act().into_iter().collect()
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// Sets a year aside with the figures that the manager saw. Repeated figures change nothing; other figures replace
    /// the recorded ones.
    pub async fn set_year_aside(
        &self,
        partner: &PartnerId,
        year: YearOf,
        seen: &SetAside,
        occasion: &Occasion,
    ) -> Result<Outcome, LedgerError> {
        const ATTEMPTS: u32 = 12;
        let key = key(partner, year);
        for attempt in 0..ATTEMPTS {
            let read = self.store.get(vec![key.clone()], Consistency::Strong).await?.into_iter().next();
            let stored = read;
            let read = stored.as_ref().map(Stored::read).transpose()?;
            match &read {
                Some((_, before, _)) if (before.sales, before.minimum) == (seen.sales, seen.minimum) => {
                    let same = before.reason == seen.reason;
                    return Ok(if same { Outcome::Already } else { Outcome::ForAnotherReason });
                }
                Some(_) | None => {}
            }
            let before = stored.zip(read.map(|(_, before, revision)| (before, revision)));
            let (partner_id, SetAside { sales, minimum, reason: _, at }) = (partner.clone(), seen.clone());
            let mut writes = vec![write(&key, seen, before)?];
            writes.extend(Act::new(occasion, Change::YearSetAside { partner_id, year, sales, minimum, at }).writes()?);
            if self.applied(writes, attempt).await? {
                return Ok(Outcome::Now);
            }
        }
        Err(LedgerError::Contended { what: key.pk, attempts: ATTEMPTS })
    }
}

/// The write of a year set aside, in place of the stored item.
fn write(key: &Key, seen: &SetAside, before: Option<(Item, (SetAside, u64))>) -> Result<Write, LedgerError> {
    let Some((stored, (read, revision))) = before else {
        let mut item = attributes(key, seen, 1)?;
        item::hash(&mut item);
        return Ok(Write::Insert(item));
    };
    let mut item = item::rewrite(&stored, &attributes(key, &read, revision)?, attributes(key, seen, revision + 1)?);
    item::hash(&mut item);
    Ok(Write::Replace(item, revision))
}

fn attributes(key: &Key, seen: &SetAside, revision: u64) -> Result<Item, LedgerError> {
    let (Key { pk, sk }, SetAside { sales, minimum, reason, at }) = (key.clone(), seen.clone());
    serde_dynamo::to_item(Stored { pk, sk, sales, minimum, reason, at, revision })
        .map_err(|_| LedgerError::Damaged { key: format!("{} {}", key.pk, key.sk), why: UNSTORABLE })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_back_as_written() {
        let year = YearOf { agreement: "2024-02-29".parse().unwrap(), number: 12 };
        let key = key(&"P-1".parse().unwrap(), year);
        assert_eq!((key.pk.as_str(), key.sk.as_str()), ("PARTNER#P-1", "ASIDE#2024-02-29#12"));
        assert_eq!(year_of(&key.sk), Some(year));
        for other in ["HEAD", "ASIDE#2024-02-29", "ASIDE#2024-02-30#1", "ASIDE#2024-02-29#x", "ASIDE#2024-02-29#1#1"] {
            assert_eq!(year_of(other), None, "{other}");
        }
    }
}
