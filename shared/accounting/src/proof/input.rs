//! The values that a proof needs, as the ledger and the closing have them.

use jiff::Timestamp;
use payments::Books;
use rules::line::LineId;
use rules::money::Overflow;
use rules::{Agreements, Contract, ContractId, Entry, Minor};
use settlement::document::Document;
use settlement::lines::LineKey;
use settlement::number::Number;
use settlement::records::Records;
use std::collections::BTreeMap;

/// An entry of the ledger, with the line that it is of and the moment at which it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenEntry {
    /// The id of its line.
    pub line: LineId,
    /// The entry.
    pub entry: Entry,
    /// The moment at which it was recorded.
    pub recorded_at: Timestamp,
}

/// The figure to be proved, and everything that it follows from.
#[derive(Debug, Clone, Copy)]
pub struct Figure<'a> {
    /// The document.
    pub document: &'a Document,
    /// The line of it; none: the whole document.
    pub line: Option<LineKey>,
    /// The entries of the document's account, all that are recorded.
    pub entries: &'a [ProvenEntry],
    /// The contracts of these entries, with their claims and choices.
    pub contracts: &'a BTreeMap<ContractId, Contract>,
    /// The partner's agreements.
    pub agreements: &'a Agreements,
    /// The closes, documents and openings of the account. Its entries are those above.
    pub records: &'a Records<'a>,
    /// The books of the partner.
    pub books: &'a Books,
}

/// The reason why a figure has no proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The document has no such line.
    #[error("{number} has no line of {} ({}, {}): name one that it has", key.month, key.kind, key.model)]
    NoLine {
        /// The document.
        number: Number,
        /// The key of the line.
        key: LineKey,
    },
    /// The entries are not those of the line.
    #[error("the line of {} ({}, {}) in {number} is {} but its entries add up to {}, in minor units: give every entry of the account, or audit it", key.month, key.kind, key.model, line.0, entries.0)]
    Gap {
        /// The document.
        number: Number,
        /// The key of the line.
        key: LineKey,
        /// The line.
        line: Minor,
        /// The entries, and what is due again.
        entries: Minor,
    },
    /// A contract of an entry is not there.
    #[error("contract {0} of an entry is not among the contracts: give every contract of the entries")]
    NoContract(ContractId),
    /// A sum needs more than 64 bits.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// The file cannot be written.
    #[error("the proof cannot be written as JSON: {0}")]
    Json(String),
}
