//! The demo's world: recorded on any day, it is whole.

use closing::Closing;
use fixtures::memory::MemoryStore;
use fixtures::occasion::member;
use jiff::Timestamp;
use ledger::audit::audit;
use ledger::{Ledger, aggregates::Aggregates};
use local::demo::{self, PARTNER};
use reports::minimum_sales::of_partner;
use rules::minimum_sales::Status;
use rules::{Anomaly, Currency, PartnerId};
use settlement::Reason;
use settlement::close::Opening;
use settlement::document::DocumentType;
use std::collections::BTreeSet;

/// The demo up to a day, in memory.
async fn recorded(day: &str) -> MemoryStore {
    let store = MemoryStore::default();
    demo::record(&Ledger::new(&store), &demo::world(day.parse().unwrap()).history, |_| member(), |_| {}).await.unwrap();
    store
}

#[tokio::test]
async fn the_demo_is_whole_on_any_day() {
    for day in ["2026-01-02", "2026-11-26", "2028-02-29", "2031-03-01"] {
        let store = recorded(day).await;
        let (settled, booked): (Vec<_>, Vec<_>) =
            store.dump().into_iter().partition(|item| closing::check::check(item).is_some());
        let audit = audit(booked);
        assert_eq!(audit.findings, [], "{day}");
        assert!(settled.iter().all(|item| closing::check::check(item).is_some_and(|read| read.is_ok())), "{day}");
        check_closes(&store, day).await;
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

/// A year of closes: documents, each reason to carry that one meets, and sums that add up.
async fn check_closes(store: &MemoryStore, day: &str) {
    let closing = Closing::new(store, settlement::close::DELAY);
    let closes = closing.closes().await.unwrap();
    assert!((12..=13).contains(&closes.len()) && closes.iter().all(|close| close.made.is_some()), "{day}");
    assert_eq!(closes[0].close.opening, Opening::All, "{day}");
    let (mut kinds, mut regimes, mut reasons) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for partner in Ledger::new(store).partners(|_| true, 100, None).await.unwrap().list {
        assert_eq!(closing.audit(&partner.id).await.unwrap(), [], "{day}");
        let papers = closing.papers(&partner.id).await.unwrap();
        for document in &papers.documents {
            kinds.insert(document.kind.name());
            regimes.extend(document.amounts.lines.iter().map(|line| line.regime.to_string()));
        }
        reasons.extend(papers.carried.iter().map(|carried| carried.reason));
    }
    assert_eq!(kinds, BTreeSet::from([DocumentType::Invoice, DocumentType::SelfBilledInvoice]), "{day}");
    let all = ["eu", "fr-franchise", "fr-vat", "outside-eu"].map(str::to_owned);
    assert_eq!(regimes, BTreeSet::from(all), "{day}");
    for reason in [Reason::IdentityIncomplete, Reason::NoMandate, Reason::BelowMinimum] {
        assert!(reasons.contains(&reason), "{day}: {reason}");
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
