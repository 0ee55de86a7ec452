//! Messages that can never be processed (RULEBOOK §2, §5): each goes to the dead-letter queue with its field and its
//! reason, and the nine others of its batch are processed.

use events::EventType::{self, AnnualRenewal, ContractEnded, CreditNote, SaleSigned, Supplement};
use events::input::Event;
use fixtures::world::event;
use harness::running::Running;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn sale(contract: &str) -> Value {
    json!({
        "contract_id": contract, "partner_id": "P-1", "customer_id": "K-1", "signed_on": "2024-02-29",
        "annual_fee": {"amount": "1200.00", "currency": "EUR"},
    })
}

fn renewal(contract: &str) -> Value {
    json!({
        "contract_id": contract, "term": 2, "starts_on": "2025-02-28",
        "annual_fee": {"amount": "1200.00", "currency": "EUR"},
    })
}

fn credit_note(contract: &str) -> Value {
    json!({
        "contract_id": contract, "term": 1, "credit_note_id": "N-1", "issued_on": "2024-03-01",
        "amount": {"amount": "1200.00", "currency": "EUR"},
    })
}

fn supplement(contract: &str) -> Value {
    json!({
        "contract_id": contract, "term": 1, "supplement_id": "S-1", "issued_on": "2024-03-01",
        "amount": {"amount": "1200.00", "currency": "EUR"},
    })
}

fn contract_ended(contract: &str) -> Value {
    json!({ "contract_id": contract, "ended_on": "2025-02-27" })
}

fn good(event_type: EventType, contract: &str) -> Event {
    let data = match event_type {
        SaleSigned => sale(contract),
        AnnualRenewal => renewal(contract),
        CreditNote => credit_note(contract),
        Supplement => supplement(contract),
        ContractEnded => contract_ended(contract),
    };
    event(event_type, "good", &data)
}

/// A good message with one part of its text replaced, and the field that must be named.
const REPLACED: &[(EventType, &str, &str, &str)] = &[
    (SaleSigned, "\"specversion\":\"1.0\"", "\"specversion\":\"0.3\"", "specversion"),
    (SaleSigned, "\"specversion\":\"1.0\"", "\"specversion\":1.0", "specversion"),
    (SaleSigned, "\"id\":\"good\"", "\"id\":\"\"", "id"),
    (SaleSigned, "\"id\":\"good\"", "\"id\":null", "id"),
    (SaleSigned, "\"id\":\"good\"", "\"id\":\"a\",\"id\":\"b\"", "body"),
    (SaleSigned, "\"source\":\"/billing\"", "\"source\":7", "source"),
    (SaleSigned, "\"id\":\"good\"", "\"id\":\"good\",\"time\":\"yesterday\"", "time"),
    (SaleSigned, "sale-signed.v1", "sale-signed.v2", "type"),
    (SaleSigned, "sale-signed.v1", "annual-renewal.v1", "type"),
    (SaleSigned, "\"data\":{", "\"data\":[{", "body"),
    (SaleSigned, "\"data\":{", "\"datum\":{", "data"),
    (SaleSigned, "{\"amount\":\"1200.00\",\"currency\":\"EUR\"}", "\"1200.00\"", "data.annual_fee"),
    (SaleSigned, "{\"amount\":\"1200.00\",\"currency\":\"EUR\"}", "null", "data.annual_fee"),
    (SaleSigned, "\"1200.00\"", "\"-0\"", "data.annual_fee.amount"),
    (SaleSigned, "\"1200.00\"", "-0.00", "data.annual_fee.amount"),
    (SaleSigned, "\"1200.00\"", "-1", "data.annual_fee.amount"),
    (SaleSigned, "\"1200.00\"", "\"-1\"", "data.annual_fee.amount"),
    (SaleSigned, "\"1200.00\"", "\"+1\"", "data.annual_fee.amount"),
    (SaleSigned, "\"1200.00\"", "1.2e3", "data.annual_fee.amount"),
    (SaleSigned, "\"1200.00\"", "1e400", "data.annual_fee.amount"),
    (SaleSigned, "\"1200.00\"", "\"1200.000\"", "data.annual_fee.amount"),
    (SaleSigned, "\"1200.00\"", "\"01200\"", "data.annual_fee.amount"),
    (SaleSigned, "\"1200.00\"", "\"1200.\"", "data.annual_fee.amount"),
    (SaleSigned, "\"1200.00\"", "\".5\"", "data.annual_fee.amount"),
    (SaleSigned, "\"1200.00\"", "\"1,200\"", "data.annual_fee.amount"),
    (SaleSigned, "\"1200.00\"", "\"1200 \"", "data.annual_fee.amount"),
    (SaleSigned, "\"1200.00\"", "\"NaN\"", "data.annual_fee.amount"),
    (SaleSigned, "\"1200.00\"", "\"\u{661}200\"", "data.annual_fee.amount"),
    (SaleSigned, "\"1200.00\"", "\"10000000000.01\"", "data.annual_fee.amount"),
    (SaleSigned, "\"1200.00\"", "99999999999999999999999999999999999999999999", "data.annual_fee.amount"),
    (SaleSigned, "\"1200.00\"", "true", "data.annual_fee.amount"),
    (SaleSigned, "\"EUR\"", "\"eur\"", "data.annual_fee.currency"),
    (SaleSigned, "\"EUR\"", "\"EURO\"", "data.annual_fee.currency"),
    (SaleSigned, "\"EUR\"", "\"XAU\"", "data.annual_fee.currency"),
    (SaleSigned, "\"EUR\"", "\"DDM\"", "data.annual_fee.currency"),
    (SaleSigned, "\"EUR\"", "978", "data.annual_fee.currency"),
    (SaleSigned, "\"EUR\"", "\"JPY\"", "data.annual_fee.amount"),
    (SaleSigned, "2024-02-29", "2023-02-29", "data.signed_on"),
    (SaleSigned, "2024-02-29", "1999-12-31", "data.signed_on"),
    (SaleSigned, "2024-02-29", "2100-01-01", "data.signed_on"),
    (SaleSigned, "2024-02-29", "2024-2-29", "data.signed_on"),
    (SaleSigned, "2024-02-29", "2024-02-29T00:00:00Z", "data.signed_on"),
    (SaleSigned, "\"2024-02-29\"", "20240229", "data.signed_on"),
    (SaleSigned, "\"P-1\"", "\"P#1\"", "data.partner_id"),
    (SaleSigned, "\"P-1\"", "\"P/1\"", "data.partner_id"),
    (SaleSigned, "\"P-1\"", "\"P\\u00001\"", "data.partner_id"),
    (SaleSigned, "\"P-1\"", "\"\u{420}-1\"", "data.partner_id"),
    (SaleSigned, "\"P-1\"", "\"\"", "data.partner_id"),
    (SaleSigned, "\"P-1\"", "[\"P-1\"]", "data.partner_id"),
    (SaleSigned, "\"customer_id\":", "\"customer\":", "data.customer_id"),
    (SaleSigned, "\"K-1\"", "\"K-1\",\"instance\":\"vendor\"", "data.instance"),
    (SaleSigned, "\"K-1\"", "\"K-1\",\"instance\":null", "data.instance"),
    (AnnualRenewal, "\"term\":2", "\"term\":1", "data.term"),
    (AnnualRenewal, "\"term\":2", "\"term\":100", "data.term"),
    (AnnualRenewal, "\"term\":2", "\"term\":2.0", "data.term"),
    (AnnualRenewal, "\"term\":2", "\"term\":\"2\"", "data.term"),
    (AnnualRenewal, "2025-02-28", "2025-02-29", "data.starts_on"),
    (AnnualRenewal, "\"contract_id\"", "\"contract\"", "data.contract_id"),
    (CreditNote, "\"term\":1", "\"term\":0", "data.term"),
    (CreditNote, "\"term\":1", "\"term\":-1", "data.term"),
    (CreditNote, "\"N-1\"", "\"N-1#\"", "data.credit_note_id"),
    (CreditNote, "\"issued_on\"", "\"issued\"", "data.issued_on"),
    (CreditNote, "\"1200.00\"", "\"0.00\"", "data.amount.amount"),
    (CreditNote, "\"1200.00\"", "\"-5.00\"", "data.amount.amount"),
    (Supplement, "\"term\":1", "\"term\":0", "data.term"),
    (Supplement, "\"S-1\"", "\"S-1#\"", "data.supplement_id"),
    (Supplement, "\"supplement_id\"", "\"credit_note_id\"", "data.supplement_id"),
    (Supplement, "\"1200.00\"", "\"0.00\"", "data.amount.amount"),
    (Supplement, "\"1200.00\"", "\"-5.00\"", "data.amount.amount"),
    (ContractEnded, "\"ended_on\"", "\"ends_on\"", "data.ended_on"),
    (ContractEnded, "2025-02-27", "2025-02-29", "data.ended_on"),
    (ContractEnded, "contract-ended.v1", "supplement.v1", "type"),
];

fn cases() -> Vec<(EventType, String, &'static str)> {
    let mut cases: Vec<_> = REPLACED
        .iter()
        .enumerate()
        .map(|(i, (event_type, from, to, field))| {
            let body = good(*event_type, &format!("bad-{i}")).body;
            assert!(body.contains(from), "{from} in {body}");
            (*event_type, body.replacen(from, to, 1), *field)
        })
        .collect();
    for event_type in EventType::ALL.iter().copied() {
        let whole = good(event_type, "bad").body;
        for not_json in ["nonsense", "{", "[]", "null", "\"text\"", "{}}", "\u{feff}{}", "<xml/>"] {
            cases.push((event_type, not_json.to_owned(), "body"));
        }
        cases.push((event_type, "{}".to_owned(), "specversion"));
        cases.push((
            event_type,
            whole.replacen("\"data\":{", &format!("\"deep\":{},\"data\":{{", "[".repeat(5_000)), 1),
            "body",
        ));
        cases.push((event_type, whole.replacen('{', &format!("{{\"pad\":\"{}\",", "x".repeat(17_000)), 1), "body"));
        cases.push((event_type, whole.replacen("\"bad\"", &format!("\"{}\"", "x".repeat(65)), 1), "data.contract_id"));
    }
    cases
}

#[tokio::test(flavor = "multi_thread")]
async fn each_bad_message_is_a_dead_letter_and_its_nine_neighbours_are_processed() {
    let running = Running::start().await;
    let cases = cases();
    for (i, (event_type, body, _)) in cases.iter().enumerate() {
        let mut batch: Vec<String> = (0..9).map(|n| good(*event_type, &format!("good-{i}-{n}")).body).collect();
        batch.insert(i % 10, body.clone());
        running.send_raw(*event_type, &batch).await;
    }
    running.wait_until_idle().await;

    let dead = running.dead_letters().await;
    assert_eq!(dead.len(), cases.len());
    for (event_type, body, field) in &cases {
        let letter = dead.iter().find(|letter| letter.body == *body).unwrap_or_else(|| panic!("{event_type:?} {body}"));
        assert!(letter.reason.starts_with(&format!("{field} ")), "{body}: {} instead of {field}", letter.reason);
        assert!(letter.reason.len() > field.len() + 5 && !letter.message_id.is_empty(), "{letter:?}");
    }
    for i in 0..cases.len() {
        for n in 0..9 {
            let contract = running.get(&format!("/contracts/good-{i}-{n}")).await;
            assert_eq!(contract["keys"].as_array().unwrap().len(), 1, "{contract}");
        }
    }
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contradicting_claim_moves_nothing_and_is_kept_beside_the_one_that_stands() {
    let running = Running::start().await;
    let partner = r#"{"name":"P","agreements":[{"model":"referrer","starts_on":"2020-01-01"}]}"#;
    assert_eq!(running.api.put("/partners/P-1", partner.to_owned()).await.unwrap().status, 201);
    assert_eq!(running.api.put("/partners/P-2", partner.to_owned()).await.unwrap().status, 201);
    running.take_in(&[event(SaleSigned, "1", &sale("C-1"))]).await;
    let other = serde_json::from_str(&sale("C-1").to_string().replace("P-1", "P-2")).unwrap();
    running.take_in(&[event(SaleSigned, "2", &other), event(SaleSigned, "3", &other)]).await;

    let contract = running.get("/contracts/C-1").await;
    assert_eq!(contract["sale"]["partner_id"], "P-1");
    let claims = contract["contradictions"][0]["claims"].as_array().unwrap();
    assert_eq!(claims.iter().map(|claim| &claim["partner_id"]).collect::<Vec<_>>(), ["P-1", "P-2"]);
    assert_eq!(running.entries("P-1", "").await.len(), 1);
    assert_eq!(running.entries("P-2", "").await.len(), 0);
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_that_starts_no_later_than_its_contract_never_stands() {
    let running = Running::start().await;
    let partner = concat!(
        r#"{"name":"P","agreements":[{"model":"affiliate","starts_on":"2020-01-01","support_structure":true,"#,
        r#""entry_fee":{"segment":"s","commercial_potential":{"amount":"1","currency":"EUR"},"rate":"0"}}]}"#
    );
    assert_eq!(running.api.put("/partners/P-1", partner.to_owned()).await.unwrap().status, 201);
    let early = |contract: &str| {
        serde_json::from_str(&renewal(contract).to_string().replace("2025-02-28", "2024-02-29")).unwrap()
    };
    // Before its sale, and after it.
    running.take_in(&[event(AnnualRenewal, "1", &early("C-1")), event(SaleSigned, "2", &sale("C-2"))]).await;
    running.take_in(&[event(SaleSigned, "3", &sale("C-1")), event(AnnualRenewal, "4", &early("C-2"))]).await;
    for contract in ["C-1", "C-2"] {
        let history = running.get(&format!("/contracts/{contract}")).await;
        assert_eq!(history["annuities"][1]["state"], "void", "{history}");
        assert_eq!(history["entries"].as_array().unwrap().len(), 1);
    }
    // The next claim of its key may be effective.
    running.take_in(&[event(AnnualRenewal, "5", &renewal("C-1")), event(AnnualRenewal, "6", &renewal("C-2"))]).await;
    for contract in ["C-1", "C-2"] {
        let history = running.get(&format!("/contracts/{contract}")).await;
        assert_eq!(history["annuities"][1]["line"]["amount"]["amount"], "600.00", "{history}");
    }
    running.stack.stop().await;
}

/// The status of the answer to a request of these bytes.
async fn status(running: &Running, target: &[u8]) -> u16 {
    let host = running.stack.api_url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let head = format!(" HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(&[b"GET ", target, head.as_bytes()].concat()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let text = String::from_utf8_lossy(&answer);
    let status = text.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).and_then(|status| status.parse().ok());
    status.expect("the answer begins with a status")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raw_query_is_a_bad_request() {
    let running = Running::start().await;
    for path in ["/", "/openapi.json", "/config.json"] {
        assert_eq!(status(&running, path.as_bytes()).await, 200, "{path}");
        for raw in ["<", ">", "\"", " ", "|", "\\", "^", "`", "{", "}", "[", "]", "é", "\u{1}", "\u{7f}", "%", "%zz"] {
            for query in [raw.to_owned(), format!("q=a{raw}")] {
                assert_eq!(status(&running, format!("{path}?{query}").as_bytes()).await, 400, "{path}?{query:?}");
            }
        }
        assert_eq!(status(&running, &[path.as_bytes(), b"?\xff\xfe"].concat()).await, 400, "{path}: no UTF-8");
    }
    // The function goes on, and has not been started again.
    assert_eq!(status(&running, b"/openapi.json").await, 200);
    let log = std::fs::read_to_string(running.folder.path().join("logs/dashboard-api.log")).unwrap();
    assert!(!log.contains("panic") && !log.contains("\"level\":\"ERROR\""), "{log}");
    running.stack.stop().await;
}
