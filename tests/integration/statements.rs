//! The largest simulation takes no longer than a function may.

use harness::running::Running;
use ledger::{Outcome, ReportedFact};
use rules::{Fact, Instance, Money, Sale};
use serde_json::json;

/// Maximum number of contracts that one simulation reads.
const MOST_CONTRACTS: u32 = 2000;

const REFERRER: &str = r#"{"name": "A", "agreements": [{"model": "referrer", "starts_on": "2024-01-01"}]}"#;

fn sale(contract: &str, signed_on: &str) -> Fact {
    Fact::Sale(Sale {
        contract_id: contract.parse().unwrap(),
        partner_id: "P-1".parse().unwrap(),
        customer_id: "K".parse().unwrap(),
        signed_on: signed_on.parse().unwrap(),
        annual_fee: Money::parse("1200.00", "EUR".parse().unwrap()).unwrap(),
        instance: Instance::Customer,
    })
}

async fn record(running: &Running, facts: &[Fact], at: &str) {
    let ledger = running.ledger();
    for batch in facts.chunks(10) {
        let batch: Vec<ReportedFact> = batch.iter().map(|fact| ReportedFact::new(fact.clone(), "event")).collect();
        for outcome in ledger.record(&batch, at.parse().unwrap()).await {
            assert_eq!(outcome.unwrap(), Outcome::Decided);
        }
    }
}

/// The limit is a function's timeout here, in a debug build.
#[tokio::test(flavor = "multi_thread")]
async fn what_if_looks_at_as_many_contracts_as_it_says() {
    let running = Running::start().await;
    for (id, terms) in [("P-1", 0..MOST_CONTRACTS), ("P-2", MOST_CONTRACTS..MOST_CONTRACTS + 1)] {
        assert_eq!(running.api.put(&format!("/partners/{id}"), REFERRER.to_owned()).await.unwrap().status, 201);
        let of = |n: u32| match sale(&format!("C-{n}"), "2025-01-10") {
            Fact::Sale(sale) => Fact::Sale(Sale { partner_id: id.parse().unwrap(), ..sale }),
            other => other,
        };
        record(&running, &terms.map(of).collect::<Vec<_>>(), "2025-02-01T12:00:00Z").await;
    }
    for (who, status) in [(json!({"partner_id": "P-1"}), 200), (json!({"model": "referrer"}), 422)] {
        let question = json!({"who": who, "terms": {"rate": "1"}}).to_string();
        let began = std::time::Instant::now();
        let answer = running.api.send("POST".parse().unwrap(), "/simulations", &[], question).await.unwrap();
        println!("{status} in {:?}", began.elapsed());
        assert_eq!(answer.status, status, "{}", answer.json);
        if status == 200 {
            assert_eq!(answer.json["lines_changed"], MOST_CONTRACTS);
        }
    }
    running.stack.stop().await;
}
