//! Small requests that several modules make.

use crate::{Closing, ClosingError};
use ledger::LedgerError;
use ledger::item::{key, text};
use ledger::keys::INDEX_WHOLE;
use ledger::store::{Consistency, Index, IndexKey, Item, Key, KeyRange, Store, TransactError, Write};

/// The most attempts at a write whose items change concurrently.
pub const ATTEMPTS: u32 = 12;

/// The error after the last attempt.
pub fn contended(what: impl Into<String>) -> ClosingError {
    ClosingError::Ledger(LedgerError::Contended { what: what.into(), attempts: ATTEMPTS })
}

impl<S: Store> Closing<S> {
    /// The table.
    pub fn store(&self) -> &S {
        self.ledger.store()
    }

    /// The item of a key as it is now.
    pub async fn item(&self, key: Key) -> Result<Option<Item>, ClosingError> {
        Ok(self.store().get(vec![key], Consistency::Strong).await?.into_iter().next())
    }

    /// The items of keys as they are now.
    pub async fn items(&self, keys: Vec<Key>) -> Result<Vec<Item>, ClosingError> {
        if keys.is_empty() { Ok(Vec::new()) } else { Ok(self.store().get(keys, Consistency::Strong).await?) }
    }

    /// Applies writes; false: others changed the same items meanwhile, and all is to be read and planned again.
    pub async fn applied(&self, writes: Vec<Write>, attempt: u32) -> Result<bool, ClosingError> {
        match self.store().transact(writes).await {
            Ok(()) => Ok(true),
            Err(TransactError::Conflict) => {
                self.store().back_off(attempt).await;
                Ok(false)
            }
            Err(TransactError::Failed(error)) => Err(error.into()),
        }
    }

    /// A page of a list of the index by partner, each item as it is in the table, in the order of the list; and the key after
    /// which the next page begins.
    pub async fn listed(
        &self,
        gpk: String,
        limit: usize,
        after: Option<IndexKey>,
    ) -> Result<(Vec<Item>, Option<IndexKey>), ClosingError> {
        let (from, to) = INDEX_WHOLE;
        let range = KeyRange { index: Index::ByPartner, gpk, from: from.to_owned(), to: to.to_owned(), after, limit };
        let page = self.store().index(range).await?;
        let last = page.items.last().filter(|_| page.more);
        let next = last.map(|item| IndexKey { gsk: text(item, "gsk").to_owned(), key: key(item) });
        let mut items = self.items(page.items.iter().map(key).collect()).await?;
        items.sort_by(|one, other| text(one, "gsk").cmp(text(other, "gsk")));
        Ok((items, next))
    }
}
