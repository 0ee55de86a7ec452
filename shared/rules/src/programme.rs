//! The partner programme (§1): every cell of the vendor's page as data, in French and English.
//!
//! A later version is another [`Programme`] beside this one, with models and terms of its own; no past decision changes
//! because it was added.

mod page_2013_11_16;

#[cfg(test)]
mod next;

pub use crate::text::{Language, Text};

use crate::rates::Rates;
use crate::text::{error, text};
use crate::{Day, Rate};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

/// A partner model. A programme version states which models exist, and their terms.
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
pub enum Model {
    /// Affilié.
    Affiliate,
    /// Intégrateur affilié.
    AffiliatedIntegrator,
    /// Intégrateur indépendant.
    IndependentIntegrator,
    /// Prescripteur.
    Referrer,
    /// A model of a version for tests only.
    #[cfg(test)]
    Reseller,
}

impl Model {
    /// All models, of all versions.
    pub const ALL: &[Model] = Model::VARIANTS;

    /// The model's name on the wire: `affiliated-integrator`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A version of the programme, named by the day the vendor's page was last changed.
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
pub enum ProgrammeVersion {
    /// The page of 16 November 2013, in force for all days before as well.
    #[serde(rename = "2013-11-16")]
    #[strum(serialize = "2013-11-16")]
    V2013_11_16,
    /// A version for tests only.
    #[cfg(test)]
    #[serde(rename = "2099-12-31")]
    #[strum(serialize = "2099-12-31")]
    Next,
}

impl ProgrammeVersion {
    /// All versions, oldest first.
    pub const ALL: &[ProgrammeVersion] = ProgrammeVersion::VARIANTS;

    /// The version in force on a day (§6).
    pub fn in_force_on(day: Day) -> ProgrammeVersion {
        let began = |version: &&ProgrammeVersion| version.programme().in_force_from.is_none_or(|from| from <= day);
        ProgrammeVersion::ALL.iter().rev().copied().find(|version| began(&version)).unwrap_or(Self::V2013_11_16)
    }

    /// The version's name: the day the page was last changed.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The content of this version.
    pub fn programme(self) -> &'static Programme {
        match self {
            ProgrammeVersion::V2013_11_16 => &page_2013_11_16::PROGRAMME,
            #[cfg(test)]
            ProgrammeVersion::Next => &next::PROGRAMME,
        }
    }
}

/// One version of the programme: a column of the page for each of its models.
#[derive(Debug, PartialEq, Eq)]
pub struct Programme {
    /// The version.
    pub version: ProgrammeVersion,
    /// The first day on which an agreement is signed under it; none: any day before the next version.
    pub in_force_from: Option<Day>,
    /// Its models, in the order of the page.
    pub models: &'static [Terms],
}

impl Programme {
    /// One model's column; none if this version has no such model.
    pub fn terms(&'static self, model: Model) -> Option<&'static Terms> {
        self.models.iter().find(|terms| terms.model == model)
    }
}

/// One model's column of the page.
#[derive(Debug, PartialEq, Eq)]
pub struct Terms {
    /// The model.
    pub model: Model,
    /// Its name.
    pub name: Text,
    /// The activity of the partner.
    pub principle: Text,
    /// The conditions for signing.
    pub conditions: &'static [Condition],
    /// The party that delivers start-up, integration and training.
    pub services_delivered_by: Party,
    /// The party that invoices those services to the client.
    pub services_invoiced_by: Party,
    /// The party that holds the recurring contract with the client.
    pub recurring_contract_held_by: Party,
    /// The party that answers the hotline.
    pub support_by: Party,
    /// The party that supplies new versions.
    pub new_versions_by: Party,
    /// The partner's earnings.
    pub earnings: Earnings,
    /// The partner's benefits other than money.
    pub perks: &'static [Perk],
}

impl Terms {
    /// Whether the model asks for evidence of a condition.
    pub fn asks_for(&self, condition: Condition) -> bool {
        self.conditions.contains(&condition)
    }

    /// The discount on the one partner instance, if the model grants that perk.
    pub fn instance_discount(&self) -> Option<Rate> {
        self.perks.iter().find_map(|perk| match perk {
            Perk::PartnerInstance { discount } => Some(*discount),
            Perk::TechnicalTraining | Perk::TechnicalTeamAccess | Perk::Seminars { .. } => None,
        })
    }

    /// The minimum number of sales a year, if the model has one.
    pub fn minimum_sales(&self) -> Option<u32> {
        self.conditions.iter().find_map(|condition| match condition {
            Condition::MinimumSales { per_year } => Some(*per_year),
            Condition::SupportStructure
            | Condition::EntryFee
            | Condition::TechnicalQualification
            | Condition::VendorBrand => None,
        })
    }
}

/// A condition that a model imposes on a partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "condition", rename_all = "kebab-case")]
pub enum Condition {
    /// Structure and skills for technical support.
    SupportStructure,
    /// A minimum number of sales in each year of the agreement.
    MinimumSales {
        /// Customer sales in twelve months.
        per_year: u32,
    },
    /// An entry fee on the commercial potential of the segment conceded.
    EntryFee,
    /// Technical qualification for starting up a client.
    TechnicalQualification,
    /// Pre-sales and proposal under the vendor's brand.
    VendorBrand,
}

impl Condition {
    /// The condition in words.
    pub fn text(self) -> Text {
        match self {
            Condition::SupportStructure => text(
                "structure et compétence pour assurer le support technique",
                "structure and skills for technical support",
            ),
            // The number is part of the condition's data; every version so far says 15.
            Condition::MinimumSales { .. } => text("minimum 15 ventes par an", "at least 15 sales a year"),
            Condition::EntryFee => text(
                "droit d'entrée calculé sur le potentiel commercial du segment concédé",
                "an entry fee computed on the commercial potential of the segment conceded",
            ),
            Condition::TechnicalQualification => text(
                "qualification technique pour le démarrage d'un client",
                "technical qualification for starting up a client",
            ),
            Condition::VendorBrand => text(
                "avant-vente et proposition sous la marque all-in-web",
                "pre-sales and proposal under the all-in-web brand",
            ),
        }
    }
}

/// A party in the programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Party {
    /// The partner.
    Partner,
    /// The partner, as the vendor's subcontractor.
    PartnerAsSubcontractor,
    /// all-in-web.
    Vendor,
}

impl Party {
    /// The party in words.
    pub fn text(self) -> Text {
        match self {
            Party::Partner => text("le partenaire", "the partner"),
            Party::PartnerAsSubcontractor => text("le partenaire, en sous-traitance", "the partner, as subcontractor"),
            Party::Vendor => text("all-in-web", "all-in-web"),
        }
    }
}

/// The earnings of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "earnings", rename_all = "kebab-case")]
pub enum Earnings {
    /// A share of every annual fee.
    Recurring {
        /// The partner's share, a fraction.
        #[serde(rename = "rate")]
        rates: Rates,
    },
    /// A commission on the first annuity only.
    Once {
        /// The commission, a fraction.
        #[serde(rename = "rate")]
        rates: Rates,
        /// The rank of the first sale that is paid.
        from_sale: FromSale,
    },
}

impl Earnings {
    /// The earnings in words; the numbers are shown beside them.
    pub fn text(&self) -> Text {
        match self {
            Earnings::Recurring { .. } => text(
                "revenus récurrents : une part de chaque redevance annuelle",
                "recurring: a share of every annual fee",
            ),
            Earnings::Once { .. } => text(
                "commission versée une fois : une part de la première annuité",
                "commission paid once: a share of the first annuity",
            ),
        }
    }
}

/// The rank of the first sale that is paid, 1 to 12 (§6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct FromSale(u8);

error! {
    /// A number that is not a valid first paid sale.
    FromSaleError =
        "is not a whole number from 1 to 12"
}

impl FromSale {
    /// The highest value.
    pub const MAX: u8 = 12;
    /// The first sale.
    pub const MIN: FromSale = FromSale(1);

    /// The number, 1 to 12.
    pub fn number(self) -> u8 {
        self.0
    }
}

impl TryFrom<u64> for FromSale {
    type Error = FromSaleError;
    fn try_from(number: u64) -> Result<Self, FromSaleError> {
        u8::try_from(number).ok().filter(|n| (1..=Self::MAX).contains(n)).map(FromSale).ok_or(FromSaleError)
    }
}

impl From<FromSale> for u64 {
    fn from(from_sale: FromSale) -> u64 {
        from_sale.0.into()
    }
}

/// A benefit of a partner other than money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "perk", rename_all = "kebab-case")]
pub enum Perk {
    /// One technical training at the vendor's premises.
    TechnicalTraining,
    /// Privileged access to the technical team.
    TechnicalTeamAccess,
    /// One partner instance at a discount.
    PartnerInstance {
        /// The discount on the subscription, a fraction.
        discount: Rate,
    },
    /// Partner seminars.
    Seminars {
        /// The number of seminars a year.
        per_year: u32,
    },
}

/// A perk that a partner takes on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DatedPerk {
    /// The technical training.
    TechnicalTraining,
    /// A partner seminar.
    Seminars,
}

impl DatedPerk {
    /// Every such perk.
    pub const ALL: [DatedPerk; 2] = [DatedPerk::TechnicalTraining, DatedPerk::Seminars];

    /// The name on the wire, which is that of the perk.
    pub fn as_str(self) -> &'static str {
        match self {
            DatedPerk::TechnicalTraining => "technical-training",
            DatedPerk::Seminars => "seminars",
        }
    }
}

impl Perk {
    /// The perk as one that is taken on a day; none for the others.
    pub fn dated(self) -> Option<DatedPerk> {
        match self {
            Perk::TechnicalTraining => Some(DatedPerk::TechnicalTraining),
            Perk::Seminars { .. } => Some(DatedPerk::Seminars),
            Perk::TechnicalTeamAccess | Perk::PartnerInstance { .. } => None,
        }
    }

    /// The perk in words.
    pub fn text(self) -> Text {
        match self {
            Perk::TechnicalTraining => text(
                "une formation technique (dans les locaux d'all-in-web)",
                "one technical training at the vendor's premises",
            ),
            Perk::TechnicalTeamAccess => {
                text("un accès privilégié à l'équipe technique", "privileged access to the technical team")
            }
            Perk::PartnerInstance { .. } => text(
                "une instance partenaire avec 50 % de remise sur l'abonnement récurrent",
                "one partner instance at 50 % off its subscription",
            ),
            Perk::Seminars { .. } => text("2 séminaires partenaires par an", "2 partner seminars a year"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_the_page() {
        let programme = ProgrammeVersion::V2013_11_16.programme();
        let row = |model| {
            let terms = programme.terms(model).unwrap();
            assert_eq!(terms.model, model);
            let (paid, rate, from_sale) = match &terms.earnings {
                Earnings::Recurring { rates: Rates::One(rate) } => ("recurring", rate, None),
                Earnings::Once { rates: Rates::One(rate), from_sale } => ("once", rate, Some(from_sale.number())),
                banded => panic!("{banded:?}"),
            };
            let parties = [
                terms.services_delivered_by,
                terms.services_invoiced_by,
                terms.recurring_contract_held_by,
                terms.support_by,
                terms.new_versions_by,
            ];
            let parties = parties.map(|party| match party {
                Party::Partner => 'P',
                Party::PartnerAsSubcontractor => 's',
                Party::Vendor => 'V',
            });
            let parties: String = parties.into_iter().collect();
            (
                paid,
                rate.in_percent(),
                from_sale,
                parties,
                terms.conditions.len(),
                terms.perks.len(),
                terms.minimum_sales(),
            )
        };
        let percent = |text: &str| text.to_owned();
        assert_eq!(row(Model::Affiliate), ("recurring", percent("50"), None, "PPPPV".into(), 3, 4, Some(15)));
        assert_eq!(row(Model::AffiliatedIntegrator), ("once", percent("70"), Some(2), "sVVVV".into(), 2, 4, None));
        assert_eq!(row(Model::IndependentIntegrator), ("once", percent("50"), Some(2), "PPVVV".into(), 1, 4, None));
        assert_eq!(row(Model::Referrer), ("once", percent("15"), Some(1), "VVVVV".into(), 0, 0, None));
    }

    #[test]
    fn names_on_the_wire_are_the_serialized_ones() {
        let names = ["affiliate", "affiliated-integrator", "independent-integrator", "referrer"];
        let models = ProgrammeVersion::V2013_11_16.programme().models;
        assert!(models.iter().map(|terms| terms.model.as_str()).eq(names));
        for model in Model::ALL {
            assert_eq!(serde_json::to_value(model).unwrap(), model.as_str());
            assert_eq!((model.to_string().as_str(), model.as_str().parse()), (model.as_str(), Ok(*model)));
        }
        for version in ProgrammeVersion::ALL {
            assert_eq!(version.programme().version, *version);
            assert_eq!(serde_json::to_value(version).unwrap(), version.as_str());
            assert_eq!((version.to_string().as_str(), version.as_str().parse()), (version.as_str(), Ok(*version)));
        }
    }
}
