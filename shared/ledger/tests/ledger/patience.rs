//! Patience: what the table refuses is made again, nothing else is, and not for longer than there is time.

use crate::trouble::{Clock, Shares, SimPace, Troubled, in_time};
use aws_sdk_dynamodb::types::AttributeValue;
use fixtures::memory::MemoryStore;
use ledger::patience::Patient;
use ledger::store::{Consistency, Item, Key, KeyRange, Page, Store, StoreError, TransactError, Write};
use std::sync::{Arc, Mutex};

fn item(name: &str) -> Item {
    [("pk", name), ("sk", "S")].map(|(key, value)| (key.to_owned(), AttributeValue::S(value.to_owned()))).into()
}

fn key(name: &str) -> Key {
    Key { pk: name.to_owned(), sk: "S".to_owned() }
}

fn names(of: usize) -> Vec<String> {
    (0..of).map(|i| format!("I{i:02}")).collect()
}

fn inserts(names: &[String]) -> Vec<Write> {
    names.iter().map(|name| Write::Insert(item(name))).collect()
}

/// A table that keeps what it is asked.
struct Asked<'a> {
    table: Troubled<'a>,
    requests: Mutex<Vec<usize>>,
}

impl Asked<'_> {
    fn note(&self, items: usize) {
        self.requests.lock().unwrap().push(items);
    }

    fn requests(&self) -> Vec<usize> {
        self.requests.lock().unwrap().clone()
    }
}

impl Store for &Asked<'_> {
    async fn get(&self, keys: Vec<Key>, consistency: Consistency) -> Result<Vec<Item>, StoreError> {
        self.note(keys.len());
        if keys.iter().any(|key| key.pk == "denied") {
            return Err(StoreError { operation: "BatchGetItem", source: "AccessDeniedException".into() });
        }
        self.table.get(keys, consistency).await
    }

    async fn partition(&self, pk: String) -> Result<Vec<Item>, StoreError> {
        self.note(1);
        self.table.partition(pk).await
    }

    async fn index(&self, range: KeyRange) -> Result<Page, StoreError> {
        self.note(1);
        self.table.index(range).await
    }

    async fn write_each(&self, writes: Vec<Write>) -> Vec<Result<(), TransactError>> {
        self.note(writes.len());
        self.table.write_each(writes).await
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<(), TransactError> {
        self.note(writes.len());
        self.table.transact(writes).await
    }

    async fn back_off(&self, attempt: u32) {
        self.table.back_off(attempt).await;
    }
}

/// Does work with a patient store over a table in trouble, and gives the sizes of the requests that the table got.
fn played<T>(
    at: fn(u64) -> Shares,
    work: impl AsyncFnOnce(Patient<&Asked<'_>, SimPace>, &Clock) -> T,
) -> (T, Vec<usize>) {
    let (table, clock) = (MemoryStore::default(), Clock::default());
    let random = || Arc::new(Mutex::new(fastrand::Rng::with_seed(3)));
    let table = Troubled { table: &table, clock: clock.clone(), at, random: random() };
    let asked = Asked { table, requests: Mutex::default() };
    let pace = SimPace { clock: clock.clone(), end: 18_000, random: random() };
    let done = in_time(&clock, work(Patient::new(&asked, pace), &clock));
    (done, asked.requests())
}

#[test]
fn only_the_statements_that_were_refused_are_made_again() {
    let forty_percent = |_| Shares { refused: 400, lost: 0 };
    let (results, requests) = played(forty_percent, async |store, _| store.write_each(inserts(&names(50))).await);
    // One that was applied and made again would be a conflict.
    assert!(results.len() == 50 && results.iter().all(Result::is_ok), "{results:?}");
    assert!(requests.len() > 2 && requests[0] == 50 && requests.is_sorted_by(|one, next| one >= next), "{requests:?}");
}

#[test]
fn what_was_applied_without_an_answer_is_a_conflict() {
    let lost = |now| Shares { refused: 0, lost: if now < 100 { 1_000 } else { 0 } };
    let (result, _) = played(lost, async |store, _| store.transact(inserts(&names(2))).await);
    assert!(matches!(result, Err(TransactError::Conflict)), "{result:?}");
    let (results, _) = played(lost, async |store, _| store.write_each(inserts(&names(2))).await);
    assert!(results.iter().all(|result| matches!(result, Err(TransactError::Conflict))), "{results:?}");
}

#[test]
fn a_refusal_for_good_and_a_conflict_are_answers() {
    let calm = |_| Shares::default();
    let (error, requests) = played(calm, async |store, _| store.get(vec![key("denied")], Consistency::Strong).await);
    assert_eq!((error.unwrap_err().source.to_string(), requests), ("AccessDeniedException".to_owned(), vec![1]));
    let (conflict, requests) = played(calm, async |store, _| {
        store.transact(inserts(&names(1))).await.unwrap();
        store.transact(inserts(&names(1))).await
    });
    assert!(matches!(conflict, Err(TransactError::Conflict)) && requests == [1, 1], "{conflict:?} {requests:?}");
}

#[test]
fn a_time_of_trouble_is_sat_out() {
    let ten_seconds = |now| Shares { refused: if now < 10_000 { 1_000 } else { 0 }, lost: 0 };
    let ((read, ended), requests) = played(ten_seconds, async |store, clock| {
        store.transact(inserts(&names(3))).await.unwrap();
        (store.get(vec![key("I01")], Consistency::Strong).await, clock.now())
    });
    assert_eq!(read.unwrap(), [item("I01")]);
    assert!((10_000..12_000).contains(&ended), "{ended}");
    // The pauses grow: few requests are made of a table that has no room for them.
    assert!((10..40).contains(&requests.len()), "{requests:?}");
}

#[test]
fn patience_ends_with_the_time() {
    let always = |_| Shares { refused: 1_000, lost: 0 };
    let ((errors, ended), requests) = played(always, async |store, clock| {
        let read = store.partition("P".to_owned()).await.unwrap_err();
        let late = store.get(vec![key("P")], Consistency::Strong).await.unwrap_err();
        let written = store.write_each(inserts(&names(2))).await;
        assert!(written.iter().all(|result| matches!(result, Err(TransactError::Failed(_)))), "{written:?}");
        ([read, late].map(|error| error.source.to_string()), clock.now())
    });
    assert_eq!(errors[0], "ThrottlingException");
    assert!(ended < 18_100, "{ended}");
    assert!(requests.len() < 60, "{}", requests.len());
}
