//! The simulation: thousands of runs of the ledger with every kind of fault.

use crate::simulator::scenario::{Scenario, one_of_each_kind, six_events};
use crate::simulator::{Bug, Interleavings, Meeting, Message, Orders, Played, Reads, Violation, Which, play, shrink};
use fixtures::parallel::in_parallel;

/// The first seed that breaks a promise.
fn run(mut seeds: impl Iterator<Item = u64>, bug: Option<Bug>) -> Option<u64> {
    seeds.find(|seed| play(&Scenario::of_seed(*seed), *seed, bug).is_err())
}

/// The report of a failure, shrunk.
fn report(seed: u64, bug: Option<Bug>) -> String {
    match shrink(&Scenario::of_seed(seed), seed, bug) {
        Some((least, Violation { what, trace })) => {
            let messages: Vec<String> = least.messages.iter().map(|message| format!("{message:?}")).collect();
            format!("seed {seed}: {what}\n\nthe least that shows it:\n{}\n\n{}", messages.join("\n"), trace.join("\n"))
        }
        None => format!("seed {seed} breaks a promise, and does not when it is played again"),
    }
}

/// The number of seeds that a thread takes at once.
const SEEDS_AT_ONCE: u64 = 20;

#[test]
fn twenty_thousand_schedules_keep_every_promise() {
    let first: u64 = std::env::var("SIMULATION_SEED").map_or(0, |seed| seed.parse().unwrap());
    let count: u64 = std::env::var("SIMULATION_COUNT").map_or(20_000, |count| count.parse().unwrap());
    let seeds: Vec<u64> = (first..first + count).step_by(usize::try_from(SEEDS_AT_ONCE).unwrap()).collect();
    let broken = in_parallel(&seeds, |from| run(*from..(from + SEEDS_AT_ONCE).min(first + count), None));
    if let Some(seed) = broken.into_iter().flatten().next() {
        panic!("{}", report(seed, None));
    }
}

#[test]
fn every_planted_bug_is_found() {
    in_parallel(&Bug::ALL, |bug| {
        let found = run(bug.seeds(0..20_000), Some(*bug));
        let seed = found.unwrap_or_else(|| panic!("{bug:?} was not found"));
        println!("{bug:?}: seed {seed}");
    });
}

#[test]
fn all_orders_of_six_events_each_twice_with_a_crash_at_each_of_their_calls() {
    let (registration, events) = six_events();
    let orders = Orders::new(registration, &events);
    // The orders of the first two; for each of them, the others are played in all orders.
    let begin: Vec<[usize; 2]> =
        (0..6).flat_map(|one| (0..6).filter(move |other| *other != one).map(move |other| [one, other])).collect();
    let played: Played = in_parallel(&begin, |begin| {
        let rest: Vec<Message> = (0..6).filter(|at| !begin.contains(at)).map(|at| events[at].clone()).collect();
        let begin = begin.map(|at| events[at].clone());
        orders.play(&begin, &rest).unwrap_or_else(|violation| panic!("{violation}"))
    })
    .into_iter()
    .sum();
    println!("{played:?}");
    assert_eq!(played.orders, 720);
    assert!(played.crashes > 720 * 50, "{played:?}");
}

/// Every two messages concurrently, after none, few and most of the others.
fn meetings(all: &[Message]) -> Vec<Meeting<'_>> {
    let is_choice = |message: &Message| matches!(message, Message::Choose(_));
    let pairs = all.iter().enumerate().flat_map(|(i, one)| all[i..].iter().map(move |other| [one, other]));
    let meetings = pairs.flat_map(|[one, other]| {
        // A choice needs the claims that it is between.
        let claims = |message: &&Message| (is_choice(one) || is_choice(other)) && all[7..9].contains(message);
        let others = || all.iter().filter(|message| *message != one && *message != other && !is_choice(message));
        let registered = |message: &&Message| matches!(message, Message::Change(_, _));
        let mut before = vec![
            others().filter(claims).cloned().collect::<Vec<_>>(),
            others().filter(|message| registered(message) || claims(message)).cloned().collect(),
        ];
        // A pass reads every contract: with all of them, it has too many interleavings to play.
        let is_pass = |message: &Message| matches!(message, Message::Restate(..));
        if !is_pass(one) && !is_pass(other) {
            before.push(others().cloned().collect());
        }
        let meeting = move |before: Vec<Message>| {
            [Reads::Fresh, Reads::Stale].map(|reads| Meeting { before: before.clone(), pair: [one, other], reads })
        };
        before.into_iter().flat_map(meeting)
    });
    meetings.collect()
}

#[test]
fn every_interleaving_of_every_two_kinds_of_messages() {
    let all = one_of_each_kind();
    let played = in_parallel(&meetings(&all), |meeting| {
        meeting.play(Which::OneOfThoseAlike, None).unwrap_or_else(|Violation { what, trace }| {
            panic!("{what}\n{}\nafter {:?}", trace.join("\n"), meeting.before)
        })
    });
    let played: Interleavings = played.into_iter().sum();
    println!("{played:?}");
    assert!(played.all > 200_000, "{played:?}");
}

/// The interleavings not played are equivalent to one that is: together they are as many as there are, and if any of
/// them shows a bug, one that is played shows it.
#[test]
fn each_interleaving_is_like_one_that_is_played() {
    let all = one_of_each_kind();
    let few: Vec<Meeting<'_>> = meetings(&all)
        .into_iter()
        .filter(|meeting| meeting.before.is_empty() && meeting.reads == Reads::Fresh)
        .collect();
    let bugs = [None, Some(Bug::NoCondition), Some(Bug::HeadNotWritten)];
    let found = in_parallel(&few, |meeting| {
        bugs.map(|bug| {
            let [alike, each] = [Which::OneOfThoseAlike, Which::Each].map(|which| meeting.play(which, bug));
            let counts = [&alike, &each].map(|played| played.as_ref().ok().map(|played| played.all));
            assert_eq!(counts[0], counts[1], "{bug:?}: {meeting:?}");
            alike.is_err()
        })
    });
    let is_found = [0, 1, 2].map(|bug| found.iter().any(|found| found[bug]));
    assert_eq!(is_found, [false, true, true]);
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
