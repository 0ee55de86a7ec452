//! The sums of an account as they are stored: those of the latest years in its head, earlier years apart; and as earlier releases
//! stored them.

use crate::faults::crash_everywhere;
use crate::stores::Torn;
use crate::world::{
    COMMISSION, SHARE, book, close, close_and_make, closing, documents, entry, month, partner, time, world,
};
use aws_sdk_dynamodb::types::AttributeValue;
use closing::closes::Said;
use fixtures::memory::MemoryStore;
use ledger::item::{hash, key};
use ledger::store::{Item, Key};
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib;
use serde_json::json;
use std::collections::BTreeMap;

/// A month is closed that nothing is made of yet, after years in which so much was booked that a head has no room for all of it.
async fn years(first: i16, last: i16) -> MemoryStore {
    let store = world(&["P-1"]).await;
    let mut entries = Vec::new();
    for (n, of) in (first..=last).flat_map(|year| (1..=12).map(move |month| format!("{year}-{month:02}"))).enumerate() {
        let recorded = format!("{last}-12-31T08:00:00Z");
        for (kind, amount) in [(COMMISSION, 71_237), (SHARE, 90_011)] {
            let amount = amount * (i64::try_from(n).unwrap() + 1);
            entries.push(entry("P-1", kind, amount, &format!("{of}-10"), &recorded));
        }
    }
    book(&store, &entries).await;
    store
}

fn years_apart(store: &MemoryStore) -> Vec<Key> {
    let keys = store.dump().iter().map(key).collect::<Vec<_>>();
    keys.into_iter().filter(|key| key.sk.starts_with("YEAR#EUR#to-partner")).collect()
}

#[tokio::test]
async fn a_crash_at_any_request_of_a_close_that_parts_years_changes_nothing() {
    let store = years(2016, 2025).await;
    close(&store, month("2025-12"), &Said::default(), time("2026-01-02T08:00:00Z")).await;
    assert!(years_apart(&store).is_empty());
    let whole = MemoryStore::of(store.dump());
    crash_everywhere((store, month("2025-12"))).await;
    crate::world::pass(&whole, month("2025-12")).await;
    let apart = years_apart(&whole);
    assert!((3..9).contains(&apart.len()), "{apart:?}");
    assert_eq!(closing(&whole).audit(&partner("P-1")).await.unwrap(), []);
}

#[tokio::test]
async fn a_late_fact_of_a_year_apart_is_a_line_of_the_next_document() {
    let store = years(2016, 2025).await;
    close_and_make(&store, "2025-12", "2026-01-02T08:00:00Z", &Said::default()).await;
    let apart = years_apart(&store);
    let late = |on| entry("P-1", COMMISSION, 500, on, "2026-01-10T08:00:00Z");
    book(&store, &[late("2016-05-03"), late("2025-05-03")]).await;
    close_and_make(&store, "2026-01", "2026-02-02T08:00:00Z", &Said::default()).await;
    let lines: Vec<String> =
        documents(&store, "2026-01").await[0].lines().map(|line| line.key.month.to_string()).collect();
    assert_eq!((lines, years_apart(&store)), (vec!["2016-05".to_owned(), "2025-05".to_owned()], apart));
    assert_eq!(closing(&store).audit(&partner("P-1")).await.unwrap(), []);
}

/// A query that sees one of the items as it was before a transaction, and the others as they are after it.
#[tokio::test]
async fn a_torn_read_of_the_sums_is_made_again() {
    let store = years(2016, 2025).await;
    close_and_make(&store, "2025-12", "2026-01-02T08:00:00Z", &Said::default()).await;
    let before: BTreeMap<Key, Item> = store.dump().into_iter().map(|item| (key(&item), item)).collect();
    let late = [entry("P-1", COMMISSION, 500, "2016-05-03", "2026-01-10T08:00:00Z")];
    book(&store, &late).await;
    close_and_make(&store, "2026-01", "2026-02-02T08:00:00Z", &Said::default()).await;
    let changed = store.dump().into_iter().filter(|item| before.get(&key(item)).is_some_and(|old| old != item));
    let changed: Vec<Key> = changed.map(|item| key(&item)).filter(|key| key.pk.ends_with("#SUMS")).collect();
    assert_eq!(changed.len(), 2, "{changed:?}");
    book(&store, &[entry("P-1", COMMISSION, 700, "2026-02-03", "2026-02-10T08:00:00Z")]).await;
    for old in changed.iter().map(|key| before[key].clone()) {
        let table = MemoryStore::of(store.dump());
        close(&table, month("2026-02"), &Said::default(), time("2026-03-02T08:00:00Z")).await;
        let torn = Torn::new(&table, old);
        crate::world::pass(&torn, month("2026-02")).await;
        // Nothing was decided by what was read first.
        assert_eq!(torn.read_and_conflicts(), (true, 0));
        let nets: Vec<i64> = documents(&table, "2026-02").await.iter().map(|document| document.amounts.net.0).collect();
        assert_eq!((nets, closing(&table).audit(&partner("P-1")).await.unwrap()), (vec![700], vec![]));
    }
}

fn content(item: &mut Item) -> &mut std::collections::HashMap<String, AttributeValue> {
    let Some(AttributeValue::M(content)) = item.get_mut("cl") else { panic!("no map") };
    content
}

/// The items of a table as the release before stored them: each year apart, and XML compressed without a dictionary.
async fn as_before(store: &MemoryStore) -> MemoryStore {
    let mut items = Vec::new();
    for mut item in store.dump() {
        let Key { pk, sk } = key(&item);
        if pk.ends_with("#SUMS") && sk.starts_with("HEAD#") {
            content(&mut item).remove("ap");
            let sums = content(&mut item).remove("su");
            hash(&mut item);
            if let Some(AttributeValue::B(sums)) = sums {
                let texts = String::from_utf8(decompress_to_vec_zlib(sums.as_ref()).unwrap()).unwrap();
                let mut years: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
                for text in texts.lines() {
                    years.entry(&text[..4]).or_default().push(text);
                }
                for (year, texts) in years {
                    let sk = sk.replace("HEAD#", "YEAR#") + "#" + year;
                    let mut year: Item =
                        serde_dynamo::to_item(json!({"pk": pk, "sk": sk, "cl": texts, "v": 1})).unwrap();
                    hash(&mut year);
                    items.push(year);
                }
            }
        } else if let (Some(series), Ok(place)) = (pk.strip_prefix("SERIES#"), sk.parse::<u64>()) {
            let number = if series == "vendor" { format!("FP-{place:06}") } else { format!("AF-{series}-{place:06}") };
            let xml = closing(store).xml(&number.parse().unwrap()).await.unwrap().unwrap();
            let compressed = compress_to_vec_zlib(xml.as_bytes(), 10);
            content(&mut item).insert("xm".to_owned(), AttributeValue::B(compressed.into()));
            hash(&mut item);
        }
        items.push(item);
    }
    MemoryStore::of(items)
}

#[tokio::test]
async fn what_the_release_before_stored_is_read_and_goes_on() {
    let store = world(&["P-1"]).await;
    let of = |kind, amount, on, at: &str| entry("P-1", kind, amount, on, at);
    let january = "2026-01-20T08:00:00Z";
    book(
        &store,
        &[
            of(COMMISSION, 1000, "2025-12-10", january),
            of(COMMISSION, 700, "2026-01-10", january),
            of(SHARE, 50, "2026-01-11", january),
        ],
    )
    .await;
    close_and_make(&store, "2026-01", "2026-02-02T08:00:00Z", &Said::default()).await;
    let earlier = as_before(&store).await;
    assert_eq!(years_apart(&earlier).len(), 2);
    let number = "AF-P1-000001".parse().unwrap();
    let xml = closing(&store).xml(&number).await.unwrap();
    assert_eq!((xml.is_some(), closing(&earlier).xml(&number).await.unwrap()), (true, xml));
    for item in earlier.dump() {
        assert!(closing::check::check(&item).is_none_or(|checked| checked.is_ok()), "{item:?}");
    }
    for of in ["2026-02", "2026-03"] {
        let mut made = Vec::new();
        for table in [&store, &earlier] {
            let recorded = format!("{}T08:00:00Z", month(of).last());
            let booked = ["2025-12-11".to_owned(), month(of).first().to_string()];
            book(table, &booked.map(|on| entry("P-1", COMMISSION, 300, &on, &recorded))).await;
            let at = format!("{}T08:00:00Z", month(of).next().unwrap().first());
            close_and_make(table, of, &at, &Said::default()).await;
            made.push(documents(table, of).await);
            assert_eq!(closing(table).audit(&partner("P-1")).await.unwrap(), []);
        }
        assert_eq!((made[0].len(), &made[0]), (1, &made[1]));
    }
    // Its years stay apart.
    assert_eq!(years_apart(&earlier).len(), 2);
    assert!(years_apart(&store).is_empty());
}
