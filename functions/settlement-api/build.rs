//! Joins the files of this API's views into one script: the program includes it (`handlers/page.rs`).

use bundle::{addition, compressed, digest};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The page that loads the views, and whose modules they use.
const PAGE: &str = "../dashboard-api/page";

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    // A program at a fixed address needs no list of the places that a loader would have to fill in: 5 % of its size.
    if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
    for path in ["page", PAGE] {
        println!("cargo::rerun-if-changed={path}");
    }
    let script = addition(Path::new("page"), "closing.js", Path::new(PAGE))?;
    fs::write(out.join("script.gz"), compressed(&script))?;
    fs::write(out.join("page.rs"), format!("const SCRIPT_NAME: &str = \"{}.js\";\n", digest(&script)))?;
    Ok(())
}
