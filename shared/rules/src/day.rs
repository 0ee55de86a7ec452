//! Calendar days without a time zone (§2).

use crate::text::error;
use jiff::civil::Date;
use jiff::tz::{self, TimeZone};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The vendor's calendar day at a moment (§4: days of Europe/Paris).
pub fn day_of(at: Timestamp) -> Date {
    const PARIS: TimeZone = tz::get!("Europe/Paris");
    at.to_zoned_datetime(PARIS).date()
}

/// The moment at which a day of the vendor begins; none: outside the bounds of the calendar.
pub fn begins_at(day: Date) -> Option<Timestamp> {
    const PARIS: TimeZone = tz::get!("Europe/Paris");
    PARIS.to_timestamp(day.to_datetime(jiff::civil::Time::midnight())).ok()
}

error! {
    /// A text that is not a day.
    DayError =
        "is not a day: YYYY-MM-DD, from 2000-01-01 to 2099-12-31"
}

/// A day from 2000-01-01 to 2099-12-31, written `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(Date);

impl Day {
    /// The first valid day.
    pub const MIN: Day = Day(jiff::civil::date(2000, 1, 1));
    /// The last valid day.
    pub const MAX: Day = Day(jiff::civil::date(2099, 12, 31));

    /// This day `years` later; 29 February's anniversary is 28 February (§6). It may lie beyond [`Day::MAX`].
    pub fn anniversary(self, years: i16) -> Date {
        self.0.saturating_add(years.years())
    }

    /// The day as a calendar date.
    pub fn date(self) -> Date {
        self.0
    }
}

impl TryFrom<Date> for Day {
    type Error = DayError;
    fn try_from(date: Date) -> Result<Self, DayError> {
        let day = Day(date);
        (Day::MIN <= day && day <= Day::MAX).then_some(day).ok_or(DayError)
    }
}

impl std::str::FromStr for Day {
    type Err = DayError;
    fn from_str(text: &str) -> Result<Self, DayError> {
        let bytes: &[u8; 10] = text.as_bytes().try_into().map_err(|_| DayError)?;
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = bytes else { return Err(DayError) };
        let number = |digits: &[u8]| {
            digits
                .iter()
                .try_fold(0_i16, |n, d| d.is_ascii_digit().then(|| n * 10 + i16::from(d - b'0')))
                .ok_or(DayError)
        };
        let month = i8::try_from(number(&[*m1, *m2])?).map_err(|_| DayError)?;
        let day = i8::try_from(number(&[*d1, *d2])?).map_err(|_| DayError)?;
        Date::new(number(&[*y1, *y2, *y3, *y4])?, month, day).map_err(|_| DayError)?.try_into()
    }
}

impl TryFrom<String> for Day {
    type Error = DayError;
    fn try_from(text: String) -> Result<Self, DayError> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> String {
        day.to_string()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

error! {
    /// A text that is not a month.
    MonthError =
        "is not a month: YYYY-MM, from 2000-01 to 2099-12"
}

/// A month from 2000-01 to 2099-12, written `YYYY-MM`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month {
    first: Day,
}

impl Month {
    /// Its first day.
    pub fn first(self) -> Day {
        self.first
    }

    /// Its last day.
    pub fn last(self) -> Day {
        Day(self.first.0.last_of_month())
    }

    /// The first and the last day of the twelve months that end with it.
    pub fn year(self) -> (Day, Day) {
        let first = Day::try_from(self.first.0.saturating_sub(11.months())).unwrap_or(Day::MIN);
        (first, self.last())
    }

    /// The month after it; none after 2099-12.
    pub fn next(self) -> Option<Month> {
        Day::try_from(self.first.0.saturating_add(1.month())).ok().map(Month::from)
    }
}

impl From<Day> for Month {
    fn from(day: Day) -> Month {
        Month { first: Day(day.0.first_of_month()) }
    }
}

impl std::str::FromStr for Month {
    type Err = MonthError;
    fn from_str(text: &str) -> Result<Self, MonthError> {
        format!("{text}-01").parse().map(|first: Day| Month { first }).map_err(|_| MonthError)
    }
}

impl TryFrom<String> for Month {
    type Error = MonthError;
    fn try_from(text: String) -> Result<Self, MonthError> {
        text.parse()
    }
}

impl From<Month> for String {
    fn from(month: Month) -> String {
        month.to_string()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first.0.strftime("%Y-%m"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_one_way() {
        for good in ["2000-01-01", "2024-02-29", "2099-12-31"] {
            assert_eq!(good.parse::<Day>().map(String::from).as_deref(), Ok(good));
        }
        for bad in [
            "",
            "2024-2-9",
            "2023-02-29",
            "1999-12-31",
            "2100-01-01",
            "2024-13-01",
            "2024-00-10",
            "20240209",
            " 2024-02-09",
            "2024-02-09T00:00:00Z",
            "2024/02/09",
            "+024-02-09",
            "２０24-0",
        ] {
            assert_eq!(bad.parse::<Day>(), Err(DayError), "{bad:?}");
        }
    }

    #[test]
    fn the_anniversary_of_29_february_is_28_february() {
        let day: Day = "2024-02-29".parse().unwrap();
        assert_eq!(day.anniversary(1).to_string(), "2025-02-28");
        assert_eq!(day.anniversary(4).to_string(), "2028-02-29");
    }

    #[test]
    fn months_have_a_first_and_a_last_day() {
        let month: Month = "2024-02".parse().unwrap();
        assert_eq!((month.first().to_string(), month.last().to_string()), ("2024-02-01".into(), "2024-02-29".into()));
        assert_eq!(month.next().map(|next| next.to_string()).as_deref(), Some("2024-03"));
        assert_eq!("2099-12".parse::<Month>().unwrap().next(), None);
        assert_eq!(Month::from("2024-02-17".parse::<Day>().unwrap()), month);
        for text in ["", "2024", "2024-2", "2024-13", "2024-00", "1999-12", "2100-01", "2024-02-01", "2024-02 "] {
            assert_eq!(text.parse::<Month>(), Err(MonthError), "{text}");
        }
    }
}
