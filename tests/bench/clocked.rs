//! The system in one process, at the times of a clock that is only counted: events go through the ledger's own code, batch by
//! batch, and the functions' messages through the totals function's. So what it costs is the same on every machine.

use fixtures::counted::{Cost, counting};
use fixtures::occasion::{operator, registered};
use jiff::{SignedDuration, Timestamp};
use ledger::bookings::{Announce, Booking};
use ledger::dynamo::DynamoStore;
use ledger::recorded::{Origin, Trigger};
use ledger::store::{Consistency, Item, Key, KeyRange, Page, Store, StoreError, TransactError, Write};
use ledger::totals::PartnerMonth;
use ledger::totals_queue::{Delay, TotalsMessage};
use ledger::{Ledger, ReportedFact};
use rules::{Agreements, Fact, PartnerId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Events of a batch of every kind together.
pub(crate) const PER_TICK: usize = 10;
/// Time between two events: 200 arrive in a second.
const BETWEEN: SignedDuration = SignedDuration::from_millis(5);
/// The parameters of the totals queue, as in the template: the most messages in one batch, how long it gathers them, the
/// delay of an announcement, and that of a confirmation.
const TOTALS_BATCH: usize = 200;
const WINDOW: SignedDuration = SignedDuration::from_secs(20);
const DELAY: SignedDuration = SignedDuration::from_secs(5);
const CONFIRM: SignedDuration = SignedDuration::from_secs(840);
/// The delay of the second pass after a change of agreements, as in the template.
const PASS_DELAY: SignedDuration = SignedDuration::from_secs(900);
/// The start of the clock, after every fact.
const START: Timestamp = Timestamp::constant(1_795_694_400, 0);

/// A table that counts the rows that its index gives.
#[derive(Debug, Clone)]
struct RowsRead {
    table: DynamoStore,
    rows: Arc<AtomicUsize>,
}

impl Store for RowsRead {
    async fn get(&self, keys: Vec<Key>, consistency: Consistency) -> Result<Vec<Item>, StoreError> {
        self.table.get(keys, consistency).await
    }

    async fn partition(&self, pk: String) -> Result<Vec<Item>, StoreError> {
        self.table.partition(pk).await
    }

    async fn index(&self, range: KeyRange) -> Result<Page, StoreError> {
        let page = self.table.index(range).await?;
        self.rows.fetch_add(page.items.len(), Ordering::Relaxed);
        Ok(page)
    }

    async fn write_each(&self, writes: Vec<Write>) -> Vec<Result<(), TransactError>> {
        self.table.write_each(writes).await
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<(), TransactError> {
        self.table.transact(writes).await
    }

    async fn back_off(&self, attempt: u32) {
        self.table.back_off(attempt).await;
    }
}

/// Messages to the totals queue, by the time at which they can be received, and how many were sent.
#[derive(Debug, Default)]
struct Queue {
    waiting: BTreeMap<(Timestamp, usize), TotalsMessage>,
    sent: usize,
    /// The time since which a batch is gathered.
    gathering: Option<Timestamp>,
}

impl Queue {
    fn send(&mut self, message: TotalsMessage, at: Timestamp) {
        self.sent += 1;
        self.waiting.insert((at, self.sent), message);
    }

    /// The next batch, if it is full or was gathered for long enough.
    fn batch(&mut self, now: Timestamp) -> Vec<TotalsMessage> {
        let arrived = self.waiting.range(..=(now, usize::MAX)).map(|(key, _)| *key);
        let keys: Vec<_> = arrived.take(TOTALS_BATCH).collect();
        if keys.is_empty() {
            return Vec::new();
        }
        let since = *self.gathering.get_or_insert(now);
        if keys.len() < TOTALS_BATCH && now < since + WINDOW {
            return Vec::new();
        }
        self.gathering = None;
        keys.iter().filter_map(|key| self.waiting.remove(key)).collect()
    }

    /// The time at which something happens next, if anything waits.
    fn next(&self, now: Timestamp) -> Option<Timestamp> {
        let (first, _) = *self.waiting.keys().next()?;
        Some(self.gathering.map_or(first, |since| since + WINDOW).max(now))
    }
}

/// The announcements of one invocation.
#[derive(Debug, Clone)]
struct Invocation {
    queue: Arc<Mutex<Queue>>,
    now: Timestamp,
    announced: Arc<Mutex<BTreeSet<PartnerMonth>>>,
}

impl Announce for Invocation {
    async fn before(&self, months: &BTreeSet<PartnerMonth>) -> Result<(), StoreError> {
        let mut announced = self.announced.lock().unwrap();
        let new: BTreeSet<PartnerMonth> = months.difference(&announced).cloned().collect();
        announced.extend(new.iter().cloned());
        let messages = TotalsMessage::announcements(&new);
        for message in messages {
            self.queue.lock().unwrap().send(message, self.now + DELAY);
        }
        Ok(())
    }

    fn after(&self, _: Vec<Booking>) {}
}

/// The queues by which events come, one for each kind.
fn queue_of(fact: &Fact) -> usize {
    match fact {
        Fact::Sale(_) => 0,
        Fact::Renewal(_) => 1,
        Fact::Adjustment(_) => 2,
        Fact::ContractEnd(_) => 3,
    }
}

/// The system in this process: the table, the totals queue and a clock.
pub(crate) struct System {
    store: RowsRead,
    cost: Arc<Mutex<Cost>>,
    queue: Arc<Mutex<Queue>>,
    now: Timestamp,
    /// The delayed passes to come.
    passes: Vec<(Timestamp, PartnerId, u64)>,
    /// Everything that was announced.
    months: BTreeSet<PartnerMonth>,
    sums: usize,
    invocations: usize,
}

/// Costs so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spent {
    pub(crate) cost: Cost,
    pub(crate) sent: usize,
    pub(crate) sums: usize,
    pub(crate) invocations: usize,
    /// Rows that the index gave.
    pub(crate) rows: usize,
}

impl System {
    /// A system over an empty table.
    pub(crate) fn new(store: DynamoStore) -> System {
        let (table, cost) = counting(store);
        let store = RowsRead { table, rows: Arc::default() };
        let (queue, months, passes) = (Arc::default(), BTreeSet::new(), Vec::new());
        System { store, cost, queue, now: START, passes, months, sums: 0, invocations: 0 }
    }

    /// Registers partners, which is not counted.
    pub(crate) async fn register(&self, partners: Vec<(PartnerId, Agreements)>) {
        for (id, agreements) in partners {
            let record = self.ledger().partner_record(&id).await.unwrap();
            let registered = registered(id.as_str(), agreements);
            self.ledger().register(record, registered, &operator(), None).await.unwrap().unwrap();
        }
        *self.cost.lock().unwrap() = Cost::default();
    }

    /// The number of months of partners in which something was announced.
    pub(crate) fn months(&self) -> usize {
        self.months.len()
    }

    fn ledger(&self) -> Ledger<RowsRead> {
        Ledger::new(self.store.clone())
    }

    /// Takes in the events of a tick: a batch for each queue, then the months that are to be added up.
    pub(crate) async fn tick(&mut self, events: &[Fact]) {
        let mut batches: BTreeMap<usize, Vec<ReportedFact>> = BTreeMap::new();
        for fact in events {
            batches.entry(queue_of(fact)).or_default().push(ReportedFact::new(fact.clone(), "an-event"));
        }
        for batch in batches.values() {
            self.invocations += 1;
            let (ledger, invocation) = self.invocation();
            for outcome in ledger.record(batch, self.now).await {
                outcome.unwrap();
            }
            self.note(&invocation);
        }
        self.add_up().await;
        self.now += BETWEEN * i32::try_from(events.len()).unwrap();
    }

    /// Changes a partner's agreements: a message for the pass that follows it and one for the delayed pass, and the steps of
    /// both, of which each but the last sends the next.
    pub(crate) async fn change(&mut self, id: &PartnerId, agreements: Agreements) {
        let record = self.ledger().partner_record(id).await.unwrap();
        let changed = self
            .ledger()
            .register(record, registered(id.as_str(), agreements), &operator(), None)
            .await
            .unwrap()
            .unwrap();
        self.passes.push((self.now + PASS_DELAY, id.clone(), changed.agreements_version));
        self.queue.lock().unwrap().sent += 1;
        self.pass(id, changed.agreements_version).await;
    }

    async fn pass(&mut self, id: &PartnerId, version: u64) {
        let because = Trigger::Agreements(version);
        let mut after = None;
        loop {
            self.queue.lock().unwrap().sent += 1;
            self.invocations += 1;
            let (ledger, invocation) = self.invocation();
            let origin = Origin { at: self.now, because: &because };
            let step = ledger.restate(id, Some(version), after, origin).await.unwrap();
            assert!(step.failed.is_empty(), "{:?}", step.failed);
            self.note(&invocation);
            after = step.next;
            if after.is_none() {
                return;
            }
        }
    }

    fn invocation(&self) -> (Ledger<RowsRead, Invocation>, Invocation) {
        let invocation = Invocation { queue: Arc::clone(&self.queue), now: self.now, announced: Arc::default() };
        (Ledger::announcing(self.store.clone(), invocation.clone()), invocation)
    }

    fn note(&mut self, invocation: &Invocation) {
        self.months.extend(invocation.announced.lock().unwrap().iter().cloned());
    }

    /// Adds up what the messages that have arrived name, a batch at a time.
    async fn add_up(&mut self) {
        loop {
            let batch = self.queue.lock().unwrap().batch(self.now);
            if batch.is_empty() {
                return;
            }
            self.invocations += 1;
            let processed = self.ledger().process_totals(&batch, self.now).await.unwrap();
            assert!(processed.failed.is_empty(), "{:?}", processed.failed);
            self.sums += processed.added_up.len();
            for (message, delay) in processed.send {
                let delay = match delay {
                    Delay::None => SignedDuration::ZERO,
                    Delay::Seconds(seconds) => SignedDuration::from_secs(seconds.into()),
                    Delay::Confirm => CONFIRM,
                };
                self.queue.lock().unwrap().send(message, self.now + delay);
            }
        }
    }

    /// Lets time pass until no message waits.
    pub(crate) async fn finish(&mut self) {
        loop {
            let next = self.queue.lock().unwrap().next(self.now);
            match (next, self.passes.first().cloned()) {
                (Some(next), Some((pass, ..))) if next <= pass => self.now = next,
                (_, Some((at, id, version))) => {
                    self.passes.remove(0);
                    self.now = at.max(self.now);
                    self.pass(&id, version).await;
                }
                (Some(next), None) => self.now = next,
                (None, None) => return,
            }
            self.add_up().await;
        }
    }

    /// Costs since the partners were registered.
    pub(crate) fn spent(&self) -> Spent {
        let (cost, sent) = (*self.cost.lock().unwrap(), self.queue.lock().unwrap().sent);
        Spent {
            cost,
            sent,
            sums: self.sums,
            invocations: self.invocations,
            rows: self.store.rows.load(Ordering::Relaxed),
        }
    }
}

impl Spent {
    pub(crate) const NOTHING: Spent =
        Spent { cost: Cost { requests: 0, written: 0, read: 0 }, sent: 0, sums: 0, invocations: 0, rows: 0 };
}
