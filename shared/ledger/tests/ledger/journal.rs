//! The journal (RULEBOOK §9), over a table in memory: what people do is kept with it, is found by partner, person and day,
//! and the audit names what lacks.

use crate::damage::{at, key, sale, text};
use crate::members::{code, member};

use fixtures::memory::MemoryStore;
use fixtures::occasion::{manager, registered};
use fixtures::pure::registry;
use ledger::audit::{Finding, audit};
use ledger::choices::{Choice, ChoiceResult, Pick};
use ledger::journal::{Act, Author, Change, Concerned, Moved, Occasion, Period, Registered};
use ledger::members::Granted;
use ledger::passes::EndedPasses;
use ledger::recorded::{Origin, PassesOf, Trigger};
use ledger::store::{Consistency, Item, Key, KeyRange, Page, Store, StoreError, TransactError, Write};
use ledger::{Ledger, ReportedFact};
use rules::contract::Key as Claimed;
use rules::people::Role;
use rules::{Agreements, Instance, PartnerId};
use std::sync::Mutex;

fn partner(id: &str) -> PartnerId {
    id.parse().unwrap()
}

async fn register(ledger: &Ledger<&MemoryStore>, id: &str, name: &str, occasion: &Occasion) {
    let record = ledger.partner_record(&partner(id)).await.unwrap();
    ledger.register(record, registered(name, Agreements::default()), occasion, None).await.unwrap().unwrap();
}

/// Two partners, one of them renamed; a member, an invitation, and a member who was revoked.
async fn table() -> MemoryStore {
    let store = MemoryStore::default();
    let ledger = Ledger::new(&store);
    register(&ledger, "P-1", "One", &manager(at(1), "signed")).await;
    register(&ledger, "P-2", "Two", &Occasion::of_operator(at(2))).await;
    register(&ledger, "P-1", "First", &manager(at(3), "a typing error")).await;
    let anna = member("anna", Role::Partner(partner("P-1")));
    let by = Occasion { reason: None, ..manager(at(0), "x") };
    assert!(matches!(ledger.grant(&anna, &by).await.unwrap(), Granted::Now(_)));
    ledger.invite(&code(7), (Role::Accountant, "Karl".parse().unwrap()), &manager(at(4), "x")).await.unwrap();
    ledger.revoke_member(&anna.id(), &manager(at(5), "left")).await.unwrap();
    store
}

async fn kinds(ledger: &Ledger<&MemoryStore>, of: Option<Concerned<'_>>, period: Period) -> Vec<&'static str> {
    let part = ledger.acts(of, period, 100, None).await.unwrap();
    assert!(part.unreadable.is_empty() && part.next.is_none());
    part.list.iter().map(|act| act.change.name()).collect()
}

#[tokio::test]
async fn acts_are_found_by_partner_person_and_day() {
    let store = table().await;
    let ledger = Ledger::new(&store);
    let always = Period::default();
    let all = ["member", "invitation", "registration", "registration", "registration", "member"];
    assert_eq!(kinds(&ledger, None, always).await, all);
    let of = |id: &str| partner(id);
    assert_eq!(kinds(&ledger, Some(Concerned::Partner(&of("P-2"))), always).await, ["registration"]);
    let p_1 = ["member", "registration", "registration", "member"];
    assert_eq!(kinds(&ledger, Some(Concerned::Partner(&of("P-1"))), always).await, p_1);
    assert!(kinds(&ledger, Some(Concerned::Partner(&of("P-3"))), always).await.is_empty());
    // The operator's act is no member's.
    let Author::Member { id, name } = manager(at(0), "x").by else { panic!("no member") };
    let by_manager = ["member", "invitation", "registration", "registration", "member"];
    assert_eq!(kinds(&ledger, Some(Concerned::Member(&id)), always).await, by_manager);
    // The first moment is included, the last is not.
    let period = Period { from: Some(at(3)), until: Some(at(5)) };
    assert_eq!(kinds(&ledger, None, period).await, ["invitation", "registration"]);
    // A page ends where the next one begins.
    let first = ledger.acts(None, always, 4, None).await.unwrap();
    let rest = ledger.acts(None, always, 4, first.next.clone()).await.unwrap();
    let pages: Vec<&str> = first.list.iter().chain(&rest.list).map(|act| act.change.name()).collect();
    assert_eq!(pages, all);
    // What was said is read as it was written.
    let renamed = &first.list[2];
    let Act { occasion: Occasion { by, at: when, reason }, change, foreseen: None } = renamed else { panic!() };
    assert_eq!((by, *when), (&Author::Member { id, name }, at(3)));
    assert_eq!(reason.as_ref().unwrap().as_str(), "a typing error");
    let named = |name: &str| Registered { name: name.to_owned(), agreements: Agreements::default() };
    let (partner_id, before) = (of("P-1"), Some(named("One")));
    assert_eq!(*change, Change::Registration { partner_id, version: 2, before, after: named("First") });
}

#[tokio::test]
async fn an_act_is_kept_once() {
    let store = table().await;
    let ledger = Ledger::new(&store);
    let before = store.dump().len();
    let (item, partners) = ("message~m-1".parse().unwrap(), [partner("P-1")].into());
    let act = Act::new(&manager(at(6), "seen"), Change::ItemSetAside { item, partners });
    ledger.keep(&act).await.unwrap();
    let kept = store.dump().len();
    assert_eq!(kept, before + 3, "the act, and the lists of its author and of the partner");
    // Asked again later, by somebody else: it is the same act, and the first author stays.
    let again = Act {
        occasion: Occasion { reason: act.occasion.reason.clone(), ..Occasion::of_operator(at(7)) },
        ..act.clone()
    };
    ledger.keep(&again).await.unwrap();
    assert_eq!(store.dump().len(), kept);
    assert_eq!(ledger.act(&act.id()).await.unwrap(), Some(act));
}

fn without(items: &[Item], is_gone: impl Fn(&Key) -> bool) -> Vec<Finding> {
    audit(items.iter().filter(|item| !is_gone(&key(item))).cloned().collect()).findings
}

#[tokio::test]
async fn the_audit_names_what_a_person_did_without_an_act() {
    let store = table().await;
    let ledger = Ledger::new(&store);
    let items = store.dump();
    assert_eq!(without(&items, |_| false), []);
    let acts = ledger.acts(None, Period::default(), 100, None).await.unwrap().list;
    for act in &acts {
        let partition = format!("JOURNAL#{}", act.id());
        let found = without(&items, |key| key.pk == partition);
        match &act.change {
            // Everything that is left is younger: this was done before the journal.
            Change::Member { .. } if act.occasion.at == at(0) => assert_eq!(found, [], "{act:?}"),
            Change::Registration { partner_id, version: 1, .. } if *partner_id == partner("P-1") => {
                assert_eq!(found, [], "the first version of the journal may be any");
            }
            Change::Registration { .. } | Change::Member { .. } | Change::Invitation { .. } => {
                assert!(
                    matches!(&found[..], [Finding::NoAct { act: lacking, .. }] if *lacking == act.id()),
                    "{found:?}"
                );
            }
            other => panic!("{other:?}"),
        }
        // The act alone, or one of the items that list it.
        for one in items.iter().filter(|item| text(item, "pk") == partition) {
            let others = items.iter().filter(|item| text(item, "pk") == partition).count() > 1;
            let found = without(&items, |key| *key == self::key(one));
            let is_found =
                found.iter().any(|finding| matches!(finding, Finding::ActUnlisted { .. } | Finding::NoAct { .. }));
            assert!(is_found || !others && found.is_empty(), "{found:?}");
        }
    }
    // A version between two others.
    register(&ledger, "P-1", "Third", &manager(at(8), "again")).await;
    let Change::Registration { .. } = &acts[2].change else { panic!() };
    let lacking = format!("JOURNAL#{}", acts[2].id());
    let found = without(&store.dump(), |key| key.pk == lacking);
    assert_eq!(found, [Finding::NoVersion { partner_id: partner("P-1"), version: 2 }]);
}

#[tokio::test]
async fn what_a_registration_moved_is_kept_and_audited() {
    let store = MemoryStore::default();
    let ledger = Ledger::new(&store);
    let id = partner("P-1");
    let register = async |agreements: Agreements| {
        let record = ledger.partner_record(&id).await.unwrap();
        let version = record.agreements_version + 1;
        ledger.register(record, registered("One", agreements), &manager(at(1), "why"), None).await.unwrap().unwrap();
        let because = Trigger::Agreements(version);
        let moved =
            ledger.restate_all(&id, Some(version), Origin { at: at(2), because: &because }).await.unwrap().unwrap();
        // The last pass finds what the first one appended.
        let again =
            ledger.restate_all(&id, Some(version), Origin { at: at(3), because: &because }).await.unwrap().unwrap();
        assert_eq!(again, moved);
        let ended = EndedPasses { partner_id: id.clone(), of: PassesOf::Registration(version), at: at(3), moved };
        ledger.end_passes(&ended).await.unwrap();
        ended
    };
    let reported = ReportedFact::new(sale("C", "P-1", "2023-01-05", "100.00", Instance::Customer), "event");
    ledger.record(&[reported], at(0)).await.remove(0).unwrap();
    let first = register(registry().remove(&partner("P-0")).unwrap()).await;
    let second = register(Agreements::default()).await;
    let amounts = |ended: &EndedPasses| -> Vec<i64> {
        ended.moved.values().flat_map(|totals| totals.0.values().map(|total| total.amount.0)).collect()
    };
    let [before, after] = [amounts(&first), amounts(&second)];
    assert!(before.iter().any(|amount| *amount != 0));
    assert_eq!(after, before.iter().map(|amount| -amount).collect::<Vec<_>>(), "the agreement was withdrawn");
    let kept = ledger.ended_passes(&[1, 2, 3].map(|version| (&id, PassesOf::Registration(version)))).await.unwrap();
    assert_eq!(kept.into_values().collect::<Vec<_>>(), [first.clone(), second]);
    for month in first.moved.keys() {
        ledger.refresh_totals(month, at(4)).await.unwrap();
    }
    assert_eq!(audit(store.dump()).findings, []);
    // A pass of agreements that newer ones superseded says nothing of what it moved.
    let late = Origin { at: at(5), because: &Trigger::Agreements(1) };
    assert_eq!(ledger.restate_all(&id, Some(1), late).await.unwrap(), None);
    // An entry that the registration caused and the journal does not know.
    let other =
        MemoryStore::of(store.dump().into_iter().filter(|item| text(item, "pk") != "PARTNER#P-1#PASSES").collect());
    let unknown = EndedPasses { moved: Moved::new(), of: PassesOf::Registration(2), ..first };
    Ledger::new(&other).end_passes(&unknown).await.unwrap();
    assert_eq!(audit(other.dump()).findings, [Finding::Moved { partner_id: id, of: PassesOf::Registration(2) }]);
}

/// A table in which a partner is registered anew before a contract is read for the first time.
struct Interrupted<'a> {
    table: &'a MemoryStore,
    before: &'static str,
    registration: Mutex<Option<Agreements>>,
}

impl Store for &Interrupted<'_> {
    async fn partition(&self, pk: String) -> Result<Vec<Item>, StoreError> {
        let registration = if pk == self.before { self.registration.lock().unwrap().take() } else { None };
        if let Some(agreements) = registration {
            let ledger = Ledger::new(self.table);
            let record = ledger.partner_record(&partner("P-1")).await.unwrap();
            ledger
                .register(record, registered("One", agreements), &manager(at(1), "why"), None)
                .await
                .unwrap()
                .unwrap();
        }
        self.table.partition(pk).await
    }

    async fn get(&self, keys: Vec<Key>, consistency: Consistency) -> Result<Vec<Item>, StoreError> {
        self.table.get(keys, consistency).await
    }

    async fn index(&self, range: KeyRange) -> Result<Page, StoreError> {
        self.table.index(range).await
    }

    async fn write_each(&self, writes: Vec<Write>) -> Vec<Result<(), TransactError>> {
        self.table.write_each(writes).await
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<(), TransactError> {
        self.table.transact(writes).await
    }

    async fn back_off(&self, _: u32) {}
}

/// Agreements that are registered while a pass of the earlier ones runs: what that pass books under them is theirs.
#[tokio::test]
async fn what_a_pass_books_under_newer_agreements_is_what_those_moved() {
    let table = MemoryStore::default();
    let ledger = Ledger::new(&table);
    let id = partner("P-1");
    let two: Vec<ReportedFact> = ["A", "B"]
        .map(|contract| ReportedFact::new(sale(contract, "P-1", "2023-01-05", "100.00", Instance::Customer), "event"))
        .into();
    assert!(ledger.record(&two, at(0)).await.iter().all(Result::is_ok));
    let [mut first, mut second] = [registry(), registry()];
    let record = ledger.partner_record(&id).await.unwrap();
    let agreements = first.remove(&partner("P-0")).unwrap();
    ledger.register(record, registered("One", agreements), &manager(at(1), "why"), None).await.unwrap().unwrap();
    let registration = Mutex::new(second.remove(&partner("P-1")));
    let interrupted = Interrupted { table: &table, before: "CONTRACT#B", registration };
    let because = Trigger::Agreements(1);
    let origin = Origin { at: at(2), because: &because };
    Ledger::new(&interrupted).restate_all(&id, Some(1), origin).await.unwrap();
    let named = async |contract: &str| {
        let entries = ledger.contract(&contract.parse().unwrap()).await.unwrap().entries();
        entries.into_values().flatten().map(|entry| entry.because.unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(named("A").await, ["agreements-1"]);
    assert_eq!(named("B").await, ["agreements-2"]);
}

/// A choice whose passes come before those of a registration books what that one made due in other contracts, too.
#[tokio::test]
async fn a_choice_and_a_registration_at_the_same_time_are_told_apart_or_left_open() {
    let check = async |restated_first: bool, mixed: bool| {
        let table = MemoryStore::default();
        let ledger = Ledger::new(&table);
        let id = partner("P-1");
        let sold = |contract: &str, fee: &str| {
            ReportedFact::new(sale(contract, "P-1", "2023-01-05", fee, Instance::Customer), "event")
        };
        let recorded = ledger.record(&[sold("A", "100.00"), sold("B", "100.00"), sold("A", "200.00")], at(0)).await;
        assert!(recorded.iter().all(Result::is_ok));
        let record = ledger.partner_record(&id).await.unwrap();
        let agreements = registry().remove(&partner("P-0")).unwrap();
        ledger.register(record, registered("One", agreements), &manager(at(10), "why"), None).await.unwrap().unwrap();
        let registration = Trigger::Agreements(1);
        let pass = async |because: &Trigger, second: i64| {
            let version = Some(1).filter(|_| *because == registration);
            ledger.restate(&id, version, None, Origin { at: at(second), because }).await.unwrap()
        };
        let end = async |at_second: i64, moved: Moved| {
            let of = PassesOf::Registration(1);
            ledger.end_passes(&EndedPasses { partner_id: id.clone(), of, at: at(at_second), moved }).await.unwrap();
        };
        if restated_first {
            let step = pass(&registration, 11).await;
            end(12, step.moved).await;
        }
        let contract = ledger.contract(&"A".parse().unwrap()).await.unwrap().contract();
        let (contract_id, why) = ("A".parse().unwrap(), "typed wrong".to_owned());
        let choice =
            Choice { contract_id, key: Claimed::Sale, number: 1, claim: Pick::Recorded(Some(2)), seen: 2, why };
        let act = choice.act(&contract, choice.judge(&contract).1);
        let because = Trigger::Choice(1, Some(act.clone()));
        let made = ledger.choose(&choice, Origin { at: at(20), because: &because }).await.unwrap();
        assert_eq!(made, ChoiceResult::Now);
        assert_eq!(pass(&because, 21).await.mixed, mixed);
        let carried_out_at = ledger.carried_out_at(&choice.contract_id, &act).await.unwrap().unwrap();
        assert_eq!(ledger.was_being_restated(&id, carried_out_at).await.unwrap(), !restated_first);
        assert_eq!(pass(&registration, 22).await.mixed, mixed);
    };
    check(true, false).await;
    check(false, true).await;
}
