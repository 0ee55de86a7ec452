//! The events that documents and opening items are.

use crate::world::*;
use payments::*;
use rules::money::Money;
use rules::{Currency, Minor};
use settlement::Account;
use settlement::close::Moment;
use settlement::document::{Amounts, Document, DocumentKind, Named, Parties};
use settlement::number::GivenNumber;
use settlement::opening::OpeningItem;

fn partners_account() -> Account {
    Account { partner_id: "P-1".parse().unwrap(), currency: Currency::EUR, direction: FROM }
}

/// A document of a kind, a gross amount and a due day.
fn document(kind: DocumentKind, gross: i64, due: Option<&str>) -> Document {
    let at = "2026-03-01T10:00:00Z".parse().unwrap();
    Document {
        account: partners_account(),
        close: Moment::stored("2026-02".parse().unwrap(), at, at).unwrap(),
        made_at: at,
        number: given("FP-000002"),
        kind,
        date: day("2026-03-01"),
        due: due.map(day),
        parties: Parties { vendor: None, partner: None },
        amounts: Amounts { lines: Vec::new(), net: Minor(gross), vat: Vec::new(), gross: Minor(gross), in_eur: None },
    }
}

fn given(text: &str) -> settlement::number::Number {
    settlement::number::Number::Given(text.parse::<GivenNumber>().unwrap())
}

fn event(kind: DocumentKind, gross: i64, due: Option<&str>) -> Option<Event> {
    Event::of(&document(kind, gross, due)).unwrap()
}

#[test]
fn an_invoice_is_to_be_paid() {
    let expected = Invoice {
        account: account(FROM),
        number: Named::Document(given("FP-000002")),
        date: day("2026-03-01"),
        due: day("2026-03-31"),
        amount: amount(120),
    };
    assert_eq!(event(DocumentKind::Invoice, 120, Some("2026-03-31")), Some(Event::Invoice(expected)));
}

#[test]
fn a_credit_note_or_cancellation_pays_what_it_names() {
    let note = |names: Vec<Named>| {
        let (account, number, date) = (account(FROM), given("FP-000002"), day("2026-03-01"));
        Some(Event::CreditNote(CreditNote { account, number, date, amount: amount(120), names }))
    };
    let names = vec![named("9"), Named::OpeningItem("8".parse().unwrap())];
    assert_eq!(event(DocumentKind::CreditNote { names: names.clone() }, -120, None), note(names));
    let (of, cancelled) = (given("FP-000001"), vec![Named::Document(given("FP-000001"))]);
    let cancellation = DocumentKind::Cancellation { of: of.clone(), reason: "Wrong client".parse().unwrap() };
    assert_eq!(event(cancellation, -120, None), note(cancelled.clone()));
    assert_eq!(event(DocumentKind::ReceivedCancellation { of }, -120, None), note(cancelled));
    assert_eq!(event(DocumentKind::ReceivedCreditNote, -120, None), note(Vec::new()));
}

/// Lines of several rates can have a VAT over their net amount, of the other sign.
#[test]
fn the_sign_of_the_gross_amount_decides() {
    assert_eq!(event(DocumentKind::Invoice, 0, Some("2026-03-31")), None);
    let Some(Event::CreditNote(note)) = event(DocumentKind::Invoice, -19, Some("2026-03-31")) else {
        panic!("it pays")
    };
    assert_eq!((note.amount, note.names), (amount(19), Vec::new()));
    let Some(Event::Invoice(invoice)) = event(DocumentKind::ReceivedCreditNote, 19, None) else {
        panic!("it is to be paid")
    };
    assert_eq!((invoice.amount, invoice.due), (amount(19), day("2026-03-01")));
}

#[test]
fn of_an_opening_item_what_was_open_is_to_be_paid() {
    let money = |minor| Money::new(Minor(minor), Currency::EUR).unwrap();
    let days = (day("2025-11-30"), day("2025-12-30"));
    let at = "2026-01-01T00:00:00Z".parse().unwrap();
    let item = OpeningItem::new(partners_account(), "F-7".parse().unwrap(), days, (money(200), money(80)), at).unwrap();
    let books = books(&[Event::of_item(&item).unwrap()]);
    let owing = books.book(account(FROM)).unwrap().invoice(&Named::OpeningItem("F-7".parse().unwrap())).unwrap();
    assert_eq!((owing.open(), owing.invoice().due), (Minor(80), day("2025-12-30")));
}
