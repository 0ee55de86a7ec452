//! Days on which a partner took a perk (RULEBOOK §1): one item for each, with the partner. A day entered by mistake is
//! taken back in its item. They decide no amount.
//!
//! | item | partition | sort key |
//! |---|---|---|
//! | a day of a perk | `PARTNER#<partner>` | `PERK#<perk>#<day>` |

pub use crate::ids::PerkDay;

use crate::bookings::Announce;
use crate::error::{CHANGED, SHAPE, UNSTORABLE};
use crate::item::{self, Hash, key, text};
use crate::journal::{Act, Change, Occasion};
use crate::store::{Consistency, Item, Key, Store, Write};
use crate::{Ledger, LedgerError, Unreadable, keys};
use rules::PartnerId;
use rules::programme::DatedPerk;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Stored {
    pk: String,
    sk: String,
    #[serde(rename = "tk")]
    taken: bool,
    #[serde(rename = "v")]
    revision: u64,
}

/// The first part of the sort key.
const PERK: &str = "PERK#";

fn key_of(partner: &PartnerId, PerkDay { perk, day }: PerkDay) -> Key {
    Key { pk: keys::partner_partition(partner), sk: format!("{PERK}{}#{day}", perk.as_str()) }
}

fn perk_day(sk: &str) -> Option<PerkDay> {
    let (perk, day) = sk.strip_prefix(PERK)?.split_once('#')?;
    let perk = DatedPerk::ALL.into_iter().find(|known| known.as_str() == perk)?;
    Some(PerkDay { perk, day: day.parse().ok()? })
}

/// The day of a perk, its revision, and whether the perk was taken.
pub(crate) fn read(item: &Item) -> Result<(PerkDay, bool, u64), Unreadable> {
    if Hash::of(item) == Hash::Differs {
        return Err(Unreadable::damaged(key(item), CHANGED));
    }
    let stored: Result<Stored, _> = serde_dynamo::from_item(item.clone());
    let Ok(Stored { pk: _, sk, taken, revision }) = stored else {
        return Err(Unreadable::damaged(key(item), SHAPE));
    };
    // A perk of a later release is none of ours.
    let day = perk_day(&sk).ok_or_else(|| Unreadable::unknown(key(item)))?;
    Ok((day, taken, revision))
}

/// Whether an item is the day of a perk, by its key.
pub(crate) fn is_perk(item: &Item) -> bool {
    keys::partner_of(text(item, "pk")).is_some() && text(item, "sk").starts_with(PERK)
}

/// Checks that the item of a perk is as recorded; none: the item is of another kind.
pub(crate) fn check(item: &Item) -> Option<Result<(), Unreadable>> {
    is_perk(item).then(|| read(item).map(drop))
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// Records that a partner took a perk on a day, or that it did not after all. Repeated, it changes nothing.
    pub async fn record_perk(
        &self,
        partner: &PartnerId,
        of: PerkDay,
        taken: bool,
        occasion: &Occasion,
    ) -> Result<(), LedgerError> {
        const ATTEMPTS: u32 = 12;
        let key = key_of(partner, of);
        for attempt in 0..ATTEMPTS {
            let stored = self.store.get(vec![key.clone()], Consistency::Strong).await?.into_iter().next();
            let (write, revision) = match &stored {
                None if !taken => return Ok(()),
                None => (Write::Insert(attributes(&key, taken, 1)?), 1),
                Some(stored) => {
                    let (_, before, revision) = read(stored)?;
                    if before == taken {
                        return Ok(());
                    }
                    let changed = attributes(&key, taken, revision + 1)?;
                    let mut item = item::rewrite(stored, &attributes(&key, before, revision)?, changed);
                    item::hash(&mut item);
                    (Write::Replace(item, revision), revision + 1)
                }
            };
            let act = Act::new(occasion, Change::Perk { partner_id: partner.clone(), of, taken, revision });
            let mut writes = vec![write];
            writes.extend(act.writes()?);
            if self.applied(writes, attempt).await? {
                return Ok(());
            }
        }
        Err(LedgerError::Contended { what: key.pk, attempts: ATTEMPTS })
    }
}

fn attributes(key: &Key, taken: bool, revision: u64) -> Result<Item, LedgerError> {
    let Key { pk, sk } = key.clone();
    let mut item: Item = serde_dynamo::to_item(Stored { pk, sk, taken, revision })
        .map_err(|_| LedgerError::Damaged { key: format!("{} {}", key.pk, key.sk), why: UNSTORABLE })?;
    item::hash(&mut item);
    Ok(item)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_back_as_written() {
        for perk in DatedPerk::ALL {
            let of = PerkDay { perk, day: "2024-02-29".parse().unwrap() };
            assert_eq!(perk_day(&key_of(&"P-1".parse().unwrap(), of).sk), Some(of));
        }
        for other in ["HEAD", "PERK#seminars", "PERK#seminars#2024-02-30", "PERK#holidays#2024-02-29"] {
            assert_eq!(perk_day(other), None, "{other}");
        }
    }
}
