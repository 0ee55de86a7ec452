//! Tables that fail, that let others go first, and that count.

use fixtures::memory::{MemoryStore, size_of};
use ledger::item::key;
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

/// Capacity units, in halves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Halves {
    pub(crate) read: usize,
    pub(crate) written: usize,
}

/// A table that counts units as DynamoDB does: reads by 4 kB, half for an eventual one; writes by 1 kB, twice in a transaction,
/// and one for each row of an index.
pub(crate) struct Counting<'a> {
    pub(crate) table: &'a MemoryStore,
    pub(crate) halves: Mutex<Halves>,
}

impl Counting<'_> {
    fn read(&self, halves: usize) {
        self.halves.lock().unwrap().read += halves;
    }

    fn write(&self, item: &Item, times: usize) {
        let row = usize::from(item.contains_key("gpk"));
        self.halves.lock().unwrap().written += 2 * (times * size_of(item).div_ceil(1024) + row);
    }
}

fn sum(items: &[Item]) -> usize {
    items.iter().map(size_of).sum::<usize>().div_ceil(4096).max(1)
}

impl Store for &Counting<'_> {
    async fn get(&self, keys: Vec<Key>, consistency: Consistency) -> Result<Vec<Item>, StoreError> {
        let asked = keys.len();
        let items = self.table.get(keys, consistency).await?;
        let units: usize = items.iter().map(|item| size_of(item).div_ceil(4096)).sum();
        let halves = match consistency {
            Consistency::Eventual => 1,
            Consistency::Strong => 2,
        };
        self.read(halves * (units + asked - items.len()));
        Ok(items)
    }

    async fn partition(&self, pk: String) -> Result<Vec<Item>, StoreError> {
        let items = self.table.partition(pk).await?;
        self.read(2 * sum(&items));
        Ok(items)
    }

    async fn beginning_with(&self, pk: String, prefix: String) -> Result<Vec<Item>, StoreError> {
        let items = self.table.beginning_with(pk, prefix).await?;
        self.read(2 * sum(&items));
        Ok(items)
    }

    async fn index(&self, range: KeyRange) -> Result<Page, StoreError> {
        let page = self.table.index(range).await?;
        self.read(sum(&page.items));
        Ok(page)
    }

    async fn write_each(&self, writes: Vec<Write>) -> Vec<Result<(), TransactError>> {
        for write in &writes {
            self.write(write.item(), 1);
        }
        self.table.write_each(writes).await
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<(), TransactError> {
        for write in &writes {
            self.write(write.item(), 2);
        }
        self.table.transact(writes).await
    }

    async fn back_off(&self, _attempt: u32) {}
}

/// A table whose first read of an item's partition gives the item as it was before.
pub(crate) struct Torn<'a> {
    table: &'a MemoryStore,
    old: Mutex<Option<Item>>,
    conflicts: AtomicUsize,
}

impl Torn<'_> {
    pub(crate) fn new(table: &MemoryStore, old: Item) -> Torn<'_> {
        Torn { table, old: Mutex::new(Some(old)), conflicts: AtomicUsize::new(0) }
    }

    /// The old item was read, and so many transactions were in conflict.
    pub(crate) fn read_and_conflicts(&self) -> (bool, usize) {
        (self.old.lock().unwrap().is_none(), self.conflicts.load(Ordering::Relaxed))
    }
}

impl Store for &Torn<'_> {
    async fn get(&self, keys: Vec<Key>, consistency: Consistency) -> Result<Vec<Item>, StoreError> {
        self.table.get(keys, consistency).await
    }

    async fn partition(&self, pk: String) -> Result<Vec<Item>, StoreError> {
        let mut items = self.table.partition(pk.clone()).await?;
        let old = self.old.lock().unwrap().take_if(|old| key(old).pk == pk);
        if let Some(old) = old {
            items.iter_mut().filter(|item| key(item) == key(&old)).for_each(|item| item.clone_from(&old));
        }
        Ok(items)
    }

    async fn index(&self, range: KeyRange) -> Result<Page, StoreError> {
        self.table.index(range).await
    }

    async fn write_each(&self, writes: Vec<Write>) -> Vec<Result<(), TransactError>> {
        self.table.write_each(writes).await
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<(), TransactError> {
        let written = self.table.transact(writes).await;
        self.conflicts.fetch_add(usize::from(written.is_err()), Ordering::Relaxed);
        written
    }

    async fn back_off(&self, _attempt: u32) {}
}
