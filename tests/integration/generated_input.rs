//! Wrong values in every field of every event and of a registration, listed and generated: none is accepted, none panics,
//! each refusal names the field.

use events::EventType::{self, AnnualRenewal, ContractEnded, CreditNote, SaleSigned, Supplement};
use events::{cloud_event, registration};
use fixtures::world::event;
use fixtures::wrong::{with, wrong_text};
use rules::Agreements;
use rules::text::Language;
use serde_json::{Value, json};

const IDS: &[&str] = &[
    "\"\"",
    "\"-a\"",
    "\".a\"",
    "\"_a\"",
    "\"a#b\"",
    "\"a/b\"",
    "\"a b\"",
    "\"a\\u0000\"",
    "\"a\\n\"",
    "\"\u{410}\"",
    "\"\u{ff21}\"",
    "\"a\u{200b}\"",
    "7",
    "null",
    "true",
    "[]",
    "{}",
];
const DAYS: &[&str] = &[
    "\"\"",
    "\"2023-02-29\"",
    "\"2024-13-01\"",
    "\"2024-00-01\"",
    "\"2024-01-00\"",
    "\"2024-01-32\"",
    "\"1999-12-31\"",
    "\"2100-01-01\"",
    "\"2024-1-1\"",
    "\"20240101\"",
    "\"2024-01-01T00:00:00Z\"",
    "\" 2024-01-01\"",
    "\"+2024-01-1\"",
    "20240101",
    "null",
    "{}",
];
const AMOUNTS: &[&str] = &[
    "\"\"",
    "\"-1\"",
    "\"+1\"",
    "\"01\"",
    "\"1.\"",
    "\".1\"",
    "\"1e3\"",
    "\"1,5\"",
    "\"1 000\"",
    "\"NaN\"",
    "\"Infinity\"",
    "\"0x10\"",
    "\"1.001\"",
    "\"1.000\"",
    "\"10000000000.01\"",
    "\"\u{661}\"",
    "-1",
    "1e3",
    "1.5e1",
    "1e400",
    "1.001",
    "99999999999999999999999",
    "null",
    "true",
    "[1]",
    "{}",
];
const CURRENCIES: &[&str] = &[
    "\"\"",
    "\"eur\"",
    "\"EURO\"",
    "\"EU\"",
    "\"XXX\"",
    "\"XAU\"",
    "\"DDM\"",
    "\"XEU\"",
    "\"\u{415}UR\"",
    "978",
    "null",
    "[]",
];
const TERMS: &[&str] =
    &["0", "100", "-1", "1.0", "2.5", "2e0", "\"2\"", "null", "true", "256", "18446744073709551617", "[]", "{}"];

/// Each field of each type, with values that it may not have.
const FIELDS: &[(EventType, &str, &[&str])] = &[
    (SaleSigned, "/data/contract_id", IDS),
    (SaleSigned, "/data/partner_id", IDS),
    (SaleSigned, "/data/customer_id", IDS),
    (SaleSigned, "/data/signed_on", DAYS),
    (SaleSigned, "/data/annual_fee/amount", AMOUNTS),
    (SaleSigned, "/data/annual_fee/currency", CURRENCIES),
    (SaleSigned, "/data/instance", &["\"\"", "\"Customer\"", "\"vendor\"", "1", "null", "[]"]),
    (AnnualRenewal, "/data/contract_id", IDS),
    (AnnualRenewal, "/data/term", TERMS),
    (AnnualRenewal, "/data/starts_on", DAYS),
    (AnnualRenewal, "/data/annual_fee/amount", AMOUNTS),
    (AnnualRenewal, "/data/annual_fee/currency", CURRENCIES),
    (CreditNote, "/data/contract_id", IDS),
    (CreditNote, "/data/term", TERMS),
    (CreditNote, "/data/credit_note_id", IDS),
    (CreditNote, "/data/issued_on", DAYS),
    (CreditNote, "/data/amount/amount", AMOUNTS),
    (CreditNote, "/data/amount/amount", &["\"0\"", "\"0.00\"", "0", "0.0"]),
    (CreditNote, "/data/amount/currency", CURRENCIES),
    (Supplement, "/data/contract_id", IDS),
    (Supplement, "/data/term", TERMS),
    (Supplement, "/data/supplement_id", IDS),
    (Supplement, "/data/issued_on", DAYS),
    (Supplement, "/data/amount/amount", AMOUNTS),
    (Supplement, "/data/amount/amount", &["\"0\"", "\"0.00\"", "0", "0.0"]),
    (Supplement, "/data/amount/currency", CURRENCIES),
    (ContractEnded, "/data/contract_id", IDS),
    (ContractEnded, "/data/ended_on", DAYS),
];

fn good(event_type: EventType) -> Value {
    let money = json!({"amount": "12.34", "currency": "EUR"});
    let data = match event_type {
        SaleSigned => json!({
            "contract_id": "C", "partner_id": "P", "customer_id": "K", "signed_on": "2024-02-29", "annual_fee": money,
            "instance": "customer",
        }),
        AnnualRenewal => json!({"contract_id": "C", "term": 2, "starts_on": "2025-02-28", "annual_fee": money}),
        CreditNote => {
            json!({"contract_id": "C", "term": 1, "credit_note_id": "N", "issued_on": "2024-03-01", "amount": money})
        }
        Supplement => {
            json!({"contract_id": "C", "term": 1, "supplement_id": "S", "issued_on": "2024-03-01", "amount": money})
        }
        ContractEnded => json!({"contract_id": "C", "ended_on": "2025-02-27"}),
    };
    serde_json::from_str(&event(event_type, "e", &data).body).unwrap()
}

fn refused(event_type: EventType, body: &str, pointer: &str) {
    let refusal = cloud_event::parse(body, event_type).expect_err(body);
    let field = pointer.trim_start_matches('/').replace('/', ".");
    assert_eq!(refusal.field, field, "{body}: {refusal}");
}

#[test]
fn every_listed_value_is_refused_in_every_field() {
    let mut cases = 0;
    for (event_type, pointer, values) in FIELDS {
        let good = good(*event_type);
        assert!(cloud_event::parse(&good.to_string(), *event_type).is_ok());
        for value in *values {
            refused(*event_type, &with(&good, pointer, value), pointer);
            cases += 1;
        }
    }
    assert!(cases >= 150, "{cases}");
}

#[test]
fn ten_thousand_generated_values_for_each_type_are_refused() {
    let mut random = fastrand::Rng::with_seed(1);
    for event_type in EventType::ALL.iter().copied() {
        let fields: Vec<_> = FIELDS.iter().filter(|(of, _, _)| *of == event_type).collect();
        let good = good(event_type);
        for _ in 0..10_000 {
            let (_, pointer, _) = random.choice(&fields).unwrap();
            let value = json!(wrong_text(&mut random)).to_string();
            refused(event_type, &with(&good, pointer, &value), pointer);
        }
    }
}

#[test]
fn no_damaged_message_panics() {
    let mut random = fastrand::Rng::with_seed(2);
    for event_type in EventType::ALL.iter().copied() {
        let good = good(event_type).to_string();
        for _ in 0..10_000 {
            let mut bytes = good.clone().into_bytes();
            for _ in 0..random.usize(1..4) {
                let at = random.usize(..bytes.len());
                match random.u8(0..3) {
                    0 => bytes[at] = random.u8(..),
                    1 => drop(bytes.remove(at)),
                    _ => bytes.insert(at, random.u8(..)),
                }
            }
            // The bytes may still be an event; the only requirement is that they are read or refused without a panic.
            drop(cloud_event::parse(&String::from_utf8_lossy(&bytes), event_type));
        }
    }
}

#[test]
fn ten_thousand_generated_registrations_are_refused() {
    let good = json!({"name": "A", "agreements": [
        {"model": "affiliate", "starts_on": "2024-01-01", "ends_on": "2024-12-31", "rate": "0.4", "from_sale": 2,
         "programme": "2013-11-16", "support_structure": true,
         "entry_fee": {"segment": "s", "commercial_potential": {"amount": "1.00", "currency": "EUR"}, "rate": "0.1"}},
        {"model": "independent-integrator", "starts_on": "2025-01-01", "technical_qualification": {"qualified_on": "2024-06-01"}},
    ]});
    assert!(registration::parse(&good.to_string(), &Agreements::default()).is_ok());
    let pointers = [
        "/agreements/0/model",
        "/agreements/0/starts_on",
        "/agreements/0/ends_on",
        "/agreements/0/rate",
        "/agreements/0/from_sale",
        "/agreements/0/programme",
        "/agreements/0/support_structure",
        "/agreements/0/entry_fee",
        "/agreements/0/entry_fee/commercial_potential/amount",
        "/agreements/0/entry_fee/commercial_potential/currency",
        "/agreements/0/entry_fee/rate",
        "/agreements/1/technical_qualification",
        "/agreements/1/technical_qualification/qualified_on",
        "/agreements",
    ];
    let mut random = fastrand::Rng::with_seed(3);
    for _ in 0..10_000 {
        let pointer = *random.choice(&pointers).unwrap();
        let value = json!(wrong_text(&mut random)).to_string();
        let body = with(&good, pointer, &value);
        let refusal = registration::parse(&body, &Agreements::default()).expect_err(&body);
        assert!(
            !refusal.field.is_empty()
                && [Language::Fr, Language::En]
                    .iter()
                    .all(|language| !refusal.reason.in_language(*language).is_empty()),
            "{body}"
        );
    }
}
