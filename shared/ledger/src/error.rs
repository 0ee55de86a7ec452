//! Errors: unreadable items, and failed operations of the ledger.

use crate::store::{Key, StoreError};
use rules::money::Overflow;
use std::fmt;

/// The reason of an item with a missing or malformed attribute.
pub(crate) const SHAPE: &str = "an attribute is missing or of another type than it was written with";
/// The reason of an item that differs from what was recorded.
pub(crate) const CHANGED: &str = "it is not what was recorded: its hash differs";
/// The reason of a missing partner record although entries were booked for the partner.
pub(crate) const LOST: &str = "it is gone, although entries were booked for this partner";
/// The reason of an item that cannot be converted to attributes.
pub(crate) const UNSTORABLE: &str = "it cannot be written as attributes";

/// An item that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unreadable {
    pub key: Key,
    /// The reason.
    pub why: Why,
}

/// The reason why an item is unreadable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The item is damaged. The parser's message is not kept: it may quote the item.
    Damaged(&'static str),
    /// The item was written by a later release: it has names that this release does not know.
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

/// A failed operation of the ledger. Nothing was half done: a retry is always safe.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The table did not answer, or refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Every attempt conflicted with concurrent writes.
    #[error("{what} kept changing through {attempts} attempts; try again later")]
    Contended {
        /// The items' partition.
        what: String,
        /// The number of attempts.
        attempts: u32,
    },
    /// An item that this release cannot read. The parser's message is not kept: it may quote the item.
    #[error("the item {key} is damaged ({why}); compare it with a backup")]
    Damaged {
        /// Partition and sort key.
        key: String,
        /// The reason.
        why: &'static str,
    },
    /// An item with names that this release does not know. This release decides nothing that depends on it.
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
    /// The key of the one item, or the partition of the one sum, that the error concerns: other work can go on. Any other
    /// error is given back.
    pub fn contained(self) -> Result<String, LedgerError> {
        match self {
            LedgerError::Damaged { key, why: _ }
            | LedgerError::Unknown { key }
            | LedgerError::Overflow { what: key, source: _ } => Ok(key),
            error @ (LedgerError::Store(_) | LedgerError::Contended { .. }) => Err(error),
        }
    }

    /// Whether the error concerns one item or one sum only, so that other work can go on.
    pub fn is_contained(&self) -> bool {
        match self {
            LedgerError::Damaged { .. } | LedgerError::Unknown { .. } | LedgerError::Overflow { .. } => true,
            LedgerError::Store(_) | LedgerError::Contended { .. } => false,
        }
    }
}
