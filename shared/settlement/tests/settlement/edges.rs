//! Edge cases of closing (SETTLEMENT 4.9), each right by the rulebook: lines, and what is issued or carried.

use crate::said::*;
use crate::world::{french_billing, identities, partner, time};
use rules::Minor;
use serde_json::json;
use settlement::annex::annex;
use settlement::attention::{regime_moved, stays_negative};
use settlement::document::Named;
use settlement::issue::{Case, Decision, issue_or_carry};
use settlement::number::Number;
use settlement::settle::SettleError;
use settlement::*;
use std::collections::BTreeSet;

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
        assert_eq!(stays_negative(&to_partner(), &world.closes, &world.carried, true), index == 2);
        assert!(stays_negative(&to_partner(), &world.closes, &world.carried, false));
    }
    world.book(COMMISSION, 9_000, "2026-05-10", "2026-05-10T10:00:00Z");
    let closed = world.close_at("2026-05", "2026-06-02T10:00:00Z");
    assert_eq!(lines(&closed.documents[0]), [line("2026-02", -8_000), line("2026-05", 9_000)]);
    assert_eq!(closed.documents[0].amounts.gross, Minor(1_200));
    assert!(!stays_negative(&to_partner(), &world.closes, &world.carried, false));
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

#[test]
fn the_regime_of_every_line_must_be_known() {
    let mut world = identities(0);
    world.record("P-1", ("2025-12-31", "2020-01-02T00:00:00Z"), |billing| billing["regime"] = json!(null));
    world.record("P-1", ("2026-01-02", "2020-01-02T00:00:00Z"), |_| {});
    world.book(COMMISSION, 100, "2025-12-10", "2026-01-10T10:00:00Z");
    let closed = world.close_at("2026-01", "2026-02-02T10:00:00Z");
    assert_eq!(reasons(&closed), [(Reason::IdentityIncomplete, 100)]);
    let moment = world.closes[0];
    let lines = world.records().lines(&to_partner(), &moment, &[]).unwrap();
    let lacking = settlement::complete::lacking_at(&to_partner(), &lines, &moment, &world.records());
    assert_eq!(lacking.len(), 1);
    assert!(lacking[0].to_string().starts_with("partner: regime is lacking"));
}
