//! A running stack and its programs.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on says so"
)]

pub mod running;

use std::path::PathBuf;
use std::sync::OnceLock;

/// The folder of the programs, built once.
pub fn binaries() -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| local::binaries::built().expect("the programs can be built")).clone()
}
