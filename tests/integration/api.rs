//! A choice through the HTTP API and the queue behind it. The API's other promises are tested in
//! `functions/dashboard-api/tests`.

use events::EventType::SaleSigned;
use fixtures::world::event;
use harness::running::Running;
use local::client::Answer;
use serde_json::{Value, json};

fn check_problem(answer: &Answer, status: u16, field: Option<&str>) {
    assert_eq!(answer.status, status, "{}", answer.json);
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    assert_eq!(answer.json["status"], status);
    assert_eq!(answer.json["field"].as_str(), field, "{}", answer.json);
    assert!(!answer.json["detail"].as_str().unwrap().is_empty() && !answer.json["title"].as_str().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_chooses_what_stands() {
    let running = Running::start().await;
    for (id, rate) in [("P-1", "0.1"), ("P-2", "0.2")] {
        let partner =
            json!({"name": id, "agreements": [{"model": "referrer", "starts_on": "2020-01-01", "rate": rate}]});
        assert_eq!(running.api.put(&format!("/partners/{id}"), partner.to_string()).await.unwrap().status, 201);
    }
    let sale = |partner: &str| {
        let fee = json!({"amount": "100.00", "currency": "EUR"});
        json!({"contract_id": "C", "partner_id": partner, "customer_id": "K", "signed_on": "2026-01-01", "annual_fee": fee})
    };
    running.take_in(&[event(SaleSigned, "1", &sale("P-1"))]).await;
    running.take_in(&[event(SaleSigned, "2", &sale("P-2"))]).await;
    assert_eq!(running.get("/attention").await["items"][0]["kind"], "contradiction");
    let balances = async |expected: &[&str]| {
        running.wait_until_idle().await;
        assert_eq!(running.balances().await.into_iter().collect::<Vec<_>>(), expected);
    };
    balances(&["P-1,EUR,1000,0"]).await;

    let choose = async |number: u32, body: Value| {
        running.api.put(&format!("/contracts/C/terms/1/choices/{number}"), body.to_string()).await.unwrap()
    };
    check_problem(&choose(1, json!({"claim": 3, "seen": 2, "reason": "r"})).await, 400, Some("claim"));
    check_problem(&choose(1, json!({"claim": 2, "seen": 2, "reason": ""})).await, 400, Some("reason"));
    check_problem(&choose(1, json!({"seen": 2, "reason": "r"})).await, 400, Some("claim"));
    check_problem(&choose(1, json!({"claim": 2, "reason": "r"})).await, 400, Some("seen"));
    check_problem(&choose(1, json!({"claim": 2, "seen": 1, "reason": "r"})).await, 409, Some("seen"));
    check_problem(&choose(2, json!({"claim": 2, "seen": 2, "reason": "r"})).await, 409, Some("number"));
    let none = json!({"claim": 1, "seen": 2, "reason": "r"}).to_string();
    check_problem(&running.api.put("/contracts/X/terms/1/choices/1", none).await.unwrap(), 404, None);

    let second = json!({"claim": 2, "seen": 2, "reason": "P-2 brought the client"});
    assert_eq!(choose(1, second.clone()).await.status, 202);
    balances(&["P-1,EUR,0,0", "P-2,EUR,2000,0"]).await;
    assert_eq!(choose(1, second).await.status, 200, "the same again");
    check_problem(&choose(1, json!({"claim": 1, "seen": 2, "reason": "r"})).await, 409, Some("number"));
    assert_eq!(running.get("/attention").await["items"], json!([]), "decided");

    assert_eq!(choose(2, json!({"claim": null, "seen": 2, "reason": "signed twice"})).await.status, 202);
    balances(&["P-1,EUR,0,0", "P-2,EUR,0,0"]).await;
    assert_eq!(choose(3, json!({"claim": 1, "seen": 2, "reason": "it was right"})).await.status, 202);
    balances(&["P-1,EUR,1000,0", "P-2,EUR,0,0"]).await;

    // A claim after a choice contradicts again: it is on the list, and can be chosen.
    let late = json!({"amount": "50.00", "currency": "EUR"});
    let mut third = sale("P-1");
    third["annual_fee"] = late;
    running.take_in(&[event(SaleSigned, "3", &third)]).await;
    assert_eq!(running.get("/attention").await["items"][0]["kind"], "contradiction");
    assert_eq!(running.get("/contracts/C").await["contradictions"][0]["open"], true);
    balances(&["P-1,EUR,1000,0", "P-2,EUR,0,0"]).await;
    check_problem(&choose(4, json!({"claim": 3, "seen": 2, "reason": "r"})).await, 409, Some("seen"));
    assert_eq!(choose(4, json!({"claim": 3, "seen": 3, "reason": "corrected"})).await.status, 202);
    balances(&["P-1,EUR,500,0", "P-2,EUR,0,0"]).await;
    assert_eq!(running.get("/attention").await["items"], json!([]), "decided");

    let contract = running.get("/contracts/C").await;
    assert_eq!(contract["contradictions"][0]["open"], false);
    let reasons: Vec<&str> =
        contract["choices"].as_array().unwrap().iter().map(|choice| choice["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, ["P-2 brought the client", "signed twice", "it was right", "corrected"]);
    assert_eq!(contract["entries"].as_array().unwrap().len(), 6, "{contract}");
    assert_eq!(contract["sale"]["partner_id"], "P-1");
    assert_eq!(running.dead_letters().await, []);
    running.stack.stop().await;
}
