//! A crash at any request, passes side by side, and repeated messages: the same documents and numbers, each once.

use crate::samples::{Sample, numbers_have_no_hole};
use crate::stores::{Faulty, Polite};
use crate::world::{close, closing, month, partner, pass, step, time};
use closing::{PassMessage, Stepped};
use fixtures::memory::MemoryStore;
use ledger::store::Item;
use rules::Month;
use serde_json::Value;
use settlement::Document;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

/// A sample world in which a month with a cancellation, documents and carried accounts is closed, and nothing of it made yet.
async fn closed() -> (MemoryStore, Month) {
    let mut sample = Sample::new("without-opening").await;
    for value in sample.closes() {
        let at = value["closed_at"].as_str().unwrap().to_owned();
        sample.book_until(Some(&at)).await;
        let (of, said) = (month(value["month"].as_str().unwrap()), sample.said(&value));
        close(&sample.store, of, &said, time(&at)).await;
        if value["cancel"] != Value::Null {
            return (sample.store, of);
        }
        pass(&sample.store, of).await;
        sample.read(of).await;
    }
    panic!("no close of the sample cancels anything");
}

/// All items of a table.
fn sorted(store: &MemoryStore) -> Vec<Item> {
    store.dump()
}

#[tokio::test]
async fn a_crash_at_any_request_changes_nothing() {
    let (before, of) = closed().await;
    let whole = MemoryStore::of(before.dump());
    pass(&whole, of).await;
    let expected = sorted(&whole);
    let mut requests = 0;
    for fails in 1.. {
        for is_applied in [false, true] {
            let table = MemoryStore::of(before.dump());
            let faulty = Faulty { table: &table, fails, is_applied, requests: AtomicUsize::new(0) };
            pass(&faulty, of).await;
            assert_eq!(sorted(&table), expected, "request {fails}, applied: {is_applied}");
            requests = faulty.requests.into_inner();
        }
        if fails > requests {
            break;
        }
    }
    assert!(requests > 100, "{requests}");
}

#[tokio::test]
async fn a_crash_while_a_month_is_closed_closes_it_once() {
    let (before, of) = closed().await;
    pass(&before, of).await;
    let at = time("2026-06-06T00:00:34Z");
    let next = of.next().unwrap();
    for fails in 1..20 {
        for is_applied in [false, true] {
            let table = MemoryStore::of(before.dump());
            let faulty = Faulty { table: &table, fails, is_applied, requests: AtomicUsize::new(0) };
            let by = "Mme Roux".parse().unwrap();
            let said = closing::closes::Said::default();
            let first = closing(&faulty).close(next, &said, &by, at).await;
            let again = closing(&faulty).close(next, &said, &by, at).await;
            assert!(first.is_ok() || again.is_ok(), "{again:?}");
            let stored = closing(&table).stored_close(next).await.unwrap().unwrap();
            assert_eq!((stored.close.moment.at(), stored.made), (at, None));
        }
    }
}

async fn all_documents(store: &MemoryStore) -> Vec<Document> {
    let mut documents = Vec::new();
    for close in closing(store).closes().await.unwrap() {
        documents.extend(closing(store).documents_at(close.close.moment.month(), 1000, None).await.unwrap().list);
    }
    documents
}

#[tokio::test]
async fn passes_side_by_side_make_each_document_once() {
    let (before, of) = closed().await;
    let whole = MemoryStore::of(before.dump());
    pass(&whole, of).await;
    let expected = all_documents(&whole).await;
    numbers_have_no_hole(&expected);
    for seed in 0..60 {
        let table = MemoryStore::of(before.dump());
        let polite = |seed| Polite { table: &table, chance: Mutex::new(fastrand::Rng::with_seed(seed)) };
        let (one, other, third) = (polite(seed), polite(seed + 1000), polite(seed + 2000));
        let (one, other, third) = tokio::join!(pass(&one, of), pass(&other, of), pass(&third, of));
        assert_eq!((&one, &one), (&other, &third));
        assert_eq!(all_documents(&table).await, expected, "seed {seed}");
        assert_eq!(sorted(&table), sorted(&whole), "seed {seed}");
    }
}

#[tokio::test]
async fn a_repeated_message_changes_nothing() {
    let (store, of) = closed().await;
    let mut messages = vec![PassMessage::begin(of)];
    while let Stepped::Next(next) = step(&store, messages.last().unwrap()).await.unwrap() {
        let before = store.dump();
        let again = step(&store, messages.last().unwrap()).await.unwrap();
        assert_eq!((again, store.dump()), (Stepped::Next(next.clone()), before));
        messages.push(next);
    }
    let made = store.dump();
    for message in &messages {
        assert!(matches!(step(&store, message).await.unwrap(), Stepped::Made(_)));
    }
    assert_eq!(store.dump(), made);
    assert!(!closing(&store).papers(&partner("P-001")).await.unwrap().documents.is_empty());
}
