//! Paying over a table in memory: the sample worlds, each edge case, crashes, writers side by side, damage, and a simulator.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test that cannot go on says so")]

mod audit;
mod bank_files;
mod batches;
mod edges;
mod faults;
mod payments;
mod samples;
mod simulation;
mod simulator;
mod world;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
