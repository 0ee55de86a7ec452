//! The bank's answers: files as banks write them, hostile ones, and what is reconciled.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod files;
mod hostile;
mod reconciled;
mod world;
