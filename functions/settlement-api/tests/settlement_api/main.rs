//! The promises of the API of closing, asked in process.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so")]

mod billing;
mod closing;
mod contests;
mod doors;
#[cfg(feature = "openapi")]
mod openapi;
mod received;
mod service;
