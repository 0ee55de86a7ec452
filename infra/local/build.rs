//! Joins the files of the page of trials into one script, as the views of closing are: the program includes it
//! (`trial/files.rs`).

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

const TRIALS: &str = "src/trial/page";
const PAGE: &str = "../../functions/dashboard-api/page";

fn main() -> Result<(), Box<dyn Error>> {
    for path in [TRIALS, PAGE] {
        println!("cargo::rerun-if-changed={path}");
    }
    let script = bundle::addition(Path::new(TRIALS), "try.js", Path::new(PAGE))?;
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("try.js"), script)?;
    Ok(())
}
