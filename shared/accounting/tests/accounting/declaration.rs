//! The yearly declaration and the table of aging by hand.

use crate::world::*;
use accounting::threshold::{Thresholds, Year};
use accounting::*;
use payments::PaymentKind;
use rules::Minor;

const OUT: PaymentKind = PaymentKind::Out { names: None };

fn rows(file: &File) -> Vec<String> {
    std::str::from_utf8(file.bytes()).unwrap().lines().skip(1).map(str::to_owned).collect()
}

fn declared(world: &World, year: i16) -> Vec<String> {
    let (thresholds, year) = (Thresholds::default(), Year::try_from(year).unwrap());
    let paid = yearly_declaration(&world.events, &thresholds, year).unwrap();
    let vendor = world.vendor.holds_on(day("2026-12-31"), jiff::Timestamp::MAX);
    rows(&declaration_table(&paid, (&thresholds, year), vendor, Partners(&world.partners)))
}

fn back(name: &str) -> PaymentKind {
    PaymentKind::TakesBack { payment: name.parse().unwrap() }
}

/// 2025: 2,000.00 by transfer and 400.00 set off are 2,400.00, which is not more than the threshold. 2026: 2,400.01 is. What came in,
/// and what was written off, is not paid to the partner.
#[test]
fn a_year_is_that_of_the_value_day_and_more_than_the_threshold_is_declared() {
    let mut world = World::new();
    world.book(("P-1", "commission", "EUR"), 900_000, "2025-01-10");
    world.book(("P-1", "revenue-share", "EUR"), 100_000, "2025-01-10");
    world.close("2025-01", "2025-02-03", "1", |_| {});
    world.pay("P-1", "O1", OUT, ("EUR", 200_000, None), "2025-12-31");
    world.pay("P-1", "S1", PaymentKind::SetOff, ("EUR", 40_000, None), "2025-06-01");
    world.pay("P-1", "I1", PaymentKind::In { names: None }, ("EUR", 10_000, None), "2025-06-02");
    world.pay("P-1", "W1", PaymentKind::WriteOff { direction: TO, names: None }, ("EUR", 10_000, None), "2025-06-03");
    world.pay("P-1", "O2", OUT, ("EUR", 240_001, None), "2026-01-01");
    let who = "448765438,P-1,Éditions Cœur,512345612,34500 Beziers,FR";
    assert_eq!(declared(&world, 2025), [format!("2025,{who},2000.00,400.00,0.00,2400.00,2400.00,false")]);
    assert_eq!(declared(&world, 2026), [format!("2026,{who},2400.01,0.00,0.00,2400.01,2400.00,true")]);
    assert!(declared(&world, 2024).is_empty());
}

/// 3,000.00 of December are returned in January: never paid, in either year. Of CHF 1,000.00 for 1,060.00 EUR a quarter is taken back in two parts:
/// 795.00 are paid. Of 500.00 too much, 100.00 come back in 2026.
#[test]
fn what_is_returned_counts_as_never_paid() {
    let mut world = World::new();
    world.pay("P-1", "O1", OUT, ("EUR", 300_000, None), "2025-12-20");
    world.pay("P-1", "N1", back("O1"), ("EUR", 300_000, None), "2026-01-05");
    world.pay("P-2", "O1", OUT, ("CHF", 100_000, Some(106_000)), "2025-12-20");
    world.pay("P-2", "N1", back("O1"), ("CHF", 15_000, Some(15_600)), "2026-01-05");
    world.pay("P-2", "N2", back("O1"), ("CHF", 10_000, Some(10_400)), "2026-01-06");
    world.pay("P-1", "O2", OUT, ("EUR", 50_000, None), "2026-02-01");
    world.pay("P-1", "B1", PaymentKind::PaysSurplusBack { direction: TO }, ("EUR", 10_000, None), "2026-03-01");
    assert_eq!(declared(&world, 2025), ["2025,448765438,P-2,Alpen,,Zurich,CH,795.00,0.00,0.00,795.00,2400.00,false"]);
    assert_eq!(
        declared(&world, 2026),
        ["2026,448765438,P-1,Éditions Cœur,512345612,34500 Beziers,FR,500.00,0.00,100.00,400.00,2400.00,false"]
    );
}

#[test]
fn a_threshold_holds_from_its_year_on() {
    let of = |year: i16| Thresholds::default().of(Year::try_from(year).unwrap());
    assert_eq!(
        (of(2000), of(2023), of(2024), of(2099)),
        (Minor(120_000), Minor(120_000), Minor(240_000), Minor(240_000))
    );
    let year = |year: i16| Year::try_from(year).unwrap();
    assert!(Thresholds::new(vec![(year(2000), Minor(1)), (year(2030), Minor(0))]).is_ok());
    for bad in [vec![], vec![(year(2001), Minor(1))], vec![(year(2000), Minor(-1))], vec![(year(2000), Minor(1)); 2]] {
        assert!(Thresholds::new(bad).is_err());
    }
    assert!(Year::try_from(1999).is_err() && Year::try_from(2100).is_err());
}

/// 360.00 of 3 February are due on 5 March (30 days). On 5 April they are 31 days past due; 60.00 came in on 1 April. A CHF account has
/// a surplus, and −50.00 EUR are carried.
#[test]
fn aging_is_a_table_of_open_invoices_by_days_past_due() {
    let mut world = World::new();
    world.book(("P-1", "revenue-share", "EUR"), 30_000, "2026-01-11");
    world.close("2026-01", "2026-02-03", "1", |_| {});
    world.book(("P-1", "revenue-share", "EUR"), -5_000, "2026-02-11");
    world.close("2026-02", "2026-03-03", "1", |_| {});
    world.pay("P-1", "I1", PaymentKind::In { names: None }, ("EUR", 6_000, None), "2026-04-01");
    world.pay("P-2", "I1", PaymentKind::In { names: None }, ("CHF", 1_000, Some(1_050)), "2026-04-01");
    world.pay("P-2", "O1", OUT, ("EUR", 1_000, None), "2026-04-01");
    let table =
        |on: &str| rows(&aging_table(&world.events, &world.carried, Partners(&world.partners), day(on)).unwrap());
    assert_eq!(
        table("2026-04-05"),
        [
            "2026-04-05,P-1,Éditions Cœur,EUR,0.00,0.00,300.00,0.00,0.00,300.00,0.00,-50.00",
            "2026-04-05,P-2,Alpen,CHF,0.00,0.00,0.00,0.00,0.00,0.00,10.00,0.00",
        ]
    );
    assert_eq!(table("2026-03-05"), ["2026-03-05,P-1,Éditions Cœur,EUR,360.00,0.00,0.00,0.00,0.00,360.00,0.00,-50.00"]);
}
