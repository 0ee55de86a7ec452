//! Events in few words.

use payments::*;
use rules::{Currency, Day, Minor};
use serde_json::{Value, json};
use settlement::Direction;
use settlement::document::Named;
use settlement::identity::Billing;
use settlement::number::{Number, OwnNumber};

pub(crate) const TO: Direction = Direction::ToPartner;
pub(crate) const FROM: Direction = Direction::FromPartner;
pub(crate) const DAY: &str = "2026-06-01";

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(crate) fn id(text: &str) -> PaymentId {
    text.parse().unwrap()
}

pub(crate) fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

pub(crate) fn amount(minor: i64) -> Amount {
    Minor(minor).try_into().unwrap()
}

pub(crate) fn euros(minor: i64) -> Sum {
    Sum::new(amount(minor), Currency::EUR, None).unwrap()
}

pub(crate) fn account(direction: Direction) -> AccountKey {
    AccountKey { currency: Currency::EUR, direction }
}

pub(crate) fn number(text: &str) -> Number {
    Number::Own(text.parse::<OwnNumber>().unwrap())
}

pub(crate) fn named(text: &str) -> Named {
    Named::Document(number(text))
}

/// An invoice by its number, amount and due day; its date is the due day.
pub(crate) fn invoice(direction: Direction, text: &str, minor: i64, due: &str) -> Event {
    let due = day(due);
    Event::Invoice(Invoice { account: account(direction), number: named(text), date: due, due, amount: amount(minor) })
}

pub(crate) fn credit_note(direction: Direction, text: &str, minor: i64, names: &[&str]) -> Event {
    let names = names.iter().map(|name| named(name)).collect();
    let (account, number) = (account(direction), number(text));
    Event::CreditNote(CreditNote { account, number, date: day(DAY), amount: amount(minor), names })
}

pub(crate) fn payment(text: &str, kind: PaymentKind, sum: Sum, value_day: &str) -> Event {
    let reference = "Transfer".parse().unwrap();
    Event::Payment(Payment { id: id(text), kind, sum, value_day: day(value_day), reference })
}

/// A payment of a direction that names a document, or none.
pub(crate) fn pays(direction: Direction, text: &str, minor: i64, name: Option<&str>) -> Event {
    let names = name.map(named);
    let kind = match direction {
        Direction::ToPartner => PaymentKind::Out { names },
        Direction::FromPartner => PaymentKind::In { names },
    };
    payment(text, kind, euros(minor), DAY)
}

pub(crate) fn takes_back(text: &str, of: &str, minor: i64) -> Event {
    payment(text, PaymentKind::TakesBack { payment: id(of) }, euros(minor), DAY)
}

pub(crate) fn pays_back(direction: Direction, text: &str, minor: i64) -> Event {
    payment(text, PaymentKind::PaysSurplusBack { direction }, euros(minor), DAY)
}

pub(crate) fn set_off(text: &str, minor: i64) -> Event {
    payment(text, PaymentKind::SetOff, euros(minor), DAY)
}

pub(crate) fn contest(direction: Direction, document: &str, number: u32) -> Contest {
    Contest { account: account(direction), document: named(document), number }
}

/// Books in which all of these are taken.
pub(crate) fn books(events: &[Event]) -> Books {
    let mut books = Books::default();
    for event in events {
        assert_eq!(books.record(event), Ok(Answer::Taken), "{event:?}");
    }
    books
}

pub(crate) fn open(books: &Books, direction: Direction, number: &str) -> i64 {
    books.book(account(direction)).unwrap().invoice(&named(number)).unwrap().open().0
}

pub(crate) fn surplus(books: &Books, direction: Direction) -> i64 {
    books.book(account(direction)).map_or(0, |book| book.surplus().0)
}

/// A billing identity with a French IBAN and set-off agreed, changed.
pub(crate) fn billing(change: impl FnOnce(&mut Value)) -> Billing {
    let mut billing = json!({"iban": "FR1420041010050500013M02606", "set_off": true});
    change(&mut billing);
    serde_json::from_value(billing).unwrap()
}
