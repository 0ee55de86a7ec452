//! The journal, and the versions of a partner's agreements.

use crate::service::{Answer, Client, Service};
use fixtures::occasion::manager;
use fixtures::world::event;
use futures_util::future::join;
use ledger::audit::audit;
use ledger::journal::{Act, Change, SettlementAct, SettlementStep};
use rules::people::Role;
use serde_json::{Value, json};

fn agreements(rate: Option<&str>, reason: Option<&str>) -> String {
    let agreement = json!({"model": "referrer", "starts_on": "2020-01-01", "rate": rate});
    json!({"name": "Mairie", "agreements": [agreement], "reason": reason}).to_string()
}

async fn register(service: &Service, body: String) -> Answer {
    let tag = service.manager.get("/partners/P-1").await;
    let tag = tag.headers.get("etag").map(|tag| tag.to_str().unwrap().to_owned());
    let headers: Vec<(&str, &str)> = tag.iter().map(|tag| ("if-match", tag.as_str())).collect();
    service.manager.send("PUT", "/partners/P-1", &headers, body).await
}

/// A partner with two versions of its agreements, and a sale that was reported twice and chosen.
async fn service() -> Service {
    let service = Service::start();
    assert_eq!(register(&service, agreements(None, None)).await.status, 201);
    let answer = register(&service, agreements(Some("0.2"), Some("negotiated"))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    for (id, fee) in [("e-1", "100.00"), ("e-2", "200.00")] {
        let fee = json!({"amount": fee, "currency": "EUR"});
        let sale = json!({"contract_id": "C-1", "partner_id": "P-1", "customer_id": "K", "signed_on": "2023-01-01",
            "annual_fee": fee});
        service.take_in(&[event(events::EventType::SaleSigned, id, &sale)]).await;
    }
    let choice = json!({"claim": 2, "seen": 2, "reason": "the contract says so"}).to_string();
    assert_eq!(service.manager.put("/contracts/C-1/terms/1/choices/1", choice.clone()).await.status, 202);
    service.wait_until_idle().await;
    assert_eq!(service.manager.put("/contracts/C-1/terms/1/choices/1", choice).await.status, 200);
    service
}

fn kinds(journal: &Value) -> Vec<&str> {
    journal["acts"].as_array().unwrap().iter().map(|act| act["change"]["kind"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_people_do_is_in_the_journal_with_who_and_why() {
    let service = service().await;
    let journal = service.manager.get("/journal?partner_id=P-1").await.json;
    assert_eq!(kinds(&journal), ["choice", "registration", "registration"]);
    let [choice, second, first] = [0, 1, 2].map(|n| &journal["acts"][n]);
    assert_eq!(choice["reason"], "the contract says so");
    assert_eq!(
        (&choice["change"]["before"]["annual_fee"]["amount"], &choice["change"]["after"]["annual_fee"]["amount"]),
        (&json!("100.00"), &json!("200.00"))
    );
    assert_eq!((&choice["change"]["number"], &choice["change"]["stated"]), (&json!(1), &json!(false)));
    assert_eq!((&second["reason"], &second["by"]["name"]), (&json!("negotiated"), &json!("The manager")));
    assert_eq!(second["change"]["after"]["agreements"][0]["rate"], "0.2");
    assert_eq!(second["change"]["before"]["agreements"][0]["rate"], Value::Null);
    assert_eq!((&first["change"]["before"], &first["reason"]), (&Value::Null, &Value::Null));
    assert_eq!(first["partners"], json!(["P-1"]));
    // By person.
    let by = second["by"]["id"].as_str().unwrap();
    let own = service.manager.get(&format!("/journal?by={by}&partner_id=P-1")).await.json;
    assert_eq!(own, journal);
    let others = service.manager.get("/journal?by=00000000000000000000000000000000").await.json;
    assert_eq!(kinds(&others), Vec::<&str>::new());
    // By day, of the vendor.
    let day = rules::day::day_of(first["at"].as_str().unwrap().parse().unwrap());
    let (before, after) = (day.yesterday().unwrap(), day.tomorrow().unwrap());
    for (period, count) in
        [(format!("from={day}&to={day}"), 3), (format!("to={before}"), 0), (format!("from={after}"), 0)]
    {
        let found = service.manager.get(&format!("/journal?partner_id=P-1&{period}")).await.json;
        assert_eq!(kinds(&found).len(), count, "{period}");
    }
    // An accountant reads it, a partner does not.
    assert_eq!(service.as_accountant().get("/journal?partner_id=P-1").await.json, journal);
    for path in ["/journal", "/journal?partner_id=P-1", "/partners/P-1/history"] {
        assert_eq!(service.as_partner("P-1").get(path).await.status, 403, "{path}");
    }
    let wrong = service.manager.get("/journal?by=anna").await;
    assert_eq!((wrong.status, &wrong.json["field"]), (400, &json!("by")));
}

#[tokio::test]
async fn a_step_of_settlement_is_shown_with_what_names_it() {
    let service = Service::start();
    let names = |subject: &[&str]| subject.iter().map(|name| (*name).to_owned()).collect();
    for (step, partner_id, subject) in [
        (SettlementStep::Close, None, names(&["2026-01"])),
        (SettlementStep::Contest, Some("P-1".parse().unwrap()), names(&["FP-000001", "1"])),
    ] {
        let change = Change::Settlement(SettlementAct { step, partner_id, subject });
        service.ledger().keep(&Act::new(&manager(crate::service::now(), "As agreed"), change)).await.unwrap();
    }
    let journal = service.manager.get("/journal?partner_id=P-1").await.json;
    let contest = json!({"kind": "settlement", "step": "contest", "subject": ["FP-000001", "1"]});
    assert_eq!((kinds(&journal), &journal["acts"][0]["change"]), (vec!["settlement"], &contest));
    assert_eq!((&journal["acts"][0]["partners"], &journal["acts"][0]["carried_out"]), (&json!(["P-1"]), &json!(true)));
    let file = service.manager.get("/journal?format=csv").await.text;
    let close = r#""{""kind"":""settlement"",""step"":""close"",""subject"":[""2026-01""]}""#;
    assert!(file.contains(close) && file.contains(",settlement,"), "{file}");
    assert_eq!(audit(service.store.dump()).findings, []);
}

#[tokio::test]
async fn the_journal_is_a_file_too() {
    let service = service().await;
    let file = service.manager.get("/journal?partner_id=P-1&format=csv").await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    let mut rows = csv::Reader::from_reader(file.body.as_ref());
    let headers = rows.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    let column = |row: &csv::StringRecord, name: &str| {
        row.get(headers.iter().position(|header| header == name).unwrap()).unwrap().to_owned()
    };
    let kinds: Vec<String> = rows.iter().map(|row| column(row, "kind_of_act")).collect();
    assert_eq!(kinds, ["choice", "registration", "registration"]);
    assert_eq!([column(&rows[1], "by"), column(&rows[1], "reason")], ["The manager", "negotiated"]);
    assert_eq!(column(&rows[1], "amounts"), "", "it moved nothing");
    let change: Value = serde_json::from_str(&column(&rows[1], "change")).unwrap();
    assert_eq!(change["after"]["agreements"][0]["rate"], "0.2");
}

#[tokio::test]
async fn a_change_of_agreements_is_taken_back_from_the_history() {
    let service = service().await;
    let history = service.manager.get("/partners/P-1/history").await.json;
    let versions: Vec<u64> =
        history["versions"].as_array().unwrap().iter().map(|version| version["version"].as_u64().unwrap()).collect();
    assert_eq!(versions, [2, 1]);
    let mut first = history["versions"][1]["registered"].clone();
    first["reason"] = json!("the client refused");
    assert_eq!(register(&service, first.to_string()).await.status, 200);
    let history = service.manager.get("/partners/P-1/history").await.json;
    assert_eq!(history["versions"][0]["version"], 3);
    assert_eq!(history["versions"][0]["reason"], "the client refused");
    assert_eq!(history["versions"][0]["registered"], history["versions"][2]["registered"]);
    assert_eq!(history["versions"][0]["moved"], Value::Null, "its passes have not ended");
    service.wait_until_idle().await;
    let history = service.manager.get("/partners/P-1/history").await.json;
    let moved = &history["versions"][0]["moved"];
    // 15% instead of 20% of 200.00.
    assert_eq!((&moved[0]["month"], &moved[0]["totals"][0]["amount"]["amount"]), (&json!("2023-01"), &json!("-10.00")));
    assert_eq!((moved.as_array().unwrap().len(), &history["versions"][1]["moved"]), (1, &json!([])));
    assert_eq!(service.manager.get("/journal?partner_id=P-1").await.json["acts"][0]["moved"], *moved);
    assert_eq!(service.manager.get("/partners/P-9/history").await.status, 404);
}

#[tokio::test]
async fn of_two_managers_at_once_neither_overwrites_the_other_unseen() {
    let service = service().await;
    let tag = service.manager.get("/partners/P-1").await.headers["etag"].to_str().unwrap().to_owned();
    let other = service.as_member("other-manager", Role::Manager);
    let put = async |manager: &Client, tag: &str, rate: &str| {
        let body = agreements(Some(rate), Some(rate));
        manager.send("PUT", "/partners/P-1", &[("if-match", tag)], body).await
    };
    let (one, two) = join(put(&service.manager, &tag, "0.3"), put(&other, &tag, "0.4")).await;
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
    let history = service.get("/partners/P-1/history").await;
    assert_eq!(history["versions"].as_array().unwrap().len(), 3, "whoever was refused left no act");
    // Whoever was refused looks again, and the first change is in the journal as what was there before.
    let (won, left, again) = if one.status == 200 { ("0.3", "0.4", &other) } else { ("0.4", "0.3", &service.manager) };
    let tag = again.get("/partners/P-1").await.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(put(again, &tag, left).await.status, 200);
    let change = &service.get("/journal?partner_id=P-1").await["acts"][0]["change"];
    let rate = |side: &str| &change[side]["agreements"][0]["rate"];
    assert_eq!((rate("before"), rate("after")), (&json!(won), &json!(left)));
    service.wait_until_idle().await;
    assert_eq!(audit(service.store.dump()).findings, []);
}
