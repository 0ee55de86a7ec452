//! The settlement function: the documents of a close are made once, however often they are asked for; and what is stored is audited.

use crate::operations::{operate, said};
use aws_sdk_dynamodb::types::AttributeValue;
use closing::{Closing, Made};
use events::EventType::SaleSigned;
use fixtures::world::event;
use harness::running::Running;
use jiff::SignedDuration;
use ledger::dynamo::DynamoStore;
use rules::Month;
use serde_json::{Value, json};
use settling::Queue;
use std::time::Duration;

/// The delay of a close on a stack, in seconds.
fn delay(running: &Running) -> u64 {
    let environment = &running.stack.template.functions["SettlementApi"].environment;
    let local::template::Value::Text(seconds) = &environment["SETTLEMENT_DELAY_SECONDS"] else { unreachable!() };
    seconds.parse().unwrap()
}

fn closing(running: &Running) -> Closing<DynamoStore> {
    Closing::new(running.store(), SignedDuration::ZERO)
}

fn queue(running: &Running) -> Queue {
    Queue::new(running.stack.sqs(), running.stack.queue_url("SettlementQueue"))
}

/// A complete identity: the vendor's, or with a series that of a partner which gave a mandate.
fn identity(series: Option<&str>) -> Value {
    let mut version = json!({
        "from": "2020-01-01", "legal_name": "A company",
        "address": "1 rue de Paris, 34500 Beziers", "country": "FR", "regime": "fr-vat", "siren": "512345612",
        "vat_id": "FR68512345612",
    });
    if let Some(series) = series {
        version["series"] = series.into();
        version["mandate"] = json!({ "signed_on": "2020-01-01", "days_to_contest": 15 });
    }
    version
}

/// Two partners who are paid for a sale each, signed in the month, and their identities.
pub(crate) async fn two_partners(running: &Running, month: Month) {
    let put = async |path: String, body: Value| {
        let answer = running.api.put(&path, body.to_string()).await.unwrap();
        assert_eq!(answer.status, 201, "{path}: {}", answer.text);
    };
    put("/vendor/1".to_owned(), identity(None)).await;
    for (partner, series) in [("P-1", "P1"), ("P-2", "P2")] {
        let agreement = json!({"model": "referrer", "starts_on": "2020-01-01"});
        put(format!("/partners/{partner}"), json!({"name": partner, "agreements": [agreement]})).await;
        put(format!("/partners/{partner}/billing/1"), identity(Some(series))).await;
    }
    let sales = ["P-1", "P-2"].map(|partner| {
        let fee = json!({"amount": "1000.00", "currency": "EUR"});
        let sale = json!({
            "contract_id": format!("C-{partner}"), "partner_id": partner, "customer_id": "K-1",
            "signed_on": month.first(), "annual_fee": fee,
        });
        event(SaleSigned, partner, &sale)
    });
    running.take_in(&sales).await;
    // An account whose annuities are being decided again is carried.
    running.wait_for_delayed().await;
}

/// The month before this one, which is over.
pub(crate) fn last_month() -> Month {
    let first = rules::day::day_of(jiff::Timestamp::now()).first_of_month();
    Month::from(rules::Day::try_from(first.yesterday().unwrap()).unwrap())
}

/// Waits until everything booked is before the cut of a close.
pub(crate) async fn wait_for_cut(running: &Running) {
    tokio::time::sleep(Duration::from_secs(delay(running) + 1)).await;
}

/// Closes a month once everything booked is before its cut, and asks for its documents so often.
pub(crate) async fn close(running: &Running, month: Month, times: usize) {
    wait_for_cut(running).await;
    close_now(running, month, times).await;
}

/// Closes a month likewise: all of it is before the cut already.
pub(crate) async fn close_now(running: &Running, month: Month, times: usize) {
    for n in 0..times {
        let closed = running.api.put(&format!("/closings/{month}"), String::new()).await.unwrap();
        assert_eq!(closed.status, if n == 0 { 201 } else { 200 }, "{}", closed.text);
    }
    running.wait_for_delayed().await;
}

async fn made(running: &Running, month: Month) -> Option<Made> {
    closing(running).stored_close(month).await.unwrap().unwrap().made
}

/// Writes an attribute of an item by hand, and gives what it was.
async fn write_by_hand(running: &Running, (pk, sk): (&str, &str), value: AttributeValue) -> AttributeValue {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let table = running.stack.dynamodb();
    let get = table.get_item().table_name("Ledger").key("pk", text(pk)).key("sk", text(sk));
    let mut item = get.send().await.unwrap().item.unwrap();
    let before = item.insert("cl".to_owned(), value).unwrap();
    table.put_item().table_name("Ledger").set_item(Some(item)).send().await.unwrap();
    before
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_of_a_close_are_made_once_and_audited() {
    let (running, month) = (Running::start().await, last_month());
    two_partners(&running, month).await;
    close(&running, month, 2).await;
    let documents = closing(&running).documents_at(month, 10, None).await.unwrap().list;
    let numbers: Vec<String> = documents.iter().map(|document| document.number.to_string()).collect();
    assert_eq!(numbers, ["AF-P1-000001", "AF-P2-000001"]);
    let made = made(&running, month).await.unwrap();
    assert_eq!((made.documents, made.carried, made.opened), (2, 0, 0));
    assert_eq!(running.dead_letters().await, []);
    // Asked for once more, after the documents are made.
    queue(&running).begin(month, SignedDuration::ZERO).await.unwrap();
    running.wait_for_delayed().await;
    assert_eq!(closing(&running).documents_at(month, 10, None).await.unwrap().list, documents);

    let clean = operate(&running, &["audit"]).await;
    assert!(clean.status.success() && said(&clean).contains(" 0 differences"), "{}", said(&clean));
    let head = ("ACCOUNT#P-1#SUMS", "HEAD#EUR#to-partner");
    let before = write_by_hand(&running, head, AttributeValue::S("by hand".to_owned())).await;
    let wrong = operate(&running, &["audit"]).await;
    let damaged = "ACCOUNT#P-1#SUMS HEAD#EUR#to-partner: damaged: it is not what was recorded";
    assert!(wrong.status.code() == Some(1) && said(&wrong).contains(damaged), "{}", said(&wrong));
    let left = operate(&running, &["audit", "--repair"]).await;
    assert!(left.status.code() == Some(1) && said(&left).contains("for a person: "), "{}", said(&left));
    write_by_hand(&running, head, before).await;
    let restored = operate(&running, &["audit"]).await;
    assert!(restored.status.success(), "{}", said(&restored));

    // What is paid for a month that is closed, without a document: a document that is gone.
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let gone = running.stack.dynamodb().delete_item().table_name("Ledger").key("pk", text("ACCOUNT#P-2"));
    gone.key("sk", text(&format!("DOC#EUR#to-partner#{month}"))).send().await.unwrap();
    let short = operate(&running, &["audit"]).await;
    assert!(short.status.code() == Some(1) && said(&short).contains("ACCOUNT#P-2"), "{}", said(&short));
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_stops_at_what_cannot_be_read_and_goes_on_once_it_is_repaired() {
    let (running, month) = (Running::start_with(&[("MaxReceiveCount", "5")]).await, last_month());
    two_partners(&running, month).await;
    running.come_back_after(1).await;
    let billing = ("PARTNER#P-2#BILLING", "000001");
    let before = write_by_hand(&running, billing, AttributeValue::S("by hand".to_owned())).await;
    close(&running, month, 1).await;
    assert_eq!(made(&running, month).await, None);
    let documents = closing(&running).documents_at(month, 10, None).await.unwrap().list;
    assert_eq!(documents.len(), 1, "of the partner before");
    let letters = running.dead_letters().await;
    assert!(letters.len() == 1 && letters[0].queue == "SettlementDeadLetters", "{letters:?}");
    let log = std::fs::read_to_string(running.folder.path().join("logs/settlement.log")).unwrap();
    assert!(log.contains("PARTNER#P-2#BILLING 000001"), "{log}");

    write_by_hand(&running, billing, before).await;
    let redriven = operate(&running, &["redrive", "settlement", "--yes"]).await;
    assert!(redriven.status.success() && said(&redriven).contains("1 messages sent back"), "{}", said(&redriven));
    running.wait_for_delayed().await;
    assert_eq!(made(&running, month).await.unwrap().documents, 2);
    assert_eq!(running.dead_letters().await, []);
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_step_is_a_dead_letter_on_the_attention_list() {
    let running = Running::start().await;
    let send = running.stack.sqs().send_message().queue_url(running.stack.queue_url("SettlementQueue"));
    send.message_body("nonsense").send().await.unwrap();
    running.wait_until_idle().await;
    let letters = running.dead_letters().await;
    assert!(letters.len() == 1 && letters[0].queue == "SettlementDeadLetters", "{letters:?}");
    let items = running.get("/attention").await["items"].clone();
    assert_eq!(items[0]["reason"], "is not a step of making the documents of a close", "{items}");
    let discarded = operate(&running, &["discard", "settlement", "--yes"]).await;
    assert!(discarded.status.success() && said(&discarded).contains("1 messages discarded"), "{}", said(&discarded));
    assert_eq!(running.get("/attention").await["items"], json!([]));
    running.stack.stop().await;
}
