//! The simulator: closes, their passes and all that meets them, the real code under a seeded scheduler with a clock.
//!
//! Up to four handlers run at once. The next call of each to the table completes when the scheduler decides, a second or two
//! later; some stop for minutes in the middle, and none outlives [`LONGEST`]. An index shows a write at the latest after
//! [`LAG`]. Handlers crash before any call, requests fail, conflict, or are applied and their answers lost. One seed always
//! plays the same.

mod bug;
mod check;
mod handler;
mod scenario;
mod table;

pub(crate) use bug::Bug;
pub(crate) use scenario::Scenario;

use closing::PassMessage;
use closing::closes::Said;
use handler::{Done, work};
use ledger::choices::Choice;
use ledger::recorded::PassesOf;
use ledger::store::IndexKey;
use ledger::totals_queue::TotalsMessage;
use rules::{Agreements, Fact, Month, PartnerId};
use settlement::number::OwnNumber;
use settlement::opening::OpeningItem;
use settlement::{Billing, Version};
use std::collections::BTreeSet;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use table::{SimStore, Table, Writer};

/// The longest that a handler runs, in seconds.
const LONGEST: i64 = 8 * 60;
/// The longest that an index lags, in seconds; together with a writer, less than the delay of closing.
const LAG: i64 = 5 * 60;
/// The number of concurrent handlers.
const HANDLERS: usize = 4;
/// The number of steps with faults; there are none later, so that every run ends.
const TROUBLED_STEPS: usize = 700;
/// More steps than any run takes.
const MAX_STEPS: usize = 100_000;

/// An input of the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Message {
    /// An event from billing.
    Event(Fact),
    /// A registration, in place of any earlier one.
    Register(PartnerId, Agreements),
    /// A manager's choice between claims.
    Choose(Choice),
    /// One step of a restatement.
    Restate(Restatement),
    /// A message of the totals queue.
    Totals(TotalsMessage),
    /// A version of a partner's billing identity under a number.
    Identity(PartnerId, u32, Box<Version<Billing>>),
    /// An invoice from before this system.
    OpeningItem(OpeningItem),
    /// The close of a month. `cancels`: an invoice of the vendor is cancelled, if there is one.
    Close { month: Month, said: Said, cancels: bool },
    /// A step of the pass of a close.
    Pass(PassMessage),
    /// A partner's own document for what a close carried.
    Own(PartnerId, Month, OwnNumber),
    /// A partner's own credit note for an invoice to it.
    OwnCancellation(PartnerId, OwnNumber),
    /// A contest of a partner's document, and the answer to it.
    Contest(PartnerId),
}

/// A step of a restatement: of a partner, for a version of its agreements or for another reason, after a key. `last`: the passes
/// of which it is the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Restatement {
    partner: PartnerId,
    version: Option<u64>,
    after: Option<IndexKey>,
    last: Option<PassesOf>,
}

impl Message {
    fn writer(&self) -> Writer {
        match self {
            Message::Event(_)
            | Message::Register(..)
            | Message::Choose(_)
            | Message::Restate(_)
            | Message::Totals(_) => Writer::Ledger,
            Message::Close { .. } => Writer::Close,
            Message::Pass(_) => Writer::Pass,
            Message::Identity(..)
            | Message::OpeningItem(_)
            | Message::Own(..)
            | Message::OwnCancellation(..)
            | Message::Contest(_) => Writer::Closing,
        }
    }
}

/// A message, from a second on. `attempts`: how often it may still be refused.
#[derive(Debug, Clone)]
struct Waiting {
    due: i64,
    message: Message,
    attempts: u8,
}

impl Waiting {
    fn new((due, message): (i64, Message)) -> Waiting {
        Waiting { due, message, attempts: 12 }
    }
}

struct Handler {
    waiting: Waiting,
    began: i64,
    /// The polls after which it stops for a while.
    stops_after: Option<u8>,
    wakes: i64,
    work: Pin<Box<dyn Future<Output = Done>>>,
}

/// A run that broke a promise.
#[derive(Debug)]
pub(crate) struct Violation {
    /// The broken promise.
    pub(crate) what: String,
    /// The trace of the run, call by call.
    pub(crate) trace: Vec<String>,
}

/// The names of all kinds of documents and of all reasons for carrying that a run has made.
pub(crate) type Seen = BTreeSet<&'static str>;

/// Plays a scenario, and gives what it has made. The same scenario, seed and bug always play the same.
pub(crate) fn play(scenario: &Scenario, seed: u64, bug: Option<Bug>, traced: bool) -> Result<Seen, Violation> {
    let mut simulation = Simulation::new(scenario, seed, bug, traced);
    let ended = simulation.run();
    let mut table = simulation.store.table();
    ended.and_then(|()| check::check(&table, scenario)).map_err(|what| Violation { what, trace: table.take_trace() })
}

/// The number of seeds tried to break a promise with one message less.
const SHRINKING_SEEDS: u64 = 100;

/// The smallest part of a scenario with the same closes that still breaks a promise, under some seed, with the trace of its calls.
pub(crate) fn shrink(scenario: &Scenario, seed: u64, bug: Option<Bug>) -> Option<(Scenario, Violation)> {
    let (mut least, mut seed) = (scenario.clone(), seed);
    let mut at = 0;
    while at < least.messages.len() {
        let mut fewer = least.clone();
        if matches!(fewer.messages.remove(at), (_, Message::Close { .. })) {
            at += 1;
            continue;
        }
        match (0..SHRINKING_SEEDS).find(|seed| play(&fewer, *seed, bug, false).is_err()) {
            Some(found) => (least, seed) = (fewer, found),
            None => at += 1,
        }
    }
    let violation = play(&least, seed, bug, true).err()?;
    Some((least, violation))
}

struct Simulation {
    store: SimStore,
    random: fastrand::Rng,
    bug: Option<Bug>,
    queue: Vec<Waiting>,
    handlers: Vec<Handler>,
}

impl Simulation {
    fn new(scenario: &Scenario, seed: u64, bug: Option<Bug>, traced: bool) -> Simulation {
        let mut random = fastrand::Rng::with_seed(seed);
        let table = Table::of(scenario.world(), scenario.begins, random.fork(), bug, traced);
        let mut queue: Vec<Waiting> = scenario.messages.iter().cloned().map(Waiting::new).collect();
        // Delivery is at least once: some messages come twice.
        let mut again = queue.clone();
        again.retain(|_| random.u8(..) < 64);
        for waiting in &mut again {
            waiting.due += random.i64(0..3_000);
        }
        queue.extend(again);
        Simulation { store: SimStore::new(table), random, bug, queue, handlers: Vec::new() }
    }

    fn run(&mut self) -> Result<(), String> {
        for step in 0..MAX_STEPS {
            let is_troubled = step < TROUBLED_STEPS;
            self.store.table().has_faults = is_troubled;
            self.receive();
            let now = self.store.table().now;
            self.start(now, is_troubled);
            let awake: Vec<usize> = (0..self.handlers.len()).filter(|at| self.handlers[*at].wakes <= now).collect();
            match self.random.choice(&awake).copied() {
                Some(at) if now - self.handlers[at].began > LONGEST => self.crash(at),
                Some(at) if is_troubled && self.random.u8(..) < 3 => self.crash(at),
                Some(at) => self.advance(at),
                None => match self.next() {
                    Some(second) => self.store.table().now = second,
                    None => return Ok(()),
                },
            }
            self.store.table().now += self.random.i64(0..=2);
        }
        Err("the run does not end".to_owned())
    }

    /// The next second at which something can happen; none: never.
    fn next(&self) -> Option<i64> {
        let now = self.store.table().now;
        let wakes = self.handlers.iter().map(|handler| handler.wakes);
        wakes.chain(self.queue.iter().map(|waiting| waiting.due)).min().map(|second| second.max(now))
    }

    /// Queues what was sent. The ledger's own simulator proves the totals queue; here it works alone and in time.
    fn receive(&mut self) {
        let sent = std::mem::take(&mut self.store.table().sent);
        self.queue.extend(sent.into_iter().map(Waiting::new));
        let now = self.store.table().now;
        let is_total = |waiting: &mut Waiting| waiting.due <= now && matches!(waiting.message, Message::Totals(_));
        let due: Vec<Waiting> = self.queue.extract_if(.., is_total).collect();
        for waiting in due {
            let mut work = work(self.store.of(Writer::Ledger, true), waiting.message, self.bug);
            let polled = work.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(polled.is_ready(), "it is alone");
        }
    }

    fn start(&mut self, now: i64, is_troubled: bool) {
        let due: Vec<usize> = (0..self.queue.len()).filter(|at| self.queue[*at].due <= now).collect();
        let is_free = self.handlers.len() < HANDLERS && (self.handlers.is_empty() || self.random.u8(..) < 96);
        let Some(at) = self.random.choice(&due).copied().filter(|_| is_free) else { return };
        let waiting = self.queue.swap_remove(at);
        let stops_after = (is_troubled && self.random.u8(..) < 64).then(|| self.random.u8(1..20));
        let store = self.store.of(waiting.message.writer(), false);
        store.table().note(|| format!("starts {:?}", waiting.message));
        let work = work(store, waiting.message.clone(), self.bug);
        self.handlers.push(Handler { waiting, began: now, stops_after, wakes: now, work });
    }

    fn advance(&mut self, at: usize) {
        let handler = &mut self.handlers[at];
        match handler.stops_after {
            Some(0) => {
                handler.stops_after = None;
                handler.wakes = handler.began + self.random.i64(0..=LONGEST);
                return;
            }
            left => handler.stops_after = left.map(|left| left - 1),
        }
        let polled = handler.work.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        let Poll::Ready(done) = polled else { return };
        let Handler { waiting, .. } = self.handlers.swap_remove(at);
        self.store.table().note(|| format!("ends {:?}: {done:?}", waiting.message));
        let now = self.store.table().now;
        match done {
            Done::Ended => {}
            Done::Failed => self.queue.push(Waiting { due: now + self.random.i64(5..60), ..waiting }),
            Done::Refused if waiting.attempts == 0 => {}
            Done::Refused => {
                let due = now + self.random.i64(60..600);
                self.queue.push(Waiting { due, attempts: waiting.attempts - 1, ..waiting });
            }
        }
    }

    /// Whoever asked notices, and asks again.
    fn crash(&mut self, at: usize) {
        let Handler { waiting, .. } = self.handlers.swap_remove(at);
        self.store.table().note(|| format!("crashes: {:?}", waiting.message));
        self.queue.push(waiting);
    }
}
