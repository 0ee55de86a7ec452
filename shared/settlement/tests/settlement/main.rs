//! The rulebook's section 8, without storage: sample worlds, properties, edge cases, and each check of an identity.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test that cannot go on says so")]

mod edges;
mod properties;
mod samples;
mod world;
