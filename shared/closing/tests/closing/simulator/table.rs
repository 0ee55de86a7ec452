//! A table that keeps every version of every item with the second of its commit, so that an index lags as DynamoDB's does, and
//! that notes each broken promise of a write.

use super::bug::Bug;
use super::{LAG, Message};
use fixtures::memory::{holds, page, partition_of};
use jiff::Timestamp;
use ledger::bookings::{Announce, Booking};
use ledger::item::key;
use ledger::store::{Consistency, Item, Key, KeyRange, Page, Store, StoreError, TransactError, Write};
use ledger::totals::PartnerMonth;
use ledger::totals_queue::TotalsMessage;
use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::Poll;

/// The versions of an item, each with the second of its commit.
type Committed = Vec<(i64, Arc<Item>)>;

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    versions: BTreeMap<Key, Committed>,
    /// The clock, in seconds.
    pub(super) now: i64,
    random: fastrand::Rng,
    pub(super) has_faults: bool,
    pub(super) bug: Option<Bug>,
    /// Messages that are sent, each with the second from which it is received.
    pub(super) sent: Vec<(i64, Message)>,
    /// The promises that a write broke.
    pub(super) broken: Vec<String>,
    trace: Option<Vec<String>>,
}

/// The writer of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writer {
    Ledger,
    Close,
    Pass,
    /// Whoever else writes what closing stores.
    Closing,
}

/// Items that closing stores, and the ledger never writes.
fn is_of_closing(Key { pk, .. }: &Key) -> bool {
    matches!(pk.as_str(), "VENDOR" | "CLOSE")
        || pk.starts_with("SERIES#")
        || pk.starts_with("ACCOUNT#")
        || pk.ends_with("#BILLING")
}

/// Items that are recorded once: documents and their places, what is carried, openings, versions.
fn is_recorded_once(key: &Key) -> bool {
    let changes = key.pk == "CLOSE" || key.pk.ends_with("#SUMS") || key.sk.contains("#CONTEST#");
    is_of_closing(key) && !changes && key.sk != "HEAD"
}

/// An item as of a second.
fn as_of(versions: &Committed, second: i64) -> Option<&Item> {
    versions.iter().rev().find(|(at, _)| *at <= second).map(|(_, item)| &**item)
}

impl Table {
    /// A table that has these items from a second on.
    pub(super) fn of(items: &[Arc<Item>], now: i64, random: fastrand::Rng, bug: Option<Bug>, traced: bool) -> Table {
        let long_ago = now - 10 * LAG;
        let versions = items.iter().map(|item| (key(item), vec![(long_ago, Arc::clone(item))])).collect();
        let trace = traced.then(Vec::new);
        Table { versions, now, random, has_faults: true, bug, sent: Vec::new(), broken: Vec::new(), trace }
    }

    pub(super) fn note(&mut self, what: impl FnOnce() -> String) {
        let now = self.now;
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{now} {}", what()));
        }
    }

    pub(super) fn take_trace(&mut self) -> Vec<String> {
        self.trace.take().unwrap_or_default()
    }

    /// The latest version of every item.
    pub(super) fn items(&self) -> Vec<Item> {
        self.versions.values().filter_map(|versions| Some(Item::clone(&versions.last()?.1))).collect()
    }

    /// The last place of each series.
    pub(super) fn ends_of_series(&self) -> impl Iterator<Item = u64> {
        let heads = self.versions.keys().filter(|key| key.pk.starts_with("SERIES#") && key.sk == "HEAD");
        heads.filter_map(|key| {
            let content = self.latest(key)?.get("cl").cloned();
            let end: settlement::number::End = serde_dynamo::from_attribute_value(content?).unwrap();
            Some(end.place)
        })
    }

    fn latest(&self, key: &Key) -> Option<&Item> {
        self.versions.get(key)?.last().map(|(_, item)| &**item)
    }

    fn chance(&mut self, of_256: u8) -> bool {
        self.has_faults && self.random.u8(..) < of_256
    }

    /// The seconds as of which a lagging read shows items: half of the reads show all as old as can be, the others each item
    /// as it was at some second since.
    fn lag(&mut self) -> impl FnMut() -> i64 + use<> {
        let mut random = self.random.fork();
        let (now, is_oldest) = (self.now, random.bool());
        move || if is_oldest { now - LAG } else { now - random.i64(0..=LAG) }
    }

    fn put(&mut self, item: Item, writer: Writer) {
        let key = key(&item);
        // Both keep acts.
        let is_act = key.pk.starts_with("JOURNAL#");
        if !is_act && is_of_closing(&key) != (writer != Writer::Ledger) {
            self.broken.push(format!("{writer:?} wrote {} {}", key.pk, key.sk));
        }
        if is_recorded_once(&key) && self.latest(&key).is_some_and(|there| *there != item) {
            self.broken.push(format!("what {} {} recorded was changed", key.pk, key.sk));
        }
        let now = self.now;
        self.versions.entry(key).or_default().push((now, Arc::new(item)));
    }
}

/// The table as one handler sees it.
#[derive(Debug, Clone)]
pub(super) struct SimStore {
    table: Arc<Mutex<Table>>,
    writer: Writer,
    /// Nobody goes first, and nothing fails.
    is_alone: bool,
}

impl SimStore {
    pub(super) fn new(table: Table) -> SimStore {
        SimStore { table: Arc::new(Mutex::new(table)), writer: Writer::Ledger, is_alone: false }
    }

    /// The same table for another writer.
    pub(super) fn of(&self, writer: Writer, is_alone: bool) -> SimStore {
        SimStore { table: Arc::clone(&self.table), writer, is_alone }
    }

    pub(super) fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap()
    }

    /// The clock.
    pub(super) fn now(&self) -> Timestamp {
        Timestamp::from_second(self.table().now).unwrap()
    }

    /// The scheduler's turn: others may go first, and this handler may crash here.
    async fn turn(&self) {
        let mut been = self.is_alone;
        poll_fn(|_| if std::mem::replace(&mut been, true) { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    /// Fails by chance: of 256 requests so many.
    fn fault(&self, operation: &'static str, of_256: u8) -> Result<(), StoreError> {
        let fails = !self.is_alone && self.table().chance(of_256);
        if fails { Err(StoreError { operation, source: "simulated".into() }) } else { Ok(()) }
    }

    /// Applies writes, all or none; true: applied.
    fn apply(&self, writes: Vec<Write>) -> bool {
        let mut table = self.table();
        let applied = writes.iter().all(|write| holds(write, table.latest(&key(write.item()))));
        table.note(|| format!("{:?} transact {writes:?} → {applied}", self.writer));
        if applied {
            for write in writes {
                table.put(write.into_item(), self.writer);
            }
        }
        applied
    }

    fn read(&self, items: Vec<Item>) -> Vec<Item> {
        let bug = self.table().bug;
        match bug {
            None => items,
            Some(bug) => items.into_iter().map(|item| bug.read(item, self.writer)).collect(),
        }
    }
}

impl Announce for SimStore {
    async fn before(&self, months: &BTreeSet<PartnerMonth>) -> Result<(), StoreError> {
        self.turn().await;
        self.fault("SendMessage", 3)?;
        let mut table = self.table();
        let due = table.now + table.random.i64(0..30);
        let messages = TotalsMessage::announcements(months).into_iter().map(|message| (due, Message::Totals(message)));
        table.sent.extend(messages);
        Ok(())
    }

    fn after(&self, _: Vec<Booking>) {}
}

impl Store for SimStore {
    async fn get(&self, keys: Vec<Key>, consistency: Consistency) -> Result<Vec<Item>, StoreError> {
        self.turn().await;
        self.fault("BatchGetItem", 3)?;
        let mut items = Vec::new();
        // A batch is many reads: each is consistent, all together are not.
        for (n, part) in keys.chunks(keys.len().div_ceil(2).max(1)).enumerate() {
            if n > 0 {
                self.turn().await;
            }
            let mut table = self.table();
            let mut lag = table.lag();
            let now = table.now;
            let mut second = || match consistency {
                Consistency::Strong => now,
                Consistency::Eventual => lag(),
            };
            items.extend(part.iter().filter_map(|key| as_of(table.versions.get(key)?, second()).cloned()));
        }
        Ok(self.read(items))
    }

    async fn partition(&self, pk: String) -> Result<Vec<Item>, StoreError> {
        self.turn().await;
        self.fault("Query", 3)?;
        let half = |first: bool| -> Vec<Item> {
            let table = self.table();
            let items = partition_of(&table.versions, &pk).filter(|(key, _)| (key.sk.len() < 13) == first);
            items.filter_map(|(_, versions)| as_of(versions, table.now).cloned()).collect()
        };
        // A query reads item by item: it may see a part of what a transaction writes.
        let first = self.table().random.bool();
        let mut items = half(first);
        self.turn().await;
        items.extend(half(!first));
        items.sort_by_key(key);
        Ok(self.read(items))
    }

    async fn index(&self, range: KeyRange) -> Result<Page, StoreError> {
        self.turn().await;
        self.fault("Query", 3)?;
        let mut table = self.table();
        let mut lag = table.lag();
        let items = table.versions.iter().filter_map(|(key, versions)| Some((key, as_of(versions, lag())?)));
        Ok(page(items, &range))
    }

    async fn write_each(&self, writes: Vec<Write>) -> Vec<Result<(), TransactError>> {
        self.turn().await;
        let one = |write: Write| {
            self.fault("BatchExecuteStatement", 3)?;
            if self.apply(vec![write]) {
                Ok(self.fault("BatchExecuteStatement", 4)?)
            } else {
                Err(TransactError::Conflict)
            }
        };
        writes.into_iter().map(one).collect()
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<(), TransactError> {
        self.turn().await;
        self.fault("TransactWriteItems", 3)?;
        if self.fault("TransactWriteItems", 6).is_err() {
            return Err(TransactError::Conflict);
        }
        let bug = self.table().bug;
        let parts = if let Some(bug) = bug { bug.write(writes) } else { vec![writes] };
        for (n, part) in parts.into_iter().enumerate() {
            if n > 0 {
                self.turn().await;
            }
            if !self.apply(part) {
                return Err(TransactError::Conflict);
            }
        }
        Ok(self.fault("TransactWriteItems", 4)?)
    }

    async fn back_off(&self, _attempt: u32) {
        self.turn().await;
    }
}
