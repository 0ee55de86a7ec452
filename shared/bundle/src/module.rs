//! One module: what it imports, what it exports, and its statements without both.
//!
//! Modules are read by line, as they are formatted here: a statement of a module's own level begins a line, and an `import` or
//! `export … from` ends one with its semicolon.

use crate::Error;
use std::fmt::Write;

/// The names of a module's parts in a joined script: no module of ours uses a `$` in a name.
pub(crate) const USE: &str = "$use";
pub(crate) const LOAD: &str = "$load";
pub(crate) const ADD: &str = "$add";
pub(crate) const PAGE: &str = "$page";
const DEFAULT: &str = "$default";
/// The address of the page's modules.
const OF_PAGE: &str = "/page/";

/// A module of a folder.
#[derive(Debug, Default)]
pub(crate) struct Module {
    pub(crate) name: String,
    pub(crate) imports: Vec<Import>,
    /// The exported names, each with the expression that has its value.
    pub(crate) exports: Vec<(String, String)>,
    pub(crate) body: String,
}

/// A use of another file.
#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) line: usize,
    pub(crate) from: Source,
    /// The names that the other must export.
    pub(crate) names: Vec<String>,
    /// True of a module that runs before this one.
    pub(crate) is_static: bool,
}

/// The origin of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// A module of the same folder.
    Own(String),
    /// A module of the page, of an addition.
    OfPage(String),
}

impl Source {
    fn of(path: &str) -> Option<Source> {
        let own = path.strip_prefix("./").map(|name| Source::Own(name.to_owned()));
        own.or_else(|| path.strip_prefix(OF_PAGE).map(|name| Source::OfPage(name.to_owned())))
    }

    /// The expression that has the module's exports.
    fn used(&self) -> String {
        match self {
            Source::Own(name) => format!("{USE}({name:?})"),
            Source::OfPage(name) => format!("{PAGE}({name:?})"),
        }
    }
}

/// Reads a module. `style` gives the content of a style of its folder.
pub(crate) fn module(name: &str, text: &str, style: impl Fn(&str) -> Result<String, Error>) -> Result<Module, Error> {
    let mut module = Module { name: name.to_owned(), ..Module::default() };
    let code = without_comments(text);
    let mut lines = code.into_iter();
    while let Some((line, first)) = lines.next() {
        let fail = |reason: &str| {
            let at = format!("{reason}: {}", first.trim());
            Error::Module { file: name.to_owned(), line, reason: at }
        };
        if first.starts_with("import ") || first.starts_with("export {") {
            let mut statement = first.to_owned();
            while !statement.ends_with(';') {
                let (_, next) = lines.next().ok_or_else(|| fail("a statement without its semicolon"))?;
                statement.push(' ');
                statement.push_str(next.trim());
            }
            taken(&mut module, line, &statement, &style).map_err(|fault| fault.at(fail))?;
        } else if let Some(declared) = first.strip_prefix("export ") {
            let rest = exported(&mut module, declared).ok_or_else(|| fail("an export of a form that is not joined"))?;
            push(&mut module, line, &rest).map_err(|fault| fault.at(fail))?;
        } else {
            push(&mut module, line, first).map_err(|fault| fault.at(fail))?;
        }
    }
    // Indentation means something in a template of several lines alone.
    if text.lines().all(|line| line.matches('`').count() % 2 == 0) {
        module.body = module.body.lines().fold(String::new(), |body, line| body + line.trim_start() + "\n");
    }
    Ok(module)
}

/// A fault of a line.
enum Fault {
    Form(&'static str),
    Other(Error),
}

impl Fault {
    fn at(self, fail: impl Fn(&str) -> Error) -> Error {
        match self {
            Fault::Form(reason) => fail(reason),
            Fault::Other(error) => error,
        }
    }
}

/// The lines that are no comments, with their numbers.
fn without_comments(text: &str) -> Vec<(usize, &str)> {
    let mut is_block = false;
    let mut left = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let code = line.trim();
        is_block |= code.starts_with("/**");
        if !is_block && !code.starts_with("//") && !code.is_empty() {
            left.push((number, line));
        }
        is_block &= !code.ends_with("*/");
    }
    left
}

/// Takes in `import … from` or `export { … } from`, written in one line.
fn taken(
    module: &mut Module,
    line: usize,
    statement: &str,
    style: &impl Fn(&str) -> Result<String, Error>,
) -> Result<(), Fault> {
    let unknown = || Fault::Form("an import of a form that is not joined");
    let (what, from) = statement.split_once(" from ").ok_or_else(unknown)?;
    if let Some(style_name) = from.strip_suffix(" with { type: \"css\" };").and_then(quoted) {
        let name = what.strip_prefix("import ").filter(|name| is_name(name)).ok_or_else(unknown)?;
        let style = style(style_name.strip_prefix("./").ok_or_else(unknown)?).map_err(Fault::Other)?;
        // Writing to a text does not fail.
        let _ = writeln!(module.body, "const {name} = new CSSStyleSheet();\n{name}.replaceSync({style:?});");
        return Ok(());
    }
    let from = from.strip_suffix(';').and_then(quoted).and_then(Source::of).ok_or_else(unknown)?;
    let used = from.used();
    let mut names = Vec::new();
    if let Some(name) = what.strip_prefix("import * as ").filter(|name| is_name(name)) {
        let _ = writeln!(module.body, "const {name} = {used};");
    } else {
        let (is_import, list) = what.split_once(" {").ok_or_else(unknown)?;
        let list = list.strip_suffix('}').ok_or_else(unknown)?;
        let mut pairs = Vec::new();
        for item in list.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            let (theirs, ours) = item.split_once(" as ").unwrap_or((item, item));
            if !is_name(theirs) || !is_name(ours) {
                return Err(unknown());
            }
            names.push(theirs.to_owned());
            pairs.push((theirs, ours));
        }
        match is_import {
            "import" => {
                let pairs =
                    pairs.iter().map(
                        |(theirs, ours)| {
                            if theirs == ours { (*ours).to_owned() } else { format!("{theirs}: {ours}") }
                        },
                    );
                let pairs = pairs.collect::<Vec<_>>().join(", ");
                let _ = writeln!(module.body, "const {{ {pairs} }} = {used};");
            }
            "export" => {
                let exported = pairs.iter().map(|(theirs, ours)| ((*ours).to_owned(), format!("{used}.{theirs}")));
                module.exports.extend(exported);
            }
            _ => return Err(unknown()),
        }
    }
    module.imports.push(Import { line, from, names, is_static: true });
    Ok(())
}

/// Takes in what is declared after `export`, and returns the declaration; none: it has another form.
fn exported(module: &mut Module, declared: &str) -> Option<String> {
    if let Some(value) = declared.strip_prefix("default ") {
        if !value.starts_with(['{', '[']) {
            return None;
        }
        module.exports.push(("default".to_owned(), DEFAULT.to_owned()));
        return Some(format!("const {DEFAULT} = {value}"));
    }
    let kinds = ["const ", "function ", "async function ", "class "];
    let rest = kinds.iter().find_map(|kind| declared.strip_prefix(kind))?;
    let name = rest.split(|c: char| !is_of_name(c)).next().filter(|name| is_name(name))?;
    module.exports.push((name.to_owned(), name.to_owned()));
    Some(declared.to_owned())
}

/// Adds a line of the body. A module that is loaded later is asked for by the names of the joined script.
fn push(module: &mut Module, line: usize, text: &str) -> Result<(), Fault> {
    if ["import ", "export "].iter().any(|word| text.trim_start().starts_with(word)) {
        return Err(Fault::Form("an import or export that does not begin its line"));
    }
    if text.contains("import.meta") {
        return Err(Fault::Form("import.meta has no meaning in a joined script"));
    }
    if !text.starts_with([' ', '\t']) && text.contains("await ") && !text.contains("async") {
        return Err(Fault::Form("a module that waits before it is there (await outside of a function)"));
    }
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("import(") {
        module.body.push_str(before);
        if before.chars().next_back().is_some_and(|c| is_of_name(c) || c == '.') {
            module.body.push_str("import(");
            rest = after;
            continue;
        }
        let (asked, after) = after.split_once(')').ok_or(Fault::Form("an import() that does not end in its line"))?;
        match quoted(asked) {
            Some(path) if path.starts_with("./") => {
                let from = Source::of(path).ok_or(Fault::Form("an import() of no module"))?;
                let _ = write!(module.body, "{LOAD}({:?})", path.trim_start_matches("./"));
                module.imports.push(Import { line, from, names: Vec::new(), is_static: false });
            }
            Some(path) if path.starts_with('/') && !path.starts_with(OF_PAGE) => {
                let _ = write!(module.body, "{ADD}({asked})");
            }
            None if is_name(asked) => module.body.extend([ADD, "(", asked, ")"]),
            Some(_) | None => return Err(Fault::Form("an import() of a form that is not joined")),
        }
        rest = after;
    }
    module.body.push_str(rest);
    module.body.push('\n');
    Ok(())
}

/// The text between double quotes.
fn quoted(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    (!inner.contains(['"', '\\'])).then_some(inner)
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn is_name(text: &str) -> bool {
    text.chars().all(is_of_name) && text.starts_with(|c: char| !c.is_ascii_digit())
}
