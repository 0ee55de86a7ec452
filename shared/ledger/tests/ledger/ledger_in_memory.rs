//! The ledger's real code over a table in memory: in any order of facts, the recorded entries add up to the fold.

use fixtures::memory::MemoryStore;
use fixtures::occasion::{operator, registered};
use fixtures::pure::{contract_of, facts, line_row, registry};
use fixtures::world::World;
use jiff::Timestamp;
use ledger::recorded::{LedgerEntry, Origin, Trigger};
use ledger::store::Item;
use ledger::{Ledger, Outcome, ReportedFact};
use proptest::prelude::*;
use rules::fold::fold;
use rules::line::LineId;
use rules::{Agreements, Entry, Fact, Line, PartnerId, PostingKey};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn at(second: usize) -> Timestamp {
    Timestamp::from_second(i64::try_from(second).unwrap()).unwrap()
}

pub(crate) async fn register(ledger: &Ledger<&MemoryStore>, registry: &BTreeMap<PartnerId, Agreements>) {
    for (id, agreements) in registry {
        record_agreements(ledger, id, agreements).await;
        restate(ledger, id).await;
    }
}

/// A registration whose pass has not begun.
pub(crate) async fn record_agreements(ledger: &Ledger<&MemoryStore>, id: &PartnerId, agreements: &Agreements) {
    let record = ledger.partner_record(id).await.unwrap();
    ledger.register(record, registered(id.as_str(), agreements.clone()), &operator(), None).await.unwrap().unwrap();
}

pub(crate) async fn restate(ledger: &Ledger<&MemoryStore>, id: &PartnerId) {
    let origin = Origin { at: at(0), because: &Trigger::Agreements(1) };
    let mut after = None;
    loop {
        let step = ledger.restate(id, None, after, origin).await.unwrap();
        assert!(step.failed.is_empty(), "{:?}", step.failed);
        after = step.next;
        if after.is_none() {
            return;
        }
    }
}

pub(crate) async fn take_in(ledger: &Ledger<&MemoryStore>, facts: &[Fact], batch: usize) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for (i, batch) in facts.chunks(batch).enumerate() {
        let batch: Vec<ReportedFact> = batch.iter().map(|fact| ReportedFact::new(fact.clone(), "event")).collect();
        outcomes.extend(ledger.record(&batch, at(i)).await.into_iter().map(Result::unwrap));
    }
    outcomes
}

/// Amounts and vendor's shares by line and posting key.
pub(crate) type Booked = BTreeMap<(LineId, PostingKey), (i64, i64)>;

/// The sum of every line's entries, by posting key; lines brought to zero are absent.
pub(crate) async fn booked(
    ledger: &Ledger<&MemoryStore>,
    facts: &[Fact],
    registry: &BTreeMap<PartnerId, Agreements>,
) -> Booked {
    let mut sums = Booked::new();
    let mut add =
        |line: LineId, LedgerEntry { entry: Entry { posting, amount, vendor_share, .. }, .. }: LedgerEntry| {
            let sum = sums.entry((line, posting)).or_default();
            *sum = (sum.0 + amount.0, sum.1 + vendor_share.0);
        };
    let contracts: BTreeSet<_> = facts.iter().map(|fact| contract_of(fact).clone()).collect();
    for contract in contracts {
        for (line, entries) in ledger.contract(&contract).await.unwrap().entries() {
            for recorded in entries {
                add(line.clone(), recorded);
            }
        }
    }
    for partner in registry.keys() {
        let all = (rules::Day::MIN, rules::Day::MAX);
        for listed in ledger.entries(partner, all, 100_000, None).await.unwrap().list {
            if matches!(listed.line, LineId::EntryFee { .. }) {
                add(listed.line, listed.recorded);
            }
        }
    }
    sums
}

fn owed(lines: Vec<Line>) -> Booked {
    lines
        .into_iter()
        .map(|line| {
            let amounts = (line.amount().0, line.vendor_share().0);
            ((line.id, line.posting), amounts)
        })
        .collect()
}

fn shuffled(facts: &[Fact], seed: u64) -> Vec<Fact> {
    let mut shuffled: Vec<Fact> = facts.iter().chain(facts.iter().step_by(3)).cloned().collect();
    fastrand::Rng::with_seed(seed).shuffle(&mut shuffled);
    shuffled
}

pub(crate) fn without_zeros(sums: Booked) -> Booked {
    sums.into_iter().filter(|(_, sum)| *sum != (0, 0)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn entries_add_up_to_the_fold_in_any_order(facts in facts(), seed: u64, batch in 1..11_usize) {
        let store = MemoryStore::default();
        let ledger = Ledger::new(&store);
        let booked = block_on(async {
            register(&ledger, &registry()).await;
            take_in(&ledger, &shuffled(&facts, seed), batch).await;
            booked(&ledger, &facts, &registry()).await
        });
        prop_assert_eq!(booked, owed(fold(facts, &registry())));
    }

    #[test]
    fn agreements_registered_late_decide_what_was_pending(facts in facts(), seed: u64) {
        let store = MemoryStore::default();
        let ledger = Ledger::new(&store);
        let booked = block_on(async {
            take_in(&ledger, &shuffled(&facts, seed), 7).await;
            register(&ledger, &registry()).await;
            booked(&ledger, &facts, &registry()).await
        });
        prop_assert_eq!(booked, owed(fold(facts, &registry())));
    }

    #[test]
    fn agreements_withdrawn_bring_every_line_to_zero(facts in facts()) {
        let store = MemoryStore::default();
        let ledger = Ledger::new(&store);
        let none = registry().into_keys().map(|id| (id, Agreements::default())).collect();
        let booked = block_on(async {
            register(&ledger, &registry()).await;
            take_in(&ledger, &facts, 7).await;
            register(&ledger, &none).await;
            booked(&ledger, &facts, &registry()).await
        });
        prop_assert_eq!(without_zeros(booked), BTreeMap::new());
    }

    #[test]
    fn the_same_again_changes_no_byte(facts in facts(), seed: u64) {
        let store = MemoryStore::default();
        let ledger = Ledger::new(&store);
        block_on(async {
            register(&ledger, &registry()).await;
            take_in(&ledger, &facts, 7).await;
            let first = store.dump();
            for id in registry().keys() {
                restate(&ledger, id).await;
            }
            let before = store.dump();
            prop_assert_eq!(without_flags(first), without_flags(before.clone()), "a pass judges plausibility anew");
            let outcomes = take_in(&ledger, &shuffled(&facts, seed), 5).await;
            for id in registry().keys() {
                restate(&ledger, id).await;
            }
            prop_assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Duplicate));
            prop_assert_eq!(before, store.dump());
            Ok(())
        })?;
    }
}

/// The items without their place on the attention list, and without the revision that writing it raises.
fn without_flags(items: Vec<Item>) -> Vec<Item> {
    let without = |mut item: Item| {
        item.retain(|name, _| !["apk", "ask", "v"].contains(&name.as_str()));
        item
    };
    items.into_iter().map(without).collect()
}

#[test]
fn the_sample_worlds_in_a_hundred_orders() {
    let world = World::all();
    let facts = world.facts();
    block_on(async {
        for seed in 0..100 {
            let store = MemoryStore::default();
            let ledger = Ledger::new(&store);
            register(&ledger, &world.registry()).await;
            take_in(&ledger, &shuffled(&facts, seed), 10).await;
            assert_eq!(
                booked(&ledger, &facts, &world.registry()).await,
                owed(fold(facts.clone(), &world.registry())),
                "seed {seed}"
            );
        }
    });
    assert_eq!(
        fold(facts, &world.registry()).iter().filter_map(line_row).collect::<BTreeSet<_>>(),
        world.expected_lines
    );
}

/// More than fits one transaction: 98 renewals wait for their sale, with three credit notes each.
#[test]
fn what_does_not_fit_one_transaction_is_carried_on() {
    let events: Vec<Fact> = {
        let sale = World::edges()
            .facts()
            .into_iter()
            .find(|fact| contract_of(fact).as_str() == "A-1" && matches!(fact, Fact::Sale(_)))
            .unwrap();
        let renewals = (2..=99_u64).flat_map(|term| {
            let term = rules::Term::try_from(term).unwrap();
            let (starts_on, fee) =
                ("2023-03-01".parse().unwrap(), rules::Money::parse("100.01", "EUR".parse().unwrap()).unwrap());
            let renewal = Fact::Renewal(rules::Renewal {
                contract_id: contract_of(&sale).clone(),
                term,
                starts_on,
                annual_fee: fee,
            });
            let notes = ["a", "b", "c"].map(|id| {
                Fact::Adjustment(rules::Adjustment {
                    contract_id: contract_of(&sale).clone(),
                    term,
                    id: rules::AdjustmentKind::CreditNote.id(id.parse().unwrap()),
                    issued_on: starts_on,
                    amount: rules::Money::parse("33.33", "EUR".parse().unwrap()).unwrap(),
                })
            });
            std::iter::once(renewal).chain(notes)
        });
        renewals.chain(std::iter::once(sale.clone())).collect()
    };
    let registry: BTreeMap<_, _> =
        World::edges().registry().into_iter().filter(|(id, _)| id.as_str() == "aff").collect();
    let store = MemoryStore::default();
    let ledger = Ledger::new(&store);
    block_on(async {
        register(&ledger, &registry).await;
        let outcomes = take_in(&ledger, &events, 10).await;
        assert_eq!(outcomes.last(), Some(&Outcome::Decided));
        assert_eq!(booked(&ledger, &events, &registry).await, owed(fold(events.clone(), &registry)));
    });
}

/// The entries of a partner between two days, found by reading every item.
fn naive(store: &MemoryStore, partner: &PartnerId, (from, to): (rules::Day, rules::Day)) -> Vec<String> {
    let of_partner = |item: &ledger::store::Item| {
        let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
        let booked_on = text("gsk").split('#').next().unwrap_or_default().to_owned();
        let within = (from.to_string()..=to.to_string()).contains(&booked_on);
        (item.contains_key("e") && within && text("gpk") == format!("PARTNER#{partner}")).then(|| text("gsk"))
    };
    let mut entries: Vec<String> = store.dump().iter().filter_map(of_partner).collect();
    entries.sort();
    entries
}

fn listed(partner: &PartnerId, listed: &ledger::queries::ListedEntry) -> String {
    assert_eq!(listed.recorded.entry.posting.partner_id, *partner);
    format!("{:?} {} {:?}", listed.line, listed.recorded.entry.posting.booked_on, listed.recorded.entry.amount)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    /// Compares pages with a read of every item, with writes in between: an entry that existed throughout is returned
    /// once.
    #[test]
    fn no_entry_is_missed_or_repeated_between_pages(facts in facts(), seed: u64, from in 0..400_u16, length in 0..700_u16) {
        let mut random = fastrand::Rng::with_seed(seed);
        let store = MemoryStore::default();
        let ledger = Ledger::new(&store);
        let facts = shuffled(&facts, seed);
        let (now, later) = facts.split_at(facts.len() / 2);
        let day = |n: u16| format!("{}-{:02}-{:02}", 2020 + n / 336, n / 28 % 12 + 1, n % 28 + 1).parse().unwrap();
        let period = (day(from), day(from + length));
        block_on(async {
            register(&ledger, &registry()).await;
            take_in(&ledger, now, 5).await;
            for partner in registry().keys() {
                let before = naive(&store, partner, period);
                let at_once = ledger.entries(partner, period, 100_000, None).await.unwrap().list;
                prop_assert_eq!(at_once.len(), before.len());
                let mut later = later.iter();
                let (mut seen, mut after) = (Vec::new(), None);
                loop {
                    let part = ledger.entries(partner, period, random.usize(1..5), after).await.unwrap();
                    seen.extend(part.list.iter().map(|entry| listed(partner, entry)));
                    after = part.next;
                    if after.is_none() {
                        break;
                    }
                    let more: Vec<Fact> = later.by_ref().take(2).cloned().collect();
                    take_in(&ledger, &more, 2).await;
                }
                for entry in &at_once {
                    let entry = listed(partner, entry);
                    prop_assert!(seen.contains(&entry), "{} is missing", entry);
                }
                let end = ledger.entries(partner, period, 100_000, None).await.unwrap().list;
                let end: Vec<String> = end.iter().map(|entry| listed(partner, entry)).collect();
                for entry in &seen {
                    let count = |all: &[String]| all.iter().filter(|there| *there == entry).count();
                    prop_assert!(count(&seen) <= count(&end), "{} is repeated", entry);
                }
            }
            Ok(())
        })?;
    }
}
