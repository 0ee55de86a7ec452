//! Month-end accruals by hand.

use crate::world::*;
use accounting::*;
use rules::Minor;
use settlement::close::Opening;

fn table(world: &World) -> Vec<String> {
    let file = accruals_table(&world.accruals, Partners(&world.partners)).unwrap();
    std::str::from_utf8(file.bytes()).unwrap().lines().skip(1).map(str::to_owned).collect()
}

/// In January 1,000.00 are earned; 80.00 of February's entries are late ones of January. The document of 3 February settles January.
/// At February's end 500.00 + 80.00 more are earned than documented, and 580.00 are accrued; at January's end 1,000.00 were.
#[test]
fn what_was_documented_by_the_months_end_is_not_accrued() {
    let mut world = World::new();
    world.book(("P-1", "commission", "EUR"), 100_000, "2026-01-10");
    world.close("2026-01", "2026-02-03", "1", |_| {});
    world.book(("P-1", "commission", "EUR"), 8_000, "2026-01-20");
    world.entries.last_mut().unwrap().recorded_at = "2026-02-20T12:00:00Z".parse().unwrap();
    world.book(("P-1", "commission", "EUR"), 50_000, "2026-02-10");
    world.close("2026-02", "2026-03-03", "1", |_| {});
    assert_eq!(
        table(&world),
        [
            "2026-01,P-1,Éditions Cœur,EUR,to-partner,commission,1000.00,0.00,0.00,1000.00,,1000.00",
            "2026-02,P-1,Éditions Cœur,EUR,to-partner,commission,1580.00,0.00,1000.00,580.00,,580.00",
        ]
    );
}

/// The opening of January settles 700.00 elsewhere: nothing of it is accrued, and February accrues 300.00 alone.
#[test]
fn what_an_opening_settled_is_not_accrued() {
    let mut world = World::new();
    world.book(("P-1", "commission", "EUR"), 70_000, "2026-01-10");
    world.close("2026-01", "2026-02-03", "1", |close| close.opening = Opening::All);
    world.book(("P-1", "commission", "EUR"), 30_000, "2026-02-10");
    world.close("2026-02", "2026-03-03", "1", |_| {});
    assert_eq!(
        table(&world),
        ["2026-02,P-1,Éditions Cœur,EUR,to-partner,commission,1000.00,700.00,0.00,300.00,,300.00"]
    );
}

/// −120.00 are carried: a credit note is due from the partner (4098). From it −60.00: a credit note of ours is due (4198).
#[test]
fn a_negative_accrual_is_a_credit_note_to_come() {
    let mut world = World::new();
    world.book(("P-1", "commission", "EUR"), -12_000, "2026-01-10");
    world.book(("P-1", "revenue-share", "EUR"), -6_000, "2026-01-10");
    world.close("2026-01", "2026-02-03", "1", |_| {});
    assert_eq!(
        all_noted(&world.journal_of("2026-01-31", "2026-01-31")),
        [
            "2026-01-31 OD 2026-01 EUR from-partner: 706 60,00 D; 4198/P-1 60,00 C",
            "2026-01-31 OD 2026-01 EUR to-partner: 6222 120,00 C; 4098/P-1 120,00 D",
        ]
    );
}

/// Without a rate at the close there is no amount in EUR: the table says so, and the journal leaves it out.
#[test]
fn an_accrual_without_a_rate_has_no_eur() {
    let mut world = World::new();
    world.book(("P-2", "commission", "CHF"), 100_000, "2026-01-10");
    world.close("2026-01", "2026-02-03", "1.05", |close| close.rates.clear());
    assert_eq!(table(&world), ["2026-01,P-2,Alpen,CHF,to-partner,commission,1000.00,0.00,0.00,1000.00,,"]);
    assert!(world.journal().is_empty() && !world.accruals[0].has_eur());
}

#[test]
fn the_same_close_has_the_same_accruals_whatever_comes_later() {
    let mut world = World::new();
    world.book(("P-1", "commission", "EUR"), 100_000, "2026-01-10");
    world.close("2026-01", "2026-02-03", "1", |_| {});
    let first = world.accruals.clone();
    world.book(("P-1", "commission", "EUR"), 5_000, "2026-01-11");
    world.entries.last_mut().unwrap().recorded_at = "2026-02-04T12:00:00Z".parse().unwrap();
    let again = accruals(&settlement::Close::plain(world.closes[0]), &world.records()).unwrap();
    assert_eq!(first[0].by_kind().unwrap().into_values().collect::<Vec<_>>(), [Minor(100_000)]);
    assert_eq!(again, first);
}
