//! VAT: rates by day, regime and direction; rounding half away from zero; numbers of series.

use crate::world::day;
use rules::{Currency, Minor};
use settlement::Direction;
use settlement::country::Regime;
use settlement::number::{End, GivenNumber, NumberError, Series};
use settlement::vat::{Mention, VatRate, in_eur, mention, rate};

#[test]
fn the_standard_rate_is_data_with_the_day_from_which_it_holds() {
    for (on, expected) in [
        ("2000-01-01", "0.206"),
        ("2000-03-31", "0.206"),
        ("2000-04-01", "0.196"),
        ("2013-12-31", "0.196"),
        ("2014-01-01", "0.2"),
        ("2099-12-31", "0.2"),
    ] {
        assert_eq!(VatRate::standard(day(on)).to_string(), expected, "{on}");
    }
}

#[test]
fn a_rate_is_written_in_per_cent() {
    for (rate, percent) in [("0", "0"), ("0.2", "20"), ("0.196", "19.6"), ("0.206", "20.6"), ("0.055", "5.5")] {
        assert_eq!(rate.parse::<VatRate>().unwrap().in_percent(), percent);
    }
}

#[test]
fn a_rate_is_of_direction_and_regime_and_zero_comes_with_its_mention() {
    let (to, from) = (Direction::ToPartner, Direction::FromPartner);
    for (direction, regime, expected) in [
        (to, Regime::FrVat, ("0.2", None)),
        (to, Regime::FrFranchise, ("0", Some(Mention::Franchise))),
        (to, Regime::Eu, ("0", Some(Mention::ReverseCharge))),
        (to, Regime::OutsideEu, ("0", Some(Mention::ReverseCharge))),
        (from, Regime::FrVat, ("0.2", None)),
        (from, Regime::FrFranchise, ("0.2", None)),
        (from, Regime::Eu, ("0", Some(Mention::ReverseCharge))),
        (from, Regime::OutsideEu, ("0", Some(Mention::OutsideFrance))),
    ] {
        let rate = rate(direction, regime, day("2026-01-31"));
        assert_eq!((rate.to_string().as_str(), mention(direction, regime)), expected, "{direction} {regime}");
    }
}

#[test]
fn vat_is_rounded_half_away_from_zero() {
    let check = |rate: &str, base: i64, expected: i64| {
        let rate: VatRate = rate.parse().unwrap();
        assert_eq!((rate.of(Minor(base)), rate.of(Minor(-base))), (Ok(Minor(expected)), Ok(Minor(-expected))));
    };
    check("0.2", 2, 0);
    check("0.2", 3, 1);
    check("0.2", 12, 2);
    check("0.2", 13, 3);
    // 20.6 % of 250 is 51.5; 19.6 % of 125 is 24.5.
    check("0.206", 250, 52);
    check("0.196", 125, 25);
    check("0.196", 124, 24);
    check("0.2", i64::MAX, 1_844_674_407_370_955_161);
    check("0", 5, 0);
}

#[test]
fn vat_in_eur_is_of_whole_units_and_rounded_half_away_from_zero() {
    let check = |currency: &str, vat: i64, rate: &str, expected: i64| {
        let (currency, rate) = (currency.parse::<Currency>().unwrap(), rate.parse().unwrap());
        assert_eq!(in_eur(Minor(vat), currency, &rate), Ok(Minor(expected)), "{vat} {currency}");
        assert_eq!(in_eur(Minor(-vat), currency, &rate), Ok(Minor(-expected)));
    };
    check("CHF", 3_821, "1.0735", 4_102);
    check("JPY", 12_003, "0.006120", 7_346);
    check("JPY", 1, "0.005", 1);
    check("JPY", 1, "0.00499999", 0);
    check("TND", 2_001, "0.295", 59);
    check("CHF", 5, "0.1", 1);
    check("CHF", 4, "0.1", 0);
    let too_much = in_eur(Minor(i64::MAX), Currency::EUR, &"2".parse().unwrap());
    assert!(too_much.is_err());
    assert!(in_eur(Minor(i64::MAX), "JPY".parse().unwrap(), &"999999.99999999".parse().unwrap()).is_err());
}

#[test]
fn a_rate_is_read_as_it_is_written() {
    for (text, normal) in
        [("0", "0"), ("0.0", "0"), ("0.2", "0.2"), ("0.200", "0.2"), ("0.196", "0.196"), ("0.05", "0.05")]
    {
        assert_eq!(text.parse::<VatRate>().map(|rate| rate.to_string()).as_deref(), Ok(normal));
    }
    for bad in ["", "1", "20", "0.", ".2", "0.2000", "0,2", "-0.2", "0.2é"] {
        assert!(bad.parse::<VatRate>().is_err(), "{bad}");
    }
}

#[test]
fn a_number_of_ours_is_written_one_way() {
    for good in ["FP-000001", "FP-1234567", "AF-P001-000042", "AF-ABCDEFGHIJ12-999999999999"] {
        assert_eq!(good.parse::<GivenNumber>().map(String::from).as_deref(), Ok(good));
    }
    for bad in [
        "",
        "FP",
        "FP-1",
        "FP-000000",
        "FP-+00001",
        "FP-0000001",
        "FX-000001",
        "AF-000001",
        "AF-p-000001",
        "FP-1000000000000",
    ] {
        assert!(bad.parse::<GivenNumber>().is_err(), "{bad}");
    }
}

#[test]
fn numbers_have_no_hole_and_dates_never_go_back() {
    let mut end = End::default();
    let series = Series::Partner("ABCDEFGHIJ12".parse().unwrap());
    let mut next = |on: &str| end.next(&series, day(on)).map(|number| number.to_string());
    assert_eq!(next("2026-02-02").as_deref(), Ok("AF-ABCDEFGHIJ12-000001"));
    assert_eq!(next("2026-02-02").as_deref(), Ok("AF-ABCDEFGHIJ12-000002"));
    let back = NumberError::GoesBack { last: day("2026-02-02"), date: day("2026-02-01") };
    assert_eq!(next("2026-02-01"), Err(back));
    assert_eq!(next("2026-03-02").as_deref(), Ok("AF-ABCDEFGHIJ12-000003"));
    let mut end = End { place: 999_999_999_998, date: None };
    assert_eq!(end.next(&series, day("2026-02-02")).map(|number| number.to_string().len()), Ok(28));
    assert_eq!(end.next(&series, day("2026-02-02")), Err(NumberError::Full));
}
