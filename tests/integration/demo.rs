//! The demo's world: recorded on any day, it is whole.

use fixtures::memory::MemoryStore;
use jiff::Timestamp;
use ledger::audit::audit;
use ledger::journal::Author;
use ledger::{Ledger, aggregates::Aggregates};
use local::demo::{self, PARTNER};
use reports::minimum_sales::of_partner;
use rules::minimum_sales::Status;
use rules::{Anomaly, Currency, PartnerId};
use std::collections::BTreeSet;

/// The demo up to a day, in memory.
async fn recorded(day: &str) -> MemoryStore {
    let store = MemoryStore::default();
    demo::record(&Ledger::new(&store), &demo::world(day.parse().unwrap()).history, |_| Author::Operator, |_| {})
        .await
        .unwrap();
    store
}

#[tokio::test]
async fn the_demo_is_whole_on_any_day() {
    for day in ["2026-01-02", "2026-11-26", "2028-02-29", "2031-03-01"] {
        let store = recorded(day).await;
        let audit = audit(store.dump());
        assert_eq!(audit.findings, [], "{day}");
        let ledger = Ledger::new(&store);

        // Whom one signs in as is owed money, in euros.
        let partner: PartnerId = PARTNER.parse().unwrap();
        let entries =
            ledger.entries(&partner, (rules::Day::MIN, rules::Day::MAX), usize::MAX, None).await.unwrap().list;
        let amounts = entries.iter().map(|listed| &listed.recorded.entry);
        assert!(amounts.clone().all(|entry| entry.posting.currency == Currency::EUR), "{day}");
        assert!(amounts.map(|entry| entry.amount.0).sum::<i64>() > 100_000, "{day}");

        // It asked something and got an answer; another partner waits for one.
        let asked = ledger.inquiries_of(&partner).await.unwrap().list;
        assert!(asked.iter().all(|inquiry| inquiry.answer.is_some()) && !asked.is_empty(), "{day}");
        assert_eq!(ledger.open_inquiries(10, None).await.unwrap().list.len(), 1, "{day}");
        let whole = ledger.whole_partner(&partner).await.unwrap();
        assert_eq!((whole.perks.len(), whole.record.partner.instances.iter().count()), (3, 1), "{day}");

        // What it lacks by itself: something to decide, and an agreement.
        let listed = ledger.attention(ledger::attention::List::Contracts, 100, None).await.unwrap().list;
        let mut kinds = BTreeSet::new();
        for one in listed {
            let ledger::attention::Attention::Annuity { annuity, since: Some(_) } = one else {
                unreachable!("{one:?}")
            };
            let aggregates = ledger.contract(&annuity.contract_id).await.and_then(Aggregates::whole).unwrap();
            let contract = aggregates.contract();
            let partner = ledger.partner_of(&contract).await.unwrap();
            let found = aggregates.anomalies(&contract, annuity.term, &partner);
            kinds.extend(found.into_iter().map(|found| found.anomaly.as_str()));
        }
        let expected = [Anomaly::Contradiction.as_str(), "pending-no-agreement"];
        assert_eq!(kinds, BTreeSet::from(expected), "{day}");
    }
}

/// *As known on a day* has something to say: an amount of two years ago is another now.
#[tokio::test]
async fn the_demos_history_was_recorded_over_years() {
    let store = recorded("2026-11-26").await;
    let ledger = Ledger::new(&store);
    let partner: PartnerId = "loire-et-code".parse().unwrap();
    let entries = ledger.entries(&partner, (rules::Day::MIN, rules::Day::MAX), usize::MAX, None).await.unwrap().list;
    let at = |year: &str| format!("{year}-11-26T00:00:00Z").parse::<Timestamp>().unwrap();
    let until = |moment: Timestamp| entries.iter().filter(|listed| listed.recorded.recorded_at < moment).count();
    assert!(until(at("2023")) == 0 && until(at("2024")) < until(at("2025")) && until(at("2025")) < entries.len());
    let armor = ledger.whole_partner(&"armor-digital".parse().unwrap()).await.unwrap();
    let months = ledger.totals_of_partner(&armor.record.id).await.unwrap();
    let years = of_partner(&armor, &months, "2026-11-26".parse().unwrap()).years;
    let statuses: Vec<Status> = years.iter().map(|year| year.year.status).collect();
    assert_eq!(statuses, [Status::Met, Status::Missed, Status::Met]);
}
