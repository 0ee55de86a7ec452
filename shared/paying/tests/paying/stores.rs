//! Tables that fail, and that let others go first.

use fixtures::memory::MemoryStore;
use ledger::store::{Consistency, Item, Key, KeyRange, Page, Store, StoreError, TransactError, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A table of which one request fails, applied or not.
pub(crate) struct Faulty<'a> {
    pub(crate) table: &'a MemoryStore,
    /// The request that fails, from 1; others have been made before it.
    pub(crate) fails: usize,
    pub(crate) is_applied: bool,
    pub(crate) requests: AtomicUsize,
}

fn failure() -> StoreError {
    StoreError { operation: "any", source: "no answer".into() }
}

impl Faulty<'_> {
    fn fails_now(&self) -> bool {
        self.requests.fetch_add(1, Ordering::Relaxed) + 1 == self.fails
    }
}

impl Store for &Faulty<'_> {
    async fn get(&self, keys: Vec<Key>, consistency: Consistency) -> Result<Vec<Item>, StoreError> {
        if self.fails_now() { Err(failure()) } else { self.table.get(keys, consistency).await }
    }

    async fn partition(&self, pk: String) -> Result<Vec<Item>, StoreError> {
        if self.fails_now() { Err(failure()) } else { self.table.partition(pk).await }
    }

    async fn index(&self, range: KeyRange) -> Result<Page, StoreError> {
        if self.fails_now() { Err(failure()) } else { self.table.index(range).await }
    }

    async fn write_each(&self, writes: Vec<Write>) -> Vec<Result<(), TransactError>> {
        let fails = self.fails_now();
        let number = writes.len();
        let results = if fails && !self.is_applied { Vec::new() } else { self.table.write_each(writes).await };
        if fails { (0..number).map(|_| Err(failure().into())).collect() } else { results }
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<(), TransactError> {
        let fails = self.fails_now();
        let result = if fails && !self.is_applied { Ok(()) } else { self.table.transact(writes).await };
        if fails { Err(failure().into()) } else { result }
    }

    async fn back_off(&self, _attempt: u32) {}
}

/// A table that lets others go first, by chance.
pub(crate) struct Polite<'a> {
    pub(crate) table: &'a MemoryStore,
    pub(crate) chance: Mutex<fastrand::Rng>,
}

impl Polite<'_> {
    async fn wait(&self) {
        let times = self.chance.lock().unwrap().u8(0..4);
        for _ in 0..times {
            tokio::task::yield_now().await;
        }
    }
}

impl Store for &Polite<'_> {
    async fn get(&self, keys: Vec<Key>, consistency: Consistency) -> Result<Vec<Item>, StoreError> {
        self.wait().await;
        self.table.get(keys, consistency).await
    }

    async fn partition(&self, pk: String) -> Result<Vec<Item>, StoreError> {
        self.wait().await;
        self.table.partition(pk).await
    }

    async fn index(&self, range: KeyRange) -> Result<Page, StoreError> {
        self.wait().await;
        self.table.index(range).await
    }

    async fn write_each(&self, writes: Vec<Write>) -> Vec<Result<(), TransactError>> {
        self.wait().await;
        self.table.write_each(writes).await
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<(), TransactError> {
        self.wait().await;
        self.table.transact(writes).await
    }

    async fn back_off(&self, _attempt: u32) {}
}
