//! Calendar days without a time zone (§2).

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A text that is no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not a day: YYYY-MM-DD, from 2000-01-01 to 2099-12-31")]
pub struct DayError;

/// A day from 2000-01-01 to 2099-12-31, written `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(Date);

impl Day {
    /// The first day there is.
    pub const MIN: Day = Day(jiff::civil::date(2000, 1, 1));
    /// The last day there is.
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
}
