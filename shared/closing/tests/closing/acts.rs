//! Acts of people in the journal: each once, and with its change or not at all.

use crate::own::{own, without_mandate};
use crate::world::{COMMISSION, FIRST, account, billing_version, book, by, closing, entry, month, on, partner, pass};
use closing::closes::Said;
use closing::{Closing, ClosingError};
use fixtures::memory::MemoryStore;
use fixtures::troubled::Faulty;
use ledger::journal::{Author, Change, Occasion, Period, SettlementStep};
use ledger::{Ledger, Store};
use rules::{Currency, Minor, Money};
use serde_json::json;
use settlement::Direction;
use settlement::number::Number;
use settlement::opening::OpeningItem;
use std::collections::BTreeSet;
use std::sync::atomic::AtomicUsize;

const IBAN: &str = "FR1420041010050500013M02606";

/// A table to begin with, and everything that a person does in it, in order.
pub(crate) async fn begin() -> MemoryStore {
    let store = without_mandate().await;
    let version = serde_json::from_value(billing_version("P1")).unwrap();
    closing(&store).record_billing(&partner("P-1"), 2, version, &on("2026-02-03T08:00:00Z")).await.unwrap();
    store
}

/// The names of all acts, oldest first: the step, its partner, and what names it.
async fn acts(store: &MemoryStore) -> Vec<(SettlementStep, Option<String>, String)> {
    let part = Ledger::new(store).acts(None, Period::default(), 1000, None).await.unwrap();
    assert!(part.unreadable.is_empty());
    let mut acts: Vec<_> = part.list.into_iter().map(|act| act.change).collect();
    acts.reverse();
    let named = acts.into_iter().filter_map(|change| {
        let Change::Settlement(act) = change else { return None };
        Some((act.step, act.partner_id.map(|id| id.to_string()), act.subject.join(" ")))
    });
    named.collect()
}

/// Does one thing; several are of one store, one after the other.
pub(crate) async fn act<S: Store>(closing: &Closing<S>, n: usize) -> Result<(), ClosingError> {
    let at = on(&format!("2026-04-{:02}T08:00:00Z", n + 1));
    let eur = Money::new(Minor(100), Currency::EUR).unwrap();
    let day = "2025-12-01".parse().unwrap();
    let number = "AF-P1-000001".parse().unwrap();
    let (a_number, to) = ("A 1".parse().unwrap(), account("P-1", Direction::ToPartner));
    match n {
        0 => {
            let mut version = billing_version("P1");
            version["iban"] = json!(IBAN);
            let version = serde_json::from_value(version).unwrap();
            closing.record_billing(&partner("P-1"), 3, version, &at).await.map(drop)
        }
        1 => {
            let version = serde_json::from_value(crate::world::vendor_version()).unwrap();
            closing.record_vendor(2, version, &at).await.map(drop)
        }
        2 => closing.receive(&own("F 7", 10_000, FIRST), month("2026-01"), &at).await.map(drop),
        3 => {
            let of = Number::Own("F 7".parse().unwrap());
            closing.receive_cancellation(&to, &of, (a_number, "2026-04-04".parse().unwrap()), &at).await.map(drop)
        }
        4 => {
            let from = account("P-1", Direction::FromPartner);
            let item = OpeningItem::new(from, "2025 7".parse().unwrap(), (day, day), (eur, eur), at.at).unwrap();
            closing.record_opening_item(&item, &at).await.map(drop)
        }
        5 => closing.close(month("2026-02"), &Said::default(), &at).await.map(drop),
        6 => closing.contest(&number, 1, (None, "Too little".parse().unwrap()), &at).await.map(drop),
        _ => closing.settle_contest(&number, 1, &"As agreed.".parse().unwrap(), &at).await.map(drop),
    }
}

/// The things that happen before one is done.
pub(crate) async fn before(store: &MemoryStore, n: usize) {
    if n == 6 {
        pass(store, month("2026-02")).await;
    }
}

pub(crate) const THINGS: usize = 8;

#[tokio::test]
async fn each_thing_that_a_person_does_is_one_act() {
    let store = begin().await;
    let known = acts(&store).await.len();
    for n in 0..THINGS {
        before(&store, n).await;
        act(&closing(&store), n).await.unwrap();
        let done = store.dump();
        act(&closing(&store), n).await.unwrap();
        assert!(store.dump() == done, "{n} again");
    }
    let p_1 = Some("P-1".to_owned());
    let expected = [
        (SettlementStep::PartnerIdentity, p_1.clone(), "3"),
        (SettlementStep::VendorIdentity, None, "2"),
        (SettlementStep::OwnDocument, p_1.clone(), "F 7 EUR to-partner 2026-01"),
        (SettlementStep::OwnCancellation, p_1.clone(), "A 1 F 7 EUR to-partner 2026-01"),
        (SettlementStep::OpeningItem, p_1.clone(), "2025 7 EUR from-partner"),
        (SettlementStep::Close, None, "2026-02"),
        (SettlementStep::Contest, p_1.clone(), "AF-P1-000001 1"),
        (SettlementStep::ContestAnswer, p_1.clone(), "AF-P1-000001 1"),
    ];
    let found = acts(&store).await;
    let new: Vec<_> = found[known..].iter().map(|(step, id, name)| (*step, id.clone(), name.as_str())).collect();
    assert_eq!(new, expected);
    // The partner's reason is the act's, and nobody's IBAN is in the journal.
    let journal: Vec<String> = journal(&store);
    assert!(journal.iter().any(|item| item.contains("Too little")));
    assert!(store.dump().iter().any(|item| format!("{item:?}").contains(IBAN)));
    assert!(!journal.iter().any(|item| item.contains(IBAN)));
}

fn journal(store: &MemoryStore) -> Vec<String> {
    let items = store.dump().into_iter().map(|item| format!("{item:?}"));
    items.filter(|item| item.contains("JOURNAL#")).collect()
}

/// The items of the table that are no act's.
fn records(store: &MemoryStore) -> BTreeSet<String> {
    let items = store.dump().into_iter().map(|item| format!("{item:?}"));
    items.filter(|item| !item.contains("JOURNAL#")).collect()
}

#[tokio::test]
async fn an_act_is_kept_with_its_change_or_not_at_all() {
    let mut store = begin().await;
    for n in 0..THINGS {
        before(&store, n).await;
        let start = store.dump();
        let whole = MemoryStore::of(start.clone());
        act(&closing(&whole), n).await.unwrap();
        for fails in 1.. {
            let mut requests = 0;
            for is_applied in [false, true] {
                let table = MemoryStore::of(start.clone());
                let faulty = Faulty { table: &table, fails, is_applied, requests: AtomicUsize::new(0) };
                let failed = act(&closing(&faulty), n).await;
                requests = faulty.requests.load(std::sync::atomic::Ordering::Relaxed);
                assert_eq!(failed.is_err(), requests >= fails, "{n}, request {fails}");
                let is_done = records(&table) != records(&MemoryStore::of(start.clone()));
                assert_eq!(
                    is_done,
                    journal(&table).len() > journal(&MemoryStore::of(start.clone())).len(),
                    "{n} {fails}"
                );
                act(&closing(&table), n).await.unwrap();
                assert!(table.dump() == whole.dump(), "{n}, request {fails}, applied: {is_applied}");
            }
            if fails > requests {
                break;
            }
        }
        store = whole;
    }
}

#[tokio::test]
async fn a_contest_that_comes_too_late_is_no_act() {
    let store = begin().await;
    book(&store, &[entry("P-1", COMMISSION, 10_000, "2026-02-10", "2026-02-10T08:00:00Z")]).await;
    crate::world::close_and_make(&store, "2026-02", "2026-03-02T08:00:00Z", &Said::default()).await;
    let (before, number) = (store.dump(), "AF-P1-000001".parse().unwrap());
    let late = by(crate::world::time("2026-03-20T08:00:00Z"));
    let contested = closing(&store).contest(&number, 1, (None, "Late".parse().unwrap()), &late).await.unwrap();
    assert_eq!((contested, store.dump()), (closing::contests::Outcome::Message, before));
}

#[tokio::test]
async fn the_operator_closes_and_contests_nothing() {
    let store = begin().await;
    let operator = Occasion { by: Author::Operator, ..on("2026-03-02T08:00:00Z") };
    let closed = closing(&store).close(month("2026-02"), &Said::default(), &operator).await;
    assert!(matches!(closed, Err(ClosingError::NoMember)), "{closed:?}");
}
