//! The page's files as the few that a browser asks for: all modules of a folder as one script, all styles as one, each named by a
//! digest of its content and compressed. Build scripts call this; no program that is deployed has it.
//!
//! [`page`] joins the modules of the page. [`addition`] joins those of views that another program serves; they use modules of
//! the page (`/page/…`), and are given these when the page loads them, so that both have the same. The forms of `import` and
//! `export` that [`module`] knows are all there are: any other fails the build, with file and line.

mod joined;
mod module;

use miniz_oxide::deflate::compress_to_vec;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{fs, io};

pub use joined::{addition, page};

/// A reason why files cannot be joined.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{}: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{file}:{line}: {reason}")]
    Module { file: String, line: usize, reason: String },
    #[error("{file}: {reason}")]
    File { file: String, reason: String },
}

/// Length of a digest in a name, in characters.
const DIGEST: usize = 32;
/// The best that the compressor can do.
const BEST: u8 = 10;

/// A digest of a content: other contents have others.
pub fn digest(content: &str) -> String {
    let mut digest = String::new();
    for byte in Sha256::digest(content) {
        // Writing to a text does not fail.
        let _ = write!(digest, "{byte:02x}");
    }
    digest.truncate(DIGEST);
    digest
}

/// A content in the format of gzip (RFC 1952): a head of ten bytes, the compressed content (RFC 1951), and eight bytes of its
/// checksum and length. The same content gives the same bytes.
pub fn compressed(content: &str) -> Vec<u8> {
    const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 0xff];
    let length = u32::try_from(content.len()).unwrap_or_default();
    let packed = compress_to_vec(content.as_bytes(), BEST);
    [&HEAD, &*packed, &crc32fast::hash(content.as_bytes()).to_le_bytes(), &length.to_le_bytes()].concat()
}

/// The styles of a folder as one, in this order; those of print hold in print alone.
pub fn styles(folder: &Path, screen: &[&str], print: &[&str]) -> Result<String, Error> {
    let mut all = String::new();
    for name in screen {
        all.push_str(&style(&read(&folder.join(name))?));
    }
    for name in print {
        let style = style(&read(&folder.join(name))?);
        // Writing to a text does not fail.
        let _ = write!(all, "@media print {{\n{style}}}\n");
    }
    for name in names(folder, "css")? {
        if !screen.contains(&&*name) && !print.contains(&&*name) {
            return Err(Error::File { file: name, reason: "is not among the styles that are joined".to_owned() });
        }
    }
    Ok(all)
}

/// A style without its comments and indentation.
fn style(text: &str) -> String {
    let mut left = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("/*") {
        left.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    left.push_str(rest);
    let lines = left.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.fold(String::new(), |all, line| all + line + "\n")
}

/// A file of texts.
pub fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|source| Error::Unreadable { path: path.to_owned(), source })
}

/// The names of a folder's files of a kind, in order.
fn names(folder: &Path, kind: &str) -> Result<Vec<String>, Error> {
    let unreadable = |source| Error::Unreadable { path: folder.to_owned(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|found| found == kind)
            && let Some(name) = path.file_name().and_then(|name| name.to_str())
        {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests;
