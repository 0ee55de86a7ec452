//! The ledger under every kind of trouble, thousands of times over.

use harness::simulator::{Bug, play, scenario::Scenario};

fn run(seeds: std::ops::Range<u64>, bug: Option<Bug>) -> Option<(u64, String)> {
    seeds.into_iter().find_map(|seed| {
        let violation = play(&Scenario::of_seed(seed), seed, bug).err()?;
        Some((seed, format!("{}\n{}", violation.what, violation.trace.join("\n"))))
    })
}

#[test]
fn twenty_thousand_schedules_keep_every_promise() {
    let first: u64 = std::env::var("SIMULATION_SEED").map_or(0, |seed| seed.parse().unwrap());
    let count: u64 = std::env::var("SIMULATION_COUNT").map_or(20_000, |count| count.parse().unwrap());
    let half = count.div_ceil(2);
    std::thread::scope(|scope| {
        let halves = [first..first + half, first + half..first + count].map(|seeds| scope.spawn(|| run(seeds, None)));
        for half in halves {
            if let Some((seed, what)) = half.join().unwrap() {
                panic!("seed {seed}: {what}");
            }
        }
    });
}

#[test]
fn every_planted_bug_is_found() {
    std::thread::scope(|scope| {
        for bugs in Bug::ALL.chunks(Bug::ALL.len().div_ceil(2)) {
            scope.spawn(move || {
                for bug in bugs {
                    let found = run(0..20_000, Some(*bug));
                    let (seed, _) = found.unwrap_or_else(|| panic!("{bug:?} was not found"));
                    println!("{bug:?}: seed {seed}");
                }
            });
        }
    });
}
