//! Damage: a sound table with every kind of damage that this file can generate. The audit finds each; a repair
//! terminates, corrects derived values, and appends no entry because of a damaged item.

use aws_sdk_dynamodb::types::AttributeValue;
use fixtures::memory::MemoryStore;
use fixtures::occasion::{choose as choose_as_manager, operator, registered};
use fixtures::pure::registry;
use jiff::Timestamp;
use ledger::attention::DeadLetter;
use ledger::attention::Wording;
use ledger::audit::{Finding, audit};
use ledger::choices::{Choice, ChoiceResult, Pick, Stated};
use ledger::inquiries::{Answer, Outcome, RecordedInquiry};
use ledger::invitations::{Accepted, Code};
use ledger::journal::Occasion;
use ledger::members::MemberId;
use ledger::partner_files::RecordedFile;
use ledger::perks::PerkDay;
use ledger::recorded::{Origin, Trigger};
use ledger::store::{Item, Key};
use ledger::{Ledger, ReportedFact};
use rules::contact::{Contact, PartnerFile};
use rules::contract::Key as Claimed;
use rules::inquiry::{Concern, Inquiry};
use rules::people::{Identity, Role};
use rules::programme::DatedPerk;
use rules::{Adjustment, AdjustmentKind, Fact, Instance, Money, Renewal, Sale};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

fn money(amount: &str) -> Money {
    Money::parse(amount, "EUR".parse().unwrap()).unwrap()
}

pub(crate) fn sale(contract: &str, partner: &str, signed_on: &str, fee: &str, instance: Instance) -> Fact {
    Fact::Sale(Sale {
        contract_id: contract.parse().unwrap(),
        partner_id: partner.parse().unwrap(),
        customer_id: "K".parse().unwrap(),
        signed_on: signed_on.parse().unwrap(),
        annual_fee: money(fee),
        instance,
    })
}

pub(crate) fn renewal(contract: &str, term: u64, starts_on: &str) -> Fact {
    Fact::Renewal(Renewal {
        contract_id: contract.parse().unwrap(),
        term: term.try_into().unwrap(),
        starts_on: starts_on.parse().unwrap(),
        annual_fee: money("500.05"),
    })
}

pub(crate) fn note(contract: &str, term: u64, id: &str, amount: &str) -> Fact {
    Fact::Adjustment(Adjustment {
        contract_id: contract.parse().unwrap(),
        term: term.try_into().unwrap(),
        id: AdjustmentKind::CreditNote.id(id.parse().unwrap()),
        issued_on: "2023-03-03".parse().unwrap(),
        amount: money(amount),
    })
}

/// A a partner's member who was revoked, and an invitation that waits.
async fn invite_members(ledger: &Ledger<&MemoryStore>) {
    let subject = |subject: &str| Identity {
        issuer: "https://issuer.example".parse().unwrap(),
        subject: subject.parse().unwrap(),
    };
    let roles = [Role::Manager, Role::Partner("P-1".parse().unwrap()), Role::Accountant];
    for (n, role) in (1..).zip(roles) {
        let code = Code::new([n; 24]);
        ledger.invite(&code, (role.clone(), "A name".parse().unwrap()), &Occasion::of_operator(at(7))).await.unwrap();
        if role != Role::Accountant {
            let accepted = ledger.accept_invitation(&code, subject(&n.to_string()), at(8)).await.unwrap();
            assert!(matches!(accepted, Accepted::Member(_)));
        }
    }
    ledger.revoke_member(&MemberId::of(&subject("2")), &Occasion::of_operator(at(9))).await.unwrap();
}

/// States claims: three that are the first of their keys, and one against billing's.
async fn state(ledger: &Ledger<&MemoryStore>) {
    for (contract, fact, seen) in [
        ("S", sale("S", "P-2", "2023-05-06", "500.00", Instance::Customer), 0),
        ("S", renewal("S", 2, "2024-05-06"), 0),
        ("S", note("S", 1, "N", "50.00"), 0),
        ("H", note("H", 2, "N", "20.00"), 1),
    ] {
        let (contract_id, key, why) = (contract.parse().unwrap(), Claimed::from(&fact), "typed wrong".to_owned());
        let claim = Pick::Stated(Stated { fact, customer_name: "Mairie".parse().ok() });
        let choice = Choice { contract_id, key, number: 1, claim, seen, why };
        let origin = Origin { at: at(2), because: &Trigger::Audit };
        assert_eq!(choose_as_manager(ledger, &choice, origin).await.unwrap(), ChoiceResult::Now);
    }
}

/// A table with an item of every kind and state.
pub(crate) async fn sound() -> Vec<Item> {
    let store = MemoryStore::default();
    let ledger = Ledger::new(&store);
    let origin = |second| Origin { at: at(second), because: &Trigger::Audit };
    let record = async |fact: Fact| {
        ledger.record(&[ReportedFact::new(fact, "event-1")], at(1)).await.remove(0).unwrap();
    };
    for (id, agreements) in registry() {
        let record = ledger.partner_record(&id).await.unwrap();
        ledger
            .register(record, registered(&format!("Partner {id}"), agreements), &operator(), None)
            .await
            .unwrap()
            .unwrap();
        ledger.restate(&id, None, None, origin(0)).await.unwrap();
    }
    let (own, customer) = (Instance::Partner, Instance::Customer);
    for fact in [
        // The later sale first, so that the earlier one displaces it; with a second year, credit notes, and an
        // excessive credit note.
        sale("A", "P-1", "2023-02-02", "1200.01", customer),
        sale("B", "P-1", "2023-01-01", "999.99", customer),
        renewal("A", 2, "2024-02-02"),
        note("A", 1, "N-2", "100.00"),
        note("A", 1, "N-1", "33.33"),
        note("B", 1, "N", "2000.00"),
        // Pending facts: for their sale, for their year, for an agreement.
        renewal("C", 2, "2024-01-01"),
        note("A", 7, "N", "1.00"),
        sale("D", "P-9", "2023-01-01", "10.00", customer),
        // A resolved contradiction, an unresolved one, and one with a later claim after it was resolved.
        sale("E", "P-1", "2023-04-04", "100.00", customer),
        sale("E", "P-2", "2023-04-05", "200.00", customer),
        sale("B", "P-1", "2023-01-01", "111.11", customer),
        sale("F", "P-2", "2023-05-05", "300.00", customer),
        // A partner instance, and an affiliate's year.
        sale("G", "P-1", "2023-06-06", "400.00", own),
        sale("H", "P-0", "2021-06-06", "100.00", customer),
        renewal("H", 2, "2022-06-06"),
        note("H", 2, "N", "10.00"),
    ] {
        record(fact).await;
    }
    let choose = async |contract: &str, claim, seen| {
        let (contract_id, why) = (contract.parse().unwrap(), "typed wrong".to_owned());
        let claim = Pick::Recorded(claim);
        let choice = Choice { contract_id, key: Claimed::Sale, number: 1, claim, seen, why };
        assert_eq!(choose_as_manager(&ledger, &choice, origin(2)).await.unwrap(), ChoiceResult::Now);
    };
    choose("E", Some(2), 2).await;
    choose("F", None, 1).await;
    state(&ledger).await;
    record(sale("F", "P-2", "2023-05-05", "30.00", customer)).await;
    // Other agreements: an entry fee and a year are booked again.
    let p_0 = "P-0".parse().unwrap();
    let record = ledger.partner_record(&p_0).await.unwrap();
    let other = registry().remove(&"P-1".parse().unwrap()).unwrap();
    ledger.register(record, registered("Renamed", other), &operator(), None).await.unwrap().unwrap();
    ledger.restate(&p_0, None, None, origin(3)).await.unwrap();
    for partner in ["P-1", "P-2", "P-9"] {
        ledger.restate(&partner.parse().unwrap(), None, None, origin(4)).await.unwrap();
    }
    let dead_letter = |id: &str| DeadLetter {
        message_id: id.to_owned(),
        function: "SaleSigned".to_owned(),
        contract_id: "C".parse().ok(),
        field: "data".to_owned(),
        reason: Wording { fr: "manque".to_owned(), en: "is missing".to_owned() },
        at: at(5),
    };
    ledger.record_dead_letter(&dead_letter("m-1")).await.unwrap();
    ledger.record_dead_letter(&dead_letter("m-2")).await.unwrap();
    ledger.sent_back("m-2").await.unwrap();
    // An inquiry that waits, one that is answered, and two days of perks, one of them taken back.
    for id in ["I-1", "I-2"] {
        let inquiry = Inquiry { concern: Concern::Error, contract_id: "A".parse().ok(), text: "Why?".parse().unwrap() };
        let (partner_id, id) = ("P-1".parse().unwrap(), id.parse().unwrap());
        let asked = RecordedInquiry { partner_id, id, inquiry, asked_at: at(5), answer: None };
        assert_eq!(ledger.inquire(&asked, &operator()).await.unwrap(), Outcome::Recorded);
    }
    let (p_1, answer) = ("P-1".parse().unwrap(), Answer { text: "Because.".parse().unwrap(), at: at(6) });
    ledger.answer_inquiry(&p_1, &"I-2".parse().unwrap(), &answer, &operator()).await.unwrap();
    invite_members(&ledger).await;
    let contact = Contact {
        name: "Anne Martin".parse().unwrap(),
        function: "Director".parse().ok(),
        email: "anne@example.org".parse().ok(),
        telephone: "01 23 45 67 89".parse().ok(),
    };
    let file = PartnerFile { contacts: vec![contact], note: "Call on Mondays.".parse().ok() };
    ledger.write_partner_file(&p_1, RecordedFile::default(), file, &operator()).await.unwrap().unwrap();
    for (day, taken) in [("2023-06-01", true), ("2023-06-02", true), ("2023-06-02", false)] {
        let of = PerkDay { perk: DatedPerk::Seminars, day: day.parse().unwrap() };
        ledger.record_perk(&p_1, of, taken, &operator()).await.unwrap();
    }
    for finding in audit(store.dump()).findings {
        assert!(matches!(finding, Finding::Totals { .. }), "{finding}");
        ledger.mend(&finding, origin(6)).await.unwrap();
    }
    assert_eq!(audit(store.dump()).findings, []);
    store.dump()
}

pub(crate) fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}

pub(crate) fn key(item: &Item) -> Key {
    Key { pk: text(item, "pk").to_owned(), sk: text(item, "sk").to_owned() }
}

/// The kind of an item: its key without ids and numbers.
fn kind(item: &Item) -> String {
    let Key { pk, sk } = key(item);
    let partition = if pk.ends_with("#INQUIRIES") { "INQUIRIES" } else { pk.split('#').next().unwrap() };
    let parts: Vec<&str> = sk.split('#').collect();
    let row = match parts[..] {
        ["TERM", "01"] => "first annuity".to_owned(),
        ["TERM", _] => "annuity".to_owned(),
        ["TERM", _, "N", _] => "credit note".to_owned(),
        ["TERM", _, "N", _, _] => "entry of a credit note".to_owned(),
        ["TERM" | "FEE", _, kind, _] => format!("row {kind}"),
        _ => String::new(),
    };
    let state = match (item.contains_key("f"), item.contains_key("e")) {
        (true, true) => " with fact and entry",
        (true, false) => " with fact",
        (false, true) => " with entry",
        (false, false) => "",
    };
    format!("{partition} {row}{state}")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    Removed,
    Replaced,
    Unreadable,
    ItemRemoved,
    ItemDoubled,
    ItemMoved,
    ItemAdded,
}

struct Damage {
    how: How,
    kind: String,
    path: String,
    items: Vec<Item>,
}

/// The paths of all attributes of an item, nested ones included.
fn paths(item: &Item) -> Vec<Vec<String>> {
    fn within(value: &AttributeValue, path: &[String], paths: &mut Vec<Vec<String>>) {
        paths.push(path.to_vec());
        if let AttributeValue::M(fields) = value {
            for (name, value) in fields {
                within(value, &[path, std::slice::from_ref(name)].concat(), paths);
            }
        }
        if let AttributeValue::L(values) = value {
            for (i, value) in values.iter().enumerate() {
                within(value, &[path, &[i.to_string()]].concat(), paths);
            }
        }
    }
    let mut paths = Vec::new();
    for (name, value) in item {
        within(value, std::slice::from_ref(name), &mut paths);
    }
    paths.sort();
    paths
}

/// Changes the value at a path; none: removes it.
fn change(
    value: AttributeValue,
    path: &[String],
    with: &dyn Fn(AttributeValue) -> Option<AttributeValue>,
) -> Option<AttributeValue> {
    let Some((name, rest)) = path.split_first() else { return with(value) };
    match value {
        AttributeValue::M(mut fields) => {
            let inner = fields.remove(name).unwrap();
            fields.extend(change(inner, rest, with).map(|inner| (name.clone(), inner)));
            Some(AttributeValue::M(fields))
        }
        AttributeValue::L(mut values) => {
            let i: usize = name.parse().unwrap();
            let inner = values.remove(i);
            if let Some(inner) = change(inner, rest, with) {
                values.insert(i, inner);
            }
            Some(AttributeValue::L(values))
        }
        other => unreachable!("{other:?} has no {name}"),
    }
}

pub(crate) fn changed(item: &Item, path: &[String], with: &dyn Fn(AttributeValue) -> Option<AttributeValue>) -> Item {
    let whole = AttributeValue::M(item.clone());
    let Some(AttributeValue::M(item)) = change(whole, path, with) else { unreachable!() };
    item
}

/// Another value of the same shape, which could have been stored there.
fn another(value: AttributeValue) -> AttributeValue {
    const NAMES: [(&str, &str); 8] = [
        ("commission", "revenue-share"),
        ("revenue-share", "commission"),
        ("affiliate", "referrer"),
        ("independent-integrator", "referrer"),
        ("affiliated-integrator", "referrer"),
        ("paid-once", "agreement-ended"),
        ("ATTENTION", "ATTENTION2"),
        ("PARTNERS", "PARTNERS2"),
    ];
    match value {
        AttributeValue::S(text) => AttributeValue::S(match &*text {
            known if NAMES.iter().any(|(name, _)| *name == known) => {
                NAMES.iter().find(|(name, _)| *name == known).unwrap().1.to_owned()
            }
            day if day.parse::<rules::Day>().is_ok() => {
                if day == "2020-05-05" { "2020-05-06" } else { "2020-05-05" }.to_owned()
            }
            time if time.parse::<Timestamp>().is_ok() => "2021-01-01T00:00:00Z".to_owned(),
            rate if rate.parse::<rules::Rate>().is_ok() => "0.123".to_owned(),
            "EUR" => "CHF".to_owned(),
            partner if partner.starts_with("PARTNER#") => {
                if partner == "PARTNER#P-2" { "PARTNER#P-1" } else { "PARTNER#P-2" }.to_owned()
            }
            month if month.starts_with("MONTH#") => "MONTH#2020-01".to_owned(),
            dated if dated.get(..10).is_some_and(|day| day.parse::<rules::Day>().is_ok()) => {
                format!("2020-05-05{}", &dated[10..])
            }
            total if total.split(' ').count() == 6 => total.replacen(" EUR ", " EUR 9", 1),
            other => format!("{other}9"),
        }),
        AttributeValue::N(number) => AttributeValue::N((number.parse::<i64>().unwrap() + 1).to_string()),
        AttributeValue::Bool(yes) => AttributeValue::Bool(!yes),
        AttributeValue::L(mut values) => {
            let _ = values.pop();
            AttributeValue::L(values)
        }
        other => other,
    }
}

fn unreadable(value: &AttributeValue) -> AttributeValue {
    match value {
        AttributeValue::N(_) => AttributeValue::S("?".to_owned()),
        _ => AttributeValue::N("7".to_owned()),
    }
}

/// All damages to a table.
fn damages(sound: &[Item]) -> Vec<Damage> {
    let mut damages = Vec::new();
    for (i, item) in sound.iter().enumerate() {
        let with = |how, path: &str, changed: Option<Item>| {
            let mut items = sound.to_vec();
            match changed {
                Some(changed) => items[i] = changed,
                None => drop(items.remove(i)),
            }
            Damage { how, kind: kind(item), path: path.to_owned(), items }
        };
        let doubled = |how, path: &str, double: Item| {
            let mut items = sound.to_vec();
            items.push(double);
            Damage { how, kind: kind(item), path: path.to_owned(), items }
        };
        for path in paths(item).into_iter().filter(|path| !matches!(&*path[0], "pk" | "sk")) {
            let name = path.join(".");
            damages.push(with(How::Removed, &name, Some(changed(item, &path, &|_| None))));
            damages.push(with(How::Unreadable, &name, Some(changed(item, &path, &|value| Some(unreadable(&value))))));
            let replaced = changed(item, &path, &|value| Some(another(value)));
            if replaced != *item {
                damages.push(with(How::Replaced, &name, Some(replaced)));
            }
        }
        damages.push(with(How::ItemRemoved, "", None));
        for (name, suffix) in [("pk", "9"), ("sk", "9")] {
            let other = format!("{}{suffix}", text(item, name));
            let mut double = item.clone();
            double.insert(name.to_owned(), AttributeValue::S(other));
            damages.push(doubled(How::ItemDoubled, name, double.clone()));
            damages.push(with(How::ItemMoved, name, Some(double)));
        }
        if item.contains_key("gpk") {
            let to = |partner: &str, month: &str| {
                let mut moved = item.clone();
                for (name, value) in [("gpk", partner), ("gsk", month)] {
                    let value = if value.is_empty() { continue } else { value.to_owned() };
                    moved.insert(name.to_owned(), AttributeValue::S(value));
                }
                moved
            };
            damages.push(with(How::ItemMoved, "partner", Some(to("PARTNER#P-8", ""))));
            damages.push(with(How::ItemMoved, "month", Some(to("", "2029-01-01#A#TERM#01"))));
        }
    }
    for (pk, sk) in
        [("FUTURE#1", "ITEM"), ("CONTRACT#A", "TERM#01#S#1"), ("CONTRACT#A", "LABEL"), ("PARTNER#P-1", "LATER")]
    {
        let s = |text: &str| AttributeValue::S(text.to_owned());
        let item = Item::from([
            ("pk".to_owned(), s(pk)),
            ("sk".to_owned(), s(sk)),
            ("at".to_owned(), s("2021-01-01T00:00:00Z")),
        ]);
        let items = [sound, &[item]].concat();
        damages.push(Damage { how: How::ItemAdded, kind: format!("{pk} {sk}"), path: String::new(), items });
    }
    damages
}

/// The reason why a damage affects no answer and no amount, so that the audit need not find it.
fn why_harmless(Damage { how, kind, path, .. }: &Damage) -> Option<&'static str> {
    match (how, &**kind, &**path) {
        (How::Replaced, _, "ask") => Some("since when something needs a person only says where it is on the list"),
        (How::Removed | How::Replaced, "TOTALS ", "ad") | (How::Replaced, "TOTALS ", "n") => {
            Some("when a month was added up, and of how many rows, only says how soon it may be added up again")
        }
        (How::Replaced, _, "v") => Some("a revision need only differ from one write to the next"),
        (How::ItemRemoved, "REJECTED ", _) => {
            Some("the message is in the dead-letter queue; the list only points at it, and may have been cleared")
        }
        (How::ItemRemoved, "INQUIRIES ", _) => Some("no other item tells of an inquiry, and no amount depends on it"),
        (How::ItemRemoved, "MEMBERS ", _) => Some("no other item tells of a member, and no amount depends on it"),
        (How::ItemRemoved, "PARTNER ", _) => Some(
            "a partner without agreements has nothing but its list, which its next sale and its registration make anew",
        ),
        (How::ItemRemoved, "CONTRACT annuity with fact", _) => {
            Some("a year that waits for its sale has decided nothing, and nothing else counts it")
        }
        (How::ItemRemoved, "CONTRACT first annuity" | "CONTRACT annuity", _) => {
            Some("a placeholder holds nothing; whoever looks for it makes another")
        }
        _ => None,
    }
}

fn entries(items: &[Item]) -> BTreeMap<Key, Item> {
    items.iter().filter(|item| item.contains_key("e")).map(|item| (key(item), item.clone())).collect()
}

/// Whether a repair can derive the correct value.
fn is_derivable(finding: &Finding) -> bool {
    match finding {
        Finding::Unreadable(_)
        | Finding::Torn { .. }
        | Finding::Lost { .. }
        | Finding::NoAct { .. }
        | Finding::NoVersion { .. }
        | Finding::Moved { .. }
        | Finding::ActUnlisted { .. }
        | Finding::Overflow { .. } => false,
        Finding::Difference { doubtful, .. } => !doubtful,
        Finding::NoHash { .. }
        | Finding::Unfinished { .. }
        | Finding::List { .. }
        | Finding::RankKey { .. }
        | Finding::Mark { .. }
        | Finding::NoRevision { .. }
        | Finding::Totals { .. }
        | Finding::Unseen { .. } => true,
    }
}

/// Repairs a table repeatedly, as `operate audit --repair` does; returns the remaining findings.
async fn repair(store: &MemoryStore) -> Vec<Finding> {
    let ledger = Ledger::new(store);
    let mut findings = audit(store.dump()).findings;
    for _ in 0..3 {
        findings.sort_by_key(Finding::rank);
        for finding in &findings {
            // A finding that cannot be repaired yet because of another is found again.
            let _ = ledger.mend(finding, Origin { at: at(9), because: &Trigger::Audit }).await;
        }
        findings = audit(store.dump()).findings;
    }
    findings
}

#[test]
fn every_damage_is_named_and_no_repair_pays_on_it() {
    block_on(async {
        let sound = sound().await;
        let (mut kinds, mut missed, mut count) = (BTreeSet::new(), Vec::new(), 0);
        for damage in damages(&sound) {
            let Damage { how, kind, path, items } = &damage;
            count += 1;
            kinds.insert((*how, kind.clone(), path.clone()));
            let findings = audit(items.clone()).findings;
            if findings.is_empty() {
                if why_harmless(&damage).is_none() {
                    missed.push(format!("{how:?} {kind} {path}"));
                }
                continue;
            }
            let store = MemoryStore::of(items.clone());
            let left = repair(&store).await;
            let (before, after) = (entries(items), entries(&store.dump()));
            let is_new = after.keys().any(|key| !before.contains_key(key));
            let derivable = findings.iter().all(is_derivable);
            let sound = left.is_empty() || (!derivable && !is_new && !left.iter().all(is_derivable));
            if !sound {
                missed.push(format!(
                    "repair of {how:?} {kind} {path}: {findings:?} left {left:?}, new entries: {is_new}"
                ));
            }
        }
        assert!(missed.is_empty(), "{} of {count}:\n{}", missed.len(), missed.join("\n"));
        println!("{count} damages of {} kinds", kinds.len());
    });
}

#[test]
fn a_table_from_before_items_had_a_hash_gets_one_by_repair() {
    block_on(async {
        let old: Vec<Item> = sound()
            .await
            .into_iter()
            .map(|mut item| {
                item.remove("h");
                item
            })
            .collect();
        let findings = audit(old.clone()).findings;
        let hashed = old.iter().filter(|item| !text(item, "pk").starts_with("TOTALS#")).count();
        assert_eq!(findings.len(), hashed);
        assert!(findings.iter().all(|finding| matches!(finding, Finding::NoHash { .. })), "{findings:?}");
        let store = MemoryStore::of(old);
        assert_eq!(repair(&store).await, []);
    });
}

#[test]
fn a_changed_item_can_be_accepted_by_a_person() {
    block_on(async {
        let mut items = sound().await;
        let wanted = Key { pk: "CONTRACT#H".to_owned(), sk: "TERM#01".to_owned() };
        let item = items.iter_mut().find(|item| key(item) == wanted).unwrap();
        *item = changed(item, &["f", "s", "c"].map(str::to_owned), &|_| Some(AttributeValue::S("K-2".to_owned())));
        let store = MemoryStore::of(items);
        assert!(!repair(&store).await.is_empty());
        assert!(Ledger::new(&store).accept(&wanted).await.unwrap());
        assert_eq!(repair(&store).await, []);
    });
}
