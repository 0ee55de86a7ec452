//! A table in memory: one lock, items by key, the index computed when it is asked for.

use aws_sdk_dynamodb::types::AttributeValue;
use ledger::store::{
    Consistency, IndexKey, Inserted, Item, Key, MAX_WRITES, Page, Store, StoreError, Stretch, TransactError, Write,
};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

/// The table.
#[derive(Debug, Default)]
pub struct MemoryStore {
    items: Mutex<BTreeMap<Key, Item>>,
}

fn text(item: &Item, name: &str) -> Option<String> {
    item.get(name).and_then(|value| value.as_s().ok()).cloned()
}

fn key(item: &Item) -> Key {
    Key { pk: text(item, "pk").unwrap(), sk: text(item, "sk").unwrap() }
}

impl MemoryStore {
    fn items(&self) -> MutexGuard<'_, BTreeMap<Key, Item>> {
        self.items.lock().unwrap()
    }

    /// A table with these items.
    pub fn of(items: Vec<Item>) -> MemoryStore {
        MemoryStore { items: Mutex::new(items.into_iter().map(|item| (key(&item), item)).collect()) }
    }

    /// Every item, by key.
    pub fn dump(&self) -> Vec<Item> {
        self.items().values().cloned().collect()
    }

    /// Makes an attribute of an item one that is of no use, as a damaged table would.
    pub fn damage(&self, pk: &str, sk: &str, attribute: &str) {
        let key = Key { pk: pk.to_owned(), sk: sk.to_owned() };
        let damaged = self.items().get_mut(&key).unwrap().insert(attribute.to_owned(), AttributeValue::Bool(true));
        assert!(damaged.is_some(), "{pk} {sk} has no {attribute}");
    }
}

fn holds(items: &BTreeMap<Key, Item>, write: &Write) -> bool {
    match write {
        Write::Insert(item) => !items.contains_key(&key(item)),
        Write::Replace(item, revision) => {
            let there = items.get(&key(item)).and_then(|there| there.get("v"));
            there == Some(&AttributeValue::N(revision.to_string()))
        }
        Write::Mend(item, v) => items.get(&key(item)).is_some_and(|there| there.get("v") == v.as_ref()),
    }
}

impl Store for &MemoryStore {
    async fn get(&self, keys: Vec<Key>, _consistency: Consistency) -> Result<Vec<Item>, StoreError> {
        let items = self.items();
        Ok(keys.iter().filter_map(|key| items.get(key).cloned()).collect())
    }

    async fn partition(&self, pk: String) -> Result<Vec<Item>, StoreError> {
        let items = self.items();
        Ok(items.iter().filter(|(key, _)| key.pk == pk).map(|(_, item)| item.clone()).collect())
    }

    async fn index(&self, stretch: Stretch) -> Result<Page, StoreError> {
        let (pk, sk) = stretch.index.keys();
        let mut rows: Vec<(String, Key, Item)> = self
            .items()
            .iter()
            .filter(|(_, item)| text(item, pk).as_ref() == Some(&stretch.gpk))
            .filter_map(|(key, item)| Some((text(item, sk)?, key.clone(), item.clone())))
            .filter(|(gsk, _, _)| (&stretch.from..=&stretch.to).contains(&gsk))
            .collect();
        rows.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        if !stretch.index.is_ascending() {
            rows.reverse();
        }
        if let Some(IndexKey { gsk, key }) = stretch.after {
            let last = (&gsk, &key);
            rows.retain(|row| ((&row.0, &row.1) > last) == stretch.index.is_ascending() && (&row.0, &row.1) != last);
        }
        let more = rows.len() > stretch.limit;
        Ok(Page { items: rows.into_iter().take(stretch.limit).map(|(_, _, item)| item).collect(), more })
    }

    async fn insert(&self, new: Vec<Item>) -> Vec<Inserted> {
        let mut items = self.items();
        let results = new.into_iter().map(|item| {
            if items.contains_key(&key(&item)) {
                return Inserted::Exists;
            }
            items.insert(key(&item), item);
            Inserted::Done
        });
        results.collect()
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<(), TransactError> {
        assert!(!writes.is_empty() && writes.len() <= MAX_WRITES, "{} writes", writes.len());
        let mut items = self.items();
        if !writes.iter().all(|write| holds(&items, write)) {
            return Err(TransactError::Conflict);
        }
        for write in writes {
            match write {
                Write::Insert(item) | Write::Replace(item, _) | Write::Mend(item, _) => items.insert(key(&item), item),
            };
        }
        Ok(())
    }

    async fn back_off(&self, _attempt: u32) {}
}
