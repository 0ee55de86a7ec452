//! A table in memory of which every request is written down.

use crate::memory::MemoryStore;
use ledger::store::{Consistency, Inserted, Item, Key, Page, Store, StoreError, Stretch, TransactError, Write};
use std::sync::Mutex;

/// The table.
#[derive(Debug, Default)]
pub struct Watched {
    /// What is stored.
    pub table: MemoryStore,
    requests: Mutex<Vec<String>>,
}

impl Watched {
    /// The requests since it was last asked, one text each.
    pub fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }

    fn note(&self, request: String) {
        self.requests.lock().unwrap().push(request);
    }
}

impl Store for &Watched {
    async fn get(&self, keys: Vec<Key>, consistency: Consistency) -> Result<Vec<Item>, StoreError> {
        let names: Vec<String> = keys.iter().map(|key| format!("{} {}", key.pk, key.sk)).collect();
        self.note(format!("get {consistency:?} {}", names.join(", ")));
        (&self.table).get(keys, consistency).await
    }

    async fn partition(&self, pk: String) -> Result<Vec<Item>, StoreError> {
        self.note(format!("partition {pk}"));
        (&self.table).partition(pk).await
    }

    async fn index(&self, stretch: Stretch) -> Result<Page, StoreError> {
        self.note(format!("index {}", stretch.gpk));
        (&self.table).index(stretch).await
    }

    async fn insert(&self, items: Vec<Item>) -> Vec<Inserted> {
        self.note("insert".to_owned());
        (&self.table).insert(items).await
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<(), TransactError> {
        self.note("transact".to_owned());
        (&self.table).transact(writes).await
    }

    async fn back_off(&self, attempt: u32) {
        (&self.table).back_off(attempt).await;
    }
}
