//! The simulation: thousands of runs of closes and their passes with every kind of fault.

use crate::simulator::{Bug, Scenario, Seen, Violation, play, shrink};
use fixtures::parallel::in_parallel;

/// Plays the schedules of seeds up to the first that breaks a promise; gives all that the others have made.
fn run(seeds: impl IntoIterator<Item = u64>, bug: Option<Bug>) -> Result<Seen, (u64, String)> {
    let mut seen = Seen::new();
    for seed in seeds {
        seen.extend(play(&Scenario::of_seed(seed), seed, bug, false).map_err(|broken| (seed, broken.what))?);
    }
    Ok(seen)
}

/// The report of a failure, shrunk.
fn report((seed, what): (u64, String), bug: Option<Bug>) -> String {
    match shrink(&Scenario::of_seed(seed), seed, bug) {
        Some((least, Violation { what, trace })) => {
            let messages: Vec<String> = least.messages.iter().map(|message| format!("{message:?}")).collect();
            format!("seed {seed}: {what}\n\nthe least that shows it:\n{}\n\n{}", messages.join("\n"), trace.join("\n"))
        }
        None => format!("seed {seed}: {what}; when it is played again, it does not"),
    }
}

/// The number of seeds that a thread takes at once.
const SEEDS_AT_ONCE: u64 = 20;
/// So many schedules make every kind of document, and carry for every reason.
const ENOUGH: u64 = 2_000;

#[test]
fn twenty_thousand_schedules_of_closes_keep_every_promise() {
    let first: u64 = std::env::var("SIMULATION_SEED").map_or(0, |seed| seed.parse().unwrap());
    let count: u64 = std::env::var("SIMULATION_COUNT").map_or(20_000, |count| count.parse().unwrap());
    let seeds: Vec<u64> = (first..first + count).step_by(usize::try_from(SEEDS_AT_ONCE).unwrap()).collect();
    let played = in_parallel(&seeds, |from| run(*from..(from + SEEDS_AT_ONCE).min(first + count), None));
    let mut seen = Seen::new();
    for some in played {
        seen.extend(some.unwrap_or_else(|broken| panic!("{}", report(broken, None))));
    }
    let (kinds, reasons) = (7, 8);
    assert!(count < ENOUGH || seen.len() == kinds + reasons, "{seen:?}");
}

#[test]
fn every_planted_bug_of_a_close_is_found() {
    in_parallel(&Bug::ALL, |bug| {
        let found = run((bug.seed()..20_000).chain(0..bug.seed()), Some(*bug));
        let (seed, what) = found.err().unwrap_or_else(|| panic!("{bug:?} was not found"));
        println!("{bug:?}: seed {seed}: {what:.100}");
    });
}
