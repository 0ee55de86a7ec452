//! Rules about the sources: in no crate do files import each other in a circle, no answer is made of loose JSON, no
//! crate includes a file of another, no retired word is used, and documentation begins with its subject.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The `src` folders of all crates.
fn crates() -> Vec<PathBuf> {
    let folders = ["shared", "functions", "infra"].map(|folder| root().join(folder));
    let crates = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    crates.map(|entry| entry.unwrap().path().join("src")).filter(|src| src.is_dir()).collect()
}

/// The source files below a folder, each by its module: `handlers::partners`; the crate's root is empty.
fn modules(src: &Path) -> BTreeMap<String, String> {
    fn below(folder: &Path, module: &str, found: &mut BTreeMap<String, String>) {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let inner = if module.is_empty() { name.clone() } else { format!("{module}::{name}") };
            if path.is_dir() {
                below(&path, &inner, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let is_root = ["lib", "main", "mod"].contains(&name.as_str());
                let text = found.entry(if is_root { module.to_owned() } else { inner }).or_default();
                text.push_str(&production(&fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut found = BTreeMap::new();
    below(src, "", &mut found);
    let tests: Vec<String> = found.iter().flat_map(|(module, text)| test_modules(module, text)).collect();
    found.retain(|module, _| !tests.contains(module));
    found
}

/// The modules declared for tests only.
fn test_modules(module: &str, text: &str) -> Vec<String> {
    let declared = text.split("#[cfg(test)]\nmod ").skip(1).filter_map(|rest| Some(rest.split_once(';')?.0));
    declared.map(|name| if module.is_empty() { name.to_owned() } else { format!("{module}::{name}") }).collect()
}

/// The code of a source file without comments and tests.
fn production(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// All paths named below `crate::`, with groups in braces expanded.
fn paths(text: &str, from: &str) -> Vec<String> {
    let names = text.match_indices(from).filter(|(at, _)| {
        let before = text[..*at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':' && c != '$')
    });
    let mut all = Vec::new();
    for (at, _) in names {
        path(&text[at + from.len()..], "", &mut all);
    }
    all
}

/// Parses one path, or a group of them; returns the rest of the text.
fn path<'a>(text: &'a str, prefix: &str, all: &mut Vec<String>) -> &'a str {
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = path(rest.trim_start(), prefix, all).trim_start();
            match rest.strip_prefix(',') {
                Some(next) => rest = next,
                None => return rest.strip_prefix('}').unwrap_or(rest),
            }
        }
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let whole = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}::{name}") };
    match rest.strip_prefix("::") {
        Some(rest) if !rest.starts_with('<') => path(rest, &whole, all),
        Some(_) | None => {
            if !name.is_empty() {
                all.push(whole);
            }
            rest
        }
    }
}

/// The names that a module re-exports: `pub use aggregates::Aggregates`.
fn handed_on(modules: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for (module, text) in modules {
        let within = |name: &str| if module.is_empty() { name.to_owned() } else { format!("{module}::{name}") };
        for statement in text.split(';').filter(|statement| statement.trim_start().starts_with("pub")) {
            let Some((_, used)) = statement.split_once(" use ") else { continue };
            let (absolute, used) = match used.strip_prefix("crate::") {
                Some(used) => (true, used),
                None => (false, used),
            };
            let mut all = Vec::new();
            path(used, "", &mut all);
            for used in all {
                let last = used.rsplit("::").next().unwrap().to_owned();
                names.insert(within(&last), if absolute { used } else { within(&used) });
            }
        }
    }
    names
}

/// The module that defines a name used in another.
fn home(named: &str, modules: &BTreeMap<String, String>, handed_on: &BTreeMap<String, String>) -> String {
    let mut named = named.to_owned();
    for _ in 0..4 {
        let parts: Vec<&str> = named.split("::").collect();
        let prefixes = (1..=parts.len()).rev().map(|count| parts[..count].join("::"));
        let Some((prefix, elsewhere)) =
            prefixes.clone().find_map(|prefix| Some((prefix.clone(), handed_on.get(&prefix)?)))
        else {
            return prefixes.into_iter().find(|prefix| modules.contains_key(prefix)).unwrap_or_default();
        };
        named = named.replacen(&prefix, elsewhere, 1);
    }
    String::new()
}

/// The modules that each module of a crate imports.
fn imports(modules: &BTreeMap<String, String>) -> BTreeMap<String, BTreeSet<String>> {
    let handed_on = handed_on(modules);
    let of = |module: &String, text: &String| {
        let parent = module.rsplit_once("::").map_or("", |(parent, _)| parent);
        let above = |name: String| if parent.is_empty() { name } else { format!("{parent}::{name}") };
        let named = paths(text, "crate::").into_iter().chain(paths(text, "super::").into_iter().map(above));
        let homes = named.map(|named| home(&named, modules, &handed_on));
        // A module's declared submodules are part of it; a re-exported name is not imported by the re-exporting module.
        homes.filter(|home| home != module).collect::<BTreeSet<_>>()
    };
    modules.iter().map(|(module, text)| (module.clone(), of(module, text))).collect()
}

/// The modules that import themselves through others.
fn circles(imports: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let reached = |from: &String| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(module) = open.pop() {
            for next in imports.get(module).into_iter().flatten() {
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        seen
    };
    imports.keys().filter(|module| reached(module).contains(module)).cloned().collect()
}

#[test]
fn no_files_of_a_crate_import_each_other_in_a_circle() {
    let mut all = BTreeMap::new();
    for src in crates() {
        let imports = imports(&modules(&src));
        for module in circles(&imports) {
            all.insert(format!("{} {module}", src.display()), imports[&module].clone());
        }
    }
    assert!(all.is_empty(), "{all:#?}");
}

#[test]
fn a_circle_is_seen_through_groups_and_names_that_are_handed_on() {
    let check = |sources: &[(&str, &str)], expected: &[&str]| {
        let modules = sources.iter().map(|(module, text)| ((*module).to_owned(), (*text).to_owned())).collect();
        assert_eq!(circles(&imports(&modules)), expected, "{sources:?}");
    };
    check(&[("", "pub mod a;"), ("a", "use crate::b::B;"), ("b", "use std::fmt;")], &[]);
    check(&[("a", "use crate::b::B;"), ("b", "use crate::{c::C, a::{self, A}};"), ("c", "")], &["a", "b"]);
    check(&[("", "pub use b::B;"), ("a", "use crate::B;"), ("b", "fn f(a: &super::a::A) {}")], &["a", "b"]);
    check(&[("m", "pub use x::X;"), ("m::x", "use super::y;"), ("m::y", "use crate::m::X;")], &["m::x", "m::y"]);
}

/// The first lines of a file's documentation comments, without their slashes.
fn first_lines(text: &str) -> Vec<&str> {
    let comment = |line: &'_ str| line.starts_with("///") || line.starts_with("//!");
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    let before = std::iter::once("").chain(lines.iter().copied());
    let begin = lines.iter().zip(before).filter(|(line, before)| comment(line) && !comment(before));
    begin.map(|(line, _)| line[3..].trim_start()).collect()
}

#[test]
fn documentation_begins_with_a_word_that_can_be_searched_for() {
    let clauses = ["What ", "Who ", "How ", "Which ", "Where ", "When "];
    for src in crates() {
        for folder in [src.clone(), src.with_file_name("tests")] {
            for file in sources(&folder) {
                let text = fs::read_to_string(&file).unwrap();
                let bad: Vec<&str> = first_lines(&text)
                    .into_iter()
                    .filter(|line| clauses.iter().any(|clause| line.starts_with(clause)))
                    .collect();
                assert!(bad.is_empty(), "{}: {bad:#?}", file.display());
            }
        }
    }
}

/// The source files below a folder, if there is one.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let found = entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    found.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

#[test]
fn no_answer_is_made_of_loose_json() {
    for src in crates().into_iter().filter(|src| !src.starts_with(root().join("infra"))) {
        for (module, text) in modules(&src) {
            assert!(!text.contains("json!"), "{} {module}", src.display());
        }
    }
}

/// French is in the tables of `texts`, in the vendor's own wording of its programme, in the words on invoices, in what the API of
/// closing refuses, in the names of the demo, and in the words of the local identity provider, which no deployed program has.
#[test]
fn no_other_crate_says_anything_in_french() {
    for src in crates().into_iter().filter(|src| !src.ends_with("texts/src")) {
        for (module, text) in modules(&src) {
            let is_programme = src.ends_with("rules/src") && module.starts_with("programme");
            let said = text.lines().find(|line| line.contains('"') && line.contains(['é', 'è', 'ê', 'à', 'ç', '’']));
            let is_local = src.ends_with("local/src")
                && ["demo::billing", "demo::names", "identity::words"].contains(&module.as_str());
            let is_invoice = src.ends_with("documents/src") && (module == "words" || module.starts_with("page::"));
            let is_refusal =
                src.ends_with("settlement-api/src") && (module == "words" || module.starts_with("words::"));
            assert!(
                is_programme || is_invoice || is_refusal || is_local || said.is_none(),
                "{} {module}: {said:?}",
                src.display()
            );
        }
    }
}

#[test]
fn no_crate_includes_a_file_of_another() {
    for path in files(&["shared", "functions", "infra", "tests"], &[".rs"]) {
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains(concat!("#[path = \"", "..")), "{}", path.display());
    }
}

/// The words of an identifier or a sentence, in lower case: `SlotKey` and `slot_key` are both `slot` and `key`.
fn words(text: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut word = String::new();
    for c in text.chars().chain([' ']) {
        let ends = !c.is_ascii_lowercase();
        if ends && !word.is_empty() {
            words.insert(std::mem::take(&mut word));
        }
        if c.is_ascii_alphabetic() {
            word.push(c.to_ascii_lowercase());
        }
    }
    words
}

/// The last column of the table of words in ARCHITECTURE.md.
fn retired_words(architecture: &str) -> BTreeSet<String> {
    let table = architecture.split("## Vocabulary").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| ")).skip(1);
    rows.flat_map(|row| words(row.trim_end_matches('|').rsplit('|').next().unwrap())).collect()
}

/// Every file below some folders with one of these name endings.
fn files(folders: &[&str], ends: &[&str]) -> Vec<PathBuf> {
    let mut open: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    let mut files = Vec::new();
    while let Some(folder) = open.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                open.extend((!["target", "node_modules"].contains(&name.as_str())).then_some(path));
            } else if ends.iter().any(|end| name.ends_with(end)) {
                files.push(path);
            }
        }
    }
    files
}

#[test]
fn no_retired_word_is_used() {
    let retired = retired_words(&fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap());
    assert!(retired.contains("slot") && retired.contains("oddity") && !retired.contains("aggregate"), "{retired:?}");
    let this = Path::new(file!()).file_name();
    let all = files(&["shared", "functions", "infra", "tests"], &[".rs", ".js", ".mjs", ".html", ".css", "README.md"]);
    for path in all.into_iter().filter(|path| path.file_name() != this) {
        let text = fs::read_to_string(&path).unwrap();
        let used: Vec<String> = words(&text).intersection(&retired).cloned().collect();
        assert!(used.is_empty(), "{}: {used:?}", path.display());
    }
}
