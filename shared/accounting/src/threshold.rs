//! The thresholds of the yearly declaration (§8.9), as data with the year from which they hold.

use rules::Minor;

/// The years that a declaration can be of: those of the calendar, 2000 to 2099.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Year(i16);

/// A number that is not a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not a year: 2000 to 2099")]
pub struct YearError;

impl TryFrom<i16> for Year {
    type Error = YearError;
    fn try_from(year: i16) -> Result<Self, YearError> {
        (2000..=2099).contains(&year).then_some(Year(year)).ok_or(YearError)
    }
}

impl Year {
    /// The number.
    pub fn number(self) -> i16 {
        self.0
    }
}

/// A list that is not one of thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "is not a list of thresholds: the first from 2000, each from a later year than the one before, none below zero"
)]
pub struct ThresholdsError;

/// Thresholds in cents of EUR, each with the first year of which it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thresholds(Vec<(Year, Minor)>);

impl Thresholds {
    /// Thresholds in the order of their years.
    pub fn new(all: Vec<(Year, Minor)>) -> Result<Thresholds, ThresholdsError> {
        let begins = all.first().is_some_and(|(from, _)| *from == Year(2000));
        let next = all.iter().skip(1);
        let in_order = all.iter().zip(next).all(|((one, _), (other, _))| one < other);
        let positive = all.iter().all(|(_, threshold)| *threshold >= Minor::ZERO);
        if begins && in_order && positive { Ok(Thresholds(all)) } else { Err(ThresholdsError) }
    }

    /// The threshold of a year.
    pub fn of(&self, year: Year) -> Minor {
        let held = self.0.iter().rev().find(|(from, _)| *from <= year);
        held.map(|(_, threshold)| *threshold).unwrap_or_default()
    }
}

impl Default for Thresholds {
    /// Those of the law: 1,200 EUR, and 2,400 EUR from 2024.
    fn default() -> Thresholds {
        Thresholds(vec![(Year(2000), Minor(120_000)), (Year(2024), Minor(240_000))])
    }
}
