//! Orders: messages in sequence in every order, each twice, with a crash at every call of every message.

use super::handler::work;
use super::scenario::{Late, Scenario};
use super::table::{Faults, SimStore, Table};
use super::{Message, check};
use std::collections::VecDeque;
use std::task::{Context, Poll, Waker};

/// The common part of all orders: the first message, and the scenario with the expected result.
#[derive(Debug)]
pub struct Orders {
    first: Message,
    scenario: Scenario,
}

/// The numbers of orders and crashes played.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Played {
    /// Orders of the messages.
    pub orders: usize,
    /// The calls of these orders at which a crash was played.
    pub crashes: usize,
}

impl std::iter::Sum for Played {
    fn sum<I: Iterator<Item = Played>>(all: I) -> Played {
        all.fold(Played::default(), |one, other| Played {
            orders: one.orders + other.orders,
            crashes: one.crashes + other.crashes,
        })
    }
}

/// The state of a play, which alone determines how it goes on: random numbers begin again with each message.
#[derive(Debug, Clone)]
struct Moment {
    table: Table,
    /// The messages sent by handlers.
    sent: VecDeque<Message>,
}

impl Moment {
    fn is_same(&self, other: &Moment) -> bool {
        self.sent == other.sent && self.table.is_same(&other.table)
    }
}

/// The moments of the plays of an order: first the one without a crash, then those in which a crash has left a
/// different state. A play whose crash leaves no difference goes on like the one without it.
#[derive(Debug, Clone)]
struct Moments {
    all: Vec<Moment>,
    /// The number of calls without a crash; a crash was played at each of them.
    calls: usize,
    /// The number of messages played.
    messages: u64,
}

impl Orders {
    /// The orders of messages after a first one.
    pub fn new(first: Message, messages: &[Message]) -> Orders {
        let messages = std::iter::once(&first).chain(messages).cloned().collect();
        let scenario = Scenario { messages, max_writes: ledger::store::MAX_WRITES, late: Late::Nothing };
        Orders { first, scenario }
    }

    /// Plays every order that begins with `begin` and goes on with the messages of `rest`, all of it twice.
    pub fn play(&self, begin: &[Message], rest: &[Message]) -> Result<Played, String> {
        let mut table = Table::new(fastrand::Rng::with_seed(0), Faults::NONE, None, false);
        table.totals = false;
        let moment = Moment { table, sent: VecDeque::new() };
        let moments = Moments { all: vec![moment], calls: 0, messages: 0 };
        let moments = std::iter::once(&self.first).chain(begin).fold(moments, |moments, one| self.after(&moments, one));
        self.play_on(&moments, &mut begin.to_vec(), rest)
    }

    fn play_on(&self, moments: &Moments, order: &mut Vec<Message>, rest: &[Message]) -> Result<Played, String> {
        if rest.is_empty() {
            let again = std::iter::once(&self.first).chain(&*order);
            let moments = again.fold(moments.clone(), |moments, one| self.after(&moments, one));
            let crashes = self.end(moments).map_err(|what| format!("{what}\nin the order {order:?}"))?;
            return Ok(Played { orders: 1, crashes });
        }
        let played = (0..rest.len()).map(|at| {
            let mut rest = rest.to_vec();
            let next = rest.remove(at);
            let moments = self.after(moments, &next);
            order.push(next);
            let played = self.play_on(&moments, order, &rest);
            order.pop();
            played
        });
        played.sum()
    }

    /// The moments after another message.
    fn after(&self, moments: &Moments, message: &Message) -> Moments {
        self.advance(moments, |moment| Some((message.clone(), moment)))
    }

    /// Plays the sent messages until none is left, and checks the result of every play. Returns the number of crashes.
    fn end(&self, mut moments: Moments) -> Result<usize, String> {
        while moments.all.iter().any(|moment| !moment.sent.is_empty()) {
            moments = self.advance(&moments, |mut moment| Some((moment.sent.pop_front()?, moment)));
        }
        for moment in &moments.all {
            check::check(&moment.table, &self.scenario)?;
        }
        Ok(moments.calls)
    }

    /// The moments after the next message of each.
    fn advance(&self, moments: &Moments, next: impl Fn(Moment) -> Option<(Message, Moment)>) -> Moments {
        let mut after: Vec<Moment> = Vec::new();
        let mut calls = moments.calls;
        let seed = 2 * moments.messages;
        let mut keep = |moment: Moment| {
            if !after.iter().any(|known| known.is_same(&moment)) {
                after.push(moment);
            }
        };
        for (at, moment) in moments.all.iter().enumerate() {
            let Some((message, moment)) = next(moment.clone()) else {
                keep(moment.clone());
                continue;
            };
            let (played, made) = self.step(moment.clone(), &message, seed, None);
            keep(played);
            if at == 0 {
                calls += made;
                for crash_at in 1..=made {
                    let (crashed, _) = self.step(moment.clone(), &message, seed, Some(crash_at));
                    keep(self.step(crashed, &message, seed + 1, None).0);
                }
            }
        }
        Moments { all: after, calls, messages: moments.messages + 1 }
    }

    /// Processes one message, until its handler ends or crashes at a call. Returns the number of calls.
    fn step(&self, mut moment: Moment, message: &Message, seed: u64, crash_at: Option<usize>) -> (Moment, usize) {
        moment.table.reseed(seed);
        let store = SimStore::new(moment.table, self.scenario.max_writes);
        let concerned = self.scenario.concerned(message);
        let mut handler = work(store.of_handler(0, concerned, true), vec![message.clone()], 0);
        let mut calls = 0;
        let mut sent = moment.sent;
        loop {
            calls += 1;
            if crash_at == Some(calls) {
                break;
            }
            if let Poll::Ready((back, new)) = handler.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                sent.extend(back.into_iter().chain(new));
                break;
            }
        }
        drop(handler);
        (Moment { table: store.into_table(), sent }, calls)
    }
}
