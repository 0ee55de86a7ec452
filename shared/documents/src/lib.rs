//! Documents as they leave the system (RULEBOOK §8.5): the XML of invoices and credit notes, and the words on them.
//!
//! Pure: bytes from values. Nothing here reads a clock, an environment, a file or the network, and the same document gives
//! the same bytes. The XML is CII (UN/CEFACT Cross Industry Invoice) in the profile EN 16931 of Factur-X 1.09, with what the
//! French rules (BR-FR, flow 2) add to it.
//!
//! | module | content |
//! |---|---|
//! | [`cii()`] | the XML of a document, or the reason why it has none |
//! | [`words`] | the words on a document, in French and in English: lines, mentions, terms |

#![warn(missing_docs)]

mod cii;
mod party;
mod tax;
pub mod words;
mod xml;

pub use cii::{CiiError, Dates, cii, names};
