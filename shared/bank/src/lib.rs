//! The bank's answers (RULEBOOK §8.7), read and reconciled, as pure functions: `pain.002` (payment status report) and `camt.054` (debit
//! and credit notification) of ISO 20022, in any of their versions.
//!
//! Nothing here reads a clock, an environment, a file or the network, and nothing waits; nothing is recorded: a file becomes a list of
//! movements, and each movement either the facts that a manager may record, or the reason why there are none.
//!
//! | module | content |
//! |---|---|
//! | [`read()`] | the movements of a file, or what is wrong with it and where |
//! | [`movement`] | a movement: the transfer that it is of, its fate, amount and references |
//! | [`reconcile()`] | which movements match which transfer or document, and why others do not |

#![warn(missing_docs)]

mod camt054;
pub mod error;
pub mod movement;
mod pain002;
pub mod read;
pub mod reconcile;
mod remittance;
mod values;
mod xml;

pub use error::{BankFileError, Place};
pub use movement::{BankFile, Fate, Message, Movement, Subject};
pub use read::read;
pub use reconcile::{Fact, Known, Unmatched, reconcile};
