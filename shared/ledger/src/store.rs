//! What the ledger asks of a table: little enough that a test can play it, faults included.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::future::Future;

/// An item, as DynamoDB has it.
pub type Item = HashMap<String, AttributeValue>;

/// The most writes in one transaction (a limit of DynamoDB).
pub const MAX_WRITES: usize = 100;

/// Partition and sort key of an item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// Partition key.
    pub pk: String,
    /// Sort key.
    pub sk: String,
}

/// Where a row stands within its partition of the index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexKey {
    /// Its sort key in the index.
    pub gsk: String,
    /// Its key in the table.
    #[serde(flatten)]
    pub key: Key,
}

/// How fresh a read must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consistency {
    /// It may miss the latest writes; half the price.
    Eventual,
    /// It sees every write acknowledged before it began.
    Strong,
}

/// One write of a transaction. Nothing is ever deleted.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// A new item; a conflict if there is one under its key.
    Insert(Item),
    /// In place of an item whose revision (`v`) is still this one; a conflict otherwise.
    Replace(Item, u64),
    /// In place of an item whose attribute `v` is still this one, or still not there, whatever it is; a conflict otherwise.
    /// Only a repair writes so: what has no revision never changes otherwise.
    Mend(Item, Option<AttributeValue>),
}

impl Write {
    /// What is written.
    pub fn item(&self) -> &Item {
        match self {
            Write::Insert(item) | Write::Replace(item, _) | Write::Mend(item, _) => item,
        }
    }

    /// The same, taken out.
    pub fn into_item(self) -> Item {
        match self {
            Write::Insert(item) | Write::Replace(item, _) | Write::Mend(item, _) => item,
        }
    }
}

/// What became of one of several independent inserts.
#[derive(Debug)]
pub enum InsertResult {
    /// It is stored.
    Done,
    /// An item has its key already; nothing was written.
    Exists,
    /// It is not known to be stored.
    Failed(StoreError),
}

/// Why a transaction was not applied.
#[derive(Debug, thiserror::Error)]
pub enum TransactError {
    /// A condition did not hold, or another transaction was under way. Read again, plan again.
    #[error("others changed the same items")]
    Conflict,
    /// It is not known to be applied.
    #[error(transparent)]
    Failed(#[from] StoreError),
}

/// A request that did not succeed; it may have been applied all the same.
#[derive(Debug, thiserror::Error)]
#[error("the table could not answer {operation}")]
pub struct StoreError {
    /// The operation of DynamoDB.
    pub operation: &'static str,
    /// What it said.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// One page of the index, in its order.
#[derive(Debug, Default)]
pub struct Page {
    /// The rows, as projected.
    pub items: Vec<Item>,
    /// Whether there are more behind the last one.
    pub more: bool,
}

/// The two indexes. An item is in one if it has the key attributes of that index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Index {
    /// What concerns a partner, by day; the registered partners. Oldest first.
    ByPartner,
    /// What needs a person. Newest first.
    Attention,
}

impl Index {
    /// The index in template.yaml.
    pub fn name(self) -> &'static str {
        match self {
            Index::ByPartner => "by-partner",
            Index::Attention => "attention",
        }
    }

    /// The attributes that are its partition key and its sort key.
    pub fn keys(self) -> (&'static str, &'static str) {
        match self {
            Index::ByPartner => ("gpk", "gsk"),
            Index::Attention => ("apk", "ask"),
        }
    }

    /// Whether the least sort key comes first.
    pub fn is_ascending(self) -> bool {
        match self {
            Index::ByPartner => true,
            Index::Attention => false,
        }
    }
}

/// A range of keys in one partition of an index.
#[derive(Debug, Clone)]
pub struct KeyRange {
    /// Which index.
    pub index: Index,
    /// Partition of the index.
    pub gpk: String,
    /// The least sort key wanted.
    pub from: String,
    /// The greatest sort key wanted.
    pub to: String,
    /// Start behind this row.
    pub after: Option<IndexKey>,
    /// At most so many rows.
    pub limit: usize,
}

/// A table. The ledger's whole contact with the outside.
pub trait Store: Send + Sync {
    /// The items that exist under these keys, in no particular order. `keys` has no key twice.
    fn get(
        &self,
        keys: Vec<Key>,
        consistency: Consistency,
    ) -> impl Future<Output = Result<Vec<Item>, StoreError>> + Send;

    /// All items of a partition, by sort key, strongly consistent each, though half a transaction may show.
    fn partition(&self, pk: String) -> impl Future<Output = Result<Vec<Item>, StoreError>> + Send;

    /// A page of an index. It lags behind the table.
    fn index(&self, range: KeyRange) -> impl Future<Output = Result<Page, StoreError>> + Send;

    /// Inserts each item on its own; one answer for each, in their order. `items` has no key twice.
    fn insert(&self, items: Vec<Item>) -> impl Future<Output = Vec<InsertResult>> + Send;

    /// How many writes one transaction takes.
    fn max_writes(&self) -> usize {
        MAX_WRITES
    }

    /// Applies all of at most [`Store::max_writes`] writes, or none.
    fn transact(&self, writes: Vec<Write>) -> impl Future<Output = Result<(), TransactError>> + Send;

    /// Waits before the next attempt, longer each time and never twice the same.
    fn back_off(&self, attempt: u32) -> impl Future<Output = ()> + Send;
}
