//! `operate`: events sent, dead letters sent back, a ledger audited and repaired.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sqs::types::MessageAttributeValue;
use events::EventType::SaleSigned;
use fixtures::world::{World, data};
use harness::binaries;
use harness::running::Running;
use serde_json::{Value, json};
use std::process::{Command, Output};

/// Runs the command against a stack, on a thread of its own so that the stack goes on.
pub(crate) async fn operate(running: &Running, arguments: &[&str]) -> Output {
    let mut command = Command::new(binaries().join("operate"));
    command.arg("--data").arg(&running.stack.data);
    command.args(arguments);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_sent_and_the_ledger_is_audited_and_repaired() {
    let running = Running::start().await;
    let world = World::sample();
    running.register(&world).await;
    let events = data("events.jsonl").display().to_string();
    let sent = operate(&running, &["send", &events]).await;
    assert!(sent.status.success() && said(&sent).contains("194 events accepted"), "{}", said(&sent));
    // While all of it is in work, the audit reports no message that is on its way as a difference.
    let at_work = operate(&running, &["audit"]).await;
    assert!(at_work.status.success() && said(&at_work).contains(" 0 differences"), "{}", said(&at_work));
    running.wait_until_idle().await;
    running.check(&world).await;
    let named = operate(&running, &["--table", "Ledger", "audit"]).await;
    assert!(named.status.success() && said(&named).contains(" 0 differences"), "{}", said(&named));
    let other = operate(&running, &["--table", "Other", "audit"]).await;
    assert!(!other.status.success() && !said(&other).contains("differences"), "{}", said(&other));
    let clean = operate(&running, &["audit"]).await;
    assert!(clean.status.success() && said(&clean).contains(" 0 differences"), "{}", said(&clean));

    // No second look is due that would repair the changes below.
    running.wait_for_delayed().await;
    // A change of the table by hand is reported, never paid on, and left for a person to restore.
    let table = running.stack.dynamodb();
    let key = |sk: &str| AttributeValue::S(sk.to_owned());
    let add = async |change: &str| {
        let update =
            table.update_item().table_name("Ledger").key("pk", key("CONTRACT#C-149768-59")).key("sk", key("TERM#01"));
        let change = AttributeValue::N(change.to_owned());
        let update = update.update_expression("SET e.a = e.a + :x").expression_attribute_values(":x", change);
        update.send().await.unwrap();
    };
    add("1").await;
    let changed = "CONTRACT#C-149768-59 TERM#01: damaged: it is not what was recorded";
    let wrong = operate(&running, &["audit"]).await;
    assert!(wrong.status.code() == Some(1) && said(&wrong).contains(changed), "{}", said(&wrong));
    let left = operate(&running, &["audit", "--repair"]).await;
    assert!(left.status.code() == Some(1) && said(&left).contains("for a person: restore it"), "{}", said(&left));
    add("-1").await;
    // Derived items are repaired: a month's total, and whether a month is listed.
    let total = table.scan().table_name("Ledger").filter_expression("attribute_exists(tt)").send().await.unwrap();
    let total = total.items.unwrap().into_iter().find(|total| !total["tt"].as_l().unwrap().is_empty()).unwrap();
    let delete = table.delete_item().table_name("Ledger").key("pk", total["pk"].clone()).key("sk", total["sk"].clone());
    delete.send().await.unwrap();
    let repaired = operate(&running, &["audit", "--repair"]).await;
    assert!(repaired.status.success() && said(&repaired).contains("totals of "), "{}", said(&repaired));
    running.check(&world).await;
    // A person may accept an item as it is.
    add("1").await;
    let accepted = operate(&running, &["audit", "--accept", "CONTRACT#C-149768-59 TERM#01"]).await;
    assert!(accepted.status.success(), "{}", said(&accepted));
    let line = "contract C-149768-59 term 1: owed 2056.35 (vendor 2056.35), booked 2056.36 (vendor 2056.35) EUR";
    let differs = operate(&running, &["audit"]).await;
    assert!(said(&differs).contains(line) && !said(&differs).contains("damaged"), "{}", said(&differs));
    let repaired = operate(&running, &["audit", "--repair"]).await;
    assert!(repaired.status.success(), "{}", said(&repaired));
    running.check(&world).await;
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_if_a_line_is_wrong() {
    let running = Running::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("events.jsonl");
    let good = &World::sample().events[0].body;
    std::fs::write(&file, format!("{good}\nnonsense\n")).unwrap();
    let refused = operate(&running, &["send", file.to_str().unwrap()]).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("events.jsonl:2: is not an event of a known type"), "{}", said(&refused));
    running.wait_until_idle().await;
    assert_eq!(running.api.get("/contracts/C-156959-0").await.unwrap().status, 404);
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_minted_for_scripts() {
    let running = Running::start().await;
    let data = running.folder.path().display().to_string();
    let partner = json!({"name": "A", "agreements": []}).to_string();
    assert_eq!(running.api.put("/partners/P-1", partner).await.unwrap().status, 201);
    let minted = async |arguments: &[&str]| {
        let output = operate(&running, &[&["token", "--data", &data], arguments].concat()).await;
        (output.status.success(), said(&output).trim().to_owned())
    };
    let answers = async |token: &str| {
        let api = running.api_with(Some(token));
        (api.get("/partners").await.unwrap().status, api.get("/partners/P-1").await.unwrap().status)
    };
    let (_, manager) = minted(&["--manager"]).await;
    assert_eq!(answers(&manager).await, (200, 200), "{manager}");
    assert_eq!(answers(&minted(&["--accountant"]).await.1).await, (200, 200));
    assert_eq!(answers(&minted(&["--partner", "P-1", "--hours", "1"]).await.1).await, (403, 200));
    assert_eq!(answers(&minted(&["--partner", "P-2"]).await.1).await, (403, 404));
    assert_eq!(answers(&minted(&["--subject", "stranger"]).await.1).await, (403, 403));
    assert_eq!(answers(&minted(&["--subject", "manager"]).await.1).await, (200, 200));
    assert_eq!(answers(&minted(&["--manager", "--audience", "another"]).await.1).await, (401, 401));
    for (wrong, named) in [
        (&["--manager", "--partner", "P-1"][..], "--partner"),
        (&[], "--manager"),
        (&["--partner", "P#1"], "is not an id"),
        (&["--subject", "a b"], "visible ASCII"),
        (&["--manager", "--hours", "0"], "--hours"),
    ] {
        let (success, said) = minted(wrong).await;
        assert!(!success && said.contains(named), "{said}");
    }
    let members = running.get("/members").await;
    let accountant =
        members["members"].as_array().unwrap().iter().find(|member| member["role"] == "accountant").unwrap();
    let path = format!("/members/{}", accountant["id"].as_str().unwrap());
    assert_eq!(running.api.send("DELETE".parse().unwrap(), &path, &[], String::new()).await.unwrap().status, 200);
    let (success, said_of_revoked) = minted(&["--accountant"]).await;
    assert!(!success && said_of_revoked.contains("was revoked"), "{said_of_revoked}");
    let elsewhere = operate(&running, &["token", "--manager", "--data", "/nowhere"]).await;
    assert!(!elsewhere.status.success() && said(&elsewhere).contains("names no stack"), "{}", said(&elsewhere));
    let account =
        Command::new(binaries().join("operate")).args(["--stack", "S", "token", "--manager"]).output().unwrap();
    assert!(!account.status.success() && said(&account).contains("client credentials"), "{}", said(&account));
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_manager_comes_in_by_an_invitation() {
    let running = Running::start().await;
    let data = running.folder.path().to_str().unwrap().to_owned();
    let invited = operate(&running, &["invite", "--data", &data, "--manager", "--name", "Marie Curie"]).await;
    let page = &running.stack.api_url;
    let printed = said(&invited);
    let code = printed.lines().find_map(|line| line.strip_prefix(&format!("{page}/#/join/"))).expect(&printed);
    let minted = operate(&running, &["token", "--data", &data, "--subject", "marie"]).await;
    let marie = running.api_with(Some(said(&minted).trim()));
    assert_eq!(marie.get("/partners").await.unwrap().status, 403);
    let accepted = marie.put("/me/invitation", json!({ "code": code }).to_string()).await.unwrap();
    assert_eq!((accepted.status, &accepted.json["name"]), (200, &json!("Marie Curie")), "{}", accepted.json);
    assert_eq!(marie.get("/partners").await.unwrap().status, 200);
    for (arguments, named) in [
        (&["invite", "--data", &data][..], "--manager"),
        (&["invite", "--data", &data, "--manager", "--page", "a.example"], "must be an address"),
        (&["invite", "--data", &data, "--manager", "--name", " "], "visible characters"),
    ] {
        let refused = operate(&running, arguments).await;
        assert!(!refused.status.success() && said(&refused).contains(named), "{}", said(&refused));
    }
    let account =
        Command::new(binaries().join("operate")).args(["--stack", "S", "invite", "--manager"]).output().unwrap();
    assert!(!account.status.success() && said(&account).contains("--page"), "{}", said(&account));
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_are_shown_and_sent_back() {
    let running = Running::start().await;
    let trace = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";
    for body in ["nonsense", "{}"] {
        let send = running.stack.sqs().send_message().queue_url(running.queue_url(SaleSigned)).message_body(body);
        let carried = MessageAttributeValue::builder().data_type("String").string_value(trace).build().unwrap();
        let tenant = MessageAttributeValue::builder().data_type("String").string_value("t-1").build().unwrap();
        send.message_attributes("traceparent", carried).message_attributes("tenant", tenant).send().await.unwrap();
    }
    running.wait_until_idle().await;
    let shown = operate(&running, &["redrive", "sale-signed", "--reason", "specversion"]).await;
    assert!(
        shown.status.success()
            && said(&shown).contains("specversion is missing")
            && said(&shown).contains("1 messages; --yes"),
        "{}",
        said(&shown)
    );
    assert!(!said(&shown).contains("nonsense"));
    let refused = running.get("/attention").await["items"].clone();
    // Messages that were only read are not hidden from the next run.
    let moved = operate(&running, &["redrive", "sale-signed", "--yes"]).await;
    assert!(moved.status.success() && said(&moved).contains("2 messages sent back"), "{}", said(&moved));
    running.wait_until_idle().await;
    assert_eq!(running.dead_letters().await.len(), 2, "refused again, and nothing lost");
    // The sender's attributes are still there after two refusals and a way back.
    let dead = running.stack.queue_url("SaleSignedDeadLetters");
    let receive = running.stack.sqs().receive_message().queue_url(dead).message_attribute_names("All");
    let received = receive.visibility_timeout(0).wait_time_seconds(5).send().await.unwrap().messages.unwrap();
    let attributes = received[0].message_attributes.as_ref().unwrap();
    assert_eq!(attributes["tenant"].string_value.as_deref(), Some("t-1"));
    let again = running.get("/attention").await["items"].clone();
    let ids =
        |items: &Value| items.as_array().unwrap().iter().map(|item| item["message_id"].clone()).collect::<Vec<_>>();
    assert!(ids(&again).len() == 2 && !ids(&refused).iter().any(|id| ids(&again).contains(id)), "{refused} {again}");
    // The function's log names the trace of both times, and nothing of the first refusal came back with the message.
    let log = std::fs::read_to_string(running.folder.path().join("logs/sale-signed.log")).unwrap();
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let traced = lines.filter(|line| line["outcome"] == "refused" && line["trace_id"] == trace[3..35]);
    assert_eq!(traced.count(), 4);
    running.stack.stop().await;
}
