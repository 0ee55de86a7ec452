//! Rates (§3.2, §3.4): the partner's part of a sum.

use crate::money::{Rate, round};
use crate::{Minor, text::error};
use rust_decimal::Decimal;
use serde::Serialize;
use std::borrow::Cow;

/// The most bands.
pub const MAX_BANDS: usize = 10;

/// The rate, or the rates by bands, of the partner's part of a sum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Rates {
    /// One rate for the whole sum.
    One(Rate),
    /// A rate for each band of the sum.
    Bands(Bands),
}

/// A part of a sum that has a rate of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Band {
    /// The lower bound, in minor units of the sum's currency; the next band's lower bound ends it.
    pub from: Minor,
    /// Its rate, a fraction.
    pub rate: Rate,
}

/// Bands from 0 on, in order; at most [`MAX_BANDS`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Bands(Cow<'static, [Band]>);

error! {
    /// A list that is not a valid list of bands.
    BandsError =
        "is not a list of bands: 1 to 10 of them in order, the first from 0"
}

impl Bands {
    /// Bands read from storage.
    pub fn new(bands: Vec<Band>) -> Result<Bands, BandsError> {
        if are_bands(&bands) { Ok(Bands(Cow::Owned(bands))) } else { Err(BandsError) }
    }

    /// The bands of a table of the programme.
    ///
    /// # Panics
    /// If they are not a list of bands; in a `const`, compilation fails.
    pub const fn of_table(bands: &'static [Band]) -> Bands {
        assert!(are_bands(bands), "not a list of bands");
        Bands(Cow::Borrowed(bands))
    }

    /// All bands, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Band> {
        self.0.iter()
    }

    /// The parts of a sum of `sum` minor units, each with its rate; no part is empty.
    pub fn parts(&self, sum: Minor) -> impl Iterator<Item = (Minor, Rate)> {
        let ends = self.0.iter().skip(1).map(|next| next.from).chain([Minor(i64::MAX)]);
        let parts = self.0.iter().zip(ends).map(move |(band, end)| (sum.0.min(end.0) - band.from.0, band.rate));
        parts.filter(|(part, _)| *part > 0).map(|(part, rate)| (Minor(part), rate))
    }
}

const fn are_bands(mut bands: &[Band]) -> bool {
    match bands {
        [first, ..] if first.from.0 == 0 && bands.len() <= MAX_BANDS => {}
        _ => return false,
    }
    while let [one, rest @ ..] = bands {
        if let [next, ..] = rest
            && one.from.0 >= next.from.0
        {
            return false;
        }
        bands = rest;
    }
    true
}

impl Rates {
    /// A zero rate.
    pub const ZERO: Rates = Rates::One(Rate::ZERO);

    /// `share(x)` (§3.4), rounded once to the minor unit. `x` is the rest of an annuity's fee, so it is never negative.
    pub fn share(&self, x: Minor) -> Minor {
        match self {
            Rates::One(rate) => rate.share(x),
            Rates::Bands(bands) => round(bands.parts(x).map(|(part, rate)| rate.exactly(part)).sum::<Decimal>(), x),
        }
    }

    /// Whether the partner's part is always zero.
    pub fn is_zero(&self) -> bool {
        match self {
            Rates::One(rate) => rate.is_zero(),
            Rates::Bands(bands) => bands.iter().all(|band| band.rate.is_zero()),
        }
    }
}

impl From<Rate> for Rates {
    fn from(rate: Rate) -> Rates {
        Rates::One(rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bands(bands: &[(i64, u32)]) -> Result<Bands, BandsError> {
        Bands::new(bands.iter().map(|(from, rate)| Band { from: Minor(*from), rate: Rate::percent(*rate) }).collect())
    }

    #[test]
    fn bands_begin_at_nothing_and_are_in_order() {
        let check = |of: &[(i64, u32)], good: bool| assert_eq!(bands(of).is_ok(), good, "{of:?}");
        check(&[(0, 10)], true);
        check(&[(0, 10), (1, 0), (i64::MAX, 100)], true);
        check(&[], false);
        check(&[(1, 10)], false);
        check(&[(0, 10), (0, 20)], false);
        check(&[(0, 10), (5, 20), (4, 30)], false);
        let many: Vec<(i64, u32)> = (0..11).map(|from| (from, 1)).collect();
        check(&many, false);
        check(&many[1..].iter().map(|(from, rate)| (from - 1, *rate)).collect::<Vec<_>>(), true);
    }

    #[test]
    fn each_band_has_its_rate_and_the_whole_is_rounded_once() {
        let rates = Rates::Bands(bands(&[(0, 50), (1_000, 15), (2_000, 0)]).unwrap());
        let check = |sum: i64, share: i64| assert_eq!(rates.share(Minor(sum)), Minor(share), "{sum}");
        check(0, 0);
        check(1, 1);
        check(1_000, 500);
        check(1_001, 500);
        check(1_003, 500);
        check(1_004, 501);
        check(2_000, 650);
        check(crate::money::MAX_MINOR, 650);
        assert!(!rates.is_zero() && Rates::Bands(bands(&[(0, 0), (5, 0)]).unwrap()).is_zero());
        assert_eq!(Rates::from(Rate::percent(15)).share(Minor(10)), Minor(2));
    }
}
