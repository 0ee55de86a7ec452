//! Billing identities: versions, errors at their fields, a masked IBAN.

use crate::service::{Service, billing, vendor};
use serde_json::{Value, json};

fn with(mut body: Value, field: &str, value: Value) -> String {
    body[field] = value;
    body.to_string()
}

#[tokio::test]
async fn a_version_is_recorded_once_in_order() {
    let service = Service::with(&["P-1"]).await;
    let put = async |n: u32, body: String| service.manager.put(&format!("/partners/P-1/billing/{n}"), body).await;
    assert_eq!(put(2, billing("P-1").to_string()).await.status, 409);
    assert_eq!(put(1, billing("P-1").to_string()).await.status, 201);
    assert_eq!(put(1, billing("P-1").to_string()).await.status, 200);
    assert_eq!(put(1, with(billing("P-1"), "legal_name", json!("Other"))).await.status, 409);
    let other_series = put(2, with(billing("P-1"), "series", json!("OTHER"))).await;
    assert_eq!(
        (other_series.status, other_series.json["detail"].as_str().unwrap().contains("never changes")),
        (409, true)
    );
    let answer = put(2, with(billing("P-1"), "payment_days", json!(45))).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.json["versions"][1]["payment_days"], 45);
    assert_eq!(answer.json["holds_today"], 2);
}

#[tokio::test]
async fn an_identity_says_what_it_lacks() {
    let service = Service::with(&["P-1"]).await;
    let shown = service.get("/partners/P-1/billing").await;
    assert_eq!((shown["versions"].as_array().unwrap().len(), &shown["has_mandate"]), (0, &json!(false)));
    assert_eq!(shown["lacking"][0], json!({"side": "vendor", "field": "legal_name"}));
    assert_eq!(service.manager.put("/vendor/1", vendor().to_string()).await.status, 201);
    let partial = json!({"from": "2020-01-01", "legal_name": "A", "country": "FR", "regime": "fr-franchise"});
    assert_eq!(service.manager.put("/partners/P-1/billing/1", partial.to_string()).await.status, 201);
    let lacking = &service.get("/partners/P-1/billing").await["lacking"];
    let fields: Vec<&str> = lacking.as_array().unwrap().iter().map(|one| one["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["address", "siren", "series"]);
}

#[tokio::test]
async fn an_iban_is_masked_and_kept() {
    let service = Service::complete(&["P-1"]).await;
    let answer = service.manager.get("/partners/P-1/billing").await;
    let masked = answer.json["versions"][0]["iban"].as_str().unwrap().to_owned();
    assert_eq!(masked, "FR76•••••••••••••••••••0189");
    assert!(!answer.text.contains("30006000011234567890"));
    // The form that an answer fills can be sent back.
    let body = with(with_value(billing("P-1"), "iban", json!(masked)), "payment_days", json!(10));
    assert_eq!(service.manager.put("/partners/P-1/billing/2", body.clone()).await.status, 201);
    assert_eq!(service.manager.put("/partners/P-1/billing/2", body).await.status, 200);
    assert_eq!(service.get("/partners/P-1/billing").await["versions"][1]["iban"], masked);
    let stranger = with(billing("P-1"), "iban", json!("FR76•••••••••••••••••••0188"));
    assert_eq!(service.manager.put("/partners/P-1/billing/3", stranger).await.json["field"], "iban");
}

fn with_value(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

#[tokio::test]
async fn a_wrong_field_is_named_in_both_languages() {
    let service = Service::complete(&["P-1"]).await;
    for (field, value, named) in [
        ("from", json!("2026-02-30"), "from"),
        ("legal_name", json!(""), "legal_name"),
        ("address", json!("4 rue du Port, 97400 Saint-Denis"), "address"),
        ("country", json!("France"), "country"),
        ("country", json!("RE"), "country"),
        ("country", json!("DE"), "regime"),
        ("siren", json!("512345613"), "siren"),
        ("siren", json!("51234561200012"), "siren"),
        ("vat_id", json!("FR69512345612"), "vat_id"),
        ("vat_id", json!("FR55448765438"), "vat_id"),
        ("vat_id", json!("US1"), "vat_id"),
        ("regime", json!("fr"), "regime"),
        ("regime", json!("eu"), "regime"),
        ("series", json!("P-1"), "series"),
        ("payment_days", json!(46), "payment_days"),
        ("payment_days", json!(300), "payment_days"),
        ("minimums", json!({"EUR": "1,00"}), "minimums.EUR"),
        ("minimums", json!({"EURO": "1.00"}), "minimums"),
        ("mandate", json!({"signed_on": "2026-02-01", "ended_on": "2026-01-01"}), "mandate"),
        ("mandate", json!({"signed_on": "yesterday"}), "mandate.signed_on"),
        ("mandate", json!(["2026-01-01"]), "mandate"),
        ("iban", json!("FR7630006000011234567890188"), "iban"),
        ("iban", json!("30006000011234567890189"), "iban"),
        ("account_holder", json!("\u{200b}"), "account_holder"),
        ("legal_form", json!(""), "legal_form"),
        ("share_capital", json!("1".repeat(101)), "share_capital"),
        ("registration", json!("RCS\nBéziers"), "registration"),
        ("colour", json!("blue"), "colour"),
    ] {
        let body = with(billing("P-1"), field, value);
        let (en, fr) = (
            service.manager.put("/partners/P-1/billing/2?lang=en", body.clone()).await,
            service.manager.put("/partners/P-1/billing/2?lang=fr", body.clone()).await,
        );
        assert_eq!((en.status, fr.status), (400, 400), "{body}: {}", en.text);
        assert_eq!((&en.json["field"], &fr.json["field"]), (&json!(named), &json!(named)), "{body}");
        assert_ne!(en.json["detail"], fr.json["detail"], "{body}");
        assert!(!en.text.contains("3000600001123456789"), "an IBAN is never quoted");
    }
    assert_eq!(service.get("/partners/P-1/billing").await["versions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn legal_mentions_are_on_the_page_and_in_the_xml() {
    let service = Service::with(&["P-1"]).await;
    let mut vendor = vendor();
    vendor["legal_form"] = json!("SAS");
    vendor["share_capital"] = json!("10 000 €");
    assert_eq!(service.manager.put("/vendor/1", vendor.to_string()).await.status, 201);
    let mut of = billing("P-1");
    of["registration"] = json!("RCS Lyon 512 345 612");
    assert_eq!(service.manager.put("/partners/P-1/billing/1", of.to_string()).await.status, 201);
    assert_eq!(service.get("/vendor").await["versions"][0]["share_capital"], "10 000 €");
    assert_eq!(service.get("/partners/P-1/billing").await["versions"][0]["registration"], "RCS Lyon 512 345 612");
    service.sale("C-1", "P-1", "2026-01-10", "1000.00", "2026-01-10T09:00:00Z").await;
    service.close("2026-01", "2026-02-01T08:00:00Z", &json!({})).await;
    let page = service.manager.get("/documents/AF-P1-000001?format=html&lang=fr").await.text;
    assert!(page.contains("SAS au capital de 10 000 €") && page.contains("RCS Lyon 512 345 612"));
    let xml = service.manager.get("/documents/AF-P1-000001?format=xml").await.text;
    assert!(xml.contains("<ram:Description>RCS Lyon 512 345 612</ram:Description>"));
    assert_eq!(service.get("/documents/AF-P1-000001").await["vendor"]["legal_form"], "SAS");
}
