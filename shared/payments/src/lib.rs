//! From documents to payments (RULEBOOK §8.6–8.10), as pure functions: what each payment pays, what is open, what is payable.
//!
//! Nothing here reads a clock, an environment, a file or the network, and nothing waits. The events of a partner in the order recorded
//! decide everything: the same events give the same books. Nothing of `settlement` imports this crate.
//!
//! | paragraph | modules |
//! |---|---|
//! | §8.6 payments | [`event`], [`amount`], [`text`]; [`book`] (an account), [`books`] (a partner), [`refusal`]; [`set_off`] |
//! | §8.7 payable by bank | [`payable()`], [`undocumented()`] |
//! | §8.9 aging | [`aging()`] |
//! | §8.10 the sums | [`sums()`] |

#![warn(missing_docs)]

pub mod aging;
pub mod amount;
pub mod book;
pub mod books;
pub mod event;
pub mod payable;
pub mod refusal;
pub mod set_off;
pub mod sums;
pub mod text;
pub mod undocumented;

pub use aging::{Aging, PastDue, aging};
pub use amount::{Amount, Sum};
pub use book::Book;
pub use books::Books;
pub use event::{AccountKey, Contest, CreditNote, Event, Invoice, Payment, PaymentKind};
pub use payable::{NotPayable, Payable, payable};
pub use refusal::{Answer, Refusal};
pub use set_off::may_set_off;
pub use sums::sums;
pub use text::{PaymentId, Reference};
pub use undocumented::{undocumented, with_vat};
