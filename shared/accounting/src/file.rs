//! Files for the accountant: bytes, and the digest by which two copies are compared.

use sha2::{Digest, Sha256};

/// A file. The same items give the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    bytes: Vec<u8>,
    sha256: String,
}

impl File {
    pub(crate) fn new(bytes: Vec<u8>) -> File {
        File { sha256: sha256(&bytes), bytes }
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The SHA-256 of the bytes, 64 hexadecimal digits in lower case.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }
}

/// The SHA-256 of bytes, 64 hexadecimal digits in lower case.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let hex = |digit: u8| char::from_digit(digit.into(), 16);
    Sha256::digest(bytes).iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(hex).collect()
}
