//! A partner's own documents, and contested ones.

use crate::world::{World, booking, day, identities, month, partner, time};
use rules::{Currency, Minor, Money};
use serde_json::json;
use settlement::annex::annex;
use settlement::close::Opening;
use settlement::contest::{Answer, ContestError, Effect, contest, is_contested};
use settlement::country::Regime;
use settlement::lines::{Line, LineKey};
use settlement::number::Number;
use settlement::opening::OpeningItem;
use settlement::received::{OwnDocument, ReceivedError, is_new, receive, receive_cancellation};
use settlement::sums::sums;
use settlement::*;
use std::collections::BTreeSet;

const COMMISSION: (&str, &str) = ("commission", "referrer");

fn account() -> Account {
    Account { partner_id: partner("P-1"), currency: Currency::EUR, direction: Direction::ToPartner }
}

/// A partner without a mandate, which carried something at the close of January.
fn world(amounts: &[i64]) -> World {
    let mut world = identities(500_000);
    world.record("P-1", ("2026-01-01", "2026-01-01T00:00:00Z"), |billing| {
        billing["mandate"] = json!(null);
        billing["minimum_minor"] = json!({"EUR": 500_000});
    });
    for amount in amounts {
        world.book(COMMISSION, *amount, "2026-01-10", "2026-01-10T10:00:00Z");
    }
    world.close_at("2026-01", "2026-02-02T10:00:00Z");
    world
}

fn january(world: &World) -> Close {
    Close::plain(world.closes[0])
}

fn key(booked: &str) -> LineKey {
    LineKey { month: month(booked), kind: "commission".parse().unwrap(), model: "referrer".parse().unwrap() }
}

fn own(amount: i64, vat: i64) -> OwnDocument {
    OwnDocument {
        account: account(),
        number: "2026/7 é".parse().unwrap(),
        date: day("2026-02-10"),
        lines: vec![Line { key: key("2026-01"), amount: Minor(amount) }],
        vat: [((Regime::FrVat, "0.2".parse().unwrap()), Minor(vat))].into(),
        recorded_at: time("2026-02-12T10:00:00Z"),
    }
}

#[test]
fn a_partner_without_a_mandate_sends_its_own_invoice_whatever_the_minimum() {
    let mut world = world(&[10_003]);
    // What came since is in the next one.
    world.book(COMMISSION, 9, "2026-01-20", "2026-02-05T10:00:00Z");
    let document = receive(own(10_003, 2_000), &january(&world), &world.records()).unwrap();
    // Ours is 2001: one line, one minor unit.
    assert_eq!((document.kind.clone(), document.amounts.gross), (DocumentKind::ReceivedInvoice, Minor(12_003)));
    assert_eq!((document.number.to_string().as_str(), document.due), ("2026/7 é", Some(day("2026-03-12"))));
    world.documents.push(document.clone());
    let records = world.records();
    assert_eq!(annex(&document, &records).unwrap().entries.len(), 1);
    let again = receive(own(10_003, 2_000), &january(&world), &records);
    assert_eq!(again, Err(ReceivedError::Documented { number: document.number.clone() }));
    let closed = world.close_at("2026-02", "2026-03-02T10:00:00Z");
    assert_eq!((closed.carried[0].total, closed.carried[0].reason), (Minor(9), Reason::NoMandate));
    for close in &world.closes {
        sums(&account(), close, &world.carried, &world.records()).unwrap();
    }
}

#[test]
fn its_lines_are_those_carried_to_the_cent() {
    let world = world(&[10_000, 3]);
    let refused = |document: OwnDocument| receive(document, &january(&world), &world.records()).unwrap_err();
    let line = |booked: &str, stated, carried| ReceivedError::AnotherLine {
        key: key(booked),
        currency: Currency::EUR,
        stated: Minor(stated),
        carried: Minor(carried),
    };
    assert_eq!(refused(own(10_002, 2_001)), line("2026-01", 10_002, 10_003));
    assert_eq!(refused(OwnDocument { lines: Vec::new(), ..own(0, 0) }), line("2026-01", 0, 10_003));
    let mut more = own(10_003, 2_001);
    more.lines.push(Line { key: key("2025-12"), amount: Minor(1) });
    assert_eq!(refused(more), line("2025-12", 1, 0));
    // A line may be stated in parts.
    let mut parts = own(10_000, 2_001);
    parts.lines.push(Line { key: key("2026-01"), amount: Minor(3) });
    assert!(receive(parts, &january(&world), &world.records()).is_ok());
}

#[test]
fn its_vat_is_up_to_one_minor_unit_a_line_from_ours() {
    let world = world(&[10_003]);
    let refused = |document: OwnDocument| receive(document, &january(&world), &world.records());
    for (vat, taken) in [(1_999, false), (2_000, true), (2_001, true), (2_002, true), (2_003, false), (0, false)] {
        assert_eq!(refused(own(10_003, vat)).is_ok(), taken, "{vat}");
    }
    let mut another = own(10_003, 2_001);
    another.vat.insert((Regime::FrFranchise, "0".parse().unwrap()), Minor(0));
    assert!(matches!(
        refused(another),
        Err(ReceivedError::AnotherVat { regime: Regime::FrFranchise, apart: Minor::ZERO, .. })
    ));
    let none = OwnDocument { vat: [].into(), ..own(10_003, 0) };
    let error = refused(none).unwrap_err().to_string();
    assert_eq!(
        error,
        "the VAT of fr-vat at 0.2 says 0.00 EUR but must be within 0.01 EUR of 20.01 EUR: ask for a corrected document"
    );
}

#[test]
fn what_cannot_be_received_is_refused() {
    let world = world(&[100]);
    let records = world.records();
    let close = january(&world);
    let mut from = own(100, 20);
    from.account.direction = Direction::FromPartner;
    assert_eq!(receive(from, &close, &records), Err(ReceivedError::FromPartner));
    let early = OwnDocument { recorded_at: close.moment.at(), ..own(100, 20) };
    assert_eq!(receive(early, &close, &records), Err(ReceivedError::NoSuchClose { close: month("2026-01") }));
    let opened = Close { opening: Opening::Partners(BTreeSet::from([partner("P-1")])), ..close.clone() };
    assert_eq!(receive(own(100, 20), &opened, &records), Err(ReceivedError::NoSuchClose { close: month("2026-01") }));
    let mut chf = own(100, 20);
    chf.account.currency = "CHF".parse().unwrap();
    assert_eq!(receive(chf.clone(), &close, &records), Err(ReceivedError::NothingCarried { close: month("2026-01") }));
    let mut in_chf = world.clone();
    in_chf.entries.push(booking(
        ("P-1", "commission", "referrer", "CHF"),
        (100, 0),
        "2026-01-10",
        "2026-01-10T10:00:00Z",
    ));
    let no_rate = ReceivedError::NoRate { close: month("2026-01"), currency: chf.account.currency };
    assert_eq!(receive(chf.clone(), &close, &in_chf.records()), Err(no_rate));
    let mut rated = close.clone();
    rated.rates.insert(chf.account.currency, "1.10".parse().unwrap());
    let document = receive(chf, &rated, &in_chf.records()).unwrap();
    assert_eq!(document.amounts.in_eur.unwrap().1, Minor(22));
    let mut with_mandate = world.clone();
    with_mandate.record("P-1", ("2026-01-01", "2026-01-02T00:00:00Z"), |_| {});
    assert_eq!(receive(own(100, 20), &close, &with_mandate.records()), Err(ReceivedError::HasMandate));
    let mut unknown = world.clone();
    unknown.partners.clear();
    assert_eq!(receive(own(100, 20), &close, &unknown.records()), Err(ReceivedError::NoRegime));
}

#[test]
fn partner_withdrawn_and_debt_left() {
    // A negative account to the partner is documented by the partner's own credit note alone, mandate or not.
    let mut world = identities(0);
    world.book(COMMISSION, -8_000, "2026-01-10", "2026-01-10T10:00:00Z");
    world.close_at("2026-01", "2026-02-02T10:00:00Z");
    let note = receive(own(-8_000, -1_600), &january(&world), &world.records()).unwrap();
    assert_eq!(
        (note.kind.clone(), note.due, note.amounts.gross),
        (DocumentKind::ReceivedCreditNote, None, Minor(-9_600))
    );
    assert_eq!(note.printed(note.amounts.gross), Ok(Minor(9_600)));
    world.documents.push(note);
    assert_eq!(world.close_at("2026-02", "2026-03-02T10:00:00Z"), Closed::default());
    sums(&account(), &world.closes[1], &world.carried, &world.records()).unwrap();
}

#[test]
fn a_partners_own_credit_note_cancels_and_the_lines_come_with_the_next_close() {
    let mut world = identities(0);
    world.book(COMMISSION, 10_003, "2026-01-10", "2026-01-10T10:00:00Z");
    let invoice = world.close_at("2026-01", "2026-02-02T10:00:00Z").documents.remove(0);
    let cancelling = |world: &World, of: &Number| {
        let own = ("A 1".parse().unwrap(), day("2026-02-15"));
        receive_cancellation(&account(), of, own, time("2026-02-16T10:00:00Z"), &world.records())
    };
    let cancellation = cancelling(&world, &invoice.number).unwrap();
    assert_eq!((cancellation.amounts.gross, cancellation.due), (Minor(-12_004), None));
    world.documents.push(cancellation.clone());
    assert_eq!(cancelling(&world, &invoice.number), Err(ReceivedError::Twice(invoice.number.clone())));
    assert_eq!(cancelling(&world, &cancellation.number), Err(ReceivedError::Unknown(cancellation.number.clone())));
    let documented = ReceivedError::Documented { number: invoice.number.clone() };
    assert_eq!(receive(own(10_003, 2_001), &january(&world), &world.records()), Err(documented));
    let again = world.close_at("2026-02", "2026-03-02T10:00:00Z").documents.remove(0);
    assert_eq!((again.number.to_string().as_str(), again.amounts.net), ("AF-P1-000002", Minor(10_003)));
    let annex = annex(&again, &world.records()).unwrap();
    assert_eq!((annex.entries.len(), annex.due_again.len()), (0, 1));
    for close in &world.closes {
        sums(&account(), close, &world.carried, &world.records()).unwrap();
    }
}

#[test]
fn a_cancellation_is_recorded_after_what_it_cancels_whatever_the_clocks_say() {
    let mut world = world(&[100]);
    let invoice = OwnDocument { recorded_at: time("2026-02-20T10:00:00Z"), ..own(100, 20) };
    let invoice = receive(invoice, &january(&world), &world.records()).unwrap();
    world.documents.push(invoice.clone());
    let cancelled_at = |at: &str| {
        let own = ("A 1".parse().unwrap(), day("2026-02-21"));
        receive_cancellation(&account(), &invoice.number, own, time(at), &world.records()).unwrap().made_at
    };
    assert_eq!(cancelled_at("2026-02-20T09:59:59Z"), invoice.made_at);
    assert_eq!(cancelled_at("2026-02-20T10:00:01Z"), time("2026-02-20T10:00:01Z"));
}

#[test]
fn what_is_received_after_a_close_counts_for_the_next_one() {
    let mut world = world(&[100]);
    let before = world.clone();
    let mut late = own(100, 20);
    late.recorded_at = time("2026-03-02T10:00:00.000000001Z");
    world.documents.push(receive(late, &january(&world), &world.records()).unwrap());
    let close = Close::plain(world.moment("2026-02", "2026-03-02T10:00:00Z"));
    let closed = world.close(&close).unwrap();
    assert_eq!(closed, settle(&close, &before.records()).unwrap());
    assert_eq!(closed.carried[0].total, Minor(100));
    sums(&account(), &world.closes[1], &world.carried, &world.records()).unwrap();
    assert_eq!(world.close_at("2026-03", "2026-04-02T10:00:00Z"), Closed::default());
}

#[test]
fn what_two_closes_carried_is_received_once() {
    let mut world = world(&[100]);
    world.close_at("2026-02", "2026-03-02T10:00:00Z");
    let late = OwnDocument { recorded_at: time("2026-03-03T10:00:00Z"), ..own(100, 20) };
    let document = receive(late.clone(), &january(&world), &world.records()).unwrap();
    world.documents.push(document.clone());
    // February carried the same lines, and no document is of February or later.
    let again = OwnDocument { recorded_at: time("2026-03-04T10:00:00Z"), ..late };
    let refused = receive(again, &Close::plain(world.closes[1]), &world.records());
    assert_eq!(refused, Err(ReceivedError::Documented { number: document.number }));
    assert_eq!(world.close_at("2026-03", "2026-04-02T10:00:00Z"), Closed::default());
}

/// Own numbers of received documents, of cancellations and of opening items are one set, in all currencies of a direction.
#[test]
fn a_number_of_a_partner_serves_once() {
    let mut world = world(&[100]);
    world.documents.push(receive(own(100, 20), &january(&world), &world.records()).unwrap());
    world.book(COMMISSION, 100, "2026-02-10", "2026-02-10T10:00:00Z");
    world.close_at("2026-02", "2026-03-02T10:00:00Z");
    let february = Close::plain(world.closes[1]);
    let numbered = |number: &str| {
        let lines = vec![Line { key: key("2026-02"), amount: Minor(100) }];
        OwnDocument {
            number: number.parse().unwrap(),
            lines,
            recorded_at: time("2026-03-12T10:00:00Z"),
            ..own(100, 20)
        }
    };
    let received = |world: &World, number: &str| receive(numbered(number), &february, &world.records()).map(drop);
    let taken = |number: &str| Err(ReceivedError::NumberTaken(number.parse().unwrap()));
    assert_eq!((received(&world, "2026/7 é"), received(&world, "2026/8")), (taken("2026/7 é"), Ok(())));
    // Neither has a cancellation the number of an invoice, nor an invoice that of a cancellation.
    let cancelling = |world: &World, number: &str| {
        let (of, own) = (&world.documents[0].number, (number.parse().unwrap(), day("2026-03-03")));
        receive_cancellation(&account(), of, own, time("2026-03-03T10:00:00Z"), &world.records())
    };
    assert_eq!(cancelling(&world, "2026/7 é").map(drop), taken("2026/7 é"));
    let mut cancelled = world.clone();
    cancelled.documents.push(cancelling(&world, "A 1").unwrap());
    assert_eq!(is_new(&account(), &"A 1".parse().unwrap(), &cancelled.records()), taken("A 1"));
    // An opening item of the same direction has it in another currency too; one of the other direction has the vendor's numbers.
    for (direction, expected) in [(Direction::ToPartner, taken("44")), (Direction::FromPartner, Ok(()))] {
        let mut opened = world.clone();
        let account = Account { currency: "CHF".parse().unwrap(), direction, ..account() };
        let gross = Money::new(Minor(100), account.currency).unwrap();
        let days = (day("2025-12-01"), day("2025-12-31"));
        let at = time("2026-01-05T10:00:00Z");
        opened.items.push(OpeningItem::new(account, "44".parse().unwrap(), days, (gross, gross), at).unwrap());
        assert_eq!(received(&opened, "44"), expected, "{direction}");
    }
    let mut other = world.clone();
    other.documents[0].account.partner_id = partner("P-2");
    assert_eq!(is_new(&account(), &numbered("2026/7 é").number, &other.records()), Ok(()));
}

#[test]
fn contested_document() {
    let mut world = identities(0);
    world.book(COMMISSION, 100, "2026-01-10", "2026-01-10T10:00:00Z");
    world.book(("entry-fee", "affiliate"), 100, "2026-01-10", "2026-01-10T10:00:00Z");
    let closed = world.close_at("2026-01", "2026-02-02T10:00:00Z");
    let [self_billed, invoice] = &closed.documents[..] else { panic!("{closed:?}") };
    let at = |document: &Document, line: Option<LineKey>, at: &str| {
        contest(document, line, "Too little".parse().unwrap(), ("M. Petit".parse().unwrap(), time(at)))
    };
    // The mandate gives 15 days: 17 February in Europe/Paris is the last.
    let Ok(Effect::Contested(contested)) = at(self_billed, Some(key("2026-01")), "2026-02-17T22:59:59Z") else {
        panic!("in time")
    };
    let mut contested = *contested;
    assert_eq!(at(self_billed, None, "2026-02-17T23:00:00Z"), Ok(Effect::Message));
    assert!(matches!(at(invoice, None, "2027-01-01T00:00:00Z"), Ok(Effect::Contested(_))));
    let number = self_billed.number.clone();
    let no_line = ContestError::NoSuchLine { number, key: key("2025-12") };
    assert_eq!(at(self_billed, Some(key("2025-12")), "2026-02-10T00:00:00Z"), Err(no_line));
    let is = |contests: &[_], when: &str| is_contested(self_billed, contests, time(when));
    assert!(is(&[contested.clone()], "2026-02-18T00:00:00Z") && !is(&[contested.clone()], "2026-02-16T00:00:00Z"));
    assert!(!is_contested(invoice, &[contested.clone()], time("2026-02-18T00:00:00Z")));
    let (text, by) = ("As agreed".parse().unwrap(), "Mme Roux".parse().unwrap());
    contested.answer = Some(Answer { text, by, at: time("2026-02-20T00:00:00Z") });
    assert!(is(&[contested.clone()], "2026-02-19T00:00:00Z") && !is(&[contested], "2026-02-20T00:00:00Z"));
}
