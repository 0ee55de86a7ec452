//! Wrong values in every body and every parameter of the API, listed and generated: each is refused with its field, and
//! nothing is written.

use crate::service::{Client, Service};
use events::{choice, simulation};
use fastrand::Rng;
use fixtures::wrong::{with, wrong_text};
use serde_json::json;
use std::fmt::Write;

/// A place for a value in a request, and the field that its refusal names.
#[derive(Clone, Copy)]
struct Place {
    /// The path, with `{}` for the value.
    path: &'static str,
    field: &'static str,
    /// Values that the field may not have.
    values: &'static [&'static str],
}

const NUMBERS: &[&str] = &["0", "-1", "1.5", "1001", "1e2", "one", "+", "99999999999999999999999", "0x10", "１", "NaN"];
const DAYS: &[&str] =
    &["", "2023-02-29", "2024-13-01", "2024-00-01", "2024-1-1", "20240101", "1999-12-31", "2100-01-01", "today", "0"];
const MONTHS: &[&str] =
    &["", "2024", "2024-1", "2024-00", "2024-13", "1999-12", "2100-01", "2024-01-01", "202401", "now"];
const LANGUAGES: &[&str] = &["", "de", "EN", "fr-FR", "english", "0"];
const CURSORS: &[&str] = &["", "x", "e30", "bnVsbA", "W10", "====", "eyJnc2siOjF9", "..", "null", "0"];
const IDS: &[&str] = &["-a", ".a", "_a", "a#b", "a/b", "a b", "a\0", "a\n", "\u{410}", "\u{ff21}", "a\u{200b}", "%"];

const PLACES: &[Place] = &[
    Place { path: "/partners?limit={}", field: "limit", values: NUMBERS },
    Place { path: "/partners?cursor={}", field: "cursor", values: CURSORS },
    Place { path: "/partners?lang={}", field: "lang", values: LANGUAGES },
    Place { path: "/programme?lang={}", field: "lang", values: LANGUAGES },
    Place { path: "/partners?with={}", field: "with", values: &["", "all", "minimum", "1"] },
    Place { path: "/partners/P-1/statement?month={}", field: "month", values: MONTHS },
    Place { path: "/partners/P-1/statement?month=2024-01&as_of={}", field: "as_of", values: DAYS },
    Place { path: "/partners/P-1/statement?month=2024-01&since={}", field: "since", values: DAYS },
    Place { path: "/partners/P-1/summary?from={}", field: "from", values: MONTHS },
    Place { path: "/partners/P-1/summary?to={}", field: "to", values: MONTHS },
    Place { path: "/partners/P-1/summary?as_of={}", field: "as_of", values: DAYS },
    Place { path: "/summary?as_of={}", field: "as_of", values: DAYS },
    Place { path: "/summary?from={}", field: "from", values: MONTHS },
    Place { path: "/summary?to={}", field: "to", values: MONTHS },
    Place { path: "/partners/{}", field: "id", values: IDS },
    Place { path: "/partners/{}/entries", field: "id", values: IDS },
    Place { path: "/partners/P-1/entries?from={}", field: "from", values: DAYS },
    Place { path: "/partners/P-1/entries?to={}", field: "to", values: DAYS },
    Place { path: "/partners/P-1/entries?limit={}", field: "limit", values: NUMBERS },
    Place { path: "/partners/P-1/entries?cursor={}", field: "cursor", values: CURSORS },
    Place { path: "/partners/P-1/entries?lang={}", field: "lang", values: LANGUAGES },
    Place { path: "/partners/{}/contracts", field: "id", values: IDS },
    Place { path: "/partners/P-1/contracts?limit={}", field: "limit", values: NUMBERS },
    Place { path: "/partners/P-1/contracts?cursor={}", field: "cursor", values: CURSORS },
    Place { path: "/partners/{}/inquiries", field: "id", values: IDS },
    Place { path: "/inquiries?limit={}", field: "limit", values: NUMBERS },
    Place { path: "/inquiries?cursor={}", field: "cursor", values: CURSORS },
    Place { path: "/partners?with=balances&until={}", field: "until", values: MONTHS },
    Place { path: "/contracts/{}", field: "id", values: IDS },
    Place { path: "/contracts/C-1?lang={}", field: "lang", values: LANGUAGES },
    Place { path: "/attention?limit={}", field: "limit", values: NUMBERS },
    Place { path: "/attention?cursor={}", field: "cursor", values: CURSORS },
    Place { path: "/attention?lang={}", field: "lang", values: LANGUAGES },
    Place { path: "/contracts/{}/terms/1/choices/1", field: "id", values: IDS },
    Place { path: "/contracts/C-1/terms/{}/choices/1", field: "term", values: NUMBERS },
    Place { path: "/contracts/C-1/terms/1/choices/{}", field: "number", values: NUMBERS },
    Place { path: "/contracts/C-1/terms/1/credit-notes/{}/choices/1", field: "adjustment", values: IDS },
];

/// Every byte but letters and digits as `%XX`.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").unwrap();
        }
        encoded
    })
}

async fn refused(api: &Client, place: &Place, value: &str) {
    let path = place.path.replacen("{}", &encoded(value), 1);
    let (method, body) = if path.contains("/choices/") { ("PUT", CHOICE) } else { ("GET", "") };
    let answer = api.send(method, &path, &[], body.to_owned()).await;
    assert_eq!((answer.status, answer.json["field"].as_str()), (400, Some(place.field)), "{path}: {}", answer.json);
    assert!(!answer.json["detail"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn every_listed_and_ten_thousand_generated_parameters_are_refused() {
    let service = Service::start();
    let partner = json!({"name": "A", "agreements": []}).to_string();
    assert_eq!(service.manager.put("/partners/P-1", partner).await.status, 201);
    let mut cases = 0;
    for place in PLACES {
        for value in place.values {
            refused(&service.manager, place, value).await;
            cases += 1;
        }
    }
    assert!(cases >= 150, "{cases}");
    let mut random = Rng::with_seed(4);
    for _ in 0..10_000 {
        let place = random.choice(PLACES).unwrap();
        let value: String = wrong_text(&mut random).chars().take(100).chain("#".chars()).collect();
        refused(&service.manager, place, &value).await;
    }
}

const CHOICE: &str = r#"{"claim":1,"seen":1,"reason":"typed wrong"}"#;

#[test]
fn every_listed_and_ten_thousand_generated_choices_are_refused() {
    let good = serde_json::from_str(CHOICE).unwrap();
    assert!(
        choice::parse(CHOICE).is_ok() && choice::parse(r#"{"claim":null,"seen":1,"reason":"typed wrong"}"#).is_ok()
    );
    let check = |pointer: &str, value: &str| {
        let body = with(&good, pointer, value);
        let refusal = choice::parse(&body).expect_err(&body);
        assert_eq!(refusal.field, pointer.trim_start_matches('/'), "{body}: {refusal}");
    };
    for value in ["0", "-1", "1.0", "1e0", "\"1\"", "true", "[]", "[1]", "{}", "18446744073709551616", "\"\""] {
        check("/claim", value);
    }
    let long = format!("\"{}\"", "a".repeat(201));
    for value in ["null", "1", "true", "[]", "{}", "\"\"", "\" \"", "\"a\\n\"", "\"a\\u0000\"", "\" a\"", &long] {
        check("/reason", value);
    }
    for body in [
        "",
        "null",
        "[]",
        "1",
        "{",
        "{}",
        r#"{"claim":1}"#,
        r#"{"reason":"a"}"#,
        r#"{"claim":1,"reason":"a"}"#,
        r#"{"claim":1,"seen":1,"reason":"a"}x"#,
    ] {
        assert!(choice::parse(body).is_err(), "{body}");
    }
    assert_eq!(choice::parse(r#"{"claim":1,"seen":1,"reason":"a","why":"b"}"#).unwrap_err().field, "why");
    let mut random = Rng::with_seed(5);
    for _ in 0..10_000 {
        let text = json!(wrong_text(&mut random) + "\u{0}").to_string();
        check(if random.bool() { "/claim" } else { "/reason" }, &text);
    }
}

const QUESTION: &str = r#"{"who":{"model":"referrer"},"terms":{"rate":"0.2","from_sale":2,"model":"affiliate"}}"#;

#[test]
fn every_listed_and_ten_thousand_generated_questions_are_refused() {
    let good = serde_json::from_str(QUESTION).unwrap();
    assert!(simulation::parse(QUESTION).is_ok());
    let check = |pointer: &str, value: &str| {
        let body = with(&good, pointer, value);
        let refusal = simulation::parse(&body).expect_err(&body);
        let field = pointer.trim_start_matches('/').replace('/', ".");
        assert!(field.starts_with(&refusal.field), "{body}: {refusal}");
    };
    for value in ["\"1.1\"", "\"-0.1\"", "\"0.1234567\"", "\".5\"", "\"\"", "\"50 %\"", "0.5", "1", "true", "[]", "{}"]
    {
        check("/terms/rate", value);
    }
    for value in ["0", "13", "-1", "1.5", "\"2\"", "true", "[]", "{}", "256"] {
        check("/terms/from_sale", value);
    }
    for pointer in ["/terms/model", "/who/model", "/who", "/terms"] {
        for value in ["\"\"", "\"Referrer\"", "\"friend\"", "1", "true", "[]"] {
            check(pointer, value);
        }
    }
    for body in ["", "{}", "[]", r#"{"who":{"model":"referrer"}}"#, r#"{"who":{"model":"referrer"},"terms":{}}"#] {
        assert!(simulation::parse(body).is_err(), "{body}");
    }
    let mut random = Rng::with_seed(6);
    for _ in 0..10_000 {
        let pointer = *random.choice(&["/terms/rate", "/terms/from_sale", "/terms/model", "/who/model"]).unwrap();
        check(pointer, &json!(wrong_text(&mut random)).to_string());
    }
}
