//! A store that tells what is booked: before a write that books some entries, so that nothing is forgotten if the writer
//! ends here, and after it.

use crate::keys;
use crate::rows::text;
use crate::store::{Consistency, Inserted, Item, Key, Page, Store, StoreError, Stretch, TransactError, Write};
use crate::totals::PartnerMonth;
use aws_sdk_dynamodb::types::AttributeValue;
use rules::{Currency, Kind, Minor};
use std::collections::BTreeSet;
use std::future::Future;

/// An entry, as far as it is of interest to whoever is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booked {
    /// Whose it is, and the month it is booked in.
    pub within: PartnerMonth,
    /// What it is for.
    pub kind: Kind,
    /// The partner's part, less than nothing if it takes something back.
    pub amount: Minor,
    /// Its currency.
    pub currency: Currency,
}

impl Booked {
    /// The entry that a new item holds; none if it holds none. Looked up where [`crate::rows`] stores it, since this is
    /// on the way of every write.
    pub fn of(item: &Item) -> Option<Booked> {
        let entry = item.get("e")?.as_m().ok()?;
        let decision = entry.get("b")?.as_m().ok()?.get("d")?.as_m().ok()?;
        let kind = decision.get("k")?.as_s().ok()?;
        let month = text(item, "gsk").get(..7)?.parse().ok()?;
        Some(Booked {
            within: PartnerMonth { partner_id: keys::partner_of(text(item, "gpk"))?, month },
            kind: Kind::ALL.into_iter().find(|known| known.as_str() == kind)?,
            amount: Minor(entry.get("a").and_then(number)?),
            currency: text(entry, "c").parse().ok()?,
        })
    }
}

fn number(value: &AttributeValue) -> Option<i64> {
    value.as_n().ok()?.parse().ok()
}

/// Who is told.
pub trait Announce: Send + Sync {
    /// Entries are about to be booked there. The write is not made if this fails.
    fn before(&self, months: &BTreeSet<PartnerMonth>) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// These entries were booked, durably.
    fn after(&self, booked: Vec<Booked>);
}

/// A store whose bookings are announced.
#[derive(Debug, Clone)]
pub struct Announced<S, A> {
    store: S,
    announce: A,
}

impl<S: Store, A: Announce> Announced<S, A> {
    /// Announces what is booked in `store`.
    pub fn new(store: S, announce: A) -> Self {
        Announced { store, announce }
    }

    async fn before(&self, booked: impl Iterator<Item = &Booked> + Send) -> Result<(), StoreError> {
        let months: BTreeSet<PartnerMonth> = booked.map(|booked| booked.within.clone()).collect();
        if months.is_empty() { Ok(()) } else { self.announce.before(&months).await }
    }
}

impl<S: Store, A: Announce> Store for Announced<S, A> {
    fn get(
        &self,
        keys: Vec<Key>,
        consistency: Consistency,
    ) -> impl Future<Output = Result<Vec<Item>, StoreError>> + Send {
        self.store.get(keys, consistency)
    }

    fn partition(&self, pk: String) -> impl Future<Output = Result<Vec<Item>, StoreError>> + Send {
        self.store.partition(pk)
    }

    fn index(&self, stretch: Stretch) -> impl Future<Output = Result<Page, StoreError>> + Send {
        self.store.index(stretch)
    }

    async fn insert(&self, items: Vec<Item>) -> Vec<Inserted> {
        let booked: Vec<Option<Booked>> = items.iter().map(Booked::of).collect();
        match self.before(booked.iter().flatten()).await {
            Ok(()) => {
                let inserted = self.store.insert(items).await;
                let done = booked.into_iter().zip(&inserted).filter(|(_, inserted)| matches!(inserted, Inserted::Done));
                self.announce.after(done.filter_map(|(booked, _)| booked).collect());
                inserted
            }
            Err(error) => {
                let why = error.to_string();
                let failed = |_| StoreError { operation: error.operation, source: why.clone().into() };
                items.iter().map(|item| Inserted::Failed(failed(item))).collect()
            }
        }
    }

    fn max_writes(&self) -> usize {
        self.store.max_writes()
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<(), TransactError> {
        let booked: Vec<Booked> = writes
            .iter()
            .filter_map(|write| match write {
                Write::Insert(item) => Booked::of(item),
                // An entry never changes: what is replaced had it before, or has none.
                Write::Replace(_, _) | Write::Mend(_, _) => None,
            })
            .collect();
        self.before(booked.iter()).await?;
        self.store.transact(writes).await?;
        self.announce.after(booked);
        Ok(())
    }

    fn back_off(&self, attempt: u32) -> impl Future<Output = ()> + Send {
        self.store.back_off(attempt)
    }
}
