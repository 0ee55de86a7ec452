//! Perks as a state: what a partner took of each.

use crate::service::Service;
use events::EventType::SaleSigned;
use fixtures::world::event;
use ledger::audit::audit;
use serde_json::{Value, json};

#[tokio::test]
async fn a_partner_sees_what_it_took_of_each_perk() {
    let service = Service::start();
    let agreement = json!({"model": "independent-integrator", "starts_on": "2024-01-01", "technical_qualification": {"qualified_on": "2023-12-01"}});
    let body = json!({"name": "A", "agreements": [agreement]}).to_string();
    assert_eq!(service.manager.put("/partners/P-1", body).await.status, 201, "it is registered");
    let of = async || -> Vec<Value> {
        let perks = service.as_partner("P-1").get("/partners/P-1").await.json["perks"].clone();
        let short = |perk: &Value| json!([perk["perk"], perk["taken_on"], perk["contract_id"]]);
        perks.as_array().unwrap().iter().map(short).collect()
    };
    let none = [
        json!(["technical-training", [], null]),
        json!(["technical-team-access", [], null]),
        json!(["partner-instance", [], null]),
        json!(["seminars", [], null]),
    ];
    assert_eq!(of().await, none);

    let fee = json!({"amount": "100.00", "currency": "EUR"});
    let instance = json!({"contract_id": "C-1", "partner_id": "P-1", "customer_id": "P-1", "instance": "partner", "signed_on": "2024-02-01", "annual_fee": fee});
    service.take_in(&[event(SaleSigned, "S", &instance)]).await;
    let record = async |perk: &str, taken: bool| {
        let answer =
            service.manager.put(&format!("/partners/P-1/perks/{perk}"), json!({"taken": taken}).to_string()).await;
        assert_eq!(answer.status, 200, "{perk}: {}", answer.text);
    };
    for (perk, taken) in [
        ("technical-training/days/2024-03-12", true),
        ("seminars/days/2025-06-10", true),
        ("seminars/days/2024-06-11", true),
        ("seminars/days/2024-06-11", true),
        ("seminars/days/2024-06-12", true),
        ("seminars/days/2024-06-12", false),
        ("seminars/days/2024-06-13", false),
    ] {
        record(perk, taken).await;
    }
    let taken = [
        json!(["technical-training", ["2024-03-12"], null]),
        json!(["technical-team-access", [], null]),
        json!(["partner-instance", [], "C-1"]),
        json!(["seminars", ["2024-06-11", "2025-06-10"], null]),
    ];
    assert_eq!(of().await, taken);
    record("seminars/days/2024-06-12", true).await;
    assert_eq!(of().await[3][1].as_array().unwrap().len(), 3, "what was taken back can be taken again");
    let findings = audit(service.store.dump()).findings;
    assert!(findings.is_empty(), "{findings:?}");
}

#[tokio::test]
async fn a_perk_without_days_and_a_wrong_day_are_refused() {
    let service = Service::start();
    let body = json!({"name": "A", "agreements": []}).to_string();
    assert_eq!(service.manager.put("/partners/P-1", body).await.status, 201);
    let yes = json!({"taken": true});
    for (path, body, status, field) in [
        ("P-1/perks/partner-instance/days/2024-01-01", &yes, 400, Some("perk")),
        ("P-1/perks/holidays/days/2024-01-01", &yes, 400, Some("perk")),
        ("P-1/perks/seminars/days/2024-02-30", &yes, 400, Some("day")),
        ("P-1/perks/seminars/days/2024-01-01", &json!({"taken": "yes"}), 400, Some("taken")),
        ("P-1/perks/seminars/days/2024-01-01", &json!({}), 400, Some("taken")),
        ("P-2/perks/seminars/days/2024-01-01", &yes, 404, None),
    ] {
        let answer = service.manager.put(&format!("/partners/{path}"), body.to_string()).await;
        assert_eq!((answer.status, answer.json["field"].as_str()), (status, field), "{path}: {}", answer.text);
    }
    let own = service.as_partner("P-1").put("/partners/P-1/perks/seminars/days/2024-01-01", yes.to_string()).await;
    assert_eq!(own.status, 403, "a partner does not tick its own perks");
}
