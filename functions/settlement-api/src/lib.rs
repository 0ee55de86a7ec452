//! The HTTP API of closing (RULEBOOK §8): billing identities, closes, documents, contests. A program of its own: whoever wants
//! commissions alone deploys none of it.
//!
//! [`router`] is made from the one table of [`routes`]. A handler reads a request with [`web`] and [`bodies`], asks `closing`,
//! and gives one of the [`answers`]; [`words`] says what is refused. No handler uses another.

pub mod answers;
pub mod app;
mod bodies;
mod handlers;
#[cfg(feature = "openapi")]
pub mod openapi;
pub mod passes;
pub mod router;
pub mod routes;
mod words;
