//! Closing of a month: the earliest moment, the day, the cut and the numbers; openings.

use crate::said::*;
use crate::world::{World, day, identities, month, partner, time};
use rules::money::Money;
use rules::{Currency, Minor};
use serde_json::json;
use settlement::annex::annex;
use settlement::close::{Before, CloseError, DELAY, Opening};
use settlement::opening::{OpeningItem, OpeningItemError};
use settlement::settle::SettleError;
use settlement::*;
use std::collections::BTreeSet;

#[test]
fn an_entry_recorded_at_the_cut_is_in_it() {
    let mut world = identities(0);
    world.book(COMMISSION, 1, "2026-01-10", "2026-02-02T09:45:00Z");
    world.book(COMMISSION, 2, "2026-01-10", "2026-02-02T09:45:00.000000001Z");
    let closed = world.close_at("2026-01", "2026-02-02T10:00:00Z");
    assert_eq!(lines(&closed.documents[0]), [line("2026-01", 1)]);
}

#[test]
fn a_version_recorded_at_the_moment_holds_and_one_recorded_after_it_does_not() {
    for (recorded_at, issued) in [("2026-02-02T10:00:00Z", true), ("2026-02-02T10:00:00.000000001Z", false)] {
        let mut world = identities(0);
        world.partners.clear();
        world.record("P-1", ("2026-02-02", recorded_at), |_| {});
        world.book(COMMISSION, 100, "2026-01-10", "2026-01-10T10:00:00Z");
        let closed = world.close_at("2026-01", "2026-02-02T10:00:00Z");
        assert_eq!(closed.documents.len() == 1, issued);
    }
}

#[test]
fn of_equal_first_days_the_version_recorded_last_holds() {
    let mut world = identities(0);
    world.record("P-1", ("2026-01-01", "2026-01-02T00:00:00Z"), |billing| billing["payment_days"] = json!(10));
    world.record("P-1", ("2026-01-01", "2026-01-01T00:00:00Z"), |billing| billing["payment_days"] = json!(20));
    world.record("P-1", ("2025-06-01", "2026-01-04T00:00:00Z"), |billing| billing["payment_days"] = json!(25));
    world.record("P-1", ("2026-03-01", "2026-01-03T00:00:00Z"), |billing| billing["payment_days"] = json!(40));
    world.book(COMMISSION, 100, "2026-01-10", "2026-01-10T10:00:00Z");
    let document = world.close_at("2026-01", "2026-02-02T10:00:00Z").documents.remove(0);
    assert_eq!((document.date, document.due), (day("2026-02-02"), Some(day("2026-02-12"))));
}

#[test]
fn an_opening_settles_what_was_recorded_up_to_its_cut() {
    let mut world = identities(0);
    world.book(COMMISSION, 10_000, "2026-01-10", "2026-01-10T10:00:00Z");
    let closed = world.close_with("2026-01", "2026-02-02T10:00:00Z", |close| close.opening = Opening::All);
    assert_eq!((closed.documents, closed.carried), (Vec::new(), Vec::new()));
    world.book(COMMISSION, 300, "2026-01-10", "2026-02-02T09:50:00Z");
    let closed = world.close_at("2026-02", "2026-03-02T10:00:00Z");
    assert_eq!(lines(&closed.documents[0]), [line("2026-01", 300)]);
    assert!(closed.documents[0].amounts.lines[0].is_adjustment);
    assert_eq!(annex(&closed.documents[0], &world.records()).unwrap().entries.len(), 1);
    let mut late = Close::plain(world.moment("2026-03", "2026-04-02T10:00:00Z"));
    late.opening = Opening::All;
    assert_eq!(settle(&late, &world.records()), Err(SettleError::LateOpening));
}

#[test]
fn a_partner_brought_in_later_has_an_opening_of_its_own() {
    let mut world = identities(0);
    world.book(COMMISSION, 10_000, "2026-01-10", "2026-01-10T10:00:00Z");
    world.close_at("2026-01", "2026-02-02T10:00:00Z");
    world.record("P-2", ("2026-02-01", "2026-02-03T00:00:00Z"), |_| {});
    world.book_for(("P-2", "commission", "referrer", "EUR"), 700, "2026-01-10", "2026-02-10T10:00:00Z");
    let opens = |id: &str| {
        let partners = BTreeSet::from([partner(id)]);
        move |close: &mut Close| close.opening = Opening::Partners(partners)
    };
    let closed = world.close_with("2026-02", "2026-03-02T10:00:00Z", opens("P-2"));
    assert_eq!((closed.documents.len(), closed.settled.len()), (0, 1));
    world.book_for(("P-2", "commission", "referrer", "EUR"), 40, "2026-03-10", "2026-03-10T10:00:00Z");
    let moment = world.moment("2026-03", "2026-04-02T10:00:00Z");
    for id in ["P-1", "P-2"] {
        let mut close = Close::plain(moment);
        opens(id)(&mut close);
        assert_eq!(settle(&close, &world.records()), Err(SettleError::OpenedTooLate { partner: partner(id) }));
    }
    let closed = world.close_at("2026-03", "2026-04-02T10:00:00Z");
    assert_eq!(lines(&closed.documents[0]), [line("2026-03", 40)]);
    let account = Account { partner_id: partner("P-2"), ..to_partner() };
    for close in &world.closes {
        settlement::sums::sums(&account, close, &world.carried, &world.records()).unwrap();
    }
    // A third entry that no close has seen is a gap.
    world.book_for(("P-2", "commission", "referrer", "EUR"), 3, "2026-03-10", "2026-03-10T10:00:00Z");
    let gap = settlement::sums::sums(&account, &world.closes[2], &world.carried, &world.records()).unwrap_err();
    assert!(gap.to_string().starts_with("at the close of 2026-03, 743 was earned"), "{gap}");
}

#[test]
fn close_asked_too_early_or_twice_or_out_of_order() {
    let world = identities(0);
    let closed = |world: &World, asked: &str, at: &str, is_made| {
        let before = world.closes.last().map(|moment| Before { moment: *moment, is_made });
        may_be_closed(month(asked), time(at), DELAY, before.as_ref())
    };
    // Midnight of Europe/Paris in summer, and the delay after it.
    let early = closed(&world, "2026-06", "2026-06-30T22:14:59.999Z", true);
    assert_eq!(early, Err(CloseError::TooEarly { month: month("2026-06"), from: time("2026-06-30T22:15:00Z") }));
    assert!(closed(&world, "2026-06", "2026-06-30T22:15:00Z", true).is_ok());
    let mut world = world;
    world.close_at("2026-01", "2026-05-02T10:00:00Z");
    let at = "2026-05-03T10:00:00Z";
    for old in ["2026-01", "2025-12"] {
        assert_eq!(closed(&world, old, at, true), Err(CloseError::Closed { month: month(old) }));
    }
    let next = CloseError::OutOfOrder { month: month("2026-03"), next: month("2026-02") };
    assert_eq!(closed(&world, "2026-03", at, true), Err(next));
    assert_eq!(closed(&world, "2026-02", at, false), Err(CloseError::NotMade { before: month("2026-01") }));
    let same = closed(&world, "2026-02", "2026-05-02T10:00:00Z", true);
    let cut = time("2026-05-02T09:45:00Z");
    assert_eq!(same, Err(CloseError::CutNotLater { cut, before: cut }));
    assert!(closed(&world, "2026-02", "2026-05-02T10:00:00.000000001Z", true).is_ok());
}

#[test]
fn documents_bear_the_day_of_closing_in_paris() {
    let mut world = identities(0);
    world.book(COMMISSION, 100, "2026-01-10", "2026-01-10T10:00:00Z");
    let document = world.close_at("2026-01", "2026-02-02T23:30:00Z").documents.remove(0);
    assert_eq!((document.date, document.due), (day("2026-02-03"), Some(day("2026-03-05"))));
}

#[test]
fn numbers_go_by_partner_bytes_after_cancellations() {
    let mut world = identities(0);
    for id in ["a", "B", "P-2"] {
        world.partners.insert(partner(id), world.partners[&partner("P-1")].clone());
        world.book_for((id, "entry-fee", "affiliate", "EUR"), 100, "2026-01-10", "2026-01-10T10:00:00Z");
    }
    let numbers = |closed: &Closed| {
        let name = |document: &Document| format!("{} {}", document.number, document.account.partner_id);
        closed.documents.iter().map(name).collect::<Vec<_>>().join(", ")
    };
    let closed = world.close_at("2026-01", "2026-02-02T10:00:00Z");
    assert_eq!(numbers(&closed), "FP-000001 B, FP-000002 P-2, FP-000003 a");
    let last = closed.documents[2].clone();
    world.book_for(("B", "entry-fee", "affiliate", "EUR"), 100, "2026-02-10", "2026-02-10T10:00:00Z");
    by_partner_before_number(world.clone(), &last);
    let closed = world.close_with("2026-02", "2026-03-02T10:00:00Z", cancel(&last));
    assert_eq!(numbers(&closed), "FP-000004 a, FP-000005 B, FP-000006 a");
    // In whichever order they are asked for.
    let [b, a] = [&closed.documents[1], &closed.documents[2]];
    let closed = world.close_with("2026-03", "2026-04-02T10:00:00Z", |close| {
        cancel(b)(close);
        let first = close.cancels.remove(0);
        cancel(a)(close);
        close.cancels.push(first);
    });
    assert_eq!(numbers(&closed), "FP-000007 B, FP-000008 a, FP-000009 B, FP-000010 a");
}

/// The cancellation of `a`'s earlier invoice has a later number than that of `B`'s later one.
fn by_partner_before_number(mut world: World, earlier: &Document) {
    let later = world.close_at("2026-02", "2026-03-02T10:00:00Z").documents.remove(0);
    let closed = world.close_with("2026-03", "2026-04-02T10:00:00Z", |close| {
        cancel(earlier)(close);
        let first = close.cancels.remove(0);
        cancel(&later)(close);
        close.cancels.insert(0, first);
    });
    let cancelled = closed.documents.iter().filter_map(|document| document.kind.cancels());
    assert_eq!(cancelled.collect::<Vec<_>>(), [&later.number, &earlier.number]);
}

#[test]
fn an_opening_item_is_checked() {
    let eur = |minor| Money::new(Minor(minor), Currency::EUR).unwrap();
    let item = |due: &str, gross, open| {
        let (days, recorded_at) = ((day("2026-01-10"), day(due)), time("2026-02-02T10:00:00Z"));
        OpeningItem::new(to_partner(), "F 12/é".parse().unwrap(), days, (gross, open), recorded_at)
            .map(|item| item.open())
    };
    assert_eq!(item("2026-01-10", eur(100), eur(60)), Ok(eur(60)));
    assert_eq!(item("2026-01-09", eur(100), eur(60)), Err(OpeningItemError::Due));
    assert_eq!(item("2026-01-10", eur(100), eur(101)), Err(OpeningItemError::Open));
    assert_eq!(item("2026-01-10", eur(100), eur(0)), Err(OpeningItemError::Open));
    let chf = Money::new(Minor(1), "CHF".parse().unwrap()).unwrap();
    assert_eq!(item("2026-01-10", eur(100), chf), Err(OpeningItemError::Currency));
}
