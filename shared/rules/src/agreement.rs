//! Agreements (§6): a partner's signature under one model, from a day on, with the evidence that its conditions are met.

use crate::programme::{Condition, Earnings, FromSale, Terms};
use crate::text::Words;
use crate::{Day, Minor, Model, Money, ProgrammeVersion, Rate};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// How many agreements one partner can have.
pub const MAX_AGREEMENTS: usize = 100;

/// An affiliate's entry fee: `round(rate × commercial potential)`, owed by the partner on the day the agreement starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryFee {
    /// The segment conceded.
    pub segment: String,
    /// What the segment is worth.
    pub commercial_potential: Money,
    /// The part of it that is due, a fraction.
    pub rate: Rate,
}

impl EntryFee {
    /// No fee at all, for an agreement that is only imagined.
    pub(crate) fn none() -> EntryFee {
        EntryFee { segment: String::new(), commercial_potential: Money::CENT, rate: Rate::ZERO }
    }

    /// What is owed, in minor units of the potential's currency.
    pub fn amount(&self) -> Minor {
        self.rate.share(self.commercial_potential.minor())
    }
}

/// What an agreement asks for before its conditions are checked; [`Draft::accept`] makes the agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The model signed.
    pub model: Model,
    /// The first day in force.
    pub starts_on: Day,
    /// The last day in force; none: open.
    pub ends_on: Option<Day>,
    /// Under which version; none: the one in force on `starts_on`.
    pub programme: Option<ProgrammeVersion>,
    /// A negotiated rate instead of the programme's.
    pub rate: Option<Rate>,
    /// A negotiated first paid sale instead of the programme's.
    pub from_sale: Option<FromSale>,
    /// Since when the partner is qualified to start up a client.
    pub technical_qualification: Option<Day>,
    /// Whether the partner has the structure and skills for support.
    pub support_structure: Option<bool>,
    /// The entry fee agreed.
    pub entry_fee: Option<EntryFee>,
}

/// Why an agreement is refused. The field it speaks of is [`AgreementError::field`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AgreementError {
    /// The agreement would end before it starts.
    #[error("is before starts_on: an agreement ends on its first day at the earliest")]
    EndsBeforeItStarts,
    /// Integrators need to be qualified.
    #[error("condition not met: this model needs a technical qualification, with qualified_on on or before starts_on")]
    NotQualified,
    /// Affiliates need a support structure.
    #[error("condition not met: an affiliate needs a support structure (true)")]
    NoSupportStructure,
    /// Affiliates owe an entry fee.
    #[error("condition not met: an affiliate needs an entry fee (segment, commercial_potential, rate)")]
    NoEntryFee,
    /// Evidence of a condition that the model does not have.
    #[error("does not belong to this model, which has no such condition: leave it out")]
    NotOfThisModel(Condition),
}

impl From<AgreementError> for Words {
    fn from(error: AgreementError) -> Words {
        let fr = match error {
            AgreementError::EndsBeforeItStarts => "est avant starts_on : un accord finit au plus tôt son premier jour",
            AgreementError::NotQualified => {
                "condition non remplie : ce modèle demande une qualification technique, avec qualified_on au plus tard à starts_on"
            }
            AgreementError::NoSupportStructure => {
                "condition non remplie : un affilié a besoin d'une structure de support (true)"
            }
            AgreementError::NoEntryFee => {
                "condition non remplie : un affilié doit un droit d'entrée (segment, commercial_potential, rate)"
            }
            AgreementError::NotOfThisModel(_) => {
                "n'est pas de ce modèle, qui n'a pas cette condition : à ne pas donner"
            }
        };
        Words::new(fr, error.to_string())
    }
}

impl AgreementError {
    /// The field of the agreement that is wrong.
    pub fn field(self) -> &'static str {
        match self {
            AgreementError::EndsBeforeItStarts => "ends_on",
            AgreementError::NotQualified => "technical_qualification.qualified_on",
            AgreementError::NoSupportStructure => "support_structure",
            AgreementError::NoEntryFee => "entry_fee",
            AgreementError::NotOfThisModel(condition) => match condition {
                Condition::SupportStructure => "support_structure",
                Condition::EntryFee => "entry_fee",
                Condition::TechnicalQualification | Condition::VendorBrand | Condition::MinimumSales { .. } => {
                    "technical_qualification"
                }
            },
        }
    }
}

impl Draft {
    /// Checks the conditions (§1, §6) and fixes the programme version.
    pub fn accept(self) -> Result<Agreement, AgreementError> {
        if self.ends_on.is_some_and(|end| end < self.starts_on) {
            return Err(AgreementError::EndsBeforeItStarts);
        }
        let evidence = self.evidence()?;
        Ok(Agreement {
            starts_on: self.starts_on,
            ends_on: self.ends_on,
            programme: self.programme.unwrap_or_else(|| ProgrammeVersion::in_force_on(self.starts_on)),
            rate: self.rate,
            from_sale: self.from_sale,
            evidence,
        })
    }

    fn evidence(&self) -> Result<Evidence, AgreementError> {
        let no_qualification = || match self.technical_qualification {
            Some(_) => Err(AgreementError::NotOfThisModel(Condition::TechnicalQualification)),
            None => Ok(()),
        };
        let no_affiliate_evidence = || match (self.support_structure, &self.entry_fee) {
            (Some(_), _) => Err(AgreementError::NotOfThisModel(Condition::SupportStructure)),
            (None, Some(_)) => Err(AgreementError::NotOfThisModel(Condition::EntryFee)),
            (None, None) => Ok(()),
        };
        let qualified_on = || {
            no_affiliate_evidence()?;
            self.technical_qualification.filter(|day| *day <= self.starts_on).ok_or(AgreementError::NotQualified)
        };
        match self.model {
            Model::Affiliate => {
                no_qualification()?;
                if self.support_structure != Some(true) {
                    return Err(AgreementError::NoSupportStructure);
                }
                let entry_fee = self.entry_fee.clone().ok_or(AgreementError::NoEntryFee)?;
                Ok(Evidence::Affiliate { entry_fee })
            }
            Model::AffiliatedIntegrator => Ok(Evidence::AffiliatedIntegrator { qualified_on: qualified_on()? }),
            Model::IndependentIntegrator => Ok(Evidence::IndependentIntegrator { qualified_on: qualified_on()? }),
            Model::Referrer => {
                no_qualification()?;
                no_affiliate_evidence()?;
                Ok(Evidence::Referrer)
            }
        }
    }
}

/// The model, with the evidence that its conditions are met: one cannot be had without the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// A support structure, and an entry fee.
    Affiliate {
        /// The fee agreed.
        entry_fee: EntryFee,
    },
    /// Qualified no later than the agreement starts.
    AffiliatedIntegrator {
        /// Since when.
        qualified_on: Day,
    },
    /// Qualified no later than the agreement starts.
    IndependentIntegrator {
        /// Since when.
        qualified_on: Day,
    },
    /// Nothing is asked.
    Referrer,
}

/// An agreement whose conditions are met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "StoredAgreement")]
pub struct Agreement {
    starts_on: Day,
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_on: Option<Day>,
    programme: ProgrammeVersion,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate: Option<Rate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_sale: Option<FromSale>,
    evidence: Evidence,
}

#[derive(Deserialize)]
struct StoredAgreement {
    starts_on: Day,
    ends_on: Option<Day>,
    programme: ProgrammeVersion,
    rate: Option<Rate>,
    from_sale: Option<FromSale>,
    evidence: Evidence,
}

impl TryFrom<StoredAgreement> for Agreement {
    type Error = AgreementError;
    fn try_from(stored: StoredAgreement) -> Result<Agreement, AgreementError> {
        let StoredAgreement { starts_on, ends_on, programme, rate, from_sale, evidence } = stored;
        let agreement = Agreement { starts_on, ends_on, programme, rate, from_sale, evidence };
        if ends_on.is_some_and(|end| end < starts_on) {
            return Err(AgreementError::EndsBeforeItStarts);
        }
        match &agreement.evidence {
            Evidence::AffiliatedIntegrator { qualified_on } | Evidence::IndependentIntegrator { qualified_on }
                if *qualified_on > starts_on =>
            {
                Err(AgreementError::NotQualified)
            }
            Evidence::Affiliate { .. }
            | Evidence::AffiliatedIntegrator { .. }
            | Evidence::IndependentIntegrator { .. }
            | Evidence::Referrer => Ok(agreement),
        }
    }
}

impl Agreement {
    /// The first day in force; it identifies the agreement within its partner.
    pub fn starts_on(&self) -> Day {
        self.starts_on
    }

    /// The last day in force; none: open.
    pub fn ends_on(&self) -> Option<Day> {
        self.ends_on
    }

    /// The version signed under.
    pub fn programme(&self) -> ProgrammeVersion {
        self.programme
    }

    /// The evidence of its conditions, and with it the model.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// The model signed.
    pub fn model(&self) -> Model {
        match self.evidence {
            Evidence::Affiliate { .. } => Model::Affiliate,
            Evidence::AffiliatedIntegrator { .. } => Model::AffiliatedIntegrator,
            Evidence::IndependentIntegrator { .. } => Model::IndependentIntegrator,
            Evidence::Referrer => Model::Referrer,
        }
    }

    /// The programme's terms for the model, before anything negotiated.
    pub fn terms(&self) -> &'static Terms {
        self.programme.programme().terms(self.model())
    }

    /// What the partner earns: the programme's terms, with the negotiated ones in their place.
    pub fn earnings(&self) -> Earnings {
        match self.terms().earnings {
            Earnings::Recurring { rate } => Earnings::Recurring { rate: self.rate.unwrap_or(rate) },
            Earnings::Once { rate, from_sale } => {
                Earnings::Once { rate: self.rate.unwrap_or(rate), from_sale: self.from_sale.unwrap_or(from_sale) }
            }
        }
    }

    /// The same agreement under other terms.
    pub(crate) fn with_terms(&self, evidence: Evidence, rate: Option<Rate>, from_sale: Option<FromSale>) -> Agreement {
        Agreement { rate, from_sale, evidence, ..self.clone() }
    }

    /// The negotiated rate, if there is one.
    pub fn negotiated_rate(&self) -> Option<Rate> {
        self.rate
    }

    /// The negotiated first paid sale, if there is one.
    pub fn negotiated_from_sale(&self) -> Option<FromSale> {
        self.from_sale
    }

    /// Both ends included.
    pub fn in_force_on(&self, day: Day) -> bool {
        self.starts_on <= day && self.ends_on.is_none_or(|end| day <= end)
    }

    /// The entry fee, if the model has one.
    pub fn entry_fee(&self) -> Option<&EntryFee> {
        match &self.evidence {
            Evidence::Affiliate { entry_fee } => Some(entry_fee),
            Evidence::AffiliatedIntegrator { .. } | Evidence::IndependentIntegrator { .. } | Evidence::Referrer => None,
        }
    }
}

/// All agreements of one partner, by `starts_on`; no two are in force on one day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Agreement>")]
pub struct Agreements(Vec<Agreement>);

impl TryFrom<Vec<Agreement>> for Agreements {
    type Error = AgreementsError;
    fn try_from(agreements: Vec<Agreement>) -> Result<Self, AgreementsError> {
        Agreements::new(agreements)
    }
}

/// Why a set of agreements is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AgreementsError {
    /// Two of them share a day.
    #[error(
        "the agreement of {later} starts while the one of {earlier} is still in force; end that one before {later}"
    )]
    Overlap {
        /// `starts_on` of the one that goes on too long.
        earlier: Day,
        /// `starts_on` of the one that starts too early.
        later: Day,
    },
    /// More than [`MAX_AGREEMENTS`].
    #[error("a partner has at most 100 agreements")]
    TooMany,
}

impl From<AgreementsError> for Words {
    fn from(error: AgreementsError) -> Words {
        let fr = match error {
            AgreementsError::Overlap { earlier, later } => format!(
                "l'accord du {later} commence alors que celui du {earlier} est encore en vigueur ; terminer celui-ci avant le {later}"
            )
            .into(),
            AgreementsError::TooMany => Cow::from("un partenaire a au plus 100 accords"),
        };
        Words::new(fr, error.to_string())
    }
}

impl Agreements {
    /// Orders them and refuses an overlap.
    pub fn new(mut agreements: Vec<Agreement>) -> Result<Self, AgreementsError> {
        if agreements.len() > MAX_AGREEMENTS {
            return Err(AgreementsError::TooMany);
        }
        agreements.sort_by_key(|agreement| agreement.starts_on);
        for (earlier, later) in agreements.iter().zip(agreements.iter().skip(1)) {
            if earlier.in_force_on(later.starts_on) {
                return Err(AgreementsError::Overlap { earlier: earlier.starts_on, later: later.starts_on });
            }
        }
        Ok(Self(agreements))
    }

    /// The one in force on a day.
    pub fn in_force_on(&self, day: Day) -> Option<&Agreement> {
        self.0.iter().find(|agreement| agreement.in_force_on(day))
    }

    /// The same with each in another form, its days unchanged.
    pub(crate) fn map(&self, change: impl Fn(&Agreement) -> Agreement) -> Agreements {
        Agreements(self.0.iter().map(change).collect())
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Agreement> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(model: Model, starts_on: &str) -> Draft {
        Draft {
            model,
            starts_on: starts_on.parse().unwrap(),
            ends_on: None,
            programme: None,
            rate: None,
            from_sale: None,
            technical_qualification: None,
            support_structure: None,
            entry_fee: None,
        }
    }

    fn fee() -> EntryFee {
        let commercial_potential = Money::parse("100000.10", "EUR".parse().unwrap()).unwrap();
        EntryFee { segment: "mairies".into(), commercial_potential, rate: "0.025".parse().unwrap() }
    }

    #[test]
    fn conditions_are_met_or_named() {
        let check = |draft: Draft, expected: Result<Model, (AgreementError, &str)>| {
            let got = draft.accept().map(|agreement| agreement.model()).map_err(|error| (error, error.field()));
            assert_eq!(got, expected);
        };
        let on = |day: &str| Some(day.parse().unwrap());
        check(draft(Model::Referrer, "2024-01-01"), Ok(Model::Referrer));
        for model in [Model::AffiliatedIntegrator, Model::IndependentIntegrator] {
            let draft = draft(model, "2024-01-01");
            let not_qualified = Err((AgreementError::NotQualified, "technical_qualification.qualified_on"));
            check(draft.clone(), not_qualified);
            check(Draft { technical_qualification: on("2024-01-02"), ..draft.clone() }, not_qualified);
            check(Draft { technical_qualification: on("2024-01-01"), ..draft.clone() }, Ok(model));
            let stray = AgreementError::NotOfThisModel(Condition::EntryFee);
            check(Draft { entry_fee: Some(fee()), ..draft }, Err((stray, "entry_fee")));
        }
        let affiliate = Draft { entry_fee: Some(fee()), ..draft(Model::Affiliate, "2024-01-01") };
        let no_structure = Err((AgreementError::NoSupportStructure, "support_structure"));
        check(affiliate.clone(), no_structure);
        check(Draft { support_structure: Some(false), ..affiliate.clone() }, no_structure);
        let affiliate = Draft { support_structure: Some(true), ..affiliate };
        check(affiliate.clone(), Ok(Model::Affiliate));
        check(Draft { entry_fee: None, ..affiliate.clone() }, Err((AgreementError::NoEntryFee, "entry_fee")));
        let stray = AgreementError::NotOfThisModel(Condition::TechnicalQualification);
        let qualified = Draft { technical_qualification: on("2020-01-01"), ..affiliate.clone() };
        check(qualified, Err((stray, "technical_qualification")));
        check(Draft { ends_on: on("2024-01-01"), ..affiliate.clone() }, Ok(Model::Affiliate));
        let backwards = Draft { ends_on: on("2023-12-31"), ..affiliate };
        check(backwards, Err((AgreementError::EndsBeforeItStarts, "ends_on")));
    }

    #[test]
    fn no_two_agreements_share_a_day() {
        let agreement = |from: &str, to: Option<&str>| {
            Draft { ends_on: to.map(|day| day.parse().unwrap()), ..draft(Model::Referrer, from) }.accept().unwrap()
        };
        let early = || agreement("2024-01-01", Some("2024-03-31"));
        let late = || agreement("2024-04-01", None);
        let agreements = Agreements::new(vec![late(), early()]).unwrap();
        let found = |day: &str| agreements.in_force_on(day.parse().unwrap()).map(Agreement::starts_on);
        assert_eq!(found("2023-12-31"), None);
        assert_eq!(found("2024-01-01"), Some(early().starts_on()));
        assert_eq!(found("2024-03-31"), Some(early().starts_on()));
        assert_eq!(found("2024-04-01"), Some(late().starts_on()));
        let overlap = Agreements::new(vec![agreement("2024-01-01", None), late()]);
        let (earlier, later) = (early().starts_on(), late().starts_on());
        assert_eq!(overlap, Err(AgreementsError::Overlap { earlier, later }));
        assert_eq!(Agreements::new(vec![late(), late()]), Err(AgreementsError::Overlap { earlier: later, later }));
        let many = (0..=100).map(|_| early()).collect();
        assert_eq!(Agreements::new(many), Err(AgreementsError::TooMany));
    }

    #[test]
    fn what_could_not_be_registered_does_not_read_from_storage() {
        let referrer = |from: &str, to: Option<&str>| {
            Draft { ends_on: to.map(|day| day.parse().unwrap()), ..draft(Model::Referrer, from) }.accept().unwrap()
        };
        let (early, late) = (referrer("2024-01-01", None), referrer("2025-01-01", None));
        let reads = |agreements: &serde_json::Value| serde_json::from_value::<Agreements>(agreements.clone()).is_ok();
        let sound = serde_json::to_value([referrer("2024-01-01", Some("2024-12-31")), late.clone()]).unwrap();
        assert!(reads(&sound));
        assert!(!reads(&serde_json::to_value([early, late]).unwrap()), "both in force");
        let mut backwards = sound;
        backwards[0]["ends_on"] = "2023-12-31".into();
        assert!(!reads(&backwards));
        let qualified = Draft {
            technical_qualification: Some("2024-01-01".parse().unwrap()),
            ..draft(Model::AffiliatedIntegrator, "2024-01-01")
        };
        let mut late_qualification = serde_json::to_value([qualified.accept().unwrap()]).unwrap();
        assert!(reads(&late_qualification));
        late_qualification[0]["evidence"]["affiliated-integrator"]["qualified_on"] = "2024-01-02".into();
        assert!(!reads(&late_qualification));
    }

    #[test]
    fn negotiated_terms_stand_in_place_of_the_programmes() {
        let check = |rate: Option<&str>, from_sale: Option<u64>, expected: (&str, u8)| {
            let (rate, from_sale) = (rate.map(|rate| rate.parse().unwrap()), from_sale.map(|n| n.try_into().unwrap()));
            let agreement = Draft { rate, from_sale, ..draft(Model::Referrer, "2024-01-01") }.accept().unwrap();
            assert_eq!((agreement.negotiated_rate(), agreement.negotiated_from_sale()), (rate, from_sale));
            let Earnings::Once { rate, from_sale } = agreement.earnings() else { panic!("a referrer is paid once") };
            assert_eq!((rate.to_string().as_str(), from_sale.number()), expected);
        };
        check(None, None, ("0.15", 1));
        check(Some("0.2"), None, ("0.2", 1));
        check(None, Some(12), ("0.15", 12));
        check(Some("0"), Some(3), ("0", 3));
    }

    #[test]
    fn the_entry_fee_is_rounded_once() {
        assert_eq!(fee().amount(), Minor(250_000));
    }
}
