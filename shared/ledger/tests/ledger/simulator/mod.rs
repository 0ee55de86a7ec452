//! The simulator: the ledger's real code under a seeded scheduler. Up to four handlers run at once; the next call of
//! each to the table completes when the scheduler decides. Handlers crash before and after every call; requests are
//! throttled, refused for conflicts, or applied and their answers lost; reads are stale and torn as DynamoDB's are. One
//! seed always plays the same.

mod bug;
mod check;
mod handler;
mod orders;
mod pairs;
pub mod scenario;
pub mod table;

pub use bug::Bug;
pub use orders::{Orders, Played};
pub use pairs::{Interleavings, Meeting, Reads, Which};

use handler::{Done, work};
use ledger::choices::Choice;
use ledger::store::IndexKey;
use ledger::totals_queue::TotalsMessage;
use rules::{Agreements, Fact, PartnerId};
use scenario::{Late, Scenario};
use std::collections::{BTreeSet, VecDeque};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use table::{Faults, SimStore, Table};

/// The number of concurrent handlers.
const HANDLERS: usize = 4;
/// The number of steps with faults; there are none later, so that every run ends.
const TROUBLED_STEPS: usize = 400;
/// More steps than any run takes.
const MAX_STEPS: usize = 100_000;

/// An input of the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// An event from billing.
    Event(Fact),
    /// A registration, in place of any earlier one.
    Change(PartnerId, Agreements),
    /// A manager's choice between claims.
    Choose(Choice),
    /// One step of a restatement, for a version of the agreements or for another reason.
    Restate(PartnerId, Option<u64>, Option<IndexKey>),
    /// A message of the totals queue.
    Totals(TotalsMessage),
}

impl Message {
    /// The kind of a message; a batch has messages of one kind.
    fn kind(&self) -> u8 {
        match self {
            Message::Event(Fact::Sale(_)) => 0,
            Message::Event(Fact::Renewal(_)) => 1,
            Message::Event(Fact::Adjustment(_)) => 2,
            Message::Event(Fact::ContractEnd(_)) => 7,
            Message::Change(_, _) => 3,
            Message::Choose(_) => 4,
            Message::Restate(..) => 5,
            Message::Totals(_) => 6,
        }
    }
}

#[derive(Debug, Clone)]
struct Waiting {
    message: Message,
    /// The message is visible once none of these handlers is running.
    not_while: BTreeSet<usize>,
    /// The delay of a message: from the end of this handler, until reads are no longer that stale, then until the
    /// handlers running at that time have ended.
    after: Option<After>,
    delayed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    Handler(usize),
    Step(u64),
}

impl Waiting {
    fn now(message: Message) -> Waiting {
        Waiting { message, not_while: BTreeSet::new(), after: None, delayed: false }
    }
}

struct Handler {
    id: usize,
    messages: Vec<Waiting>,
    work: Pin<Box<dyn Future<Output = Done>>>,
}

/// A run that broke a promise.
#[derive(Debug)]
pub struct Violation {
    /// The broken promise.
    pub what: String,
    /// The trace of the run, call by call.
    pub trace: Vec<String>,
}

/// Plays a scenario. The same scenario, seed and bug always play the same.
pub fn play(scenario: &Scenario, seed: u64, bug: Option<Bug>) -> Result<(), Violation> {
    play_traced(scenario, seed, bug, false)
}

/// The number of seeds tried to break a promise with one message less.
const SHRINKING_SEEDS: u64 = 300;

/// The smallest part of a scenario that still breaks a promise, under some seed, with the trace of its calls.
pub fn shrink(scenario: &Scenario, seed: u64, bug: Option<Bug>) -> Option<(Scenario, Violation)> {
    let (mut least, mut seed) = (scenario.clone(), seed);
    let mut at = 0;
    while at < least.messages.len() {
        let mut fewer = least.clone();
        fewer.messages.remove(at);
        let breaks = |seed: &u64| fewer.is_playable() && play(&fewer, *seed, bug).is_err();
        match (0..SHRINKING_SEEDS).find(breaks) {
            Some(found) => (least, seed) = (fewer, found),
            None => at += 1,
        }
    }
    let violation = play_traced(&least, seed, bug, true).err()?;
    Some((least, violation))
}

fn play_traced(scenario: &Scenario, seed: u64, bug: Option<Bug>, traced: bool) -> Result<(), Violation> {
    let mut simulation = Simulation::new(scenario, seed, bug, traced);
    let ended = simulation.run();
    let table = simulation.store.table();
    ended
        .and_then(|()| check::check(&table, scenario))
        .map_err(|what| Violation { what, trace: table.trace().to_vec() })
}

/// Processes one message after the other until none is left.
fn finish(store: &SimStore, scenario: &Scenario, messages: Vec<Message>) {
    let mut waiting = VecDeque::from(messages);
    while let Some(message) = waiting.pop_front() {
        let of = scenario.concerned(&message);
        let mut handler = work(store.of_handler(0, of, true), vec![message], 0);
        loop {
            if let Poll::Ready((back, new)) = handler.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                waiting.extend(back.into_iter().chain(new));
                break;
            }
        }
    }
}

struct Simulation<'a> {
    scenario: &'a Scenario,
    store: SimStore,
    random: fastrand::Rng,
    bug: Option<Bug>,
    queue: Vec<Waiting>,
    /// The messages that come once all others are processed.
    later: Vec<Waiting>,
    handlers: Vec<Handler>,
    next_handler: usize,
    step: u64,
}

impl<'a> Simulation<'a> {
    fn new(scenario: &'a Scenario, seed: u64, bug: Option<Bug>, traced: bool) -> Simulation<'a> {
        let mut random = fastrand::Rng::with_seed(seed);
        let store = SimStore::new(Table::new(random.fork(), Faults::default(), bug, traced), scenario.max_writes);
        let mut queue: Vec<Waiting> = scenario.messages.iter().cloned().map(Waiting::now).collect();
        // Delivery is at least once: some messages come twice.
        let again: Vec<Waiting> = queue
            .iter()
            .filter(|waiting| !matches!(waiting.message, Message::Change(_, _)) && random.u8(..) < 64)
            .cloned()
            .collect();
        queue.extend(again);
        random.shuffle(&mut queue);
        let mut events = 0;
        let mut is_late = |message: &Message| match (message, scenario.late) {
            (Message::Change(_, _) | Message::Restate(..) | Message::Totals(_), _)
            | (Message::Event(_) | Message::Choose(_), Late::Nothing) => false,
            (Message::Event(_) | Message::Choose(_), Late::AllButRegistrations)
            | (Message::Choose(_), Late::HalfOfTheEvents) => true,
            (Message::Event(_), Late::HalfOfTheEvents) => {
                events += 1;
                events % 2 == 0
            }
        };
        let (later, queue) = queue.into_iter().partition(|waiting: &Waiting| is_late(&waiting.message));
        Simulation { scenario, store, random, bug, queue, later, handlers: Vec::new(), next_handler: 0, step: 0 }
    }

    fn run(&mut self) -> Result<(), String> {
        for step in 0..MAX_STEPS {
            self.step = u64::try_from(step).unwrap_or(u64::MAX);
            self.store.table().step = self.step;
            self.let_time_pass();
            self.queue_delayed();
            if step == TROUBLED_STEPS {
                self.store.table().faults = Faults::NONE;
            }
            if self.handlers.is_empty() && self.queue.is_empty() {
                self.queue.append(&mut self.later);
            }
            if self.handlers.is_empty() && self.queue.is_empty() && self.store.table().delayed.is_empty() {
                return Ok(());
            }
            let start = self.handlers.len() < HANDLERS && (self.handlers.is_empty() || self.random.u8(..) < 64);
            if start {
                self.start_handler();
            }
            if !self.handlers.is_empty() {
                let at = self.random.usize(..self.handlers.len());
                if step < TROUBLED_STEPS && self.random.u8(..) < 6 {
                    self.crash(at);
                } else {
                    self.advance(at);
                }
            }
        }
        Err("the run does not end".to_owned())
    }

    fn is_visible(&self, waiting: &Waiting) -> bool {
        let at_work = |id: &usize| self.handlers.iter().any(|handler| handler.id == *id);
        waiting.after.is_none() && !waiting.not_while.iter().any(at_work)
    }

    fn start_handler(&mut self) {
        let visible: Vec<usize> = (0..self.queue.len()).filter(|i| self.is_visible(&self.queue[*i])).collect();
        let Some(first) = self.random.choice(&visible).copied() else { return };
        let kind = self.queue[first].message.kind();
        // Events of one kind, and messages of the totals queue, come in batches.
        let size = if matches!(kind, 3..=5 | 7) { 1 } else { self.random.usize(1..=4) };
        let mut batch: Vec<usize> = std::iter::once(first)
            .chain(visible.into_iter().filter(|i| *i != first && self.queue[*i].message.kind() == kind))
            .take(size)
            .collect();
        batch.sort_unstable_by(|a, b| b.cmp(a));
        let messages: Vec<Waiting> = batch.into_iter().map(|i| self.queue.remove(i)).collect();
        let id = self.next_handler;
        self.next_handler += 1;
        let caught_up = messages.iter().any(|waiting| waiting.delayed);
        let of = messages.iter().flat_map(|waiting| self.scenario.concerned(&waiting.message)).collect();
        let in_pass = matches!(messages[0].message, Message::Restate(..));
        let store = self.store.of_handler(id, of, caught_up).in_pass(in_pass);
        store.table().note(|| {
            format!("handler {id} starts: {:?}", messages.iter().map(|waiting| &waiting.message).collect::<Vec<_>>())
        });
        let work = work(store, messages.iter().map(|waiting| waiting.message.clone()).collect(), id);
        let messages = if self.bug == Some(Bug::AcknowledgeBeforeWrite) { Vec::new() } else { messages };
        self.handlers.push(Handler { id, messages, work });
    }

    /// Queues the delayed messages of handlers: they come after the handlers that were running when their sender ended.
    fn queue_delayed(&mut self) {
        let sent = std::mem::take(&mut self.store.table().delayed);
        for (id, message) in sent {
            let is_early = match message {
                // An announcement may be received while its sender is at work.
                Message::Totals(TotalsMessage::Announced { .. }) => true,
                Message::Restate(..) => self.bug == Some(Bug::DelayTooShort),
                Message::Totals(TotalsMessage::Confirm { .. }) => self.bug == Some(Bug::ConfirmTooSoon),
                _ => false,
            };
            if is_early {
                self.queue.push(Waiting::now(message));
                continue;
            }
            let at_work = self.handlers.iter().any(|handler| handler.id == id);
            let after = if at_work { After::Handler(id) } else { After::Step(self.step + self.delay()) };
            self.queue.push(Waiting { message, not_while: BTreeSet::new(), after: Some(after), delayed: true });
        }
    }

    /// The number of steps until reads are no longer stale.
    fn delay(&self) -> u64 {
        if self.bug == Some(Bug::DelayShorterThanAWriter) { 0 } else { table::LAG_STEPS }
    }

    fn advance(&mut self, at: usize) {
        let polled = self.handlers[at].work.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        let Poll::Ready((back, new)) = polled else { return };
        let handler = self.handlers.swap_remove(at);
        self.ended(handler.id);
        self.store.table().note(|| format!("handler {} ends, {} messages come back", handler.id, back.len()));
        let is_back = |waiting: &Waiting| back.contains(&waiting.message);
        self.queue.extend(handler.messages.into_iter().filter(is_back));
        let comes = |message: &Message| self.bug != Some(Bug::NoPass) || !matches!(message, Message::Restate(..));
        self.queue.extend(new.into_iter().filter(comes).map(Waiting::now));
    }

    fn crash(&mut self, at: usize) {
        let handler = self.handlers.swap_remove(at);
        self.store.table().note(|| format!("handler {} crashes", handler.id));
        self.ended(handler.id);
        // A manager notices a failed request and repeats it.
        self.queue.extend(handler.messages);
    }

    /// Starts the delay of the messages that wait for this handler.
    fn ended(&mut self, id: usize) {
        let from = After::Step(self.step + self.delay());
        for waiting in self.queue.iter_mut().filter(|waiting| waiting.after == Some(After::Handler(id))) {
            waiting.after = Some(from);
        }
    }

    /// A handler running when reads are no longer stale may have read before.
    fn let_time_pass(&mut self) {
        let now = self.step;
        let over = |after| matches!(after, Some(After::Step(step)) if step < now);
        for waiting in self.queue.iter_mut().filter(|waiting| over(waiting.after)) {
            waiting.after = None;
            if self.bug != Some(Bug::DelayShorterThanAWriter) {
                waiting.not_while = self.handlers.iter().map(|handler| handler.id).collect();
            }
        }
    }
}
