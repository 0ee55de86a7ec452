//! What each function's role allows is exactly what the function does, found by watching it at work.

use crate::template::Template;
use events::EventType::{AnnualRenewal, CreditNote, SaleSigned};
use harness::binaries;
use harness::running::Running;
use harness::world::{World, event};
use local::tokens::Role;
use local::{Dynamodb, HOST, Options, Stack};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What was done: an action, and what it was done to.
type Act = (String, String);

/// What functions did: of each its acts, and the kinds of keys that it wrote alone.
#[derive(Default)]
struct Seen {
    acts: BTreeMap<String, BTreeSet<Act>>,
    kinds: BTreeMap<String, BTreeSet<String>>,
}

/// Programs of the functions' names that send each function past the watcher: its name and where it would have called
/// become the path that it calls.
fn past(watcher: &str, folder: &Path, functions: &[&str]) {
    for function in functions {
        let via = format!("http://{watcher}/$AWS_LAMBDA_FUNCTION_NAME");
        let script = format!(
            "#!/bin/sh\n\
             export AWS_ENDPOINT_URL_DYNAMODB=\"{via}/${{AWS_ENDPOINT_URL_DYNAMODB#http://}}\"\n\
             export AWS_ENDPOINT_URL_SQS=\"{via}/${{AWS_ENDPOINT_URL_SQS#http://}}\"\n\
             exec '{}'\n",
            binaries().join(function).display()
        );
        std::fs::write(folder.join(function), script).unwrap();
        std::fs::set_permissions(folder.join(function), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// Passes one request on, to where its path says, and notes who did what to what.
async fn pass_on(client: TcpStream, seen: Arc<Mutex<Seen>>) -> std::io::Result<()> {
    let mut client = BufReader::new(client);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        client.read_line(&mut line).await?;
        match line.trim_end() {
            "" if lines.is_empty() => return Ok(()),
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let header = |name: &str| {
        let values = lines.iter().skip(1).filter_map(|line| line.split_once(':'));
        let mut values =
            values.filter(|(of, _)| of.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned());
        values.next().unwrap_or_default()
    };
    let mut body = vec![0; header("content-length").parse().unwrap_or(0)];
    client.read_exact(&mut body).await?;
    let path: Vec<&str> = lines[0].split(['/', ' ']).collect();
    let (function, target) = (path[2], path[3]);
    {
        let mut seen = seen.lock().unwrap();
        let request = serde_json::from_slice(&body).unwrap_or_default();
        let acts = acts(&header("x-amz-target"), &request);
        seen.acts.entry(function.to_owned()).or_default().extend(acts);
        if let Some(key) = request["Item"]["pk"]["S"].as_str() {
            let kind = key.split('#').next().unwrap().to_owned();
            seen.kinds.entry(function.to_owned()).or_default().insert(kind);
        }
    }
    let mut service = TcpStream::connect(target).await?;
    let kept = lines.iter().skip(1).filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    let head = ["POST / HTTP/1.1", "connection: close"].into_iter().chain(kept.map(String::as_str)).chain(["", ""]);
    service.write_all(head.collect::<Vec<_>>().join("\r\n").as_bytes()).await?;
    service.write_all(&body).await?;
    let mut client = client.into_inner();
    tokio::io::copy(&mut service, &mut client).await?;
    client.shutdown().await
}

/// What a role must allow for a request.
fn acts(operation: &str, request: &Value) -> Vec<Act> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let act = |action: &str, to: String| (action.to_owned(), to);
    let (_, operation) = operation.split_once('.').unwrap_or_default();
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
        // Each part by the name of the action that it is.
        "TransactWriteItems" => {
            let parts = request["TransactItems"].as_array().unwrap().iter().flat_map(|part| part.as_object().unwrap());
            parts.map(|(part, of)| (format!("dynamodb:{part}Item"), text(&of["TableName"]))).collect()
        }
        "BatchExecuteStatement" => {
            let statements = request["Statements"].as_array().unwrap().iter();
            let inserted = statements.map(|statement| {
                let statement = text(&statement["Statement"]);
                let table = statement.strip_prefix("INSERT INTO \"").and_then(|rest| rest.split('"').next());
                act("dynamodb:PartiQLInsert", table.expect(&statement).to_owned())
            });
            inserted.collect()
        }
        "SendMessage" | "SendMessageBatch" => {
            let queue = text(&request["QueueUrl"]);
            vec![act("sqs:SendMessage", queue.rsplit('/').next().unwrap().to_owned())]
        }
        other => vec![act(other, request.to_string())],
    }
}

/// A stack whose functions are watched, and what was seen of them.
async fn watched() -> (Running, Arc<Mutex<Seen>>) {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let watcher = TcpListener::bind((HOST, 0)).await.unwrap();
    let address = watcher.local_addr().unwrap().to_string();
    let noted = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((client, _)) = watcher.accept().await {
            tokio::spawn(pass_on(client, Arc::clone(&noted)));
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let programs = folder.path().join("programs");
    std::fs::create_dir(&programs).unwrap();
    let functions = ["sale-signed", "annual-renewal", "credit-note", "restatement", "totals", "dashboard-api"];
    past(&address, &programs, &functions);
    let options = Options {
        data: folder.path().to_owned(),
        fresh: false,
        api_port: 0,
        dynamodb: Dynamodb::Embedded(0),
        sqs_port: 0,
        binaries: programs,
        // Everything goes past the watcher, and takes longer for it.
        parameters: [("FunctionTimeoutSeconds", "30"), ("VisibilityTimeoutSeconds", "180")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
    };
    let stack = Stack::start(options).await.unwrap();
    (Running { api: stack.api(&Role::Admin).unwrap(), stack, folder }, seen)
}

/// Everything that functions do at all: worlds before and after their partners are known, twice, with claims that
/// contradict each other and a choice between them, other agreements, messages that nobody understands, every list.
async fn work(running: &Running) {
    let (sample, edges) = (World::sample(), World::edges());
    running.take_in(&edges.events).await;
    running.register(&sample).await;
    running.register(&edges).await;
    running.take_in(&sample.shuffled(1)).await;
    for (id, customer) in [("1", "K-1"), ("2", "K-2")] {
        let fee = json!({"amount": "100.00", "currency": "EUR"});
        let sale = json!({"contract_id": "C", "partner_id": "P-001", "customer_id": customer, "signed_on": "2025-01-01", "annual_fee": fee});
        running.take_in(&[event(SaleSigned, id, &sale)]).await;
    }
    let choice = json!({"claim": 2, "reason": "a slip of the pen"}).to_string();
    assert_eq!(running.api.put("/contracts/C/terms/1/choices/1", choice).await.unwrap().status, 202);
    running.settle().await;
    for partner in &sample.partners {
        let path = format!("/partners/{}", partner.id);
        let etag = running.api.get(&path).await.unwrap().headers["etag"].to_str().unwrap().to_owned();
        let none = json!({"name": "Another", "agreements": []}).to_string();
        let answer = running.api.send("PUT".parse().unwrap(), &path, &[("if-match", &etag)], none).await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    running.settle().await;
    for event_type in [SaleSigned, AnnualRenewal, CreditNote] {
        running.send_raw(event_type, &["nonsense".to_owned()]).await;
    }
    for queue in ["RestatementQueue", "TotalsQueue"] {
        let send = running.stack.sqs().send_message().queue_url(running.stack.queue_url(queue));
        send.message_body("nonsense").send().await.unwrap();
    }
    running.settle().await;
    assert_eq!(running.dead_letters().await.len(), 5);
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

/// What Lambda itself does in a function's name: logs, and its queue.
fn of_lambda(template: &Template, function: &str) -> BTreeSet<Act> {
    let logs = ["logs:CreateLogStream", "logs:PutLogEvents"].map(|action| (action, format!("{function}Logs")));
    let queue = template.queue_of(function).into_iter().flat_map(|queue| {
        let actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
        actions.map(|action| (action, queue.clone()))
    });
    logs.into_iter().chain(queue).map(|(action, of)| (action.to_owned(), of)).collect()
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
        let idle: Vec<_> = allowed.difference(&done).collect();
        let refused: Vec<_> = done.difference(&allowed).collect();
        assert!(idle.is_empty() && refused.is_empty(), "{function}: never done {idle:#?}\nnot allowed {refused:#?}");
    }
    assert_eq!(seen.kinds["DashboardApi"], BTreeSet::from(["PARTNER".to_owned()]), "the API writes the registry alone");
}
