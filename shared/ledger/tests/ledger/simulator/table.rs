//! A table that keeps every version of every item, so that reads can be as stale and as torn as DynamoDB's.

use super::{Bug, Message};
use aws_sdk_dynamodb::types::AttributeValue;
use fixtures::memory::{page, partition_of};
use ledger::store::{Consistency, Item, Key, KeyRange, Page, Store, StoreError, TransactError, Write};
use ledger::totals::PartnerMonth;
use ledger::totals_queue::{Delay, TotalsMessage};
use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::Poll;

/// The most commits that an eventually consistent read lags behind.
const LAG: u64 = 4;
/// The most steps of the scheduler that it lags behind.
pub(super) const LAG_STEPS: u64 = 60;

/// The most rows in one step of a sum: few, so that some months need several.
const MOST_ADDED_UP: usize = 3;

/// The probabilities of faults in a call, in 256ths.
#[derive(Debug, Clone, Copy)]
pub struct Faults {
    /// The request is refused and not applied.
    pub throttled: u8,
    /// The request is applied and its answer lost.
    pub lost: u8,
    /// The request is refused because of a concurrent transaction.
    pub conflict: u8,
}

impl Faults {
    /// No faults.
    pub const NONE: Faults = Faults { throttled: 0, lost: 0, conflict: 0 };
}

impl Default for Faults {
    fn default() -> Self {
        Faults { throttled: 6, lost: 6, conflict: 10 }
    }
}

/// The view of eventually consistent reads.
#[derive(Debug, Clone, Copy)]
pub(super) enum View {
    /// Any state that is not too old.
    Random,
    /// The latest state.
    Latest,
    /// The state as of a commit.
    Frozen(u64),
}

/// The simulated table.
#[derive(Debug, Clone)]
pub struct Table {
    versions: BTreeMap<Key, Vec<(u64, Arc<Item>)>>,
    commit: u64,
    /// The step of each commit.
    committed: Vec<u64>,
    /// The current step.
    pub(super) step: u64,
    random: fastrand::Rng,
    /// The probabilities of faults.
    pub faults: Faults,
    pub(super) bug: Option<Bug>,
    trace: Option<Vec<String>>,
    pub(super) view: View,
    /// The first read of each partner, for the bug that caches it for ever.
    cached: BTreeMap<Key, Option<Arc<Item>>>,
    /// Messages sent to the totals queue, and delayed ones, with their senders; they are not in the queue yet.
    pub(super) delayed: Vec<(usize, Message)>,
    /// Whether month totals are kept; not in small worlds that are played in every order.
    pub(super) totals: bool,
    /// Promises that a write broke.
    pub(super) broken: Vec<String>,
    /// The partitions read and written since the footprint was last taken, if it is recorded.
    footprint: Option<Footprint>,
}

/// The partitions that calls read and wrote. Two calls of which neither wrote a partition that the other one read or
/// wrote have the same result in either order.
#[derive(Debug, Clone, Default)]
pub(super) struct Footprint {
    read: BTreeSet<String>,
    written: BTreeSet<String>,
    /// Whether an index was read, which shows items of any partition.
    index: bool,
}

impl Footprint {
    /// Whether the order of the two calls matters.
    pub(super) fn meets(&self, other: &Footprint) -> bool {
        self.affects(other) || other.affects(self)
    }

    fn affects(&self, other: &Footprint) -> bool {
        let is_met = |pk: &String| other.index || other.read.contains(pk) || other.written.contains(pk);
        self.written.iter().any(is_met)
    }
}

impl Table {
    pub(super) fn new(random: fastrand::Rng, faults: Faults, bug: Option<Bug>, traced: bool) -> Table {
        let trace = traced.then(Vec::new);
        Table {
            versions: BTreeMap::new(),
            commit: 0,
            committed: Vec::new(),
            step: 0,
            random,
            faults,
            bug,
            trace,
            view: View::Random,
            cached: BTreeMap::new(),
            delayed: Vec::new(),
            totals: true,
            broken: Vec::new(),
            footprint: None,
        }
    }

    /// The partitions read and written since the last call of this function; empty before the first.
    pub(super) fn take_footprint(&mut self) -> Footprint {
        self.footprint.replace(Footprint::default()).unwrap_or_default()
    }

    fn tread(&mut self, leave: impl FnOnce(&mut Footprint)) {
        if let Some(footprint) = &mut self.footprint {
            leave(footprint);
        }
    }

    /// Whether two tables have the same items, with the same histories.
    pub(super) fn is_same(&self, other: &Table) -> bool {
        self.commit == other.commit
            && self.broken == other.broken
            && self.delayed == other.delayed
            && self.versions == other.versions
    }

    /// Seeds the random numbers again.
    pub(super) fn reseed(&mut self, seed: u64) {
        self.random = fastrand::Rng::with_seed(seed);
    }

    /// The number of commits.
    pub(super) fn commit(&self) -> u64 {
        self.commit
    }

    pub(super) fn note(&mut self, what: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            trace.push(what());
        }
    }

    pub(super) fn trace(&self) -> &[String] {
        self.trace.as_deref().unwrap_or_default()
    }

    /// The latest version of every item.
    pub fn items(&self) -> impl Iterator<Item = (&Key, &Item)> {
        self.versions.iter().filter_map(|(key, versions)| Some((key, &*versions.last()?.1)))
    }

    /// The latest version of every item of a partition.
    pub(super) fn partition<'a>(&'a self, pk: &'a str) -> impl Iterator<Item = (&'a Key, &'a Item)> {
        partition_of(&self.versions, pk).filter_map(|(key, versions)| Some((key, &*versions.last()?.1)))
    }

    pub(super) fn latest(&self, key: &Key) -> Option<&Item> {
        self.versions.get(key)?.last().map(|(_, item)| &**item)
    }

    /// The commit in which an item was first written.
    pub(super) fn written_at(&self, key: &Key) -> Option<u64> {
        self.versions.get(key)?.first().map(|(commit, _)| *commit)
    }

    /// An item as it was at a commit.
    pub(super) fn as_of(&self, key: &Key, commit: u64) -> Option<&Arc<Item>> {
        as_of(self.versions.get(key)?, commit)
    }

    fn read(&mut self, key: &Key, consistency: Consistency) -> Option<Item> {
        let is_head = key.sk == "HEAD";
        let stale = consistency == Consistency::Eventual || (self.bug == Some(Bug::StaleHead) && is_head);
        let commit = if stale { self.behind() } else { self.commit };
        let read = self.as_of(key, commit).cloned();
        let is_cached = self.bug == Some(Bug::CachedHead) && is_head && stale;
        let read = if is_cached { self.cached.entry(key.clone()).or_insert(read).clone() } else { read };
        if !stale || !self.is_frozen() {
            self.tread(|footprint| footprint.read.extend([key.pk.clone()]));
        }
        read.map(|item| Item::clone(&item))
    }

    /// Whether eventually consistent reads miss every write made now.
    fn is_frozen(&self) -> bool {
        matches!(self.view, View::Frozen(_))
    }

    fn chance(&mut self, of_256: u8) -> bool {
        self.random.u8(..) < of_256
    }

    /// The oldest state that an eventually consistent read may show.
    pub(super) fn oldest_view(&self) -> u64 {
        let now = self.step;
        let visible = self.committed.partition_point(|step| step + LAG_STEPS <= now);
        self.commit.saturating_sub(LAG).max(u64::try_from(visible).unwrap_or(u64::MAX))
    }

    fn behind(&mut self) -> u64 {
        match self.view {
            View::Random => self.random.u64(self.oldest_view()..=self.commit),
            View::Latest => self.commit,
            View::Frozen(commit) => commit,
        }
    }

    /// Stores an item. Its writer may touch only the partitions `of`, and acts, which nothing else shares.
    fn put(&mut self, item: Item, of: &BTreeSet<String>) {
        let key = key(&item);
        if !of.contains(&key.pk) && !key.pk.starts_with("JOURNAL#") {
            self.broken.push(format!("{} {} was written for {of:?}", key.pk, key.sk));
        }
        if let Some(there) = self.latest(&key) {
            let changed =
                ["e", "f"].iter().any(|name| there.get(*name).is_some_and(|value| item.get(*name) != Some(value)));
            if changed {
                self.broken.push(format!("what {} {} recorded was changed", key.pk, key.sk));
            }
        }
        let (commit, step) = (self.commit, self.step);
        // Every commit is made in one step, with all of its writes.
        self.committed.resize(usize::try_from(commit).unwrap_or(usize::MAX), step);
        self.tread(|footprint| footprint.written.extend([key.pk.clone()]));
        self.versions.entry(key).or_default().push((commit, Arc::new(item)));
    }
}

/// The version of an item at a commit.
fn as_of(versions: &[(u64, Arc<Item>)], commit: u64) -> Option<&Arc<Item>> {
    versions.iter().rev().find(|(at, _)| *at <= commit).map(|(_, item)| item)
}

/// Makes every aggregate's row count match the rows read.
fn accept_torn(items: &mut Vec<Item>) {
    let keys: Vec<Key> = items.iter().map(key).collect();
    let aggregate_of = |key: &Key| key.sk.splitn(3, '#').take(2).collect::<Vec<_>>().join("#");
    let is_aggregate = |key: &Key| key.sk == aggregate_of(key);
    items.retain(|item| {
        is_aggregate(&key(item))
            || keys.iter().any(|aggregate| is_aggregate(aggregate) && aggregate.sk == aggregate_of(&key(item)))
    });
    for item in items.iter_mut().filter(|item| is_aggregate(&key(item))) {
        let count = keys.iter().filter(|row| !is_aggregate(row) && aggregate_of(row) == key(item).sk).count();
        item.insert("n".to_owned(), AttributeValue::N(count.to_string()));
    }
}

fn text<'a>(item: &'a Item, name: &str) -> Option<&'a String> {
    item.get(name).and_then(|value| value.as_s().ok())
}

pub(super) fn key(item: &Item) -> Key {
    Key { pk: text(item, "pk").cloned().unwrap_or_default(), sk: text(item, "sk").cloned().unwrap_or_default() }
}

/// The table as one handler sees it.
#[derive(Debug, Clone)]
pub struct SimStore {
    table: Arc<Mutex<Table>>,
    handler: usize,
    /// The partitions that its messages concern.
    of: Arc<BTreeSet<String>>,
    /// Whether the scheduler has its turn only before calls, not after them too: other handlers see no difference.
    before_only: bool,
    /// The commit up to which the index shows at least.
    index_floor: u64,
    max_writes: usize,
    /// Whether the handler works on a restatement.
    in_pass: bool,
    /// The half of a partition that a read sees first; random for each handler, so that it does not depend on other
    /// handlers.
    halves: Arc<Mutex<fastrand::Rng>>,
}

impl SimStore {
    pub(super) fn new(table: Table, max_writes: usize) -> SimStore {
        let (of, halves) = (Arc::default(), Arc::new(Mutex::new(fastrand::Rng::with_seed(0))));
        let table = Arc::new(Mutex::new(table));
        SimStore { table, handler: 0, of, before_only: false, index_floor: 0, max_writes, in_pass: false, halves }
    }

    /// The same table, whose scheduler has its turn before calls only.
    pub(super) fn before_only(self) -> SimStore {
        SimStore { before_only: true, ..self }
    }

    /// The same table for a handler. A handler after a delay sees an index that has caught up.
    pub(super) fn of_handler(&self, handler: usize, of: BTreeSet<String>, caught_up: bool) -> SimStore {
        let mut table = self.table();
        let index_floor = if caught_up { table.commit } else { 0 };
        let halves = Arc::new(Mutex::new(table.random.fork()));
        SimStore { table: Arc::clone(&self.table), handler, of: Arc::new(of), index_floor, halves, ..*self }
    }

    /// The same table, for a restatement or for other work.
    pub(super) fn in_pass(self, in_pass: bool) -> SimStore {
        SimStore { in_pass, ..self }
    }

    pub(super) fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap()
    }

    /// The table, once no handler uses it any more.
    pub(super) fn into_table(self) -> Table {
        Arc::into_inner(self.table).unwrap().into_inner().unwrap()
    }

    /// The scheduler's turn: others may go first, and this handler may crash here.
    async fn turn(&self) {
        let mut been = false;
        poll_fn(|_| if std::mem::replace(&mut been, true) { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    async fn turn_after(&self) {
        if !self.before_only {
            self.turn().await;
        }
    }

    pub(super) fn keeps_totals(&self) -> bool {
        self.table().totals
    }

    /// Announces months before a write.
    pub(super) async fn announce(&self, months: &BTreeSet<PartnerMonth>) -> Result<(), StoreError> {
        if !self.keeps_totals() || self.table().bug == Some(Bug::AnnouncedAfterTheWrite) {
            return Ok(());
        }
        self.turn().await;
        self.throttle("SendMessage")?;
        self.send_announcements(months);
        Ok(())
    }

    /// Announces months after a write, for the bug that does so.
    pub(super) fn announce_late(&self, months: &BTreeSet<PartnerMonth>) {
        if self.keeps_totals() && self.table().bug == Some(Bug::AnnouncedAfterTheWrite) {
            self.send_announcements(months);
        }
    }

    fn send_announcements(&self, months: &BTreeSet<PartnerMonth>) {
        let messages =
            TotalsMessage::announcements(months).into_iter().map(|message| (self.handler, Message::Totals(message)));
        self.table().delayed.extend(messages);
    }

    /// The messages that the bug leaves of those that a batch of the totals queue sends.
    pub(super) fn sent_of(
        &self,
        messages: Vec<(TotalsMessage, Delay)>,
        added_up: &BTreeMap<PartnerMonth, bool>,
    ) -> Vec<(TotalsMessage, Delay)> {
        let bug = self.table().bug;
        let kept = messages.into_iter().filter_map(|(message, delay)| match (bug, message, delay) {
            (Some(Bug::NoConfirmation), TotalsMessage::Confirm { .. }, _)
            | (Some(Bug::PausedMonthsDropped), _, Delay::Seconds(_)) => None,
            (Some(Bug::ConfirmedOnlyIfChanged), TotalsMessage::Confirm { mut months }, delay) => {
                months.retain(|of| added_up.get(of) != Some(&false));
                Some((TotalsMessage::Confirm { months }, delay))
            }
            (_, message, delay) => Some((message, delay)),
        });
        kept.collect()
    }

    /// Sends a message with a delay.
    pub(super) async fn send_delayed(&self, message: Message) -> Result<(), StoreError> {
        let is_pass = matches!(message, Message::Restate(..));
        if is_pass && matches!(self.table().bug, Some(Bug::NoDelayedPass | Bug::NoPass)) {
            return Ok(());
        }
        // This touches no table: whatever another handler could do in between, it can do before the next call.
        self.turn_after().await;
        self.throttle("SendMessage")?;
        self.table().delayed.push((self.handler, message));
        Ok(())
    }

    fn failed(operation: &'static str) -> StoreError {
        StoreError { operation, source: "simulated".into() }
    }

    fn throttle(&self, operation: &'static str) -> Result<(), StoreError> {
        let mut table = self.table();
        let throttled = table.faults.throttled;
        if table.chance(throttled) { Err(Self::failed(operation)) } else { Ok(()) }
    }

    /// Whether a request was applied but its answer lost.
    fn is_lost(&self) -> bool {
        let mut table = self.table();
        let lost = table.faults.lost;
        table.chance(lost)
    }
}

impl Store for SimStore {
    fn max_writes(&self) -> usize {
        self.max_writes
    }

    fn most_added_up(&self) -> usize {
        MOST_ADDED_UP
    }

    /// One: the simulated time advances a second with each handler.
    fn rows_added_up_per_second(&self) -> u64 {
        1
    }

    async fn get(&self, keys: Vec<Key>, consistency: Consistency) -> Result<Vec<Item>, StoreError> {
        self.turn().await;
        self.throttle("BatchGetItem")?;
        let mut items = Vec::new();
        // A batch read is many reads: each is consistent, all together are not.
        for (n, part) in keys.chunks(keys.len().div_ceil(2).max(1)).enumerate() {
            if n > 0 {
                self.turn().await;
            }
            let mut table = self.table();
            items.extend(part.iter().filter_map(|key| table.read(key, consistency)));
        }
        self.turn_after().await;
        let handler = self.handler;
        self.table().note(|| format!("{handler} get {keys:?} {consistency:?} → {items:?}"));
        Ok(items)
    }

    async fn partition(&self, pk: String) -> Result<Vec<Item>, StoreError> {
        self.turn().await;
        self.throttle("Query")?;
        let read = |half: usize| -> Vec<Item> {
            let mut table = self.table();
            let commit = if table.bug == Some(Bug::PaidFromTheIndex) { table.behind() } else { table.commit };
            table.tread(|footprint| footprint.read.extend([pk.clone()]));
            let rows = partition_of(&table.versions, &pk);
            let part = rows.filter(|(key, _)| (key.sk.len() > "TERM#01".len()) == (half == 1));
            part.filter_map(|(_, versions)| as_of(versions, commit)).map(|item| Item::clone(item)).collect()
        };
        // Aggregates first and their appended rows later, or the other way round.
        let first = usize::from(self.halves.lock().unwrap().bool());
        let mut items = read(first);
        self.turn().await;
        items.extend(read(1 - first));
        if self.table().bug == Some(Bug::TornReadsAccepted) {
            accept_torn(&mut items);
        }
        self.turn_after().await;
        let handler = self.handler;
        self.table().note(|| format!("{handler} partition {pk} → {items:?}"));
        Ok(items)
    }

    async fn index(&self, range: KeyRange) -> Result<Page, StoreError> {
        self.turn().await;
        self.throttle("Query")?;
        let page = {
            let mut table = self.table();
            let view = table.behind().max(self.index_floor);
            let is_frozen = table.is_frozen();
            table.tread(|footprint| footprint.index |= !is_frozen);
            let items = table.versions.iter();
            page(items.filter_map(|(key, versions)| Some((key, &**as_of(versions, view)?))), &range)
        };
        self.turn_after().await;
        Ok(page)
    }

    async fn write_each(&self, writes: Vec<Write>) -> Vec<Result<(), TransactError>> {
        self.turn().await;
        let mut results = Vec::new();
        let keys: BTreeSet<Key> = writes.iter().map(|write| key(write.item())).collect();
        if keys.len() != writes.len() {
            self.table().broken.push("a request names a key twice".to_owned());
        }
        for write in writes {
            let throttled = self.throttle("BatchExecuteStatement");
            let lost = self.is_lost();
            let mut table = self.table();
            let key = key(write.item());
            table.tread(|footprint| footprint.read.extend([key.pk.clone()]));
            let result = match throttled {
                Err(error) => Err(error.into()),
                Ok(()) if !table.holds(&write) => Err(TransactError::Conflict),
                Ok(()) => {
                    table.commit += 1;
                    table.put(write.into_item(), &self.of);
                    if lost { Err(Self::failed("BatchExecuteStatement").into()) } else { Ok(()) }
                }
            };
            let handler = self.handler;
            table.note(|| format!("{handler} write {key:?} → {result:?}"));
            let dropped =
                table.bug == Some(Bug::DroppedStatementError) && matches!(result, Err(TransactError::Failed(_)));
            results.push(if dropped { Ok(()) } else { result });
        }
        self.turn_after().await;
        results
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<(), TransactError> {
        self.turn().await;
        self.throttle("TransactWriteItems")?;
        let applied = {
            let mut table = self.table();
            assert!(!writes.is_empty() && writes.len() <= self.max_writes, "{} writes", writes.len());
            let conflict = table.faults.conflict;
            let writes = table.sabotage(writes, self.in_pass);
            table.tread(|footprint| footprint.read.extend(writes.iter().map(|write| key(write.item()).pk)));
            let applied = !table.chance(conflict) && writes.iter().all(|write| table.holds(write));
            let handler = self.handler;
            table.note(|| format!("{handler} transact {writes:?} → {applied}"));
            if applied {
                table.commit += 1;
                for write in writes {
                    table.put(write.into_item(), &self.of);
                }
            }
            applied
        };
        let lost = self.is_lost();
        self.turn_after().await;
        match (applied, lost) {
            (true, true) => Err(Self::failed("TransactWriteItems").into()),
            (true, false) => Ok(()),
            (false, _) => Err(TransactError::Conflict),
        }
    }

    async fn back_off(&self, _attempt: u32) {
        self.turn().await;
    }
}
