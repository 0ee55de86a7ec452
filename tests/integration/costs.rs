//! What events cost in requests and capacity units, counted from what the table reports.

use harness::running::Running;
use jiff::Timestamp;
use ledger::dynamo::DynamoStore;
use ledger::{Ledger, Outcome, Reported};
use rules::agreement::Draft;
use rules::{Agreements, CreditNote, Fact, Instance, Model, Money, PartnerId, Renewal, Sale};
use std::sync::{Arc, Mutex};

/// Requests, written units and read units, the units in tenths.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Cost {
    requests: u32,
    written: i64,
    read: i64,
}

struct Counted {
    ledger: Ledger<DynamoStore>,
    cost: Arc<Mutex<Cost>>,
}

impl Counted {
    fn new(running: &Running) -> Counted {
        let cost: Arc<Mutex<Cost>> = Arc::default();
        let counter = Arc::clone(&cost);
        let store = DynamoStore::new(running.stack.dynamodb(), &running.stack.template.table.name).observed(Arc::new(
            move |operation, consumed| {
                let mut cost = counter.lock().unwrap();
                cost.requests += 1;
                for consumed in consumed {
                    let tenths = consumed
                        .capacity_units()
                        .map(|units| (units * 10.0).round().to_string().parse::<i64>().unwrap());
                    match operation {
                        "BatchGetItem" | "Query" => cost.read += tenths.unwrap(),
                        _ => cost.written += tenths.unwrap(),
                    }
                }
            },
        ));
        Counted { ledger: Ledger::new(store), cost }
    }

    /// An integrator whose decisions take the most room there is.
    async fn register(&self, id: PartnerId) {
        let head = self.ledger.head(&id).await.unwrap();
        let draft = Draft {
            model: Model::AffiliatedIntegrator,
            starts_on: "2020-01-01".parse().unwrap(),
            ends_on: None,
            programme: None,
            rate: Some("0.333333".parse().unwrap()),
            from_sale: Some(12.try_into().unwrap()),
            technical_qualification: Some("2020-01-01".parse().unwrap()),
            support_structure: None,
            entry_fee: None,
        };
        let agreements = Agreements::new(vec![draft.accept().unwrap()]).unwrap();
        self.ledger.register(head, "A partner".to_owned(), agreements).await.unwrap().unwrap();
    }

    async fn record(&self, facts: &[Fact]) -> Cost {
        *self.cost.lock().unwrap() = Cost::default();
        let batch: Vec<Reported> = facts.iter().map(|fact| Reported::new(fact.clone(), &"e".repeat(64))).collect();
        for outcome in self.ledger.record(&batch, Timestamp::UNIX_EPOCH).await {
            assert_eq!(outcome.unwrap(), Outcome::Decided);
        }
        *self.cost.lock().unwrap()
    }
}

/// An id of the greatest length there is.
fn long(prefix: &str, n: usize) -> String {
    format!("{prefix}{n:0width$}", width = 64 - prefix.len())
}

fn partner(n: usize) -> PartnerId {
    long("P", n).parse().unwrap()
}

fn fee() -> Money {
    Money::parse("9999999999.99", "EUR".parse().unwrap()).unwrap()
}

fn sale(partner_id: PartnerId, contract: usize, signed_on: &str) -> Fact {
    let (contract_id, customer_id) = (long("C", contract).parse().unwrap(), long("K", contract).parse().unwrap());
    let (signed_on, instance) = (signed_on.parse().unwrap(), Instance::Customer);
    Fact::Sale(Sale { contract_id, partner_id, customer_id, signed_on, annual_fee: fee(), instance })
}

fn renewal(contract: usize) -> Fact {
    let (term, starts_on) = (2.try_into().unwrap(), "2027-01-01".parse().unwrap());
    Fact::Renewal(Renewal { contract_id: long("C", contract).parse().unwrap(), term, starts_on, annual_fee: fee() })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_steady_batch_costs_the_same_as_the_history_grows() {
    let running = Running::start().await;
    let counted = Counted::new(&running);
    for n in 0..10 {
        counted.register(partner(n)).await;
        for early in 0..11 {
            counted.record(&[sale(partner(n), n * 100 + early, "2024-01-01")]).await;
        }
    }
    let sales = |first: usize| (0..10).map(|n| sale(partner(n), first + n, "2026-01-01")).collect::<Vec<_>>();
    let cost = counted.record(&sales(10_000)).await;
    assert!(cost.requests <= 2 && cost.written <= 200 && cost.read <= 50, "{cost:?}");

    for more in 1..30 {
        counted.record(&sales(10_000 + more * 10)).await;
    }
    assert_eq!(counted.record(&sales(20_000)).await, cost, "after thirty more sales of each partner");

    let renewals: Vec<Fact> = (0..10).map(|n| renewal(10_000 + n)).collect();
    let cost = counted.record(&renewals).await;
    assert!(cost.requests <= 3 && cost.written <= 200 && cost.read <= 100, "{cost:?}");

    let contract_id = long("C", 10_000).parse().unwrap();
    let (term, issued_on) = (1.try_into().unwrap(), "2026-03-01".parse().unwrap());
    let note =
        CreditNote { contract_id, term, credit_note_id: long("N", 1).parse().unwrap(), issued_on, amount: fee() };
    let cost = counted.record(&[Fact::CreditNote(note)]).await;
    assert!(cost.written <= 60, "{cost:?}");
    running.stack.stop().await;
}

/// An annuity with its decision and first entry is one write unit, whatever its ids.
#[tokio::test(flavor = "multi_thread")]
async fn an_annuity_fits_a_kibibyte() {
    let running = Running::start().await;
    let counted = Counted::new(&running);
    counted.register(partner(0)).await;
    counted.record(&[sale(partner(0), 1, "2024-01-01")]).await;
    let items = running.stack.dynamodb().scan().table_name("Ledger").send().await.unwrap().items.unwrap();
    let annuity = items.iter().find(|item| item["sk"].as_s().is_ok_and(|sk| sk == "TERM#01")).unwrap();
    let size = harness::size_of(annuity);
    assert!(size <= 1024, "{size} bytes: {annuity:?}");
    running.stack.stop().await;
}
