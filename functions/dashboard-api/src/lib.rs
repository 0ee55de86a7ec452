//! The HTTP API: its routes and its answers.
//!
//! [`router`] is made from the one table of [`routes`]. A handler reads a request with [`web`], asks the ledger and the
//! reports of [`app::App`], and gives one of the [`answers`]. No handler uses another.

pub mod answers;
pub mod app;
mod choosing;
mod files;
mod handlers;
#[cfg(feature = "openapi")]
pub mod openapi;
mod previews;
pub use previews::MAX_CONTRACTS;
pub mod restatements;
pub mod router;
pub mod routes;
