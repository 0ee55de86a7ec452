//! Writes the XML of every sample document into a folder, for validators of other hands: `samples FOLDER`.

#![expect(clippy::unwrap_used, reason = "a sample that cannot be made says so")]

#[expect(dead_code, reason = "the tests use the rest")]
mod samples;

use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("say the folder to write into")?);
    for sample in samples::all() {
        let xml = documents::cii(&sample.document, &sample.dates)?;
        std::fs::write(folder.join(sample.name).with_extension("xml"), xml)?;
    }
    Ok(())
}
