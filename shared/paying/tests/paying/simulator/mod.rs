//! The simulator: payments by hand, batches, and a bank that executes, rejects and returns, the real code under a seeded scheduler.
//!
//! Up to three handlers run at once. The next call of each to the table completes when the scheduler decides. Handlers crash before any
//! call, requests fail, conflict, or are applied and their answers lost; whoever asked asks again, and some ask twice. Documents,
//! contests and answers arrive meanwhile. One seed always plays the same.

mod bug;
mod check;
mod handler;
mod oracle;
mod scenario;
mod table;

pub(crate) use bug::Bug;

use handler::{Done, work};
use ledger::store::{Item, Write};
use paying::batch::Fate;
use payments::Payment;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use table::{SimStore, Table};

/// The number of concurrent handlers.
const HANDLERS: usize = 3;
/// The number of steps with faults; there are none later, so that every run ends.
const TROUBLED_STEPS: u64 = 600;
/// More steps than any run takes.
const MAX_STEPS: u64 = 20_000;

/// An input of the system.
#[derive(Debug, Clone)]
pub(crate) enum Message {
    /// A document, and a contest of it and the answer later, as closing writes them: each with the revision that it replaces.
    Papers(Vec<(Item, Option<u64>)>),
    /// A payment by hand.
    Pay(&'static str, Payment),
    /// The steps of a batch.
    Fill(String),
    Seal(String),
    Send(String),
    Void(String),
    /// The outcome of a transfer, as the bank says it.
    Fate(String, Fate),
}

/// A message, from a step on. `attempts`: how often it may still be refused.
#[derive(Debug, Clone)]
struct Waiting {
    due: u64,
    message: Message,
    attempts: u8,
}

struct Handler {
    waiting: Waiting,
    work: Pin<Box<dyn Future<Output = Done>>>,
}

/// Knowledge of people and the bank at the end.
#[derive(Debug, Default)]
struct Known {
    /// The payments that were answered as recorded, by partner and id.
    paid: BTreeMap<(&'static str, String), Payment>,
    /// The bank's fates of each transfer, and the number of answers that they are recorded.
    bank: BTreeMap<String, (Vec<Fate>, usize)>,
}

struct Simulation {
    store: SimStore,
    random: fastrand::Rng,
    queue: Vec<Waiting>,
    handlers: Vec<Handler>,
    known: Known,
}

/// Plays the scenario of a seed, and gives the number of payments recorded, or the promise that was broken.
pub(crate) fn play(seed: u64, bug: Option<Bug>) -> Result<usize, String> {
    let mut random = fastrand::Rng::with_seed(seed);
    let table = Table::of(scenario::world(), random.fork(), bug);
    let mut queue: Vec<Waiting> = scenario::messages(&mut random);
    // Some people click twice.
    let mut again = queue.clone();
    again.retain(|waiting| !matches!(waiting.message, Message::Papers(_)) && random.u8(..) < 64);
    for waiting in &mut again {
        waiting.due += random.u64(0..80);
    }
    queue.extend(again);
    let store = SimStore::new(table);
    let mut simulation = Simulation { store, random, queue, handlers: Vec::new(), known: Known::default() };
    simulation.run()?;
    check::check(&simulation.store, &simulation.known)
}

impl Simulation {
    fn run(&mut self) -> Result<(), String> {
        for step in 0..MAX_STEPS {
            if self.queue.is_empty() && self.handlers.is_empty() {
                return Ok(());
            }
            let is_troubled = step < TROUBLED_STEPS;
            {
                let mut table = self.store.table();
                (table.now, table.has_faults) = (step, is_troubled);
                if let Some(broken) = table.oracle.broken.first() {
                    return Err(broken.clone());
                }
            }
            self.start(step);
            if self.handlers.is_empty() {
                continue;
            }
            let at = self.random.usize(0..self.handlers.len());
            if is_troubled && self.random.u8(..) < 3 {
                let Handler { waiting, .. } = self.handlers.swap_remove(at);
                self.queue.push(waiting);
            } else {
                self.advance(at, step);
            }
        }
        Err("the run does not end".to_owned())
    }

    fn start(&mut self, step: u64) {
        let due: Vec<usize> = (0..self.queue.len()).filter(|at| self.queue[*at].due <= step).collect();
        if self.handlers.len() >= HANDLERS || due.is_empty() {
            return;
        }
        let at = due[self.random.usize(0..due.len())];
        let waiting = self.queue.swap_remove(at);
        if let Message::Papers(papers) = waiting.message {
            let mut papers = papers.into_iter();
            let write = papers.next().map(|(item, revision)| match revision {
                None => Write::Insert(item),
                Some(revision) => Write::Replace(item, revision),
            });
            assert!(self.store.table().apply(write.into_iter().collect(), step), "a paper is written once");
            if papers.len() > 0 {
                let due = step + self.random.u64(10..200);
                self.queue.push(Waiting { due, message: Message::Papers(papers.collect()), attempts: 0 });
            }
            return;
        }
        let work = work(self.store.begin(), waiting.message.clone());
        self.handlers.push(Handler { waiting, work });
    }

    fn advance(&mut self, at: usize, step: u64) {
        let polled = self.handlers[at].work.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        let Poll::Ready(done) = polled else { return };
        let Handler { waiting, .. } = self.handlers.swap_remove(at);
        match done {
            Done::Ended => self.ended(waiting.message, step),
            Done::Failed => self.queue.push(Waiting { due: step + self.random.u64(1..20), ..waiting }),
            Done::Refused if waiting.attempts == 0 => {}
            Done::Refused => {
                let due = step + self.random.u64(20..120);
                self.queue.push(Waiting { due, attempts: waiting.attempts - 1, ..waiting });
            }
            // A batch that would differ, or is empty, is made void.
            Done::Stale(batch) => self.then(Message::Void(batch), step),
        }
    }

    fn then(&mut self, message: Message, step: u64) {
        let due = step + self.random.u64(0..40);
        self.queue.push(Waiting { due, message, attempts: 6 });
    }

    /// Next steps of people and the bank.
    fn ended(&mut self, message: Message, step: u64) {
        match message {
            Message::Pay(partner, payment) => {
                self.known.paid.insert((partner, payment.id.to_string()), payment);
            }
            Message::Fill(batch) => self.then(Message::Seal(batch), step),
            Message::Seal(batch) if self.random.u8(..) < 30 => self.then(Message::Void(batch), step),
            Message::Seal(batch) => self.then(Message::Send(batch), step),
            Message::Send(batch) => self.bank(&batch, step),
            Message::Fate(id, _) => {
                if let Some((_, answered)) = self.known.bank.get_mut(&id) {
                    *answered += 1;
                }
            }
            Message::Void(_) | Message::Papers(_) => {}
        }
    }

    /// The bank gets a batch: each transfer is executed or rejected, and some are returned. It says so once or twice.
    fn bank(&mut self, batch: &str, step: u64) {
        for id in scenario::transfers(&self.store, batch) {
            if self.known.bank.contains_key(&id) {
                continue;
            }
            let fates = scenario::fates(&mut self.random);
            for (n, fate) in (0_u64..).zip(&fates) {
                for _ in 0..self.random.u8(1..=2) {
                    let due = step + self.random.u64(0..60) + 40 * n;
                    self.queue.push(Waiting { due, message: Message::Fate(id.clone(), fate.clone()), attempts: 200 });
                }
            }
            self.known.bank.insert(id, (fates, 0));
        }
    }
}
