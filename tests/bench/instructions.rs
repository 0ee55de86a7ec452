//! Instructions per event, counted by callgrind: two runs that differ in the number of events alone.

use crate::figures::{Figure, Goal, Unit};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The events of the shorter run.
const FEW: i64 = 1_000;
/// Number of events that the longer run has in addition.
const MORE: i64 = 10_000;

/// Instructions of the rules, and of an event from its bytes to its line.
pub(crate) fn figures() -> Result<Vec<Figure>, Box<dyn Error>> {
    let program = built()?;
    [("rules alone", "rules", 1_500), ("parse, validate and rules", "event", 20_000)]
        .into_iter()
        .map(|(name, work, most)| {
            let instructions = (collected(&program, work, FEW + MORE)? - collected(&program, work, FEW)?) / MORE;
            let how = format!("callgrind, {MORE} sales more; ids of 64 bytes, every term negotiated");
            let name = format!("instructions per event: {name}");
            Ok(Figure::new(name, (instructions, Unit::Count), Goal::AtMost(most), how))
        })
        .collect()
}

/// The program whose instructions are counted, as Lambda's are built but for link-time optimisation; it is small, whatever
/// this one was built as.
fn built() -> Result<PathBuf, Box<dyn Error>> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = workspace.join("target");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let build = Command::new(cargo)
        .args(["build", "--locked", "--profile", "fast", "-p", "decisions", "--target-dir"])
        .arg(&target)
        .current_dir(workspace)
        .status()?;
    if !build.success() {
        return Err("the program `decisions` could not be built: see cargo's message above".into());
    }
    Ok(target.join("fast/decisions"))
}

/// Instructions of so many sales, under callgrind.
fn collected(program: &Path, work: &str, count: i64) -> Result<i64, Box<dyn Error>> {
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args([work, &count.to_string()])
        .output()
        .map_err(|error| format!("valgrind could not be started ({error}): install it"))?;
    let said = String::from_utf8(run.stderr)?;
    let collected = said.lines().find_map(|line| line.split_once("Collected : ")).map(|(_, number)| number.trim());
    Ok(collected.ok_or_else(|| format!("callgrind collected nothing: {said}"))?.parse()?)
}
