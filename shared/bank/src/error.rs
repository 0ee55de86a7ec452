//! Errors of a bank's file, each with its place.

use std::fmt;

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 5_000_000;
/// The most elements of a file.
pub const MAX_ELEMENTS: usize = 300_000;
/// The most elements within each other.
pub const MAX_DEPTH: usize = 40;

/// A place in a file: the line from 1, and the byte in it from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The byte in the line.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// The reason why a bank's file cannot be read, and the place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct BankFileError {
    /// The place.
    pub place: Place,
    /// The reason.
    pub problem: Problem,
}

/// The reason why a bank's file cannot be read. It never quotes a value, which may be a name or an account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It has too many bytes.
    #[error("the file has {0} bytes, and {MAX_BYTES} are read at most: ask the bank for files of a day")]
    TooLarge(usize),
    /// It has too many elements.
    #[error("the file has more than {MAX_ELEMENTS} elements: ask the bank for files of a day")]
    TooMany,
    /// Its elements are too deep within each other.
    #[error("more than {MAX_DEPTH} elements are within each other, which no file of a bank has")]
    TooDeep,
    /// It is not UTF-8.
    #[error("the file is not UTF-8: ask the bank for UTF-8")]
    NotUtf8,
    /// It is no XML.
    #[error("the file is not well-formed XML: {0}")]
    Xml(String),
    /// It has a document type or an entity.
    #[error(
        "a document type and entities are not read: they can stand for anything; take the file as the bank sends it"
    )]
    Entity,
    /// It is another message.
    #[error(
        "the file is neither a pain.002 nor a camt.054: take the payment status report or the notification of the bank"
    )]
    OtherMessage,
    /// An element is lacking.
    #[error("{within} has no {element}, so the file says nothing that can be used here")]
    Lacking {
        /// The element in which it is lacking.
        within: &'static str,
        /// Its name.
        element: &'static str,
    },
    /// A text is no amount of its currency.
    #[error("{0} is not an amount with its currency (Ccy): a decimal without a sign")]
    Amount(&'static str),
    /// A text is no day.
    #[error("{0} is not a day or a moment: YYYY-MM-DD, from 2000 to 2099, and a time if there is one")]
    Day(&'static str),
    /// A text is neither debit nor credit.
    #[error("{0} is neither DBIT nor CRDT")]
    Side(&'static str),
}
