//! The faults of DynamoDB that the embedded one shows on request, and the product among them.

use crate::operations::{operate, said};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, BatchStatementRequest, KeysAndAttributes, Put, TransactWriteItem};
use fixtures::world::World;
use harness::running::Running;
use local::faults::{Faults, Shown};
use local::load;
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

/// Short timeouts, so that the test does not wait; and no message is given up for a fault.
const PATIENT: [(&str, &str); 2] = [("FunctionTimeoutSeconds", "3"), ("MaxReceiveCount", "100")];

#[tokio::test(flavor = "multi_thread")]
async fn a_world_comes_out_right_among_lag_throttles_and_conflicts() {
    let faults = Faults {
        lag: "1".parse().unwrap(),
        throttles: "30".parse().unwrap(),
        conflicts: "60".parse().unwrap(),
        seed: 1,
    };
    let running = Running::start_with_faults(faults, &PATIENT).await;
    running.come_back_after(4).await;
    let world = World::sample();
    let started = Instant::now();
    running.register(&world).await;
    running.take_in(&world.events).await;
    println!("idle after {:?}", started.elapsed());
    let Shown { throttles, conflicts, lagging } = running.stack.faults();
    println!("{throttles} throttles, {conflicts} conflicts");
    assert!(throttles > 10 && conflicts > 10 && lagging == 0, "{throttles} throttles, {conflicts} conflicts");
    running.stack.calmly(running.check(&world)).await;
    assert_eq!(running.dead_letters().await, []);
    let (latest, mut shown) = (whole_table(&running, true).await, whole_table(&running, false).await);
    assert!(latest.len() > 194, "{} items", latest.len());
    let missing: Vec<_> = latest.into_iter().filter(|(key, item)| shown.remove(key).as_ref() != Some(item)).collect();
    assert!(missing.is_empty() && shown.is_empty(), "the lag is over: {missing:?} {shown:?}");
    let audit = operate(&running, &["audit"]).await;
    assert!(audit.status.success() && said(&audit).contains(" 0 differences"), "{}", said(&audit));
    running.stack.stop().await;
}

/// Twice, DynamoDB refuses everything for a third of the time after which a message is given up.
#[tokio::test(flavor = "multi_thread")]
async fn two_outages_leave_no_dead_letter() {
    const RECEIVED: u32 = 5;
    let parameters = [("FunctionTimeoutSeconds", "1"), ("MaxReceiveCount", &*RECEIVED.to_string())];
    let running = Running::start_with_faults(Faults::default(), &parameters).await;
    let visibility = Duration::from_secs(running.stack.template.queues["SaleSignedQueue"].visibility_seconds.into());
    let outage = visibility * RECEIVED / 3;
    let world = World::sample();
    running.register(&world).await;
    let mut parts = world.events.chunks(world.events.len().div_ceil(4));
    for _ in 0..2 {
        load::send(&running.stack, parts.next().unwrap()).await.unwrap();
        let sent = async {
            load::send(&running.stack, parts.next().unwrap()).await.unwrap();
            tokio::time::sleep(outage).await;
        };
        running.stack.during_outage(sent).await;
        // What was received just before the end comes back.
        tokio::time::sleep(visibility).await;
    }
    running.wait_until_idle().await;
    let Shown { throttles, .. } = running.stack.faults();
    println!("{throttles} requests were refused in two outages of {outage:?}");
    assert!(throttles > 20, "{throttles}");
    assert_eq!(running.dead_letters().await, []);
    running.check(&world).await;
    running.wait_for_delayed().await;
    let audit = operate(&running, &["audit"]).await;
    assert!(audit.status.success() && said(&audit).contains(" 0 differences"), "{}", said(&audit));
    running.stack.stop().await;
}

/// A message that came back would do so after the test has failed: so each is processed when it is first received.
#[tokio::test(flavor = "multi_thread")]
async fn two_of_five_requests_are_refused_and_no_message_comes_back() {
    const VISIBILITY: u16 = 600;
    let faults = Faults { throttles: "400".parse().unwrap(), seed: 2, ..Faults::default() };
    let parameters = [
        ("FunctionTimeoutSeconds", "20"),
        ("VisibilityTimeoutSeconds", &*VISIBILITY.to_string()),
        ("MessageRetentionSeconds", "604800"),
    ];
    let running = Running::start_with_faults(faults, &parameters).await;
    let world = World::sample();
    running.stack.calmly(running.register(&world)).await;
    let started = Instant::now();
    running.take_in(&world.events).await;
    let (took, Shown { throttles, .. }) = (started.elapsed(), running.stack.faults());
    println!("idle after {took:?} with {throttles} throttles");
    assert!(throttles > 50 && took < Duration::from_secs(VISIBILITY.into()), "{throttles} throttles, {took:?}");
    assert_eq!(running.dead_letters().await, []);
    running.stack.calmly(running.check(&world)).await;
    running.stack.stop().await;
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

type Item = HashMap<String, AttributeValue>;

/// The items of the ledger by their keys, as strongly consistent reads show them or as others do.
async fn whole_table(running: &Running, is_consistent: bool) -> BTreeMap<[String; 2], Item> {
    let scan = running.stack.dynamodb().scan().table_name("Ledger").consistent_read(is_consistent);
    let items = scan.into_paginator().items().send().collect::<Result<Vec<Item>, _>>().await.unwrap();
    let key = |item: &Item| ["pk", "sk"].map(|name| item[name].as_s().unwrap().clone());
    items.into_iter().map(|item| (key(&item), item)).collect()
}

/// The codes of the refusals that a client meets at five requests: a put, a transaction of two, a batch of two statements, a
/// batch of two keys, a query.
async fn refusals(client: &Client) -> [Vec<String>; 5] {
    let code = |error: &dyn ProvideErrorMetadata| vec![error.code().unwrap_or_default().to_owned()];
    let put = client.put_item().table_name("Ledger").item("pk", text("P")).item("sk", text("S")).send().await;
    let writes = ["T", "U"].map(|pk| {
        let put = Put::builder().table_name("Ledger").item("pk", text(pk)).item("sk", text("S")).build().unwrap();
        TransactWriteItem::builder().put(put).build()
    });
    let transaction = client.transact_write_items().set_transact_items(Some(writes.to_vec())).send().await;
    let transaction = transaction.err().map(|error| {
        let error = error.into_service_error();
        let mut codes = code(&error);
        if let TransactWriteItemsError::TransactionCanceledException(cancelled) = error {
            let mut reasons: Vec<_> =
                cancelled.cancellation_reasons().iter().filter_map(|reason| reason.code.clone()).collect();
            reasons.sort();
            codes.extend(reasons);
        }
        codes
    });
    let statements = ["B", "C"].map(|pk| {
        let insert = BatchStatementRequest::builder().statement("INSERT INTO \"Ledger\" VALUE {'pk': ?, 'sk': ?}");
        insert.parameters(text(pk)).parameters(text("S")).build().unwrap()
    });
    let batch = client.batch_execute_statement().set_statements(Some(statements.to_vec())).send().await.unwrap();
    let errors = batch.responses().iter().filter_map(|answer| Some(answer.error()?.code()?.as_str().to_owned()));
    let keys = ["K", "L"].map(|pk| [("pk".to_owned(), text(pk)), ("sk".to_owned(), text("S"))].into());
    let keys = KeysAndAttributes::builder().set_keys(Some(keys.to_vec())).build().unwrap();
    let read = client.batch_get_item().request_items("Ledger", keys).send().await;
    let query = client.query().table_name("Ledger").key_condition_expression("pk = :p");
    let query = query.expression_attribute_values(":p", text("P")).send().await;
    [
        put.err().map(|error| code(&error)).unwrap_or_default(),
        transaction.unwrap_or_default(),
        errors.collect(),
        read.err().map(|error| code(&error)).unwrap_or_default(),
        query.err().map(|error| code(&error)).unwrap_or_default(),
    ]
}

/// The partition keys of the items that the client wrote: those of the members, whom every stack has, apart.
async fn written(client: &Client) -> Vec<String> {
    let scanned = client.scan().table_name("Ledger").send().await.unwrap();
    let keys = scanned.items().iter().map(|item| item["pk"].as_s().unwrap().clone());
    let mut written: Vec<String> =
        keys.filter(|pk| !pk.starts_with("MEMBERS#") && !pk.starts_with("JOURNAL#")).collect();
    written.sort_unstable();
    written
}

/// A stack with faults, and a client that tries nothing again.
async fn refusing(faults: Faults) -> (Running, Client) {
    let running = Running::start_with_faults(faults, &[]).await;
    let client = running.stack.dynamodb();
    let once = client.config().to_builder().retry_config(RetryConfig::disabled()).build();
    (running, Client::from_conf(once))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_meets_each_refusal_as_dynamodb_makes_it() {
    let all = "1000".parse().unwrap();
    let (running, client) = refusing(Faults { conflicts: all, ..Faults::default() }).await;
    let [put, transaction, statements, read, query] = refusals(&client).await;
    assert_eq!(put, ["TransactionConflictException"]);
    assert_eq!(transaction, ["TransactionCanceledException", "None", "TransactionConflict"]);
    assert_eq!(statements, ["TransactionConflict", "TransactionConflict"]);
    assert!(read.is_empty() && query.is_empty(), "{read:?} {query:?}");
    assert_eq!(running.stack.faults(), Shown { conflicts: 4, ..Shown::default() });
    assert_eq!(written(&client).await, [""; 0]);
    running.stack.stop().await;

    let (running, client) = refusing(Faults { throttles: all, ..Faults::default() }).await;
    let [put, transaction, statements, read, query] = refusals(&client).await;
    for codes in [put, transaction, read, query] {
        assert!(codes == ["ProvisionedThroughputExceededException"] || codes == ["ThrottlingException"], "{codes:?}");
    }
    assert_eq!(statements, ["ThrottlingError", "ThrottlingError"]);
    assert_eq!(written(&client).await, [""; 0]);
    running.stack.stop().await;
}

/// A batch of which a part is refused: each key and each statement has its own answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_answered_in_part() {
    let (running, client) = refusing(Faults { throttles: "500".parse().unwrap(), ..Faults::default() }).await;
    let names: Vec<String> = (0..20).map(|i| format!("I{i:02}")).collect();
    let statements = names.iter().map(|pk| {
        let insert = BatchStatementRequest::builder().statement("INSERT INTO \"Ledger\" VALUE {'pk': ?, 'sk': ?}");
        insert.parameters(text(pk)).parameters(text("S")).build().unwrap()
    });
    let batch = client.batch_execute_statement().set_statements(Some(statements.collect())).send().await.unwrap();
    let answers = names.iter().zip(batch.responses());
    let done: Vec<&str> =
        answers.filter(|(_, answer)| answer.error().is_none()).map(|(name, _)| name.as_str()).collect();
    assert!(batch.responses().len() == 20 && (1..20).contains(&done.len()), "{done:?}");
    assert_eq!(written(&client).await, done);

    // As many keys as one read may have, those of the items among them: some are always left.
    let keys = (0..100).map(|i| [("pk".to_owned(), text(&format!("I{i:02}"))), ("sk".to_owned(), text("S"))].into());
    let keys = KeysAndAttributes::builder().set_keys(Some(keys.collect())).consistent_read(true).build().unwrap();
    let read = client.batch_get_item().request_items("Ledger", keys).send().await.unwrap();
    let left = &read.unprocessed_keys().unwrap()["Ledger"];
    assert!((1..100).contains(&left.keys().len()), "{left:?}");
    let names = |items: &[Item]| items.iter().map(|item| item["pk"].as_s().unwrap().clone()).collect::<Vec<String>>();
    let (mut known, left_names) = (names(&read.responses().unwrap()["Ledger"]), names(left.keys()));
    assert!(known.iter().all(|name| !left_names.contains(name)), "{known:?} {left_names:?}");
    known.extend(left_names.into_iter().filter(|name| done.contains(&name.as_str())));
    known.sort_unstable();
    assert_eq!(known, done);
    assert_eq!(left.consistent_read(), Some(true));
    running.stack.stop().await;
}

/// One item, as each kind of read shows it right after its write and later.
#[tokio::test(flavor = "multi_thread")]
async fn an_index_and_eventually_consistent_reads_lag() {
    let lag = Duration::from_secs(3);
    let faults = Faults { lag: lag.as_secs().to_string().parse().unwrap(), ..Faults::default() };
    let running = Running::start_with_faults(faults, &[]).await;
    // The members, whom every stack has, were written a moment ago.
    while running.stack.faults().lagging > 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let table = running.stack.dynamodb();
    let listed = async || {
        let query = table.query().table_name("Ledger").index_name("by-partner").key_condition_expression("gpk = :g");
        query.expression_attribute_values(":g", text("G")).send().await.unwrap().count
    };
    let read = async |is_consistent| {
        let get = table.get_item().table_name("Ledger").key("pk", text("A")).key("sk", text("B"));
        get.consistent_read(is_consistent).send().await.unwrap().item.is_some()
    };
    let written = Instant::now();
    let put = table.put_item().table_name("Ledger").item("pk", text("A")).item("sk", text("B"));
    put.item("gpk", text("G")).item("gsk", text("H")).send().await.unwrap();
    assert!(read(true).await, "a strongly consistent read shows every write");
    let before = (listed().await, read(false).await);
    // A machine that stood still for so long shows nothing.
    if written.elapsed() < lag {
        assert_eq!((before, running.stack.faults().lagging), ((0, false), 1));
    }
    let shown = async {
        while (listed().await, read(false).await) != (1, true) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), shown).await.expect("the write is shown in time");
    assert!(written.elapsed() >= lag && running.stack.faults().lagging == 0, "{:?}", written.elapsed());
    running.stack.stop().await;
}
