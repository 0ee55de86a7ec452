//! The promises, tested from outside: the ledger over a table in memory, and the running stack.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so"
)]

mod access;
mod access_function;
mod api;
mod bad_input;
mod command_line;
mod contained;
mod costs;
mod damage;
// Finds its processes in /proc.
#[cfg(target_os = "linux")]
mod faults;
mod generated_input;
mod generated_requests;
mod languages;
mod ledger_in_memory;
mod openapi;
mod operations;
mod reads;
mod roles;
mod simulation;
mod statements;
mod telemetry;
mod template;
mod watcher;
mod worlds;
