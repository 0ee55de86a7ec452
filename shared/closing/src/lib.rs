//! Closing (RULEBOOK §8.1 to §8.5, §8.8, §8.10) as it is stored: billing identities, closes, and the pass that makes the documents of
//! a close. What becomes a document and what it says is decided by the `settlement` crate; this one reads what that needs, and
//! writes what it makes.
//!
//! Whoever wants commissions alone never meets it: nothing that books entries imports this crate. It reads the ledger's entries
//! and month totals, and writes beside them, through the same trait [`Store`].
//!
//! | module | content |
//! |---|---|
//! | [`billing`] | versions of billing identities, and whose a series is |
//! | [`closes`], [`stored_close`] | closing a month, once |
//! | [`pass`] | the pass that makes the documents of a close, in bounded steps that are safe to repeat |
//! | [`preview`] | the same without writing |
//! | [`documents`] | reads: documents by partner, close and number; what is carried and why |
//! | `compressed`, `dictionary` | texts that are stored compressed, as the XML of each document as it was issued |
//! | [`annexes`] | the entries that the lines of a document add up |
//! | [`received`] | the partners' own documents |
//! | [`openings`] | invoices from before this system |
//! | [`contests`], [`open_contests`] | contested documents; those that wait for an answer |
//! | [`acts`], [`item`], [`table`] | an act in the transaction of each record, the form of items, small requests: of use to crates beside this one |
//! | [`undocumented`] | what is booked up to a day and in no document |
//! | [`recomputed`] | whether annuities were being decided again at a cut |
//! | [`audit`] | the sums of each account at each close; the steps of people against the acts of the journal |
//! | [`check`](mod@check) | checks an item as it is stored |
//!
//! **Cost.** A close reads, for each partner, its month totals and the sums of its accounts, and of entries those of the months in
//! which something was booked since the cut before. Each document is one transaction of four items: itself, the next number of its
//! series with its XML, the end of the series, and the head of its account with the sums of the latest years. That is 9 write units
//! at any close, and 2 for a partner's share of the steps of its pass; 2 more for each earlier year of which it has lines, since
//! these sums are apart, and in the close in which a year is put apart. A document of 36 adjusted months costs 11. It reads 5.3 units at
//! the first close to 8 at the hundred-and-twentieth, since the two queries grow with the months.

#![warn(missing_docs)]

pub mod acts;
pub mod annexes;
pub mod audit;
pub mod billing;
mod books;
mod cancelling;
pub mod check;
pub mod closes;
mod compressed;
pub mod contests;
mod dictionary;
pub mod documents;
mod error;
mod forms;
pub mod item;
mod keys;
mod known;
pub mod open_contests;
pub mod openings;
pub mod pass;
mod play;
pub mod preview;
pub mod received;
pub mod recomputed;
mod series;
pub mod stored_close;
mod sums;
pub mod table;
pub mod undocumented;

pub use error::ClosingError;
pub use pass::{PassMessage, Stepped};
pub use stored_close::{Made, MadeSum, StoredClose};

use jiff::SignedDuration;
use ledger::{Ledger, Store};

/// Closing over a store.
#[derive(Debug, Clone)]
pub struct Closing<S> {
    ledger: Ledger<S>,
    delay: SignedDuration,
}

impl<S: Store> Closing<S> {
    /// Closing over a store. `delay` is the longest that a writer may take and an index may lag:
    /// [`settlement::close::DELAY`] unless a parameter says otherwise.
    pub fn new(store: S, delay: SignedDuration) -> Closing<S> {
        Closing { ledger: Ledger::new(store), delay }
    }

    /// The longest that a writer may take and an index may lag.
    pub fn delay(&self) -> SignedDuration {
        self.delay
    }
}
