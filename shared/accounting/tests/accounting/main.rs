//! RULEBOOK §8.9 without storage: the accounting journal, accruals, aging, the yearly declaration, the proof of a figure.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test that cannot go on says so")]

mod accruals;
mod chart;
mod declaration;
mod exchange;
mod journal;
mod proof;
mod properties;
mod samples;
mod world;
