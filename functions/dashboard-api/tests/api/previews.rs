//! Previews: the same requests, which write nothing and say what they would move.

use crate::service::{Answer, Service, minor};
use events::EventType::SaleSigned;
use events::input::Event;
use fixtures::world::event;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Requests a preview; it writes nothing and sends nothing.
async fn preview(service: &Service, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
    let before = service.store.dump();
    let answer = service.manager.send("PUT", path, headers, body.to_string()).await;
    assert_eq!(service.requested(), 0, "{path}");
    assert!(service.store.dump() == before, "{path} writes nothing");
    answer
}

fn sale(contract: &str, partner: &str, signed_on: &str, fee: &str) -> Event {
    let fee = json!({"amount": fee, "currency": "EUR"});
    let data = json!({"contract_id": contract, "partner_id": partner, "customer_id": "K", "signed_on": signed_on, "annual_fee": fee});
    event(SaleSigned, &format!("{contract} {partner} {signed_on}"), &data)
}

fn referrer(name: &str, rate: &str) -> Value {
    json!({"name": name, "agreements": [{"model": "referrer", "starts_on": "2024-01-01", "rate": rate}]})
}

/// Two partners with a contract each, and one that both claim.
async fn start() -> Service {
    started(Service::start()).await
}

async fn started(service: Service) -> Service {
    for (id, rate) in [("P-1", "0.1"), ("P-2", "0.2")] {
        let registered = service.manager.put(&format!("/partners/{id}"), referrer(id, rate).to_string()).await;
        assert_eq!(registered.status, 201);
    }
    service
        .take_in(&[
            sale("C-1", "P-1", "2024-02-01", "1000.00"),
            sale("C-2", "P-2", "2024-02-01", "1000.00"),
            sale("C-3", "P-1", "2026-11-01", "500.00"),
            sale("C-3", "P-2", "2026-11-01", "600.00"),
        ])
        .await;
    service
}

#[tokio::test]
async fn a_registration_is_looked_at_first() {
    let service = start().await;
    let tag = service.manager.get("/partners/P-1").await.headers["etag"].to_str().unwrap().to_owned();
    let body = referrer("Partner one", "0.15");
    let path = "/partners/P-1?preview=true&lang=fr";
    let answer = preview(&service, path, &[("if-match", &tag)], &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let said = &answer.json;
    let counts = ["lines_changed", "entries", "past_months", "unreadable_count"].map(|name| &said[name]);
    assert_eq!(counts, [2, 2, 1, 0]);
    let euros = |amount: &str| json!({"amount": amount, "currency": "EUR"});
    let change = |month: &str, past: bool, amount: &str| {
        json!({
            "partner_id": "P-1", "partner_name": "Partner one", "month": month, "past": past,
            "kind": "commission", "model": "referrer", "amount": euros(amount), "vendor_share": euros("0.00"),
        })
    };
    assert_eq!(said["changes"], json!([change("2024-02", true, "50.00"), change("2026-11", false, "25.00")]));
    let total = json!({
        "partner_id": "P-1", "partner_name": "Partner one", "currency": "EUR",
        "due_to_partner": euros("75.00"), "due_from_partner": euros("0.00"),
    });
    assert_eq!(said["totals"], json!([total]));
    let [first, second] = [&said["largest"][0], &said["largest"][1]];
    assert_eq!((&first["contract_id"], &second["contract_id"]), (&json!("C-1"), &json!("C-3")));
    assert_eq!((&first["before"]["amount"], &first["after"]["amount"]), (&euros("100.00"), &euros("150.00")));
    assert_eq!(first["differences"][0]["amount"], euros("50.00"));
    let explained = first["after"]["explanation"].as_str().unwrap();
    assert!(explained.contains("15") && explained.contains("taux"), "{explained}");
    // What changes amounts needs a reason.
    let put = async |body: &Value| {
        let headers = [("if-match", tag.as_str())];
        service.manager.send("PUT", "/partners/P-1?preview=false", &headers, body.to_string()).await
    };
    let without = put(&body).await;
    assert_eq!((without.status, &without.json["field"]), (400, &json!("reason")), "{}", without.text);
    // Then it is made, and what was said is appended and in the journal.
    let mut body = body;
    body["reason"] = json!("negotiated");
    assert_eq!(put(&body).await.status, 200);
    service.wait_until_idle().await;
    let act = &service.get("/journal?partner_id=P-1").await["acts"][0];
    assert_eq!((&act["foreseen"], &act["foreseen"][0]["month"]), (&act["moved"], &json!("2024-02")));
    assert_eq!(service.entries("P-1", "").await.len(), 4);
    // Sent again it changes nothing, whatever the tag.
    let again = preview(&service, path, &[], &body).await;
    assert_eq!((again.status, &again.json["lines_changed"], &again.json["changes"]), (200, &json!(0), &json!([])));
}

#[tokio::test]
async fn a_preview_is_refused_as_its_request_is() {
    let service = start().await;
    let body = referrer("P-1", "0.3");
    let status = async |path: &str, headers: &[(&str, &str)], body: &Value| {
        let answer = preview(&service, path, headers, body).await;
        (answer.status, answer.json["field"].clone())
    };
    let path = "/partners/P-1?preview=true";
    assert_eq!(status(path, &[], &body).await.0, 428);
    assert_eq!(status(path, &[("if-match", "\"7\"")], &body).await.0, 412);
    assert_eq!(status(path, &[("if-none-match", "*")], &body).await.0, 412);
    assert_eq!(status(path, &[("if-match", "*")], &referrer("P-1", "2")).await, (400, json!("agreements[0].rate")));
    assert_eq!(status("/partners/P-1?preview=yes", &[], &body).await, (400, json!("preview")));
    assert_eq!(status("/partners/P-9?preview=true", &[], &body).await.0, 200, "one that is not registered yet");
    let choice = |claim: Value, seen: u8| json!({"claim": claim, "seen": seen, "reason": "typed wrong"});
    let path = "/contracts/C-3/terms/1/choices/1?preview=true";
    assert_eq!(status(path, &[], &choice(json!(2), 1)).await, (409, json!("seen")));
    assert_eq!(status(path, &[], &choice(json!(3), 2)).await, (400, json!("claim")));
    let path = "/contracts/C-3/terms/1/choices/2?preview=true";
    assert_eq!(status(path, &[], &choice(json!(2), 2)).await, (409, json!("number")));
    let path = "/contracts/C-3/terms/2/choices/1?preview=true";
    assert_eq!(status(path, &[], &choice(json!(null), 0)).await.0, 404);
    let path = "/contracts/C-3/end/choices/1?preview=true";
    assert_eq!(status(path, &[], &choice(json!(null), 0)).await.0, 404);
    let path = "/contracts/C-3/terms/1/credit-notes/N/choices/1?preview=true";
    assert_eq!(status(path, &[], &choice(json!(null), 0)).await.0, 404);
    // Those who may not make the request may not look at it.
    for client in [service.as_partner("P-1"), service.as_accountant()] {
        assert_eq!(client.put("/partners/P-1?preview=true", body.to_string()).await.status, 403);
    }
}

/// The balances to partners, in cents.
async fn balances(service: &Service) -> BTreeMap<String, i64> {
    let mut balances = BTreeMap::new();
    for id in ["P-1", "P-2"] {
        for balance in service.get(&format!("/partners/{id}")).await["balances"].as_array().unwrap() {
            balances.insert(id.to_owned(), minor(&balance["due_to_partner"]));
        }
    }
    balances
}

#[tokio::test]
async fn a_choice_that_moves_a_sale_is_looked_at_for_both_partners() {
    let service = start().await;
    let body = json!({"claim": 2, "seen": 2, "reason": "signed by the other one"});
    let path = "/contracts/C-3/terms/1/choices/1";
    let answer = preview(&service, &format!("{path}?preview=true"), &[], &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let said = answer.json;
    assert_eq!(["lines_changed", "entries", "past_months"].map(|name| &said[name]), [1, 2, 0]);
    let line = &said["largest"][0];
    assert_eq!((&line["before"]["partner_id"], &line["after"]["partner_id"]), (&json!("P-1"), &json!("P-2")));
    let moved = line["differences"].as_array().unwrap();
    assert_eq!(moved.iter().map(|one| minor(&one["amount"])).collect::<Vec<_>>(), [-5_000, 12_000]);
    let before = balances(&service).await;
    assert_eq!(service.manager.put(path, body.to_string()).await.status, 202);
    service.wait_until_idle().await;
    let after = balances(&service).await;
    let totals = said["totals"].as_array().unwrap();
    let differences: BTreeMap<String, i64> = totals
        .iter()
        .map(|total| (total["partner_id"].as_str().unwrap().to_owned(), minor(&total["due_to_partner"])))
        .collect();
    assert_eq!(differences, after.iter().map(|(id, due)| (id.clone(), due - before[id])).collect());
    let again = preview(&service, &format!("{path}?preview=true"), &[], &body).await;
    assert_eq!((again.status, &again.json["lines_changed"]), (200, &json!(0)));
}

/// A preview while an earlier change is still being booked has the amounts of its own change alone, and says so.
#[tokio::test]
async fn an_earlier_change_that_is_still_being_booked_is_no_part_of_a_preview() {
    let service = start().await;
    service.wait_until_idle().await;
    let put = async |path: &str, rate: &str| {
        let tag = service.manager.get("/partners/P-1").await.headers["etag"].to_str().unwrap().to_owned();
        let mut body = referrer("P-1", rate);
        body["reason"] = json!("negotiated");
        let answer = service.manager.send("PUT", path, &[("if-match", &tag)], body.to_string()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json
    };
    put("/partners/P-1", "0.2").await;
    let said =
        |preview: &Value| (preview["being_booked"].clone(), preview["totals"][0]["due_to_partner"]["amount"].clone());
    let meanwhile = put("/partners/P-1?preview=true", "0.3").await;
    assert_eq!(said(&meanwhile), (json!(2), json!("150.00")), "a tenth of 1,500.00 more");
    service.wait_until_idle().await;
    let later = put("/partners/P-1?preview=true", "0.3").await;
    assert_eq!(said(&later), (json!(0), json!("150.00")));
    assert_eq!((&later["changes"], &later["largest"]), (&meanwhile["changes"], &meanwhile["largest"]));
}

/// The amounts of a change that concerns more contracts than a request reads.
#[tokio::test]
async fn a_preview_of_too_many_contracts_is_made_in_the_background() {
    let (small, service) = (started(Service::start()).await, started(Service::previewing(1)).await);
    small.wait_until_idle().await;
    service.wait_until_idle().await;
    let tag = service.manager.get("/partners/P-1").await.headers["etag"].to_str().unwrap().to_owned();
    let headers = [("if-match", tag.as_str())];
    let body = referrer("Partner one", "0.15");
    let put = async |path: &str| service.manager.send("PUT", path, &headers, body.to_string()).await;
    let first = put("/partners/P-1?preview=true").await;
    assert_eq!((first.status, first.headers["retry-after"].to_str().unwrap()), (202, "2"));
    let id = first.json["previewed"].as_str().unwrap();
    let again = format!("/partners/P-1?preview=true&previewed={id}");
    let waiting = put(&again).await;
    assert_eq!((waiting.status, &waiting.json), (202, &first.json), "it is not begun twice");
    assert_eq!(service.requested(), 1);
    service.wait_until_idle().await;
    let made = put(&again).await;
    assert_eq!(made.status, 200, "{}", made.text);
    assert_eq!(
        made.json,
        small.manager.send("PUT", "/partners/P-1?preview=true", &headers, body.to_string()).await.json
    );
    // Another question has no preview with this id, nor has this one with an id that was never given.
    let other = service.manager.send("PUT", &again, &headers, referrer("Partner one", "0.25").to_string()).await;
    assert_eq!(other.status, 404, "{}", other.text);
    let unknown = put("/partners/P-1?preview=true&previewed=00000000000000000000000000000000").await;
    assert_eq!(unknown.status, 404, "{}", unknown.text);
    let wrong = put("/partners/P-1?preview=true&previewed=first").await;
    assert_eq!((wrong.status, wrong.json["field"].as_str()), (400, Some("previewed")), "{}", wrong.text);
    // The journal has its amounts, and a reason is compulsory.
    assert_eq!(put(&format!("/partners/P-1?previewed={id}")).await.json["field"], "reason");
    let body = {
        let mut body = body.clone();
        body["reason"] = json!("agreed");
        body.to_string()
    };
    let saved = service.manager.send("PUT", &format!("/partners/P-1?previewed={id}"), &headers, body).await;
    assert_eq!(saved.status, 200, "{}", saved.text);
    service.wait_until_idle().await;
    let act = &service.get("/journal").await["acts"][0];
    assert_eq!(act["foreseen"].as_array().unwrap().len(), 2);
    assert_eq!(act["foreseen"], act["moved"]);
    // A stated claim, whose two partners have three contracts.
    let stated = json!({"partner_id": "P-2", "customer_id": "K", "signed_on": "2024-02-01", "annual_fee": {"amount": "1000.00", "currency": "EUR"}, "seen": 1, "reason": "typed wrong"});
    let put = async |path: &str| service.manager.put(path, stated.to_string()).await;
    let first = put("/contracts/C-1/terms/1/stated/1?preview=true").await;
    assert_eq!(first.status, 202, "{}", first.text);
    service.wait_until_idle().await;
    let id = first.json["previewed"].as_str().unwrap();
    let made = put(&format!("/contracts/C-1/terms/1/stated/1?preview=true&previewed={id}")).await;
    assert_eq!((made.status, &made.json["entries"]), (200, &json!(2)), "{}", made.text);
    assert_eq!(ledger::audit::audit(service.store.dump()).findings, []);
}
