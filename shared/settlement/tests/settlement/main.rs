//! The rulebook's section 8, without storage: sample worlds, properties, edge cases, and each check of an identity.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test that cannot go on says so")]

mod closing;
mod credit;
mod edges;
mod identity;
mod own;
mod properties;
mod said;
mod samples;
mod vat;
mod world;
