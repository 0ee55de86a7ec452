//! Response times of the dashboard for a large world: requests one after the other, over HTTP, through the gateway.

use crate::figures::{Figure, Goal};
use fastrand::Rng;
use fixtures::generator::Size;
use fixtures::world::World;
use futures_util::future::join_all;
use harness::running::Running;
use jiff::Timestamp;
use ledger::ReportedFact;
use ledger::totals::PartnerMonth;
use std::collections::BTreeSet;
use std::time::Instant;

/// Number of facts recorded, or of months added up, at once.
const AT_ONCE: usize = 200;

/// The path of a request about a partner and a month.
type Path = fn(&str, &str) -> String;

/// Number of times that most requests are sent.
const OFTEN: usize = 1000;
/// Number of times that requests which read a great deal are sent.
const SELDOM: usize = 50;

/// Records a large world, and times the answers about it.
pub(crate) async fn figures(running: &Running, seed: u64, size: Size) -> Vec<Figure> {
    let world = World::generated(seed, size);
    running.register(&world).await;
    running.wait_until_idle().await;
    book(running, &world).await;
    let entries = world.expected_lines.len();
    let ids: Vec<String> = world.partners.iter().map(|partner| partner.id.to_string()).collect();
    let mut random = Rng::with_seed(seed);
    let mut figures = Vec::new();
    let requests: [(&str, Goal, usize, Path); 5] = [
        ("a partner's month", Goal::AtMost(15_000), OFTEN, |id, month| {
            format!("/partners/{id}/statement?month={month}")
        }),
        ("everyone's month", Goal::AtMost(50_000), OFTEN, |_, month| format!("/summary?from={month}&to={month}")),
        ("everyone's month as known on a day", Goal::None, SELDOM, |_, month| {
            format!("/summary?from={month}&to={month}&as_of=2025-01-31")
        }),
        ("a partner's three years by month", Goal::None, OFTEN, |id, _| {
            format!("/partners/{id}/summary?from=2022-01&to=2024-12")
        }),
        ("a partner", Goal::None, OFTEN, |id, _| format!("/partners/{id}")),
    ];
    for (name, goal, number, path) in requests {
        let mut times = Vec::with_capacity(number);
        for _ in 0..number {
            let month = format!("{}-{:02}", random.u16(2022..2025), random.u8(1..=12));
            let path = path(random.choice(&ids).unwrap(), &month);
            let started = Instant::now();
            let (answer, _) = running.api.fetch("GET".parse().unwrap(), &path, &[], String::new()).await.unwrap();
            times.push(started.elapsed());
            assert_eq!(answer.status, 200, "{path}");
        }
        let how = format!("p99 of {number} requests; {} partners, {entries} entries", ids.len());
        figures.push(Figure::time(format!("dashboard: {name}"), times, 99, goal, how));
    }
    figures
}

/// Records the world's events and its month totals without the queues, since only the answers are timed.
async fn book(running: &Running, world: &World) {
    let ledger = running.ledger();
    let facts: Vec<ReportedFact> = world.facts().into_iter().map(|fact| ReportedFact::new(fact, "bench")).collect();
    for facts in facts.chunks(AT_ONCE) {
        for outcome in ledger.record(facts, Timestamp::UNIX_EPOCH).await {
            outcome.unwrap();
        }
    }
    let month = |row: &String| {
        let mut columns = row.split(',');
        let (partner_id, booked_on) = (columns.next()?.parse().ok()?, columns.nth(4)?);
        Some(PartnerMonth { partner_id, month: booked_on.get(.."YYYY-MM".len())?.parse().ok()? })
    };
    let months: BTreeSet<PartnerMonth> = world.expected_lines.iter().map(|row| month(row).unwrap()).collect();
    let months: Vec<PartnerMonth> = months.into_iter().collect();
    for months in months.chunks(AT_ONCE) {
        for refreshed in join_all(months.iter().map(|month| ledger.refresh_totals(month, Timestamp::UNIX_EPOCH))).await
        {
            refreshed.unwrap();
        }
    }
}
