//! Errors: a question that is refused, a record that cannot be read, a table that does not answer.

use jiff::Timestamp;
use ledger::store::StoreError;
use ledger::{LedgerError, Unreadable};
use rules::Month;
use rules::money::Overflow;
use settlement::cancel::CancelError;
use settlement::close::CloseError;
use settlement::contest::ContestError;
use settlement::number::Number;
use settlement::received::ReceivedError;
use settlement::settle::SettleError;
use settlement::versions::SeriesError;

/// A failed operation. Nothing was half done: a retry is always safe.
#[derive(Debug, thiserror::Error)]
pub enum ClosingError {
    /// The table did not answer, an item is damaged or of a later release, or all attempts conflicted.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The month cannot be closed now.
    #[error(transparent)]
    Close(#[from] CloseError),
    /// The close cannot be played.
    #[error(transparent)]
    Settle(#[from] SettleError),
    /// The series of a billing identity cannot be.
    #[error(transparent)]
    Series(#[from] SeriesError),
    /// A partner's own document cannot be recorded.
    #[error(transparent)]
    Received(#[from] ReceivedError),
    /// A document cannot be contested so.
    #[error(transparent)]
    Contest(#[from] ContestError),
    /// A month is not closed.
    #[error("{month} is not closed: close it first")]
    NotClosed {
        /// The month.
        month: Month,
    },
    /// No month is closed.
    #[error("no month is closed yet: close one first")]
    NoClose,
    /// The documents of a close are being made.
    #[error("the documents of {month} are being made: wait until they are")]
    BeingMade {
        /// The month of the close.
        month: Month,
    },
    /// A document would be recorded at a moment before the last close.
    #[error("{at} is not after the moment at which {close} was closed: record it as of now, and check the clock")]
    NotSince {
        /// The moment.
        at: Timestamp,
        /// The month of the last close.
        close: Month,
    },
    /// A document was recorded at this moment or later, so the month cannot be closed as of it.
    #[error(
        "a partner's own document was recorded at {received_at}, and a close must be later: close now, and check the clock"
    )]
    NotAfter {
        /// The moment at which the document was recorded.
        received_at: Timestamp,
    },
    /// The operator closes no month, contests nothing and answers nothing.
    #[error("only a member closes a month, contests a document or answers: sign in as one")]
    NoMember,
    /// No document has a number.
    #[error("{0} is no document: give a number as the document has it")]
    NoDocument(Number),
}

impl From<StoreError> for ClosingError {
    fn from(error: StoreError) -> ClosingError {
        ClosingError::Ledger(error.into())
    }
}

impl From<Unreadable> for ClosingError {
    fn from(error: Unreadable) -> ClosingError {
        ClosingError::Ledger(error.into())
    }
}

impl From<CancelError> for ClosingError {
    fn from(error: CancelError) -> ClosingError {
        ClosingError::Settle(error.into())
    }
}

impl From<Overflow> for ClosingError {
    fn from(error: Overflow) -> ClosingError {
        ClosingError::Settle(error.into())
    }
}
