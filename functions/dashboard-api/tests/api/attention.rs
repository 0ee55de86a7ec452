//! The attention list: what is implausible, causes, kinds, and what a manager sets aside.

use crate::service::{Answer, Service};
use events::EventType::{AnnualRenewal, ContractEnded, CreditNote, SaleSigned};
use events::input::Event;
use fixtures::world::event;
use ledger::attention::List;
use ledger::audit::{Finding, audit};
use ledger::recorded::{Origin, Trigger};
use serde_json::{Value, json};

fn money(amount: &str, currency: &str) -> Value {
    json!({"amount": amount, "currency": currency})
}

fn sale(contract: &str, partner: &str, signed_on: &str, amount: &str) -> Event {
    let data = json!({"contract_id": contract, "partner_id": partner, "customer_id": "K", "signed_on": signed_on, "annual_fee": money(amount, "EUR")});
    event(SaleSigned, &format!("{contract}-{amount}"), &data)
}

fn renewal(contract: &str, term: u32, starts_on: &str, fee: (&str, &str)) -> Event {
    let data =
        json!({"contract_id": contract, "term": term, "starts_on": starts_on, "annual_fee": money(fee.0, fee.1)});
    event(AnnualRenewal, &format!("{contract}-{term}"), &data)
}

fn note(contract: &str, term: u32, id: &str, amount: &str) -> Event {
    let data = json!({"contract_id": contract, "term": term, "credit_note_id": id, "issued_on": "2026-02-01", "amount": money(amount, "EUR")});
    event(CreditNote, &format!("{contract}-{term}-{id}"), &data)
}

async fn register(service: &Service, ids: &[&str]) {
    for id in ids {
        let partner =
            json!({"name": format!("Partner {id}"), "agreements": [{"model": "referrer", "starts_on": "2020-01-01"}]});
        assert_eq!(service.manager.put(&format!("/partners/{id}"), partner.to_string()).await.status, 201);
    }
    service.wait_until_idle().await;
}

/// The items of the list, each as its kind, contract and term.
fn shown(list: &Value) -> Vec<String> {
    let text = |item: &Value| {
        let contract = item["contract_id"].as_str().unwrap_or("-");
        format!("{} {contract} {}", item["kind"].as_str().unwrap(), item["term"])
    };
    let mut all: Vec<String> = list["items"].as_array().unwrap().iter().map(text).collect();
    all.sort();
    all
}

async fn set_aside(service: &Service, item: &Value, reason: &str) -> Answer {
    let path = item["id"].as_str().unwrap().replace('#', "%23").replace(' ', "%20");
    let answer =
        service.manager.put(&format!("/attention/{path}/set-aside"), json!({"reason": reason}).to_string()).await;
    service.wait_until_idle().await;
    answer
}

/// The item of a kind.
async fn item(service: &Service, kind: &str) -> Value {
    let list = service.get("/attention").await;
    let found = list["items"].as_array().unwrap().iter().find(|item| item["kind"] == kind).cloned();
    found.unwrap_or_else(|| unreachable!("{kind}: {list}"))
}

#[tokio::test]
async fn what_is_odd_and_still_counts_is_listed() {
    let service = Service::start();
    register(&service, &["P", "AF"]).await;
    let events = [
        sale("A", "AF", "2025-01-01", "1000.00"),
        renewal("A", 2, "2026-01-01", ("1000.00", "EUR")),
        note("A", 1, "CN-7", "400.00"),
        note("A", 2, "CN-7", "400.00"),
        sale("B", "P", "2025-01-01", "1000.00"),
        sale("C", "P", "2025-01-02", "1000.00"),
        note("B", 1, "CN-8", "400.00"),
        note("C", 1, "CN-8", "400.00"),
        sale("FUT", "P", "2062-03-01", "1000.00"),
        sale("Y", "AF", "2025-05-01", "1000.00"),
        renewal("Y", 2, "2025-05-02", ("1000.00", "EUR")),
        renewal("Y", 7, "2025-05-03", ("100000.00", "CHF")),
    ];
    for event in events {
        service.take_in(&[event]).await;
    }
    let expected = [
        "currency-changed Y 7",
        "dated-ahead FUT 1",
        "document-on-two-terms A 1",
        "document-on-two-terms A 2",
        "gap Y 7",
        "off-anniversary Y 2",
        "off-anniversary Y 7",
    ];
    assert_eq!(shown(&service.get("/attention").await), expected);
    let odd = item(&service, "currency-changed").await;
    assert_eq!((&odd["amount"], odd["facts"].as_array().unwrap().len()), (&money("100000.00", "CHF"), 2));
}

/// The write of a steady renewal reads its first year alone. What that does not show is found by a reader and by the audit.
#[tokio::test]
async fn what_a_write_does_not_see_is_found_by_readers_and_by_the_audit() {
    let service = Service::start();
    register(&service, &["P"]).await;
    for contract in ["C-01", "C-02", "C-03", "C-04", "C-05", "C-06", "C-07", "C-08", "C-09", "C-10", "C-11", "C-12"] {
        service.take_in(&[sale(contract, "P", "2023-01-01", "100.00")]).await;
    }
    let fee = |fee: &'static str| (fee, "EUR");
    service.take_in(&[renewal("C-12", 2, "2024-01-01", fee("100.00"))]).await;
    service.take_in(&[renewal("C-12", 3, "2025-01-01", fee("5000.00"))]).await;
    assert_eq!(shown(&service.get("/attention").await), [""; 0], "not read by its write");
    assert_eq!(service.get("/contracts/C-12").await["annuities"][2]["attention"], json!(["unusual-fee"]));
    let findings = audit(service.store.dump()).findings;
    assert!(matches!(findings.as_slice(), [Finding::Unseen { .. }]), "{findings:?}");
    assert!(!findings[0].is_error());
    let origin = Origin { at: crate::service::now(), because: &Trigger::Audit };
    service.ledger().mend(&findings[0], origin).await.unwrap();
    assert_eq!(shown(&service.get("/attention").await), ["unusual-fee C-12 3"]);
    assert_eq!(audit(service.store.dump()).findings, []);

    // A flag is derived again on reading: what no longer holds is not shown, whatever the list has.
    service
        .take_in(&[renewal("C-11", 2, "2024-01-01", fee("100.00")), renewal("C-11", 4, "2026-01-01", fee("100.00"))])
        .await;
    let end = json!({"contract_id": "C-11", "ended_on": "2030-12-31"});
    service.take_in(&[event(ContractEnded, "E", &end)]).await;
    assert_eq!(shown(&service.get("/attention?kind=gap").await), ["gap C-11 4"]);
    service.take_in(&[renewal("C-11", 3, "2025-01-01", fee("100.00"))]).await;
    let listed = service.ledger().attention(List::Contracts, 10, None).await.unwrap().list;
    assert_eq!((listed.len(), shown(&service.get("/attention").await)), (2, vec!["unusual-fee C-12 3".to_owned()]));
}

#[tokio::test]
async fn items_are_listed_by_cause_with_partner_contracts_and_amounts() {
    let service = Service::start();
    register(&service, &["P"]).await;
    let events = [
        sale("A", "P", "2019-01-01", "100.00"),
        renewal("A", 2, "2020-01-01", ("50.50", "EUR")),
        sale("B", "P", "2019-02-01", "7.00"),
        sale("C", "Q", "2025-01-01", "9.00"),
    ];
    service.take_in(&events).await;
    for body in ["nonsense", "rubbish", "{}"] {
        service.take_in(&[Event { event_type: SaleSigned, body: body.to_owned() }]).await;
    }
    let list = service.get("/attention").await;
    let causes = list["causes"].as_array().unwrap();
    let of = |partner: &str| causes.iter().find(|cause| cause["partner_id"] == partner).unwrap();
    let cause = of("P");
    assert_eq!(cause["kind"], "pending-no-agreement");
    assert_eq!(
        (&cause["partner_name"], &cause["items"], &cause["contracts"], &cause["amounts"]),
        (&json!("Partner P"), &json!(3), &json!(2), &json!([money("157.50", "EUR")]))
    );
    assert_eq!((&of("Q")["partner_name"], &of("Q")["items"]), (&Value::Null, &json!(1)));
    let refused: Vec<_> = causes.iter().filter(|cause| cause["kind"] == "rejected-message").collect();
    let counts: Vec<_> = refused.iter().map(|cause| (&cause["function"], &cause["field"], &cause["items"])).collect();
    assert_eq!(counts.len(), 2, "two reasons: {refused:?}");
    assert!(refused.iter().all(|cause| cause["amounts"] == json!([]) && cause["contracts"] == 0));
    for item in list["items"].as_array().unwrap() {
        let cause = &causes[usize::try_from(item["cause"].as_u64().unwrap()).unwrap()];
        assert_eq!((&item["kind"], &item["partner_id"]), (&cause["kind"], &cause["partner_id"]));
    }
    // One kind of items.
    assert_eq!(shown(&service.get("/attention?kind=rejected-message").await).len(), 3);
    assert_eq!(shown(&service.get("/attention?kind=pending-no-agreement").await).len(), 4);
    assert_eq!(shown(&service.get("/attention?kind=void").await), [""; 0]);
    assert_eq!(shown(&service.get("/attention?kind=void&of=messages").await), [""; 0]);
    let unknown = service.manager.get("/attention?kind=odd").await;
    assert_eq!((unknown.status, &unknown.json["field"]), (400, &json!("kind")));
}

#[tokio::test]
async fn an_anomaly_that_was_set_aside_comes_back_only_if_other_facts_show_it() {
    let service = Service::start();
    register(&service, &["P"]).await;
    service.take_in(&[sale("A", "P", "2025-01-01", "100.00"), note("A", 1, "N-1", "150.00")]).await;
    let over = item(&service, "over-credited").await;
    assert_eq!(set_aside(&service, &over, "").await.status, 400);
    assert_eq!(set_aside(&service, &over, "agreed with the client").await.status, 202);
    assert_eq!(shown(&service.get("/attention").await), [""; 0]);
    assert_eq!(service.ledger().attention(List::Contracts, 10, None).await.unwrap().list, [], "not even listed");
    let act = &service.get("/journal?partner_id=P").await["acts"][0];
    let said = ["change", "partners", "carried_out"].map(|name| &act[name]);
    assert_eq!(said, [&json!({"kind": "item-set-aside", "item": over["id"]}), &json!(["P"]), &json!(true)]);
    assert_eq!(set_aside(&service, &over, "agreed with the client").await.status, 200);
    assert_eq!(set_aside(&service, &over, "another reason").await.status, 409, "the first reason stays");
    let annuity = service.get("/contracts/A").await["annuities"][0].clone();
    assert_eq!(annuity["attention"], json!([]));
    assert_eq!(annuity["set_aside"][0]["kind"], "over-credited");
    assert_eq!(annuity["set_aside"][0]["reason"], "agreed with the client");
    let own = service.as_partner("P").get("/contracts/A").await;
    assert!(!own.text.contains("agreed"), "{}", own.text);
    assert_eq!(audit(service.store.dump()).findings, []);

    // Another fact of the annuity, which says nothing of the credit notes.
    service.take_in(&[renewal("A", 2, "2026-01-01", ("100.00", "EUR"))]).await;
    assert_eq!(shown(&service.get("/attention").await), [""; 0]);
    // Another credit note does.
    service.take_in(&[note("A", 1, "N-2", "1.00")]).await;
    assert_eq!(shown(&service.get("/attention").await), ["over-credited A 1"]);
    assert_eq!(set_aside(&service, &over, "as before").await.status, 409, "what was seen is not what there is");
    assert_eq!(set_aside(&service, &item(&service, "over-credited").await, "both").await.status, 202);
    assert_eq!(shown(&service.get("/attention").await), [""; 0]);

    // A pass over the partner keeps what was set aside.
    let agreement = json!({"model": "referrer", "starts_on": "2020-01-01", "rate": "0.3"});
    let partner = json!({"name": "Other", "agreements": [agreement], "reason": "negotiated"});
    let put = service.manager.send("PUT", "/partners/P", &[("if-match", "\"1\"")], partner.to_string()).await;
    assert_eq!(put.status, 200, "{}", put.text);
    service.wait_until_idle().await;
    assert_eq!(shown(&service.get("/attention").await), [""; 0]);
    assert_eq!(audit(service.store.dump()).findings, []);
}

#[tokio::test]
async fn a_refused_message_and_an_unreadable_item_can_be_set_aside() {
    let service = Service::start();
    service.take_in(&[Event { event_type: SaleSigned, body: "nonsense".to_owned() }]).await;
    let refused = item(&service, "rejected-message").await;
    assert_eq!(set_aside(&service, &refused, "a test of billing").await.status, 202);
    assert_eq!(shown(&service.get("/attention").await), [""; 0]);
    assert_eq!(set_aside(&service, &refused, "a test of billing").await.status, 200);

    register(&service, &["P"]).await;
    let claims = [sale("A", "Q", "2025-01-01", "100.00"), sale("A", "Q", "2025-01-01", "90.00")];
    service.take_in(&claims).await;
    service.store.damage("CONTRACT#A", "TERM#01#C#1", "f");
    let unreadable = item(&service, "unreadable").await;
    assert_eq!(unreadable["key"], "CONTRACT#A TERM#01#C#1");
    assert_eq!(set_aside(&service, &unreadable, "being restored").await.status, 202);
    let list = service.get("/attention").await;
    assert_eq!(shown(&list), [""; 0]);
    assert_eq!(list["unreadable"], json!(["CONTRACT#A TERM#01#C#1"]), "answers say what they lack");
    assert_eq!(set_aside(&service, &unreadable, "being restored").await.status, 200);

    for (id, status) in [("x", 400), ("message~none", 404), ("anomaly~A~1~gap~0", 500), ("anomaly~B~1~gap~0", 404)] {
        let answer = set_aside(&service, &json!({"id": id}), "r").await;
        assert_eq!(answer.status, status, "{id}: {}", answer.text);
    }
}
