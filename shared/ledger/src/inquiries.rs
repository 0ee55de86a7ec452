//! Inquiries of partners: what a partner reports as missing or wrong, and a manager's answer. They decide no
//! amount. An inquiry is on the attention list until it is answered.
//!
//! | item | partition | sort key |
//! |---|---|---|
//! | an inquiry | `PARTNER#<partner>#INQUIRIES` | `<inquiry>` |

use crate::bookings::Announce;
use crate::error::{CHANGED, SHAPE, UNSTORABLE};
use crate::item::{self, Hash, key, text};
use crate::journal::{Act, ActId, Change, Occasion};
use crate::queries::{Part, name, whole};
use crate::store::{Consistency, Index, IndexKey, Item, Key, KeyRange, Store, TransactError, Write};
use crate::{Ledger, LedgerError, Unreadable, keys};
use jiff::Timestamp;
use rules::inquiry::{Concern, Inquiry, Note};
use rules::{ContractId, DocumentId, PartnerId};
use serde::{Deserialize, Serialize};

/// The most inquiries of a partner.
pub const MAX_INQUIRIES: usize = 500;
/// The most inquiries of a partner that wait for an answer.
pub const MAX_OPEN: usize = 20;

/// An inquiry as recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedInquiry {
    pub partner_id: PartnerId,
    /// The id that the partner gave it.
    pub id: DocumentId,
    pub inquiry: Inquiry,
    pub asked_at: Timestamp,
    /// The manager's answer.
    pub answer: Option<Answer>,
}

/// A manager's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    #[serde(rename = "tx")]
    pub text: Note,
    pub at: Timestamp,
}

/// The outcome of recording an inquiry or an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Recorded,
    /// The same was recorded before.
    Already,
    /// Something else was recorded before, and stays.
    Other,
    /// There is no such inquiry.
    NoInquiry,
    /// The partner has [`MAX_INQUIRIES`].
    TooMany,
    /// [`MAX_OPEN`] of the partner's inquiries wait for an answer.
    TooManyOpen,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    pk: String,
    sk: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    apk: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ask: Option<String>,
    #[serde(rename = "cc")]
    concern: Concern,
    #[serde(rename = "co", default, skip_serializing_if = "Option::is_none")]
    contract_id: Option<ContractId>,
    #[serde(rename = "tx")]
    text: Note,
    at: Timestamp,
    #[serde(rename = "an", default, skip_serializing_if = "Option::is_none")]
    answer: Option<Answer>,
    #[serde(rename = "v")]
    revision: u64,
}

impl Stored {
    fn of(recorded: RecordedInquiry, revision: u64) -> Stored {
        let RecordedInquiry { partner_id, id, inquiry, asked_at, answer } = recorded;
        let Inquiry { concern, contract_id, text } = inquiry;
        let key = keys::inquiry(&partner_id, &id);
        let listed = answer.is_none().then(|| keys::attention_sort_key(asked_at, &key));
        let (apk, Key { pk, sk }) = (listed.is_some().then(|| keys::ATTENTION_INQUIRIES.to_owned()), key);
        Stored { pk, sk, apk, ask: listed, concern, contract_id, text, at: asked_at, answer, revision }
    }

    fn item(&self) -> Result<Item, LedgerError> {
        let failed = |_| LedgerError::Damaged { key: format!("{} {}", self.pk, self.sk), why: UNSTORABLE };
        let mut item = serde_dynamo::to_item(self).map_err(failed)?;
        item::hash(&mut item);
        Ok(item)
    }
}

fn read(item: &Item) -> Result<(RecordedInquiry, u64), Unreadable> {
    if Hash::of(item) == Hash::Differs {
        return Err(Unreadable::damaged(key(item), CHANGED));
    }
    let stored: Result<Stored, _> = serde_dynamo::from_item(item.clone());
    let Ok(Stored { pk, sk, apk: _, ask: _, concern, contract_id, text, at, answer, revision }) = stored else {
        return Err(Unreadable::damaged(key(item), SHAPE));
    };
    let Some((partner_id, id)) = keys::inquiries_of(&pk).zip(sk.parse().ok()) else {
        return Err(Unreadable::damaged(key(item), "its key is not that of an inquiry"));
    };
    let inquiry = Inquiry { concern, contract_id, text };
    Ok((RecordedInquiry { partner_id, id, inquiry, asked_at: at, answer }, revision))
}

/// Checks that the item of an inquiry is as recorded, and on the list until it is answered; none: the item is of another
/// kind.
pub(crate) fn check(item: &Item) -> Option<Result<(), Unreadable>> {
    keys::inquiries_of(text(item, "pk"))?;
    let (apk, ask) = (text(item, "apk"), text(item, "ask"));
    let is_listed = apk == keys::ATTENTION_INQUIRIES && keys::is_attention_sort_key(ask, &key(item));
    Some(read(item).and_then(|(recorded, _)| match recorded.answer {
        None if is_listed => Ok(()),
        Some(_) if !item.contains_key("apk") && !item.contains_key("ask") => Ok(()),
        None | Some(_) => {
            Err(Unreadable::damaged(key(item), "it is on the list of attention, or not, against its answer"))
        }
    }))
}

/// The acts that the item of an inquiry shows.
pub(crate) fn acts(item: &Item) -> Vec<(ActId, Timestamp)> {
    let is_inquiry = keys::inquiries_of(text(item, "pk")).is_some();
    let Some((recorded, _)) = is_inquiry.then(|| read(item).ok()).flatten() else { return Vec::new() };
    let RecordedInquiry { partner_id, id: inquiry, asked_at, answer, .. } = recorded;
    let asked = Change::Inquiry { partner_id: partner_id.clone(), inquiry: inquiry.clone() };
    let answered = answer.map(|answer| (Change::Answer { partner_id, inquiry }.id(None), answer.at));
    [(asked.id(None), asked_at)].into_iter().chain(answered).collect()
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// A partner's inquiries, newest first.
    pub async fn inquiries_of(&self, partner: &PartnerId) -> Result<Part<RecordedInquiry>, LedgerError> {
        let mut part = Part { list: Vec::new(), next: None, unreadable: Vec::new(), unknown: Vec::new() };
        for item in self.store.partition(keys::inquiries_partition(partner)).await? {
            match read(&item) {
                Ok((recorded, _)) => part.list.push(recorded),
                Err(_) => part.unreadable.push(name(&item)),
            }
        }
        part.list.sort_by(|a, b| b.asked_at.cmp(&a.asked_at).then_with(|| a.id.cmp(&b.id)));
        Ok(part)
    }

    /// Everyone's inquiries without an answer, newest first; at most `limit`.
    pub async fn open_inquiries(
        &self,
        limit: usize,
        after: Option<IndexKey>,
    ) -> Result<Part<RecordedInquiry>, LedgerError> {
        let range = whole(Index::Attention, keys::ATTENTION_INQUIRIES.to_owned(), after);
        // The index lags behind the table.
        let open = |item: &Item| Ok(Some(read(item)?.0).filter(|recorded| recorded.answer.is_none()));
        let mut part = self.listed_now(KeyRange { limit, ..range }, open).await?;
        part.list.sort_by(|a, b| b.asked_at.cmp(&a.asked_at).then_with(|| a.id.cmp(&b.id)));
        Ok(part)
    }

    /// Records an inquiry, once.
    pub async fn inquire(&self, asked: &RecordedInquiry, occasion: &Occasion) -> Result<Outcome, LedgerError> {
        let before = self.inquiry(&asked.partner_id, &asked.id).await?;
        if let Some((_, before, _)) = before {
            return Ok(if before.inquiry == asked.inquiry { Outcome::Already } else { Outcome::Other });
        }
        let items = self.store.partition(keys::inquiries_partition(&asked.partner_id)).await?;
        if items.len() >= MAX_INQUIRIES {
            return Ok(Outcome::TooMany);
        }
        if items.iter().filter(|item| !item.contains_key("an")).count() >= MAX_OPEN {
            return Ok(Outcome::TooManyOpen);
        }
        let (partner_id, inquiry) = (asked.partner_id.clone(), asked.id.clone());
        let mut writes = vec![Write::Insert(Stored::of(asked.clone(), 1).item()?)];
        writes.extend(Act::new(occasion, Change::Inquiry { partner_id, inquiry }).writes()?);
        match self.store.transact(writes).await {
            Ok(()) => Ok(Outcome::Recorded),
            Err(TransactError::Conflict) => match self.inquiry(&asked.partner_id, &asked.id).await? {
                Some((_, before, _)) if before.inquiry == asked.inquiry => Ok(Outcome::Already),
                Some(_) | None => Ok(Outcome::Other),
            },
            Err(TransactError::Failed(error)) => Err(error.into()),
        }
    }

    /// Records the answer to an inquiry, once; takes the inquiry off the attention list.
    pub async fn answer_inquiry(
        &self,
        partner: &PartnerId,
        id: &DocumentId,
        answer: &Answer,
        occasion: &Occasion,
    ) -> Result<Outcome, LedgerError> {
        const ATTEMPTS: u32 = 12;
        for attempt in 0..ATTEMPTS {
            let Some((stored, recorded, revision)) = self.inquiry(partner, id).await? else {
                return Ok(Outcome::NoInquiry);
            };
            if let Some(before) = &recorded.answer {
                return Ok(if before.text == answer.text { Outcome::Already } else { Outcome::Other });
            }
            let read = Stored::of(recorded.clone(), revision).item()?;
            let answered = RecordedInquiry { answer: Some(answer.clone()), ..recorded };
            let mut item = item::rewrite(&stored, &read, Stored::of(answered, revision + 1).item()?);
            item::hash(&mut item);
            let change = Change::Answer { partner_id: partner.clone(), inquiry: id.clone() };
            let mut writes = vec![Write::Replace(item, revision)];
            writes.extend(Act::new(occasion, change).writes()?);
            if self.applied(writes, attempt).await? {
                return Ok(Outcome::Recorded);
            }
        }
        Err(LedgerError::Contended { what: keys::inquiries_partition(partner), attempts: ATTEMPTS })
    }

    /// An inquiry with its item and its revision.
    async fn inquiry(
        &self,
        partner: &PartnerId,
        id: &DocumentId,
    ) -> Result<Option<(Item, RecordedInquiry, u64)>, LedgerError> {
        let item = self.store.get(vec![keys::inquiry(partner, id)], Consistency::Strong).await?.into_iter().next();
        let Some(item) = item else { return Ok(None) };
        let (recorded, revision) = read(&item)?;
        Ok(Some((item, recorded, revision)))
    }
}
