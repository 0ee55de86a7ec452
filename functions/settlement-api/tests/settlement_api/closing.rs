//! Closing a month: preview, close, documents, what is carried and why.

use crate::service::{Service, set_clock};
use serde_json::json;

/// A partner with a complete identity and a sale in January.
async fn january() -> Service {
    let service = Service::complete(&["P-1"]).await;
    service.sale("C-1", "P-1", "2026-01-10", "1000.00", "2026-01-10T09:00:00Z").await;
    service
}

#[tokio::test]
async fn a_month_is_previewed_closed_and_documented() {
    let service = january().await;
    set_clock("2026-02-01T08:00:00Z");
    let preview = service.manager.post("/closings/2026-01/preview", String::new()).await;
    assert_eq!(preview.status, 200, "{}", preview.text);
    let document = &preview.json["documents"][0];
    assert_eq!(document["number"], "AF-P1-000001");
    assert_eq!(service.get("/closings").await["closings"], json!([]));
    let closed = service.manager.put("/closings/2026-01", String::new()).await;
    assert_eq!((closed.status, &closed.json["made"]), (201, &json!(null)));
    // Asked again, it is the same close, and its pass may begin twice.
    assert_eq!(service.manager.put("/closings/2026-01", "{}".to_owned()).await.status, 200);
    service.play().await;
    let list = service.get("/closings").await;
    assert_eq!(list["closings"][0]["made"]["documents"], 1);
    assert_eq!(list["next"]["month"], "2026-02");
    assert_eq!(list["next"]["from"], "2026-02-28T23:15:00Z");
    let made = &service.get("/closings/2026-01/documents").await["documents"][0];
    assert_eq!(made, document);
    assert_eq!(
        (&made["net"], &made["gross"]),
        (&json!({"amount": "150.00", "currency": "EUR"}), &json!({"amount": "180.00", "currency": "EUR"}))
    );
    assert_eq!(service.get("/documents/AF-P1-000001").await["vat_sums"][0]["rate"], "0.2");
    let entry = &service.get("/documents/AF-P1-000001/annex").await["entries"][0];
    assert_eq!((&entry["amount"]["amount"], &entry["contract_id"]), (&json!("150.00"), &json!("C-1")));
    let printed = service.manager.get("/documents/AF-P1-000001?format=html&with=annex&lang=en").await.text;
    assert!(printed.contains("Annex: entries behind the lines") && printed.contains(">C-1<"), "{printed}");
    let alone = service.manager.get("/documents/AF-P1-000001?format=html&lang=en").await.text;
    assert!(!alone.contains("C-1"), "{alone}");
    let unknown = service.manager.get("/documents/AF-P1-000001?format=html&with=more").await;
    assert_eq!((unknown.status, &unknown.json["field"]), (400, &json!("with")));
    assert_eq!(service.get("/partners/P-1/account").await["documents"][0]["number"], "AF-P1-000001");
    let other = service.manager.put("/closings/2026-01", json!({"final": ["P-1"]}).to_string()).await;
    assert_eq!(other.status, 409);
}

#[tokio::test]
async fn a_document_is_also_a_file_and_a_page() {
    let service = january().await;
    service.close("2026-01", "2026-02-01T08:00:00Z", &json!({})).await;
    let xml = service.manager.get("/documents/AF-P1-000001?format=xml").await;
    assert_eq!(xml.headers["content-type"], "application/xml");
    assert_eq!(xml.headers["content-disposition"], "attachment; filename=\"AF-P1-000001.xml\"");
    assert!(xml.text.contains("AF-P1-000001") && xml.text.contains("CrossIndustryInvoice"));
    let page = service.manager.get("/documents/AF-P1-000001?format=html&lang=fr").await;
    assert!(page.text.contains("Autofacturation") && page.text.contains("Société P-1"));
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert_eq!(page.headers["content-disposition"], "inline; filename=\"AF-P1-000001.html\"");
    assert_eq!(service.manager.get_as("/documents/AF-P1-000001", "application/xml").await.text, xml.text);
}

#[tokio::test]
async fn what_is_carried_says_why() {
    let service = Service::with(&["P-1", "P-2"]).await;
    service.sale("C-1", "P-1", "2026-01-10", "1000.00", "2026-01-10T09:00:00Z").await;
    set_clock("2026-02-01T08:00:00Z");
    let preview = service.manager.post("/closings/2026-01/preview", "{}".to_owned()).await.json;
    assert_eq!(preview["attention"][0]["kind"], "incomplete");
    assert_eq!(preview["attention"][0]["lacking"][0], json!({"side": "vendor", "field": "legal_name"}));
    service.close("2026-01", "2026-02-01T08:00:00Z", &json!({})).await;
    let carried = service.get("/closings/2026-01/carried").await;
    let expected = json!({
        "partner_id": "P-1", "currency": "EUR", "direction": "to-partner", "close": "2026-01",
        "total": {"amount": "150.00", "currency": "EUR"}, "reason": "identity-incomplete",
    });
    assert_eq!(carried["carried"], json!([expected]));
    assert_eq!(service.get("/partners/P-1/account").await["carried"], json!([expected]));
}

#[tokio::test]
async fn a_close_too_early_or_out_of_order_says_so() {
    let service = january().await;
    set_clock("2026-01-31T23:14:59Z");
    let early = service.manager.put("/closings/2026-01?lang=fr", String::new()).await;
    assert_eq!((early.status, early.json["detail"].as_str().unwrap().contains("2026-01-31T23:15:00Z")), (409, true));
    let preview = service.manager.post("/closings/2026-01/preview", String::new()).await.json;
    assert_eq!(preview["attention"][0]["kind"], "refused");
    service.close("2026-01", "2026-02-01T08:00:00Z", &json!({})).await;
    set_clock("2026-06-01T08:00:00Z");
    let order = service.manager.put("/closings/2026-03", String::new()).await;
    assert_eq!((order.status, order.json["detail"].as_str().unwrap().contains("close 2026-02 first")), (409, true));
    assert_eq!(service.manager.get("/closings/2026-02").await.status, 404);
}

#[tokio::test]
async fn wrong_orders_are_refused_at_their_field() {
    let service = january().await;
    set_clock("2026-02-01T08:00:00Z");
    for (orders, field) in [
        (json!({"final": "P-1"}), "final"),
        (json!({"final": ["P 1"]}), "final[0]"),
        (json!({"opens": [""]}), "opens[0]"),
        (json!({"opens_all": true, "opens": ["P-1"]}), "opens"),
        (json!({"rates": {"CHF": "1,07"}}), "rates.CHF"),
        (json!({"rates": {"CHF": "0"}}), "rates.CHF"),
        (json!({"rates": {"XYZ": "1"}}), "rates"),
        (json!({"rates": []}), "rates"),
        (json!({"cancel": [{"number": "FP-1", "reason": "x"}]}), "cancel[0].number"),
        (json!({"cancel": [{"number": "FP-000001", "reason": ""}]}), "cancel[0].reason"),
        (json!({"cancel": [{"number": "FP-000001"}]}), "cancel[0].reason"),
        (json!({"month": "2026-01"}), "month"),
        (json!([]), "body"),
    ] {
        for path in ["/closings/2026-01/preview", "/closings/2026-01"] {
            let answer = if path.ends_with('w') {
                service.manager.post(path, orders.to_string()).await
            } else {
                service.manager.put(path, orders.to_string()).await
            };
            assert_eq!((answer.status, &answer.json["field"]), (400, &json!(field)), "{orders}: {}", answer.text);
        }
    }
    let unknown = json!({"cancel": [{"number": "FP-000001", "reason": "x"}]});
    assert_eq!(service.manager.put("/closings/2026-01", unknown.to_string()).await.status, 409);
    assert_eq!(service.get("/closings").await["closings"], json!([]));
}
