//! The ledger in DynamoDB: how facts, entries and partners are stored, and the few ways in which they are written.
//!
//! [`record`] is the way in for events, [`settle`] what happens to those that are not plain inserts, [`restate`] what
//! follows a change of agreements, [`partners`] the registry and [`queries`] the way out, [`totals`] what months
//! add up to and [`months`] how that is read. All of them see the table
//! through the one trait [`store::Store`]; [`dynamo`] is that trait over DynamoDB.

pub mod announce;
pub mod attention;
pub mod audit;
pub mod choices;
pub mod dynamo;
pub mod keys;
pub mod months;
pub mod partners;
pub mod queries;
pub mod readers;
pub mod record;
pub mod restate;
pub mod rows;
pub mod set_aside;
pub mod settle;
pub mod slots;
pub mod store;
pub mod totals;
pub mod whole_contracts;

pub use partners::Head;
pub use record::{Outcome, Reported};
pub use store::Store;

use rules::money::Overflow;
use store::{Consistency, StoreError};

/// The ledger over a store.
#[derive(Debug, Clone)]
pub struct Ledger<S> {
    pub(crate) store: S,
}

impl<S: Store> Ledger<S> {
    /// The ledger kept in `store`.
    pub fn new(store: S) -> Self {
        Ledger { store }
    }

    /// Asks for an item that is never there: whether the table answers.
    pub async fn knock(&self) -> Result<(), LedgerError> {
        self.store.get(vec![keys::nothing()], Consistency::Eventual).await?;
        Ok(())
    }
}

/// An item that cannot be read.
pub(crate) const SHAPE: &str = "an attribute is missing or of another type than it was written with";
/// An item that cannot even be written.
pub(crate) const UNSTORABLE: &str = "it cannot be written as attributes";

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
