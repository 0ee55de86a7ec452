//! What cannot be read, and what the ledger could not do.

use crate::store::{Key, StoreError};
use rules::money::Overflow;
use std::fmt;

/// An item that cannot be read.
pub(crate) const SHAPE: &str = "an attribute is missing or of another type than it was written with";
/// An item that is not what was recorded.
pub(crate) const CHANGED: &str = "it is not what was recorded: its hash differs";
/// A partner's item that is not there, although something was booked for the partner.
pub(crate) const LOST: &str = "it is gone, although entries were booked for this partner";
/// An item that cannot even be written.
pub(crate) const UNSTORABLE: &str = "it cannot be written as attributes";

/// An item that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unreadable {
    /// Its key.
    pub key: Key,
    /// Why.
    pub why: Why,
}

/// Why an item cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It is wrong. The parser's own words are not kept: they may quote the item.
    Damaged(&'static str),
    /// A later release wrote it: it has names that this one does not know.
    Unknown,
}

impl Unreadable {
    pub(crate) fn damaged(key: Key, why: &'static str) -> Unreadable {
        Unreadable { key, why: Why::Damaged(why) }
    }

    pub(crate) fn unknown(key: Key) -> Unreadable {
        Unreadable { key, why: Why::Unknown }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Key { pk, sk } = &self.key;
        match self.why {
            Why::Damaged(why) => write!(f, "{pk} {sk}: damaged: {why}"),
            Why::Unknown => write!(f, "{pk} {sk}: written by a later release"),
        }
    }
}

impl From<Unreadable> for LedgerError {
    fn from(Unreadable { key: Key { pk, sk }, why }: Unreadable) -> LedgerError {
        let key = format!("{pk} {sk}");
        match why {
            Why::Damaged(why) => LedgerError::Damaged { key, why },
            Why::Unknown => LedgerError::Unknown { key },
        }
    }
}

/// Why the ledger could not do what it was asked. Nothing was half done: trying again is always safe.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The table did not answer, or refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Others kept changing the same items.
    #[error("{what} kept changing through {attempts} attempts; try again later")]
    Contended {
        /// The items' partition.
        what: String,
        /// How often it was tried.
        attempts: u32,
    },
    /// An item that this program cannot read. The parser's own words are not kept: they may quote the item.
    #[error("the item {key} is damaged ({why}); compare it with a backup")]
    Damaged {
        /// Partition and sort key.
        key: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// An item with names that this release does not know. It decides nothing that depends on it.
    #[error("the item {key} was written by a later release, and only that one can decide what depends on it")]
    Unknown {
        /// Partition and sort key.
        key: String,
    },
    /// A line or a balance that needs more than 64 bits.
    #[error("an amount of {what} cannot be added up; a sum that was billed must be wrong: see its contracts")]
    Overflow {
        /// The partition.
        what: String,
        /// The sum that failed.
        #[source]
        source: Overflow,
    },
}

impl LedgerError {
    /// Whether it is about one item or one sum, and nothing else need wait for it.
    pub fn is_contained(&self) -> bool {
        match self {
            LedgerError::Damaged { .. } | LedgerError::Unknown { .. } | LedgerError::Overflow { .. } => true,
            LedgerError::Store(_) | LedgerError::Contended { .. } => false,
        }
    }
}
