//! Files of partners, and the search that they serve.

use crate::access::percent;
use crate::service::Service;
use events::EventType::SaleSigned;
use fixtures::world::event;
use serde_json::{Value, json};

async fn register(service: &Service, id: &str, name: &str) {
    let body = json!({"name": name, "agreements": [{"model": "referrer", "starts_on": "2020-01-01"}]}).to_string();
    assert_eq!(service.manager.put(&format!("/partners/{id}"), body).await.status, 201);
}

#[tokio::test]
async fn a_file_is_written_over_the_version_that_was_read() {
    let service = Service::start();
    register(&service, "P-1", "Mairie").await;
    let empty = service.manager.get("/partners/P-1/file").await;
    assert_eq!((empty.status, empty.json), (200, json!({"contacts": [], "note": null})));
    let tag = empty.headers["etag"].to_str().unwrap().to_owned();
    let anne =
        json!({"name": "Anne", "function": "Directrice", "email": "anne@mairie.fr", "telephone": "01 02 03 04 05"});
    let file = json!({"contacts": [anne], "note": "INTERNAL: call on Mondays."});
    let put = async |tag: Option<&str>, file: &Value| {
        let headers: Vec<(&str, &str)> = tag.map(|tag| ("if-match", tag)).into_iter().collect();
        service.manager.send("PUT", "/partners/P-1/file", &headers, file.to_string()).await
    };
    assert_eq!(put(None, &file).await.status, 428);
    let written = put(Some(&tag), &file).await;
    assert_eq!((written.status, &written.json), (200, &file), "{}", written.text);
    // The answer was lost: the same again is no conflict; something else is.
    assert_eq!(put(Some(&tag), &file).await.status, 200);
    let answer = put(Some(&tag), &json!({"contacts": []})).await;
    assert_eq!(answer.status, 412, "{}", answer.text);
    let tag = written.headers["etag"].to_str().unwrap();
    assert_eq!(put(Some(tag), &json!({"contacts": []})).await.json, json!({"contacts": [], "note": null}));
    let wrong = put(Some(tag), &json!({"contacts": [{"name": "Anne", "email": "anne"}]})).await;
    assert_eq!((wrong.status, &wrong.json["field"]), (400, &json!("contacts[0].email")), "{}", wrong.text);
    assert_eq!(service.manager.get("/partners/P-9/file").await.status, 404);
}

#[tokio::test]
async fn a_partner_never_sees_its_file() {
    let service = Service::start();
    register(&service, "P-1", "Mairie").await;
    let partner = service.as_partner("P-1");
    let before = partner.get("/partners/P-1").await;
    let file = json!({"contacts": [{"name": "INTERNAL contact"}], "note": "INTERNAL note"}).to_string();
    let written = service.manager.send("PUT", "/partners/P-1/file", &[("if-match", "\"0\"")], file).await;
    assert_eq!(written.status, 200, "{}", written.text);
    assert_eq!(partner.get("/partners/P-1").await.body, before.body);
    assert_eq!(partner.get("/partners/P-1/file").await.status, 403);
    assert!(!service.manager.get("/partners/P-1").await.text.contains("INTERNAL"));
    assert!(service.as_accountant().get("/partners/P-1/file").await.text.contains("INTERNAL note"));
}

#[tokio::test]
async fn partners_are_found_by_words_of_their_id_name_and_contacts() {
    let service = Service::start();
    register(&service, "P-1", "Mairie de Saint-Jérôme").await;
    register(&service, "P-2", "Coopérative Œuvre").await;
    let file = json!({"contacts": [{"name": "Zoé Müller", "email": "zoe@oeuvre.example", "telephone": "+33 5 61"}]})
        .to_string();
    service.manager.send("PUT", "/partners/P-2/file", &[("if-match", "\"0\"")], file).await;
    let found = async |query: &str| {
        let query = percent(query.as_bytes());
        let partners = service.list(&format!("/partners?limit=1&q={query}"), "partners").await;
        partners.iter().map(|partner| partner["partner_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for (query, expected) in [
        ("", ["P-1", "P-2"].as_slice()),
        ("p-", &["P-1", "P-2"]),
        ("JEROME mairie", &["P-1"]),
        ("muller p-2 OEUVRE", &["P-2"]),
        ("zoe@oeuvre", &["P-2"]),
        ("+33 61", &["P-2"]),
        ("zoe mairie", &[]),
    ] {
        assert_eq!(found(query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn contracts_of_a_partner_are_found_by_id_and_client() {
    let service = Service::start();
    register(&service, "P-1", "Mairie").await;
    let sale = |contract: &str, customer: &str, name: Option<&str>| {
        let fee = json!({"amount": "100.00", "currency": "EUR"});
        let mut data = json!({"contract_id": contract, "partner_id": "P-1", "customer_id": customer, "signed_on": "2026-01-01", "annual_fee": fee});
        if let Some(name) = name {
            data["customer_name"] = json!(name);
        }
        event(SaleSigned, contract, &data)
    };
    service
        .take_in(&[
            sale("C-1", "K-7", Some("Éts Dupré")),
            sale("C-2", "K-8", Some("Ville de Vias")),
            sale("C-3", "K-7", None),
        ])
        .await;
    for (query, expected) in [
        ("", ["C-1", "C-2", "C-3"].as_slice()),
        ("k-7", &["C-1", "C-3"]),
        ("dupre%20ets", &["C-1"]),
        ("c-2", &["C-2"]),
        ("x", &[]),
    ] {
        let path = format!("/partners/P-1/contracts?limit=1&q={query}");
        let contracts = service.list(&path, "contracts").await;
        let ids: Vec<_> = contracts.iter().map(|contract| contract["contract_id"].as_str().unwrap()).collect();
        assert_eq!(ids, expected, "{query}");
        // A partner's member finds the same.
        assert_eq!(service.as_partner("P-1").get(&path).await.status, 200);
    }
    // A sale that a choice gave to the partner is found as well.
    service.take_in(&[sale("C-4", "K-9", Some("Commune d’Agde"))]).await;
    let choice = json!({"claim": 1, "seen": 1, "reason": "as signed"}).to_string();
    service.manager.put("/contracts/C-4/terms/1/choices/1", choice).await;
    service.wait_until_idle().await;
    let contracts = service.list("/partners/P-1/contracts?q=d%27agde", "contracts").await;
    assert_eq!(contracts.len(), 1);
}
