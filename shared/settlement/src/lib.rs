//! From owed to paid (RULEBOOK §8), as pure functions: which lines an account has at a close, whether they become a
//! document, and what the document says.
//!
//! Nothing here reads a clock, an environment, a file or the network, and nothing waits. The crate reads the entries of
//! the ledger as the `rules` crate defines them; nothing of `rules` imports it. The modules follow the section:
//!
//! | paragraph | modules |
//! |---|---|
//! | §8.1 billing identity | [`identity`], [`terms`], [`siren`], [`vat_id`], [`iban`], [`country`], [`versions`], [`complete`] |
//! | §8.2 closing | [`close`], [`opening`], [`settle()`] (all of a close) |
//! | §8.3 lines | [`account`], [`lines`], [`records`], [`annex`] |
//! | §8.4 issue or carry | [`issue`], [`attention`] |
//! | §8.5 documents | [`document`], [`vat`], [`number`], [`numbering`], [`cancel`], [`received`] |
//! | §8.8 contested | [`contest`] |
//! | §8.10 the sums | [`sums`] |

#![warn(missing_docs)]

pub mod account;
pub mod annex;
pub mod attention;
pub mod cancel;
pub mod close;
pub mod complete;
pub mod contest;
pub mod country;
pub mod document;
pub mod iban;
pub mod identity;
pub mod issue;
pub mod lines;
pub mod number;
pub mod numbering;
pub mod opening;
pub mod received;
pub mod records;
pub mod settle;
pub mod siren;
pub mod sums;
pub mod terms;
mod text;
pub mod vat;
pub mod vat_id;
pub mod versions;

pub use account::{Account, Booking, Direction};
pub use close::{Close, Moment, may_be_closed};
pub use document::{Document, DocumentKind};
pub use identity::{Billing, Identity};
pub use issue::Reason;
pub use records::Records;
pub use settle::{Carried, Closed, settle};
pub use versions::{Version, Versions};
