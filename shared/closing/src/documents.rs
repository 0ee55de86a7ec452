//! Reads of documents, and of what closes carried, with the reason.

use crate::compressed::Compressed;
use crate::contests::{NumberedContest, read_contest};
use crate::forms::{CarriedForm, DocumentForm};
use crate::keys::{self, DocumentPlace, ItemKey};
use crate::{Closing, ClosingError, item};
use ledger::item::key;
use ledger::store::{IndexKey, Item, Key};
use ledger::{Store, Unreadable};
use rules::{Month, PartnerId};
use serde::{Deserialize, Serialize};
use settlement::number::GivenNumber;
use settlement::{Carried, Document};

/// The document at a place of a series. Its XML is here and not with the document, which lists read.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Numbered {
    /// The key of the document.
    pub(crate) at: Key,
    /// Its XML as it was issued; none: it has none.
    #[serde(rename = "xm", default, skip_serializing_if = "Option::is_none")]
    pub(crate) xml: Option<Compressed>,
}

/// All of a partner: documents, what is carried, and contests, each by account and close.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Papers {
    /// The documents, issued and received.
    pub documents: Vec<Document>,
    /// The accounts carried, by close.
    pub carried: Vec<Carried>,
    /// The contests of the documents.
    pub contests: Vec<NumberedContest>,
}

/// A part of a list, and the key after which it continues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<T> {
    /// The part.
    pub list: Vec<T>,
    /// The key; none: the list is complete.
    pub next: Option<IndexKey>,
}

/// Reads the item of a document.
pub(crate) fn read(item: &Item) -> Result<(DocumentPlace, Document), Unreadable> {
    let unknown = || item::unknown(key(item));
    let Some(ItemKey::Document(place)) = ItemKey::parse(&key(item)) else { return Err(unknown()) };
    let document = item::read::<DocumentForm>(item)?.read(place.account.clone()).ok_or_else(unknown)?;
    Ok((place, document))
}

/// Reads the item of what a close carried.
pub(crate) fn read_carried(item: &Item) -> Result<Carried, Unreadable> {
    let Some(ItemKey::Carried(account, month)) = ItemKey::parse(&key(item)) else {
        return Err(item::unknown(key(item)));
    };
    Ok(item::read::<CarriedForm>(item)?.read(account, month))
}

impl<S: Store> Closing<S> {
    /// The document with a number that was given here.
    pub async fn document(&self, number: &GivenNumber) -> Result<Option<Document>, ClosingError> {
        Ok(self.placed(number).await?.map(|(_, document)| document))
    }

    /// The XML of the document with a number, as it was issued; none: it has none.
    pub async fn xml(&self, number: &GivenNumber) -> Result<Option<String>, ClosingError> {
        let key = keys::place(number);
        let Some(item) = self.item(key.clone()).await? else { return Ok(None) };
        let Some(compressed) = item::read::<Numbered>(&item)?.xml else { return Ok(None) };
        Ok(Some(compressed.text().ok_or_else(|| item::unknown(key))?))
    }

    /// The document with a number, and its place.
    pub(crate) async fn placed(&self, number: &GivenNumber) -> Result<Option<(DocumentPlace, Document)>, ClosingError> {
        let Some(at) = self.key_of(number).await? else { return Ok(None) };
        let Some(item) = self.item(at).await? else { return Ok(None) };
        Ok(Some(read(&item)?))
    }

    /// The key of the document with a number.
    pub(crate) async fn key_of(&self, number: &GivenNumber) -> Result<Option<Key>, ClosingError> {
        let Some(item) = self.item(keys::place(number)).await? else { return Ok(None) };
        let Numbered { at, xml: _ } = item::read(&item)?;
        Ok(Some(at))
    }

    /// All of a partner.
    pub async fn papers(&self, partner: &PartnerId) -> Result<Papers, ClosingError> {
        let mut papers = Papers::default();
        for item in self.store().partition(keys::documents(partner)).await? {
            match ItemKey::parse(&key(&item)) {
                Some(ItemKey::Document(_)) => papers.documents.push(read(&item)?.1),
                Some(ItemKey::Carried(..)) => papers.carried.push(read_carried(&item)?),
                Some(ItemKey::Contest(..)) => papers.contests.push(read_contest(&item)?),
                Some(_) | None => return Err(item::unknown(key(&item)).into()),
            }
        }
        Ok(papers)
    }

    /// The documents of a close by partner, a part of them.
    pub async fn documents_at(
        &self,
        close: Month,
        limit: usize,
        after: Option<IndexKey>,
    ) -> Result<Part<Document>, ClosingError> {
        let (items, next) = self.listed(keys::documents_at(close), limit, after).await?;
        let list = items.iter().map(|item| read(item).map(|(_, document)| document)).collect::<Result<_, _>>()?;
        Ok(Part { list, next })
    }

    /// The accounts that a close carried and the reasons, by partner, a part of them.
    pub async fn carried_at(
        &self,
        close: Month,
        limit: usize,
        after: Option<IndexKey>,
    ) -> Result<Part<Carried>, ClosingError> {
        let (items, next) = self.listed(keys::carried_at(close), limit, after).await?;
        Ok(Part { list: items.iter().map(read_carried).collect::<Result<_, _>>()?, next })
    }
}
