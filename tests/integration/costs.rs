//! Costs of events in requests and capacity units, counted from what the table reports.

use fixtures::counted::Counted;
use fixtures::largest::{contract_end, credit_note, partner, renewal, sale, supplement};
use harness::running::{Running, is_another_engine};
use rules::Fact;

#[tokio::test(flavor = "multi_thread")]
async fn a_steady_batch_costs_the_same_as_the_history_grows() {
    let running = Running::start().await;
    let counted = Counted::new(running.store());
    for n in 0..10 {
        counted.register(partner(n)).await;
        for early in 0..11 {
            counted.record(&[Fact::Sale(sale(partner(n), n * 100 + early, "2024-01-01"))]).await;
        }
    }
    let sales =
        |first: usize| (0..10).map(|n| Fact::Sale(sale(partner(n), first + n, "2026-01-01"))).collect::<Vec<_>>();
    let cost = counted.record(&sales(10_000)).await;
    assert!(cost.requests <= 2 && cost.written <= 200 && cost.read <= 50, "{cost:?}");

    for more in 1..30 {
        counted.record(&sales(10_000 + more * 10)).await;
    }
    assert_eq!(counted.record(&sales(20_000)).await, cost, "after thirty more sales of each partner");

    let renewals: Vec<Fact> = (0..10).map(|n| renewal(10_000 + n)).collect();
    let cost = counted.record(&renewals).await;
    assert!(cost.requests <= 3 && cost.written <= 200 && cost.read <= 100, "{cost:?}");

    // Two units for each write of a transaction, as AWS documents it; DynamoDB Local counts four.
    let most = |units: i64| if is_another_engine() { 2 * units } else { units };
    for (fact, units) in [(credit_note(10_000), 60), (supplement(10_001), 60), (contract_end(10_002), 40)] {
        let cost = counted.record(std::slice::from_ref(&fact)).await;
        println!("{fact:?}: {cost:?}");
        assert!(cost.written <= most(units), "{fact:?}: {cost:?}");
    }
    running.stack.stop().await;
}

/// An annuity with its decision and first entry is one write unit, whatever its ids.
#[tokio::test(flavor = "multi_thread")]
async fn an_annuity_fits_a_kibibyte() {
    let running = Running::start().await;
    let counted = Counted::new(running.store());
    counted.register(partner(0)).await;
    counted.record(&[Fact::Sale(sale(partner(0), 1, "2024-01-01"))]).await;
    let items = running.stack.dynamodb().scan().table_name("Ledger").send().await.unwrap().items.unwrap();
    let annuity = items.iter().find(|item| item["sk"].as_s().is_ok_and(|sk| sk == "TERM#01")).unwrap();
    let size = fixtures::memory::size_of(annuity);
    assert!(size <= 1024, "{size} bytes: {annuity:?}");
    running.stack.stop().await;
}
