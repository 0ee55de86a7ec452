//! The Lambda shell: settings from the environment, clients, logs, metrics, traces, batches of messages, dead letters.
//! The only place below `functions/` that reads an environment or a clock.

mod announcements;
pub mod aws;
pub mod batch;
pub mod context;
pub mod dead_letters;
mod deadline;
mod emf;
pub mod environment;
pub mod ingest;
pub mod metrics;
pub mod own_messages;
pub mod own_queue;
pub mod pace;
pub mod restatement;
pub mod steps;
pub mod telemetry;
pub mod totals;
pub mod trace;

pub use lambda_runtime::Error;

use jiff::{Timestamp, Unit};
use ledger::bookings::Announce;
use ledger::{Ledger, Store};
use std::time::Duration;

/// The allocator of the functions that process messages: most of their work is reading and writing JSON in small pieces,
/// and the system's allocator takes a quarter of their time. The API answers few requests, and is better small.
pub use mimalloc::MiMalloc as Allocator;

/// The longest wait of a function's start for the table.
const WARM_UP: Duration = Duration::from_millis(250);

/// The current time, to the millisecond.
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    now.round(Unit::Millisecond).unwrap_or(now)
}

/// Opens the connection to the table before the function asks for work. During start-up, Lambda gives a whole
/// processor; with 256 MiB the first invocation has a seventh of one for the same handshake. The read costs half a read
/// unit for each process, and needs no further permission. A failure is ignored: the first request will report it.
pub async fn warm_up<S: Store, A: Announce>(ledger: &Ledger<S, A>) {
    drop(tokio::time::timeout(WARM_UP, ledger.ping()).await);
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
