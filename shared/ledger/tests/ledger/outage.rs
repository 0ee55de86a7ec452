//! An outage in simulated time: the table refuses everything for twenty minutes, and the queues and functions go on as the
//! template says. No good message becomes a dead letter, and afterwards everything is recorded.

use crate::ledger_in_memory::{record_agreements, take_in};
use crate::trouble::{Clock, Shares, SimPace, Troubled, in_time};
use fixtures::memory::MemoryStore;
use fixtures::world::World;
use jiff::Timestamp;
use ledger::audit::audit;
use ledger::bookings::{Announce, Booking};
use ledger::patience::Patient;
use ledger::recorded::{Origin, Trigger};
use ledger::store::{IndexKey, StoreError};
use ledger::totals::PartnerMonth;
use ledger::totals_queue::{Delay, TotalsMessage};
use ledger::{Ledger, Outcome, ReportedFact};
use rules::{Fact, PartnerId};
use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
/// The outage, in minutes after the start.
const OUTAGE: std::ops::Range<u64> = 2 * MINUTE..22 * MINUTE;
/// The messages in a batch, and the batches in work at once.
const BATCH: usize = 10;
const AT_ONCE: usize = 10;

/// Everything is refused; before it a part, and after it a part is applied without an answer.
fn trouble(now: u64) -> Shares {
    match now {
        now if OUTAGE.contains(&now) => Shares { refused: 1_000, lost: 0 },
        now if now < OUTAGE.start => Shares { refused: 400, lost: 0 },
        now if now < OUTAGE.end + 5 * MINUTE => Shares { refused: 100, lost: 100 },
        _ => Shares::default(),
    }
}

/// The largest default of the template's numbers with such names.
fn template(is_meant: impl Fn(&str) -> bool) -> u64 {
    let text = include_str!("../../../../template.yaml");
    let (mut name, mut found) = ("", Vec::new());
    for line in text.lines().take_while(|line| *line != "Conditions:") {
        if let Some(parameter) = line.strip_prefix("  ").filter(|line| !line.starts_with(' ')) {
            name = parameter.trim_end_matches(':');
        } else if let Some(default) = line.trim().strip_prefix("Default: ").filter(|_| is_meant(name)) {
            found.push(default.parse().unwrap());
        }
    }
    found.into_iter().max().unwrap()
}

/// The template's times, in milliseconds.
#[derive(Debug, Clone, Copy)]
struct Settings {
    visibility: u64,
    /// Timeout of a function.
    timeout: u64,
    most_received: u64,
    announced: u64,
    confirmed: u64,
}

impl Settings {
    fn of_template() -> Settings {
        let seconds = |name: &'static str| template(move |other| other == name) * SECOND;
        let is_timeout = |name: &str| name.ends_with("TimeoutSeconds") && name != "VisibilityTimeoutSeconds";
        Settings {
            visibility: seconds("VisibilityTimeoutSeconds"),
            timeout: template(is_timeout) * SECOND,
            most_received: template(|name| name == "MaxReceiveCount"),
            announced: seconds("TotalsDelaySeconds"),
            confirmed: seconds("TotalsConfirmSeconds"),
        }
    }
}

#[derive(Debug, Clone)]
enum Message {
    Event(Fact),
    Restate(PartnerId, Option<IndexKey>),
    Totals(TotalsMessage),
}

impl Message {
    /// The queue that it is in.
    fn queue(&self) -> u8 {
        match self {
            Message::Event(Fact::Sale(_)) => 0,
            Message::Event(Fact::Renewal(_)) => 1,
            Message::Event(Fact::Adjustment(_)) => 2,
            Message::Event(Fact::ContractEnd(_)) => 3,
            Message::Restate(..) => 4,
            Message::Totals(_) => 5,
        }
    }
}

#[derive(Debug, Clone)]
struct Queued {
    message: Message,
    visible: u64,
    received: u64,
}

/// The queues, as one list.
#[derive(Debug, Clone, Default)]
struct Queues(Arc<Mutex<Vec<Queued>>>);

impl Queues {
    fn send(&self, message: Message, visible: u64) {
        self.0.lock().unwrap().push(Queued { message, visible, received: 0 });
    }
}

/// Announces to the totals queue.
struct Announcements {
    queues: Queues,
    clock: Clock,
    delay: u64,
}

impl Announce for Announcements {
    async fn before(&self, months: &BTreeSet<PartnerMonth>) -> Result<(), StoreError> {
        for message in TotalsMessage::announcements(months) {
            self.queues.send(Message::Totals(message), self.clock.now() + self.delay);
        }
        Ok(())
    }

    fn after(&self, _: Vec<Booking>) {}
}

type BookingLedger<'a> = Ledger<Patient<Troubled<'a>, SimPace>, Announcements>;

/// A function at work on a batch: whether each of its messages is done.
struct Function<'a> {
    batch: Vec<Queued>,
    end: u64,
    work: Pin<Box<dyn Future<Output = Vec<bool>> + 'a>>,
}

async fn work(
    ledger: BookingLedger<'_>,
    queues: Queues,
    (clock, settings): (Clock, Settings),
    batch: Vec<Message>,
) -> Vec<bool> {
    let at = Timestamp::from_millisecond(1_790_000_000_000 + i64::try_from(clock.now()).unwrap()).unwrap();
    let reported: Vec<ReportedFact> = batch
        .iter()
        .filter_map(|message| match message {
            Message::Event(fact) => Some(ReportedFact::new(fact.clone(), "event")),
            Message::Restate(..) | Message::Totals(_) => None,
        })
        .collect();
    if !reported.is_empty() {
        return ledger.record(&reported, at).await.iter().map(Result::is_ok).collect();
    }
    let totals: Vec<TotalsMessage> = batch
        .iter()
        .filter_map(|message| match message {
            Message::Totals(message) => Some(message.clone()),
            Message::Restate(..) | Message::Event(_) => None,
        })
        .collect();
    if !totals.is_empty() {
        let Ok(processed) = ledger.process_totals(&totals, at).await else { return vec![false; batch.len()] };
        for (message, delay) in processed.send {
            let delay = match delay {
                Delay::None => 0,
                Delay::Seconds(seconds) => u64::from(seconds) * SECOND,
                Delay::Confirm => settings.confirmed,
            };
            queues.send(Message::Totals(message), clock.now() + delay);
        }
        let is_done = |message: &TotalsMessage| !message.months().any(|of| processed.failed.contains_key(of));
        return totals.iter().map(is_done).collect();
    }
    let mut done = Vec::new();
    for message in batch {
        let Message::Restate(partner, after) = message else { continue };
        let origin = Origin { at, because: &Trigger::Agreements(1) };
        let step = ledger.restate(&partner, None, after, origin).await;
        done.push(step.as_ref().is_ok_and(|step| step.failed.is_empty()));
        if let Ok(Some(next)) = step.map(|step| step.next) {
            queues.send(Message::Restate(partner, Some(next)), clock.now());
        }
    }
    done
}

/// The system.
struct System<'a> {
    table: &'a MemoryStore,
    settings: Settings,
    clock: Clock,
    queues: Queues,
    functions: Vec<Function<'a>>,
    dead: Vec<Message>,
    random: Arc<Mutex<fastrand::Rng>>,
}

impl System<'_> {
    /// Receives a batch of one queue, if a message is to be seen; those received too often are dead letters.
    fn start(&mut self) -> bool {
        let now = self.clock.now();
        let mut batch = Vec::new();
        {
            let mut queued = self.queues.0.lock().unwrap();
            while batch.len() < BATCH {
                let kind = batch.first().map(|first: &Queued| first.message.queue());
                let is_next =
                    |queued: &Queued| queued.visible <= now && kind.is_none_or(|kind| queued.message.queue() == kind);
                let Some(next) = queued.iter().position(is_next) else { break };
                let next = queued.remove(next);
                if next.received == self.settings.most_received {
                    self.dead.push(next.message);
                } else {
                    let visible = now + self.settings.visibility;
                    batch.push(Queued { received: next.received + 1, visible, ..next });
                }
            }
        }
        if batch.is_empty() {
            return false;
        }
        let (clock, random) = (self.clock.clone(), Arc::clone(&self.random));
        let store = Troubled { table: self.table, clock: clock.clone(), at: trouble, random: Arc::clone(&random) };
        let pace = SimPace { clock: clock.clone(), end: now + self.settings.timeout / 10 * 9, random };
        let announce =
            Announcements { queues: self.queues.clone(), clock: clock.clone(), delay: self.settings.announced };
        let ledger = Ledger::announcing(Patient::new(store, pace), announce);
        let messages = batch.iter().map(|queued| queued.message.clone()).collect();
        let work = Box::pin(work(ledger, self.queues.clone(), (clock, self.settings), messages));
        self.functions.push(Function { batch, end: now + self.settings.timeout, work });
        true
    }

    /// Lets every function go on; true: some have ended.
    fn advance(&mut self) -> bool {
        let mut at_work = Vec::new();
        let number = self.functions.len();
        for mut function in std::mem::take(&mut self.functions) {
            assert!(self.clock.now() < function.end, "a function answers before its time is over");
            match function.work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(done) => {
                    assert_eq!(done.len(), function.batch.len());
                    let back = function.batch.into_iter().zip(done).filter(|(_, is_done)| !is_done);
                    self.queues.0.lock().unwrap().extend(back.map(|(queued, _)| queued));
                }
                Poll::Pending => at_work.push(function),
            }
        }
        self.functions = at_work;
        self.functions.len() < number
    }

    /// Runs until every queue is empty.
    fn run(&mut self) {
        loop {
            while self.functions.len() < AT_ONCE && self.start() {}
            if self.advance() {
                continue;
            }
            let next = self
                .queues
                .0
                .lock()
                .unwrap()
                .iter()
                .map(|queued| queued.visible)
                .filter(|at| *at > self.clock.now())
                .min();
            if !self.clock.go_on(next) {
                return;
            }
        }
    }
}

/// Plays the sample world into an outage; the dead letters, and how long it took until all was done, in minutes.
fn played(settings: Settings, seed: u64) -> (Vec<Message>, u64) {
    let (world, table, clock) = (World::sample(), MemoryStore::default(), Clock::default());
    let (queues, facts) = (Queues::default(), world.facts());
    let ledger = Ledger::new(&table);
    let registry = world.registry();
    in_time(&clock, async {
        for (id, agreements) in &registry {
            record_agreements(&ledger, id, agreements).await;
        }
    });
    for id in registry.keys() {
        queues.send(Message::Restate(id.clone(), None), OUTAGE.start + MINUTE);
    }
    // They come before the outage, during it and after it.
    let each = (OUTAGE.end + 2 * MINUTE) / u64::try_from(facts.len()).unwrap();
    for (fact, n) in facts.iter().zip(0..) {
        queues.send(Message::Event(fact.clone()), n * each);
    }
    let random = Arc::new(Mutex::new(fastrand::Rng::with_seed(seed)));
    let (dead, ended) = {
        let (clock, functions) = (clock.clone(), Vec::new());
        let mut system = System { table: &table, settings, clock, queues, functions, dead: Vec::new(), random };
        system.run();
        (system.dead, system.clock.now())
    };
    if dead.is_empty() {
        let findings = audit(table.dump()).findings;
        let findings: Vec<String> =
            findings.iter().filter(|finding| finding.is_error()).map(ToString::to_string).collect();
        assert!(findings.is_empty(), "{}", findings.join("\n"));
        let again = in_time(&clock, take_in(&ledger, &facts, 10));
        assert!(again.iter().all(|outcome| *outcome == Outcome::Duplicate), "{again:?}");
    }
    (dead, ended / MINUTE)
}

#[test]
fn twenty_minutes_without_the_table_are_no_dead_letter() {
    let settings = Settings::of_template();
    for seed in 0..5 {
        let (dead, minutes) = played(settings, seed);
        println!("seed {seed}: all done after {minutes} minutes");
        assert!(dead.is_empty(), "{} dead letters: {dead:?}", dead.len());
    }
}

#[test]
fn five_receives_would_not_outlast_it() {
    let (dead, _) = played(Settings { most_received: 5, ..Settings::of_template() }, 0);
    assert!(!dead.is_empty());
}
