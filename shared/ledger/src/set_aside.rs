//! Items of the attention list that a manager set aside (RULEBOOK §5). An anomaly is set aside in its contract
//! ([`crate::anomalies`]), a dead letter in its own item, and an unreadable item in an item beside it.
//!
//! An item comes back only if what it says changes: so a manager names what was seen by a digest.

pub use crate::ids::{ItemId, ItemIdError};

use crate::bookings::Announce;
use crate::error::{CHANGED, SHAPE, UNSTORABLE};
use crate::item::{self, Hash};
use crate::journal::{ActId, Change};
use crate::keys;
use crate::recorded::Origin;
use crate::store::{Consistency, InsertResult, Item, Key, Store};
use crate::{Ledger, LedgerError, Unreadable};
use jiff::Timestamp;
use rules::sorted::Sorted;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The outcome of setting an item aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The item is set aside from now on.
    Now,
    /// The item was set aside before, or is not on the list.
    Already,
    /// The item says something else than the manager saw.
    Changed,
}

/// The reason and the time of setting an item aside.
#[derive(Serialize, Deserialize)]
pub(crate) struct Reason {
    #[serde(rename = "w")]
    pub(crate) why: String,
    #[serde(rename = "t")]
    pub(crate) at: Timestamp,
}

/// An unreadable item that was set aside.
#[derive(Serialize, Deserialize)]
struct Stored {
    pk: String,
    sk: String,
    #[serde(rename = "as")]
    reason: Reason,
}

const PREFIX: &str = "UNREADABLE#";

fn key_of(key: &str, seen: &str) -> Key {
    Key { pk: format!("{PREFIX}{key}"), sk: seen.to_owned() }
}

/// Checks that the item of an unreadable item is as recorded; none: the item is of another kind.
pub(crate) fn check(item: &Item) -> Option<Result<(), Unreadable>> {
    let key = item::key(item);
    key.pk.strip_prefix(PREFIX)?;
    let stored: Result<Stored, _> = serde_dynamo::from_item(item.clone());
    Some(match stored {
        _ if Hash::of(item) == Hash::Differs => Err(Unreadable::damaged(key, CHANGED)),
        Ok(_) => Ok(()),
        Err(_) => Err(Unreadable::damaged(key, SHAPE)),
    })
}

/// The act that the item of an unreadable item shows.
pub(crate) fn acts(item: &Item) -> Vec<(ActId, Timestamp)> {
    let act = || {
        let Key { pk, sk: seen } = item::key(item);
        let key = pk.strip_prefix(PREFIX)?.to_owned();
        let Stored { reason: Reason { why, at }, .. } = serde_dynamo::from_item(item.clone()).ok()?;
        Some((Change::item_set_aside(ItemId::Unreadable { key, seen }).id(Some(&why.parse().ok()?)), at))
    };
    act().into_iter().collect()
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// Sets an item of the attention list aside, if it still says what the manager saw. It may be repeated.
    pub async fn set_item_aside(&self, id: &ItemId, why: &str, origin: Origin<'_>) -> Result<Outcome, LedgerError> {
        let reason = || Reason { why: why.to_owned(), at: origin.at };
        match id {
            ItemId::Anomaly { annuity, anomaly, seen } => {
                self.set_anomaly_aside((annuity, *anomaly, seen), why, origin).await
            }
            ItemId::DeadLetter { message_id } => self.unlist(&keys::dead_letter(message_id), Some(reason())).await,
            ItemId::Unreadable { key, seen } => self.set_unreadable_aside(key, seen, reason()).await,
        }
    }

    async fn set_unreadable_aside(&self, of: &str, seen: &str, reason: Reason) -> Result<Outcome, LedgerError> {
        let key = key_of(of, seen);
        let damaged = || LedgerError::Damaged { key: format!("{} {}", key.pk, key.sk), why: UNSTORABLE };
        let stored = Stored { pk: key.pk.clone(), sk: key.sk.clone(), reason };
        let mut item: Item = serde_dynamo::to_item(stored).map_err(|_| damaged())?;
        item::hash(&mut item);
        match self.store.insert(vec![item]).await.into_iter().next() {
            Some(InsertResult::Failed(error)) => Err(error.into()),
            Some(InsertResult::Exists) => Ok(Outcome::Already),
            Some(InsertResult::Done) | None => Ok(Outcome::Now),
        }
    }

    /// The unreadable items that were set aside among these, read in one request.
    pub async fn unreadable_set_aside(&self, ids: &BTreeSet<ItemId>) -> Result<BTreeSet<ItemId>, LedgerError> {
        let key = |id: &ItemId| match id {
            ItemId::Unreadable { key, seen } => Some(key_of(key, seen)),
            ItemId::Anomaly { .. } | ItemId::DeadLetter { .. } => None,
        };
        let keys: Vec<Key> = ids.iter().filter_map(key).collect();
        if keys.is_empty() {
            return Ok(BTreeSet::new());
        }
        let stored = self.store.get(keys, Consistency::Eventual).await?;
        let known: BTreeSet<Key> = stored.iter().map(item::key).to_set();
        Ok(ids.iter().filter(|id| key(id).is_some_and(|key| known.contains(&key))).cloned().collect())
    }
}
