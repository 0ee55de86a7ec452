//! The XML and the pages of documents, and the XML of batches, as the rulebook's section 8 says what they say: a value in, its XML out.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so")]

mod bank;
mod batches;
mod pages;
mod samples;
mod words;
mod xml;
