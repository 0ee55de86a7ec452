//! A table that notes when each item was written and each broken promise of a write, and fails by chance.

use super::bug::Bug;
use super::oracle::Oracle;
use fixtures::memory::{holds, page, partition_of};
use ledger::item::key;
use ledger::store::{Consistency, Item, Key, KeyRange, Page, Store, StoreError, TransactError, Write};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::Poll;

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    items: BTreeMap<Key, Arc<Item>>,
    /// The number of the step: everything at once has the same.
    pub(super) now: u64,
    random: fastrand::Rng,
    pub(super) has_faults: bool,
    bug: Option<Bug>,
    pub(super) oracle: Oracle,
}

impl Table {
    /// A table with these items.
    pub(super) fn of(items: &[Arc<Item>], random: fastrand::Rng, bug: Option<Bug>) -> Table {
        let items = items.iter().map(|item| (key(item), Arc::clone(item))).collect();
        Table { items, now: 0, random, has_faults: true, bug, oracle: Oracle::default() }
    }

    /// Every item.
    pub(super) fn items(&self) -> Vec<Item> {
        self.items.values().map(|item| Item::clone(item)).collect()
    }

    fn chance(&mut self, of_256: u8) -> bool {
        self.has_faults && self.random.u8(..) < of_256
    }

    /// Applies writes, all or none, of a handler that began at a step; true: applied.
    pub(super) fn apply(&mut self, writes: Vec<Write>, began: u64) -> bool {
        let applied = writes.iter().all(|write| holds(write, self.items.get(&key(write.item())).map(|item| &**item)));
        if applied {
            let written: Vec<Arc<Item>> = writes.into_iter().map(|write| Arc::new(write.into_item())).collect();
            for item in &written {
                self.items.insert(key(item), Arc::clone(item));
            }
            self.oracle.committed(&written, (began, self.now), &self.items);
        }
        applied
    }
}

/// The table as one handler sees it.
#[derive(Debug, Clone)]
pub(super) struct SimStore {
    table: Arc<Mutex<Table>>,
    began: u64,
    /// Nobody goes first, and nothing fails.
    is_alone: bool,
}

impl SimStore {
    pub(super) fn new(table: Table) -> SimStore {
        SimStore { table: Arc::new(Mutex::new(table)), began: 0, is_alone: true }
    }

    /// The same table for a handler that begins now.
    pub(super) fn begin(&self) -> SimStore {
        SimStore { table: Arc::clone(&self.table), began: self.table().now, is_alone: false }
    }

    pub(super) fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap()
    }

    /// The scheduler's turn: others may go first, and this handler may crash here.
    async fn turn(&self) {
        let mut been = self.is_alone;
        poll_fn(|_| if std::mem::replace(&mut been, true) { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    fn fault(&self, operation: &'static str, of_256: u8) -> Result<(), StoreError> {
        let fails = !self.is_alone && self.table().chance(of_256);
        if fails { Err(StoreError { operation, source: "simulated".into() }) } else { Ok(()) }
    }

    /// Items of a partition as a reader gets them.
    fn read(&self, pk: &str) -> Vec<Item> {
        let table = self.table();
        let items: Vec<Item> = partition_of(&table.items, pk).map(|(_, item)| Item::clone(item)).collect();
        match table.bug {
            None => items,
            Some(bug) => bug.read(items),
        }
    }
}

impl Store for SimStore {
    async fn get(&self, keys: Vec<Key>, _consistency: Consistency) -> Result<Vec<Item>, StoreError> {
        self.turn().await;
        self.fault("BatchGetItem", 3)?;
        let table = self.table();
        Ok(keys.iter().filter_map(|key| table.items.get(key).map(|item| Item::clone(item))).collect())
    }

    async fn partition(&self, pk: String) -> Result<Vec<Item>, StoreError> {
        self.turn().await;
        self.fault("Query", 3)?;
        // A query reads item by item: it may see a part of what a transaction writes.
        let is_first = |item: &Item| key(item).sk.len().is_multiple_of(2);
        let mut items: Vec<Item> = self.read(&pk).into_iter().filter(is_first).collect();
        self.turn().await;
        items.extend(self.read(&pk).into_iter().filter(|item| !is_first(item)));
        items.sort_by_key(key);
        Ok(items)
    }

    async fn index(&self, range: KeyRange) -> Result<Page, StoreError> {
        self.turn().await;
        self.fault("Query", 3)?;
        Ok(page(self.table().items.iter().map(|(key, item)| (key, &**item)), &range))
    }

    async fn write_each(&self, writes: Vec<Write>) -> Vec<Result<(), TransactError>> {
        let one =
            |write| if self.table().apply(vec![write], self.began) { Ok(()) } else { Err(TransactError::Conflict) };
        writes.into_iter().map(one).collect()
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<(), TransactError> {
        self.turn().await;
        self.fault("TransactWriteItems", 3)?;
        if self.fault("TransactWriteItems", 6).is_err() {
            return Err(TransactError::Conflict);
        }
        let bug = self.table().bug;
        let writes = match bug {
            None => writes,
            Some(bug) => bug.write(writes),
        };
        if !self.table().apply(writes, self.began) {
            return Err(TransactError::Conflict);
        }
        Ok(self.fault("TransactWriteItems", 4)?)
    }

    async fn back_off(&self, _attempt: u32) {
        self.turn().await;
    }
}
