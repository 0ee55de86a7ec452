//! Documents as they leave the system (RULEBOOK §8.5, §8.7): the XML and the page of invoices and credit notes, the words
//! on them, and the bank's file of a batch.
//!
//! Pure: bytes from values. Nothing here reads a clock, an environment, a file or the network, and the same document gives
//! the same bytes. The XML is CII (UN/CEFACT Cross Industry Invoice) in the profile EN 16931 of Factur-X 1.09, with what the
//! French rules (BR-FR, flow 2) add to it. The bank's file is `pain.001.001.09` of ISO 20022.
//!
//! | module | content |
//! |---|---|
//! | [`cii()`] | the XML of a document, or the reason why it has none |
//! | [`page()`] | a document as a page to read and to print, in French and in English |
//! | [`words`] | the words on a document, in French and in English: lines, mentions, terms |
//! | [`pain001()`] | the bank's file of a sealed batch |
//! | [`batch`] | a sealed batch and its values, each checked when it is made |

#![warn(missing_docs)]

pub mod batch;
mod characters;
mod cii;
mod page;
mod pain001;
mod party;
mod tax;
pub mod words;
mod xml;

pub use cii::{CiiError, Dates, cii};
pub use page::{PageError, STYLE_SOURCE, page, page_with_annex};
pub use pain001::pain001;
