//! Messages of our own queues; another release may have sent them.

use crate::batch::Message;
use crate::dead_letters::DeadLetters;
use crate::metrics::Metrics;
use events::Refusal;
use serde::de::DeserializeOwned;
use texts::Code;

/// The outcome of a message of another release. It is no failure: an upgrade would be taken back for it.
pub(crate) const UNKNOWN: &str = "unknown";

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

/// Reads a message of one of our own queues in its context, and deals with one that this release does not know: another
/// release's comes back (`Err(false)`), and what no release sends is a dead letter for this reason.
pub async fn known<T: DeserializeOwned>(
    message: &Message,
    dead_letters: &DeadLetters,
    metrics: &Metrics,
    garbage: Code,
) -> Result<T, bool> {
    match own_message(&message.body) {
        Own::Known(request) => Ok(request),
        Own::Unknown(error) => {
            metrics.message(UNKNOWN);
            tracing::error!(
                outcome = UNKNOWN,
                error,
                "this release does not know the request: it comes back, for another"
            );
            Err(false)
        }
        Own::Garbage => Err(dead_letters.move_to_dead_letters(message, &Refusal::new("body", garbage)).await),
    }
}
