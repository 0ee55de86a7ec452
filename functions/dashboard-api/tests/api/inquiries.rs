//! Inquiries of partners, and their answers.

use crate::service::{Answer, Service};
use ledger::audit::audit;
use ledger::inquiries::{MAX_INQUIRIES, MAX_OPEN};
use serde_json::{Value, json};

async fn service() -> Service {
    let service = Service::start();
    for id in ["P-1", "P-2"] {
        let body = json!({"name": format!("Partner {id}"), "agreements": []}).to_string();
        assert_eq!(service.manager.put(&format!("/partners/{id}"), body).await.status, 201);
    }
    service
}

fn missing(text: &str) -> String {
    json!({"concern": "missing-sale", "text": text}).to_string()
}

fn check(answer: &Answer, status: u16, field: Option<&str>) {
    assert_eq!((answer.status, answer.json["field"].as_str()), (status, field), "{}", answer.text);
}

async fn open(service: &Service) -> Vec<String> {
    let list = service.get("/inquiries").await["inquiries"].clone();
    list.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_partner_asks_a_manager_answers_and_both_see_it() {
    let service = service().await;
    let partner = service.as_partner("P-1");
    check(&partner.put("/partners/P-1/inquiries/I-1", missing("Mairie de Vias,\nsigned on 3 March")).await, 200, None);
    let error = json!({"concern": "error", "contract_id": "C-1", "text": "10 %, not 5 %"}).to_string();
    check(&partner.put("/partners/P-1/inquiries/I-2", error).await, 200, None);
    assert_eq!(open(&service).await, ["I-2", "I-1"], "newest first");
    let list = service.get("/inquiries").await["inquiries"].clone();
    assert_eq!((&list[0]["partner_name"], &list[0]["contract_id"]), (&json!("Partner P-1"), &json!("C-1")));

    let answer = json!({"text": "It was billed today."}).to_string();
    let path = "/partners/P-1/inquiries/I-1/answer";
    check(&service.manager.put(path, answer.clone()).await, 200, None);
    check(&service.manager.put(path, answer).await, 200, None);
    check(&service.manager.put(path, json!({"text": "No."}).to_string()).await, 409, None);
    assert_eq!(open(&service).await, ["I-2"]);
    let own = partner.get("/partners/P-1/inquiries").await.json["inquiries"].clone();
    let texts: Vec<&Value> = own.as_array().unwrap().iter().map(|one| &one["answer"]["text"]).collect();
    assert_eq!(texts, [&Value::Null, &json!("It was billed today.")]);
    assert_eq!(service.get("/partners/P-1/inquiries").await["inquiries"], own);
    let findings = audit(service.store.dump()).findings;
    assert!(findings.is_empty(), "{findings:?}");
}

#[tokio::test]
async fn an_inquiry_is_recorded_once_and_is_its_partners_alone() {
    let service = service().await;
    let partner = service.as_partner("P-1");
    let path = "/partners/P-1/inquiries/I-1";
    for _ in 0..2 {
        check(&partner.put(path, missing("A")).await, 200, None);
    }
    check(&partner.put(path, missing("B")).await, 409, None);
    assert_eq!(open(&service).await, ["I-1"]);
    for (path, status) in [("/partners/P-2/inquiries/I-1", 404), ("/partners/P-2/inquiries/I-1/answer", 403)] {
        check(&partner.put(path, missing("A")).await, status, None);
    }
    check(&partner.get("/partners/P-2/inquiries").await, 404, None);
    check(&partner.get("/inquiries").await, 403, None);
    check(&service.manager.put("/partners/P-9/inquiries/I-1", missing("A")).await, 404, None);
    check(
        &service.manager.put("/partners/P-1/inquiries/I-9/answer", json!({"text": "A"}).to_string()).await,
        404,
        None,
    );
    for (path, body, field) in [
        ("I%201", missing("A"), "inquiry"),
        ("I-2", missing(" A"), "text"),
        ("I-2", missing(&"x".repeat(1001)), "text"),
        ("I-2", json!({"concern": "praise", "text": "A"}).to_string(), "concern"),
        ("I-2", json!({"concern": "error", "contract_id": "#", "text": "A"}).to_string(), "contract_id"),
    ] {
        check(&partner.put(&format!("/partners/P-1/inquiries/{path}"), body).await, 400, Some(field));
    }
}

#[tokio::test]
async fn a_partner_has_so_many_inquiries_and_no_more() {
    let service = service().await;
    let partner = service.as_partner("P-1");
    let ask = async |number: usize| partner.put(&format!("/partners/P-1/inquiries/I-{number}"), missing("A")).await;
    for number in 1..=MAX_OPEN {
        check(&ask(number).await, 200, None);
    }
    check(&ask(MAX_OPEN + 1).await, 409, None);
    check(&ask(1).await, 200, None);
    check(&service.as_partner("P-2").put("/partners/P-2/inquiries/I-1", missing("A")).await, 200, None);
    let page = service.get("/inquiries?limit=20").await;
    assert_eq!(page["inquiries"].as_array().unwrap().len(), 20);
    let next = page["next_cursor"].as_str().unwrap();
    let rest = service.get(&format!("/inquiries?limit=20&cursor={next}")).await;
    assert_eq!((rest["inquiries"].as_array().unwrap().len(), &rest["next_cursor"]), (1, &Value::Null));
    // Answered ones make room, up to the most there can be.
    let answer = json!({"text": "A"}).to_string();
    for number in 1..=MAX_INQUIRIES {
        check(&ask(number).await, 200, None);
        check(
            &service.manager.put(&format!("/partners/P-1/inquiries/I-{number}/answer"), answer.clone()).await,
            200,
            None,
        );
    }
    check(&ask(MAX_INQUIRIES + 1).await, 409, None);
}
