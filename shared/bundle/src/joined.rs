//! The modules of a folder as one script. Each is a function that runs once, when it is first asked for, as a browser would run
//! it: what it imports before itself, and what it loads later not at all until then.

use crate::module::{ADD, LOAD, Module, PAGE, Source, USE, module};
use crate::{Error, names, read, style};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

type Modules = BTreeMap<String, Module>;

/// The page's script: the modules of a folder, which begins with this one.
pub fn page(folder: &Path, entry: &str) -> Result<String, Error> {
    let modules = modules(folder)?;
    check(&modules, entry, None)?;
    let mut script = listed(&modules);
    // Writing to a text does not fail.
    let _ = write!(
        script,
        "const $added = {{}};\n\
         const {ADD} = async (address) => {{\n\
         const {{ default: made }} = await import(address);\n\
         return ($added[address] ??= made({USE}));\n\
         }};\n\
         export {{ {USE} }};\n\
         {USE}({entry:?});\n"
    );
    Ok(script)
}

/// A script with more views: the modules of a folder as a function of the page's modules, which gives the exports of the entry.
pub fn addition(folder: &Path, entry: &str, of_page: &Path) -> Result<String, Error> {
    let modules = modules(folder)?;
    let page = self::modules(of_page)?;
    check(&modules, entry, Some(&page))?;
    if let Some(module) = modules.values().find(|module| module.body.contains(ADD)) {
        return Err(Error::File { file: module.name.clone(), reason: "only the page loads more views".to_owned() });
    }
    Ok(format!("export default ({PAGE}) => {{\n{}return {USE}({entry:?});\n}};\n", listed(&modules)))
}

/// The modules as an object of functions, and what asks for them.
fn listed(modules: &Modules) -> String {
    let mut script = "const $modules = {\n".to_owned();
    for Module { name, exports, body, .. } in modules.values() {
        let exports =
            exports.iter().map(|(name, value)| if name == value { name.clone() } else { format!("{name}: {value}") });
        let exports = exports.collect::<Vec<_>>().join(", ");
        let _ = write!(script, "{name:?}: () => {{\n{body}return {{ {exports} }};\n}},\n");
    }
    let _ = write!(
        script,
        "}};\n\
         const $made = {{}};\n\
         const {USE} = (name) => ($made[name] ??= $modules[name]());\n\
         const {LOAD} = async (name) => {USE}(name);\n"
    );
    script
}

fn modules(folder: &Path) -> Result<Modules, Error> {
    let read_one = |name: String| {
        let text = read(&folder.join(&name))?;
        let shown = folder.join(&name);
        let module = module(&shown.to_string_lossy(), &text, |name| Ok(style(&read(&folder.join(name))?)))?;
        Ok((name.clone(), Module { name, ..module }))
    };
    names(folder, "js")?.into_iter().map(read_one).collect()
}

/// Refuses a name that nobody exports, a module that nobody imports, and modules that import each other.
fn check(modules: &Modules, entry: &str, page: Option<&Modules>) -> Result<(), Error> {
    let mut reached = BTreeSet::from([entry]);
    for module in modules.values() {
        for import in &module.imports {
            let fail = |reason: String| Err(Error::Module { file: module.name.clone(), line: import.line, reason });
            let (name, there) = match &import.from {
                Source::Own(name) => (name, modules.get(name)),
                Source::OfPage(name) => (name, page.and_then(|page| page.get(name))),
            };
            let Some(there) = there else { return fail(format!("there is no module {name}")) };
            if import.from == Source::Own(name.clone()) {
                reached.insert(name);
            }
            let missing = import.names.iter().find(|name| !there.exports.iter().any(|(known, _)| known == *name));
            if let Some(missing) = missing {
                return fail(format!("{} does not export {missing}", there.name));
            }
        }
    }
    if let Some(lone) = modules.keys().find(|name| !reached.contains(name.as_str())) {
        return Err(Error::File { file: lone.clone(), reason: "no module imports it".to_owned() });
    }
    let mut done = BTreeSet::new();
    modules.keys().try_for_each(|name| acyclic(modules, name, &mut Vec::new(), &mut done))
}

/// Refuses a module that imports itself by way of others: it would not be there yet when they ask for it.
fn acyclic<'a>(
    modules: &'a Modules,
    name: &'a str,
    above: &mut Vec<&'a str>,
    done: &mut BTreeSet<&'a str>,
) -> Result<(), Error> {
    if above.contains(&name) {
        return Err(Error::File { file: name.to_owned(), reason: format!("imports itself: {}", above.join(", ")) });
    }
    if !done.insert(name) {
        return Ok(());
    }
    above.push(name);
    for import in modules.get(name).iter().flat_map(|module| &module.imports).filter(|import| import.is_static) {
        if let Source::Own(other) = &import.from {
            acyclic(modules, other, above, done)?;
        }
    }
    above.pop();
    Ok(())
}
