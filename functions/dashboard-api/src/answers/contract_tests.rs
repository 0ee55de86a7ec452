//! The pages of a contract hold every piece once, whatever is appended meanwhile, and show each role what it may see.

use crate::answers::contract::History;
use crate::answers::contract_pieces::{Left, Pieces, Place, View};
use jiff::Timestamp;
use ledger::aggregates::{Aggregates, Posted};
use ledger::choices::{Choice, ChoiceResult, Pick};
use ledger::recorded::{Origin, Trigger};
use rules::agreement::{Draft, EntryFee};
use rules::contract::Key;
use rules::people::Role;
use rules::programme::Language;
use rules::{
    Adjustment, AdjustmentKind, Agreements, ContractId, CustomerId, Day, Fact, Instance, Model, Money, Partner,
    Renewal, Sale,
};
use serde_json::Value;

fn id<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| unreachable!("{text}"))
}

fn euros(amount: &str) -> Money {
    Money::parse(amount, id("EUR")).unwrap()
}

fn origin(second: i64) -> Origin<'static> {
    Origin { at: Timestamp::from_second(second).unwrap(), because: &Trigger::Audit }
}

/// A partner that gets a third of every year.
fn partner() -> Partner {
    let fee = EntryFee { segment: "s".to_owned(), commercial_potential: euros("1.00"), rate: id("0") };
    let draft = Draft {
        rate: Some(id("0.333333")),
        support_structure: Some(true),
        entry_fee: Some(fee),
        ..Draft::new(Model::Affiliate, id("2000-01-01"))
    };
    let agreements = Agreements::new(vec![draft.accept().unwrap()]).unwrap();
    Partner { agreements, ..Partner::default() }
}

fn sale(partner: &str, fee: &str) -> Fact {
    Fact::Sale(Sale {
        contract_id: id("C"),
        partner_id: id(partner),
        customer_id: id::<CustomerId>("K"),
        signed_on: id("2000-01-01"),
        annual_fee: euros(fee),
        instance: Instance::Customer,
    })
}

fn renewal(term: u64) -> Fact {
    let (term, starts_on) = (term.try_into().unwrap(), id::<Day>(&format!("20{term:02}-01-01")));
    Fact::Renewal(Renewal { contract_id: id("C"), term, starts_on, annual_fee: euros("100.00") })
}

fn note(term: u64, name: &str, day: u32) -> Fact {
    Fact::Adjustment(Adjustment {
        contract_id: id("C"),
        term: term.try_into().unwrap(),
        id: AdjustmentKind::CreditNote.id(id(name)),
        issued_on: id(&format!("2000-01-{day:02}")),
        amount: euros("1.01"),
    })
}

fn take_in(aggregates: &mut Aggregates, facts: impl IntoIterator<Item = Fact>, second: i64) {
    for fact in facts {
        aggregates.place(&fact, None, origin(second)).unwrap();
    }
    let mut partner = partner();
    if let Some(sale) = aggregates.contract().sale() {
        partner.add(sale);
    }
    assert_eq!(aggregates.post_due(&partner, origin(second), usize::MAX).unwrap(), Posted::Completely);
}

fn choose(aggregates: &mut Aggregates, number: usize, claim: usize) {
    let why = format!("choice {number}");
    let seen = aggregates.contract().claims(&Key::Sale).len();
    let choice = Choice { contract_id: id("C"), key: Key::Sale, number, claim: Pick::Recorded(Some(claim)), seen, why };
    assert_eq!(aggregates.choose(&choice, origin(0)), ChoiceResult::Now);
}

/// A page as it is answered.
fn page(aggregates: &Aggregates, view: &View, after: Option<Place>, limit: usize) -> (Value, Option<Place>) {
    let contract = aggregates.contract();
    let page = Pieces::of(&contract, aggregates, view).page(&contract, after, limit);
    let next = page.next.clone();
    let history = History::of(&id::<ContractId>("C"), (&contract, aggregates, &partner()), view, page, Language::En);
    (serde_json::to_value(history).unwrap(), next)
}

const LISTS: [&str; 5] = ["annuities", "keys", "contradictions", "choices", "entries"];

/// Reads every piece, page by page; `meanwhile` is done after each page. Cursors go through their text.
fn read(
    aggregates: &mut Aggregates,
    view: &View,
    limit: usize,
    mut meanwhile: impl FnMut(&mut Aggregates),
) -> Vec<String> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let (shown, next) = page(aggregates, view, after, limit);
        for list in LISTS {
            all.extend(shown[list].as_array().unwrap().iter().map(|piece| format!("{list} {piece}")));
        }
        meanwhile(aggregates);
        let Some(next) = next else { return all };
        after = Some(serde_json::from_str(&serde_json::to_string(&next).unwrap()).unwrap());
    }
}

/// A contract with something of everything.
fn some() -> Aggregates {
    let mut aggregates = Aggregates::default();
    take_in(&mut aggregates, [sale("P-1", "100.00"), renewal(2), renewal(3)], 1);
    for day in [9, 7, 5, 3] {
        take_in(&mut aggregates, [1, 3].map(|term| note(term, &format!("N-{day}"), day)), 20 - i64::from(day));
    }
    take_in(&mut aggregates, [sale("P-1", "90.00"), sale("P-2", "100.00"), note(1, "N-9", 8), note(3, "N-3", 8)], 30);
    for (number, claim) in [(1, 2), (2, 1), (3, 2), (4, 1)] {
        choose(&mut aggregates, number, claim);
    }
    aggregates
}

#[test]
fn pages_of_any_size_hold_every_piece_once_in_the_same_order() {
    let whole = read(&mut some(), &View::Whole, usize::MAX, |_| {});
    assert!(whole.len() > 20, "{}", whole.len());
    for limit in 1..40 {
        assert_eq!(read(&mut some(), &View::Whole, limit, |_| {}), whole, "pages of {limit}");
    }
    assert!(whole.is_sorted_by_key(|piece| LISTS.iter().position(|list| piece.starts_with(list))));
}

#[test]
fn what_is_appended_meanwhile_neither_doubles_nor_drops_a_piece() {
    let before = read(&mut some(), &View::Whole, usize::MAX, |_| {});
    for limit in 1..12 {
        let mut aggregates = some();
        let mut round = 0;
        let seen = read(&mut aggregates, &View::Whole, limit, |aggregates| {
            round += 1;
            if round < 8 {
                take_in(aggregates, [note(1, &format!("M-{round}"), 1), renewal(3 + round)], 100);
                let number = aggregates.choices().len() + 1;
                choose(aggregates, number, 1);
            }
        });
        let entries = |of: &[String]| -> Vec<String> {
            of.iter().filter(|piece| piece.starts_with("entries")).cloned().collect()
        };
        let doubled = entries(&seen).iter().enumerate().any(|(n, piece)| entries(&seen)[..n].contains(piece));
        assert!(!doubled, "pages of {limit}");
        for piece in entries(&before) {
            assert!(seen.contains(&piece), "pages of {limit}: {piece}");
        }
        let values_of = |of: &[String], list: &str, field: &str| -> Vec<String> {
            let of = of.iter().filter_map(|piece| piece.strip_prefix(list));
            of.map(|piece| serde_json::from_str::<Value>(piece).unwrap()[field].to_string()).collect()
        };
        for (list, field) in [("annuities ", "term"), ("choices ", "reason")] {
            let names = values_of(&seen, list, field);
            assert!(names.iter().enumerate().all(|(n, name)| !names[..n].contains(name)), "{names:?}");
            assert!(values_of(&before, list, field).iter().all(|name| names.contains(name)), "{names:?}");
        }
    }
}

#[test]
fn a_page_weighs_about_its_limit_and_is_far_below_what_an_answer_may_be() {
    let mut aggregates = Aggregates::default();
    take_in(&mut aggregates, std::iter::once(sale("P-1", "100.00")).chain((2..100).map(renewal)), 1);
    for day in (1..=10).rev() {
        take_in(&mut aggregates, (1..100).map(|term| note(term, &format!("N-{day}"), day)), 20 - i64::from(day));
    }
    let total: usize = aggregates.entries().values().map(Vec::len).sum();
    assert!(total > 3000, "{total}");
    let (mut pages, mut pieces, mut after) = (0, 0, None);
    loop {
        let (shown, next) = page(&aggregates, &View::Whole, after, 500);
        let count = |list: &str| shown[list].as_array().unwrap().len();
        let notes = shown["annuities"].as_array().unwrap().iter();
        let notes: usize = notes.map(|annuity| annuity["adjustments"].as_array().unwrap().len()).sum();
        let weight = notes + LISTS.map(count).iter().sum::<usize>();
        assert!(weight < 511 && (weight >= 500 || next.is_none()), "{weight}");
        let size = shown.to_string().len();
        assert!(size < 1_000_000, "{size} bytes");
        (pages, pieces, after) = (pages + 1, pieces + count("annuities") + count("entries"), next);
        if after.is_none() {
            break;
        }
    }
    assert_eq!(pieces, 99 + total);
    assert!(pages > 3, "{pages}");
}

#[test]
fn a_partner_sees_what_stands_and_a_former_one_its_entries_alone() {
    let check = |aggregates: &Aggregates, partner: &str, expected: &View, annuities: usize| {
        let view = View::of(&aggregates.contract(), &Role::Partner(id(partner)));
        assert_eq!(view, *expected);
        let (shown, _) = page(aggregates, &view, None, 500);
        assert_eq!(shown["annuities"].as_array().unwrap().len(), annuities);
        for list in ["keys", "contradictions", "choices"] {
            assert_eq!(shown[list], serde_json::json!([]), "{partner}");
        }
        for annuity in shown["annuities"].as_array().unwrap() {
            assert_eq!(annuity["attention"], serde_json::json!([]));
        }
        let entries = shown["entries"].as_array().unwrap();
        assert!(entries.iter().all(|entry| entry["partner_id"] == partner), "{shown}");
        shown
    };
    let mut aggregates = some();
    check(&aggregates, "P-1", &View::Own(id("P-1")), 3);
    // The third claim is P-2's.
    choose(&mut aggregates, 5, 3);
    take_in(&mut aggregates, [], 40);
    check(&aggregates, "P-2", &View::Own(id("P-2")), 3);
    let shown = check(&aggregates, "P-1", &View::Former(id("P-1"), Left::GivenToAnotherPartner), 0);
    assert_eq!((&shown["sale"], &shown["no_longer_yours"]), (&Value::Null, &"given-to-another-partner".into()));
    assert!(!shown.to_string().contains("P-2"), "{shown}");
    let (seen, why) = (aggregates.contract().claims(&Key::Sale).len(), "void".to_owned());
    let none = Choice { contract_id: id("C"), key: Key::Sale, number: 6, claim: Pick::Recorded(None), seen, why };
    assert_eq!(aggregates.choose(&none, origin(50)), ChoiceResult::Now);
    take_in(&mut aggregates, [], 50);
    for partner in ["P-1", "P-2"] {
        let shown = check(&aggregates, partner, &View::Former(id(partner), Left::NoneEffective), 0);
        assert_eq!(shown["no_longer_yours"], "none-stands");
    }
}
