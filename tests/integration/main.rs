//! The promises of the running stack, tested from outside.

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
mod costs;
// Finds its processes in /proc.
#[cfg(target_os = "linux")]
mod faults;
mod generated_input;
mod generated_requests;
mod languages;
mod openapi;
mod operations;
mod roles;
mod statements;
mod telemetry;
mod template;
mod watcher;
mod worlds;
