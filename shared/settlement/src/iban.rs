//! IBAN: an account at a bank (§8.1), by the length of its country and mod 97.

use crate::text::without_spaces;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The reason why a text is not an IBAN. It never quotes the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IbanError {
    /// It has other characters, or begins in another way.
    #[error("is not an IBAN: two capital letters, two digits, then capital letters and digits")]
    Shape,
    /// Its first letters are no country with IBANs.
    #[error("begins with no country that has IBANs: copy the first two letters from the bank's own paper")]
    Country,
    /// It is too long or too short.
    #[error(
        "has {found} characters, but an IBAN of its country has {expected}: copy it whole from the bank's own paper"
    )]
    Length {
        /// The length of an IBAN of that country.
        expected: usize,
        /// The length of the text.
        found: usize,
    },
    /// Its check digits do not fit.
    #[error("is mistyped: its check digits do not fit (mod 97); copy it from the bank's own paper")]
    Mod97,
}

/// An IBAN. Spaces are left out. Shown masked, since no log and no message may hold it whole.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Iban(String);

/// The length of an IBAN by country, as the registry of IBANs has it.
const LENGTHS: [(usize, &str); 18] = [
    (15, "NO"),
    (16, "BE"),
    (18, "DK FI FK FO GL NL SD"),
    (19, "MK SI"),
    (20, "AT BA EE KZ LT LU MN XK"),
    (21, "CH HR LI LV"),
    (22, "BG BH CR DE GB GE IE ME RS VA"),
    (23, "AE GI IL IQ OM SO TL"),
    (24, "AD CZ ES MD PK RO SA SE SK TN VG"),
    (25, "LY PT ST"),
    (26, "IS TR"),
    (27, "BI DJ FR GR IT MC MR SM"),
    (28, "AL AZ BY CY DO GT HN HU LB NI PL SV"),
    (29, "BR EG PS QA UA"),
    (30, "JO KW MU YE"),
    (31, "MT SC"),
    (32, "LC"),
    (33, "RU"),
];

/// The countries whose banks SEPA reaches, by the letters with which their IBANs begin.
const SEPA: &str = "AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS \
    SE SI SK SM VA";

impl std::str::FromStr for Iban {
    type Err = IbanError;
    fn from_str(text: &str) -> Result<Self, IbanError> {
        let iban = without_spaces(text);
        let known = |b: u8| b.is_ascii_digit() || b.is_ascii_uppercase();
        let (Some(country), Some(check)) = (iban.get(..2), iban.get(2..4)) else { return Err(IbanError::Shape) };
        let begins_well = country.bytes().all(|b| b.is_ascii_uppercase()) && check.bytes().all(|b| b.is_ascii_digit());
        if !begins_well || !iban.bytes().all(known) {
            return Err(IbanError::Shape);
        }
        let has = |countries: &str| countries.split_ascii_whitespace().any(|known| known == country);
        let (expected, _) = LENGTHS.into_iter().find(|(_, countries)| has(countries)).ok_or(IbanError::Country)?;
        if iban.len() != expected {
            return Err(IbanError::Length { expected, found: iban.len() });
        }
        // 00, 01 and 99 give the same rest as 97, 98 and 02, and are never given out.
        let given_out = !matches!(check, "00" | "01" | "99");
        if given_out && mod_97(&iban) == 1 { Ok(Iban(iban)) } else { Err(IbanError::Mod97) }
    }
}

/// The rest by 97 of the IBAN as a number: its first four characters moved to the end, letters as 10 to 35.
fn mod_97(iban: &str) -> u32 {
    let (head, tail) = iban.split_at_checked(4).unwrap_or((iban, ""));
    let digits = tail.chars().chain(head.chars()).filter_map(|c| c.to_digit(36));
    digits.fold(0, |rest, digit| if digit < 10 { (rest * 10 + digit) % 97 } else { (rest * 100 + digit) % 97 })
}

impl Iban {
    /// The whole IBAN, for the order to the bank alone.
    pub fn whole(&self) -> &str {
        &self.0
    }

    /// A SEPA transfer reaches it.
    pub fn is_sepa(&self) -> bool {
        self.0.get(..2).is_some_and(|country| SEPA.split_ascii_whitespace().any(|known| known == country))
    }

    /// The country, the check digits and the last four characters; the rest as dots.
    pub fn masked(&self) -> String {
        let dots = "•".repeat(self.0.len().saturating_sub(8));
        let (head, tail) = (self.0.get(..4), self.0.get(self.0.len().saturating_sub(4)..));
        format!("{}{dots}{}", head.unwrap_or_default(), tail.unwrap_or_default())
    }
}

impl TryFrom<String> for Iban {
    type Error = IbanError;
    fn try_from(text: String) -> Result<Self, IbanError> {
        text.parse()
    }
}

impl From<Iban> for String {
    fn from(iban: Iban) -> String {
        iban.0
    }
}

impl fmt::Display for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Iban({})", self.masked())
    }
}
