//! Figures of the functions as Lambda runs them: their size, the time until they ask for work, their peak memory, and
//! the events they process in a second, fed directly and through the queue.

use crate::figures::{Figure, Goal, Unit};
use crate::processes::{children, peak_bytes};
use events::input::Event;
use fixtures::counted::Counted;
use fixtures::events::event_of;
use fixtures::largest::{partner, sale};
use harness::running::Running;
use local::lambda::{self, Home};
use local::{load, template::Function};
use rules::{Fact, Month};
use serde_json::{Value, json};
use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Number of starts of a process.
const STARTS: usize = 40;
/// Number of events processed.
const EVENTS: usize = 10_000;
/// The events of a batch.
const BATCH: usize = 10;
/// Partners of the events, each with so long a history that the events are no early sales.
const PARTNERS: usize = 100;
/// Time between two looks at a partner's totals.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Months of two years.
const MONTHS: usize = 24;
/// The day of signature of the n-th sale.
type DayOf = fn(usize) -> String;
/// The orders in which sales go through the queue, with the day of each.
const ORDERS: [(&str, DayOf); 3] = [
    ("of this month", of_this_month),
    ("of two years in order of time", of_two_years),
    ("of two years in turn", of_two_years_at_once),
];
const SALE_SIGNED: &str = "SaleSigned";

type Failure = Box<dyn Error>;

/// Sizes of the largest program and of each, in bytes.
pub(crate) fn sizes(programs: &Path, running: &Running) -> Result<Vec<Figure>, Failure> {
    let functions = running.stack.template.functions.values();
    functions
        .map(|function| {
            let bytes = i64::try_from(fs::metadata(programs.join(&function.binary))?.len())?;
            let name = format!("stripped binary of {}", function.binary);
            Ok(Figure::new(name, (bytes, Unit::Bytes), Goal::AtMost(8_000_000), "built by cargo-lambda"))
        })
        .collect()
}

/// Times from the start of a process to its first poll of the runtime API.
pub(crate) async fn first_polls(programs: &Path, running: &Running) -> Result<Vec<Figure>, Failure> {
    let mut figures = Vec::new();
    for (name, function) in &running.stack.template.functions {
        let mut times = Vec::with_capacity(STARTS);
        for _ in 0..STARTS {
            times.push(first_poll(&programs.join(&function.binary), (name, function), running).await?);
        }
        let how = format!("{STARTS} starts, fork and exec included");
        let what = format!("start → first poll, {}", function.binary);
        figures.push(Figure::time(what, times, 50, Goal::AtMost(15_000), how));
    }
    Ok(figures)
}

async fn first_poll(
    program: &Path,
    (name, function): (&String, &Function),
    running: &Running,
) -> Result<Duration, Failure> {
    let listener = TcpListener::bind((local::HOST, 0)).await?;
    let mut command = Command::new(program);
    command
        .env_clear()
        .envs(running.stack.environment(function))
        .env("AWS_LAMBDA_RUNTIME_API", listener.local_addr()?.to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", name)
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", name)
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "bench")
        .env("AWS_REGION", local::REGION)
        .env("AWS_ACCESS_KEY_ID", local::CREDENTIALS)
        .env("AWS_SECRET_ACCESS_KEY", local::CREDENTIALS)
        .stdout(std::process::Stdio::null())
        .kill_on_drop(true);
    let started = Instant::now();
    let mut child = command.spawn()?;
    let mut request = [0; 128];
    let (mut connection, _) = listener.accept().await?;
    let length = connection.read(&mut request).await?;
    let taken = started.elapsed();
    child.kill().await?;
    let request = String::from_utf8_lossy(request.get(..length).unwrap_or_default()).into_owned();
    if !request.starts_with("GET /2018-06-01/runtime/invocation/next ") {
        return Err(format!("{name} did not ask for work first, but for {request}").into());
    }
    Ok(taken)
}

/// Feeds sales of ten partners to a process of its own, and measures its peak memory; then sends as many through the
/// queue of the stack.
pub(crate) async fn throughput(programs: &Path, running: &Running) -> Result<Vec<Figure>, Failure> {
    register(running).await;
    let function = running.stack.template.functions.get(SALE_SIGNED).ok_or("the template has no SaleSigned")?;
    let queue = function.mapping.as_ref().map(|mapping| mapping.queue.clone()).ok_or("SaleSigned has no queue")?;
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    let home = Home { binaries: programs.to_owned(), logs: running.folder.path().join("logs") };
    let known = children();
    let fed = lambda::start(SALE_SIGNED, function, (running.stack.environment(function), 1), &home, (&tasks, &stop));
    let batches: Vec<Vec<Event>> = sales(0, of_two_years).chunks(BATCH).map(<[Event]>::to_vec).collect();
    let mut times = Vec::with_capacity(batches.len());
    let started = Instant::now();
    for batch in &batches {
        let sent = Instant::now();
        let answer: Value = serde_json::from_slice(&fed.invoke(payload(batch).into(), String::new()).await?)?;
        times.push(sent.elapsed());
        if answer != json!({ "batchItemFailures": [] }) {
            return Err(format!("a batch failed: {answer}").into());
        }
    }
    let straight = started.elapsed();
    let peak =
        children().into_iter().filter(|child| !known.contains(child)).filter_map(|child| peak_bytes(&child)).max();
    stop.cancel();
    tasks.close();
    tasks.wait().await;
    running.wait_until_idle().await;

    let how = format!("{EVENTS} sales of {PARTNERS} partners, batches of {BATCH}, one process");
    let mut figures = vec![
        Figure::new(
            "peak memory after 10,000 events",
            (peak.ok_or("the memory of the process cannot be read")?, Unit::Memory),
            Goal::AtMost(20_000_000),
            format!("VmHWM of sale-signed; {how}"),
        ),
        Figure::new("events fed straight", (rate(straight)?, Unit::PerSecond), Goal::None, how.clone()),
        Figure::time("a batch of 10 fed straight", times, 50, Goal::None, how),
    ];
    // Each partner has as many sales in each round.
    for (round, (name, day)) in ORDERS.into_iter().enumerate() {
        figures.extend(through_the_queue(running, &queue, (name, day, round + 1)).await?);
    }
    Ok(figures)
}

/// Sends sales through the queue of the stack: until the last is booked, and until every month total has them all.
async fn through_the_queue(
    running: &Running,
    queue: &str,
    (name, day, round): (&str, DayOf, usize),
) -> Result<[Figure; 2], Failure> {
    let started = Instant::now();
    load::send(&running.stack, &sales(round * EVENTS, day)).await?;
    load::wait_for_queue(&running.stack, queue).await?;
    let booked = started.elapsed();
    until_added_up(running, (round + 1) * EVENTS).await?;
    let added_up = started.elapsed();
    running.wait_until_idle().await;
    Ok([
        Figure::new(
            format!("sales {name}, through the local stack"),
            (rate(booked)?, Unit::PerSecond),
            Goal::AtLeast(1_000),
            format!("{EVENTS} sales sent to SQS, until the last is booked; months are added up meanwhile"),
        ),
        Figure::new(
            format!("sales {name}, until every month total first has all of them"),
            (rate(added_up)?, Unit::PerSecond),
            Goal::AtLeast(1_000),
            "the totals are read from the table, partner by partner; each month is added up again later",
        ),
    ])
}

fn rate(taken: Duration) -> Result<i64, Failure> {
    Ok(i64::try_from(EVENTS as u128 * 1000 / taken.as_millis().max(1))?)
}

/// Waits until the totals of each partner have every one of so many sales.
async fn until_added_up(running: &Running, sales: usize) -> Result<(), Failure> {
    let ledger = running.ledger();
    let first: Month = "2024-01".parse()?;
    let all = u32::try_from(sales / PARTNERS)?;
    for n in 0..PARTNERS {
        loop {
            let months = ledger.totals_of_partner(&partner(n)).await?;
            let counts = months.totals.range(first..).flat_map(|(_, totals)| totals.0.values());
            if counts.map(|total| total.count).sum::<u32>() == all {
                break;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }
    Ok(())
}

async fn register(running: &Running) {
    let counted = Counted::new(running.store());
    for n in 0..PARTNERS {
        counted.register(partner(n)).await;
        let early: Vec<Fact> =
            (0..11).map(|early| Fact::Sale(sale(partner(n), EVENTS * 10 + n * 11 + early, "2023-01-05"))).collect();
        counted.record(&early).await;
    }
}

/// Sales of each partner in turn, signed on the days of their numbers.
fn sales(first: usize, day: DayOf) -> Vec<Event> {
    let sales = (0..EVENTS).map(|n| {
        let fact = Fact::Sale(sale(partner(n % PARTNERS), first + n, &day(n)));
        event_of(&fact, &format!("bench-{}", first + n))
    });
    sales.collect()
}

/// As billing sends them: all of this month.
fn of_this_month(_: usize) -> String {
    "2026-01-05".to_owned()
}

/// As an import sends them: two years, one month after the other.
fn of_two_years(n: usize) -> String {
    day_of_month(n * MONTHS / EVENTS)
}

/// The worst order for the totals: two years again and again, so that no two sales of a month are near each other.
fn of_two_years_at_once(n: usize) -> String {
    day_of_month(n / PARTNERS % MONTHS)
}

fn day_of_month(month: usize) -> String {
    format!("{}-{:02}-05", 2024 + month / 12, month % 12 + 1)
}

/// A batch as Lambda delivers it.
fn payload(batch: &[Event]) -> String {
    let records: Vec<Value> = batch
        .iter()
        .enumerate()
        .map(|(i, event)| {
            json!({ "messageId": format!("m-{i}"), "receiptHandle": "r", "body": event.body, "attributes": {},
                "messageAttributes": {}, "eventSource": "aws:sqs", "awsRegion": local::REGION })
        })
        .collect();
    json!({ "Records": records }).to_string()
}
