//! The HTTP API: its requests, its answers, and the access of each caller.
//!
//! [`router`] is made from the one table of [`routes`]. A handler reads a request with [`http`], asks the ledger and the
//! reports of [`app::App`], and gives one of the [`answers`]. No handler uses another.

pub mod access;
pub mod answers;
pub mod app;
mod choosing;
mod handlers;
mod http;
pub use http::gateway;
pub mod observed;
#[cfg(feature = "openapi")]
pub mod openapi;
mod previews;
pub use previews::MAX_CONTRACTS;
pub mod restatements;
pub mod router;
pub mod routes;
