//! Paying (RULEBOOK §8.6, §8.7, §8.10) as it is stored: payments, batches of transfers, their outcomes. What a payment pays and what
//! is payable is decided by the `payments` crate; this one reads what that needs, and writes what was done.
//!
//! Whoever wants commissions or documents alone never meets it: nothing that books entries or closes months imports this crate.
//!
//! | module | content |
//! |---|---|
//! | [`partner`], [`stored_payment`] | what is recorded of a partner, in the order recorded: its books |
//! | [`record`] | payments by hand |
//! | [`due`] | what is payable to a partner, by the one function of `payments` |
//! | [`batch`] | batches and transfers as values |
//! | [`batches`] | filling a batch in steps, reading it and its file, making it void |
//! | [`sealing`], [`sending`] | sealing; sending, by a second person |
//! | [`fates`], [`bank_files`] | the outcome of a transfer, by hand and from the bank's files |
//! | [`audit`] | both sums of §8.10, reservations, fates, and acts |
//! | [`check`](mod@check) | checks an item as it is stored |
//!
//! **Order.** What pays what depends on the order recorded. Each payment keeps its place among its partner's and names the documents,
//! contests and answers that were recorded since the payment before, in order. So the order never changes, whatever clocks say.
//! Every payment, and every reservation, replaces the head of its partner on condition of its revision: two writers cannot pay
//! the same open amount.
//!
//! **Reservation.** A transfer is under way from filling to its fate or its batch's end. The head of the partner names it; the fate
//! takes it out in its own transaction, and a void batch reserves nothing.

#![warn(missing_docs)]

pub mod audit;
pub mod bank_files;
pub mod batch;
pub mod batches;
pub mod check;
pub mod due;
mod error;
pub mod fates;
mod forms;
mod keys;
pub mod partner;
pub mod record;
pub mod sealing;
pub mod sending;
pub mod stored_payment;

pub use error::PayingError;

use closing::Closing;
use ledger::Store;

/// The rules of a programme about who may pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caution {
    /// A second person sends what the first sealed.
    pub needs_second_person: bool,
    /// The days for which an IBAN that was changed needs a second person, who is not who changed it.
    pub days_after_new_iban: u16,
}

impl Default for Caution {
    fn default() -> Caution {
        Caution { needs_second_person: true, days_after_new_iban: 10 }
    }
}

/// Paying over a store.
#[derive(Debug, Clone)]
pub struct Paying<S> {
    closing: Closing<S>,
    caution: Caution,
}

impl<S: Store> Paying<S> {
    /// Paying beside closing, over the same store.
    pub fn new(closing: Closing<S>, caution: Caution) -> Paying<S> {
        Paying { closing, caution }
    }

    /// The closing beside it.
    pub fn closing(&self) -> &Closing<S> {
        &self.closing
    }
}
