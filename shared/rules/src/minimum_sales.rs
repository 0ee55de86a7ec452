//! An affiliate's minimum sales of a year (§6). They are reported, and change no amount.

use crate::{Agreement, Day};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The most years of an agreement: days range from 2000 to 2099.
pub const MAX_YEARS: u16 = 100;

/// The status of a year of an agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The minimum is reached.
    Met,
    /// The minimum is not reached yet, and sales are not behind.
    OnTrack,
    /// Sales are below the minimum in proportion to the elapsed part of the year.
    Behind,
    /// The year has ended without the minimum.
    Missed,
}

/// One 12-month year of an agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Year {
    /// 1 for the agreement's first year, and so on.
    pub number: u16,
    /// Its first day.
    pub from: Date,
    /// Its last day: the eve of the anniversary, or the agreement's last day.
    pub to: Date,
    /// The number of customer sales signed in it, credited ones included.
    pub sales: u32,
    /// The minimum: 15, or its part of them if the agreement's end cuts the year short.
    pub minimum: u32,
    /// The number of sales in proportion to its completed days; the minimum once it is over.
    pub expected: u32,
    /// Its status.
    pub status: Status,
}

/// §6: the years of an agreement that have begun by `today`, oldest first; none if its model has no minimum.
/// `signed_on` are the days of all the partner's customer sales, in any order.
pub fn minimum_sales(agreement: &Agreement, signed_on: &[Day], today: Date) -> Vec<Year> {
    let Some(per_year) = agreement.terms().minimum_sales() else { return Vec::new() };
    let mut years = Vec::new();
    for number in 1_u16..=MAX_YEARS {
        let anniversary = |years| agreement.starts_on().anniversary(i16::try_from(years).unwrap_or(i16::MAX));
        let (from, next) = (anniversary(number - 1), anniversary(number));
        let over = agreement.ends_on().is_some_and(|end| end.date() < from);
        if over || from > today || next <= from {
            break;
        }
        years.push(year(agreement, per_year, number, (from, next), signed_on, today));
    }
    years
}

fn year(
    agreement: &Agreement,
    per_year: u32,
    number: u16,
    (from, next): (Date, Date),
    signed_on: &[Day],
    today: Date,
) -> Year {
    let eve = next.yesterday().unwrap_or(next);
    let to = agreement.ends_on().map_or(eve, |end| end.date().min(eve));
    let part = |days: i32| {
        u32::try_from(i64::from(per_year) * i64::from(days) / i64::from(days_between(from, next))).unwrap_or(0)
    };
    let sales = signed_on.iter().filter(|day| from <= day.date() && day.date() <= to).count();
    let sales = u32::try_from(sales).unwrap_or(u32::MAX);
    let minimum = part(days_between(from, to) + 1);
    let expected = if today > to { minimum } else { part(days_between(from, today)) };
    let status = if sales >= minimum {
        Status::Met
    } else if today > to {
        Status::Missed
    } else if sales < expected {
        Status::Behind
    } else {
        Status::OnTrack
    };
    Year { number, from, to, sales, minimum, expected, status }
}

fn days_between(from: Date, to: Date) -> i32 {
    (to - from).get_days()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::{Draft, EntryFee};
    use crate::{Model, Money};

    fn affiliate(starts_on: &str, ends_on: Option<&str>) -> Agreement {
        let commercial_potential = Money::parse("1", "EUR".parse().unwrap()).unwrap();
        Draft {
            ends_on: ends_on.map(|day| day.parse().unwrap()),
            support_structure: Some(true),
            entry_fee: Some(EntryFee { segment: "s".into(), commercial_potential, rate: "0".parse().unwrap() }),
            ..Draft::new(Model::Affiliate, starts_on.parse().unwrap())
        }
        .accept()
        .unwrap()
    }

    fn check(agreement: &Agreement, sales: &[(&str, usize)], today: &str, expected: &[(&str, &str, u32, u32, Status)]) {
        let signed_on: Vec<Day> =
            sales.iter().flat_map(|(day, n)| std::iter::repeat_n(day.parse().unwrap(), *n)).collect();
        let years = minimum_sales(agreement, &signed_on, today.parse().unwrap());
        let got: Vec<_> = years
            .iter()
            .map(|year| (year.from.to_string(), year.to.to_string(), year.sales, year.minimum, year.status))
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(from, to, n, min, status)| (from.to_string(), to.to_string(), *n, *min, *status))
            .collect();
        assert_eq!(got, expected);
        assert!(years.iter().map(|year| year.number).eq((1..).take(years.len())), "{years:?}");
    }

    #[test]
    fn each_year_asks_for_fifteen() {
        let agreement = affiliate("2023-01-01", None);
        let first = ("2023-01-01", "2023-12-31");
        check(&agreement, &[], "2022-12-31", &[]);
        check(&agreement, &[], "2023-01-01", &[(first.0, first.1, 0, 15, Status::OnTrack)]);
        // 15 × 24 / 365 is just under 1; after 25 completed days it is over.
        check(&agreement, &[], "2023-01-25", &[(first.0, first.1, 0, 15, Status::OnTrack)]);
        check(&agreement, &[], "2023-01-26", &[(first.0, first.1, 0, 15, Status::Behind)]);
        check(
            &agreement,
            &[("2023-01-01", 14), ("2023-12-31", 1)],
            "2023-12-31",
            &[(first.0, first.1, 15, 15, Status::Met)],
        );
        // On the last day 364 are completed: 15 × 364 / 365 is just under 15.
        check(&agreement, &[("2023-06-01", 14)], "2023-12-31", &[(first.0, first.1, 14, 15, Status::OnTrack)]);
        check(&agreement, &[("2023-06-01", 13)], "2023-12-31", &[(first.0, first.1, 13, 15, Status::Behind)]);
        check(
            &agreement,
            &[("2023-06-01", 14), ("2024-01-01", 1)],
            "2024-01-01",
            &[(first.0, first.1, 14, 15, Status::Missed), ("2024-01-01", "2024-12-31", 1, 15, Status::OnTrack)],
        );
    }

    #[test]
    fn a_year_cut_short_asks_for_its_part_rounded_down() {
        // 181 of 365 days: 15 × 181 / 365 = 7.4…
        let agreement = affiliate("2023-01-01", Some("2023-06-30"));
        check(&agreement, &[("2023-03-01", 7)], "2030-01-01", &[("2023-01-01", "2023-06-30", 7, 7, Status::Met)]);
        check(&agreement, &[("2023-03-01", 6)], "2030-01-01", &[("2023-01-01", "2023-06-30", 6, 7, Status::Missed)]);
        let one_day_more = affiliate("2023-01-01", Some("2024-01-01"));
        let first = ("2023-01-01", "2023-12-31", 0, 15, Status::Missed);
        check(&one_day_more, &[], "2030-01-01", &[first, ("2024-01-01", "2024-01-01", 0, 0, Status::Met)]);
    }

    #[test]
    fn the_anniversary_of_29_february_is_28_february() {
        let agreement = affiliate("2024-02-29", None);
        check(
            &agreement,
            &[("2025-02-27", 15), ("2025-02-28", 1)],
            "2025-03-01",
            &[("2024-02-29", "2025-02-27", 15, 15, Status::Met), ("2025-02-28", "2026-02-27", 1, 15, Status::OnTrack)],
        );
    }

    #[test]
    fn sales_are_expected_in_proportion_to_the_completed_days() {
        let agreement = affiliate("2023-01-01", None);
        let check = |today: &str, expected: &[u32]| {
            let years = minimum_sales(&agreement, &[], today.parse().unwrap());
            assert_eq!(years.iter().map(|year| year.expected).collect::<Vec<_>>(), expected, "{today}");
        };
        check("2023-01-25", &[0]);
        check("2023-01-26", &[1]);
        check("2023-12-31", &[14]);
        check("2024-01-01", &[15, 0]);
    }
}
