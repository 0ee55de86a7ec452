//! VAT as EN 16931 divides it: a category for each regime, and one sum for each category and rate.

use crate::words;
use crate::xml::{Xml, element, text};
use rules::Currency;
use rules::money::{Minor, Overflow};
use rules::text::Language;
use settlement::Direction;
use settlement::country::Regime;
use settlement::vat::{Mention, VatRate, VatSum, mention};
use std::collections::BTreeMap;

/// A category of VAT (UNTDID 5305).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Category {
    /// `S`: a standard rate.
    Standard,
    /// `E`: exempt.
    Exempt,
    /// `AE`: the client owes the VAT.
    ReverseCharge,
    /// `O`: not subject to the seller's VAT. No VAT id may stand beside it, and no other category.
    NotSubject,
}

impl Category {
    /// The category of lines. Where the partner is outside the European Union it is `O` in both directions: `AE` demands a
    /// tax id of the seller, and such a partner has none here. The mention says who owes the VAT all the same.
    pub(crate) fn of(direction: Direction, regime: Regime) -> Category {
        match mention(direction, regime) {
            None => Category::Standard,
            Some(Mention::Franchise) => Category::Exempt,
            Some(Mention::OutsideFrance) => Category::NotSubject,
            Some(Mention::ReverseCharge) => match regime {
                Regime::OutsideEu => Category::NotSubject,
                Regime::FrVat | Regime::FrFranchise | Regime::Eu => Category::ReverseCharge,
            },
        }
    }

    fn code(self) -> &'static str {
        match self {
            Category::Standard => "S",
            Category::Exempt => "E",
            Category::ReverseCharge => "AE",
            Category::NotSubject => "O",
        }
    }

    /// The code of the reason why there is no VAT (VATEX).
    fn exemption(self) -> Option<&'static str> {
        match self {
            Category::Standard => None,
            Category::Exempt => Some("VATEX-FR-FRANCHISE"),
            Category::ReverseCharge => Some("VATEX-EU-AE"),
            Category::NotSubject => Some("VATEX-EU-O"),
        }
    }

    /// The rate in per cent; what is not subject to VAT has none.
    fn rate(self, rate: VatRate) -> Xml {
        match self {
            Category::Standard | Category::Exempt | Category::ReverseCharge => {
                text("ram:RateApplicablePercent", &rate.in_percent())
            }
            Category::NotSubject => Xml::default(),
        }
    }
}

/// The VAT of a line.
pub(crate) fn of_line(direction: Direction, regime: Regime, rate: VatRate) -> Xml {
    let category = Category::of(direction, regime);
    element(
        "ram:ApplicableTradeTax",
        [text("ram:TypeCode", "VAT"), text("ram:CategoryCode", category.code()), category.rate(rate)],
    )
}

/// A sum of the VAT of a document: of all lines of a category and rate, several regimes together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sum {
    pub(crate) category: Category,
    pub(crate) mention: Option<Mention>,
    pub(crate) rate: VatRate,
    pub(crate) base: Minor,
    pub(crate) vat: Minor,
}

/// The sums of the VAT of a document, by category and rate.
pub(crate) fn sums(direction: Direction, vat: &[VatSum]) -> Result<Vec<Sum>, Overflow> {
    let mut sums: BTreeMap<(Category, VatRate), Sum> = BTreeMap::new();
    for VatSum { regime, rate, base, vat } in vat {
        let (category, mention) = (Category::of(direction, *regime), mention(direction, *regime));
        let nothing = Sum { category, mention, rate: *rate, base: Minor::ZERO, vat: Minor::ZERO };
        let sum = sums.entry((category, *rate)).or_insert(nothing);
        sum.base = sum.base.plus(*base)?;
        sum.vat = sum.vat.plus(*vat)?;
    }
    Ok(sums.into_values().collect())
}

/// A sum with the reason why there is no VAT.
pub(crate) fn of_sum(sum: &Sum, direction: Direction, currency: Currency) -> Xml {
    let reason = sum.mention.map(|mention| words::mention(mention, direction).in_language(Language::Fr));
    element(
        "ram:ApplicableTradeTax",
        [
            text("ram:CalculatedAmount", &currency.decimal(sum.vat)),
            text("ram:TypeCode", "VAT"),
            reason.map(|reason| text("ram:ExemptionReason", reason)).unwrap_or_default(),
            text("ram:BasisAmount", &currency.decimal(sum.base)),
            text("ram:CategoryCode", sum.category.code()),
            sum.category.exemption().map(|code| text("ram:ExemptionReasonCode", code)).unwrap_or_default(),
            sum.category.rate(sum.rate),
        ],
    )
}
