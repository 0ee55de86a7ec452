//! Messages of our own queues; another release may have sent them.

use serde::de::DeserializeOwned;

/// A message of one of our own queues.
pub(crate) enum Own<T> {
    /// A message that this release knows.
    Known(T),
    /// A JSON object that this release does not know, perhaps of a later release: it returns to the queue, and is no
    /// dead letter.
    Unknown(String),
    /// A message that no release sends.
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
