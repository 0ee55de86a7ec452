//! The XML of documents, as the rulebook's section 8 says what they say: a document in, its XML out.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so")]

mod samples;
mod words;
mod xml;
