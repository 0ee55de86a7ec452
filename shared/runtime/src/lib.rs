//! The Lambda shell: settings from the environment, clients, logs, batches of messages, dead letters. The only place
//! below `functions/` that reads an environment or a clock.

pub mod batch;
pub mod dead_letters;
pub mod ingest;
pub mod restatement;
pub mod settings;
pub mod telemetry;
pub mod totals;

pub use lambda_runtime::Error;

use jiff::{Timestamp, Unit};

/// Now, to the millisecond.
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    now.round(Unit::Millisecond).unwrap_or(now)
}

/// An error with its causes, in one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = text + ": " + &cause.to_string();
        source = cause.source();
    }
    text
}
