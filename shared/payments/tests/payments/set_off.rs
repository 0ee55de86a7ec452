//! Set-off by hand (§8.6).

use crate::world::*;
use payments::*;

#[test]
fn only_what_is_due_in_both_directions_may_be_set_off() {
    let books = books(&[
        invoice(TO, "1", 100, "2026-03-01"),
        invoice(FROM, "1", 50, "2026-03-01"),
        invoice(FROM, "2", 30, "2026-03-02"),
        invoice(FROM, "3", 30, "2026-02-01"),
        Event::Contested(contest(FROM, "3", 1)),
    ]);
    let may = |minor, on, change: fn(&mut serde_json::Value)| {
        may_set_off(&books, (amount(minor), currency("EUR")), day(on), Some(&billing(change)))
            .map_err(|e| e.to_string())
    };
    assert_eq!(may(50, "2026-03-01", |_| {}), Ok(()));
    assert_eq!(may(80, "2026-03-02", |_| {}), Ok(()));
    let more = "only 0.50 EUR is due and not contested in the direction from-partner: set off that or less";
    assert_eq!(may(51, "2026-03-01", |_| {}), Err(more.to_owned()));
    let not_agreed = may(1, "2026-03-01", |billing| billing["set_off"] = false.into());
    assert!(not_agreed.unwrap_err().starts_with("set-off is not agreed"));
}
