//! Costs of an event of a realistic world, all told: the table's units and requests and the messages that functions send, from
//! the first event until the last month total is added up. The events go through the ledger's own code, batch by batch, and
//! the functions' messages through the totals function's, at the times of a clock that is only counted: so the figures are
//! the same on every machine.

use crate::figures::{Figure, Goal, Unit};
use crate::processes::{children, processor_time};
use events::input::Event;
use fixtures::counted::{Cost, counting};
use fixtures::events::event_of;
use fixtures::occasion::{operator, registered};
use fixtures::realistic::{Realistic, world};
use harness::running::Running;
use jiff::{SignedDuration, Timestamp};
use ledger::bookings::{Announce, Booking};
use ledger::dynamo::DynamoStore;
use ledger::recorded::{Origin, Trigger};
use ledger::store::StoreError;
use ledger::totals::PartnerMonth;
use ledger::totals_queue::{Delay, TotalsMessage};
use ledger::{Ledger, ReportedFact};
use local::load;
use rules::{Agreements, Fact, PartnerId, Sale};
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const PARTNERS: usize = 40;
const SEED: u64 = 1;
/// Events that arrive in a tick: 10 in a twentieth of a second.
const PER_TICK: usize = 10;
const TICK: SignedDuration = SignedDuration::from_millis(50);
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
/// Sales whose month totals are waited for, one after the other.
const LONE_SALES: usize = 11;
const HOW: &str = "40 partners of all models, in order of time, 200 a second; until every total is confirmed";

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
struct System {
    store: DynamoStore,
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
struct Spent {
    cost: Cost,
    sent: usize,
    sums: usize,
    invocations: usize,
}

impl System {
    fn new(store: DynamoStore) -> System {
        let (store, cost) = counting(store);
        let (queue, months, passes) = (Arc::default(), BTreeSet::new(), Vec::new());
        System { store, cost, queue, now: START, passes, months, sums: 0, invocations: 0 }
    }

    fn ledger(&self) -> Ledger<DynamoStore> {
        Ledger::new(self.store.clone())
    }

    /// Takes in the events of a tick: a batch for each queue, then the months that are to be added up.
    async fn tick(&mut self, events: &[Fact]) {
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
        self.now += TICK;
    }

    /// Changes a partner's agreements: a message for the pass that follows it and one for the delayed pass, and the steps of
    /// both, of which each but the last sends the next.
    async fn change(&mut self, id: &PartnerId, agreements: Agreements) {
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

    fn invocation(&self) -> (Ledger<DynamoStore, Invocation>, Invocation) {
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
    async fn finish(&mut self) {
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

    fn spent(&self) -> Spent {
        let (cost, sent) = (*self.cost.lock().unwrap(), self.queue.lock().unwrap().sent);
        Spent { cost, sent, sums: self.sums, invocations: self.invocations }
    }
}

/// Costs of an event, everything counted: in the stream, and alone.
pub(crate) async fn figures(running: &Running) -> Vec<Figure> {
    let Realistic { partners, mut events, changes } = world(PARTNERS, SEED);
    let mut changes = changes.into_iter().peekable();
    let mut system = System::new(running.store());
    for (id, agreements) in partners {
        let record = system.ledger().partner_record(&id).await.unwrap();
        system
            .ledger()
            .register(record, registered(id.as_str(), agreements), &operator(), None)
            .await
            .unwrap()
            .unwrap();
    }
    // The last sale comes alone, long after the others.
    let last = events.iter().rposition(|fact| fact.sale().is_some()).unwrap();
    let alone = events.remove(last);
    *system.cost.lock().unwrap() = Cost::default();
    for (n, tick) in events.chunks(PER_TICK).enumerate() {
        while let Some((_, id, agreements)) = changes.next_if(|(before, ..)| *before <= n * PER_TICK) {
            system.change(&id, agreements).await;
        }
        system.tick(tick).await;
    }
    system.finish().await;
    let stream = system.spent();
    let months = system.months.len();
    system.tick(&[alone]).await;
    system.finish().await;
    let mut figures = rows("realistic world, all told", &stream, &Spent::NOTHING, events.len(), GOALS);
    figures.push(row("realistic world, all told: events", whole(events.len())));
    figures.push(row("realistic world, all told: partner-months", whole(months)));
    figures.extend(rows("a lone sale of it, all told", &system.spent(), &stream, 1, NO_GOALS));
    figures
}

/// The same world through the local stack, with its parameters: the time of a processor that all functions took until every
/// total is confirmed, and the events that they took in a second.
pub(crate) async fn through_the_stack(running: &Running) -> Result<Vec<Figure>, Box<dyn Error>> {
    let Realistic { partners, events, changes: _ } = world(PARTNERS, SEED);
    for (id, agreements) in partners {
        let record = running.ledger().partner_record(&id).await?;
        running.ledger().register(record, registered(id.as_str(), agreements), &operator(), None).await?;
    }
    let events: Vec<Event> = events.iter().enumerate().map(|(n, fact)| event_of(fact, &format!("bench-{n}"))).collect();
    let taken = || -> Duration { children().iter().filter_map(|child| processor_time(child)).sum() };
    let (before, started) = (taken(), Instant::now());
    load::send(&running.stack, &events).await?;
    running.wait_until_idle().await;
    let idle = started.elapsed();
    running.wait_for_delayed().await;
    let per_event = taken().saturating_sub(before) / u32::try_from(events.len())?;
    let rate = i64::try_from(events.len() as u128 * 1000 / idle.as_millis().max(1))?;
    let fresh = fresh_totals(running).await?;
    let how = format!("{} events in order of time through SQS, with the parameters of the local stack", events.len());
    let figure = |name: &str, number, goal| Figure::new(name, number, goal, how.clone());
    Ok(vec![
        Figure::time(
            "realistic world: processor time per event, all functions",
            vec![per_event],
            50,
            Goal::AtMost(500),
            format!("{how}; until every total is confirmed"),
        ),
        figure("realistic world: events until the months are added up", (rate, Unit::PerSecond), Goal::None),
        Figure::time(
            "a total is right after a sale was sent",
            fresh,
            50,
            Goal::AtMost(2_500_000),
            "one sale at a time, with the parameters of the local stack",
        ),
    ])
}

/// Times from the sending of a lone sale until its month total counts it.
async fn fresh_totals(running: &Running) -> Result<Vec<Duration>, Box<dyn Error>> {
    let id: PartnerId = "partner-0001".parse()?;
    let sales = async || Ok::<_, Box<dyn Error>>(running.ledger().totals_of_partner(&id).await?.signed_on().len());
    let mut times = Vec::new();
    for n in 0..LONE_SALES {
        let before = sales().await?;
        let Fact::Sale(sale) =
            world(PARTNERS, SEED).events.into_iter().find(|fact| fact.sale().is_some()).ok_or("no sale")?
        else {
            continue;
        };
        let lone = Fact::Sale(Sale { contract_id: format!("lone-{n}").parse()?, partner_id: id.clone(), ..sale });
        let sent = Instant::now();
        load::send(&running.stack, &[event_of(&lone, &format!("lone-{n}"))]).await?;
        while sales().await? == before {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        times.push(sent.elapsed());
    }
    Ok(times)
}

impl Spent {
    const NOTHING: Spent = Spent { cost: Cost { requests: 0, written: 0, read: 0 }, sent: 0, sums: 0, invocations: 0 };
}

/// The goals of an event in the stream, in the order of [`rows`]; a lone one has none.
const GOALS: [Goal; 6] =
    [Goal::AtMost(330), Goal::AtMost(220), Goal::AtMost(180), Goal::AtMost(30), Goal::None, Goal::None];
const NO_GOALS: [Goal; 6] = [Goal::None; 6];

fn rows(what: &str, spent: &Spent, before: &Spent, events: usize, goals: [Goal; 6]) -> Vec<Figure> {
    let hundredths = |number: i64| number * 100 / whole(events);
    let count = |now: usize, before: usize| hundredths(whole(now - before));
    let (cost, was) = (spent.cost, before.cost);
    let figures = [
        ("units written per event", hundredths(cost.written - was.written) / 10, Unit::HundredthUnits),
        ("units read per event", hundredths(cost.read - was.read) / 10, Unit::HundredthUnits),
        ("DynamoDB requests per 100 events", hundredths(cost.requests - was.requests), Unit::Count),
        ("messages sent by functions per 100 events", count(spent.sent, before.sent), Unit::Count),
        ("invocations per 100 events", count(spent.invocations, before.invocations), Unit::Count),
        ("sums of a month per 100 events", count(spent.sums, before.sums), Unit::Count),
    ];
    let figures = figures.into_iter().zip(goals);
    figures
        .map(|((name, number, unit), goal)| Figure::new(format!("{what}: {name}"), (number, unit), goal, HOW))
        .collect()
}

fn row(name: &str, number: i64) -> Figure {
    Figure::new(name, (number, Unit::Count), Goal::None, HOW)
}

fn whole(number: usize) -> i64 {
    i64::try_from(number).unwrap()
}
