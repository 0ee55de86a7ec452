//! The ledger under every kind of trouble, thousands of times over.

use harness::simulator::scenario::{Scenario, six_events};
use harness::simulator::{Bug, Message, play, play_in_order};

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

/// All orders of some messages.
fn orders(messages: &[Message]) -> Vec<Vec<Message>> {
    if messages.is_empty() {
        return vec![Vec::new()];
    }
    let with_first = |i: usize| {
        let mut rest = messages.to_vec();
        let first = rest.remove(i);
        orders(&rest).into_iter().map(move |mut order| {
            order.insert(0, first.clone());
            order
        })
    };
    (0..messages.len()).flat_map(with_first).collect()
}

#[test]
fn all_orders_of_six_events_each_twice_with_a_crash_at_each_call() {
    let (registration, events) = six_events();
    let orders = orders(&events);
    assert_eq!(orders.len(), 720);
    std::thread::scope(|scope| {
        for orders in orders.chunks(360) {
            let registration = &registration;
            scope.spawn(move || {
                for order in orders {
                    let messages: Vec<Message> = std::iter::once(registration).chain(order).cloned().collect();
                    let play = |crash_at| match play_in_order(&messages, crash_at) {
                        Ok(calls) => calls,
                        Err(violation) => panic!("{order:?}, crash at {crash_at:?}: {}", violation.what),
                    };
                    let calls = play(None);
                    for crash_at in 1..=calls {
                        play(Some(crash_at));
                    }
                }
            });
        }
    });
}
