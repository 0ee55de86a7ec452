//! Writes the XML and the pages of every sample into folders, for validators of other hands: `samples DOCUMENTS BATCHES`.

#![expect(clippy::unwrap_used, reason = "a sample that cannot be made says so")]

mod batches;
#[expect(dead_code, reason = "the tests use the rest")]
mod samples;

use rules::text::Language;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut folders = std::env::args_os().skip(1).map(PathBuf::from);
    let folder = folders.next().ok_or("say the folder for documents")?;
    for sample in samples::all() {
        let xml = documents::cii(&sample.document, &sample.dates)?;
        std::fs::write(folder.join(sample.name).with_extension("xml"), xml)?;
    }
    for sample in samples::all().into_iter().chain(samples::printed()) {
        let file = folder.join(sample.name);
        for (language, extension) in [(Language::Fr, "fr.html"), (Language::En, "en.html")] {
            let page = documents::page(&sample.document, &sample.dates, language)?;
            std::fs::write(file.with_extension(extension), page)?;
        }
    }
    let folder = folders.next().ok_or("say the folder for batches")?;
    for (name, batch) in batches::all() {
        std::fs::write(folder.join(name).with_extension("xml"), documents::pain001(&batch))?;
    }
    Ok(())
}
