//! Compresses the files of the page, its scripts without their comments, and the description of the API, all together: the
//! program includes them (`handlers/page.rs`), and is kept small.

use miniz_oxide::deflate::compress_to_vec_zlib;
use std::error::Error;
use std::ffi::OsStr;
use std::fmt::Write;
use std::path::PathBuf;
use std::{env, fs};

const BEST: u8 = 10;
const READ_BY_NOBODY: &str =
    r#"#[expect(clippy::unreadable_literal, reason = "build.rs makes them, and nobody reads them")]"#;
/// The script that is not ours: it keeps its licence.
const LIBRARY: &str = "oauth4webapi.js";

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
    files.sort();
    let (mut contents, mut ends) = (Vec::new(), String::new());
    for file in files {
        let name = file.file_name().and_then(OsStr::to_str).ok_or("a file without a name")?;
        let mut content = fs::read(&file)?;
        if file.extension().is_some_and(|kind| kind == "js") && name != LIBRARY {
            content = without_comments(&String::from_utf8(content)?).into_bytes();
        }
        contents.extend(content);
        writeln!(ends, "({name:?}, {}),", contents.len())?;
    }
    fs::write(out.join("page.z"), compress_to_vec_zlib(&contents, BEST))?;
    fs::write(out.join("page.rs"), format!("{READ_BY_NOBODY}\nconst ENDS: &[(&str, usize)] = &[{ends}];"))?;
    Ok(())
}

/// A script of ours without the lines that are comments: browsers need none of them, and they are a tenth of the page.
fn without_comments(script: &str) -> String {
    let mut left = String::with_capacity(script.len());
    let mut is_block = false;
    for line in script.lines() {
        let code = line.trim();
        is_block |= code.starts_with("/**");
        if !is_block && !code.starts_with("//") {
            left.push_str(line);
            left.push('\n');
        }
        is_block &= !code.ends_with("*/");
    }
    left
}
