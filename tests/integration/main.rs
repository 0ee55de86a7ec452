//! The promises of the running stack, tested from outside.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so"
)]

mod access;
mod api;
mod bad_input;
mod command_line;
mod costs;
mod demo;
mod engine_faults;
// Finds its processes in /proc.
#[cfg(target_os = "linux")]
mod faults;
mod generated_input;
mod identity;
mod languages;
mod operations;
mod roles;
mod routes;
mod settling;
mod statements;
mod telemetry;
mod template;
mod trial;
mod watcher;
mod worlds;
mod wrong_starts;
