//! Containment: an unreadable item, or one of a later release, affects nothing else. Also the bounds of §2.

use crate::damage::{at, block_on, changed, key, note, renewal, sale, sound, text};
use aws_sdk_dynamodb::types::AttributeValue;
use fixtures::memory::MemoryStore;
use fixtures::occasion::{choose as choose_as_manager, operator, registered};
use fixtures::pure::registry;
use fixtures::watched::Watched;
use ledger::audit::{Finding, audit};
use ledger::choices::{Choice, ChoiceResult, Pick};
use ledger::item::hash;
use ledger::recorded::{Origin, Trigger};
use ledger::store::{Item, Key};
use ledger::{Ledger, LedgerError, Outcome, ReportedFact, Store};
use rules::contract::{Bound, Key as Claimed};
use rules::line::LineId;
use rules::{AnnuityId, Day, Fact, Instance, PartnerId};
use std::collections::HashMap;

const ORIGIN: Origin<'static> = Origin { at: jiff::Timestamp::UNIX_EPOCH, because: &Trigger::Audit };
const ALL: (Day, Day) = (Day::MIN, Day::MAX);

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

async fn record<S: Store>(ledger: &Ledger<S>, fact: Fact) -> Result<Outcome, LedgerError> {
    ledger.record(&[ReportedFact::new(fact, "event")], at(1)).await.remove(0)
}

async fn register<S: Store>(ledger: &Ledger<S>, id: &str) {
    let id: PartnerId = id.parse().unwrap();
    let agreements = registry().remove(&"P-1".parse().unwrap()).unwrap();
    let record = ledger.partner_record(&id).await.unwrap();
    ledger.register(record, registered("A name", agreements), &operator(), None).await.unwrap().unwrap();
}

/// The same table with one item changed as another writer would, hash included.
fn written_otherwise(items: &[Item], pk: &str, sk: &str, path: &[&str], value: &AttributeValue) -> Vec<Item> {
    let wanted = Key { pk: pk.to_owned(), sk: sk.to_owned() };
    let path: Vec<String> = path.iter().map(|name| (*name).to_owned()).collect();
    let mut found = false;
    let items = items.iter().map(|item| {
        if key(item) != wanted {
            return item.clone();
        }
        found = true;
        let mut item = changed(item, &path, &|_| Some(value.clone()));
        if item.contains_key("h") {
            hash(&mut item);
        }
        item
    });
    let items = items.collect();
    assert!(found, "{pk} {sk}");
    items
}

#[test]
fn a_contract_that_cannot_be_read_holds_up_neither_a_pass_nor_a_sale_before_it() {
    block_on(async {
        let store = MemoryStore::default();
        let ledger = Ledger::new(&store);
        let contract = |n: usize| format!("C-{n:02}");
        for n in 1..=24 {
            let signed_on = format!("2023-01-{n:02}");
            record(&ledger, sale(&contract(n), "P-1", &signed_on, "100.00", Instance::Customer)).await.unwrap();
        }
        register(&ledger, "P-1").await;
        let p_1 = "P-1".parse().unwrap();
        assert!(ledger.restate(&p_1, Some(1), None, ORIGIN).await.unwrap().failed.is_empty());
        store.damage("CONTRACT#C-01", "TERM#01", "f");
        let step = ledger.restate(&p_1, Some(1), None, ORIGIN).await.unwrap();
        let failed: Vec<_> = step.failed.iter().map(|failure| failure.contract_id.as_ref().unwrap().as_str()).collect();
        assert_eq!((failed, step.next), (vec!["C-01"], None));
        let part = ledger.entries(&p_1, ALL, usize::MAX, None).await.unwrap();
        assert_eq!((part.list.len(), part.unreadable), (24, vec!["CONTRACT#C-01 TERM#01".to_owned()]));

        // The damaged contract is displaced as well, and stays in `todo`; the sale itself is booked, and so are the
        // contracts after it.
        let first = sale("C-00", "P-1", "2022-12-31", "100.00", Instance::Customer);
        for _ in 0..2 {
            let error = record(&ledger, first.clone()).await.unwrap_err();
            assert!(matches!(&error, LedgerError::Damaged { key, .. } if key == "CONTRACT#C-01 TERM#01"), "{error}");
        }
        let entries = ledger.entries(&p_1, ALL, usize::MAX, None).await.unwrap().list;
        let amount = |contract: &str| -> i64 {
            let of = |line: &LineId| matches!(line, LineId::Annuity { annuity: AnnuityId { contract_id, .. }, .. } if contract_id.as_str() == contract);
            entries.iter().filter(|one| of(&one.line)).map(|one| one.recorded.entry.amount.0).sum()
        };
        assert_eq!((amount("C-00"), amount("C-02"), amount("C-03")), (0, 7000, 7000));
        let findings = audit(store.dump()).findings;
        let named = |wanted: &str| findings.iter().any(|finding| finding.to_string().contains(wanted));
        assert!(
            named("CONTRACT#C-01 TERM#01: damaged") && named("contract C-00 term 1: not processed"),
            "{findings:?}"
        );
    });
}

#[test]
fn nothing_is_taken_back_because_a_partners_record_is_lost() {
    block_on(async {
        let items: Vec<Item> = sound().await.into_iter().filter(|item| text(item, "pk") != "PARTNER#P-1").collect();
        let store = MemoryStore::of(items.clone());
        let error = record(&Ledger::new(&store), note("A", 1, "N-3", "5.00")).await.unwrap_err();
        assert!(matches!(&error, LedgerError::Damaged { key, .. } if key == "PARTNER#P-1 HEAD"), "{error}");
        assert_eq!(store.dump(), items);
        assert!(audit(items).findings.iter().any(|finding| matches!(finding, Finding::Lost { .. })));
    });
}

/// Items of a later release, in a contract of P-1's or with the partner.
fn of_a_later_release(sound: &[Item]) -> Vec<(&'static str, Vec<Item>)> {
    let (a, first) = ("CONTRACT#A", "TERM#01");
    let of = |path: &[&str], value: &AttributeValue| written_otherwise(sound, a, first, path, value);
    let reason = AttributeValue::M(HashMap::from([("loyalty".to_owned(), AttributeValue::M(HashMap::new()))]));
    let later_fact = AttributeValue::M(HashMap::from([("u".to_owned(), AttributeValue::M(HashMap::new()))]));
    let mut row = Item::from([("pk".to_owned(), s(a)), ("sk".to_owned(), s("TERM#01#Z#9"))]);
    hash(&mut row);
    let annuity = sound.iter().find(|item| text(item, "pk") == a && text(item, "sk") == first).unwrap();
    let counted: u32 = annuity["n"].as_n().unwrap().parse().unwrap();
    let counts_it = of(&["n"], &AttributeValue::N((counted + 1).to_string()));
    vec![
        ("kind", of(&["e", "b", "d", "k"], &s("bonus"))),
        ("model", of(&["e", "b", "d", "mo"], &s("reseller"))),
        ("reason", of(&["e", "b", "d", "re"], &reason)),
        ("programme", of(&["e", "b", "d", "pv"], &s("2030-01-01"))),
        ("currency of an entry", of(&["e", "c"], &s("XYZ"))),
        ("currency of a fact", of(&["f", "s", "m", "c"], &s("XYZ"))),
        ("kind of fact", of(&["f"], &later_fact)),
        ("kind of row", [counts_it, vec![row]].concat()),
        ("agreement", written_otherwise(sound, "PARTNER#P-1", "HEAD", &["ag", "0", "evidence"], &s("reseller"))),
    ]
}

#[test]
fn what_a_later_release_wrote_is_named_kept_and_never_computed_with() {
    block_on(async {
        let sound = sound().await;
        for (what, items) in of_a_later_release(&sound) {
            let store = MemoryStore::of(items);
            let items = store.dump();
            let ledger = Ledger::new(&store);
            let findings = audit(items.clone()).findings;
            let named = findings.iter().any(|finding| finding.to_string().contains("written by a later release"));
            assert!(named, "{what}: {findings:?}");
            for finding in &findings {
                let _ = ledger.mend(finding, ORIGIN).await;
            }
            assert_eq!(store.dump(), items, "{what}: a repair changes nothing of it");
            let result = record(&ledger, note("A", 1, "N-3", "5.00")).await;
            assert!(matches!(result, Err(LedgerError::Unknown { .. })), "{what}: {result:?}");
            assert_eq!(store.dump(), items, "{what}: the message comes back, and nothing is written");
            // Other partners are not affected.
            let outcome = record(&ledger, sale("Z", "P-2", "2020-02-02", "100.00", Instance::Customer)).await;
            assert_eq!(outcome.unwrap(), Outcome::Decided, "{what}");
        }
    });
}

#[test]
fn an_entry_of_a_later_release_is_shown_as_the_texts_it_has() {
    block_on(async {
        let items = written_otherwise(&sound().await, "CONTRACT#A", "TERM#01", &["e", "b", "d", "mo"], &s("reseller"));
        let store = MemoryStore::of(items);
        let part = Ledger::new(&store).entries(&"P-1".parse().unwrap(), ALL, usize::MAX, None).await.unwrap();
        assert_eq!(part.unreadable, ["CONTRACT#A TERM#01"]);
        let [entry] = &part.unknown[..] else { panic!("{:?}", part.unknown) };
        let shown = (&*entry.kind, &*entry.model, &*entry.currency, entry.booked_on.to_string());
        assert_eq!(shown, ("commission", "reseller", "EUR", "2023-02-02".to_owned()));
        let record = written_otherwise(&store.dump(), "PARTNER#P-1", "HEAD", &["ag", "0", "evidence"], &s("reseller"));
        let store = MemoryStore::of(record);
        let record = Ledger::new(&store).partner_record(&"P-1".parse().unwrap()).await.unwrap();
        assert_eq!((record.name.as_deref(), record.unknown.len()), (Some("Partner P-1"), 1));
        assert_eq!(record.unknown[0].model, "reseller");
    });
}

#[test]
fn attributes_of_a_later_release_survive_a_rewrite_and_unknown_totals_a_sum() {
    block_on(async {
        let mut items = sound().await;
        for item in &mut items {
            item.insert("later".to_owned(), s("kept"));
            if let Some(AttributeValue::M(fact)) = item.get_mut("f") {
                for kind in ["s", "r", "n"] {
                    if let Some(AttributeValue::M(fields)) = fact.get_mut(kind) {
                        fields.insert("later".to_owned(), s("kept"));
                    }
                }
            }
            if let Some(AttributeValue::L(totals)) = item.get_mut("tt") {
                totals.push(s("bonus reseller XYZ 1 700 0"));
            }
            if item.contains_key("h") {
                hash(item);
            }
        }
        let store = MemoryStore::of(items.clone());
        let ledger = Ledger::new(&store);
        // An earlier sale rewrites the partner and every annuity that it displaces; then its month is added up again.
        record(&ledger, sale("Y", "P-1", "2023-01-01", "10.00", Instance::Customer)).await.unwrap();
        record(&ledger, note("A", 1, "N-9", "1.00")).await.unwrap();
        record(&ledger, note("B", 1, "N-9", "1.00")).await.unwrap();
        for finding in audit(store.dump()).findings {
            let _ = ledger.mend(&finding, ORIGIN).await;
        }
        let now = store.dump();
        let mut rewritten = 0;
        for before in &items {
            let after = now.iter().find(|item| key(item) == key(before)).unwrap();
            rewritten += usize::from(before != after);
            assert_eq!(after.get("later"), Some(&s("kept")), "{:?}", key(before));
            assert_eq!(after.get("f"), before.get("f"), "{:?}", key(before));
            let kept = |item: &Item| {
                let totals = item.get("tt").and_then(|list| list.as_l().ok());
                totals.map(|totals| totals.contains(&s("bonus reseller XYZ 1 700 0")))
            };
            assert_eq!(kept(after), kept(before), "{:?}", key(before));
        }
        assert!(rewritten >= 4, "{rewritten}");
    });
}

#[test]
fn one_more_credit_note_claim_or_choice_than_a_hundred_is_refused_and_writes_nothing() {
    block_on(async {
        let store = MemoryStore::default();
        let ledger = Ledger::new(&store);
        register(&ledger, "P-1").await;
        record(&ledger, sale("C", "P-1", "2023-01-01", "900.00", Instance::Customer)).await.unwrap();
        for n in 0..100 {
            record(&ledger, note("C", 1, &format!("N-{n:03}"), "1.00")).await.unwrap();
        }
        let fee = |n: usize| sale("C", "P-1", "2023-01-01", &format!("{}.00", 100 + n), Instance::Customer);
        for n in 0..99 {
            assert_eq!(record(&ledger, fee(n)).await.unwrap(), Outcome::Contradiction);
        }
        let choice = |number: usize| Choice {
            contract_id: "C".parse().unwrap(),
            key: Claimed::Sale,
            number,
            claim: Pick::Recorded(Some(1 + number % 2)),
            seen: 100,
            why: "again".to_owned(),
        };
        for number in 1..=100 {
            assert_eq!(choose_as_manager(&ledger, &choice(number), ORIGIN).await.unwrap(), ChoiceResult::Now);
        }
        let before = store.dump();
        assert_eq!(record(&ledger, note("C", 1, "N-100", "1.00")).await.unwrap(), Outcome::TooMany(Bound::Adjustments));
        assert_eq!(record(&ledger, fee(99)).await.unwrap(), Outcome::TooMany(Bound::Claims));
        assert_eq!(ledger.choose(&choice(101), ORIGIN).await.unwrap(), ChoiceResult::TooMany(Bound::Choices));
        assert_eq!(record(&ledger, note("C", 1, "N-000", "1.00")).await.unwrap(), Outcome::Duplicate);
        assert_eq!(record(&ledger, fee(98)).await.unwrap(), Outcome::Duplicate);
        assert_eq!(store.dump(), before);
        let findings = audit(store.dump()).findings;
        assert!(findings.iter().all(|finding| matches!(finding, Finding::Totals { .. })), "{findings:?}");
    });
}

#[test]
fn a_superseded_pass_is_skipped_and_a_contract_is_adjusted_once_a_step() {
    block_on(async {
        let table = Watched::default();
        let ledger = Ledger::new(&table);
        register(&ledger, "P-1").await;
        for fee in ["100.00", "200.00"] {
            record(&ledger, sale("C", "P-1", "2023-01-01", fee, Instance::Customer)).await.unwrap();
        }
        record(&ledger, renewal("C", 2, "2024-01-01")).await.unwrap();
        for number in 1..=3 {
            let (contract_id, why) = ("C".parse().unwrap(), "again".to_owned());
            let choice = Choice {
                contract_id,
                key: Claimed::Sale,
                number,
                claim: Pick::Recorded(Some(1 + number % 2)),
                seen: 2,
                why,
            };
            assert_eq!(choose_as_manager(&ledger, &choice, ORIGIN).await.unwrap(), ChoiceResult::Now);
        }
        let p_1 = "P-1".parse().unwrap();
        table.requests();
        ledger.restate(&p_1, Some(1), None, ORIGIN).await.unwrap();
        let read = table.requests().iter().filter(|request| *request == "partition CONTRACT#C").count();
        assert_eq!(read, 1, "listed by its first annuity and by three choices");

        let record = ledger.partner_record(&p_1).await.unwrap();
        ledger
            .register(record, registered("Another", rules::Agreements::default()), &operator(), None)
            .await
            .unwrap()
            .unwrap();
        table.requests();
        ledger.restate(&p_1, Some(1), None, ORIGIN).await.unwrap();
        assert_eq!(table.requests(), ["get Strong PARTNER#P-1 HEAD"], "a later version has a pass of its own");
        ledger.restate(&p_1, None, None, ORIGIN).await.unwrap();
        assert!(
            table.requests().iter().any(|request| request == "partition CONTRACT#C"),
            "a choice's pass is not one of a version"
        );
    });
}
