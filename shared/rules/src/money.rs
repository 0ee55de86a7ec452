//! Money in integers of minor units, exact rates, and the only rounding (§2, §3.4).

pub use crate::currency::{Currency, CurrencyError};
pub use crate::minor::{Minor, Overflow};

use crate::text::error;
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The largest sum accepted on the wire, in minor units.
pub const MAX_MINOR: i64 = 1_000_000_000_000;

/// A sum as billing states it: zero or more, at most 10^12 minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money {
    minor: Minor,
    currency: Currency,
}

/// The reason why a text is not an amount of its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The text is not of the form `(0|[1-9][0-9]*)(\.[0-9]+)?`.
    #[error("is not an amount: digits, then optionally a point and digits, without sign, exponent or leading zero")]
    Shape,
    /// The text is finer than the minor unit. Input is never rounded.
    #[error("has more decimals than the {allowed} of {currency}")]
    TooFine {
        /// The currency named beside the amount.
        currency: Currency,
        /// The number of decimals of the currency.
        allowed: u32,
    },
    /// The amount is zero where it must be more.
    #[error("must be more than zero")]
    Zero,
    /// The amount exceeds [`MAX_MINOR`].
    #[error("is over 1000000000000 minor units")]
    TooLarge,
}

impl Money {
    /// A sum of `minor` minor units: 0 to [`MAX_MINOR`].
    pub fn new(minor: Minor, currency: Currency) -> Result<Money, MoneyError> {
        match minor.0 {
            ..0 => Err(MoneyError::Shape),
            0..=MAX_MINOR => Ok(Money { minor, currency }),
            _ => Err(MoneyError::TooLarge),
        }
    }

    /// Reads an amount that is more than zero.
    pub fn parse(amount: &str, currency: Currency) -> Result<Money, MoneyError> {
        let money = Money::parse_fee(amount, currency)?;
        if money.is_zero() { Err(MoneyError::Zero) } else { Ok(money) }
    }

    /// Reads an annual fee, which may be zero: a free year is a year (§2). A decimal is read by its digits; it never
    /// passes through a binary float.
    pub fn parse_fee(amount: &str, currency: Currency) -> Result<Money, MoneyError> {
        let (whole, fraction) = match amount.split_once('.') {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return Err(MoneyError::Shape),
            None => (amount, ""),
        };
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let leading_zero = whole.len() > 1 && whole.starts_with('0');
        if whole.is_empty() || leading_zero || !digits(whole) || !digits(fraction) {
            return Err(MoneyError::Shape);
        }
        let allowed = currency.decimals();
        let padding = usize::try_from(allowed)
            .ok()
            .and_then(|allowed| allowed.checked_sub(fraction.len()))
            .ok_or(MoneyError::TooFine { currency, allowed })?;
        let minor = whole
            .bytes()
            .chain(fraction.bytes())
            .chain(std::iter::repeat_n(b'0', padding))
            .try_fold(0_i64, |n, digit| n.checked_mul(10)?.checked_add(i64::from(digit - b'0')))
            .filter(|minor| *minor <= MAX_MINOR)
            .ok_or(MoneyError::TooLarge)?;
        Ok(Money { minor: Minor(minor), currency })
    }

    /// The number of minor units, 0 to 10^12.
    pub fn minor(self) -> Minor {
        self.minor
    }

    /// Whether the sum is zero.
    pub fn is_zero(self) -> bool {
        self.minor == Minor::ZERO
    }

    /// The currency.
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// The plain decimal, normalised: `1200` EUR is `1200.00`.
    pub fn decimal(self) -> String {
        self.currency.decimal(self.minor)
    }
}

/// A fraction from 0 to 1 with at most 6 decimals: `0.7` is 70 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rate(Decimal);

error! {
    /// A text that is not a rate.
    RateError =
        "is not a rate: a decimal from 0 to 1 with at most 6 decimals, as a string (\"0.35\")"
}

impl Rate {
    /// Zero.
    pub const ZERO: Rate = Rate::percent(0);

    /// A whole number of per cent, at most 100.
    pub const fn percent(percent: u32) -> Rate {
        Rate(Decimal::from_parts(percent, 0, 0, false, 2))
    }

    /// `round(rate × x)`, half away from zero, to the minor unit, once (§3.4). `x` is the rest of a fee, so it is never
    /// negative.
    pub fn share(self, x: Minor) -> Minor {
        round(self.exactly(x), x)
    }

    /// `rate × x`, not rounded.
    pub(crate) fn exactly(self, x: Minor) -> Decimal {
        Decimal::from(x.0) * self.0
    }

    /// The rate in per cent, without trailing zeros: `33.3333`.
    pub fn in_percent(self) -> String {
        (self.0 * Decimal::ONE_HUNDRED).normalize().to_string()
    }

    /// Whether the rate is zero.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }
}

/// The only rounding: half away from zero, to the minor unit. `exact` is a part of `x`.
pub(crate) fn round(exact: Decimal, x: Minor) -> Minor {
    let rounded = exact.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    // No rate exceeds 1, so the share is no larger than x, which fits.
    Minor(rounded.to_i64().unwrap_or(x.0))
}

impl std::str::FromStr for Rate {
    type Err = RateError;
    fn from_str(text: &str) -> Result<Self, RateError> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let well_formed = matches!(whole, "0" | "1")
            && (1..=6).contains(&fraction.len())
            && fraction.bytes().all(|b| b.is_ascii_digit());
        let rate = Decimal::from_str_exact(text).ok().filter(|rate| well_formed && *rate <= Decimal::ONE);
        rate.map(|rate| Self(rate.normalize())).ok_or(RateError)
    }
}

impl TryFrom<String> for Rate {
    type Error = RateError;
    fn try_from(text: String) -> Result<Self, RateError> {
        text.parse()
    }
}

impl From<Rate> for String {
    fn from(rate: Rate) -> String {
        rate.to_string()
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.normalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(amount: &str, currency: &str, expected: Result<i64, MoneyError>) {
        let parsed = Money::parse(amount, currency.parse().unwrap());
        assert_eq!(parsed.map(|money| money.minor().0), expected, "{amount} {currency}");
    }

    #[test]
    fn amounts_are_read_by_their_digits() {
        check("1200", "EUR", Ok(120_000));
        check("1200.1", "EUR", Ok(120_010));
        check("1200.10", "EUR", Ok(120_010));
        check("0.01", "EUR", Ok(1));
        check("1003", "JPY", Ok(1003));
        check("10.003", "TND", Ok(10_003));
        check("10000000000.00", "EUR", Ok(MAX_MINOR));
        check("10000000000.01", "EUR", Err(MoneyError::TooLarge));
        check("99999999999999999999999999", "EUR", Err(MoneyError::TooLarge));
        check("0", "EUR", Err(MoneyError::Zero));
        check("0.00", "EUR", Err(MoneyError::Zero));
        let too_fine = |code: &str, allowed| Err(MoneyError::TooFine { currency: code.parse().unwrap(), allowed });
        check("1200.000", "EUR", too_fine("EUR", 2));
        check("1003.0", "JPY", too_fine("JPY", 0));
        for shape in
            ["", ".", "1.", ".5", "-1", "+1", "01", "00", "1e3", "1.2e3", "1,5", "1 000", " 1", "1.0.0", "NaN", "١"]
        {
            check(shape, "EUR", Err(MoneyError::Shape));
        }
    }

    #[test]
    fn the_same_amount_is_written_one_way() {
        let check = |amount: &str, currency: &str, expected: &str| {
            assert_eq!(Money::parse(amount, currency.parse().unwrap()).unwrap().decimal(), expected);
        };
        check("1200", "EUR", "1200.00");
        check("1200.0", "EUR", "1200.00");
        check("0.5", "TND", "0.500");
        check("1200", "JPY", "1200");
    }

    #[test]
    fn a_free_year_is_a_fee_and_no_amount() {
        let parsed = |amount: &str| Money::parse_fee(amount, Currency::EUR).map(Money::minor);
        assert_eq!((parsed("0"), parsed("0.00"), parsed("0.01")), (Ok(Minor(0)), Ok(Minor(0)), Ok(Minor(1))));
        assert_eq!((parsed("-0"), parsed("00")), (Err(MoneyError::Shape), Err(MoneyError::Shape)));
    }

    #[test]
    fn a_sum_is_within_its_bounds() {
        let is_sum = |minor: i64| Money::new(Minor(minor), Currency::EUR).is_ok();
        assert!(is_sum(0) && is_sum(MAX_MINOR) && !is_sum(-1) && !is_sum(MAX_MINOR + 1));
    }

    #[test]
    fn rates_are_fractions_with_six_decimals_at_most() {
        for (text, normal) in [("0", "0"), ("1", "1"), ("1.000000", "1"), ("0.10", "0.1"), ("0.333333", "0.333333")] {
            assert_eq!(text.parse::<Rate>().map(|rate| rate.to_string()).as_deref(), Ok(normal));
        }
        for bad in ["", "1.000001", "2", "-0.1", "0.3333333", ".5", "0.", "1.", "00.5", "5e-1", "0,5", "70%", "0.5 "] {
            assert_eq!(bad.parse::<Rate>(), Err(RateError), "{bad:?}");
        }
    }

    #[test]
    fn a_share_is_rounded_once_half_away_from_zero() {
        let share = |rate: &str, minor| rate.parse::<Rate>().unwrap().share(Minor(minor)).0;
        assert_eq!(share("0.5", 120_001), 60_001);
        assert_eq!(share("0.5", 1), 1);
        assert_eq!(share("0.15", 10), 2);
        assert_eq!(share("0.5", 5), 3);
        assert_eq!(share("0.333333", 9_999), 3_333);
        assert_eq!(share("0", 9_999), 0);
        assert_eq!(share("1", MAX_MINOR), MAX_MINOR);
        assert_eq!(Rate::percent(70).in_percent(), "70");
        assert_eq!("0.333333".parse::<Rate>().unwrap().in_percent(), "33.3333");
    }
}
