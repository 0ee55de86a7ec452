//! The functions' programs: built by cargo beside this one, unless they are given.

use std::collections::BTreeSet;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Programs that are not there and could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BinariesError {
    /// The folder of this program is unknown.
    #[error("the folder of this program cannot be found")]
    NoFolder(#[source] std::io::Error),
    /// cargo failed, and has printed the reason.
    #[error("the functions could not be built: see cargo's message above")]
    Build,
    /// cargo could not be started.
    #[error("cargo could not be started to build the functions")]
    NoCargo(#[source] std::io::Error),
    /// A program is missing.
    #[error(
        "there is no program {name} in {folder}: build it with `cargo build --bins`, or name its folder with --functions"
    )]
    Missing {
        /// The program.
        name: String,
        /// The folder without it.
        folder: PathBuf,
    },
}

/// The folder this program was built into, with the functions' programs up to date if cargo started this one.
pub fn built() -> Result<PathBuf, BinariesError> {
    let this = env::current_exe().map_err(BinariesError::NoFolder)?;
    let folder = this.ancestors().skip(1).find(|folder| !folder.ends_with("deps")).unwrap_or(Path::new("."));
    if let (Some(cargo), Some(target)) = (env::var_os("CARGO"), folder.parent()) {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let profile = match folder.file_name().and_then(|name| name.to_str()) {
            Some("debug") | None => "dev",
            Some(name) => name,
        };
        // The same packages as `cargo run` and `cargo test` select, so that every dependency is built once.
        let status = Command::new(cargo)
            .args(["build", "--bins", "--profile", profile, "--target-dir"])
            .arg(target)
            .current_dir(workspace)
            .status()
            .map_err(BinariesError::NoCargo)?;
        if !status.success() {
            return Err(BinariesError::Build);
        }
    }
    Ok(folder.to_owned())
}

/// Checks that the programs are in a folder.
pub fn check(folder: &Path, names: &BTreeSet<&str>) -> Result<(), BinariesError> {
    match names.iter().find(|name| !folder.join(name).is_file()) {
        Some(name) => Err(BinariesError::Missing { name: (*name).to_owned(), folder: folder.to_owned() }),
        None => Ok(()),
    }
}
