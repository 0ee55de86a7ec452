//! Logs of the functions, as the running stack writes them: they suffice to find and count everything, and hold only
//! ids of the messages sent.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sqs::types::MessageAttributeValue;
use events::EventType::{self, AnnualRenewal, ContractEnded, CreditNote, SaleSigned, Supplement};
use fixtures::world::{World, event};
use harness::binaries;
use harness::running::Running;
use ledger::store::Item;
use local::lambda::{self, Home};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The canary: part of everything that is sent, and in no log.
const CANARY: &str = "Zq7Canary";
/// A trace as W3C writes it, and its id.
const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const TRACE_ID: &str = "0af7651916cd43dd8448eb211c80319c";
/// The root of a trace of X-Ray.
const ROOT: &str = "1-67891233-abcdef012345678912345678";

/// Every line of every log in a folder. Each is a JSON object.
fn lines(logs: &Path) -> Vec<Value> {
    text(logs).lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

fn text(logs: &Path) -> String {
    let files = std::fs::read_dir(logs).unwrap().map(|file| file.unwrap().path());
    files.map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

fn logs(running: &Running) -> std::path::PathBuf {
    running.folder.path().join("logs")
}

/// Sums of the metrics, by function, name, and the other dimensions.
fn sums(lines: &[Value]) -> BTreeMap<(String, String, String), f64> {
    let mut sums = BTreeMap::new();
    for line in lines {
        let Some(directives) = line["_aws"]["CloudWatchMetrics"].as_array() else { continue };
        assert!(line["_aws"]["Timestamp"].is_u64(), "{line}");
        for directive in directives {
            assert_eq!(directive["Namespace"], "AllInWeb/PartnerProgramme");
            let [dimensions] = directive["Dimensions"].as_array().unwrap().as_slice() else { unreachable!("{line}") };
            let (function, others) = dimensions.as_array().unwrap().split_first().unwrap();
            assert_eq!(function, "Function");
            let others: Vec<&str> = others.iter().map(|name| line[name.as_str().unwrap()].as_str().unwrap()).collect();
            for metric in directive["Metrics"].as_array().unwrap() {
                let name = metric["Name"].as_str().unwrap();
                let function = line["Function"].as_str().unwrap();
                let value = match &line[name] {
                    Value::Array(values) => values.iter().map(|value| value.as_f64().unwrap()).sum(),
                    value => value.as_f64().unwrap(),
                };
                let key = (function.to_owned(), name.to_owned(), others.join(" "));
                *sums.entry(key).or_insert(0.0) += value;
            }
        }
    }
    sums
}

/// Every item of the table.
async fn items(running: &Running) -> Vec<Item> {
    let scan = running.stack.dynamodb().scan().table_name("Ledger").into_paginator().items().send();
    scan.collect::<Result<_, _>>().await.unwrap()
}

/// Number of entries in the table, and their sums by kind and currency.
fn booked(items: &[Item]) -> (usize, BTreeMap<String, i64>) {
    let (mut count, mut amounts) = (0, BTreeMap::new());
    for entry in items.iter().filter_map(|item| item.get("e")?.as_m().ok()) {
        let decision = entry["b"].as_m().unwrap()["d"].as_m().unwrap();
        let group = format!("{} {}", decision["k"].as_s().unwrap(), entry["c"].as_s().unwrap());
        *amounts.entry(group).or_default() += entry["a"].as_n().unwrap().parse::<i64>().unwrap();
        count += 1;
    }
    (count, amounts)
}

#[expect(clippy::cast_precision_loss, reason = "the sums of a test are small")]
fn number(n: i64) -> f64 {
    n as f64
}

fn count(n: usize) -> f64 {
    number(i64::try_from(n).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_metrics_in_the_logs_add_up_to_what_is_in_the_ledger() {
    let running = Running::start().await;
    let world = World::all();
    let mut events = world.shuffled(7);
    let sale = |partner: &str| {
        json!({
            "contract_id": "C-metrics", "partner_id": partner, "customer_id": "K-1", "signed_on": "2024-02-29",
            "annual_fee": {"amount": "1200.00", "currency": "EUR"},
        })
    };
    events.extend([event(SaleSigned, "waits", &sale("nobody")), event(SaleSigned, "contradicts", &sale("nobody-2"))]);
    events.extend(EventType::ALL.iter().map(|event_type| event(*event_type, "refused", &json!({}))));
    // Half of it before the agreements are known, so that the restatement books as well.
    let half = events.split_off(events.len() / 2);
    running.take_in(&events).await;
    running.register(&world).await;
    running.take_in(&half).await;
    running.check(&world).await;
    let lines = lines(&logs(&running));
    let sums = sums(&lines);
    let of = |name: &str| -> BTreeMap<(&str, &str), f64> {
        let of_name = sums.iter().filter(|((_, known, _), _)| known == name);
        of_name.map(|((function, _, others), sum)| ((&**function, &**others), *sum)).collect()
    };
    let total = |name: &str| of(name).values().sum::<f64>();

    events.extend(half);
    let outcomes = of("Events");
    for event_type in EventType::ALL.iter().copied() {
        let function = event_type.logical_id();
        let sent = events.iter().filter(|event| event.event_type == event_type).count();
        let counted: f64 = outcomes.iter().filter(|((of, _), _)| *of == function).map(|(_, sum)| sum).sum();
        assert!((counted - count(sent)).abs() < 0.5, "{function}: {counted} of {sent} events");
        assert!((outcomes[&(function, "refused")] - 1.0).abs() < 0.5);
    }
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    for line in lines.iter().filter(|line| line["event_id"].is_string()) {
        *told.entry(line["outcome"].as_str().unwrap()).or_default() += 1;
    }
    for (outcome, lines) in told {
        let counted: f64 = outcomes.iter().filter(|((_, of), _)| *of == outcome).map(|(_, sum)| sum).sum();
        assert!((counted - count(lines)).abs() < 0.5, "{outcome}: {counted} counted, {lines} logged");
    }
    let with =
        |prefix: &str| outcomes.iter().filter(|((_, of), _)| of.starts_with(prefix)).map(|(_, sum)| sum).sum::<f64>();
    assert!(with("pending") > 0.5 && (total("Pending") - with("pending")).abs() < 0.5);
    assert!(with("contradiction") > 0.5 && (total("Contradictions") - with("contradiction")).abs() < 0.5);

    let (entries, amounts) = booked(&items(&running).await);
    assert!((total("EntriesAppended") - count(entries)).abs() < 0.5, "{} of {entries}", total("EntriesAppended"));
    assert!(of("EntriesAppended").contains_key(&("Restatement", "")), "the restatement booked, too");
    let mut counted: BTreeMap<String, f64> = BTreeMap::new();
    for ((_, group), sum) in of("AmountMinorUnits") {
        *counted.entry(group.to_owned()).or_default() += sum;
    }
    let amounts: BTreeMap<String, f64> = amounts.into_iter().map(|(group, minor)| (group, number(minor))).collect();
    assert_eq!(counted, amounts, "whole numbers of minor units, which a double holds exactly");

    assert!(total("AgeAtProcessing") > 0.0);
    for function in ["SaleSigned", "AnnualRenewal", "CreditNote", "Restatement", "Totals"] {
        assert!(of("UnitsRead")[&(function, "")] > 0.0 && of("UnitsWritten")[&(function, "")] > 0.0, "{function}");
    }
    assert!(of("UnitsRead")[&("DashboardApi", "")] > 0.0);
    running.stack.stop().await;
}

/// A body with the canary in every possible place.
fn spoilt(good: &Value) -> Vec<String> {
    let mut bodies: Vec<String> = [
        CANARY.to_owned(),
        format!("\"{CANARY}\""),
        format!("{{\"{CANARY}\":"),
        format!("{{\"{CANARY}\":1}}{CANARY}"),
        format!("[\"{CANARY}\"]"),
        good.to_string() + CANARY,
        good.to_string().replacen('{', &format!("{{\"{CANARY}\":\"{CANARY}\","), 1),
        good.to_string().replacen('{', &format!("{{\"specversion\":\"{CANARY}\","), 1),
    ]
    .into();
    let mut places = Vec::new();
    find(good, String::new(), &mut places);
    for place in places {
        for value in
            [json!(format!("{CANARY}!")), json!({ CANARY: CANARY }), json!([CANARY]), json!(format!("{CANARY}\u{7}"))]
        {
            // The log has an event's id, whatever it is.
            if place == "/id" && value == format!("{CANARY}!") {
                continue;
            }
            let mut body = good.clone();
            *body.pointer_mut(&place).unwrap() = value;
            bodies.push(body.to_string());
        }
        if let Some(Value::Object(_)) = good.pointer(&place) {
            let mut body = good.clone();
            body.pointer_mut(&place).unwrap()[CANARY] = json!(CANARY);
            bodies.push(body.to_string());
        }
    }
    bodies
}

/// Finds the pointers to everything in a value.
fn find(value: &Value, place: String, places: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| find(value, format!("{place}/{name}"), places)),
        Value::Array(values) => {
            values.iter().enumerate().for_each(|(i, value)| find(value, format!("{place}/{i}"), places));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    places.push(place);
}

fn good(event_type: EventType) -> Value {
    let money = json!({"amount": "1200.00", "currency": "EUR"});
    let data = match event_type {
        SaleSigned => json!({
            "contract_id": "C-1", "partner_id": "P-1", "customer_id": CANARY, "signed_on": "2024-02-29",
            "annual_fee": money, "instance": "customer", "note": CANARY,
        }),
        AnnualRenewal => json!({
            "contract_id": "C-1", "term": 2, "starts_on": "2025-02-28", "annual_fee": money, "note": CANARY,
        }),
        CreditNote => json!({
            "contract_id": "C-1", "term": 1, "credit_note_id": CANARY, "issued_on": "2024-03-01", "amount": money,
        }),
        Supplement => json!({
            "contract_id": "C-1", "term": 1, "supplement_id": CANARY, "issued_on": "2024-03-01", "amount": money,
        }),
        ContractEnded => json!({ "contract_id": "C-1", "ended_on": "2025-02-27", "note": CANARY }),
    };
    let mut whole: Value = serde_json::from_str(&event(event_type, "E-1", &data).body).unwrap();
    (whole["time"], whole["source"], whole["subject"]) = (json!("2024-01-01T00:00:00Z"), json!(CANARY), json!(CANARY));
    whole
}

fn registration() -> Value {
    json!({ "name": format!("{CANARY} & Co"), "agreements": [
        { "model": "referrer", "starts_on": "2020-01-01", "ends_on": "2020-12-31", "rate": "0.1" },
        { "model": "affiliate", "starts_on": "2021-01-01", "support_structure": true, "entry_fee": {
            "segment": CANARY, "rate": "0.1", "commercial_potential": { "amount": "100.00", "currency": "EUR" } } },
    ] })
}

/// Sends requests to every route of the API, with the canary in every possible place.
async fn ask_the_api(running: &Running) {
    let headers = [
        ("x-amzn-trace-id", format!("Root={CANARY};{CANARY}={CANARY}")),
        ("user-agent", CANARY.to_owned()),
        ("if-match", CANARY.to_owned()),
        ("accept-language", CANARY.to_owned()),
        ("cookie", CANARY.to_owned()),
    ];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, &**value)).collect();
    let send = async |method: &str, path: &str, body: &str| {
        running.api.send(method.parse().unwrap(), path, &headers, body.to_owned()).await.unwrap().status
    };
    for body in spoilt(&registration()) {
        send("PUT", "/partners/P-1", &body).await;
    }
    let question = json!({ "who": { "model": "referrer" }, "terms": { "rate": "0.2" } });
    for body in spoilt(&question) {
        send("POST", "/simulations", &body).await;
    }
    for body in spoilt(&json!({ "claim": 2, "seen": 2, "reason": CANARY })) {
        send("PUT", "/contracts/C-1/terms/1/choices/1", &body).await;
    }
    for path in [
        "/partners",
        "/partners/P-1",
        "/partners/P-1/entries",
        "/partners/P-1/statement",
        "/partners/P-1/summary",
        "/summary",
        "/contracts/C-1",
        "/attention",
        "/programme",
        "/",
        "/config.json",
        "/openapi.json",
    ] {
        for query in ["q", "lang", "limit", "cursor", "from", "to", "month", "as_of", "since", "with", CANARY] {
            send("GET", &format!("{path}?{query}={CANARY}"), "").await;
        }
    }
    for path in ["/partners/{}", "/partners/{}/entries", "/contracts/{}", "/page/{}", "/{}", "/contracts/{}/terms/{}"] {
        for id in [CANARY, &format!("{CANARY}!"), &format!("%20{CANARY}"), &format!("%00{CANARY}")] {
            send("GET", &path.replace("{}", id), "").await;
        }
    }
    for token in [CANARY, &format!("{}{CANARY}", running.api.token().unwrap())] {
        running.api_with(Some(token)).get("/partners").await.unwrap();
    }
    running.api_of("P-1").await.get(&format!("/partners/P-1?{CANARY}={CANARY}")).await.unwrap();
}

/// Sends a body to a queue, within the trace, with the canary beside it.
async fn send(running: &Running, queue: &str, body: &str) -> String {
    let text = |value: &str| MessageAttributeValue::builder().data_type("String").string_value(value).build().unwrap();
    let (sqs, url) = (running.stack.sqs(), running.stack.queue_url(queue));
    let send = sqs.send_message().queue_url(url).message_body(body);
    let send = send.message_attributes("note", text(CANARY)).message_attributes("traceparent", text(TRACEPARENT));
    send.send().await.unwrap().message_id.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_sent_is_in_a_log_but_ids_and_reasons() {
    let running = Running::start_with(&[("MaxReceiveCount", "5")]).await;
    let registered = running.api.put("/partners/P-1", registration().to_string()).await.unwrap();
    assert_eq!(registered.status, 201, "{}", registered.text);
    // A message from another release in our own queues comes back, until it is a dead letter.
    running.come_back_after(1).await;
    for event_type in EventType::ALL.iter().copied() {
        let bodies = spoilt(&good(event_type));
        running.send_raw(event_type, &bodies).await;
        running.send_raw(event_type, &[good(event_type).to_string()]).await;
    }
    let step = json!({ "kind": "partner", "partner_id": "P-1", "agreements_version": 1 });
    let choice =
        json!({ "kind": "choice", "contract_id": "C-1", "term": 1, "number": 1, "claim": 1, "seen": 1, "why": CANARY });
    let months = json!({ "kind": "announced", "months": [{ "partner_id": "P-1", "month": "2024-02" }] });
    let pass = json!({ "kind": "pass", "month": "2024-02", "place": { "cancellations": 0 }, "made": { "do": 0 } });
    for (queue, good) in [
        ("RestatementQueue", &step),
        ("RestatementQueue", &choice),
        ("TotalsQueue", &months),
        ("SettlementQueue", &pass),
    ] {
        for body in spoilt(good) {
            send(&running, queue, &body).await;
        }
    }
    ask_the_api(&running).await;
    running.wait_until_idle().await;

    // A person writes to the table by hand.
    let text_value = |value: &str| AttributeValue::S(value.to_owned());
    let put = running.stack.dynamodb().put_item().table_name("Ledger").item("pk", text_value("PARTNER#broken"));
    let put = put.item("sk", text_value("HEAD")).item("nm", text_value(CANARY)).item("ag", text_value(CANARY));
    put.send().await.unwrap();
    assert_eq!(running.api.get("/partners/broken").await.unwrap().status, 500);

    let text = text(&logs(&running));
    let token = running.api.token().unwrap();
    for (i, line) in text.lines().enumerate() {
        assert!(!line.contains(CANARY), "line {i}: {line}");
        assert!(!line.contains(token) && !line.contains(token.rsplit('.').next().unwrap()), "line {i}: {line}");
    }
    assert!(text.contains("the item PARTNER#broken HEAD is damaged"));
    let lines = lines(&logs(&running));
    let letters = running.dead_letters().await;
    assert!(letters.len() > 100, "{}", letters.len());
    for letter in letters {
        let of_letter = |outcome: &str| {
            lines.iter().find(|line| line["message_id"] == *letter.message_id && line["outcome"] == outcome)
        };
        // Such a message is not refused: another release may have sent it.
        if letter.reason.starts_with("received too often") {
            assert!(of_letter("unknown").is_some(), "nothing is told of {letter:?}");
            continue;
        }
        let line = of_letter("refused");
        let line = line.unwrap_or_else(|| panic!("nothing is told of {letter:?}"));
        let told = format!("{} {}", line["field"].as_str().unwrap(), line["reason"].as_str().unwrap());
        assert_eq!(told, letter.reason);
        assert!(!line["request_id"].as_str().unwrap().is_empty() && line["trace_id"].is_string(), "{line}");
    }
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_says_who_viewed_an_answer_as_whom() {
    let running = Running::start().await;
    let manager = running.get("/me").await["id"].clone();
    let members = running.get("/members").await;
    let members = members["members"].as_array().unwrap();
    let accountant = members.iter().find(|member| member["role"] == "accountant").unwrap()["id"].clone();
    let as_accountant = [("view-as", accountant.as_str().unwrap())];
    let answer = running.api.send("GET".parse().unwrap(), "/me", &as_accountant, String::new()).await.unwrap();
    assert_eq!((answer.status, &answer.json["id"]), (200, &accountant));
    let lines = lines(&logs(&running));
    let viewed: Vec<_> = lines.iter().filter(|line| line["viewed_by"].is_string()).collect();
    let [line] = viewed.as_slice() else { panic!("{viewed:?}") };
    assert_eq!((&line["viewed_by"], &line["member"], &line["role"]), (&manager, &accountant, &json!("accountant")));
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_is_carried_from_a_message_to_the_log_and_to_what_is_sent_because_of_it() {
    let running = Running::start().await;
    let partner = json!({ "name": "P", "agreements": [{ "model": "referrer", "starts_on": "2020-01-01" }] });
    let trace = format!("Root={ROOT};Sampled=1");
    let method = "PUT".parse().unwrap();
    let put = running.api.send(method, "/partners/P-1", &[("x-amzn-trace-id", &trace)], partner.to_string()).await;
    assert_eq!(put.unwrap().status, 201);
    running.wait_until_idle().await;
    let sale = send(&running, "SaleSignedQueue", &good(SaleSigned).to_string()).await;
    let refused = send(&running, "SaleSignedQueue", "{}").await;
    running.wait_until_idle().await;

    let lines = lines(&logs(&running));
    let request = lines.iter().find(|line| line["route"] == "PUT /partners/{id}").unwrap();
    assert_eq!(
        (&request["trace_id"], &request["status"], &request["role"]),
        (&json!(ROOT), &json!(201), &json!("manager"))
    );
    assert!(request["request_id"].is_string() && request["api_request_id"].is_string(), "{request}");
    assert!(request["duration_ms"].is_u64(), "{request}");
    let of = |message: &str| lines.iter().find(|line| line["message_id"] == message).unwrap();
    assert_eq!((&of(&sale)["trace_id"], &of(&sale)["outcome"]), (&json!(TRACE_ID), &json!("decided")));
    assert_eq!((&of(&refused)["trace_id"], &of(&refused)["outcome"]), (&json!(TRACE_ID), &json!("refused")));
    let added_up = lines.iter().filter(|line| line["outcome"] == "added-up");
    let traces: BTreeSet<&str> = added_up.map(|line| line["trace_id"].as_str().unwrap()).collect();
    assert_eq!(traces, BTreeSet::from([TRACE_ID]), "the months that the sale announced");

    let url = running.stack.queue_url("SaleSignedDeadLetters");
    let received = running.stack.sqs().receive_message().queue_url(url).message_attribute_names("All").send().await;
    let letter = received.unwrap().messages.unwrap().remove(0);
    assert_eq!(letter.message_attributes.unwrap()["traceparent"].string_value(), Some(TRACEPARENT));
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_table_that_fails_leaves_undone_is_told_with_what_to_do() {
    let running = Running::start().await;
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    let folder = running.folder.path().join("alone");
    std::fs::create_dir(&folder).unwrap();
    let environment: BTreeMap<String, String> = [
        ("TABLE_NAME", "Nowhere"),
        ("TOTALS_QUEUE_URL", &running.stack.queue_url("TotalsQueue")),
        ("DEAD_LETTER_QUEUE_URL", &running.stack.queue_url("SaleSignedDeadLetters")),
        ("TOTALS_DELAY_SECONDS", "1"),
        ("AWS_ENDPOINT_URL_DYNAMODB", &running.stack.dynamodb_url),
        ("AWS_ENDPOINT_URL_SQS", &running.stack.sqs_url),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    let home = Home { binaries: binaries(), logs: folder.clone() };
    let function = &running.stack.template.functions["SaleSigned"];
    let function = lambda::start("Alone", function, (environment, 1), &home, (&tasks, &stop));
    let record = |id: &str, body: &str, trace: Value| {
        json!({
            "messageId": id, "body": body, "messageAttributes": {},
            "attributes": { "SentTimestamp": "1700000000000", "AWSTraceHeader": trace },
        })
    };
    let records = json!([
        record("good", &good(SaleSigned).to_string(), json!(format!("Root={ROOT};{CANARY}={CANARY}"))),
        record("bad", "{}", json!(CANARY)),
    ]);
    let batch = json!({ "Records": records }).to_string();
    let answer = function.invoke(batch.into(), lambda::new_trace()).await.unwrap();
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), 2, "{answer}");

    assert!(!text(&folder).contains(CANARY));
    let lines = lines(&folder);
    for id in ["good", "bad"] {
        let line = lines.iter().find(|line| line["message_id"] == id).unwrap();
        assert_eq!((&line["outcome"], &line["level"]), (&json!("failed"), &json!("ERROR")));
        assert!(line["message"].as_str().unwrap().contains("it comes back"), "{line}");
        assert!(line["error"].as_str().unwrap().contains("the table could not answer"), "{line}");
        assert_eq!(line["trace_id"] == ROOT, id == "good", "a message without a trace has the invocation's");
    }
    assert!((sums(&lines)[&("Alone".into(), "Events".into(), "failed".into())] - 2.0).abs() < 0.5);
    stop.cancel();
    tasks.close();
    tasks.wait().await;
    running.stack.stop().await;
}
