//! The attention list: annuities with anomalies, and dead letters, for as long as they need attention. It is a sparse
//! index.

use crate::bookings::Announce;
use crate::error::{CHANGED, SHAPE, UNSTORABLE};
use crate::item::{self, Hash};
use crate::journal::{ActId, Change};
use crate::keys::{self, AggregateKey, RowKey};
use crate::queries::{Part, index_key, whole};
use crate::rows::text;
use crate::set_aside::{ItemId, Outcome, Reason};
use crate::store::{Consistency, Index, IndexKey, InsertResult, Item, Key, Store, TransactError, Write};
use crate::{Ledger, LedgerError, Unreadable};
use jiff::Timestamp;
use rules::text::Language;
use rules::{AnnuityId, ContractId};
use serde::{Deserialize, Serialize};

/// A message that can never be processed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The message id from SQS.
    pub message_id: String,
    /// The function that refused it.
    pub function: String,
    /// The contract of a choice that was refused; none: another message.
    pub contract_id: Option<ContractId>,
    /// The field at fault.
    pub field: String,
    /// The reason of the refusal.
    pub reason: Wording,
    /// The time of the refusal.
    pub at: Timestamp,
}

/// The wording of a refusal when it was made, in both languages: another release may say it otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    pub fr: String,
    pub en: String,
}

impl Wording {
    /// The wording in one language.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Fr => &self.fr,
            Language::En => &self.en,
        }
    }
}

/// A part of the attention list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum List {
    /// Annuities with anomalies.
    Contracts,
    /// Dead letters.
    Messages,
}

impl List {
    /// The parts, in the order in which they are read.
    pub const ALL: [List; 2] = [List::Contracts, List::Messages];

    fn partition(self) -> &'static str {
        match self {
            List::Contracts => keys::ATTENTION,
            List::Messages => keys::ATTENTION_MESSAGES,
        }
    }
}

/// An item of the attention list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attention {
    /// An annuity; its anomalies are derived from its contract.
    Annuity {
        annuity: AnnuityId,
        /// The time since when it is listed.
        since: Option<Timestamp>,
    },
    DeadLetter(DeadLetter),
    /// An unreadable item of the list.
    Unreadable {
        /// Its key, as `PK SK`.
        key: String,
    },
}

#[derive(Serialize, Deserialize)]
struct StoredRejected {
    pk: String,
    sk: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    apk: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ask: Option<String>,
    #[serde(rename = "m")]
    message_id: String,
    #[serde(rename = "fn")]
    function: String,
    #[serde(rename = "ci", default, skip_serializing_if = "Option::is_none")]
    contract_id: Option<ContractId>,
    #[serde(rename = "fi")]
    field: String,
    #[serde(rename = "re")]
    reason: String,
    #[serde(rename = "rf", skip_serializing_if = "Option::is_none")]
    reason_in_french: Option<String>,
    at: Timestamp,
    /// The reason of the manager who set it aside.
    #[serde(rename = "as", default, skip_serializing_if = "Option::is_none")]
    set_aside: Option<Reason>,
    #[serde(rename = "v")]
    revision: u64,
}

impl StoredRejected {
    fn dead_letter(self) -> DeadLetter {
        let StoredRejected { message_id, function, contract_id, field, reason, reason_in_french, at, .. } = self;
        let reason = Wording { fr: reason_in_french.unwrap_or_else(|| reason.clone()), en: reason };
        DeadLetter { message_id, function, contract_id, field, reason, at }
    }
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// Lists a dead letter, once.
    pub async fn record_dead_letter(&self, dead_letter: &DeadLetter) -> Result<(), LedgerError> {
        let Key { pk, sk } = keys::dead_letter(&dead_letter.message_id);
        let DeadLetter { message_id, function, contract_id, field, reason: Wording { fr, en }, at } =
            dead_letter.clone();
        let (reason, reason_in_french) = (en, Some(fr));
        let ask = Some(keys::attention_sort_key(at, &Key { pk: pk.clone(), sk: sk.clone() }));
        let apk = Some(keys::ATTENTION_MESSAGES.to_owned());
        let stored = StoredRejected {
            pk,
            sk,
            apk,
            ask,
            message_id,
            function,
            contract_id,
            field,
            reason,
            reason_in_french,
            at,
            set_aside: None,
            revision: 1,
        };
        let mut item: Item = serde_dynamo::to_item(stored).map_err(|_| damaged(&dead_letter.message_id, UNSTORABLE))?;
        item::hash(&mut item);
        match self.store.insert(vec![item]).await.into_iter().next() {
            Some(InsertResult::Failed(error)) => Err(error.into()),
            Some(InsertResult::Done | InsertResult::Exists) | None => Ok(()),
        }
    }

    /// Removes a dead letter from the list because it was sent back. The message and the reason are kept.
    pub async fn sent_back(&self, message_id: &str) -> Result<(), LedgerError> {
        self.unlist(&keys::dead_letter(message_id), None).await.map(drop)
    }

    /// Looks for a dead letter on the list; none: there is no such dead letter.
    pub async fn is_dead_letter_listed(&self, message_id: &str) -> Result<Option<bool>, LedgerError> {
        let read = self.store.get(vec![keys::dead_letter(message_id)], Consistency::Strong).await?;
        Ok(read.into_iter().next().map(|item| item.contains_key("apk")))
    }

    /// Removes a dead letter from the list, and records the reason of the manager who set it aside.
    pub(crate) async fn unlist(&self, key: &Key, reason: Option<Reason>) -> Result<Outcome, LedgerError> {
        let damaged = |why| damaged(&key.pk, why);
        let read = self.store.get(vec![key.clone()], Consistency::Strong).await?;
        let Some(item) = read.into_iter().next() else { return Ok(Outcome::Already) };
        let stored: StoredRejected = serde_dynamo::from_item(item.clone()).map_err(|_| damaged(SHAPE))?;
        if stored.apk.is_none() {
            return Ok(Outcome::Already);
        }
        let revision = stored.revision;
        let attributes = |stored: &StoredRejected| -> Result<Item, LedgerError> {
            serde_dynamo::to_item(stored).map_err(|_| damaged(UNSTORABLE))
        };
        let read = attributes(&stored)?;
        let changed = StoredRejected { apk: None, ask: None, set_aside: reason, revision: revision + 1, ..stored };
        let mut changed = item::rewrite(&item, &read, attributes(&changed)?);
        if !item::is_recorded_alike(&item, &changed) {
            item::hash(&mut changed);
        }
        match self.store.transact(vec![Write::Replace(changed, revision)]).await {
            Ok(()) => Ok(Outcome::Now),
            // A concurrent request has just done the same.
            Err(TransactError::Conflict) => Ok(Outcome::Already),
            Err(TransactError::Failed(error)) => Err(error.into()),
        }
    }

    /// A part of the attention list, newest first, at most `limit` items. Unreadable items are listed as such.
    pub async fn attention(
        &self,
        list: List,
        limit: usize,
        after: Option<IndexKey>,
    ) -> Result<Part<Attention>, LedgerError> {
        let range = whole(Index::Attention, list.partition().to_owned(), after);
        let place = |item: &Item| Ok(Some(index_key(Index::Attention, item)));
        let Part { list, next, unreadable, unknown } = self.matching(range, limit, place).await?;
        let places = list.iter().map(|place| &place.key);
        let dead_letter: Vec<Key> = places.filter(|key| key.sk == keys::REJECTED_SORT_KEY).cloned().collect();
        let dead_letter = if dead_letter.is_empty() {
            Vec::new()
        } else {
            self.store.get(dead_letter, Consistency::Eventual).await?
        };
        let list = list.iter().map(|place| attention(place, &dead_letter)).collect();
        Ok(Part { list, next, unreadable, unknown })
    }
}

/// Checks that the item of a dead letter is as recorded, and on or off the list accordingly; none: the item is of another
/// kind.
pub(crate) fn check(item: &Item) -> Option<Result<(), Unreadable>> {
    let key = item::key(item);
    let stored: Result<StoredRejected, _> = serde_dynamo::from_item(item.clone());
    key.pk.strip_prefix("REJECTED#")?;
    let listed = |stored: &StoredRejected| match (&stored.apk, &stored.ask) {
        (None, None) => true,
        (Some(apk), Some(ask)) => apk == keys::ATTENTION_MESSAGES && keys::is_attention_sort_key(ask, &key),
        (Some(_), None) | (None, Some(_)) => false,
    };
    Some(match stored {
        _ if Hash::of(item) == Hash::Differs => Err(Unreadable::damaged(key, CHANGED)),
        Ok(stored) if keys::dead_letter(&stored.message_id) == key && listed(&stored) => Ok(()),
        Ok(_) | Err(_) => Err(Unreadable::damaged(key, SHAPE)),
    })
}

/// The act that the item of a dead letter shows.
pub(crate) fn acts(item: &Item) -> Vec<(ActId, Timestamp)> {
    let act = || {
        item::key(item).pk.strip_prefix("REJECTED#")?;
        let stored: StoredRejected = serde_dynamo::from_item(item.clone()).ok()?;
        let (Reason { why, at }, message_id) = (stored.set_aside?, stored.message_id);
        Some((Change::item_set_aside(ItemId::DeadLetter { message_id }).id(Some(&why.parse().ok()?)), at))
    };
    act().into_iter().collect()
}

/// The list entry of an item; `dead_letter` holds the dead letters.
fn attention(IndexKey { gsk, key }: &IndexKey, dead_letter: &[Item]) -> Attention {
    if let Some(RowKey::Aggregate(AggregateKey::Annuity(annuity))) = RowKey::parse(key) {
        let since = gsk.split('#').next().and_then(|at| at.parse().ok());
        return Attention::Annuity { annuity, since };
    }
    let stored = dead_letter.iter().find(|item| text(item, "pk") == key.pk && text(item, "sk") == key.sk);
    match stored.and_then(|item| serde_dynamo::from_item::<_, StoredRejected>(item.clone()).ok()) {
        Some(stored) => Attention::DeadLetter(stored.dead_letter()),
        None => Attention::Unreadable { key: format!("{} {}", key.pk, key.sk) },
    }
}

fn damaged(key: &str, why: &'static str) -> LedgerError {
    LedgerError::Damaged { key: key.to_owned(), why }
}
