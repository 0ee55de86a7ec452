//! Pairs: two handlers run concurrently, in every order of their calls to the table.

use super::handler::work;
use super::scenario::{Late, Scenario};
use super::table::{Faults, Footprint, SimStore, Table, View};
use super::{Bug, Message, Violation, check, finish};
use std::task::{Context, Poll, Waker};

/// The view of the two handlers' eventually consistent reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// The latest writes.
    Fresh,
    /// No write of either handler.
    Stale,
}

/// The number of interleavings of two messages, and of those played in their place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Interleavings {
    /// The number of interleavings.
    pub all: u64,
    /// The number of those played.
    pub played: u64,
}

impl std::iter::Sum for Interleavings {
    fn sum<I: Iterator<Item = Interleavings>>(all: I) -> Interleavings {
        all.fold(Interleavings::default(), |one, other| Interleavings {
            all: one.all + other.all,
            played: one.played + other.played,
        })
    }
}

/// Two concurrent messages, after others.
#[derive(Debug)]
pub struct Meeting<'a> {
    /// The messages played before, in sequence.
    pub before: Vec<Message>,
    /// The two messages.
    pub pair: [&'a Message; 2],
    /// The view of their eventually consistent reads.
    pub reads: Reads,
}

/// The interleavings to play.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Every interleaving.
    Each,
    /// One interleaving of each class of equivalent ones. Interleavings that differ only in the order of calls that do
    /// not meet (neither writes a partition that the other reads or writes) give the same answers and leave the same
    /// table. After a turn of the first handler was played, that handler sleeps while the other one's turns are played
    /// in its place, until one of them meets the call that it would make: the interleavings before that were played
    /// already (a *sleep set*).
    OneOfThoseAlike,
}

impl Meeting<'_> {
    /// Plays the messages before, then the two concurrently in the interleavings of their calls, each time from the
    /// same table, then the messages that return or follow.
    pub fn play(&self, which: Which, bug: Option<Bug>) -> Result<Interleavings, Violation> {
        let mut messages = self.before.clone();
        messages.extend(self.pair.into_iter().filter(|message| !self.before.contains(message)).cloned());
        messages.dedup();
        let scenario = Scenario { messages, max_writes: ledger::store::MAX_WRITES, late: Late::Nothing };
        let mut table = Table::new(fastrand::Rng::with_seed(0), Faults::NONE, None, false);
        table.totals = false;
        let store = SimStore::new(table, scenario.max_writes);
        finish(&store, &scenario, self.before.clone());
        let mut base = store.table().clone();
        base.bug = bug;
        base.view = match self.reads {
            Reads::Fresh => View::Latest,
            Reads::Stale => View::Frozen(base.commit()),
        };

        let mut count = Interleavings::default();
        let mut schedule: Vec<Turn> = Vec::new();
        loop {
            let played = play_schedule(&scenario, base.clone(), self.pair, &mut schedule).map_err(|what| {
                let order: Vec<usize> = schedule.iter().map(|turn| turn.whose).collect();
                Violation { what, trace: vec![format!("{:?} in the order {order:?}", self.pair)] }
            })?;
            if played {
                count.played += 1;
                count.all += match which {
                    Which::Each => 1,
                    Which::OneOfThoseAlike => orders_alike(&schedule),
                };
            }
            // The last turn given to the first handler by choice goes to the other one next.
            while schedule.pop_if(|turn| turn.whose == 1 || !turn.is_choice).is_some() {}
            let Some(turn) = schedule.last_mut() else { return Ok(count) };
            turn.whose = 1;
            turn.asleep = (which == Which::OneOfThoseAlike).then(|| std::mem::take(&mut turn.footprint));
        }
    }
}

/// One turn of a schedule.
#[derive(Debug)]
struct Turn {
    /// The handler of the turn.
    whose: usize,
    /// Whether the other handler could have had it.
    is_choice: bool,
    /// The call of the first handler, if it was already played in this place.
    asleep: Option<Footprint>,
    /// The partitions read and written in the turn.
    footprint: Footprint,
}

/// Plays one schedule, extending it as needed. `false`: it is equivalent to one played before.
fn play_schedule(
    scenario: &Scenario,
    base: Table,
    pair: [&Message; 2],
    schedule: &mut Vec<Turn>,
) -> Result<bool, String> {
    let store = SimStore::new(base, scenario.max_writes).before_only();
    let handler = |(id, message): (usize, &Message)| {
        let store = store.of_handler(id, scenario.concerned(message), false);
        work(store, vec![message.clone()], id)
    };
    let mut handlers: Vec<_> = pair.into_iter().enumerate().map(|pair| Some(handler(pair))).collect();
    let mut left: [Vec<Message>; 2] = Default::default();
    let mut asleep: Option<Footprint> = None;
    store.table().take_footprint();
    for at in 0.. {
        let at_work = [0, 1].map(|handler: usize| handlers[handler].is_some());
        if at_work == [false, false] {
            break;
        }
        if at == schedule.len() {
            let is_choice = at_work == [true, true] && asleep.is_none();
            let whose = usize::from(!at_work[0] || (at_work[1] && asleep.is_some()));
            schedule.push(Turn { whose, is_choice, asleep: None, footprint: Footprint::default() });
        }
        let turn = &mut schedule[at];
        asleep = turn.asleep.clone().or(asleep);
        if asleep.is_some() && turn.whose == 0 {
            // The other handler has ended without meeting the call that this one made in its place.
            return Ok(false);
        }
        let polled =
            handlers[turn.whose].as_mut().map(|work| work.as_mut().poll(&mut Context::from_waker(Waker::noop())));
        turn.footprint = store.table().take_footprint();
        asleep = asleep.filter(|asleep| !asleep.meets(&turn.footprint));
        if let Some(Poll::Ready((back, new))) = polled {
            handlers[turn.whose] = None;
            left[turn.whose].extend(back.into_iter().chain(new));
        }
    }
    let mut waiting: Vec<Message> = left.into_iter().flatten().collect();
    let mut delayed = std::mem::take(&mut store.table().delayed);
    delayed.sort_by_key(|(handler, _)| *handler);
    waiting.extend(delayed.into_iter().map(|(_, message)| message));
    store.table().view = View::Latest;
    finish(&store, scenario, waiting);
    check::check(&store.table(), scenario).map(|()| true)
}

/// The number of interleavings equivalent to a schedule: the orders of its turns that keep the order of turns that
/// meet, and of the turns of one handler.
fn orders_alike(schedule: &[Turn]) -> u64 {
    let of = |whose: usize| schedule.iter().enumerate().filter(move |(_, turn)| turn.whose == whose);
    // The number of turns of the other handler that must precede each turn of a handler.
    let needs = |one: usize| -> Vec<usize> {
        let needed = of(one).map(|(at, turn)| {
            let before = of(1 - one).take_while(|(other, _)| *other < at);
            before
                .enumerate()
                .filter(|(_, (_, other))| other.footprint.meets(&turn.footprint))
                .map(|(n, _)| n + 1)
                .last()
        });
        needed.map(Option::unwrap_or_default).collect()
    };
    let (first, second) = (needs(0), needs(1));
    // The number of orders of the first `i` and the first `j` turns.
    let mut ways = vec![vec![0_u64; second.len() + 1]; first.len() + 1];
    ways[0][0] = 1;
    for i in 0..=first.len() {
        for j in 0..=second.len() {
            if i > 0 && first[i - 1] <= j {
                ways[i][j] += ways[i - 1][j];
            }
            if j > 0 && second[j - 1] <= i {
                ways[i][j] += ways[i][j - 1];
            }
        }
    }
    ways[first.len()][second.len()]
}
