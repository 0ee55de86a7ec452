//! Currencies (§2): the ISO 4217 codes with a minor unit that were active on any day since 2000-01-01. A withdrawn
//! currency keeps its decimals, so amounts already booked in it can still be read.

use crate::minor::Minor;
use crate::text::error;
use iso_currency::Currency as Iso;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A currency that has a minor unit. Ordered by its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency(Known);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Known {
    code: &'static str,
    decimals: u8,
}

error! {
    /// A text that is not a known currency.
    CurrencyError =
        "is not an ISO 4217 currency with a minor unit, active on a day since 2000, in capitals (EUR, CHF, JPY, …)"
}

/// The codes withdrawn since 2000-01-01 that the table of active codes no longer has, with their decimals. Sources: ISO
/// 4217 list three for the codes, the currency data of Java for the decimals, which that list does not give.
const WITHDRAWN: [(&str, u8); 47] = [
    ("ADP", 0),
    ("AFA", 2),
    ("ANG", 2),
    ("ATS", 2),
    ("AZM", 2),
    ("BEF", 0),
    ("BGL", 2),
    ("BYB", 0),
    ("BYR", 0),
    ("CSD", 2),
    ("CYP", 2),
    ("DEM", 2),
    ("EEK", 2),
    ("ESP", 0),
    ("FIM", 2),
    ("FRF", 2),
    ("GHC", 2),
    ("GRD", 0),
    ("IEP", 2),
    ("ITL", 0),
    ("LTL", 2),
    ("LUF", 0),
    ("LVL", 2),
    ("MGF", 0),
    ("MRO", 2),
    ("MTL", 2),
    ("MZM", 2),
    ("NLG", 2),
    ("PTE", 0),
    ("ROL", 0),
    ("RUR", 2),
    ("SDD", 2),
    ("SIT", 2),
    ("SKK", 2),
    ("SRG", 2),
    ("STD", 2),
    ("TMM", 2),
    ("TPE", 0),
    ("TRL", 0),
    ("USS", 2),
    ("VEB", 2),
    ("VEF", 2),
    ("YUM", 2),
    ("ZMK", 2),
    ("ZWD", 2),
    ("ZWN", 2),
    ("ZWR", 2),
];

impl Currency {
    /// The euro.
    pub const EUR: Currency = Currency(Known { code: "EUR", decimals: 2 });

    /// The three capital letters.
    pub fn code(self) -> &'static str {
        self.0.code
    }

    /// The number of decimals of an amount: 2 for EUR, 0 for JPY, 3 for TND.
    pub fn decimals(self) -> u32 {
        self.0.decimals.into()
    }

    /// A number of minor units as a plain decimal with all its decimals: `-300.00`.
    pub fn decimal(self, minor: Minor) -> String {
        Decimal::new(minor.0, self.decimals()).to_string()
    }
}

impl std::str::FromStr for Currency {
    type Err = CurrencyError;
    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        if !text.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(CurrencyError);
        }
        // A code that the table calls superseded was active in this century.
        let active = Iso::from_code(text).and_then(|iso| Some((iso.code(), u8::try_from(iso.exponent()?).ok()?)));
        let known = active.or_else(|| WITHDRAWN.into_iter().find(|(code, _)| *code == text));
        known.map(|(code, decimals)| Currency(Known { code, decimals })).ok_or(CurrencyError)
    }
}

impl TryFrom<String> for Currency {
    type Error = CurrencyError;
    fn try_from(text: String) -> Result<Self, CurrencyError> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> String {
        currency.code().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currencies_of_this_century_that_have_a_minor_unit() {
        for (good, decimals) in [
            ("EUR", 2),
            ("CHF", 2),
            ("JPY", 0),
            ("TND", 3),
            ("CLF", 4),
            ("VES", 2),
            ("VED", 2),
            ("ZWG", 2),
            ("XCG", 2),
            ("HRK", 2),
            ("SLL", 2),
            ("BGN", 2),
            ("ZWL", 2),
            ("CUC", 2),
            ("DEM", 2),
            ("FRF", 2),
            ("ITL", 0),
            ("TRL", 0),
        ] {
            assert_eq!(good.parse::<Currency>().map(Currency::decimals), Ok(decimals), "{good}");
        }
        for bad in ["", "eur", "EURO", "XXX", "XAU", "XTS", "XEU", "DDM", "XFO", "AAA", "E\u{55}R\0"] {
            assert!(bad.parse::<Currency>().is_err(), "{bad}");
        }
        assert_eq!("EUR".parse(), Ok(Currency::EUR));
    }

    #[test]
    fn each_code_is_listed_once_and_in_order() {
        assert!(WITHDRAWN.is_sorted_by(|(one, _), (other, _)| one < other));
        for (code, _) in WITHDRAWN {
            assert!(Iso::from_code(code).is_none(), "{code} is in the other table");
        }
    }

    #[test]
    fn minor_units_print_with_all_their_decimals() {
        assert_eq!(Currency::EUR.decimal(Minor(-30_000)), "-300.00");
        assert_eq!(Currency::EUR.decimal(Minor(-5)), "-0.05");
        assert_eq!(Currency::EUR.decimal(Minor(0)), "0.00");
        assert_eq!("JPY".parse::<Currency>().unwrap().decimal(Minor(7)), "7");
    }
}
