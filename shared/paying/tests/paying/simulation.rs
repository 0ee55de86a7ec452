//! The simulation: thousands of runs of batches, fates and payments with every kind of fault.

use crate::simulator::{Bug, play};
use fixtures::parallel::in_parallel;

/// The number of seeds that a thread takes at once.
const SEEDS_AT_ONCE: u64 = 20;

#[test]
fn twenty_thousand_schedules_of_payments_keep_every_promise() {
    let first: u64 = std::env::var("SIMULATION_SEED").map_or(0, |seed| seed.parse().unwrap());
    let count: u64 = std::env::var("SIMULATION_COUNT").map_or(20_000, |count| count.parse().unwrap());
    let seeds: Vec<u64> = (first..first + count).step_by(usize::try_from(SEEDS_AT_ONCE).unwrap()).collect();
    let played = in_parallel(&seeds, |from| {
        let seeds = *from..(from + SEEDS_AT_ONCE).min(first + count);
        seeds.map(|seed| play(seed, None).unwrap_or_else(|what| panic!("seed {seed}: {what}"))).sum::<usize>()
    });
    let payments: usize = played.into_iter().sum();
    println!("{payments} payments");
    assert!(payments > usize::try_from(count).unwrap(), "{payments}");
}

#[test]
fn every_planted_bug_of_paying_is_found() {
    in_parallel(&Bug::ALL, |bug| {
        let found = (0..2_000).find_map(|seed| Some((seed, play(seed, Some(*bug)).err()?)));
        let (seed, what) = found.unwrap_or_else(|| panic!("{bug:?} was not found"));
        println!("{bug:?}: seed {seed}: {what:.160}");
    });
}
