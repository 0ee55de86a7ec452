//! The reasons why the demo's history cannot be recorded.

use closing::ClosingError;
use ledger::LedgerError;

/// A failure to record the history.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Closing(#[from] ClosingError),
    /// The demo made something that the product does not take.
    #[error("the demo's world is wrong: {0}")]
    World(String),
}

/// The error of what the product does not take.
pub(super) fn wrong(error: &impl ToString) -> HistoryError {
    HistoryError::World(error.to_string())
}
