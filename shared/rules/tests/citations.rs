//! Every section of the rulebook that code or documents cite exists.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const RULEBOOK: &str = include_str!("../RULEBOOK.md");

/// The sections: `3` for a heading, `3.4` for a numbered paragraph below it.
fn sections(rulebook: &str) -> BTreeSet<String> {
    let mut sections = BTreeSet::new();
    let mut section = String::new();
    for line in rulebook.lines() {
        if let Some((number, _)) = line.strip_prefix("## ").and_then(|heading| heading.split_once(". ")) {
            number.clone_into(&mut section);
            sections.insert(section.clone());
        } else if let Some((number, _)) = line.split_once(". ")
            && number.parse::<u8>().is_ok()
        {
            sections.insert(format!("{section}.{number}"));
        }
    }
    sections
}

/// The section number after each section sign of a text.
fn cited(text: &str) -> Vec<String> {
    let numbers = text.split('\u{a7}').skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        rest[..end].trim_end_matches('.').to_owned()
    });
    numbers.filter(|number| !number.is_empty()).collect()
}

/// The sources and documents of the project below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["target", "node_modules", ".git", ".local"].contains(&name.as_str()) {
                found.extend(files(&path));
            }
        } else if path.extension().is_some_and(|extension| ["rs", "md", "js", "mjs", "yaml"].iter().any(|known| extension == *known))
            // It cites the law, by its own sections.
            && name != "SETTLEMENT.md"
        {
            found.push(path);
        }
    }
    found
}

#[test]
fn every_section_that_is_cited_exists() {
    let sections = sections(RULEBOOK);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut citations = 0;
    for path in files(&root) {
        for section in cited(&fs::read_to_string(&path).unwrap()) {
            citations += 1;
            assert!(
                sections.contains(&section),
                "{} cites \u{a7}{section}, which the rulebook does not have",
                path.display()
            );
        }
    }
    assert!(citations > 50, "{citations}");
}

#[test]
fn sections_are_told_from_what_is_none() {
    let sections = sections("# Law\n## 3. Owed\n1. **Which.**\n12. Last\n2026. A year\n## 4. Ledger\n- 1. no\n");
    assert_eq!(Vec::from_iter(&sections), ["3", "3.1", "3.12", "4"]);
    assert_eq!(cited("RULEBOOK \u{a7}3.4, \u{a7}5. And \u{a7}12.1a"), ["3.4", "5", "12.1"]);
}
