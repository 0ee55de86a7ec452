//! Amounts that a registration or a choice moved for a partner (RULEBOOK §9): the sums of the entries that name it as their
//! trigger, kept once the last pass has ended.
//!
//! | item | partition | sort key |
//! |---|---|---|
//! | what a registration moved | `PARTNER#<partner>#PASSES` | `<version>` |
//! | what a choice moved | | `CHOICE#<act>` |

use crate::bookings::Announce;
use crate::error::{CHANGED, SHAPE, UNSTORABLE};
use crate::item::{self, Hash, key};
use crate::journal::{Moved, MovedText};
use crate::partner_month::PartnerMonth;
use crate::recorded::PassesOf;
use crate::store::{Consistency, InsertResult, Item, Key, Store};
use crate::{Ledger, LedgerError, Unreadable, keys};
use jiff::{SignedDuration, Timestamp};
use rules::money::Overflow;
use rules::sorted::Sorted;
use rules::{Entry, PartnerId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The amounts that an act moved for a partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedPasses {
    pub partner_id: PartnerId,
    /// The act.
    pub of: PassesOf,
    /// The time at which the last pass ended.
    pub at: Timestamp,
    pub moved: Moved,
}

/// The longest that passes run after a registration.
const LONGEST: SignedDuration = SignedDuration::from_hours(1);

#[derive(Serialize, Deserialize)]
struct Stored {
    pk: String,
    sk: String,
    at: Timestamp,
    #[serde(rename = "jm")]
    moved: MovedText,
}

/// Adds an entry to what its trigger moved.
pub(crate) fn count(moved: &mut Moved, entry: &Entry) -> Result<(), Overflow> {
    let posting = &entry.posting;
    let of = PartnerMonth { partner_id: posting.partner_id.clone(), month: posting.booked_on.into() };
    moved.entry(of).or_default().book(posting, entry.amount, entry.vendor_share)
}

/// Adds amounts to others.
pub fn add(sum: &mut Moved, other: Moved) -> Result<(), Overflow> {
    other.into_iter().try_for_each(|(of, totals)| sum.entry(of).or_default().add_all(&totals))
}

fn key_of(partner: &PartnerId, of: &PassesOf) -> Key {
    Key { pk: keys::passes_partition(partner), sk: of.sort_key() }
}

/// Reads the item of ended passes.
pub(crate) fn read(item: &Item) -> Result<EndedPasses, Unreadable> {
    if Hash::of(item) == Hash::Differs {
        return Err(Unreadable::damaged(key(item), CHANGED));
    }
    let stored: Result<Stored, _> = serde_dynamo::from_item(item.clone());
    let Ok(Stored { pk, sk, at, moved }) = stored else { return Err(Unreadable::damaged(key(item), SHAPE)) };
    let Some((partner_id, of)) = keys::passes_of(&pk).zip(PassesOf::of_sort_key(&sk)) else {
        return Err(Unreadable::damaged(key(item), "its key is not that of ended passes"));
    };
    let moved = moved.read().ok_or_else(|| Unreadable::unknown(key(item)))?;
    Ok(EndedPasses { partner_id, of, at, moved })
}

/// Checks that the item of ended passes is as recorded; none: the item is of another kind.
pub(crate) fn check(item: &Item) -> Option<Result<(), Unreadable>> {
    keys::passes_of(item::text(item, "pk"))?;
    Some(read(item).map(drop))
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// Keeps what an act moved, once its last pass has ended. Repeated, it changes nothing.
    pub async fn end_passes(&self, ended: &EndedPasses) -> Result<(), LedgerError> {
        let Key { pk, sk } = key_of(&ended.partner_id, &ended.of);
        let damaged = || LedgerError::Damaged { key: format!("{pk} {sk}"), why: UNSTORABLE };
        let stored = Stored { pk: pk.clone(), sk: sk.clone(), at: ended.at, moved: MovedText::of(&ended.moved) };
        let mut item: Item = serde_dynamo::to_item(stored).map_err(|_| damaged())?;
        item::hash(&mut item);
        match self.store.insert(vec![item]).await.into_iter().next() {
            Some(InsertResult::Failed(error)) => Err(error.into()),
            Some(InsertResult::Done | InsertResult::Exists) | None => Ok(()),
        }
    }

    /// Tells whether passes of a partner's last registration may have run since a moment.
    pub async fn was_being_restated(&self, partner: &PartnerId, since: Timestamp) -> Result<bool, LedgerError> {
        let record = self.partner_record(partner).await?;
        let of = PassesOf::Registration(record.agreements_version);
        let ended = self.ended_passes(&[(partner, of)]).await?;
        let ended = ended.into_values().map(|ended| ended.at).next();
        Ok(match (ended, record.registered_at) {
            (Some(ended), _) => ended >= since,
            // Not ended, or not kept.
            (None, Some(registered)) => since.duration_since(registered) < LONGEST,
            (None, None) => false,
        })
    }

    /// The amounts that these acts moved, as far as their passes have ended; unreadable ones are left out.
    pub async fn ended_passes(
        &self,
        of: &[(&PartnerId, PassesOf)],
    ) -> Result<BTreeMap<(PartnerId, PassesOf), EndedPasses>, LedgerError> {
        if of.is_empty() {
            return Ok(BTreeMap::new());
        }
        let keys = of.iter().map(|(partner, of)| key_of(partner, of)).collect();
        let items = self.store.get(keys, Consistency::Eventual).await?;
        let read = items.iter().filter_map(|item| read(item).ok());
        Ok(read.map(|ended| ((ended.partner_id.clone(), ended.of.clone()), ended)).to_map())
    }
}
