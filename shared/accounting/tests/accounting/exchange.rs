//! Differences of exchange by hand: documents at their close's rate, payments at their own EUR.

use crate::world::*;
use accounting::entry::JournalError;
use accounting::*;
use payments::PaymentKind;

/// P-2 is owed CHF 1,000.00, booked at 1.05: 1,050.00 EUR.
fn swiss() -> World {
    let mut world = World::new();
    world.book(("P-2", "commission", "CHF"), 100_000, "2026-01-10");
    world.close("2026-01", "2026-02-03", "1.05", |_| {});
    world
}

fn from_march(world: &World) -> Vec<String> {
    all_noted(&world.journal_of("2026-03-01", "2026-12-31"))
}

/// CHF 400.00 of it stands at 420.00: paid with 430.00, 10.00 are lost. The other CHF 600.00 stand at 630.00: paid with 615.00, 15.00
/// are gained. The first is returned with 428.00: CHF 400.00 are open again at 420.00, and 8.00 are gained.
#[test]
fn a_payment_clears_what_it_pays_at_the_rate_of_the_document() {
    let mut world = swiss();
    world.pay("P-2", "O1", PaymentKind::Out { names: None }, ("CHF", 40_000, Some(43_000)), "2026-03-05");
    world.pay("P-2", "O2", PaymentKind::Out { names: None }, ("CHF", 60_000, Some(61_500)), "2026-03-06");
    let back = PaymentKind::TakesBack { payment: "O1".parse().unwrap() };
    world.pay("P-2", "N1", back, ("CHF", 40_000, Some(42_800)), "2026-03-07");
    assert_eq!(
        from_march(&world),
        [
            "2026-03-05 BQ O1: 401/P-2 420,00 D (400.00 CHF); 666 10,00 D; 512 430,00 C (-400.00 CHF)",
            "2026-03-06 BQ O2: 401/P-2 630,00 D (600.00 CHF); 766 15,00 C; 512 615,00 C (-600.00 CHF)",
            "2026-03-07 BQ N1: 401/P-2 420,00 C (-400.00 CHF); 766 8,00 C; 512 428,00 D (400.00 CHF)",
        ]
    );
}

/// CHF 1,300.00 for 1,365.00 + 30.00 EUR: CHF 300.00 are over and stand at 300/1300 of 1,395.00, 321.92; what is paid stood at 1,050.00.
/// The account is debited 1,371.92 and 23.08 are lost. They pay CHF 300.00 of the next document, of CHF 500.00 at 1.06, which stand at
/// 318.00: 3.92 are lost.
#[test]
fn a_surplus_stands_at_its_payment_until_a_document_takes_it() {
    let mut world = swiss();
    world.pay("P-2", "O1", PaymentKind::Out { names: None }, ("CHF", 130_000, Some(139_500)), "2026-03-05");
    world.book(("P-2", "commission", "CHF"), 50_000, "2026-02-10");
    world.close("2026-02", "2026-03-10", "1.06", |_| {});
    let journal = from_march(&world);
    assert_eq!(
        journal[1],
        "2026-03-05 BQ O1: 401/P-2 1371,92 D (1300.00 CHF); 666 23,08 D; 512 1395,00 C (-1300.00 CHF)"
    );
    assert!(
        journal[2].starts_with("2026-03-10 AC AF-P2-000002: 6222 530,00 D (500.00 CHF); 401/P-2 530,00 C"),
        "{journal:?}"
    );
    assert_eq!(journal[3], "2026-03-10 OD AF-P2-000002: 401/P-2 3,92 C; 666 3,92 D");
}

/// CHF 300.00 for 330.00 are over after CHF 1,000.00 for 1,100.00: 330.00. Paid back with 324.00, 6.00 are lost.
#[test]
fn a_surplus_paid_back_at_another_rate_is_lost_or_gained() {
    let mut world = swiss();
    world.pay("P-2", "O1", PaymentKind::Out { names: None }, ("CHF", 130_000, Some(143_000)), "2026-03-05");
    let back = PaymentKind::PaysSurplusBack { direction: TO };
    world.pay("P-2", "B1", back, ("CHF", 30_000, Some(32_400)), "2026-03-06");
    assert_eq!(
        from_march(&world),
        [
            "2026-03-05 BQ O1: 401/P-2 1380,00 D (1300.00 CHF); 666 50,00 D; 512 1430,00 C (-1300.00 CHF)",
            "2026-03-06 BQ B1: 401/P-2 330,00 C (-300.00 CHF); 666 6,00 D; 512 324,00 D (300.00 CHF)",
        ]
    );
}

/// The same, and then all CHF 1,300.00 are taken back with 1,400.00: the document is open again at 1,050.00, and the CHF 300.00 that
/// were paid back are owed again at 300/1300 of 1,400.00, 323.08. The account is credited 1,373.08, and 26.92 are gained.
#[test]
fn what_is_owed_again_stands_at_what_took_it_back() {
    let mut world = swiss();
    world.pay("P-2", "O1", PaymentKind::Out { names: None }, ("CHF", 130_000, Some(143_000)), "2026-03-05");
    let back = PaymentKind::PaysSurplusBack { direction: TO };
    world.pay("P-2", "B1", back, ("CHF", 30_000, Some(32_400)), "2026-03-06");
    let all = PaymentKind::TakesBack { payment: "O1".parse().unwrap() };
    world.pay("P-2", "N1", all, ("CHF", 130_000, Some(140_000)), "2026-03-07");
    assert_eq!(
        from_march(&world)[2],
        "2026-03-07 BQ N1: 401/P-2 1373,08 C (-1300.00 CHF); 766 26,92 C; 512 1400,00 D (1300.00 CHF)"
    );
}

/// From P-2: CHF 200.00 at 1.05 are 210.00. Set off against what it is owed at the EUR of the day, 215.00: to it 210.00 are cleared
/// (200/1000 of 1,050.00), from it 210.00.
#[test]
fn a_set_off_has_a_difference_in_each_direction() {
    let mut world = World::new();
    world.book(("P-2", "commission", "CHF"), 100_000, "2026-01-10");
    world.book(("P-2", "entry-fee", "CHF"), 20_000, "2026-01-10");
    world.close("2026-01", "2026-02-03", "1.05", |_| {});
    world.pay("P-2", "S1", PaymentKind::SetOff, ("CHF", 20_000, Some(21_500)), "2026-03-05");
    assert_eq!(
        from_march(&world),
        ["2026-03-05 OD S1: 401/P-2 210,00 D (200.00 CHF); 666 5,00 D; 411/P-2 210,00 C (-200.00 CHF); 766 5,00 C"]
    );
}

#[test]
fn an_opening_item_in_another_currency_needs_its_eur() {
    let mut world = World::new();
    world.opening_item("P-2", "2025-7", 20_000, ("2025-12-01", "2025-12-31"));
    world.pay("P-2", "I1", PaymentKind::In { names: None }, ("CHF", 20_000, Some(21_000)), "2026-03-05");
    let chart = Chart::standard().unwrap();
    let days = (day("2026-01-01"), day("2026-12-31"));
    let error = journal(&world.items(&chart), days).unwrap_err();
    assert!(matches!(&error, JournalError::NoEur { number, .. } if number.to_string() == "2025-7"), "{error}");
    world.opening_eur.insert((partner("P-2"), "2025-7".parse().unwrap()), amount(20_400));
    assert_eq!(
        all_noted(&journal(&world.items(&chart), days).unwrap()),
        ["2026-03-05 BQ I1: 411/P-2 204,00 C (-200.00 CHF); 766 6,00 C; 512 210,00 D (200.00 CHF)"]
    );
}
