//! Compresses the files of the page and the description of the API, which the program includes (`handlers/page.rs`), and keeps
//! the program small.

use miniz_oxide::deflate::compress_to_vec_zlib;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

const BEST: u8 = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    // A program at a fixed address needs no list of the places that a loader would have to fill in: 5 % of its size.
    if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
    println!("cargo::rerun-if-changed=page");
    println!("cargo::rerun-if-changed=openapi.json");
    let mut files = vec![PathBuf::from("openapi.json")];
    for entry in fs::read_dir("page")? {
        files.push(entry?.path());
    }
    for file in files {
        let name = file.file_name().map(Path::new).ok_or("a file without a name")?;
        fs::write(out.join(name), compress_to_vec_zlib(&fs::read(&file)?, BEST))?;
    }
    Ok(())
}
