//! Aging as of a day, by payments' value days (§8.9).

use crate::world::*;
use payments::*;
use rules::{Currency, Minor};

fn aged(events: &[Event], on: &str) -> ([i64; 5], i64) {
    books(events);
    let aging = aging(events, Currency::EUR, day(on)).unwrap();
    let sums: Vec<i64> = aging.open.values().map(|sum| sum.0).collect();
    (sums.try_into().unwrap(), aging.surplus.0)
}

fn received(text: &str, minor: i64, name: Option<&str>, value_day: &str) -> Event {
    payment(text, PaymentKind::In { names: name.map(named) }, euros(minor), value_day)
}

#[test]
fn days_past_due_begin_after_the_due_day() {
    let past = |due: &str| PastDue::of(day(due), day("2026-06-30"));
    assert_eq!((past("2026-07-01"), past("2026-06-30")), (PastDue::NotDue, PastDue::NotDue));
    assert_eq!((past("2026-06-29"), past("2026-05-31")), (PastDue::UpTo30, PastDue::UpTo30));
    assert_eq!((past("2026-05-30"), past("2026-05-01")), (PastDue::UpTo60, PastDue::UpTo60));
    assert_eq!((past("2026-04-30"), past("2026-04-01")), (PastDue::UpTo90, PastDue::UpTo90));
    assert_eq!((past("2026-03-31"), past("2000-01-01")), (PastDue::More, PastDue::More));
}

#[test]
fn open_invoices_of_the_vendor_are_summed_by_days_past_due() {
    let due = ["2026-06-30", "2026-06-10", "2026-05-10", "2026-04-10", "2026-01-01"];
    let mut events: Vec<Event> =
        due.iter().enumerate().map(|(index, due)| invoice(FROM, &index.to_string(), 1 << index, due)).collect();
    events.push(invoice(TO, "T", 1000, "2026-01-01"));
    events.push(Event::Contested(contest(FROM, "3", 1)));
    assert_eq!(aged(&events, "2026-06-30"), ([1, 2, 4, 8, 16], 0));
}

#[test]
fn a_payment_counts_from_its_value_day_and_a_document_from_its_date() {
    let events = [
        invoice(FROM, "1", 100, "2026-03-01"),
        received("P1", 130, None, "2026-03-20"),
        payment("N1", PaymentKind::TakesBack { payment: id("P1") }, euros(130), "2026-03-25"),
        invoice(FROM, "2", 50, "2026-03-22"),
        received("P2", 40, Some("2"), "2026-03-10"),
    ];
    assert_eq!(aged(&events, "2026-02-28"), ([0; 5], 0));
    assert_eq!(aged(&events, "2026-03-01"), ([100, 0, 0, 0, 0], 0));
    // The document that it names is not there yet, so it pays the other.
    assert_eq!(aged(&events, "2026-03-10"), ([0, 60, 0, 0, 0], 0));
    assert_eq!(aged(&events, "2026-03-20"), ([0; 5], 70));
    assert_eq!(aged(&events, "2026-03-22"), ([0; 5], 20));
    assert_eq!(aged(&events, "2026-03-25"), ([0, 110, 0, 0, 0], 0));
}

#[test]
fn a_surplus_paid_back_before_it_came_in_is_owed_again_until_then() {
    let events = [
        received("P1", 100, None, "2026-03-20"),
        payment("N1", PaymentKind::PaysSurplusBack { direction: FROM }, euros(60), "2026-03-10"),
    ];
    assert_eq!(aged(&events, "2026-03-15"), ([0; 5], -60));
    assert_eq!(aged(&events, "2026-03-20"), ([0; 5], 40));
    assert_eq!(aging(&events, currency("CHF"), day("2026-03-20")).unwrap().surplus, Minor(0));
}
