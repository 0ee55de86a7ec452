//! Contested documents: by a partner's member, answered by a manager, and both see where it stands.

use crate::service::{Service, set_clock};
use rules::people::Role;
use serde_json::json;

async fn documented() -> Service {
    let service = Service::complete(&["P-1", "P-2"]).await;
    service.sale("C-1", "P-1", "2026-01-10", "1000.00", "2026-01-10T09:00:00Z").await;
    service.close("2026-01", "2026-02-01T08:00:00Z", &json!({})).await;
    service
}

#[tokio::test]
async fn a_partner_contests_and_a_manager_answers() {
    let service = documented().await;
    let partner = service.as_partner("P-1");
    let body = json!({"reason": "the sale of C-2 is missing"}).to_string();
    let path = "/documents/AF-P1-000001/contests/1";
    let contested = partner.put(path, body.clone()).await;
    assert_eq!((contested.status, &contested.json["answer"]), (201, &json!(null)), "{}", contested.text);
    assert_eq!(partner.put(path, body).await.status, 200);
    assert_eq!(partner.put(path, json!({"reason": "another"}).to_string()).await.status, 409);
    let answer = json!({"text": "It comes with the next one."}).to_string();
    assert_eq!(partner.put(&format!("{path}/answer"), answer.clone()).await.status, 403);
    let accountant = service.with_role("accountant", Role::Accountant);
    assert_eq!(accountant.put(&format!("{path}/answer"), answer.clone()).await.status, 403);
    let settled = service.manager.put(&format!("{path}/answer"), answer.clone()).await;
    assert_eq!((settled.status, settled.json["answer"]["at"].is_string()), (201, true));
    assert_eq!(service.manager.put(&format!("{path}/answer"), answer).await.status, 200);
    let other = json!({"text": "No."}).to_string();
    assert_eq!(service.manager.put(&format!("{path}/answer"), other).await.status, 409);
    for client in [&partner, &service.manager] {
        let shown = client.get("/documents/AF-P1-000001").await.json;
        assert_eq!(shown["contests"][0]["reason"], "the sale of C-2 is missing");
        assert_eq!(shown["contests"][0]["by"], "The member-of-P-1");
        assert_eq!(shown["contests"][0]["answer"]["text"], "It comes with the next one.");
        assert_eq!(shown["contests"][0]["answer"]["by"], "The manager");
    }
}

#[tokio::test]
async fn what_waits_for_an_answer_is_listed_by_pages() {
    let service = documented().await;
    assert_eq!(service.get("/contests").await, json!({"contests": [], "next_cursor": null}));
    let partner = service.as_partner("P-1");
    let path = "/documents/AF-P1-000001/contests";
    for (n, reason) in [(1, "C-2 is missing"), (2, "the rate is wrong")] {
        set_clock(&format!("2026-02-0{n}T09:00:00Z"));
        let answer = partner.put(&format!("{path}/{n}"), json!({"reason": reason}).to_string()).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
    }
    assert_eq!(partner.get("/contests").await.status, 403);
    let accountant = service.with_role("accountant", Role::Accountant);
    let first = accountant.get("/contests?limit=1").await.json;
    let expected = json!([{
        "n": 1, "number": "AF-P1-000001", "line": null, "reason": "C-2 is missing", "by": "The member-of-P-1",
        "at": "2026-02-01T09:00:00Z", "answer": null, "partner_id": "P-1", "currency": "EUR", "direction": "to-partner",
        "kind": "self-billed-invoice", "due": "2026-03-03", "gross": {"amount": "180.00", "currency": "EUR"},
    }]);
    assert_eq!(first["contests"], expected);
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = accountant.get(&format!("/contests?limit=1&cursor={cursor}")).await.json;
    assert_eq!((&rest["contests"][0]["n"], &rest["next_cursor"]), (&json!(2), &json!(null)));
    let answered = service.manager.put(&format!("{path}/1/answer"), json!({"text": "It comes."}).to_string()).await;
    assert_eq!(answered.status, 201);
    let left = service.get("/contests").await;
    assert_eq!(left["contests"].as_array().unwrap().len(), 1);
    assert_eq!(left["contests"][0]["n"], 2);
}

#[tokio::test]
async fn what_cannot_be_contested_says_why() {
    let service = documented().await;
    let partner = service.as_partner("P-1");
    let path = "/documents/AF-P1-000001/contests";
    let line =
        json!({"reason": "x", "line": {"month": "2025-12", "kind": "commission", "model": "referrer"}}).to_string();
    assert_eq!(partner.put(&format!("{path}/1"), line).await.status, 400);
    for (body, field) in [
        (json!({"reason": ""}), "reason"),
        (json!({}), "reason"),
        (json!({"reason": "x", "line": {"month": "2026", "kind": "commission", "model": "referrer"}}), "line.month"),
        (json!({"reason": "x", "line": {"month": "2026-01", "kind": "fee", "model": "referrer"}}), "line.kind"),
    ] {
        let refused = partner.put(&format!("{path}/1"), body.to_string()).await;
        assert_eq!((refused.status, &refused.json["field"]), (400, &json!(field)), "{body}: {}", refused.text);
    }
    let reason = json!({"reason": "x"}).to_string();
    assert_eq!(partner.put(&format!("{path}/101"), reason.clone()).await.json["field"], "n");
    let answer = json!({"text": "x"}).to_string();
    assert_eq!(service.manager.put(&format!("{path}/7/answer"), answer).await.status, 404);
    // Another partner's document is as one that is not there.
    let foreign = service.as_partner("P-2");
    let (there, nowhere) = (
        foreign.put(&format!("{path}/1"), reason.clone()).await,
        foreign.put("/documents/AF-P1-000009/contests/1", reason.clone()).await,
    );
    assert_eq!((there.status, &there.text), (404, &nowhere.text));
    // The mandate gives 15 days.
    set_clock("2026-02-17T08:00:00Z");
    assert_eq!(partner.put(&format!("{path}/1"), reason).await.status, 409);
}
