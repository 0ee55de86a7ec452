//! Instructions per event, counted by callgrind: two runs that differ in the number of events alone.

use crate::decisions::Work;
use crate::figures::{Figure, Goal, Unit};
use clap::ValueEnum;
use std::error::Error;
use std::process::Command;

/// The events of the shorter run.
const FEW: i64 = 1_000;
/// How many more the longer run has.
const MORE: i64 = 10_000;

/// What the rules cost, and what an event costs from its bytes to its line. Nothing where there is no valgrind.
pub(crate) fn figures() -> Result<Vec<Figure>, Box<dyn Error>> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        eprintln!("instructions are not counted: valgrind is not installed");
        return Ok(Vec::new());
    }
    [("rules alone", Work::Rules, 2_000), ("parse, validate and rules", Work::Event, 25_000)]
        .into_iter()
        .map(|(name, work, most)| {
            let instructions = (collected(work, FEW + MORE)? - collected(work, FEW)?) / MORE;
            let how = format!("callgrind, {MORE} sales more; ids of 64 bytes, every term negotiated");
            let name = format!("instructions per event: {name}");
            Ok(Figure::new(name, (instructions, Unit::Count), Goal::AtMost(most), how))
        })
        .collect()
}

/// This program once more, under callgrind, as `bench --work`.
fn collected(work: Work, count: i64) -> Result<i64, Box<dyn Error>> {
    let work = work.to_possible_value().ok_or("the work has no name")?;
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args(["--work", work.get_name(), "--count", &count.to_string()])
        .output()?;
    let said = String::from_utf8(run.stderr)?;
    let collected = said.lines().find_map(|line| line.split_once("Collected : ")).map(|(_, number)| number.trim());
    Ok(collected.ok_or_else(|| format!("callgrind collected nothing: {said}"))?.parse()?)
}
