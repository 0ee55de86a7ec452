//! The ledger: a store, and an observer of its bookings.

use crate::bookings::{Announce, Booking, Nobody, Writes};
use crate::error::LedgerError;
use crate::keys;
use crate::partner_month::PartnerMonth;
use crate::store::{Consistency, InsertResult, Item, Store, StoreError, TransactError, Write};
use std::collections::BTreeSet;

/// The ledger over a store, with an observer of its bookings.
#[derive(Debug, Clone)]
pub struct Ledger<S, A = Nobody> {
    pub(crate) store: S,
    pub(crate) announce: A,
}

impl<S: Store> Ledger<S> {
    /// The ledger in `store`, without an observer of bookings.
    pub fn new(store: S) -> Self {
        Ledger { store, announce: Nobody }
    }
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// The ledger in `store`; it reports its bookings to `announce`.
    pub fn announcing(store: S, announce: A) -> Self {
        Ledger { store, announce }
    }

    /// The store: for kinds of items that other crates keep beside the ledger's.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Opens the connection by reading a key that never exists; an error if the table does not answer.
    pub async fn ping(&self) -> Result<(), LedgerError> {
        self.store.get(vec![keys::nothing()], Consistency::Eventual).await?;
        Ok(())
    }

    /// Inserts each item on its own, with its booking if it has one. `sales`: the months whose number of sales changes.
    pub(crate) async fn insert(
        &self,
        new: Vec<(Item, Option<Booking>)>,
        sales: BTreeSet<PartnerMonth>,
    ) -> Vec<InsertResult> {
        let (items, bookings): (Vec<Item>, Vec<Option<Booking>>) = new.into_iter().unzip();
        if let Err(error) = self.before(bookings.iter().flatten(), sales).await {
            let why = error.to_string();
            let failed = |_| StoreError { operation: error.operation, source: why.clone().into() };
            return items.iter().map(|item| InsertResult::Failed(failed(item))).collect();
        }
        let inserted = self.store.insert(items).await;
        let done = bookings.into_iter().zip(&inserted).filter(|(_, inserted)| matches!(inserted, InsertResult::Done));
        self.announce.after(done.filter_map(|(booking, _)| booking).collect());
        inserted
    }

    /// Applies all writes, or none, and reports the bookings.
    pub(crate) async fn transact(&self, Writes { items, bookings, sales }: Writes) -> Result<(), TransactError> {
        self.before(bookings.iter(), sales).await?;
        self.store.transact(items).await?;
        self.announce.after(bookings);
        Ok(())
    }

    /// Applies writes that book nothing, and waits if others changed the same items meanwhile: then all is to be read and
    /// planned again (false).
    pub(crate) async fn applied(&self, writes: Vec<Write>, attempt: u32) -> Result<bool, LedgerError> {
        match self.store.transact(writes).await {
            Ok(()) => Ok(true),
            Err(TransactError::Conflict) => {
                self.store.back_off(attempt).await;
                Ok(false)
            }
            Err(TransactError::Failed(error)) => Err(error.into()),
        }
    }

    async fn before(
        &self,
        bookings: impl Iterator<Item = &Booking> + Send,
        mut months: BTreeSet<PartnerMonth>,
    ) -> Result<(), StoreError> {
        months.extend(bookings.map(|booking| booking.within.clone()));
        if months.is_empty() { Ok(()) } else { self.announce.before(&months).await }
    }
}
