//! The demo: a believable programme up to yesterday, recorded by the ledger's own code at the moments when it would have
//! been, and today's events, which go through the queues.

mod billing;
mod closes;
mod error;
mod history;
mod names;
mod world;

pub use error::HistoryError;
pub use history::{add_up, record, record_steps};
pub use names::PARTNER;
pub(crate) use names::{CLIENTS, client};
pub use world::{World, world};
