//! Items of the attention list that a manager set aside (RULEBOOK §5). An anomaly is set aside in its contract
//! ([`crate::anomalies`]), a dead letter in its own item, and an unreadable item in an item beside it.
//!
//! An item comes back only if what it says changes: so a manager names what was seen by a digest.

use crate::bookings::Announce;
use crate::error::{CHANGED, SHAPE, UNSTORABLE};
use crate::item::{self, Hash};
use crate::keys;
use crate::recorded::Origin;
use crate::store::{Consistency, InsertResult, Item, Key, Store};
use crate::{Ledger, LedgerError, Unreadable};
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use rules::{AnnuityId, Anomaly};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// The id of an item of the attention list, with a digest of what it says: the kind of item and its parts, between `~`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ItemId {
    /// `anomaly~<contract>~<term>~<anomaly>~<digest of the facts that show it>`
    Anomaly { annuity: AnnuityId, anomaly: Anomaly, seen: String },
    /// `message~<message id>`
    DeadLetter { message_id: String },
    /// `unreadable~<digest of the reason>~<key>`, the key as `PK SK`
    Unreadable { key: String, seen: String },
}

/// A text that is not the id of an item of the attention list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not the id of an item of the attention list")]
pub struct ItemIdError;

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

const ANOMALY: &str = "anomaly";
const MESSAGE: &str = "message";
const UNREADABLE: &str = "unreadable";
/// The separator: it is in no id of the programme.
const SEPARATOR: char = '~';

impl ItemId {
    /// The id of an unreadable item that cannot be read for this reason.
    pub fn unreadable(key: String, why: &str) -> ItemId {
        let seen = item::digest_of(&AttributeValue::S(why.to_owned()));
        ItemId::Unreadable { key, seen }
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ItemId::Anomaly { annuity: AnnuityId { contract_id, term }, anomaly, seen } => {
                write!(f, "{ANOMALY}~{contract_id}~{term}~{}~{seen}", anomaly.as_str())
            }
            ItemId::DeadLetter { message_id } => write!(f, "{MESSAGE}~{message_id}"),
            ItemId::Unreadable { key, seen } => write!(f, "{UNREADABLE}~{seen}~{key}"),
        }
    }
}

impl FromStr for ItemId {
    type Err = ItemIdError;

    fn from_str(text: &str) -> Result<ItemId, ItemIdError> {
        let (kind, rest) = text.split_once(SEPARATOR).ok_or(ItemIdError)?;
        let parts: Vec<&str> = rest.split(SEPARATOR).collect();
        let read = || match (kind, parts.as_slice()) {
            (ANOMALY, [contract_id, term, anomaly, seen]) => {
                let term = term.parse::<u64>().ok()?.try_into().ok()?;
                let annuity = AnnuityId { contract_id: contract_id.parse().ok()?, term };
                Some(ItemId::Anomaly { annuity, anomaly: anomaly.parse().ok()?, seen: (*seen).to_owned() })
            }
            (MESSAGE, _) if !rest.is_empty() => Some(ItemId::DeadLetter { message_id: rest.to_owned() }),
            (UNREADABLE, _) => {
                let (seen, key) = rest.split_once(SEPARATOR)?;
                Some(ItemId::Unreadable { key: key.to_owned(), seen: seen.to_owned() })
            }
            _ => None,
        };
        // One text for each id.
        read().filter(|id| id.to_string() == text).ok_or(ItemIdError)
    }
}

impl TryFrom<String> for ItemId {
    type Error = ItemIdError;

    fn try_from(text: String) -> Result<ItemId, ItemIdError> {
        text.parse()
    }
}

impl From<ItemId> for String {
    fn from(id: ItemId) -> String {
        id.to_string()
    }
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
        let known: BTreeSet<Key> = stored.iter().map(item::key).collect();
        Ok(ids.iter().filter(|id| key(id).is_some_and(|key| known.contains(&key))).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_written() {
        let check = |text: &str| assert_eq!(text.parse::<ItemId>().unwrap().to_string(), text);
        check("anomaly~C-1.a~12~contradiction~0af1");
        check("message~c0ffee-1");
        check("message~a~b");
        check("unreadable~0af1~CONTRACT#C-1 TERM#01");
        for text in [
            "",
            "anomaly",
            "anomaly~C~0~gap~d",
            "anomaly~C~1~odd~d",
            "anomaly~C~1~gap",
            "anomaly~C~01~gap~d",
            "message~",
            "x~y",
        ] {
            assert_eq!(text.parse::<ItemId>(), Err(ItemIdError), "{text}");
        }
    }
}
