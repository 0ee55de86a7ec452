//! The interface to a table: small enough for a test to simulate, faults included.

use crate::passing;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;

/// An item, as DynamoDB represents it.
pub type Item = HashMap<String, AttributeValue>;

/// The most writes in one transaction (a limit of DynamoDB).
pub const MAX_WRITES: usize = 100;

/// The most rows that one step of a sum adds up: about 10 MB, in a part of what a function may take.
pub const MOST_ADDED_UP: usize = 20_000;
/// The rows of a month that are added up in a second.
pub const ROWS_ADDED_UP_PER_SECOND: u64 = 1_000;

/// Partition and sort key of an item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// Partition key.
    pub pk: String,
    /// Sort key.
    pub sk: String,
}

/// The position of a row within its partition of the index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexKey {
    /// Its sort key in the index.
    pub gsk: String,
    /// Its key in the table.
    #[serde(flatten)]
    pub key: Key,
}

/// The consistency of a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consistency {
    /// May miss the latest writes; costs half.
    Eventual,
    /// Sees every write acknowledged before the read began.
    Strong,
}

/// One write of a transaction. Nothing is ever deleted.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// A new item; a conflict if its key exists.
    Insert(Item),
    /// Replaces an item if its revision (`v`) is still this one; a conflict otherwise.
    Replace(Item, u64),
    /// Replaces an item if its attribute `v` still has this value, of any type, or is still absent; a conflict
    /// otherwise. For repairs only: an item without a revision never changes otherwise.
    Mend(Item, Option<AttributeValue>),
}

impl Write {
    /// The item to write.
    pub fn item(&self) -> &Item {
        match self {
            Write::Insert(item) | Write::Replace(item, _) | Write::Mend(item, _) => item,
        }
    }

    /// The item to write, by value.
    pub fn into_item(self) -> Item {
        match self {
            Write::Insert(item) | Write::Replace(item, _) | Write::Mend(item, _) => item,
        }
    }
}

/// The result of one of several independent inserts.
#[derive(Debug)]
pub enum InsertResult {
    /// The item is stored.
    Done,
    /// An item with this key exists; nothing was written.
    Exists,
    /// The insert failed, but may have been applied.
    Failed(StoreError),
}

impl From<Result<(), TransactError>> for InsertResult {
    fn from(written: Result<(), TransactError>) -> InsertResult {
        match written {
            Ok(()) => InsertResult::Done,
            Err(TransactError::Conflict) => InsertResult::Exists,
            Err(TransactError::Failed(error)) => InsertResult::Failed(error),
        }
    }
}

/// The reason why a transaction, or a write on its own, was not applied.
#[derive(Debug, thiserror::Error)]
pub enum TransactError {
    /// A condition did not hold, or a concurrent transaction was in progress. Read again, plan again.
    #[error("others changed the same items")]
    Conflict,
    /// The transaction failed, but may have been applied.
    #[error(transparent)]
    Failed(#[from] StoreError),
}

/// A failed request; it may have been applied nevertheless.
#[derive(Debug, thiserror::Error)]
#[error("the table could not answer {operation}")]
pub struct StoreError {
    /// The operation of DynamoDB.
    pub operation: &'static str,
    /// The cause.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

impl StoreError {
    /// True if the same request may succeed a little later: the table had no room for it, or did not answer.
    pub fn is_passing(&self) -> bool {
        let cause = &*self.source;
        cause.is::<Passing>() || passing::is_passing(cause)
    }
}

/// A cause that passes, other than an answer of DynamoDB to a whole request.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct Passing {
    what: String,
}

impl Passing {
    /// A cause in words.
    pub fn new(what: impl Into<String>) -> Passing {
        Passing { what: what.into() }
    }
}

/// The longest pause before another attempt, after so many: it doubles up to 1.28 s, and what of it is waited is random.
pub fn longest_pause(attempt: u32) -> Duration {
    Duration::from_millis(20 << attempt.min(6))
}

/// One page of the index, in its order.
#[derive(Debug, Default)]
pub struct Page {
    /// The rows, as projected.
    pub items: Vec<Item>,
    /// Whether more rows follow the last one.
    pub more: bool,
}

/// The two indexes. An item is in one if it has the key attributes of that index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Index {
    /// A partner's rows, by day; the registered partners. Oldest first.
    ByPartner,
    /// The attention list. Newest first.
    Attention,
}

impl Index {
    /// The name of the index in template.yaml.
    pub fn name(self) -> &'static str {
        match self {
            Index::ByPartner => "by-partner",
            Index::Attention => "attention",
        }
    }

    /// The attributes of its partition key and its sort key.
    pub fn keys(self) -> (&'static str, &'static str) {
        match self {
            Index::ByPartner => ("gpk", "gsk"),
            Index::Attention => ("apk", "ask"),
        }
    }

    /// Whether the smallest sort key comes first.
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
    pub index: Index,
    /// Partition of the index.
    pub gpk: String,
    /// The smallest sort key.
    pub from: String,
    /// The largest sort key.
    pub to: String,
    /// The row after which the page begins.
    pub after: Option<IndexKey>,
    /// The most rows.
    pub limit: usize,
}

/// A table: the ledger's only access to the outside.
pub trait Store: Send + Sync {
    /// The existing items of these keys, in no particular order. `keys` must not contain a key twice.
    fn get(
        &self,
        keys: Vec<Key>,
        consistency: Consistency,
    ) -> impl Future<Output = Result<Vec<Item>, StoreError>> + Send;

    /// All items of a partition, by sort key. Each is strongly consistent; together they may be a torn read.
    fn partition(&self, pk: String) -> impl Future<Output = Result<Vec<Item>, StoreError>> + Send;

    /// The items of a partition whose sort keys begin with a prefix, as [`partition`](Store::partition) gives them. A store that can
    /// read these alone does.
    fn beginning_with(&self, pk: String, prefix: String) -> impl Future<Output = Result<Vec<Item>, StoreError>> + Send {
        async move {
            let mut items = self.partition(pk).await?;
            let begins = |item: &Item| {
                item.get("sk").and_then(|value| value.as_s().ok()).is_some_and(|sk| sk.starts_with(&prefix))
            };
            items.retain(begins);
            Ok(items)
        }
    }

    /// A page of an index. The index lags behind the table.
    fn index(&self, range: KeyRange) -> impl Future<Output = Result<Page, StoreError>> + Send;

    /// Inserts each item on its own; the results are in the order of the items. `items` must not contain a key twice.
    fn insert(&self, items: Vec<Item>) -> impl Future<Output = Vec<InsertResult>> + Send {
        async move {
            let results = self.write_each(items.into_iter().map(Write::Insert).collect()).await;
            results.into_iter().map(InsertResult::from).collect()
        }
    }

    /// Applies each write on its own; the results are in the order of the writes. `writes` must not contain a key twice. A
    /// replacement keeps the attributes of the stored item that the new one lacks.
    fn write_each(&self, writes: Vec<Write>) -> impl Future<Output = Vec<Result<(), TransactError>>> + Send;

    /// The most writes in one transaction.
    fn max_writes(&self) -> usize {
        MAX_WRITES
    }

    /// The most rows that one step of a sum adds up.
    fn most_added_up(&self) -> usize {
        MOST_ADDED_UP
    }

    /// The rows of a month that are added up in a second, at most: a longer month waits before its next sum.
    fn rows_added_up_per_second(&self) -> u64 {
        ROWS_ADDED_UP_PER_SECOND
    }

    /// Applies all of at most [`Store::max_writes`] writes, or none.
    fn transact(&self, writes: Vec<Write>) -> impl Future<Output = Result<(), TransactError>> + Send;

    /// Waits before the next attempt, longer each time, with a random part.
    fn back_off(&self, attempt: u32) -> impl Future<Output = ()> + Send;
}
