//! The audit names what does not add up, and steps without their act.

use crate::world::*;
use fixtures::memory::MemoryStore;
use ledger::item::{hash, key};
use ledger::store::Item;
use paying::audit::{Finding, journal};
use paying::batch::Fate;
use serde_json::{Value, json};

const ID: &str = "P-1";

/// A table in which one transfer is executed, with set-off.
async fn paid() -> MemoryStore {
    let store = world(&[ID]).await;
    invoice(&store, ID, (TO, 1), 1000, "2026-05-01").await;
    invoice(&store, ID, (FROM, 1), 100, "2026-05-01").await;
    send(&store, "B").await;
    paying(&store).record_fate(&transfer_id("B-0001"), &Fate::Executed { on: day(TODAY) }, &now()).await.unwrap();
    store
}

/// The same table, an item of which says something else and is sound.
fn changed(store: &MemoryStore, pk: &str, sk: &str, change: impl Fn(&mut Value)) -> MemoryStore {
    let mut items = store.dump();
    let is_it = |item: &&mut Item| key(item).pk == pk && key(item).sk == sk;
    let item = items.iter_mut().find(is_it).unwrap();
    let mut content: Value = serde_dynamo::from_attribute_value(item["cl"].clone()).unwrap();
    change(&mut content);
    item.insert("cl".to_owned(), serde_dynamo::to_attribute_value(content).unwrap());
    hash(item);
    MemoryStore::of(items)
}

fn without(store: &MemoryStore, sk: &str) -> MemoryStore {
    MemoryStore::of(store.dump().into_iter().filter(|item| key(item).sk != sk).collect())
}

async fn findings(store: &MemoryStore) -> Vec<Finding> {
    let paying = paying(store);
    let mut findings = paying.audit(&partner(ID)).await.unwrap();
    findings.extend(paying.audit_batch(&batch_id("B")).await.unwrap());
    findings
}

#[tokio::test]
async fn a_payment_of_a_transfer_of_another_amount_is_found() {
    let store = paid().await;
    is_sound(&store, &[ID]).await;
    let pk = "ACCOUNT#P-1#PAYMENTS";
    let other = changed(&store, pk, "PAY#transfer/B-0001", |content| content["am"] = json!(899));
    assert!(matches!(findings(&other).await.as_slice(), [Finding::Fate { .. }]));
}

#[tokio::test]
async fn a_reservation_that_was_not_released_is_found() {
    let store = paid().await;
    let held = changed(&store, "ACCOUNT#P-1#PAYMENTS", "HEAD", |content| content["uw"] = json!("B-0001"));
    let found = findings(&held).await;
    assert!(matches!(found.as_slice(), [Finding::Reservation { .. }, Finding::Reservation { .. }]), "{found:?}");
}

#[tokio::test]
async fn payments_without_their_fate_are_found() {
    let lost = without(&paid().await, "T#0001#FATE");
    let found = findings(&lost).await;
    assert!(found.iter().any(|finding| matches!(finding, Finding::NoTransfer { .. })), "{found:?}");
    assert!(found.iter().any(|finding| matches!(finding, Finding::Fate { .. })), "{found:?}");
}

#[tokio::test]
async fn a_batch_of_another_sum_or_file_is_found() {
    let store = paid().await;
    let other = changed(&store, "BATCH#B", "HEAD", |content| content["su"] = json!(1));
    assert!(matches!(findings(&other).await.as_slice(), [Finding::Batch { .. }]));
    let other = changed(&store, "BATCH#B", "T#0001", |content| content["ib"] = json!(OTHER_IBAN));
    assert!(paying(&other).file(&batch_id("B")).await.is_err());
    assert!(matches!(findings(&other).await.as_slice(), [Finding::Batch { .. }]));
}

#[tokio::test]
async fn a_payment_that_is_lost_is_an_error() {
    let lost = without(&paid().await, "PAY#transfer/B-0001");
    assert!(paying(&lost).partner(&partner(ID)).await.is_err());
}

#[tokio::test]
async fn a_step_without_its_act_and_an_act_without_its_step_are_found() {
    let store = paid().await;
    let acts: Vec<String> =
        store.dump().iter().map(|item| key(item).pk).filter(|pk| pk.starts_with("JOURNAL#")).collect();
    let mut lost = 0;
    for pk in acts {
        let rest = store.dump().into_iter().filter(|item| key(item).pk != pk).collect::<Vec<_>>();
        let found = journal::unmatched(&rest).len();
        // The first act of all is before the journal, and a registration is the ledger's.
        assert!(found <= 1, "{pk}");
        lost += found;
    }
    // A batch, its seal, its sending, and the fate of its transfer: each act is three items of one partition.
    assert!(lost >= 4, "{lost}");
    for sk in ["T#0001#FATE", "PAY#transfer/B-0001"] {
        let found = journal::unmatched(&without(&store, sk).dump());
        assert_eq!(found.len(), usize::from(sk.ends_with("FATE")), "{sk}: {found:?}");
    }
}
