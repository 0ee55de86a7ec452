//! What reading asks the table for, and that it goes on past what cannot be read; over a table in memory.

use harness::watched::Watched;
use jiff::Timestamp;
use ledger::choices::{Choice, Chosen};
use ledger::slots::Origin;
use ledger::{Ledger, LedgerError, Reported};
use rules::agreement::Draft;
use rules::contract::Key;
use rules::{Agreements, Fact, Instance, Model, Money, PartnerId, Renewal, Sale};

const ORIGIN: Origin<'static> = Origin { at: Timestamp::UNIX_EPOCH, because: "e" };

fn partner(id: &str) -> PartnerId {
    id.parse().unwrap()
}

fn euros(amount: &str) -> Money {
    Money::parse(amount, "EUR".parse().unwrap()).unwrap()
}

fn sale(contract: &str, partner_id: &str) -> Fact {
    Fact::Sale(Sale {
        contract_id: contract.parse().unwrap(),
        partner_id: partner(partner_id),
        customer_id: "K".parse().unwrap(),
        signed_on: "2026-01-01".parse().unwrap(),
        annual_fee: euros("100.00"),
        instance: Instance::Customer,
    })
}

fn renewal(contract: &str) -> Fact {
    let (term, starts_on) = (2.try_into().unwrap(), "2027-01-01".parse().unwrap());
    Fact::Renewal(Renewal { contract_id: contract.parse().unwrap(), term, starts_on, annual_fee: euros("100.00") })
}

async fn register(ledger: &Ledger<&Watched>, id: &str) {
    let draft = Draft {
        model: Model::Referrer,
        starts_on: "2020-01-01".parse().unwrap(),
        ends_on: None,
        programme: None,
        rate: None,
        from_sale: None,
        technical_qualification: None,
        support_structure: None,
        entry_fee: None,
    };
    let agreements = Agreements::new(vec![draft.accept().unwrap()]).unwrap();
    let head = ledger.head(&partner(id)).await.unwrap();
    ledger.register(head, id.to_owned(), agreements).await.unwrap().unwrap();
}

async fn record(ledger: &Ledger<&Watched>, facts: &[Fact]) {
    for batch in facts.chunks(10) {
        let batch: Vec<Reported> = batch.iter().map(|fact| Reported::new(fact.clone(), "e")).collect();
        for outcome in ledger.record(&batch, Timestamp::UNIX_EPOCH).await {
            outcome.unwrap();
        }
    }
}

async fn choose(ledger: &Ledger<&Watched>, contract: &str, number: usize, claim: Option<usize>) {
    let (contract_id, why) = (contract.parse().unwrap(), "r".to_owned());
    let choice = Choice { contract_id, key: Key::Sale, number, claim, why };
    assert_eq!(ledger.choose(&choice, ORIGIN).await.unwrap(), Chosen::Now);
}

/// What a partner gets of a contract, and what the table was asked for.
async fn asked(table: &Watched, contract: &str, of: &str) -> (Result<bool, String>, Vec<String>) {
    table.requests();
    let found = Ledger::new(table).contract_for(&contract.parse().unwrap(), &partner(of)).await;
    (found.map(|slots| slots.is_some()).map_err(|error| error.to_string()), table.requests())
}

#[tokio::test]
async fn anothers_contract_is_asked_for_as_one_that_is_not_there() {
    let table = Watched::default();
    let ledger = Ledger::new(&table);
    for id in ["P-1", "P-2"] {
        register(&ledger, id).await;
    }
    record(&ledger, &[sale("C-1", "P-1"), sale("C-2", "P-2"), renewal("C-2"), renewal("C-3")]).await;
    // Claimed by P-1 too, which loses.
    record(&ledger, &[sale("C-2", "P-1")]).await;
    let first = |contract: &str| format!("get Strong CONTRACT#{contract} TERM#01");
    for contract in ["C-9", "C-2", "C-3"] {
        assert_eq!(asked(&table, contract, "P-1").await, (Ok(false), vec![first(contract)]), "{contract}");
    }
    let own = vec![first("C-1"), "partition CONTRACT#C-1".to_owned()];
    assert_eq!(asked(&table, "C-1", "P-1").await, (Ok(true), own));
}

#[tokio::test]
async fn a_contract_is_read_by_whomever_its_sale_stood_for() {
    let table = Watched::default();
    let ledger = Ledger::new(&table);
    for id in ["P-1", "P-2", "P-3"] {
        register(&ledger, id).await;
    }
    record(&ledger, &[sale("C", "P-1"), renewal("C")]).await;
    record(&ledger, &[sale("C", "P-2")]).await;
    record(&ledger, &[sale("C", "P-3")]).await;
    let readers = async || {
        let mut readers = Vec::new();
        for id in ["P-1", "P-2", "P-3"] {
            if asked(&table, "C", id).await.0.unwrap() {
                readers.push(id);
            }
        }
        readers
    };
    assert_eq!(readers().await, ["P-1"]);
    choose(&ledger, "C", 1, Some(2)).await;
    assert_eq!(readers().await, ["P-1", "P-2"]);
    choose(&ledger, "C", 2, None).await;
    assert_eq!(readers().await, ["P-1", "P-2"]);
    // Exactly one read of the rows, for a reader and for anybody else.
    let requests = vec!["get Strong CONTRACT#C TERM#01".to_owned(), "partition CONTRACT#C".to_owned()];
    for (id, reads) in [("P-1", true), ("P-3", false)] {
        assert_eq!(asked(&table, "C", id).await, (Ok(reads), requests.clone()));
    }
}

#[tokio::test]
async fn that_a_contract_is_damaged_is_told_to_its_partner_alone() {
    let table = Watched::default();
    let ledger = Ledger::new(&table);
    register(&ledger, "P-1").await;
    record(&ledger, &[sale("C", "P-1")]).await;
    table.table.damage("CONTRACT#C", "TERM#01", "f");
    let (own, other) = (asked(&table, "C", "P-1").await, asked(&table, "C", "P-2").await);
    assert!(own.0.unwrap_err().contains("CONTRACT#C TERM#01 is damaged"));
    assert_eq!(other, (Ok(false), vec!["get Strong CONTRACT#C TERM#01".to_owned()]));
    let damaged = ledger.contract(&"C".parse().unwrap()).await;
    assert!(matches!(damaged, Err(LedgerError::Damaged { .. })));
}
