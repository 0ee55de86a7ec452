//! Items that are damaged, and items of a later release: each is named, and nothing is decided by it.

use crate::world::{COMMISSION, SHARE, book, by, close_and_make, closing, entry, month, on, step, time, world};
use aws_sdk_dynamodb::types::AttributeValue;
use closing::check::check;
use closing::closes::Said;
use closing::{ClosingError, PassMessage};
use fixtures::memory::MemoryStore;
use ledger::item::hash;
use ledger::store::Item;
use ledger::{LedgerError, Why};
use settlement::Direction;
use settlement::opening::OpeningItem;

/// A table with an item of each kind.
async fn every_kind() -> MemoryStore {
    let store = world(&["P-1", "P-2"]).await;
    let of = |id, kind, amount| entry(id, kind, amount, "2026-01-10", "2026-01-10T08:00:00Z");
    let entries = [of("P-1", COMMISSION, 10_000), of("P-1", SHARE, 10_000), of("P-2", COMMISSION, -1)];
    book(&store, &entries).await;
    close_and_make(&store, "2026-01", "2026-02-02T08:00:00Z", &Said::default()).await;
    let closing = closing(&store);
    let number = "FP-000001".parse().unwrap();
    let why = "Wrong".parse().unwrap();
    closing.contest(&number, 1, (None, why), &on("2026-02-03T08:00:00Z")).await.unwrap();
    let eur = rules::Money::new(rules::Minor(100), rules::Currency::EUR).unwrap();
    let account = crate::world::account("P-1", Direction::FromPartner);
    let (day, at) = ("2025-12-01".parse().unwrap(), time("2026-02-03T08:00:00Z"));
    let item = OpeningItem::new(account, "7".parse().unwrap(), (day, day), (eur, eur), at).unwrap();
    closing.record_opening_item(&item, &by(at)).await.unwrap();
    store
}

fn ours(store: &MemoryStore) -> Vec<Item> {
    store.dump().into_iter().filter(|item| check(item).is_some()).collect()
}

/// Adds a field to a map.
fn add(value: &mut AttributeValue, name: &str) {
    let AttributeValue::M(fields) = value else { unreachable!() };
    fields.insert(name.to_owned(), AttributeValue::Bool(true));
}

#[tokio::test]
async fn an_item_is_as_recorded_or_damaged_or_of_a_later_release() {
    let items = ours(&every_kind().await);
    assert!(items.len() > 15, "{}", items.len());
    for item in items {
        assert!(matches!(check(&item), Some(Ok(()))), "{item:?}");
        let mut damaged = item.clone();
        damaged.insert("cl".to_owned(), item["pk"].clone());
        let why = check(&damaged).unwrap().unwrap_err().why;
        assert!(matches!(why, Why::Damaged(_)), "{damaged:?}");
        if item.contains_key("gsk") {
            let mut unlisted = item.clone();
            unlisted.remove("gsk");
            assert!(matches!(check(&unlisted).unwrap().unwrap_err().why, Why::Damaged(_)), "{unlisted:?}");
        }
        // A later release writes what this one does not know, with its hash.
        hash(&mut damaged);
        assert_eq!(check(&damaged).unwrap().unwrap_err().why, Why::Unknown, "{damaged:?}");
        if item["cl"].as_m().is_ok() {
            let mut later = item.clone();
            let content = later.values_mut().find(|value| value.as_m().is_ok());
            add(content.unwrap(), "zz");
            hash(&mut later);
            assert_eq!(check(&later).unwrap().unwrap_err().why, Why::Unknown, "{later:?}");
        }
    }
}

#[tokio::test]
async fn a_pass_stops_at_what_it_cannot_read() {
    let store = every_kind().await;
    let entries = [entry("P-1", COMMISSION, 100, "2026-02-10", "2026-02-10T08:00:00Z")];
    book(&store, &entries).await;
    store.damage("ACCOUNT#P-1#SUMS", "HEAD#EUR#to-partner", "cl");
    crate::world::close(&store, month("2026-02"), &Said::default(), time("2026-03-02T08:00:00Z")).await;
    let mut message = PassMessage::begin(month("2026-02"));
    let error = loop {
        match step(&store, &message).await {
            Ok(closing::Stepped::Next(next)) => message = next,
            other => break other.unwrap_err(),
        }
    };
    let ClosingError::Ledger(LedgerError::Damaged { key, .. }) = error else { panic!("{error}") };
    assert_eq!(key, "ACCOUNT#P-1#SUMS HEAD#EUR#to-partner");
    assert!(closing(&store).stored_close(month("2026-02")).await.unwrap().unwrap().made.is_none());
    assert!(ours(&store).iter().filter(|item| check(item).is_some_and(|checked| checked.is_err())).count() == 1);
}
