//! The rulebook's §8.6 and §8.10, without storage: sample worlds, properties, edge cases.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test that cannot go on says so")]

mod documents;
mod edges;
mod properties;
mod samples;
mod world;
