//! The role of each function allows exactly the actions of the function, found by watching it at work.

use crate::settling;
use crate::template::Template;
use crate::watcher;
use events::EventType::{self, ContractEnded, SaleSigned, Supplement};
use fixtures::events::event_of;
use fixtures::largest;
use fixtures::occasion::{operator, registered};
use fixtures::world::{World, event};
use harness::running::Running;
use local::faults::Faults;
use local::{Dynamodb, Options, Stack};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

/// An action and its resource.
type Act = (String, String);

/// Observed acts of each function, and the kinds of keys that it wrote alone.
#[derive(Default)]
struct Seen {
    acts: BTreeMap<String, BTreeSet<Act>>,
    kinds: BTreeMap<String, BTreeSet<String>>,
}

/// Actions that a role must allow for a request.
fn acts(operation: &str, request: &Value) -> Vec<Act> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let act = |action: &str, to: String| (action.to_owned(), to);
    match operation {
        "BatchGetItem" => {
            let tables = request["RequestItems"].as_object().unwrap().keys();
            tables.map(|table| act("dynamodb:BatchGetItem", table.clone())).collect()
        }
        "Query" => {
            let index = request["IndexName"].as_str().map(|index| format!("/index/{index}")).unwrap_or_default();
            vec![act("dynamodb:Query", text(&request["TableName"]) + &index)]
        }
        "PutItem" => vec![act("dynamodb:PutItem", text(&request["TableName"]))],
        // Each part has the name of its own action.
        "TransactWriteItems" => {
            let parts = request["TransactItems"].as_array().unwrap().iter().flat_map(|part| part.as_object().unwrap());
            parts.map(|(part, of)| (format!("dynamodb:{part}Item"), text(&of["TableName"]))).collect()
        }
        "BatchExecuteStatement" => {
            let statements = request["Statements"].as_array().unwrap().iter();
            let written = statements.map(|statement| {
                let statement = text(&statement["Statement"]);
                let (verb, rest) = statement.split_once(" \"").unwrap();
                let action = match verb {
                    "INSERT INTO" => "dynamodb:PartiQLInsert",
                    "UPDATE" => "dynamodb:PartiQLUpdate",
                    _ => unreachable!("{statement}"),
                };
                act(action, rest.split('"').next().unwrap().to_owned())
            });
            written.collect()
        }
        "SendMessage" | "SendMessageBatch" => {
            let queue = text(&request["QueueUrl"]);
            vec![act("sqs:SendMessage", queue.rsplit('/').next().unwrap().to_owned())]
        }
        other => vec![act(other, request.to_string())],
    }
}

/// A stack whose functions are watched, and the observed acts.
async fn watched() -> (Running, Arc<Mutex<Seen>>) {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let noted = Arc::clone(&seen);
    let address = watcher::start(move |function, operation, request| {
        let mut seen = noted.lock().unwrap();
        seen.acts.entry(function.to_owned()).or_default().extend(acts(operation, request));
        let together = request["TransactItems"].as_array().into_iter().flatten().map(|write| &write["Put"]);
        for key in together.chain([request]).filter_map(|put| put["Item"]["pk"]["S"].as_str()) {
            let kind = key.split('#').next().unwrap().to_owned();
            seen.kinds.entry(function.to_owned()).or_default().insert(kind);
        }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let programs = folder.path().join("programs");
    let functions = [
        "sale-signed",
        "annual-renewal",
        "credit-note",
        "supplement",
        "contract-ended",
        "restatement",
        "totals",
        "settlement",
        "settlement-api",
        "dashboard-api",
    ];
    watcher::past(&address, &programs, &functions);
    let options = Options {
        data: folder.path().to_owned(),
        fresh: false,
        api_port: 0,
        dynamodb: Dynamodb::Embedded { port: 0, faults: Faults::default() },
        sqs_port: 0,
        binaries: programs,
        processes: 1,
        // Every request goes past the watcher, and takes longer. All delays follow from it, and the test waits for them.
        parameters: [("FunctionTimeoutSeconds".to_owned(), "10".to_owned())].into(),
    };
    let stack = Stack::start(options).await.unwrap();
    (Running { api: stack.api(&rules::people::Role::Manager).await.unwrap(), stack, folder }, seen)
}

/// All work of the functions: worlds before and after their partners are known, twice, with claims that contradict each
/// other and a choice between them, other agreements, unknown messages, every list.
async fn work(running: &Running) {
    let (all, edges) = (World::all(), World::edges());
    running.take_in(&edges.events).await;
    running.register(&all).await;
    running.take_in(&all.shuffled(1)).await;
    for (id, customer) in [("1", "K-1"), ("2", "K-2")] {
        let fee = json!({"amount": "100.00", "currency": "EUR"});
        let sale = json!({"contract_id": "C", "partner_id": "P-001", "customer_id": customer, "signed_on": "2025-01-01", "annual_fee": fee});
        running.take_in(&[event(SaleSigned, id, &sale)]).await;
    }
    // A contract's end books only what a pass would book a moment later.
    let early = largest::sale(largest::partner(1), 1, "2025-01-01");
    running.take_in(&[event_of(&rules::Fact::Sale(early.clone()), "early")]).await;
    let record = running.ledger().partner_record(&early.partner_id).await.unwrap();
    running
        .ledger()
        .register(record, registered("A partner", largest::agreements()), &operator(), None)
        .await
        .unwrap()
        .unwrap();
    let end = json!({"contract_id": early.contract_id, "ended_on": "2026-01-01"});
    running.take_in(&[event(ContractEnded, "end", &end)]).await;
    let amount = json!({"amount": "10.00", "currency": "EUR"});
    let supplement = json!({
        "contract_id": early.contract_id, "term": 1, "supplement_id": "S", "issued_on": "2025-02-01", "amount": amount,
    });
    running.take_in(&[event(Supplement, "supplement", &supplement)]).await;
    let choice = json!({"claim": 2, "seen": 2, "reason": "a slip of the pen"}).to_string();
    assert_eq!(running.api.put("/contracts/C/terms/1/choices/1", choice).await.unwrap().status, 202);
    running.wait_until_idle().await;
    for partner in &all.partners {
        let path = format!("/partners/{}", partner.id);
        let etag = running.api.get(&path).await.unwrap().headers["etag"].to_str().unwrap().to_owned();
        let none = json!({"name": "Another", "agreements": [], "reason": "they left"}).to_string();
        let answer = running.api.send("PUT".parse().unwrap(), &path, &[("if-match", &etag)], none).await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    running.wait_until_idle().await;
    let month = settling::last_month();
    settling::two_partners(running, month).await;
    settling::wait_for_cut(running).await;
    let preview = format!("/closings/{month}/preview");
    assert_eq!(running.api.send("POST".parse().unwrap(), &preview, &[], String::new()).await.unwrap().status, 200);
    settling::close_now(running, month, 1).await;
    let item = json!({"number": "2025-1", "date": "2025-01-01", "due": "2025-02-01", "gross": "9.00", "open": "9.00"});
    let path = "/partners/P-1/opening-items/EUR/from-partner";
    assert_eq!(running.api.put(path, item.to_string()).await.unwrap().status, 201);
    for event_type in EventType::ALL.iter().copied() {
        running.send_raw(event_type, &["nonsense".to_owned()]).await;
    }
    for queue in ["RestatementQueue", "TotalsQueue", "SettlementQueue"] {
        let send = running.stack.sqs().send_message().queue_url(running.stack.queue_url(queue));
        send.message_body("nonsense").send().await.unwrap();
    }
    running.wait_until_idle().await;
    assert_eq!(running.dead_letters().await.len(), EventType::ALL.len() + 3);
    let months = "from=2026-01&to=2026-03";
    for path in ["/partners", "/partners/P-001", "/partners/P-001/entries", "/contracts/C", "/attention", "/programme"]
    {
        running.get(path).await;
    }
    for path in [format!("/summary?{months}"), format!("/partners/P-001/summary?{months}")] {
        running.get(&path).await;
    }
    running.get("/partners/P-001/statement?month=2026-03").await;
    let what_if = json!({"who": {"model": "referrer"}, "terms": {"rate": "0.2"}}).to_string();
    let answer = running.api.send("POST".parse().unwrap(), "/simulations", &[], what_if).await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text);
}

/// Actions of Lambda itself in a function's name: logs, and its queue.
fn of_lambda(template: &Template, function: &str) -> BTreeSet<Act> {
    let logs = ["logs:CreateLogStream", "logs:PutLogEvents"].map(|action| (action, format!("{function}Logs")));
    let queue = template.queue_of(function).into_iter().flat_map(|queue| {
        let actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
        actions.map(|action| (action, queue.clone()))
    });
    logs.into_iter().chain(queue).map(|(action, of)| (action.to_owned(), of)).collect()
}

/// Acts that a function has need of where two of its invocations meet, which none do here: a total that was not written with
/// others is written alone.
fn is_rare(function: &str, (action, _): &Act) -> bool {
    (function, action.as_str()) == ("Totals", "dynamodb:PutItem")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_allows_what_its_function_does_and_nothing_else() {
    let template = Template::deployed();
    let (running, seen) = watched().await;
    work(&running).await;
    running.stack.stop().await;
    let seen = seen.lock().unwrap();
    for function in template.functions().keys() {
        let mut done = seen.acts[*function].clone();
        done.extend(of_lambda(&template, function));
        let allowed = template.allowed(function);
        let idle: Vec<_> = allowed.difference(&done).filter(|act| !is_rare(function, act)).collect();
        let refused: Vec<_> = done.difference(&allowed).collect();
        assert!(idle.is_empty() && refused.is_empty(), "{function}: never done {idle:#?}\nnot allowed {refused:#?}");
    }
    let settled = BTreeSet::from(["ACCOUNT", "CLOSE", "SERIES"].map(str::to_owned));
    let stated = ["ACCOUNT", "CLOSE", "JOURNAL", "PARTNER", "SERIES", "VENDOR"];
    let stated = BTreeSet::from(stated.map(str::to_owned));
    for (function, kinds) in &seen.kinds {
        match function.as_str() {
            "Settlement" => assert_eq!(*kinds, settled, "settlement writes closes, series and accounts alone"),
            "SettlementApi" => assert_eq!(*kinds, stated, "its API writes what people state besides"),
            _ => assert!(kinds.is_disjoint(&settled), "{function} writes {kinds:?}"),
        }
    }
    let kinds = BTreeSet::from(["JOURNAL", "PARTNER"].map(str::to_owned));
    assert_eq!(seen.kinds["DashboardApi"], kinds, "the API writes the registry and the journal alone");
}
