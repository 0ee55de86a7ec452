//! Joins the files of the page into a script and a style, and compresses these and the description of the API: the program
//! includes them (`src/files.rs`), and is kept small.

use bundle::{addition, compressed, digest, page, read, styles};
use miniz_oxide::deflate::compress_to_vec_zlib;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

const BEST: u8 = 10;
/// The styles, each before those that may refine it.
const STYLES: [&str; 6] = ["style.css", "parts.css", "tables.css", "forms.css", "charts.css", "views.css"];
const PRINT: [&str; 1] = ["print.css"];
/// The views of closing, which another program serves: the page names them by their digest.
const VIEWS: &str = "../settlement-api/page";

/// The first line of the script.
const LICENSE: &str = "// oauth4webapi.js: see /page/oauth4webapi-LICENSE.md\n";

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    // A program at a fixed address needs no list of the places that a loader would have to fill in: 5 % of its size.
    if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
    for path in ["page", VIEWS, "openapi.json"] {
        println!("cargo::rerun-if-changed={path}");
    }
    let folder = Path::new("page");
    let (script, style) = (page(folder, "start.js")?, styles(folder, &STYLES, &PRINT)?);
    let script = format!("{LICENSE}{script}");
    let views = addition(Path::new(VIEWS), "closing.js", folder)?;
    let [script_name, style_name] =
        [(&script, "js"), (&style, "css")].map(|(text, kind)| format!("{}.{kind}", digest(text)));
    let document = read(&folder.join("index.html"))?;
    let icon = read(&folder.join("icon.svg"))?;
    // In an address `#` would begin a fragment, and the document has its attributes in double quotes.
    let icon = icon.trim_end().replace('#', "%23").replace('"', "'");
    let document = document.replace("{script}", &script_name).replace("{style}", &style_name).replace("{icon}", &icon);
    let (before, after) = document.split_once("{config}").ok_or("index.html has no place for the configuration")?;
    fs::write(out.join("script.gz"), compressed(&script))?;
    fs::write(out.join("style.gz"), compressed(&style))?;
    fs::write(out.join("openapi.z"), compress_to_vec_zlib(&fs::read("openapi.json")?, BEST))?;
    let constants = [
        ("SCRIPT_NAME", &*script_name),
        ("STYLE_NAME", &style_name),
        ("VIEWS_NAME", &format!("{}.js", digest(&views))),
        ("BEFORE_CONFIG", before),
        ("AFTER_CONFIG", after),
    ];
    let constants = constants.map(|(name, value)| format!("pub(crate) const {name}: &str = {value:?};\n"));
    fs::write(out.join("page.rs"), constants.concat())?;
    Ok(())
}
