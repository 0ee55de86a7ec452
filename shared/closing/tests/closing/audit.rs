//! The audit of what is stored.

use crate::acts::{THINGS, act, before, begin};
use crate::world::{COMMISSION, billing_version, book, close_and_make, closing, entry, on, partner, time, world};
use closing::audit::Finding;
use closing::audit::journal::{Unmatched, unmatched};
use closing::closes::Said;
use ledger::item::key;
use ledger::journal::{Act, Change, SettlementAct, SettlementStep};
use ledger::store::Item;
use std::collections::BTreeSet;

#[tokio::test]
async fn the_audit_finds_what_does_not_add_up() {
    let store = world(&["P-1"]).await;
    book(&store, &[entry("P-1", COMMISSION, 10_000, "2026-01-10", "2026-01-10T08:00:00Z")]).await;
    close_and_make(&store, "2026-01", "2026-02-02T08:00:00Z", &Said::default()).await;
    assert_eq!(closing(&store).audit(&partner("P-1")).await.unwrap(), []);
    book(&store, &[entry("P-1", COMMISSION, 1, "2026-01-11", "2026-01-11T08:00:00Z")]).await;
    let found = closing(&store).audit(&partner("P-1")).await.unwrap();
    assert!(matches!(found.as_slice(), [Finding::Close { .. }]), "{found:?}");
    let mut version = billing_version("P1");
    for (field, value) in [("regime", "fr-franchise"), ("recorded_at", "2026-02-10T08:00:00Z")] {
        version[field] = value.into();
    }
    let version = serde_json::from_value(version).unwrap();
    closing(&store).record_billing(&partner("P-1"), 2, version, &on("2026-02-10T08:00:00Z")).await.unwrap();
    let moved = async |at| closing(&store).moved_regimes(&partner("P-1"), time(at)).await.unwrap().len();
    assert_eq!((moved("2026-02-09T08:00:00Z").await, moved("2026-02-10T08:00:00Z").await), (0, 1));
}

/// A table in which each thing that a person can do was done.
async fn everything_done() -> Vec<Item> {
    let store = begin().await;
    for n in 0..THINGS {
        before(&store, n).await;
        act(&closing(&store), n).await.unwrap();
    }
    store.dump()
}

fn settlement(item: &Item) -> Option<SettlementAct> {
    match Act::of_item(item)?.change {
        Change::Settlement(act) => Some(act),
        _ => None,
    }
}

#[tokio::test]
async fn a_step_without_its_act_and_an_act_without_its_step_are_found() {
    let items = everything_done().await;
    assert_eq!(unmatched(&items), []);
    let without = |lost: &Item| -> Vec<Item> { items.iter().filter(|item| *item != lost).cloned().collect() };
    let mut steps = BTreeSet::new();
    for (item, lost) in items.iter().filter_map(|item| Some((item, settlement(item)?))) {
        let found = unmatched(&without(item));
        let [Unmatched::NoAct { key: of, act }] = found.as_slice() else { panic!("{lost:?}: {found:?}") };
        assert_eq!(*act, lost);
        steps.insert(lost.step);

        let recorded = items.iter().find(|item| key(item) == *of).unwrap();
        let found = unmatched(&without(recorded));
        let found: Vec<SettlementStep> = found
            .into_iter()
            .map(|found| match found {
                Unmatched::NoStep { id: _, act } => act.step,
                Unmatched::NoAct { .. } => panic!("{lost:?}: {found:?}"),
            })
            .collect();
        // A contest and its answer are one item.
        let expected = match lost.step {
            SettlementStep::Contest | SettlementStep::ContestAnswer => {
                BTreeSet::from([SettlementStep::Contest, SettlementStep::ContestAnswer])
            }
            step => BTreeSet::from([step]),
        };
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
    }
    assert_eq!(steps.len(), THINGS, "{steps:?}");
}

#[tokio::test]
async fn what_is_older_than_the_journal_lacks_no_act() {
    let items = everything_done().await;
    let ours = items.iter().filter(|item| closing::check::check(item).is_some());
    assert_eq!(unmatched(&ours.cloned().collect::<Vec<_>>()), []);
}
