//! Reads: the requests that they send to the table, and how they skip unreadable items; over a table in memory.

use aws_sdk_dynamodb::types::AttributeValue;
use fixtures::occasion::{choose as choose_as_manager, operator, registered};
use fixtures::pure::referrer;
use fixtures::watched::Watched;
use jiff::Timestamp;
use ledger::aggregates::Aggregates;
use ledger::attention::{Attention, DeadLetter};
use ledger::attention::{List, Wording};
use ledger::audit::audit;
use ledger::choices::{Choice, ChoiceResult, Pick};
use ledger::inquiries::RecordedInquiry;
use ledger::missed_years::{Outcome, SetAside, YearOf};
use ledger::recorded::{Origin, Trigger};
use ledger::totals::PartnerMonth;
use ledger::{Ledger, LedgerError, ReportedFact};
use rules::contract::Key;
use rules::inquiry::{Concern, Inquiry};
use rules::line::LineId;
use rules::{AnnuityId, Day, Fact, Instance, Money, PartnerId, Renewal, Sale};

const ORIGIN: Origin<'static> = Origin { at: Timestamp::UNIX_EPOCH, because: &Trigger::Audit };

fn partner(id: &str) -> PartnerId {
    id.parse().unwrap()
}

fn euros(amount: &str) -> Money {
    Money::parse(amount, "EUR".parse().unwrap()).unwrap()
}

fn sale(contract: &str, partner_id: &str) -> Fact {
    sale_on(contract, partner_id, "2026-01-01")
}

fn sale_on(contract: &str, partner_id: &str, signed_on: &str) -> Fact {
    Fact::Sale(Sale {
        contract_id: contract.parse().unwrap(),
        partner_id: partner(partner_id),
        customer_id: "K".parse().unwrap(),
        signed_on: signed_on.parse().unwrap(),
        annual_fee: euros("100.00"),
        instance: Instance::Customer,
    })
}

fn renewal(contract: &str) -> Fact {
    let (term, starts_on) = (2.try_into().unwrap(), "2027-01-01".parse().unwrap());
    Fact::Renewal(Renewal { contract_id: contract.parse().unwrap(), term, starts_on, annual_fee: euros("100.00") })
}

async fn register(ledger: &Ledger<&Watched>, id: &str) {
    let record = ledger.partner_record(&partner(id)).await.unwrap();
    ledger.register(record, registered(id, referrer()), &operator(), None).await.unwrap().unwrap();
}

async fn record(ledger: &Ledger<&Watched>, facts: &[Fact]) {
    for batch in facts.chunks(10) {
        let batch: Vec<ReportedFact> = batch.iter().map(|fact| ReportedFact::new(fact.clone(), "e")).collect();
        for outcome in ledger.record(&batch, Timestamp::UNIX_EPOCH).await {
            outcome.unwrap();
        }
    }
}

async fn choose(ledger: &Ledger<&Watched>, contract: &str, number: usize, claim: Option<usize>) {
    let (contract_id, why) = (contract.parse().unwrap(), "r".to_owned());
    let seen = ledger.contract(&contract_id).await.unwrap().contract().claims(&Key::Sale).len();
    let claim = Pick::Recorded(claim);
    let choice = Choice { contract_id, key: Key::Sale, number, claim, seen, why };
    assert_eq!(choose_as_manager(ledger, &choice, ORIGIN).await.unwrap(), ChoiceResult::Now);
}

const ALL: (Day, Day) = (Day::MIN, Day::MAX);

/// The contracts of a partner's entries, page by page, the number of pages, and the unreadable items.
async fn paged(ledger: &Ledger<&Watched>, limit: usize) -> (Vec<String>, usize, Vec<String>) {
    let (mut contracts, mut pages, mut unreadable, mut after) = (Vec::new(), 0, Vec::new(), None);
    loop {
        let part = ledger.entries(&partner("P-1"), ALL, limit, after).await.unwrap();
        assert!(part.list.len() <= limit && (part.list.len() == limit || part.next.is_none()));
        contracts.extend(part.list.iter().map(|listed| match &listed.line {
            LineId::Annuity { annuity: AnnuityId { contract_id, .. }, .. } => contract_id.to_string(),
            LineId::EntryFee { .. } => unreachable!(),
        }));
        unreadable.extend(part.unreadable);
        (pages, after) = (pages + 1, part.next);
        if after.is_none() {
            return (contracts, pages, unreadable);
        }
    }
}

/// The same contracts, found by reading all items.
fn scanned(table: &Watched) -> Vec<String> {
    let text = |item: &ledger::store::Item, name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
    let mut found: Vec<(String, String)> = Vec::new();
    for item in table.table.dump() {
        if text(&item, "gpk").as_deref() == Some("PARTNER#P-1") && item.get("e").is_some_and(AttributeValue::is_m) {
            let contract = text(&item, "pk").unwrap().replace("CONTRACT#", "");
            found.push((text(&item, "gsk").unwrap(), contract));
        }
    }
    found.sort();
    found.into_iter().map(|(_, contract)| contract).collect()
}

#[tokio::test]
async fn few_matches_among_many_rows_cost_as_many_requests_as_the_rows_have_pages() {
    let table = Watched::default();
    let ledger = Ledger::new(&table);
    // Facts before any agreement: rows without entries.
    let waiting: Vec<Fact> = (0..1500).map(|n| sale_on(&format!("W-{n}"), "P-1", "2019-01-01")).collect();
    record(&ledger, &waiting).await;
    for id in 0..1200 {
        register(&ledger, &format!("Q-{id}")).await;
    }
    for limit in [1, 10, 500] {
        table.requests();
        assert_eq!(paged(&ledger, limit).await, (vec![], 1, vec![]));
        assert_eq!(table.requests(), ["index PARTNER#P-1"; 3], "limit {limit}");
        let part = ledger.partners(|one| one.name == "Q-1199", limit, None).await.unwrap();
        assert_eq!((part.list.len(), part.next), (1, None));
        assert_eq!(table.requests(), ["index PARTNERS"; 3], "limit {limit}");
    }
}

#[tokio::test]
async fn pages_of_any_size_hold_what_a_scan_finds() {
    let table = Watched::default();
    let ledger = Ledger::new(&table);
    register(&ledger, "P-1").await;
    let mut random = fastrand::Rng::with_seed(7);
    let day = |random: &mut fastrand::Rng| format!("20{}-0{}-1{}", random.u8(15..25), random.u8(1..9), random.u8(0..9));
    let facts: Vec<Fact> = (0..1100).map(|n| sale_on(&format!("C-{n}"), "P-1", &day(&mut random))).collect();
    record(&ledger, &facts).await;
    let all = scanned(&table);
    assert!(all.len() > 400 && all.len() < 700, "{}", all.len());
    for limit in [1, 2, 7, 100, all.len() - 1, all.len(), all.len() + 1, 5000] {
        let (contracts, pages, unreadable) = paged(&ledger, limit).await;
        assert_eq!((contracts, pages), (all.clone(), all.len().div_ceil(limit)), "pages of {limit}");
        assert_eq!(unreadable, Vec::<String>::new());
    }
    // Some items cannot be read: each is named once, wherever the pages end, and no other is missing.
    let mut damaged: Vec<String> = Vec::new();
    for n in (0..1100).step_by(90) {
        table.table.damage(&format!("CONTRACT#C-{n}"), "TERM#01", "f");
        damaged.push(format!("CONTRACT#C-{n} TERM#01"));
    }
    damaged.sort();
    let left: Vec<String> =
        all.into_iter().filter(|contract| !damaged.contains(&format!("CONTRACT#{contract} TERM#01"))).collect();
    for limit in [1, 3, 100, 5000] {
        let (contracts, _, mut unreadable) = paged(&ledger, limit).await;
        unreadable.sort();
        assert_eq!((&contracts, &unreadable), (&left, &damaged), "pages of {limit}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_named_and_the_rest_is_there() {
    let table = Watched::default();
    let ledger = Ledger::new(&table);
    for id in ["P-1", "P-2", "P-3"] {
        register(&ledger, id).await;
        for month in ["01", "02"] {
            record(&ledger, &[sale_on(&format!("{id}-{month}"), id, &format!("2026-{month}-01"))]).await;
            let of = PartnerMonth { partner_id: partner(id), month: format!("2026-{month}").parse().unwrap() };
            ledger.refresh_totals(&of, Timestamp::UNIX_EPOCH).await.unwrap();
        }
    }
    table.table.damage("TOTALS#P-2", "2026-01", "tt");
    let months = ledger.totals_of_partner(&partner("P-2")).await.unwrap();
    assert_eq!((months.totals.len(), months.unreadable), (1, vec!["TOTALS#P-2 2026-01".to_owned()]));
    let of_month = ledger.totals_of_month("2026-01".parse().unwrap()).await.unwrap();
    let partners: Vec<&str> = of_month.list.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!((partners, of_month.unreadable), (vec!["P-1", "P-3"], vec!["TOTALS#P-2 2026-01".to_owned()]));

    // A partial sum is never stored as the total.
    table.table.damage("CONTRACT#P-3-02", "TERM#01", "e");
    let of = PartnerMonth { partner_id: partner("P-3"), month: "2026-02".parse().unwrap() };
    let refused = ledger.refresh_totals(&of, Timestamp::UNIX_EPOCH).await.unwrap_err().to_string();
    assert!(refused.contains("CONTRACT#P-3-02 TERM#01 is damaged"), "{refused}");

    table.table.damage("PARTNER#P-1", "HEAD", "nm");
    let listed = ledger.partners(|_| true, 500, None).await.unwrap();
    let ids: Vec<&str> = listed.list.iter().map(|one| one.id.as_str()).collect();
    assert_eq!((ids, listed.unreadable), (vec!["P-2", "P-3"], vec!["PARTNER#P-1 HEAD".to_owned()]));

    for id in ["m-1", "m-2"] {
        let dead_letter = DeadLetter {
            message_id: id.to_owned(),
            function: "sale-signed".to_owned(),
            contract_id: None,
            field: "id".to_owned(),
            reason: Wording { fr: "f".to_owned(), en: "e".to_owned() },
            at: Timestamp::UNIX_EPOCH,
        };
        ledger.record_dead_letter(&dead_letter).await.unwrap();
    }
    table.table.damage("REJECTED#m-2", "MESSAGE", "re");
    let attention = ledger.attention(List::Messages, 500, None).await.unwrap();
    assert_eq!(attention.list.len(), 2);
    assert_eq!(attention.list[0], Attention::Unreadable { key: "REJECTED#m-2 MESSAGE".to_owned() });
    assert!(matches!(&attention.list[1], Attention::DeadLetter(dead_letter) if dead_letter.message_id == "m-1"));
}

#[tokio::test]
async fn a_year_that_was_set_aside_is_read_with_its_partner() {
    let table = Watched::default();
    let ledger = Ledger::new(&table);
    register(&ledger, "P-1").await;
    let id = partner("P-1");
    let year = |number| YearOf { agreement: "2020-01-01".parse().unwrap(), number };
    let seen = |sales, reason: &str| SetAside {
        sales,
        minimum: 15,
        reason: reason.to_owned(),
        at: Timestamp::from_second(i64::from(sales)).unwrap(),
    };
    for (number, seen, outcome) in [
        (1, seen(3, "ill"), Outcome::Now),
        (1, seen(3, "ill"), Outcome::Already),
        (1, seen(3, "other"), Outcome::ForAnotherReason),
        (12, seen(0, "ill"), Outcome::Now),
        (1, seen(4, "other"), Outcome::Now),
    ] {
        assert_eq!(ledger.set_year_aside(&id, year(number), &seen, &operator()).await.unwrap(), outcome, "{seen:?}");
    }
    table.requests();
    let read = ledger.whole_partner(&id).await.unwrap();
    assert_eq!(table.requests(), ["partition PARTNER#P-1"]);
    assert_eq!(read.record.partner, ledger.partner_record(&id).await.unwrap().partner);
    let set_aside: Vec<_> = read.set_aside.into_iter().collect();
    assert_eq!(set_aside, [(year(1), seen(4, "other")), (year(12), seen(0, "ill"))]);
    assert!(audit(table.table.dump()).findings.is_empty());

    table.table.damage("PARTNER#P-1", "ASIDE#2020-01-01#1", "re");
    let read = ledger.whole_partner(&id).await.unwrap();
    assert_eq!((read.set_aside.len(), read.unreadable), (1, vec!["PARTNER#P-1 ASIDE#2020-01-01#1".to_owned()]));
}

#[tokio::test]
async fn contracts_are_listed_by_the_index_alone_and_inquiries_by_one_more_request() {
    let table = Watched::default();
    let ledger = Ledger::new(&table);
    register(&ledger, "P-1").await;
    record(&ledger, &[sale_on("C-2", "P-1", "2026-02-01"), sale("C-1", "P-1"), renewal("C-1")]).await;
    for id in ["I-1", "I-2"] {
        let inquiry = Inquiry { concern: Concern::Error, contract_id: None, text: "Why?".parse().unwrap() };
        let (id, asked_at) = (id.parse().unwrap(), Timestamp::UNIX_EPOCH);
        let asked = RecordedInquiry { partner_id: partner("P-1"), id, inquiry, asked_at, answer: None };
        ledger.inquire(&asked, &operator()).await.unwrap();
    }
    table.requests();
    let listed = ledger.contracts_listed(|_| true, &partner("P-1"), 500, None).await.unwrap().list;
    assert_eq!(listed.iter().map(|one| one.contract_id.as_str()).collect::<Vec<_>>(), ["C-1", "C-2"]);
    assert_eq!(table.requests(), ["index PARTNER#P-1"]);
    assert_eq!(ledger.open_inquiries(500, None).await.unwrap().list.len(), 2);
    assert_eq!(
        table.requests(),
        ["index ATTENTION#INQUIRIES", "get Strong PARTNER#P-1#INQUIRIES I-2, PARTNER#P-1#INQUIRIES I-1"]
    );
    assert_eq!(ledger.inquiries_of(&partner("P-1")).await.unwrap().list.len(), 2);
    assert_eq!(table.requests(), ["partition PARTNER#P-1#INQUIRIES"]);
}

#[tokio::test]
async fn contracts_read_many_at_once_are_those_read_alone() {
    let table = Watched::default();
    let ledger = Ledger::new(&table);
    for id in ["P-1", "P-2"] {
        register(&ledger, id).await;
    }
    let plain: Vec<Fact> = (0..300).map(|n| sale(&format!("C-{n}"), "P-1")).collect();
    record(&ledger, &plain).await;
    record(&ledger, &(0..300).step_by(3).map(|n| renewal(&format!("C-{n}"))).collect::<Vec<_>>()).await;
    // Five contracts: its renewal comes first; a second claim; moved to another partner; moved from another partner;
    // one unreadable.
    record(&ledger, &[renewal("D-1")]).await;
    record(&ledger, &[sale("D-1", "P-1"), sale("C-5", "P-2"), sale("C-6", "P-2"), sale("D-2", "P-2")]).await;
    record(&ledger, &[sale("D-2", "P-1"), renewal("D-2")]).await;
    for contract in ["C-6", "D-2"] {
        choose(&ledger, contract, 1, Some(2)).await;
    }
    // The renewals of nobody's contracts wait for their sale, if it is recorded later, and then for agreements.
    for fact in [renewal("E-1"), sale("E-1", "P-3"), sale("E-2", "P-3"), renewal("E-2")] {
        record(&ledger, &[fact]).await;
    }
    let nobodys = ledger.contracts_of(&partner("P-3"), 2).await.unwrap().unwrap();
    for contract in nobodys.into_values() {
        assert_eq!(contract.unwrap().contract().terms().len(), 2);
    }
    table.table.damage("CONTRACT#C-7", "TERM#01", "f");
    table.requests();
    let contracts = ledger.contracts_of(&partner("P-1"), 302).await.unwrap().unwrap();
    let requests = table.requests();
    assert!(requests.len() < 10, "{requests:?}");
    assert_eq!(contracts.len(), 302);
    for (id, contract) in contracts {
        match (contract, ledger.contract(&id).await.and_then(Aggregates::whole)) {
            (Ok(read), Ok(alone)) => {
                assert_eq!(read.contract(), alone.contract(), "{id}");
                assert_eq!(read.entries(), alone.entries(), "{id}");
            }
            (Err(_), Err(_)) => assert_eq!(id.as_str(), "C-7"),
            (contract, alone) => panic!("{id}: {contract:?}, {alone:?}"),
        }
    }
    assert!(ledger.contracts_of(&partner("P-1"), 301).await.unwrap().is_none());
}

/// The result of a partner's read of a contract, and the requests to the table.
async fn asked(table: &Watched, contract: &str, of: &str) -> (Result<bool, String>, Vec<String>) {
    table.requests();
    let found = Ledger::new(table).contract_for(&contract.parse().unwrap(), &partner(of)).await;
    (found.map(|aggregates| aggregates.is_some()).map_err(|error| error.to_string()), table.requests())
}

#[tokio::test]
async fn anothers_contract_is_asked_for_as_one_that_is_not_there() {
    let table = Watched::default();
    let ledger = Ledger::new(&table);
    for id in ["P-1", "P-2"] {
        register(&ledger, id).await;
    }
    record(&ledger, &[sale("C-1", "P-1"), sale("C-2", "P-2"), renewal("C-2"), renewal("C-3")]).await;
    // P-1 claims it too, without effect.
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
    // The first annuity names the present and earlier partners: any other partner's request reads no further.
    let first = "get Strong CONTRACT#C TERM#01".to_owned();
    assert_eq!(asked(&table, "C", "P-1").await, (Ok(true), vec![first.clone(), "partition CONTRACT#C".to_owned()]));
    assert_eq!(asked(&table, "C", "P-3").await, (Ok(false), vec![first]));
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
    // A manager sees the rest, and the unreadable item; nothing is decided by it.
    let rest = ledger.contract(&"C".parse().unwrap()).await.unwrap();
    assert_eq!(rest.unreadable().count(), 1);
    assert!(matches!(rest.whole(), Err(LedgerError::Damaged { .. })));
}
