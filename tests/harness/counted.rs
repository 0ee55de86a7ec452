//! A ledger that counts what it costs, in requests and capacity units, and the largest facts to give it.

use crate::running::Running;
use crate::world::event;
use events::EventType;
use jiff::Timestamp;
use ledger::dynamo::DynamoStore;
use ledger::{Ledger, Outcome, Reported};
use local::input::Event;
use rules::agreement::Draft;
use rules::{Agreements, CreditNote, Fact, Instance, Model, Money, PartnerId, Renewal, Sale};
use serde_json::json;
use std::sync::{Arc, Mutex};

/// What the table was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// Requests.
    pub requests: i64,
    /// Capacity units written, in tenths, indexes included.
    pub written: i64,
    /// Capacity units read, in tenths.
    pub read: i64,
}

/// A ledger over the table of a running stack.
#[derive(Debug)]
pub struct Counted {
    ledger: Ledger<DynamoStore>,
    cost: Arc<Mutex<Cost>>,
}

impl Counted {
    /// The ledger of a stack, written to from here.
    pub fn new(running: &Running) -> Counted {
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

    /// Registers a partner whose decisions take the most room there is.
    pub async fn register(&self, id: PartnerId) {
        let head = self.ledger.head(&id).await.unwrap();
        self.ledger.register(head, "A partner".to_owned(), agreements()).await.unwrap().unwrap();
    }

    /// Takes facts in, which must all be decided at once, and says what that cost.
    pub async fn record(&self, facts: &[Fact]) -> Cost {
        *self.cost.lock().unwrap() = Cost::default();
        let batch: Vec<Reported> = facts.iter().map(|fact| Reported::new(fact.clone(), &"e".repeat(64))).collect();
        for outcome in self.ledger.record(&batch, Timestamp::UNIX_EPOCH).await {
            assert_eq!(outcome.unwrap(), Outcome::Decided);
        }
        *self.cost.lock().unwrap()
    }
}

/// An integrator's, with every term negotiated.
pub fn agreements() -> Agreements {
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
    Agreements::new(vec![draft.accept().unwrap()]).unwrap()
}

/// An id of the greatest length there is.
fn long(prefix: &str, n: usize) -> String {
    format!("{prefix}{n:0width$}", width = 64 - prefix.len())
}

/// The n-th partner, with an id of the greatest length there is.
pub fn partner(n: usize) -> PartnerId {
    long("P", n).parse().unwrap()
}

/// The highest fee but a few.
fn fee() -> Money {
    Money::parse("9999999999.99", "EUR".parse().unwrap()).unwrap()
}

/// The sale of a contract.
pub fn sale(partner_id: PartnerId, contract: usize, signed_on: &str) -> Sale {
    let (contract_id, customer_id) = (long("C", contract).parse().unwrap(), long("K", contract).parse().unwrap());
    let (signed_on, instance) = (signed_on.parse().unwrap(), Instance::Customer);
    Sale { contract_id, partner_id, customer_id, signed_on, annual_fee: fee(), instance }
}

/// The second year of a contract.
pub fn renewal(contract: usize) -> Fact {
    let (term, starts_on) = (2.try_into().unwrap(), "2027-01-01".parse().unwrap());
    Fact::Renewal(Renewal { contract_id: long("C", contract).parse().unwrap(), term, starts_on, annual_fee: fee() })
}

/// A credit note for the first year of a contract, all of it.
pub fn credit_note(contract: usize) -> Fact {
    let (contract_id, credit_note_id) = (long("C", contract).parse().unwrap(), long("N", contract).parse().unwrap());
    let (term, issued_on) = (1.try_into().unwrap(), "2026-03-01".parse().unwrap());
    Fact::CreditNote(CreditNote { contract_id, term, credit_note_id, issued_on, amount: fee() })
}

/// The event that reports a sale.
pub fn sale_event(sale: &Sale, event_id: &str) -> Event {
    let data = json!({
        "contract_id": sale.contract_id, "partner_id": sale.partner_id, "customer_id": sale.customer_id,
        "signed_on": sale.signed_on, "instance": sale.instance,
        "annual_fee": { "amount": sale.annual_fee.decimal(), "currency": sale.annual_fee.currency().code() },
    });
    event(EventType::SaleSigned, event_id, &data)
}
