//! The ledger under every kind of trouble, thousands of times over.

use crate::simulator::scenario::{Scenario, one_of_each_kind, six_events};
use crate::simulator::{Bug, Message, Reads, Violation, play, play_every_interleaving, play_in_order, shrink};

/// The first seed that breaks a promise.
fn run(mut seeds: std::ops::Range<u64>, bug: Option<Bug>) -> Option<u64> {
    seeds.find(|seed| play(&Scenario::of_seed(*seed), *seed, bug).is_err())
}

/// A failure as short as it gets.
fn report(seed: u64, bug: Option<Bug>) -> String {
    match shrink(&Scenario::of_seed(seed), seed, bug) {
        Some((least, Violation { what, trace })) => {
            let messages: Vec<String> = least.messages.iter().map(|message| format!("{message:?}")).collect();
            format!("seed {seed}: {what}\n\nthe least that shows it:\n{}\n\n{}", messages.join("\n"), trace.join("\n"))
        }
        None => format!("seed {seed} breaks a promise, and does not when it is played again"),
    }
}

#[test]
fn twenty_thousand_schedules_keep_every_promise() {
    let first: u64 = std::env::var("SIMULATION_SEED").map_or(0, |seed| seed.parse().unwrap());
    let count: u64 = std::env::var("SIMULATION_COUNT").map_or(20_000, |count| count.parse().unwrap());
    let half = count.div_ceil(2);
    std::thread::scope(|scope| {
        let halves = [first..first + half, first + half..first + count].map(|seeds| scope.spawn(|| run(seeds, None)));
        for half in halves {
            if let Some(seed) = half.join().unwrap() {
                panic!("{}", report(seed, None));
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
                    let seed = found.unwrap_or_else(|| panic!("{bug:?} was not found"));
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

/// Of how many calls one has a crash in each order, another one in the next order.
const CRASHES_APART: usize = 3;

#[test]
fn all_orders_of_six_events_each_twice_with_crashes_at_their_calls_in_turn() {
    let (registration, events) = six_events();
    let orders = orders(&events);
    assert_eq!(orders.len(), 720);
    std::thread::scope(|scope| {
        for orders in orders.chunks(360) {
            let registration = &registration;
            scope.spawn(move || {
                for (i, order) in orders.iter().enumerate() {
                    let messages: Vec<Message> = std::iter::once(registration).chain(order).cloned().collect();
                    let play = |crash_at| match play_in_order(&messages, crash_at) {
                        Ok(calls) => calls,
                        Err(violation) => panic!("{order:?}, crash at {crash_at:?}: {}", violation.what),
                    };
                    let calls = play(None);
                    for crash_at in (1..=calls).skip(i % CRASHES_APART).step_by(CRASHES_APART) {
                        play(Some(crash_at));
                    }
                }
            });
        }
    });
}

#[test]
fn every_interleaving_of_every_two_kinds_of_messages() {
    let all = one_of_each_kind();
    let is_choice = |message: &Message| matches!(message, Message::Choose(_));
    let pairs = all.iter().enumerate().flat_map(|(i, one)| all[i..].iter().map(move |other| [one, other]));
    let pairs: Vec<[&Message; 2]> = pairs.collect();
    let interleavings = |[one, other]: [&Message; 2]| -> usize {
        // A choice is made between claims that are there.
        let claims = |message: &&Message| (is_choice(one) || is_choice(other)) && all[7..9].contains(message);
        let others = || all.iter().filter(|message| *message != one && *message != other && !is_choice(message));
        let registered = |message: &&Message| matches!(message, Message::Change(_, _));
        let before = [
            others().filter(claims).cloned().collect::<Vec<_>>(),
            others().filter(|message| registered(message) || claims(message)).cloned().collect(),
            others().cloned().collect(),
        ];
        // A pass looks at every contract: with all of them, it has more interleavings than anyone can play.
        let is_pass = |message: &Message| matches!(message, Message::Restate(..));
        let before: &[Vec<Message>] = if is_pass(one) || is_pass(other) { &before[..2] } else { &before };
        let plays = before.iter().flat_map(|before| [(before, Reads::Fresh), (before, Reads::Stale)]);
        let played = plays.map(|(before, reads)| {
            play_every_interleaving(before, [one, other], reads).unwrap_or_else(|violation| {
                panic!("{}\n{}\nafter {before:?}", violation.what, violation.trace.join("\n"))
            })
        });
        played.sum()
    };
    std::thread::scope(|scope| {
        let halves = [0, 1].map(|half| {
            let own = pairs.iter().skip(half).step_by(2).copied();
            scope.spawn(move || own.map(interleavings).sum::<usize>())
        });
        let counts = halves.map(|half| half.join().unwrap());
        println!("{} interleavings", counts.into_iter().sum::<usize>());
    });
}

#[test]
fn a_failure_is_shrunk_to_a_short_trace() {
    let bug = Some(Bug::HeadNotWritten);
    let seed = run(0..100, bug).unwrap();
    let (least, violation) = shrink(&Scenario::of_seed(seed), seed, bug).unwrap();
    assert!(least.messages.len() <= 3, "{:#?}", least.messages);
    assert!(!violation.what.is_empty() && violation.trace.len() < 100, "{:#?}", violation.trace);
    assert!(report(seed, bug).contains("the least that shows it"));
}
