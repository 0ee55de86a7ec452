//! Tables that count, and that tear a read.

use fixtures::memory::{MemoryStore, size_of};
use ledger::item::key;
use ledger::store::{Consistency, Item, Key, KeyRange, Page, Store, StoreError, TransactError, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

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
