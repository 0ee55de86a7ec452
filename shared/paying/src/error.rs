//! Errors: a request that is refused, a record that cannot be read, a table that does not answer.

use crate::batch::{BatchId, PayerError, TransferId};
use closing::ClosingError;
use documents::batch::BatchError;
use ledger::store::StoreError;
use ledger::{LedgerError, Unreadable};
use payments::Refusal;
use payments::set_off::SetOffError;
use rules::money::Overflow;
use rules::{Day, PartnerId};

/// A failed operation. Nothing was half done: a retry is always safe.
#[derive(Debug, thiserror::Error)]
pub enum PayingError {
    /// The table did not answer, an item is damaged or of a later release, or all attempts conflicted.
    #[error(transparent)]
    Closing(#[from] ClosingError),
    /// The payment cannot be recorded.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The amount cannot be set off.
    #[error(transparent)]
    SetOff(#[from] SetOffError),
    /// An amount needs more than 64 bits.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// A transfer to the partner is under way.
    #[error("the transfer {0} to this partner is under way: wait for its outcome, or void its batch")]
    UnderWay(TransferId),
    /// The id is of the payments that transfers make.
    #[error("ids that begin with `transfer/` or `bank/` are given here: give this payment another")]
    GivenId,
    /// No batch has the id.
    #[error("{0} is no batch: give the id of one that was made")]
    NoBatch(BatchId),
    /// The batch has no such transfer.
    #[error("{0} is no transfer: give its end-to-end id as the batch has it")]
    NoTransfer(TransferId),
    /// The account cannot pay.
    #[error(transparent)]
    Payer(#[from] PayerError),
    /// The day of execution is over.
    #[error("{0} is over: a batch is executed today or later")]
    PastDay(Day),
    /// The batch is not in the state that the step needs.
    #[error("{id} is {is}: {needed}")]
    State {
        /// The batch.
        id: BatchId,
        /// Its state.
        is: &'static str,
        /// The next thing to do.
        needed: &'static str,
    },
    /// A batch computed now would differ.
    #[error("{id} would differ if it were filled now, for {}: void it, and fill another", list(partners))]
    Stale {
        /// The batch.
        id: BatchId,
        /// The partners for whom it would differ.
        partners: Vec<PartnerId>,
    },
    /// The transfers make no file.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// A second person is needed.
    #[error("a second person sends it: not who sealed it{}", if *is_new_iban { ", nor who changed an IBAN in it lately" } else { "" })]
    SecondPerson {
        /// It is needed because of an IBAN that was changed.
        is_new_iban: bool,
    },
    /// A transfer is returned that was not executed.
    #[error("{0} was not executed, so it cannot be returned: record its execution first")]
    NotExecuted(TransferId),
}

fn list(partners: &[PartnerId]) -> String {
    partners.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl From<LedgerError> for PayingError {
    fn from(error: LedgerError) -> PayingError {
        PayingError::Closing(error.into())
    }
}

impl From<StoreError> for PayingError {
    fn from(error: StoreError) -> PayingError {
        PayingError::Closing(error.into())
    }
}

impl From<Unreadable> for PayingError {
    fn from(error: Unreadable) -> PayingError {
        PayingError::Closing(error.into())
    }
}
