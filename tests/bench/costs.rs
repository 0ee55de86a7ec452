//! Requests and capacity units, counted from what the table reports, as the history of a partner grows.

use crate::figures::{Figure, Goal, Unit};
use fixtures::counted::{Cost, Counted};
use fixtures::largest::{credit_note, partner, renewal, sale};
use harness::running::Running;
use rules::Fact;
use std::collections::BTreeMap;

/// The sizes of the history at which a batch is measured.
const HISTORIES: [usize; 3] = [10, 1_000, 100_000];
/// The events of a batch.
const BATCH: usize = 10;
/// The sales recorded at once to make a history.
const STRIDE: usize = 500;
const HOW: &str = "ReturnConsumedCapacity of the embedded engine, ids of 64 bytes, every term negotiated";

/// Costs of events: requests and capacity units.
pub(crate) async fn figures(running: &Running) -> Vec<Figure> {
    let counted = Counted::new(running.store());
    for n in 0..BATCH {
        counted.register(partner(n)).await;
    }
    let mut figures = early(&counted).await;
    let fresh = |first: usize| -> Vec<Fact> {
        (0..BATCH).map(|n| Fact::Sale(sale(partner(n), first + n, "2026-01-01"))).collect()
    };
    let sales = counted.record(&fresh(10_000)).await;
    figures.extend(per_event("sale", sales, [Goal::AtMost(200), Goal::AtMost(50)], 2));
    let renewals: Vec<Fact> = (0..BATCH).map(|n| renewal(10_000 + n)).collect();
    let renewals = counted.record(&renewals).await;
    figures.extend(per_event("renewal", renewals, [Goal::AtMost(200), Goal::AtMost(100)], 3));
    let notes: Vec<Fact> = (0..BATCH).map(|n| credit_note(10_000 + n)).collect();
    let notes = counted.record(&notes).await;
    figures.push(units("units written per credit note", notes.written, Goal::AtMost(600)));
    figures.push(units("units read per credit note", notes.read, Goal::None));
    figures.extend(growth(&counted).await);
    figures
}

/// Sales that are among a partner's 11 earliest: one after the other, then one before them all.
async fn early(counted: &Counted) -> Vec<Figure> {
    let mut first = Cost::default();
    for n in 0..BATCH {
        for early in 0..11 {
            let cost = counted
                .record(&[Fact::Sale(sale(partner(n), n * 100 + early, &format!("2024-01-{:02}", early + 10)))])
                .await;
            first = if (n, early) == (0, 5) { cost } else { first };
        }
    }
    let displacing = counted.record(&[Fact::Sale(sale(partner(0), 99, "2024-01-01"))]).await;
    let how = format!("one at a time; {HOW}");
    let row = |name: &str, number, unit| Figure::new(name, (number, unit), Goal::None, how.clone());
    vec![
        row("units written, a partner's 6th sale", first.written, Unit::TenthUnits),
        row("units read, a partner's 6th sale", first.read, Unit::TenthUnits),
        row("units written, a sale that displaces 11", displacing.written, Unit::TenthUnits),
        row("units read, a sale that displaces 11", displacing.read, Unit::TenthUnits),
    ]
}

/// A batch of ten of one partner's sales, and of their renewals, behind longer and longer histories: it may cost one per
/// cent more than behind the shortest.
async fn growth(counted: &Counted) -> Vec<Figure> {
    let mut figures = Vec::new();
    let mut behind_fewest: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    let id = || partner(1);
    // The earliest of them are there, and one sale of the batches above.
    let mut known = 0;
    for history in HISTORIES {
        while known < history {
            let next = (known + STRIDE).min(history);
            let sales: Vec<Fact> = (known..next).map(|n| Fact::Sale(sale(id(), 1_000_000 + n, "2025-06-01"))).collect();
            counted.record(&sales).await;
            known = next;
        }
        eprintln!("… behind {history} sales");
        let first = 2_000_000 + history;
        let sales: Vec<Fact> = (0..BATCH).map(|n| Fact::Sale(sale(id(), first + n, "2026-01-01"))).collect();
        let renewals: Vec<Fact> = (0..BATCH).map(|n| renewal(first + n)).collect();
        for (what, facts) in [("sales", sales), ("renewals", renewals)] {
            let cost = counted.record(&facts).await;
            let mut row = |name, number, unit| {
                let fewest = *behind_fewest.entry((name, what)).or_insert(number);
                let name = format!("{name}, 10 {what} of a partner with {history} sales");
                figures.push(Figure::new(name, (number, unit), Goal::AtMost(fewest + fewest / 100), HOW));
            };
            row("requests", cost.requests, Unit::Count);
            row("units", cost.written + cost.read, Unit::TenthUnits);
        }
    }
    figures
}

fn per_event(what: &str, cost: Cost, [written, read]: [Goal; 2], requests: i64) -> [Figure; 3] {
    [
        units(&format!("units written per {what}"), cost.written, written),
        units(&format!("units read per {what}"), cost.read, read),
        Figure::new(
            format!("requests per batch of 10 {what}s"),
            (cost.requests, Unit::Count),
            Goal::AtMost(requests),
            HOW,
        ),
    ]
}

/// Tenths of a batch of ten are hundredths of one event.
fn units(name: &str, tenths_of_ten: i64, goal: Goal) -> Figure {
    Figure::new(name, (tenths_of_ten, Unit::HundredthUnits), goal, format!("batch of 10 of 10 partners; {HOW}"))
}
