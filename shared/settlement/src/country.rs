//! Countries, and the VAT regimes that fit them (§8.1).

use crate::text::text_type;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

/// The reason why a text is not a country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CountryError {
    /// It is no code of ISO 3166.
    #[error("is not a country: give the two capital letters of ISO 3166 (FR, DE, GR, GB, …)")]
    Unknown,
    /// It is a territory of the departments 97 and 98, whose VAT rates are not data yet.
    #[error(
        "is an overseas territory of France (departments 97 and 98) or Monaco: its VAT rates are not known here yet, so it cannot be billed"
    )]
    Overseas,
}

text_type! {
    /// A country by its two letters: `FR`.
    Country, CountryError, read
}

/// The codes of ISO 3166-1.
const KNOWN: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ \
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF \
    GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW \
    KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL \
    NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST \
    SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// The codes of what France writes with a postal code of 97 or 98.
const OVERSEAS: &str = "BL GF GP MC MF MQ NC PF PM RE TF WF YT";

/// The members of the European Union.
const UNION: &str = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK";

fn has(list: &str, code: &str) -> bool {
    list.split_ascii_whitespace().any(|known| known == code)
}

fn read(text: &str) -> Result<String, CountryError> {
    if has(OVERSEAS, text) {
        Err(CountryError::Overseas)
    } else if has(KNOWN, text) {
        Ok(text.to_owned())
    } else {
        Err(CountryError::Unknown)
    }
}

impl Country {
    /// France.
    pub fn is_france(&self) -> bool {
        self.as_str() == "FR"
    }

    /// A member of the European Union, France too.
    pub fn is_in_union(&self) -> bool {
        has(UNION, self.as_str())
    }
}

/// A partner's VAT regime.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Display,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Regime {
    /// In France, with VAT.
    FrVat,
    /// In France, exempt as a small company (article 293 B of the code).
    FrFranchise,
    /// In another member of the European Union: the client owes the VAT.
    Eu,
    /// Outside the European Union.
    OutsideEu,
}

impl Regime {
    /// All regimes.
    pub const ALL: &[Regime] = Regime::VARIANTS;

    /// The regime fits the country: the French ones France, `eu` every other member, `outside-eu` all others.
    pub fn fits(self, country: &Country) -> bool {
        match self {
            Regime::FrVat | Regime::FrFranchise => country.is_france(),
            Regime::Eu => country.is_in_union() && !country.is_france(),
            Regime::OutsideEu => !country.is_in_union(),
        }
    }
}

/// A French address of the departments 97 and 98: it has their postal code. Five digits after `BP`, `CS` or `TSA` are a
/// box of the post office, not a postal code.
pub fn is_overseas(address: &str) -> bool {
    let mut box_next = false;
    for word in address.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let is_code = word.len() == 5 && word.bytes().all(|b| b.is_ascii_digit());
        if is_code && !box_next && (word.starts_with("97") || word.starts_with("98")) {
            return true;
        }
        box_next = ["BP", "CS", "TSA"].iter().any(|name| word.eq_ignore_ascii_case(name));
    }
    false
}
