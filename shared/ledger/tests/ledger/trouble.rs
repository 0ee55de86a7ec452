//! A table in trouble, in simulated time: it refuses requests, or applies them and does not answer.

use fixtures::memory::MemoryStore;
use ledger::patience::Pace;
use ledger::store::{Consistency, Item, Key, KeyRange, Page, Passing, Store, StoreError, TransactError, Write};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::time::Duration;

/// Time for a request, in milliseconds.
const REQUEST: u64 = 5;

/// Simulated time. It goes on when nobody can.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clock(Arc<Mutex<Time>>);

#[derive(Debug, Default)]
struct Time {
    /// Milliseconds since the start.
    now: u64,
    waiting: BTreeMap<u64, Vec<Waker>>,
}

impl Clock {
    pub(crate) fn now(&self) -> u64 {
        self.0.lock().unwrap().now
    }

    pub(crate) async fn until(&self, at: u64) {
        poll_fn(|context| {
            let mut time = self.0.lock().unwrap();
            if time.now >= at {
                return Poll::Ready(());
            }
            time.waiting.entry(at).or_default().push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Goes on to the next moment for which somebody waits, or to another one if that comes first; false: there is none.
    pub(crate) fn go_on(&self, other: Option<u64>) -> bool {
        let mut time = self.0.lock().unwrap();
        let Some(next) = time.waiting.keys().next().copied().into_iter().chain(other).min() else { return false };
        time.now = time.now.max(next);
        let later = time.waiting.split_off(&(next + 1));
        let woken: Vec<Waker> = std::mem::replace(&mut time.waiting, later).into_values().flatten().collect();
        drop(time);
        woken.into_iter().for_each(Waker::wake);
        true
    }
}

/// Work in simulated time, from its start to its end.
pub(crate) fn in_time<T>(clock: &Clock, work: impl Future<Output = T>) -> T {
    let mut work = Box::pin(work);
    loop {
        if let Poll::Ready(done) = work.as_mut().poll(&mut std::task::Context::from_waker(Waker::noop())) {
            return done;
        }
        assert!(clock.go_on(None), "the work waits for nothing");
    }
}

/// The pace of a function that must end its requests by some time.
#[derive(Debug, Clone)]
pub(crate) struct SimPace {
    pub(crate) clock: Clock,
    /// The end of its requests.
    pub(crate) end: u64,
    pub(crate) random: Arc<Mutex<fastrand::Rng>>,
}

impl Pace for SimPace {
    async fn again(&self, longest: Duration) -> bool {
        let longest = u64::try_from(longest.as_millis()).unwrap();
        let next = self.clock.now() + self.random.lock().unwrap().u64(..longest);
        let has_time = next < self.end;
        if has_time {
            self.clock.until(next).await;
        }
        has_time
    }

    async fn in_time<T: Send>(&self, request: impl Future<Output = T> + Send) -> Option<T> {
        if self.clock.now() < self.end { Some(request.await) } else { None }
    }
}

/// Shares of requests and statements, in thousandths.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Shares {
    /// Refused.
    pub(crate) refused: u16,
    /// Applied without an answer.
    pub(crate) lost: u16,
}

/// The table.
#[derive(Debug, Clone)]
pub(crate) struct Troubled<'a> {
    pub(crate) table: &'a MemoryStore,
    pub(crate) clock: Clock,
    /// The trouble at a time.
    pub(crate) at: fn(u64) -> Shares,
    pub(crate) random: Arc<Mutex<fastrand::Rng>>,
}

impl Troubled<'_> {
    fn draws(&self, share: u16) -> bool {
        self.random.lock().unwrap().u16(..1000) < share
    }

    fn error(operation: &'static str, what: &str) -> StoreError {
        StoreError { operation, source: Passing::new(what).into() }
    }

    async fn arrives(&self, operation: &'static str) -> Result<(), StoreError> {
        self.clock.until(self.clock.now() + REQUEST).await;
        let Shares { refused, .. } = (self.at)(self.clock.now());
        if self.draws(refused) { Err(Self::error(operation, "ThrottlingException")) } else { Ok(()) }
    }

    fn answered<T>(&self, operation: &'static str, answer: T) -> Result<T, StoreError> {
        let Shares { lost, .. } = (self.at)(self.clock.now());
        if self.draws(lost) { Err(Self::error(operation, "the connection was cut")) } else { Ok(answer) }
    }
}

impl Store for Troubled<'_> {
    async fn get(&self, keys: Vec<Key>, consistency: Consistency) -> Result<Vec<Item>, StoreError> {
        self.arrives("BatchGetItem").await?;
        let items = self.table.get(keys, consistency).await?;
        self.answered("BatchGetItem", items)
    }

    async fn partition(&self, pk: String) -> Result<Vec<Item>, StoreError> {
        self.arrives("Query").await?;
        let items = self.table.partition(pk).await?;
        self.answered("Query", items)
    }

    async fn index(&self, range: KeyRange) -> Result<Page, StoreError> {
        self.arrives("Query").await?;
        let page = self.table.index(range).await?;
        self.answered("Query", page)
    }

    /// Each statement is refused, or loses its answer, on its own.
    async fn write_each(&self, writes: Vec<Write>) -> Vec<Result<(), TransactError>> {
        const OPERATION: &str = "BatchExecuteStatement";
        self.clock.until(self.clock.now() + REQUEST).await;
        let mut results = Vec::new();
        for write in writes {
            let Shares { refused, lost } = (self.at)(self.clock.now());
            results.push(if self.draws(refused) {
                Err(Self::error(OPERATION, "ThrottlingError").into())
            } else {
                let written = self.table.write_each(vec![write]).await.remove(0);
                if self.draws(lost) { Err(Self::error(OPERATION, "InternalServerError").into()) } else { written }
            });
        }
        results
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<(), TransactError> {
        self.arrives("TransactWriteItems").await?;
        let written = self.table.transact(writes).await;
        self.answered("TransactWriteItems", written)?
    }

    async fn back_off(&self, _attempt: u32) {}
}
