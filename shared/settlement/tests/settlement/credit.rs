//! Credit notes and cancellations.

use crate::said::*;
use crate::world::{day, identities, time};
use rules::label::StatedReason;
use rules::money::Money;
use rules::{Currency, Minor};
use settlement::cancel::CancelError;
use settlement::close::{Cancel, Opening};
use settlement::document::Named;
use settlement::number::Number;
use settlement::opening::OpeningItem;
use settlement::settle::SettleError;
use settlement::*;

#[test]
fn entry_fee_of_a_withdrawn_agreement() {
    let mut world = identities(0);
    world.book(FEE, 50_000, "2026-01-10", "2026-01-10T10:00:00Z");
    world.book(SHARE, 20_000, "2026-01-10", "2026-01-10T10:00:00Z");
    let invoice = world.close_at("2026-01", "2026-02-02T10:00:00Z").documents.remove(0);
    world.book(FEE, -50_000, "2026-01-10", "2026-02-10T10:00:00Z");
    assert_eq!(reasons(&world.close_at("2026-02", "2026-03-02T10:00:00Z")), [(Reason::Negative, -50_000)]);
    let closed = world.close_with("2026-03", "2026-04-02T10:00:00Z", say_final);
    let note = &closed.documents[0];
    let names = vec![Named::Document(invoice.number.clone())];
    assert_eq!((note.kind.clone(), note.kind.code()), (DocumentKind::CreditNote { names }, 381));
    assert_eq!((note.number.to_string(), note.due), ("FP-000002".to_owned(), None));
    assert_eq!((note.amounts.gross, note.printed(note.amounts.gross)), (Minor(-60_000), Ok(Minor(60_000))));
}

#[test]
fn a_credit_note_without_anything_to_name_is_carried() {
    let mut world = identities(0);
    world.book(SHARE, 20_000, "2026-01-10", "2026-01-10T10:00:00Z");
    let invoice = world.close_at("2026-01", "2026-02-02T10:00:00Z").documents.remove(0);
    world.book(FEE, -50_000, "2026-02-10", "2026-02-10T10:00:00Z");
    let closed = world.close_with("2026-02", "2026-03-02T10:00:00Z", say_final);
    assert_eq!(reasons(&closed), [(Reason::NothingToCredit, -50_000)]);
    // A line of the same key is enough; but not of a cancelled invoice, not even of one that this close cancels.
    world.book(SHARE, -25_000, "2026-01-20", "2026-03-10T10:00:00Z");
    let mut cancelled = world.clone();
    let closed = world.close_with("2026-03", "2026-04-02T10:00:00Z", say_final);
    assert_eq!(
        closed.documents[0].kind,
        DocumentKind::CreditNote { names: vec![Named::Document(invoice.number.clone())] }
    );
    let closed = cancelled.close_with("2026-03", "2026-04-02T10:00:00Z", |close| {
        cancel(&invoice)(close);
        say_final(close);
    });
    assert_eq!((closed.documents.len(), reasons(&closed)), (1, vec![(Reason::NothingToCredit, -55_000)]));
}

#[test]
fn a_credit_note_names_no_credit_note_and_no_item_of_another_opening() {
    let mut world = identities(0);
    world.book(SHARE, 20_000, "2026-01-10", "2026-01-10T10:00:00Z");
    let invoice = world.close_at("2026-01", "2026-02-02T10:00:00Z").documents.remove(0);
    let names = DocumentKind::CreditNote { names: vec![Named::Document(invoice.number)] };
    for (credited, closed, at) in [(1_000, "2026-02", "2026-03-02"), (2_000, "2026-03", "2026-04-02")] {
        world.book(SHARE, -credited, "2026-01-20", &format!("{at}T09:00:00Z"));
        let closed = world.close_with(closed, &format!("{at}T10:00:00Z"), say_final);
        assert_eq!(closed.documents[0].kind, names);
    }
    // The opening settled a fee; what is credited is a revenue share that it did not settle.
    let account = Account { direction: Direction::FromPartner, ..to_partner() };
    let money = Money::new(Minor(100), Currency::EUR).unwrap();
    let days = (day("2025-12-01"), day("2026-01-01"));
    let item = |at| OpeningItem::new(account.clone(), "1".parse().unwrap(), days, (money, money), time(at)).unwrap();
    let mut world = identities(0);
    world.items = vec![item("2026-02-02T10:00:00Z")];
    world.book(FEE, 100, "2026-01-10", "2026-01-10T10:00:00Z");
    world.close_with("2026-01", "2026-02-02T10:00:00Z", |close| close.opening = Opening::All);
    world.book(SHARE, -100, "2026-01-10", "2026-02-10T10:00:00Z");
    let closed = world.close_with("2026-02", "2026-03-02T10:00:00Z", say_final);
    assert_eq!(reasons(&closed), [(Reason::NothingToCredit, -100)]);
    // Nor is an item named that was recorded after the moment of the close.
    world.book(FEE, -50, "2026-01-10", "2026-03-10T10:00:00Z");
    world.items = vec![item("2026-04-02T10:00:00.000000001Z")];
    let closed = world.close_with("2026-03", "2026-04-02T10:00:00Z", say_final);
    assert_eq!(reasons(&closed), [(Reason::NothingToCredit, -150)]);
}

#[test]
fn a_credit_note_names_opening_items_when_the_opening_settled_such_a_line() {
    let from_partner = Account { direction: Direction::FromPartner, ..to_partner() };
    let item = |number: &str, due: &str| {
        let money = Money::new(Minor(100), Currency::EUR).unwrap();
        let days = (day("2025-12-01"), day(due));
        let recorded_at = time("2026-02-02T10:00:00Z");
        OpeningItem::new(from_partner.clone(), number.parse().unwrap(), days, (money, money), recorded_at).unwrap()
    };
    let mut world = identities(0);
    world.items =
        vec![item("B-9", "2026-01-01"), item("10", "2026-01-01"), item("9", "2026-01-01"), item("A", "2025-12-31")];
    world.book(SHARE, 20_000, "2026-01-10", "2026-01-10T10:00:00Z");
    let closed = world.close_with("2026-01", "2026-02-02T10:00:00Z", |close| close.opening = Opening::All);
    assert_eq!((closed.documents.len(), closed.carried.len(), closed.settled.len()), (0, 0, 1));
    world.book(SHARE, -500, "2026-01-10", "2026-02-10T10:00:00Z");
    let closed = world.close_with("2026-02", "2026-03-02T10:00:00Z", say_final);
    let DocumentKind::CreditNote { names } = &closed.documents[0].kind else { panic!("{closed:?}") };
    let names: Vec<String> = names
        .iter()
        .map(|named| match named {
            Named::OpeningItem(number) => number.to_string(),
            Named::Document(number) => panic!("{number}"),
        })
        .collect();
    // By due day, then number: numerals as numbers, before others by bytes.
    assert_eq!(names, ["A", "9", "10", "B-9"]);
}

#[test]
fn a_cancelled_invoice_is_due_again_in_that_very_close() {
    let mut world = identities(0);
    world.book_for(("P-1", "revenue-share", "affiliate", "CHF"), 10_003, "2026-01-10", "2026-01-10T10:00:00Z");
    let rate = |rate: &'static str| {
        move |close: &mut Close| {
            close.rates.insert("CHF".parse().unwrap(), rate.parse().unwrap());
        }
    };
    let invoice = world.close_with("2026-01", "2026-02-02T10:00:00Z", rate("1.07")).documents.remove(0);
    world.book_for(("P-1", "revenue-share", "affiliate", "CHF"), 1, "2026-02-10", "2026-02-10T10:00:00Z");
    let closed = world.close_with("2026-02", "2026-03-02T10:00:00Z", |close| {
        cancel(&invoice)(close);
        rate("2")(close);
    });
    let [cancellation, again] = &closed.documents[..] else { panic!("{closed:?}") };
    assert_eq!(
        (cancellation.number.to_string(), cancellation.date, cancellation.due),
        ("FP-000002".to_owned(), day("2026-03-02"), None)
    );
    assert_eq!(cancellation.amounts, invoice.amounts.turned().unwrap());
    assert!(!cancellation.amounts.lines[0].is_adjustment);
    assert_eq!(cancellation.amounts.in_eur.clone().unwrap().0.to_string(), "1.07");
    assert_eq!(
        (again.number.to_string(), lines(again)),
        ("FP-000003".to_owned(), vec![line("2026-01", 10_003), line("2026-02", 1)])
    );
    assert!(again.amounts.lines[0].is_adjustment);
}

#[test]
fn only_an_invoice_of_the_vendor_is_cancelled_and_once() {
    let mut world = identities(0);
    world.book(FEE, 50_000, "2026-01-10", "2026-01-10T10:00:00Z");
    world.book(COMMISSION, 100, "2026-01-10", "2026-01-10T10:00:00Z");
    let closed = world.close_at("2026-01", "2026-02-02T10:00:00Z");
    let [self_billed, invoice] = &closed.documents[..] else { panic!("{closed:?}") };
    let cancelled = world.close_with("2026-02", "2026-03-02T10:00:00Z", cancel(invoice)).documents.remove(0);
    let moment = world.moment("2026-03", "2026-04-02T10:00:00Z");
    let refused = |numbers: &[&Number]| {
        let mut close = Close::plain(moment);
        let reason: StatedReason = "Wrong".parse().unwrap();
        close.cancels =
            numbers.iter().map(|number| Cancel { number: (*number).clone(), reason: reason.clone() }).collect();
        match settle(&close, &world.records()) {
            Err(SettleError::Cancel(error)) => error,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(&[&invoice.number]), CancelError::Twice(invoice.number.clone()));
    assert_eq!(refused(&[&cancelled.number]), CancelError::NoInvoice(cancelled.number.clone()));
    assert_eq!(refused(&[&self_billed.number]), CancelError::ToPartner(self_billed.number.clone()));
    let again = &world.documents.last().unwrap().number;
    assert_eq!(refused(&[again, again]), CancelError::Twice(again.clone()));
    let own = Number::Own("X".parse().unwrap());
    assert_eq!(refused(&[&own]), CancelError::ToPartner(own.clone()));
}
