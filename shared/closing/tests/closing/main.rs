//! Closing over a table in memory: the sample worlds, crashes, passes side by side, repeated messages, and what it costs.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test that cannot go on says so")]

mod acts;
mod audit;
mod billing;
mod closes;
mod costs;
mod damage;
mod faults;
mod own;
mod preview;
mod random;
mod recomputed;
mod samples;
mod simulation;
mod simulator;
mod stores;
mod sums;
mod world;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
