//! A partner's own documents, and invoices from before this system.

use crate::service::{Service, billing, vendor};
use serde_json::{Value, json};

/// A partner without a mandate, whose January is carried.
async fn carried() -> Service {
    carried_of("1000.00").await
}

/// The same, with a sale at this annual fee.
async fn carried_of(fee: &str) -> Service {
    let service = Service::with(&["P-1"]).await;
    assert_eq!(service.manager.put("/vendor/1", vendor().to_string()).await.status, 201);
    let mut body = billing("P-1");
    body["mandate"] = Value::Null;
    assert_eq!(service.manager.put("/partners/P-1/billing/1", body.to_string()).await.status, 201);
    service.sale("C-1", "P-1", "2026-01-10", fee, "2026-01-10T09:00:00Z").await;
    service.close("2026-01", "2026-02-01T08:00:00Z", &json!({})).await;
    crate::service::set_clock("2026-02-05T08:00:00Z");
    service
}

fn invoice(amount: &str, vat: &str) -> String {
    json!({
        "number": "2026/17", "date": "2026-02-03",
        "lines": [{"month": "2026-01", "kind": "commission", "model": "referrer", "amount": amount}],
        "vat": [{"regime": "fr-vat", "rate": "0.2", "amount": vat}],
    })
    .to_string()
}

#[tokio::test]
async fn a_partner_without_a_mandate_sends_its_own_invoice() {
    let service = carried().await;
    assert_eq!(service.get("/closings/2026-01/carried").await["carried"][0]["reason"], "no-mandate");
    let path = "/partners/P-1/received/EUR/2026-01";
    let put = async |body: String| service.manager.put(path, body).await;
    let recorded = put(invoice("150.00", "30.01")).await;
    assert_eq!((recorded.status, &recorded.json["kind"]), (201, &json!("received-invoice")), "{}", recorded.text);
    assert_eq!(recorded.json["gross"]["amount"], "180.01");
    assert_eq!(put(invoice("150.00", "30.01")).await.status, 200);
    let account = service.get("/partners/P-1/account").await;
    assert_eq!(
        (&account["documents"][0]["number"], &account["documents"][0]["is_ours"]),
        (&json!("2026/17"), &json!(false))
    );
    assert_eq!(service.manager.put("/partners/P-1/received/EUR/2026-02", invoice("1.00", "0.20")).await.status, 404);
}

#[tokio::test]
async fn what_differs_is_said_at_its_field_in_the_currency() {
    let service = carried_of("10000.00").await;
    let path = "/partners/P-1/received/EUR/2026-01";
    let none = json!({"number": "1", "date": "2026-02-03", "lines": []}).to_string();
    let at_zero = invoice("1500.00", "300.00").replace("\"0.2\"", "\"0\"");
    for (body, field, en, fr) in [
        (
            invoice("1499.99", "300.00"),
            "lines[0]",
            "says 1,499.99 EUR for 2026-01 (Commission, Referrer), but the close carried 1,500.00 EUR: ask for a document with the carried lines",
            "indique 1 499,99 EUR pour 2026-01 (Commission, Prescripteur), alors que la clôture a reporté 1 500,00 EUR : demander un document aux lignes reportées",
        ),
        (
            none,
            "lines",
            "has nothing for 2026-01 (Commission, Referrer), of which the close carried 1,500.00 EUR: ask for a document with the carried lines",
            "n'a rien pour 2026-01 (Commission, Prescripteur), dont la clôture a reporté 1 500,00 EUR : demander un document aux lignes reportées",
        ),
        (
            invoice("1500.00", "1300.02"),
            "vat",
            "says 1,300.02 EUR at 20% (France), but must be 300.00 EUR, within 0.01 EUR: ask for a corrected document",
            "indique 1 300,02 EUR à 20 % (France), au lieu de 300,00 EUR à 0,01 EUR près : demander un document corrigé",
        ),
        (
            at_zero,
            "vat",
            "says 300.00 EUR at 0% (France), but no line has this regime and rate: ask for a corrected document",
            "indique 300,00 EUR à 0 % (France), mais aucune ligne n'a ce régime et ce taux : demander un document corrigé",
        ),
    ] {
        for (language, said) in [("en", en), ("fr", fr)] {
            let headers = [("accept-language", language)];
            let refused = service.manager.send("PUT", path, &headers, body.clone()).await;
            assert_eq!((refused.status, &refused.json["field"]), (400, &json!(field)), "{}", refused.text);
            let detail = refused.json["detail"].as_str().unwrap().replace(['\u{a0}', '\u{202f}'], " ");
            assert_eq!(detail, format!("{field} {said}"));
        }
    }
}

#[tokio::test]
async fn a_number_that_serves_already_is_refused_at_its_field() {
    let service = carried().await;
    let (january, february) = ("/partners/P-1/received/EUR/2026-01", "/partners/P-1/received/EUR/2026-02");
    assert_eq!(service.manager.put(january, invoice("150.00", "30.00")).await.status, 201);
    service.sale("C-2", "P-1", "2026-02-10", "1000.00", "2026-02-10T09:00:00Z").await;
    service.close("2026-02", "2026-03-01T08:00:00Z", &json!({})).await;
    crate::service::set_clock("2026-03-05T08:00:00Z");
    let body = invoice("150.00", "30.00").replace("\"2026-01\"", "\"2026-02\"");
    let credit = json!({"number": "2026/17", "date": "2026-03-04"}).to_string();
    let item = json!({"number": "2026/17", "date": "2025-11-30", "due": "2025-12-30", "gross": "1.00", "open": "1.00"});
    for (path, body) in [
        (february, &body),
        ("/partners/P-1/received/EUR/2026-01/cancellation", &credit),
        ("/partners/P-1/opening-items/CHF/to-partner", &item.to_string()),
    ] {
        for (language, said) in [
            ("en", "number is that of another document of this partner: give the number that this one has"),
            ("fr", "number est celui d'un autre document de ce partenaire : donner le numéro que porte celui-ci"),
        ] {
            let headers = [("accept-language", language)];
            let refused = service.manager.send("PUT", path, &headers, body.clone()).await;
            assert_eq!((refused.status, &refused.json["field"]), (400, &json!("number")), "{path}: {}", refused.text);
            assert_eq!(refused.json["detail"].as_str().unwrap().replace('\u{a0}', " "), said);
        }
    }
    assert_eq!(service.manager.put(february, body.replace("2026/17", "2026/18")).await.status, 201);
}

#[tokio::test]
async fn a_wrong_document_is_refused_at_its_field() {
    let service = carried().await;
    let good: Value = serde_json::from_str(&invoice("150.00", "30.00")).unwrap();
    for (at, value, field) in [
        ("/number", json!(""), "number"),
        ("/date", json!("03/02/2026"), "date"),
        ("/lines", json!({}), "lines"),
        ("/lines/0/amount", json!("1e2"), "lines[0].amount"),
        ("/lines/0/model", json!("reseller"), "lines[0].model"),
        ("/vat/0/rate", json!("20"), "vat[0].rate"),
        ("/vat/0/regime", json!("fr"), "vat[0].regime"),
        ("/vat/0/amount", json!("20.001"), "vat[0].amount"),
    ] {
        let mut body = good.clone();
        *body.pointer_mut(at).unwrap() = value;
        let refused = service.manager.put("/partners/P-1/received/EUR/2026-01", body.to_string()).await;
        assert_eq!((refused.status, &refused.json["field"]), (400, &json!(field)), "{body}: {}", refused.text);
    }
    assert_eq!(
        service.manager.put("/partners/P-1/received/EURO/2026-01", good.to_string()).await.json["field"],
        "currency"
    );
    assert_eq!(service.manager.put("/partners/P-9/received/EUR/2026-01", good.to_string()).await.status, 404);
}

#[tokio::test]
async fn an_invoice_from_before_is_recorded_once() {
    let service = carried().await;
    let item = |open: &str| {
        json!({"number": "2025/44?", "date": "2025-11-30", "due": "2025-12-30", "gross": "240.00", "open": open})
            .to_string()
    };
    let path = "/partners/P-1/opening-items/EUR/from-partner";
    let recorded = service.manager.put(path, item("40.00")).await;
    assert_eq!(recorded.status, 201, "{}", recorded.text);
    assert_eq!(service.manager.put(path, item("40.00")).await.status, 200);
    assert_eq!(service.manager.put(path, item("41.00")).await.status, 409);
    assert_eq!(service.manager.put(path, item("240.01")).await.json["field"], "open");
    assert_eq!(
        service.manager.put("/partners/P-1/opening-items/EUR/both", item("1.00")).await.json["field"],
        "direction"
    );
    let shown = &service.get("/partners/P-1/account").await["opening_items"][0];
    assert_eq!((&shown["number"], &shown["open"]["amount"]), (&json!("2025/44?"), &json!("40.00")));
}

#[tokio::test]
async fn a_partner_cancels_its_own_invoice_by_its_own_credit_note() {
    let service = carried().await;
    let path = "/partners/P-1/received/EUR/2026-01";
    let (credit, cancellation) = (json!({"number": "A/3", "date": "2026-02-04"}), format!("{path}/cancellation"));
    let put = async |path: &str, body: &Value| service.manager.put(path, body.to_string()).await;
    assert_eq!(put(&cancellation, &credit).await.status, 404);
    assert_eq!(service.manager.put(path, invoice("150.00", "30.00")).await.status, 201);
    let recorded = put(&cancellation, &credit).await;
    assert_eq!((recorded.status, &recorded.json["kind"]), (201, &json!("received-cancellation")), "{}", recorded.text);
    assert_eq!((&recorded.json["cancels"], &recorded.json["gross"]["amount"]), (&json!("2026/17"), &json!("-180.00")));
    assert_eq!(put(&cancellation, &credit).await.status, 200);
    assert_eq!(put(&cancellation, &json!({"number": "A/4", "date": "2026-02-04"})).await.status, 409);
    for (body, field) in [
        (json!({"number": "", "date": "2026-02-04"}), "number"),
        (json!({"number": "A/3", "date": "4 February"}), "date"),
    ] {
        let refused = put(&cancellation, &body).await;
        assert_eq!((refused.status, &refused.json["field"]), (400, &json!(field)), "{}", refused.text);
    }
    assert_eq!(put("/partners/P-1/received/CHF/2026-01/cancellation", &credit).await.status, 404);
}
