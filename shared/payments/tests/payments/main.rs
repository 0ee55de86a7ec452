//! The rulebook's §8.6 to §8.10, without storage: sample worlds, properties, edge cases, each reason why nothing is payable.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test that cannot go on says so")]

mod aging;
mod documents;
mod edges;
mod payable;
mod properties;
mod samples;
mod set_off;
mod world;
