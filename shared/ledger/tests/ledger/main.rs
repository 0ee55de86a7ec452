//! The ledger's real code over tables in memory: its promises in any order and with any fault.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on says so"
)]

mod contained;
mod damage;
mod journal;
mod ledger_in_memory;
mod members;
mod month_totals;
mod outage;
mod passing;
mod patience;
mod previews;
mod reads;
mod simulation;
pub mod simulator;
mod trouble;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
