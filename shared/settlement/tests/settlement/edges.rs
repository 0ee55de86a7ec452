//! Edge cases of closing (SETTLEMENT 4.9), each right by the rulebook.

use crate::world::{World, day, french_billing, identities, month, partner, time};
use rules::label::StatedReason;
use rules::money::Money;
use rules::{Currency, Minor};
use serde_json::json;
use settlement::annex::annex;
use settlement::attention::{regime_moved, stays_negative};
use settlement::cancel::CancelError;
use settlement::close::{Before, Cancel, CloseError, DELAY, Opening};
use settlement::document::Named;
use settlement::issue::{Case, Decision, issue_or_carry};
use settlement::number::Number;
use settlement::opening::{OpeningItem, OpeningItemError};
use settlement::settle::SettleError;
use settlement::*;
use std::collections::BTreeSet;

const COMMISSION: (&str, &str) = ("commission", "referrer");
const SHARE: (&str, &str) = ("revenue-share", "affiliate");
const FEE: (&str, &str) = ("entry-fee", "affiliate");

fn to_partner() -> Account {
    Account { partner_id: partner("P-1"), currency: Currency::EUR, direction: Direction::ToPartner }
}

fn say_final(close: &mut Close) {
    close.finals = BTreeSet::from([partner("P-1")]);
}

fn cancel(document: &Document) -> impl FnOnce(&mut Close) {
    let number = document.number.clone();
    move |close| close.cancels = vec![Cancel { number, reason: "Wrong".parse::<StatedReason>().unwrap() }]
}

/// Months and amounts of a document's lines.
fn lines(document: &Document) -> Vec<(String, i64)> {
    document.lines().map(|line| (line.key.month.to_string(), line.amount.0)).collect()
}

fn reasons(closed: &Closed) -> Vec<(Reason, i64)> {
    closed.carried.iter().map(|carried| (carried.reason, carried.total.0)).collect()
}

fn line(month: &str, amount: i64) -> (String, i64) {
    (month.to_owned(), amount)
}

#[test]
fn closed_month_gets_a_late_fact() {
    let mut world = identities(0);
    world.book(COMMISSION, 10_000, "2026-01-10", "2026-01-10T10:00:00Z");
    let january = world.close_at("2026-01", "2026-02-02T10:00:00Z").documents.remove(0);
    let known = annex(&january, &world.records()).unwrap().entries.len();
    world.book(COMMISSION, 500, "2026-01-20", "2026-02-05T10:00:00Z");
    world.book(COMMISSION, 7_000, "2026-02-10", "2026-02-10T10:00:00Z");
    let february = world.close_at("2026-02", "2026-03-02T10:00:00Z").documents.remove(0);
    assert_eq!(lines(&february), [line("2026-01", 500), line("2026-02", 7_000)]);
    assert_eq!(february.amounts.lines.iter().map(|taxed| taxed.is_adjustment).collect::<Vec<_>>(), [true, false]);
    assert_eq!(world.documents[0], january);
    assert_eq!(annex(&january, &world.records()).unwrap().entries.len(), known);
}

#[test]
fn an_entry_of_the_next_month_recorded_before_the_cut_is_in_the_next_annex() {
    let mut world = identities(0);
    world.book(COMMISSION, 10_000, "2026-01-10", "2026-01-10T10:00:00Z");
    world.book(COMMISSION, 300, "2026-02-03", "2026-02-03T10:00:00Z");
    world.close_at("2026-01", "2026-02-05T10:00:00Z");
    world.book(COMMISSION, 40, "2026-02-20", "2026-02-20T10:00:00Z");
    let february = world.close_at("2026-02", "2026-03-02T10:00:00Z").documents.remove(0);
    assert_eq!(lines(&february), [line("2026-02", 340)]);
    assert_eq!(annex(&february, &world.records()).unwrap().entries.len(), 2);
}

#[test]
fn an_entry_recorded_at_the_cut_is_in_it() {
    let mut world = identities(0);
    world.book(COMMISSION, 1, "2026-01-10", "2026-02-02T09:45:00Z");
    world.book(COMMISSION, 2, "2026-01-10", "2026-02-02T09:45:00.000000001Z");
    let closed = world.close_at("2026-01", "2026-02-02T10:00:00Z");
    assert_eq!(lines(&closed.documents[0]), [line("2026-01", 1)]);
}

#[test]
fn agreement_corrected_after_payout() {
    let mut world = identities(0);
    world.book(COMMISSION, 30_000, "2026-01-10", "2026-01-10T10:00:00Z");
    world.close_at("2026-01", "2026-02-02T10:00:00Z");
    // The restatement takes the commission back and books a revenue share of the same day.
    world.book(COMMISSION, -30_000, "2026-01-10", "2026-02-10T10:00:00Z");
    world.book(SHARE, 12_000, "2026-01-10", "2026-02-10T10:00:00Z");
    let closed = world.close_at("2026-02", "2026-03-02T10:00:00Z");
    assert_eq!(reasons(&closed), [(Reason::Negative, -30_000)]);
    let document = &closed.documents[0];
    assert_eq!((document.kind.clone(), lines(document)), (DocumentKind::Invoice, vec![line("2026-01", 12_000)]));
}

#[test]
fn annuities_being_recomputed_wait_unless_final() {
    let mut world = identities(0);
    world.book(COMMISSION, 30_000, "2026-01-10", "2026-01-10T10:00:00Z");
    let recomputed = |close: &mut Close| close.being_recomputed = BTreeSet::from([partner("P-1")]);
    let closed = world.close_with("2026-01", "2026-02-02T10:00:00Z", recomputed);
    assert_eq!(reasons(&closed), [(Reason::BeingRecomputed, 30_000)]);
    let closed = world.close_with("2026-02", "2026-03-02T10:00:00Z", |close| {
        recomputed(close);
        say_final(close);
    });
    assert_eq!(lines(&closed.documents[0]), [line("2026-01", 30_000)]);
}

#[test]
fn partner_in_two_currencies() {
    let mut world = identities(0);
    world.book(COMMISSION, 100, "2026-01-10", "2026-01-10T10:00:00Z");
    world.book_for(("P-1", "commission", "referrer", "CHF"), 10_003, "2026-01-10", "2026-01-10T10:00:00Z");
    let closed = world.close_at("2026-01", "2026-02-02T10:00:00Z");
    assert_eq!((closed.documents.len(), reasons(&closed)), (1, vec![(Reason::NoRate, 10_003)]));
    let closed = world.close_with("2026-02", "2026-03-02T10:00:00Z", |close| {
        close.rates.insert("CHF".parse().unwrap(), "1.0700".parse().unwrap());
    });
    let amounts = &closed.documents[0].amounts;
    // 20 % of 100.03 is 20.006, so 20.01; at 1.07 that is 21.4107.
    assert_eq!((amounts.net, amounts.gross), (Minor(10_003), Minor(12_004)));
    let (rate, vat) = amounts.in_eur.clone().unwrap();
    assert_eq!((rate.to_string().as_str(), vat), ("1.0700", Minor(2_141)));
    assert!(closed.documents[0].has_xml().is_ok());
}

#[test]
fn a_currency_of_three_decimals_has_no_xml() {
    let mut world = identities(0);
    world.book_for(("P-1", "commission", "referrer", "TND"), 10_003, "2026-01-10", "2026-01-10T10:00:00Z");
    let closed = world.close_with("2026-01", "2026-02-02T10:00:00Z", |close| {
        close.rates.insert("TND".parse().unwrap(), "0.295".parse().unwrap());
    });
    // 20 % of 10.003 is 2.0006, so 2.001; at 0.295 that is 0.590295.
    let document = &closed.documents[0];
    assert_eq!(document.amounts.in_eur.clone().unwrap().1, Minor(59));
    assert!(document.has_xml().unwrap_err().to_string().contains("3 decimals"));
}

#[test]
fn negative_month() {
    let mut world = identities(0);
    world.book(COMMISSION, 10_000, "2026-01-10", "2026-01-10T10:00:00Z");
    world.close_at("2026-01", "2026-02-02T10:00:00Z");
    world.book(COMMISSION, -8_000, "2026-02-10", "2026-02-10T10:00:00Z");
    for (index, (closed, at)) in
        [("2026-02", "2026-03-02"), ("2026-03", "2026-04-02"), ("2026-04", "2026-05-02")].into_iter().enumerate()
    {
        let closed = world.close_at(closed, &format!("{at}T10:00:00Z"));
        assert_eq!((closed.documents.len(), reasons(&closed)), (0, vec![(Reason::Negative, -8_000)]));
        assert_eq!(stays_negative(&to_partner(), &world.carried, true), index == 2);
        assert!(stays_negative(&to_partner(), &world.carried, false));
    }
    world.book(COMMISSION, 9_000, "2026-05-10", "2026-05-10T10:00:00Z");
    let closed = world.close_at("2026-05", "2026-06-02T10:00:00Z");
    assert_eq!(lines(&closed.documents[0]), [line("2026-02", -8_000), line("2026-05", 9_000)]);
    assert_eq!(closed.documents[0].amounts.gross, Minor(1_200));
}

#[test]
fn a_negative_account_to_the_partner_stays_carried_when_final() {
    let mut world = identities(0);
    world.book(COMMISSION, -8_000, "2026-01-10", "2026-01-10T10:00:00Z");
    let closed = world.close_with("2026-01", "2026-02-02T10:00:00Z", say_final);
    assert_eq!(reasons(&closed), [(Reason::Negative, -8_000)]);
}

#[test]
fn credit_note_booked_before_its_annuity() {
    let mut world = identities(0);
    world.book(COMMISSION, -2_000, "2026-01-10", "2026-01-10T10:00:00Z");
    world.book(COMMISSION, 2_000, "2026-02-10", "2026-02-10T10:00:00Z");
    world.book(COMMISSION, 5_000, "2026-03-10", "2026-03-10T10:00:00Z");
    assert_eq!(reasons(&world.close_at("2026-01", "2026-02-02T10:00:00Z")), [(Reason::Negative, -2_000)]);
    assert_eq!(reasons(&world.close_at("2026-02", "2026-03-02T10:00:00Z")), [(Reason::Zero, 0)]);
    let closed = world.close_at("2026-03", "2026-04-02T10:00:00Z");
    assert_eq!(closed.documents[0].amounts.net, Minor(5_000));
}

#[test]
fn an_account_without_lines_has_no_record() {
    let mut world = identities(0);
    world.book(COMMISSION, 2_000, "2026-01-10", "2026-01-10T10:00:00Z");
    world.book(COMMISSION, -2_000, "2026-01-11", "2026-01-11T10:00:00Z");
    world.book(("instance-discount", "affiliate"), 900, "2026-01-11", "2026-01-11T10:00:00Z");
    assert_eq!(world.close_at("2026-01", "2026-02-02T10:00:00Z"), Closed::default());
}

#[test]
fn partner_leaves_below_the_minimum() {
    let mut world = identities(50_000);
    world.book(COMMISSION, 49_999, "2026-01-10", "2026-01-10T10:00:00Z");
    let closed = world.close_at("2026-01", "2026-02-02T10:00:00Z");
    assert_eq!(reasons(&closed), [(Reason::BelowMinimum, 49_999)]);
    let mut left = world.clone();
    let closed = left.close_with("2026-02", "2026-03-02T10:00:00Z", say_final);
    assert_eq!(lines(&closed.documents[0]), [line("2026-01", 49_999)]);
    world.book(COMMISSION, 1, "2026-02-10", "2026-02-10T10:00:00Z");
    assert_eq!(world.close_at("2026-02", "2026-03-02T10:00:00Z").documents.len(), 1);
}

#[test]
fn mandate_missing_or_ended() {
    let check = |mandate: serde_json::Value, issued: bool| {
        let mut world = identities(0);
        world.record("P-1", ("2026-01-01", "2026-01-01T00:00:00Z"), |billing| billing["mandate"] = mandate.clone());
        world.book(COMMISSION, 100, "2026-01-10", "2026-01-10T10:00:00Z");
        let closed = world.close_at("2026-01", "2026-02-02T10:00:00Z");
        assert_eq!(closed.documents.len(), usize::from(issued), "{mandate}");
        if !issued {
            assert_eq!(reasons(&closed), [(Reason::NoMandate, 100)]);
        }
    };
    check(json!(null), false);
    check(json!({"signed_on": "2026-02-02"}), true);
    check(json!({"signed_on": "2026-02-03"}), false);
    check(json!({"signed_on": "2020-01-01", "ended_on": "2026-02-02"}), true);
    check(json!({"signed_on": "2020-01-01", "ended_on": "2026-02-01"}), false);
}

#[test]
fn the_vendors_invoice_needs_no_mandate_no_series_and_no_minimum() {
    let mut world = identities(1_000_000);
    world.record("P-1", ("2026-01-01", "2026-01-01T00:00:00Z"), |billing| {
        billing["mandate"] = json!(null);
        billing["series"] = json!(null);
        billing["minimum_minor"] = json!({"EUR": 1_000_000});
    });
    world.book(FEE, 100, "2026-01-10", "2026-01-10T10:00:00Z");
    assert_eq!(world.close_at("2026-01", "2026-02-02T10:00:00Z").documents[0].kind, DocumentKind::Invoice);
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
    world.record("P-1", ("2026-03-01", "2026-01-03T00:00:00Z"), |billing| billing["payment_days"] = json!(40));
    world.book(COMMISSION, 100, "2026-01-10", "2026-01-10T10:00:00Z");
    let document = world.close_at("2026-01", "2026-02-02T10:00:00Z").documents.remove(0);
    assert_eq!((document.date, document.due), (day("2026-02-02"), Some(day("2026-02-12"))));
}

#[test]
fn vat_regime_changed() {
    let mut world = identities(0);
    world.partners.clear();
    let small = |billing: &mut serde_json::Value| {
        billing["regime"] = json!("fr-franchise");
        billing["vat_id"] = json!(null);
    };
    world.record("P-1", ("2026-01-15", "2026-01-01T00:00:00Z"), small);
    world.record("P-1", ("2026-02-28", "2026-01-01T00:00:00Z"), |_| {});
    // Before the first version, in it, and under the regime of the last day of a month.
    for (booked_on, amount) in [("2025-12-10", 100), ("2026-01-10", 200), ("2026-02-10", 400)] {
        world.book(COMMISSION, amount, booked_on, "2026-02-11T00:00:00Z");
        world.book(SHARE, amount, booked_on, "2026-02-11T00:00:00Z");
    }
    let mut moved = world.clone();
    let closed = world.close_at("2026-02", "2026-03-02T10:00:00Z");
    let rates =
        |document: &Document| document.amounts.lines.iter().map(|taxed| taxed.rate.to_string()).collect::<Vec<_>>();
    let [to, from] = &closed.documents[..] else { panic!("{closed:?}") };
    assert_eq!((rates(to).join(" "), rates(from).join(" ")), ("0 0 0.2".to_owned(), "0.2 0.2 0.2".to_owned()));
    assert_eq!((to.amounts.gross, from.amounts.gross), (Minor(780), Minor(840)));
    assert_eq!(regime_moved(to, &world.partners[&partner("P-1")], time("2026-03-03T00:00:00Z")), []);
    // A regime recorded later for a month already documented moves nothing, and is seen.
    moved.record("P-1", ("2026-01-20", "2026-03-05T00:00:00Z"), |_| {});
    assert_eq!(moved.close_at("2026-02", "2026-03-02T10:00:00Z"), closed);
    let lines = regime_moved(to, &moved.partners[&partner("P-1")], time("2026-03-06T00:00:00Z"));
    assert_eq!(lines.iter().map(|key| key.month.to_string()).collect::<Vec<_>>(), ["2026-01"]);
}

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
    let closed = world.close_with("2026-02", "2026-03-02T10:00:00Z", cancel(&last));
    assert_eq!(numbers(&closed), "FP-000004 a, FP-000005 B, FP-000006 a");
}

#[test]
fn the_first_reason_that_applies_is_the_one() {
    let case = |direction, total| Case {
        direction,
        total: Minor(total),
        is_final: false,
        is_being_recomputed: true,
        is_complete: false,
        has_mandate: false,
        has_rate: false,
        minimum: Minor(1_000),
        names: Vec::new(),
    };
    let reason = |case: &Case| match issue_or_carry(case.clone()) {
        Decision::Carry(reason) => reason.to_string(),
        Decision::Invoice => "invoice".to_owned(),
        Decision::CreditNote(_) => "credit note".to_owned(),
    };
    let mut to = case(Direction::ToPartner, 10);
    let mut given = vec![reason(&to)];
    to.is_being_recomputed = false;
    let changes: [fn(&mut Case); 4] = [
        |case| case.is_complete = true,
        |case| case.has_mandate = true,
        |case| case.has_rate = true,
        |case| case.is_final = true,
    ];
    for change in changes {
        given.push(reason(&to));
        change(&mut to);
    }
    given.push(reason(&to));
    assert_eq!(given.join(", "), "being-recomputed, identity-incomplete, no-mandate, no-rate, below-minimum, invoice");
    let mut from = case(Direction::FromPartner, -10);
    let mut given = vec![reason(&from)];
    from.is_being_recomputed = false;
    let changes: [fn(&mut Case); 4] = [
        |case| case.is_final = true,
        |case| case.names = vec![Named::Document(Number::Own("X".parse().unwrap()))],
        |case| case.is_complete = true,
        |case| case.has_rate = true,
    ];
    for change in changes {
        given.push(reason(&from));
        change(&mut from);
    }
    given.push(reason(&from));
    assert_eq!(
        given.join(", "),
        "being-recomputed, negative, nothing-to-credit, identity-incomplete, no-rate, credit note"
    );
}

#[test]
fn sums_that_do_not_fit_are_errors() {
    let mut world = identities(0);
    world.book(COMMISSION, i64::MAX, "2026-01-10", "2026-01-10T10:00:00Z");
    world.book(COMMISSION, 1, "2026-01-10", "2026-01-10T10:00:00Z");
    let close = Close::plain(world.moment("2026-01", "2026-02-02T10:00:00Z"));
    assert!(matches!(settle(&close, &world.records()), Err(SettleError::Overflow(_))));
    world.entries.pop();
    assert!(matches!(settle(&close, &world.records()), Err(SettleError::Overflow(_))), "gross does not fit");
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

#[test]
fn identity_incomplete_says_what_is_lacking() {
    let mut world = identities(0);
    world.partners.clear();
    world.record("P-1", ("2020-01-01", "2020-01-01T00:00:00Z"), |billing| {
        *billing = json!({"country": "FR", "regime": "fr-vat", "legal_name": "X"});
    });
    world.book(COMMISSION, 100, "2026-01-10", "2026-01-10T10:00:00Z");
    assert_eq!(reasons(&world.close_at("2026-01", "2026-02-02T10:00:00Z")), [(Reason::IdentityIncomplete, 100)]);
    let moment = world.closes[0];
    let records = world.records();
    let (vendor, billing) =
        (records.vendor_on(moment.day(), &moment), records.partner_on(&partner("P-1"), moment.day(), &moment));
    let lacking = |direction, vendor, billing| {
        let lacking = settlement::complete::lacking(direction, vendor, billing);
        lacking.iter().map(|lacking| format!("{}.{}", lacking.side, lacking.field)).collect::<Vec<_>>().join(" ")
    };
    let partner_lacks = "partner.address partner.siren partner.vat_id";
    assert_eq!(lacking(Direction::FromPartner, vendor, billing), partner_lacks);
    assert_eq!(lacking(Direction::ToPartner, vendor, billing), format!("{partner_lacks} partner.series"));
    let all = "vendor.legal_name vendor.address vendor.country vendor.regime partner.legal_name partner.address partner.country partner.regime";
    assert_eq!(lacking(Direction::FromPartner, None, None), all);
    let small =
        json!({"legal_name": "V", "address": "Paris", "country": "FR", "siren": "448765438", "regime": "fr-franchise"});
    let vendor: Identity = serde_json::from_value(small).unwrap();
    let billing: Billing = serde_json::from_value(french_billing("P1")).unwrap();
    assert_eq!(lacking(Direction::ToPartner, Some(&vendor), Some(&billing)), "vendor.regime");
}
