//! Two handlers at once, in every order in which their calls to the table can come.

use super::handler::work;
use super::scenario::{Late, Scenario};
use super::table::{Faults, SimStore, Table, View};
use super::{Message, Violation, check, settle};
use std::task::{Context, Poll, Waker};

/// What the two handlers' eventually consistent reads show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// What was written last.
    Fresh,
    /// Nothing that either of the two has written.
    Stale,
}

/// Plays `before`, then two messages at once in every interleaving of their calls, each time from the same table, then
/// whatever comes back or follows. Returns how many interleavings there were.
pub fn play_every_interleaving(before: &[Message], pair: [&Message; 2], reads: Reads) -> Result<usize, Violation> {
    let mut messages = before.to_vec();
    messages.extend(pair.into_iter().filter(|message| !before.contains(message)).cloned());
    messages.dedup();
    let scenario = Scenario { messages, max_writes: ledger::store::MAX_WRITES, late: Late::Nothing };
    let mut table = Table::new(fastrand::Rng::with_seed(0), Faults::NONE, None, false);
    table.totals = false;
    let store = SimStore::new(table, scenario.max_writes);
    settle(&store, &scenario, before.to_vec(), None);
    let base = store.table().clone();

    let mut schedule = Vec::new();
    for count in 1.. {
        play_schedule(&scenario, base.clone(), pair, reads, &mut schedule)
            .map_err(|what| Violation { what, trace: vec![format!("{pair:?} in the order {schedule:?}")] })?;
        while schedule.last() == Some(&1) {
            schedule.pop();
        }
        match schedule.last_mut() {
            Some(last) => *last = 1,
            None => return Ok(count),
        }
    }
    Ok(0)
}

/// Plays one schedule: whose turn it is, while both are at work. It is made longer as needed.
fn play_schedule(
    scenario: &Scenario,
    mut base: Table,
    pair: [&Message; 2],
    reads: Reads,
    schedule: &mut Vec<usize>,
) -> Result<(), String> {
    base.view = match reads {
        Reads::Fresh => View::Latest,
        Reads::Stale => View::Frozen(base.commit()),
    };
    let store = SimStore::new(base, scenario.max_writes).before_only();
    let handler = |(id, message): (usize, &Message)| {
        let store = store.of_handler(id, scenario.concerned(message), false);
        (message.clone(), work(store, vec![message.clone()], id))
    };
    let mut handlers: Vec<_> = pair.into_iter().enumerate().map(handler).collect();
    let mut waiting: Vec<Message> = Vec::new();
    let mut turns = 0;
    while !handlers.is_empty() {
        let mut whose = 0;
        if handlers.len() == 2 {
            if turns == schedule.len() {
                schedule.push(0);
            }
            whose = schedule[turns];
            turns += 1;
        }
        if let Poll::Ready((back, new)) = handlers[whose].1.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            drop(handlers.remove(whose));
            waiting.extend(back.into_iter().chain(new));
        }
    }
    waiting.extend(std::mem::take(&mut store.table().delayed).into_iter().map(|(_, message)| message));
    store.table().view = View::Latest;
    settle(&store, scenario, waiting, None);
    check::check(&store.table(), scenario)
}
