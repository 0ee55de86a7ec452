//! Members and invitations.

use crate::service::{Answer, ISSUER, Service};
use serde_json::{Value, json};

async fn service() -> Service {
    let service = Service::start();
    let registration = json!({"name": "Mairie", "agreements": [{"model": "referrer", "starts_on": "2020-01-01"}]});
    assert_eq!(service.manager.put("/partners/P-1", registration.to_string()).await.status, 201);
    service
}

async fn invite(service: &Service, body: Value) -> Value {
    let answer = service.manager.post("/invitations", body.to_string()).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json
}

async fn accept(service: &Service, subject: &str, code: &Value) -> Answer {
    service.as_subject(subject).put("/me/invitation", json!({ "code": code }).to_string()).await
}

#[tokio::test]
async fn whoever_opens_an_invitation_becomes_that_member() {
    let service = service().await;
    let invited = invite(&service, json!({"role": "partner", "partner_id": "P-1", "name": "Paul Martin"})).await;
    assert_eq!((&invited["status"], &invited["made_by"].is_string()), (&json!("open"), &true));
    let paul = service.as_subject("paul");
    assert_eq!(paul.get("/me").await.status, 403);
    let accepted = accept(&service, "paul", &invited["code"]).await;
    assert_eq!(accepted.status, 200, "{}", accepted.text);
    for me in [accepted.json.clone(), paul.get("/me").await.json] {
        assert_eq!((&me["name"], &me["role"]), (&json!("Paul Martin"), &json!("partner")));
        assert_eq!((&me["partner_id"], &me["partner_name"]), (&json!("P-1"), &json!("Mairie")));
        assert_eq!(me["viewed_by"], Value::Null);
    }
    assert_eq!(accept(&service, "paul", &invited["code"]).await.json, accepted.json);
    assert_eq!(accept(&service, "eve", &invited["code"]).await.status, 409);
    assert_eq!(service.get("/invitations").await["invitations"][0]["status"], "accepted");
    let listed = service.get("/members?partner_id=P-1").await;
    let [member] = listed["members"].as_array().unwrap().as_slice() else { panic!("{listed}") };
    assert_eq!((&member["issuer"], &member["subject"]), (&json!(ISSUER), &json!("paul")));
    assert_eq!(member["granted_by"], invited["made_by"]);

    let id = member["id"].as_str().unwrap();
    assert!(service.manager.delete(&format!("/members/{id}")).await.json["revoked_at"].is_string());
    assert_eq!(paul.get("/me").await.status, 403);
    assert_eq!(paul.get("/partners/P-1").await.status, 403);
}

#[tokio::test]
async fn a_code_that_is_not_good_is_refused_in_words() {
    let service = service().await;
    let check = |answer: &Answer, status: u16, words: &str| {
        assert_eq!((answer.status, &answer.json["detail"]), (status, &json!(words)), "{}", answer.text);
    };
    let unknown = "no invitation has this code: it was revoked, or sent again with another link";
    for code in [json!(""), json!("x"), json!(format!("{}-{}", "0".repeat(16), "0".repeat(32)))] {
        check(&accept(&service, "paul", &code).await, 404, unknown);
    }
    let invited = invite(&service, json!({"role": "manager", "name": "Paul"})).await;
    let path = format!("/invitations/{}", invited["id"].as_str().unwrap());
    let again = service.manager.post(&format!("{path}/code"), String::new()).await;
    assert_eq!(again.status, 200, "{}", again.text);
    check(&accept(&service, "paul", &invited["code"]).await, 404, unknown);
    assert_eq!(service.manager.delete(&path).await.json["status"], "revoked");
    check(&accept(&service, "paul", &again.json["code"]).await, 404, unknown);
    check(&accept(&service, "manager", &again.json["code"]).await, 404, unknown);
    let third = service.manager.post(&format!("{path}/code"), String::new()).await.json;
    check(&accept(&service, "manager", &third["code"]).await, 409, "you are a member already, and keep your role");
    assert_eq!(accept(&service, "paul", &third["code"]).await.status, 200);
    check(&service.manager.delete(&path).await, 409, "this invitation was accepted already");
    check(&service.manager.delete("/invitations/x").await, 404, unknown);
}

#[tokio::test]
async fn a_program_is_entered_by_its_identity() {
    let service = service().await;
    let body = json!({"issuer": ISSUER, "subject": "export@clients", "role": "accountant", "name": "Export"});
    let program = service.as_subject("export@clients");
    assert_eq!(program.get("/summary").await.status, 403);
    assert_eq!(service.manager.post("/members", body.to_string()).await.status, 201);
    assert_eq!(service.manager.post("/members", body.to_string()).await.status, 200);
    assert_eq!(program.get("/summary").await.status, 200);
    assert_eq!(program.put("/partners/P-2", json!({"name": "B", "agreements": []}).to_string()).await.status, 403);
    let mut other = body.clone();
    other["role"] = json!("manager");
    assert_eq!(service.manager.post("/members", other.to_string()).await.status, 409);
    let mut foreign = body;
    (foreign["role"], foreign["partner_id"]) = (json!("partner"), json!("P-9"));
    let answer = service.manager.post("/members", foreign.to_string()).await;
    assert_eq!((answer.status, &answer.json["field"]), (400, &json!("partner_id")), "{}", answer.text);
}

#[tokio::test]
async fn the_last_manager_stays_a_manager() {
    let service = service().await;
    let id = service.get("/me").await["id"].as_str().unwrap().to_owned();
    let answer = service.manager.delete(&format!("/members/{id}")).await;
    assert_eq!(answer.status, 409, "{}", answer.text);
    service.get("/partners").await;
    assert_eq!(service.manager.delete("/members/x").await.status, 404);
}
