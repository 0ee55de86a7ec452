//! The faults of DynamoDB that the embedded one shows on request, and the product among them.

use crate::operations::{operate, said};
use aws_sdk_dynamodb::types::AttributeValue;
use fixtures::world::World;
use harness::running::Running;
use local::faults::{Faults, Shown};
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
    running.check(&world).await;
    assert_eq!(running.dead_letters().await, []);
    let audit = operate(&running, &["audit"]).await;
    assert!(audit.status.success() && said(&audit).contains(" 0 differences"), "{}", said(&audit));
    running.stack.stop().await;
}

/// One item, as each kind of read shows it right after its write and later.
#[tokio::test(flavor = "multi_thread")]
async fn an_index_and_eventually_consistent_reads_lag() {
    let lag = Duration::from_secs(3);
    let faults = Faults { lag: lag.as_secs().to_string().parse().unwrap(), ..Faults::default() };
    let running = Running::start_with_faults(faults, &[]).await;
    let table = running.stack.dynamodb();
    let text = |text: &str| AttributeValue::S(text.to_owned());
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
