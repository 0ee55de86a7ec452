//! Stated claims: a manager corrects what billing reported, or says what it did not report.

use crate::service::{Service, minor};
use events::EventType::{AnnualRenewal, CreditNote, SaleSigned};
use events::input::Event;
use fixtures::world::event;
use rules::claims::MAX_STATED;
use rules::people::Role;
use serde_json::{Value, json};

fn euros(amount: &str) -> Value {
    json!({"amount": amount, "currency": "EUR"})
}

fn sale(partner: &str, fee: &str, name: &str) -> Event {
    let data = json!({"contract_id": "C", "partner_id": partner, "customer_id": "K", "customer_name": name, "signed_on": "2024-02-01", "annual_fee": euros(fee)});
    event(SaleSigned, &format!("{partner} {fee}"), &data)
}

/// The body of a stated sale.
fn stated(partner: &str, fee: &str, seen: usize) -> Value {
    json!({"partner_id": partner, "customer_id": "K", "signed_on": "2024-02-01", "annual_fee": euros(fee), "seen": seen, "reason": "INTERNAL: typed wrong"})
}

/// Two partners; one earns a tenth of each first annuity, the other a fifth.
async fn start() -> Service {
    let service = Service::start();
    for (id, rate) in [("P-1", "0.1"), ("P-2", "0.2")] {
        let agreement = json!({"model": "referrer", "starts_on": "2020-01-01", "rate": rate});
        let body = json!({"name": id, "agreements": [agreement]}).to_string();
        assert_eq!(service.manager.put(&format!("/partners/{id}"), body).await.status, 201);
    }
    service.wait_until_idle().await;
    service
}

async fn state(service: &Service, path: &str, body: &Value, status: u16) -> Value {
    let answer = service.manager.put(&format!("/contracts/C/terms/{path}"), body.to_string()).await;
    assert_eq!(answer.status, status, "{path}: {}", answer.text);
    service.wait_until_idle().await;
    answer.json
}

fn without(body: &Value, field: &str) -> Value {
    let mut body = body.clone();
    body.as_object_mut().unwrap().remove(field);
    body
}

async fn due(service: &Service, partner: &str) -> i64 {
    let shown = service.get(&format!("/partners/{partner}")).await;
    shown["balances"].as_array().unwrap().iter().map(|balance| minor(&balance["due_to_partner"])).sum()
}

#[tokio::test]
async fn a_wrong_partner_and_a_wrong_fee_are_corrected_without_billing() {
    let service = start().await;
    service.take_in(&[sale("P-1", "1000", "Mairie")]).await;
    assert_eq!((due(&service, "P-1").await, due(&service, "P-2").await), (10_000, 0));
    let mut body = stated("P-2", "900", 1);
    body["customer_name"] = json!("Mairie de Vias");
    let previewed = state(&service, "1/stated/1?preview=true", &body, 200).await;
    assert_eq!(["lines_changed", "entries"].map(|name| &previewed[name]), [1, 2]);
    assert_eq!(due(&service, "P-1").await, 10_000, "a preview moves nothing");
    assert_eq!(previewed["unregistered"], Value::Null);
    let nobodys = state(&service, "1/stated/1?preview=true", &stated("P-9", "900", 1), 200).await;
    assert_eq!(nobodys["unregistered"], "P-9");
    let refused = state(&service, "1/stated/1", &without(&body, "reason"), 400).await;
    assert_eq!(refused["field"], "reason");
    for (field, value, detail) in [
        ("seen", json!("0"), "seen must be a whole number, 0 or more, without quotes"),
        ("seen", json!(-1), "seen must be a whole number, 0 or more, without quotes"),
        ("partner_id", json!(7), "partner_id must be a string"),
        ("annual_fee", json!("100.00"), "annual_fee must be a JSON object"),
    ] {
        let mut wrong = body.clone();
        wrong[field] = value;
        assert_eq!(state(&service, "1/stated/1", &wrong, 400).await["detail"], detail);
    }
    state(&service, "1/stated/1", &body, 202).await;
    assert_eq!((due(&service, "P-1").await, due(&service, "P-2").await), (0, 18_000));
    assert_eq!(state(&service, "1/stated/1", &body, 200).await["status"], "chosen", "the same again");
    let mut otherwise = body.clone();
    otherwise["reason"] = json!("another reason");
    state(&service, "1/stated/1", &otherwise, 409).await;
    assert_eq!((due(&service, "P-1").await, due(&service, "P-2").await), (0, 18_000));
    // A manager sees both claims and their sources; billing's is there to be chosen again.
    let shown = service.get("/contracts/C").await;
    let contradiction = &shown["contradictions"][0];
    let sources = [0, 1].map(|claim| contradiction["claims"][claim]["source"].as_str().unwrap());
    assert_eq!((sources, &contradiction["effective"]), (["billing", "manager"], &json!(2)));
    assert_eq!(shown["keys"][0]["sources"], json!(["billing", "manager"]));
    assert_eq!((&shown["choices"][0]["stated"], &shown["customer_name"]), (&json!(true), &json!("Mairie de Vias")));
    let back = json!({"claim": 1, "seen": 2, "reason": "it was right"});
    state(&service, "1/choices/2", &back, 202).await;
    assert_eq!((due(&service, "P-1").await, due(&service, "P-2").await), (10_000, 0));
    assert_eq!(service.get("/contracts/C").await["customer_name"], "Mairie", "each claim has its name");
}

#[tokio::test]
async fn the_journal_has_what_a_correction_moved_for_each_partner() {
    let service = start().await;
    let renewal = json!({"contract_id": "C", "term": 2, "starts_on": "2025-02-01", "annual_fee": euros("1000")});
    service.take_in(&[sale("P-1", "1000", "Mairie"), event(AnnualRenewal, "renewal", &renewal)]).await;
    let path = "/contracts/C/terms/1/stated/1";
    assert_eq!(service.manager.put(path, stated("P-2", "900", 1).to_string()).await.status, 202);
    let act = &service.get("/journal").await["acts"][0];
    assert_eq!((&act["moved"], &act["partners"]), (&Value::Null, &json!(["P-1", "P-2"])), "the passes are to come");
    let file = async || service.manager.get("/journal?format=csv").await.text;
    assert!(file().await.contains(",foreseen,P-1,2024-02,commission,referrer,EUR,1,-100.00,"));
    service.wait_until_idle().await;
    let after = file().await;
    assert!(after.contains(",moved,P-1,2024-02,commission,referrer,EUR,1,-100.00,"), "{after}");
    assert!(!after.contains(",foreseen,"), "{after}");
    let act = &service.get("/journal").await["acts"][0];
    assert_eq!(act["moved"], act["foreseen"]);
    let months = act["moved"].as_array().unwrap();
    let partners: Vec<&Value> = months.iter().map(|month| &month["partner_id"]).collect();
    assert_eq!(partners, ["P-1", "P-2"]);
    // The correction of a renewal is found under the partner of the sale.
    let body = json!({"starts_on": "2025-02-01", "annual_fee": euros("800"), "seen": 1, "reason": "typed wrong"});
    state(&service, "2/stated/1", &body, 202).await;
    for partner in ["P-1", "P-2"] {
        let acts = service.get(&format!("/journal?partner_id={partner}")).await;
        assert_eq!(acts["acts"][0]["change"]["key"]["fact"], "renewal", "{acts}");
        assert_eq!(acts["acts"][0]["moved"], acts["acts"][0]["foreseen"]);
    }
    assert_eq!(ledger::audit::audit(service.store.dump()).findings, []);
}

/// Two managers correct a sale at once: both are taken, and one of them is refused when it is carried out.
#[tokio::test]
async fn a_correction_that_came_second_is_not_carried_out() {
    let service = start().await;
    service.take_in(&[sale("P-1", "1000", "Mairie")]).await;
    for fee in ["900", "800"] {
        let answer = service.manager.put("/contracts/C/terms/1/stated/1", stated("P-1", fee, 1).to_string()).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
    }
    let carried_out = async || -> Vec<(String, bool)> {
        let journal = service.get("/journal").await;
        let acts = journal["acts"].as_array().unwrap().iter().filter(|act| act["change"]["kind"] == "choice");
        let shown = acts.map(|act| {
            let after = act["change"]["after"]["annual_fee"]["amount"].as_str().unwrap().to_owned();
            assert_eq!(act["moved"].is_null(), !act["carried_out"].as_bool().unwrap());
            (after, act["carried_out"].as_bool().unwrap())
        });
        let mut shown: Vec<_> = shown.collect();
        shown.sort();
        shown
    };
    let look =
        service.manager.put("/contracts/C/terms/1/stated/1?preview=true", stated("P-1", "700", 1).to_string()).await;
    assert_eq!((&look.json["to_carry_out"], &look.json["being_booked"]), (&json!(2), &json!(0)), "{}", look.text);
    let both = |first: bool| vec![("800.00".to_owned(), false), ("900.00".to_owned(), first)];
    assert_eq!(carried_out().await, both(false), "neither, before they are booked");
    service.wait_until_idle().await;
    assert_eq!(carried_out().await, both(true));
    let file = service.manager.get("/journal?format=csv").await.text;
    let column = |fee: &str| file.lines().find(|row| row.contains(fee) && row.contains("choice")).unwrap().to_owned();
    assert!(column("900.00").contains(",INTERNAL: typed wrong,true,"), "{file}");
    assert!(column("800.00").contains(",INTERNAL: typed wrong,false,"), "{file}");
    assert_eq!(ledger::audit::audit(service.store.dump()).findings, []);
}

/// A correction that was refused, since billing reported another claim meanwhile, and is made again in the same words by another
/// manager: two acts, each with its author.
#[tokio::test]
async fn a_correction_that_is_made_again_is_an_act_of_its_own() {
    let service = start().await;
    service.take_in(&[sale("P-1", "1000", "Mairie")]).await;
    let path = "/contracts/C/terms/1/stated/1";
    assert_eq!(service.manager.put(path, stated("P-1", "900", 1).to_string()).await.status, 202);
    service.take_in(&[sale("P-1", "1100", "Mairie")]).await;
    let other = service.as_member("other-manager", Role::Manager);
    assert_eq!(other.put(path, stated("P-1", "900", 2).to_string()).await.status, 202);
    service.wait_until_idle().await;
    let journal = service.get("/journal?partner_id=P-1").await;
    let choices = journal["acts"].as_array().unwrap().iter().filter(|act| act["change"]["kind"] == "choice");
    let shown: Vec<_> = choices.map(|act| (&act["carried_out"], act["by"]["id"].clone())).collect();
    assert_eq!(shown.len(), 2);
    assert_eq!((shown[0].0, shown[1].0), (&json!(true), &json!(false)), "newest first");
    assert_ne!(shown[0].1, shown[1].1);
    // A name that is not written anew stays.
    assert_eq!(service.get("/contracts/C").await["customer_name"], "Mairie");
    assert_eq!(ledger::audit::audit(service.store.dump()).findings, []);
}

#[tokio::test]
async fn a_partner_reads_a_stated_claim_as_a_correction_and_no_losing_one() {
    let service = start().await;
    service.take_in(&[sale("P-2", "1000", "Mairie")]).await;
    let partner = service.as_partner("P-2");
    let before = partner.get("/contracts/C?lang=fr").await;
    assert_eq!(before.json["annuities"][0]["correction"], Value::Null);
    state(&service, "1/stated/1", &stated("P-2", "900", 1), 202).await;
    let shown = partner.get("/contracts/C?lang=fr").await;
    let correction = shown.json["annuities"][0]["correction"].as_str().unwrap();
    assert!(correction.contains("correction"), "{correction}");
    for hidden in ["keys", "contradictions", "choices"] {
        assert_eq!(shown.json[hidden], json!([]), "{hidden}");
    }
    assert_eq!(shown.json["sale"]["annual_fee"], euros("900.00"));
    assert!(!shown.text.contains("INTERNAL") && !shown.text.contains("manager"), "{}", shown.text);
    // What was said before is chosen, and is no correction.
    state(&service, "1/stated/2", &stated("P-2", "1000", 2), 202).await;
    assert_eq!(partner.get("/contracts/C").await.json["annuities"][0]["correction"], Value::Null);
}

#[tokio::test]
async fn a_stated_claim_may_be_the_first_of_its_key() {
    let service = start().await;
    let note = json!({"issued_on": "2024-06-01", "amount": euros("100"), "seen": 0, "reason": "agreed by telephone"});
    let renewal = json!({"starts_on": "2025-02-01", "annual_fee": euros("1000"), "seen": 0, "reason": "missing"});
    state(&service, "1/credit-notes/N/stated/1", &note, 202).await;
    state(&service, "2/stated/1", &renewal, 202).await;
    assert_eq!(due(&service, "P-1").await, 0, "both wait for their sale");
    state(&service, "1/stated/1", &stated("P-1", "1000", 0), 202).await;
    assert_eq!(due(&service, "P-1").await, 9_000);
    let shown = service.get("/contracts/C").await;
    assert_eq!(shown["annuities"][1]["line"]["reason"], "paid-once");
    assert_eq!(shown["keys"].as_array().unwrap().len(), 3);
    assert!(shown["keys"].as_array().unwrap().iter().all(|key| key["sources"] == json!(["manager"])));
    // Billing says the same later, then something else: a duplicate, and a contradicting claim.
    let of_billing = |amount: &str| {
        let data = json!({"contract_id": "C", "term": 1, "credit_note_id": "N", "issued_on": "2024-06-01", "amount": euros(amount)});
        event(CreditNote, amount, &data)
    };
    service.take_in(&[sale("P-1", "1000", "Mairie"), of_billing("100")]).await;
    assert_eq!(service.get("/attention").await["items"], json!([]));
    service.take_in(&[of_billing("50")]).await;
    assert_eq!(due(&service, "P-1").await, 9_000);
    assert_eq!(service.get("/attention").await["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_statement_that_has_not_seen_every_claim_is_refused_and_so_is_one_too_many() {
    let service = start().await;
    let refused = async |path: &str, body: &Value, status: u16, field: &str| {
        assert_eq!(state(&service, path, body, status).await["field"], field, "{path}");
    };
    refused("1/stated/1", &stated("P-1", "1", 1), 409, "seen").await;
    refused("1/stated/2", &stated("P-1", "1", 0), 409, "number").await;
    refused("1/stated/1", &stated("P-1", "-1", 0), 400, "annual_fee.amount").await;
    refused("2/stated/1", &stated("P-1", "1", 0), 400, "customer_id").await;
    refused("1/discounts/N/stated/1", &stated("P-1", "1", 0), 400, "kind").await;
    service.take_in(&[sale("P-1", "1000", "Mairie")]).await;
    for number in 1..=MAX_STATED {
        let fee = (1000 + number).to_string();
        state(&service, &format!("1/stated/{number}"), &stated("P-1", &fee, number), 202).await;
    }
    let one_more = MAX_STATED + 1;
    refused(&format!("1/stated/{one_more}"), &stated("P-1", "7", one_more), 409, "number").await;
    assert_eq!(due(&service, "P-1").await, 11_000);
}
