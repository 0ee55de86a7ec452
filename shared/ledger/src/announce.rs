//! A store that tells where entries are booked: before a write that books some, so that nothing is forgotten if the writer
//! ends here, and after it.

use crate::store::{Consistency, Inserted, Item, Key, Page, Store, StoreError, Stretch, TransactError, Write};
use crate::totals::PartnerMonth;
use std::collections::BTreeSet;
use std::future::Future;

/// Who is told.
pub trait Announce: Send + Sync {
    /// Entries are about to be booked there. The write is not made if this fails.
    fn before(&self, months: &BTreeSet<PartnerMonth>) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Entries were booked there, durably.
    fn after(&self, months: BTreeSet<PartnerMonth>);
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

    async fn before<'a>(
        &self,
        items: impl Iterator<Item = &'a Item> + Send,
    ) -> Result<BTreeSet<PartnerMonth>, StoreError> {
        let months: BTreeSet<PartnerMonth> = items.filter_map(PartnerMonth::of).collect();
        if !months.is_empty() {
            self.announce.before(&months).await?;
        }
        Ok(months)
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
        match self.before(items.iter()).await {
            Ok(months) => {
                let inserted = self.store.insert(items).await;
                self.announce.after(months);
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
        let items = writes.iter().map(|(Write::Insert(item) | Write::Replace(item, _))| item);
        let months = self.before(items).await?;
        self.store.transact(writes).await?;
        self.announce.after(months);
        Ok(())
    }

    fn back_off(&self, attempt: u32) -> impl Future<Output = ()> + Send {
        self.store.back_off(attempt)
    }
}
