//! Closes on the local stack: how long the documents of a large close take, and the capacity units of each document, at the first
//! close and at the hundred-and-twentieth.

use crate::figures::{Figure, Goal, Unit};
use closing::closes::{Outcome, Said};
use closing::{Closing, Made, PassMessage, Stepped};
use fixtures::counted::{Cost, counting};
use fixtures::occasion::{member, operator, registered};
use fixtures::pure::referrer;
use harness::running::Running;
use jiff::{SignedDuration, Timestamp};
use ledger::dynamo::DynamoStore;
use ledger::journal::Occasion;
use ledger::totals::PartnerMonth;
use ledger::{Ledger, ReportedFact};
use rules::agreement::{Draft, EntryFee};
use rules::{Agreements, Fact, Instance, Model, Money, Month, PartnerId, Sale};
use serde_json::{Value, json};
use settling::Queue;
use std::error::Error;
use std::fs;
use std::time::{Duration, Instant};

/// Partners of the world that is closed often, and its closes.
const FEW: usize = 20;
const CLOSES: usize = 120;
/// One in so many partners owes the vendor, and another one is paid in two currencies.
const KINDS: usize = 10;
/// Facts of a batch.
const BATCH: usize = 10;
/// Time between two looks at a close.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
const DELAY: SignedDuration = SignedDuration::from_mins(15);
const HOW: &str = "one in ten owes the vendor, one in ten is paid in two currencies; a sale a month";

type Failure = Box<dyn Error>;

fn partner(n: usize) -> PartnerId {
    format!("P-{n:05}").parse().unwrap()
}

/// The agreements of a partner: those of an affiliate, which owes the vendor its share, or of a referrer.
fn agreements(n: usize) -> Agreements {
    if !n.is_multiple_of(KINDS) {
        return referrer();
    }
    let potential = Money::parse("10000.00", "EUR".parse().unwrap()).unwrap();
    let fee = EntryFee { segment: "s".into(), commercial_potential: potential, rate: "0.1".parse().unwrap() };
    let draft = Draft {
        support_structure: Some(true),
        entry_fee: Some(fee),
        ..Draft::new(Model::Affiliate, "2020-01-01".parse().unwrap())
    };
    Agreements::new(vec![draft.accept().unwrap()]).unwrap()
}

/// A complete identity; a partner's says more.
fn identity(more: Value) -> Value {
    let mut identity = json!({
        "from": "2010-01-01", "recorded_at": "2010-01-01T00:00:00Z", "legal_name": "A company",
        "address": "1 rue de Paris, 34500 Beziers", "country": "FR", "regime": "fr-vat", "siren": "512345612",
        "vat_id": "FR68512345612",
    });
    if let (Some(identity), Value::Object(more)) = (identity.as_object_mut(), more) {
        identity.extend(more);
    }
    identity
}

/// Registers partners, each with a complete identity.
async fn register(store: &DynamoStore, partners: usize) -> Result<(), Failure> {
    let (ledger, closing) = (Ledger::new(store.clone()), Closing::new(store.clone(), DELAY));
    let long_ago = Occasion { by: member(), at: "2010-01-01T00:00:00Z".parse()?, reason: None };
    closing.record_vendor(1, serde_json::from_value(identity(Value::Null))?, &long_ago).await?;
    for n in 0..partners {
        let record = ledger.partner_record(&partner(n)).await?;
        ledger.register(record, registered("A partner", agreements(n)), &operator(), None).await?;
        let mandate = json!({ "signed_on": "2010-01-01", "days_to_contest": 15 });
        let version = identity(json!({ "series": format!("P{n}"), "mandate": mandate }));
        closing.record_billing(&partner(n), 1, serde_json::from_value(version)?, &long_ago).await?;
    }
    Ok(())
}

/// The sales of a month: one of each partner, and one in another currency of some.
fn sales(partners: usize, month: Month) -> Vec<Fact> {
    let sale = |n: usize, currency: &str| {
        let id = format!("{n}-{month}-{currency}");
        Fact::Sale(Sale {
            contract_id: format!("C-{id}").parse().unwrap(),
            partner_id: partner(n),
            customer_id: format!("K-{id}").parse().unwrap(),
            signed_on: month.first(),
            annual_fee: Money::parse("1000.00", currency.parse().unwrap()).unwrap(),
            instance: Instance::Customer,
        })
    };
    let second = (0..partners).filter(|n| n % KINDS == 1).map(|n| sale(n, "USD"));
    (0..partners).map(|n| sale(n, "EUR")).chain(second).collect()
}

/// Books the sales of a month, and adds the month up.
async fn book(store: &DynamoStore, partners: usize, month: Month, at: Timestamp) -> Result<(), Failure> {
    let ledger = Ledger::new(store.clone());
    for facts in sales(partners, month).chunks(BATCH) {
        let batch: Vec<ReportedFact> = facts.iter().map(|fact| ReportedFact::new(fact.clone(), "bench")).collect();
        for outcome in ledger.record(&batch, at).await {
            outcome?;
        }
    }
    for n in 0..partners {
        ledger.refresh_totals(&PartnerMonth { partner_id: partner(n), month }, at).await?;
    }
    Ok(())
}

/// Closes a month three days after it.
async fn close(closing: &Closing<DynamoStore>, month: Month) -> Result<(), Failure> {
    let said = Said { rates: [("USD".parse()?, "0.92".parse()?)].into(), ..Said::default() };
    let closed = closing.close(month, &said, &Occasion { by: member(), at: after(month, 3)?, reason: None }).await?;
    if matches!(closed, Outcome::Closed(_)) { Ok(()) } else { Err(format!("{month} was closed before").into()) }
}

/// A moment so many days after the end of a month.
fn after(month: Month, days: i64) -> Result<Timestamp, Failure> {
    let end: Timestamp = format!("{}T12:00:00Z", month.last()).parse()?;
    Ok(end.checked_add(SignedDuration::from_hours(24 * days))?)
}

/// Hundredths of units a document.
fn per_document(tenths: i64, made: &Made) -> Result<i64, Failure> {
    Ok(tenths * 10 / i64::try_from(made.documents)?.max(1))
}

/// The time that the function takes for the documents of a close of so many partners, and the units that it reports.
pub(crate) async fn first_close(running: &Running, partners: usize) -> Result<Vec<Figure>, Failure> {
    let (store, month) = (running.store(), "2026-01".parse()?);
    register(&store, partners).await?;
    book(&store, partners, month, after(month, 0)?).await?;
    let closing = Closing::new(store, DELAY);
    close(&closing, month).await?;
    let started = Instant::now();
    let queue = Queue::new(running.stack.sqs(), running.stack.queue_url("SettlementQueue"));
    queue.begin(month, SignedDuration::ZERO).await?;
    let made = loop {
        tokio::time::sleep(LOOK_AGAIN).await;
        let stored = closing.stored_close(month).await?;
        if let Some(made) = stored.and_then(|stored| stored.made) {
            break made;
        }
    };
    let taken = i64::try_from(started.elapsed().as_micros())?;
    running.wait_until_idle().await;
    let how = format!("{partners} partners, {} documents, {} carried; {HOW}", made.documents, made.carried);
    let most = Goal::AtMost(600_000_000);
    let time = Figure::new("documents of a close through the local stack", (taken, Unit::Micros), most, how.clone());
    let mut figures = vec![time];
    for (name, metric, goal) in [("written", "UnitsWritten", 1_600), ("read", "UnitsRead", 2_500)] {
        let units = per_document(logged(running, metric)?, &made)?;
        let name = format!("units {name} per document, first close of many partners");
        figures.push(Figure::new(name, (units, Unit::HundredthUnits), Goal::AtMost(goal), how.clone()));
    }
    Ok(figures)
}

/// The sum of a metric in the log of the function, in tenths.
fn logged(running: &Running, metric: &str) -> Result<i64, Failure> {
    let log = fs::read_to_string(running.folder.path().join("logs/settlement.log"))?;
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let sums = lines.filter_map(|line| line.get(metric)?.as_f64());
    Ok(sums.map(|units| (units * 10.0).round().to_string().parse::<i64>()).sum::<Result<i64, _>>()?)
}

/// The units of a document of a few partners at the first close and at the last of many.
pub(crate) async fn later_closes(running: &Running) -> Result<Vec<Figure>, Failure> {
    let (store, cost) = counting(running.store());
    register(&store, FEW).await?;
    let (closing, mut month) = (Closing::new(store.clone(), DELAY), Month::from("2020-01-01".parse::<rules::Day>()?));
    let mut figures = Vec::new();
    for n in 1..=CLOSES {
        book(&store, FEW, month, after(month, 0)?).await?;
        close(&closing, month).await?;
        *cost.lock().unwrap() = Cost::default();
        let made = pass(&closing, month).await?;
        let Cost { written, read, requests: _ } = *cost.lock().unwrap();
        if [1, CLOSES].contains(&n) {
            let how = format!("{FEW} partners, {} documents; {HOW}", made.documents);
            for (name, tenths, goal) in [("written", written, 1_600), ("read", read, 2_500)] {
                let name = format!("units {name} per document, close {n}");
                let units = per_document(tenths, &made)?;
                figures.push(Figure::new(name, (units, Unit::HundredthUnits), Goal::AtMost(goal), how.clone()));
            }
        }
        month = month.next().ok_or("no month follows")?;
    }
    Ok(figures)
}

/// Plays the pass of a close in this process.
async fn pass(closing: &Closing<DynamoStore>, month: Month) -> Result<Made, Failure> {
    let mut message = PassMessage::begin(month);
    loop {
        match closing.step(message).await? {
            Stepped::Next(next) => message = next,
            Stepped::Made(made) => return Ok(made),
        }
    }
}
