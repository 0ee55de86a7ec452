//! A crash at any request, passes side by side, and repeated messages: the same documents and numbers, each once.

use crate::own::{own, without_mandate};
use crate::samples::{Sample, numbers_have_no_hole};
use crate::world::{
    COMMISSION, FIRST, billing_version, book, close, close_and_make, closing, documents, entry, month, on, partner,
    pass, step, time, world,
};
use closing::closes::{Outcome, Said};
use closing::{PassMessage, Stepped};
use fixtures::memory::MemoryStore;
use fixtures::troubled::{Faulty, Polite};
use rules::Month;
use serde_json::Value;
use settlement::Document;
use std::pin::pin;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::task::{Context, Waker};

/// A sample world in which a month is closed of which something is said, and nothing of it made yet.
async fn closed(name: &str, said_of: &str) -> (MemoryStore, Month) {
    let mut sample = Sample::new(name).await;
    for value in sample.closes() {
        let at = value["closed_at"].as_str().unwrap().to_owned();
        sample.book_until(Some(&at)).await;
        let (of, said) = (month(value["month"].as_str().unwrap()), sample.said(&value));
        close(&sample.store, of, &said, time(&at)).await;
        if value[said_of] != Value::Null {
            return (sample.store, of);
        }
        pass(&sample.store, of).await;
        sample.read(of).await;
    }
    panic!("no close of the sample says anything of {said_of}");
}

/// A close with a cancellation, documents and carried accounts.
async fn closed_with_a_cancellation() -> (MemoryStore, Month) {
    closed("without-opening", "cancel").await
}

/// Fails each request of a pass, applied or not; gives the number of requests.
pub(crate) async fn crash_everywhere((before, of): (MemoryStore, Month)) -> usize {
    let whole = MemoryStore::of(before.dump());
    pass(&whole, of).await;
    let expected = whole.dump();
    for fails in 1.. {
        let mut requests = 0;
        for is_applied in [false, true] {
            let table = MemoryStore::of(before.dump());
            let faulty = Faulty { table: &table, fails, is_applied, requests: AtomicUsize::new(0) };
            pass(&faulty, of).await;
            assert!(table.dump() == expected, "request {fails}, applied: {is_applied}");
            requests = faulty.requests.into_inner();
        }
        if fails > requests {
            return requests;
        }
    }
    0
}

#[tokio::test]
async fn a_crash_at_any_request_changes_nothing() {
    assert!(crash_everywhere(closed_with_a_cancellation().await).await > 100);
}

#[tokio::test]
async fn a_crash_at_any_request_of_an_opening_changes_nothing() {
    assert!(crash_everywhere(closed("with-opening", "opening").await).await > 50);
}

#[tokio::test]
async fn a_crash_while_a_month_is_closed_closes_it_once() {
    let (before, of) = closed_with_a_cancellation().await;
    pass(&before, of).await;
    let at = time("2026-06-06T00:00:34Z");
    let next = of.next().unwrap();
    for fails in 1..20 {
        for is_applied in [false, true] {
            let table = MemoryStore::of(before.dump());
            let faulty = Faulty { table: &table, fails, is_applied, requests: AtomicUsize::new(0) };
            let said = Said::default();
            let by = on("2026-06-06T00:00:34Z");
            let first = closing(&faulty).close(next, &said, &by).await;
            let again = closing(&faulty).close(next, &said, &by).await;
            assert!(first.is_ok() || again.is_ok(), "{again:?}");
            let stored = closing(&table).stored_close(next).await.unwrap().unwrap();
            assert_eq!((stored.close.moment.at(), stored.made), (at, None));
        }
    }
}

pub(crate) fn polite(table: &MemoryStore, seed: u64) -> Polite<'_> {
    Polite { table, chance: Mutex::new(fastrand::Rng::with_seed(seed)) }
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
    let (before, of) = closed_with_a_cancellation().await;
    let whole = MemoryStore::of(before.dump());
    pass(&whole, of).await;
    let expected = all_documents(&whole).await;
    numbers_have_no_hole(&expected);
    for seed in 0..60 {
        let table = MemoryStore::of(before.dump());
        let (one, other, third) = (polite(&table, seed), polite(&table, seed + 1000), polite(&table, seed + 2000));
        let (one, other, third) = tokio::join!(pass(&one, of), pass(&other, of), pass(&third, of));
        assert_eq!((&one, &one), (&other, &third));
        assert!(all_documents(&table).await == expected, "seed {seed}");
        assert!(table.dump() == whole.dump(), "seed {seed}");
    }
}

#[tokio::test]
async fn a_repeated_message_changes_nothing() {
    let (store, of) = closed_with_a_cancellation().await;
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

#[tokio::test]
async fn two_people_close_a_month_once() {
    for seed in 0..30 {
        let store = world(&["P-1"]).await;
        let (one, other) = (polite(&store, seed), polite(&store, seed + 1000));
        let (of, said) = (month("2026-01"), Said::default());
        let [first, second] = ["2026-02-02T08:00:00Z", "2026-02-02T08:00:01Z"].map(on);
        let (one, other) = (closing(&one), closing(&other));
        let (one, other) = tokio::join!(one.close(of, &said, &first), other.close(of, &said, &second));
        let is_new = |closed: &Outcome| matches!(closed, Outcome::Closed(_));
        assert_ne!(is_new(&one.unwrap()), is_new(&other.unwrap()), "seed {seed}");
    }
}

#[tokio::test]
async fn two_partners_never_get_one_series() {
    for seed in 0..30 {
        let store = world(&[]).await;
        let (one, other) = (polite(&store, seed), polite(&store, seed + 1000));
        let (one, other) = (closing(&one), closing(&other));
        let version = || serde_json::from_value(billing_version("SAME")).unwrap();
        let (first, second) = (partner("P-1"), partner("P-2"));
        let at = on(FIRST);
        let (one, other) = tokio::join!(
            one.record_billing(&first, 1, version(), &at),
            other.record_billing(&second, 1, version(), &at)
        );
        assert_ne!(one.is_ok(), other.is_ok(), "seed {seed}");
    }
}

#[tokio::test]
async fn a_close_and_an_own_document_never_pass_by_each_other() {
    let (mut received, mut refused) = (0, 0);
    for seed in 0..60 {
        let store = without_mandate().await;
        let (one, other) = (polite(&store, seed), polite(&store, seed + 1000));
        let (one, other) = (closing(&one), closing(&other));
        let recorded_at = if seed % 2 == 0 { "2026-03-02T07:59:59Z" } else { "2026-03-02T08:00:01Z" };
        let (of, said, by) = (month("2026-02"), Said::default(), on("2026-03-02T08:00:00Z"));
        let received_by = on(recorded_at);
        let own = own("F-7", 10_000, recorded_at);
        let close = async {
            for _ in 0..seed {
                tokio::task::yield_now().await;
            }
            one.close(of, &said, &by).await
        };
        let (close, own) = tokio::join!(close, other.receive(&own, month("2026-01"), &received_by));
        if close.is_ok() {
            pass(&store, of).await;
        }
        assert!(close.is_ok() || own.is_ok(), "seed {seed}");
        (received, refused) = (received + usize::from(own.is_ok()), refused + usize::from(own.is_err()));
        assert_eq!(closing(&store).audit(&partner("P-1")).await.unwrap(), [], "seed {seed}");
    }
    assert!(received > 5 && refused > 5, "{received} {refused}");
}

/// A pass stops before some call, and goes on once another has ended and the partner's own credit note has arrived.
#[tokio::test]
async fn a_pass_that_stopped_makes_nothing_once_the_close_is_made() {
    let mut ended = false;
    for stops_after in 0.. {
        let store = world(&["P-1"]).await;
        book(&store, &[entry("P-1", COMMISSION, 10_000, "2026-01-10", "2026-01-11T00:00:00Z")]).await;
        close_and_make(&store, "2026-01", "2026-02-02T08:00:00Z", &Said::default()).await;
        let (of, invoice) = (month("2026-02"), documents(&store, "2026-01").await.remove(0));
        close(&store, of, &Said::default(), time("2026-03-02T08:00:00Z")).await;
        let slow = polite(&store, 0);
        let mut stopped = pin!(pass(&slow, of));
        for _ in 0..stops_after {
            ended |= stopped.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
        }
        if ended {
            assert!(stops_after > 10, "{stops_after}");
            return;
        }
        let made = pass(&store, of).await;
        let (own, at) = (("A-1".parse().unwrap(), invoice.date), on("2026-03-02T09:00:00Z"));
        closing(&store).receive_cancellation(&invoice.account, &invoice.number, own, &at).await.unwrap();
        assert_eq!(stopped.await, made);
        assert_eq!(documents(&store, "2026-02").await, [], "stopped after {stops_after}");
        assert_eq!(closing(&store).audit(&partner("P-1")).await.unwrap(), []);
    }
}
