//! Messages of our own queues, which another release may have sent.

use serde::de::DeserializeOwned;

/// A message of one of our own queues.
pub(crate) enum Own<T> {
    /// One that this release knows.
    Known(T),
    /// An object that it does not know, of a later release perhaps: it comes back, and is no dead letter.
    Unknown(String),
    /// Nothing that any release sends.
    Garbage,
}

/// Reads a message of one of our own queues.
pub(crate) fn own_message<T: DeserializeOwned>(body: &str) -> Own<T> {
    match serde_json::from_str(body) {
        Ok(known) => Own::Known(known),
        Err(error) => match serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(body) {
            Ok(_) => {
                Own::Unknown(format!("{:?} at line {}, column {}", error.classify(), error.line(), error.column()))
            }
            Err(_) => Own::Garbage,
        },
    }
}
