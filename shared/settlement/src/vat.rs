//! VAT (§8.5): rates as data with the day from which they hold, and the rounding of VAT and of its amount in EUR.
//!
//! All of it is computed in integers, so that no digit is lost before the one rounding.

use crate::account::Direction;
use crate::country::Regime;
use crate::lines::Line;
use jiff::civil::{Date, date};
use rules::money::{Minor, Overflow};
use rules::{Currency, Day};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use strum::{Display, IntoStaticStr};

/// A rate of VAT, in tenths of a per cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VatRate(u16);

impl VatRate {
    /// No VAT.
    pub const ZERO: VatRate = VatRate(0);

    /// The standard rates of France, each with the day from which it holds, the newest first.
    const STANDARD: [(Date, VatRate); 3] =
        [(date(2014, 1, 1), VatRate(200)), (date(2000, 4, 1), VatRate(196)), (Date::MIN, VatRate(206))];

    /// The standard rate of a day.
    pub fn standard(on: Day) -> VatRate {
        let held = VatRate::STANDARD.into_iter().find(|(from, _)| *from <= on.date());
        held.map_or(VatRate::ZERO, |(_, rate)| rate)
    }

    /// `round(rate × base)` to the minor unit.
    pub fn of(self, base: Minor) -> Result<Minor, Overflow> {
        divide(i128::from(base.0).checked_mul(self.0.into()), 1000)
    }

    /// The rate in per cent, without a trailing zero: `20`, `19.6`.
    pub fn in_percent(self) -> String {
        match self.0 % 10 {
            0 => (self.0 / 10).to_string(),
            tenths => format!("{}.{tenths}", self.0 / 10),
        }
    }
}

/// A text that is not a rate of VAT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not a rate of VAT: a fraction under 1 with at most 3 decimals, as a string (\"0.2\")")]
pub struct VatRateError;

impl std::str::FromStr for VatRate {
    type Err = VatRateError;
    fn from_str(text: &str) -> Result<Self, VatRateError> {
        let decimals = if text == "0" { "0" } else { text.strip_prefix("0.").ok_or(VatRateError)? };
        let well_formed = (1..=3).contains(&decimals.len()) && decimals.bytes().all(|b| b.is_ascii_digit());
        let rate = format!("{decimals:0<3}").parse().ok().filter(|_| well_formed);
        rate.map(VatRate).ok_or(VatRateError)
    }
}

impl TryFrom<String> for VatRate {
    type Error = VatRateError;
    fn try_from(text: String) -> Result<Self, VatRateError> {
        text.parse()
    }
}

impl From<VatRate> for String {
    fn from(rate: VatRate) -> String {
        rate.to_string()
    }
}

impl fmt::Display for VatRate {
    /// The fraction: `0.2`, `0.196`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = format!("{:03}", self.0);
        let decimals = decimals.trim_end_matches('0');
        if decimals.is_empty() { f.write_str("0") } else { write!(f, "0.{decimals}") }
    }
}

/// The reason why a document states no VAT for some of its lines. `texts` has the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Display, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Mention {
    /// The partner is exempt by article 293 B of the code.
    Franchise,
    /// The client owes the VAT ("Autoliquidation"): the vendor in France, or the partner in its own state.
    ReverseCharge,
    /// The service is outside French VAT: its client is outside the European Union.
    OutsideFrance,
}

/// The rate for a line: of its direction, the partner's regime and the last day of the line's month.
pub fn rate(direction: Direction, regime: Regime, on: Day) -> VatRate {
    match mention(direction, regime) {
        None => VatRate::standard(on),
        Some(_) => VatRate::ZERO,
    }
}

/// The mention that comes with a rate of zero; none: the standard rate holds.
pub fn mention(direction: Direction, regime: Regime) -> Option<Mention> {
    match (direction, regime) {
        (Direction::ToPartner | Direction::FromPartner, Regime::FrVat)
        | (Direction::FromPartner, Regime::FrFranchise) => None,
        (Direction::ToPartner, Regime::FrFranchise) => Some(Mention::Franchise),
        (Direction::ToPartner, Regime::Eu | Regime::OutsideEu) | (Direction::FromPartner, Regime::Eu) => {
            Some(Mention::ReverseCharge)
        }
        (Direction::FromPartner, Regime::OutsideEu) => Some(Mention::OutsideFrance),
    }
}

/// A line with the regime and the rate of the last day of its month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaxedLine {
    /// The line.
    pub line: Line,
    /// Its month is before that of its close. A cancellation repeats it as it stands there.
    pub is_adjustment: bool,
    /// The partner's regime.
    pub regime: Regime,
    /// The rate.
    pub rate: VatRate,
}

/// The VAT of all lines of a regime and rate: `round(rate × base)`, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VatSum {
    /// The regime.
    pub regime: Regime,
    /// The rate.
    pub rate: VatRate,
    /// The sum of the lines.
    pub base: Minor,
    /// The VAT.
    pub vat: Minor,
}

/// The VAT of a document, once for each regime and rate.
pub fn vat(lines: &[TaxedLine]) -> Result<Vec<VatSum>, Overflow> {
    let mut bases: BTreeMap<(Regime, VatRate), Minor> = BTreeMap::new();
    for TaxedLine { line, is_adjustment: _, regime, rate } in lines {
        let base = bases.entry((*regime, *rate)).or_default();
        *base = base.plus(line.amount)?;
    }
    let sum = |((regime, rate), base)| Ok(VatSum { regime, rate, base, vat: VatRate::of(rate, base)? });
    bases.into_iter().map(sum).collect()
}

/// A text that is not a rate of exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "is not a rate: EUR for one unit, as a decimal string over zero with at most 6 digits before and 8 after the point (\"1.0735\")"
)]
pub struct EurRateError;

/// A rate of exchange, EUR for one unit, exactly as the manager wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EurRate {
    text: String,
    /// The rate as `mantissa / 10^scale`.
    mantissa: i64,
    scale: u32,
}

impl std::str::FromStr for EurRate {
    type Err = EurRateError;
    fn from_str(text: &str) -> Result<Self, EurRateError> {
        let (whole, fraction) = match text.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (text, None),
        };
        let digits =
            |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let well_formed = digits(whole, 6)
            && (whole == "0" || !whole.starts_with('0'))
            && fraction.is_none_or(|fraction| digits(fraction, 8));
        let fraction = fraction.unwrap_or_default();
        let mantissa = format!("{whole}{fraction}").parse().ok().filter(|mantissa| *mantissa > 0 && well_formed);
        let scale = u32::try_from(fraction.len()).map_err(|_| EurRateError)?;
        Ok(EurRate { text: text.to_owned(), mantissa: mantissa.ok_or(EurRateError)?, scale })
    }
}

impl TryFrom<String> for EurRate {
    type Error = EurRateError;
    fn try_from(text: String) -> Result<Self, EurRateError> {
        text.parse()
    }
}

impl From<EurRate> for String {
    fn from(rate: EurRate) -> String {
        rate.text
    }
}

impl fmt::Display for EurRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// An amount in EUR: `round(amount × rate)` to the cent, the amount in whole units of its currency. A document's VAT in EUR is that
/// of its Σ VAT.
pub fn in_eur(amount: Minor, currency: Currency, rate: &EurRate) -> Result<Minor, Overflow> {
    let cents = i128::from(amount.0).checked_mul(rate.mantissa.into()).and_then(|product| product.checked_mul(100));
    let unit = rate.scale.checked_add(currency.decimals()).and_then(|digits| 10_i128.checked_pow(digits));
    divide(cents, unit.ok_or(Overflow)?)
}

/// The only rounding of this crate: to the minor unit, half away from zero.
fn divide(dividend: Option<i128>, divisor: i128) -> Result<Minor, Overflow> {
    let dividend = dividend.ok_or(Overflow)?;
    let half = divisor.checked_div(2).ok_or(Overflow)?;
    let towards = if dividend < 0 { dividend.checked_sub(half) } else { dividend.checked_add(half) };
    let rounded = towards.and_then(|sum| sum.checked_div(divisor)).ok_or(Overflow)?;
    i64::try_from(rounded).map(Minor).map_err(|_| Overflow)
}
