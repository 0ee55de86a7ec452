//! Missed years of minimum sales (RULEBOOK §6) that a manager set aside: one item for each, with the partner. It holds for
//! what was seen; if the sales or the minimum of the year are others, the year is back on the list.
//!
//! | item | partition | sort key |
//! |---|---|---|
//! | a missed year that was set aside | `PARTNER#<partner>` | `ASIDE#<starts_on>#<n>` |

use crate::bookings::Announce;
use crate::error::{CHANGED, SHAPE, UNSTORABLE};
use crate::item::{self, Hash, text};
use crate::queries::name;
use crate::store::{Consistency, Item, Key, Store, TransactError, Write};
use crate::{Ledger, LedgerError, PartnerRecord, Unreadable, keys};
use jiff::Timestamp;
use rules::minimum_sales::Year;
use rules::{AgreementId, PartnerId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A year of one of a partner's agreements: which agreement, and which year it is, from 1 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct YearOf {
    /// The agreement.
    pub agreement: AgreementId,
    /// 1 for its first year.
    pub number: u16,
}

/// What was seen and said of a year when it was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// How many sales it had.
    pub sales: u32,
    /// How many it asked for.
    pub minimum: u32,
    /// The reason stated.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

impl SetAside {
    /// Whether it was the year as it is now.
    pub fn is_about(&self, year: &Year) -> bool {
        (self.sales, self.minimum) == (year.sales, year.minimum)
    }
}

/// What became of setting a year aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is set aside from now on.
    Now,
    /// It was, for the same reason.
    Already,
    /// It was, for another reason, which is kept.
    ForAnotherReason,
}

/// A partner and the years that were set aside.
#[derive(Debug, Clone)]
pub struct WithYears {
    /// The partner.
    pub record: PartnerRecord,
    /// What was set aside.
    pub set_aside: BTreeMap<YearOf, SetAside>,
    /// The keys of what could not be read and is left out, as `PK SK`.
    pub unreadable: Vec<String>,
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

/// The year that a sort key names.
fn year_of(sk: &str) -> Option<YearOf> {
    let (agreement, number) = sk.strip_prefix(ASIDE)?.split_once('#')?;
    Some(YearOf { agreement: agreement.parse().ok()?, number: number.parse().ok()? })
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
        let year = year_of(&sk).ok_or_else(|| Unreadable::damaged(key, "its key is none of a year"))?;
        Ok((year, SetAside { sales, minimum, reason, at }, revision))
    }
}

/// Whether the item of a year that was set aside is as it was recorded; none: it is of another kind.
pub(crate) fn check(item: &Item) -> Option<Result<(), Unreadable>> {
    keys::partner_of(text(item, "pk"))?;
    text(item, "sk").strip_prefix(ASIDE)?;
    Some(Stored::read(item).map(drop))
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// A partner as it is now, with what was set aside; its partition is read, in one request.
    pub async fn partner_with_years(&self, id: &PartnerId) -> Result<WithYears, LedgerError> {
        let head_key = keys::partner_record(id);
        let mut partner = WithYears {
            record: PartnerRecord::unknown(id.clone()),
            set_aside: BTreeMap::new(),
            unreadable: Vec::new(),
        };
        for item in self.store.partition(head_key.pk).await? {
            let key = name(&item);
            if text(&item, "sk") == head_key.sk {
                partner.record = PartnerRecord::read(item)?;
            } else if let Ok((year, set_aside, _)) = Stored::read(&item) {
                partner.set_aside.insert(year, set_aside);
            } else {
                partner.unreadable.push(key);
            }
        }
        Ok(partner)
    }

    /// Sets a year aside as it was seen. The same again changes nothing; what was seen otherwise before is replaced.
    pub async fn set_aside(&self, partner: &PartnerId, year: YearOf, seen: &SetAside) -> Result<Outcome, LedgerError> {
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
            match self.store.transact(vec![write(&key, seen, before)?]).await {
                Ok(()) => return Ok(Outcome::Now),
                Err(TransactError::Conflict) => self.store.back_off(attempt).await,
                Err(TransactError::Failed(error)) => return Err(error.into()),
            }
        }
        Err(LedgerError::Contended { what: key.pk, attempts: ATTEMPTS })
    }
}

/// A year set aside, in place of what is stored of it.
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
