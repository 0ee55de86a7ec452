//! Agreements (§6): a partner's signature under one model, from a day on, with the evidence that its conditions are
//! met.

use crate::programme::{Condition, Earnings, FromSale, Terms};
use crate::rates::Rates;
use crate::{Day, Minor, Model, Money, ProgrammeVersion, Rate};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The most agreements that one partner can have.
pub const MAX_AGREEMENTS: usize = 100;

/// The id of an agreement among its partner's agreements: its first day. No two start on one day (§6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AgreementId(Day);

impl AgreementId {
    /// The first day in force.
    pub fn starts_on(self) -> Day {
        self.0
    }
}

impl From<Day> for AgreementId {
    fn from(starts_on: Day) -> AgreementId {
        AgreementId(starts_on)
    }
}

impl FromStr for AgreementId {
    type Err = crate::day::DayError;
    fn from_str(text: &str) -> Result<AgreementId, Self::Err> {
        text.parse().map(AgreementId)
    }
}

impl fmt::Display for AgreementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An affiliate's entry fee: `round(rate × commercial potential)`, owed by the partner on the day the agreement starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryFee {
    /// The segment conceded.
    pub segment: String,
    /// The commercial potential of the segment.
    pub commercial_potential: Money,
    /// The fraction of it that is due.
    pub rate: Rate,
}

impl EntryFee {
    /// The entry fee, in minor units of the potential's currency.
    pub fn amount(&self) -> Minor {
        self.rate.share(self.commercial_potential.minor())
    }
}

/// An agreement before its conditions are checked; [`Draft::accept`] makes the agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The model signed.
    pub model: Model,
    /// The first day in force.
    pub starts_on: Day,
    /// The last day in force; none: open.
    pub ends_on: Option<Day>,
    /// The programme version; none: the one in force on `starts_on`.
    pub programme: Option<ProgrammeVersion>,
    /// A negotiated rate instead of the programme's.
    pub rate: Option<Rate>,
    /// A negotiated first paid sale instead of the programme's.
    pub from_sale: Option<FromSale>,
    /// The day since which the partner is qualified to start up a client.
    pub technical_qualification: Option<Day>,
    /// Whether the partner has the structure and skills for support.
    pub support_structure: Option<bool>,
    /// The entry fee agreed.
    pub entry_fee: Option<EntryFee>,
}

/// The reason why an agreement is refused. [`AgreementError::field`] is the field at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AgreementError {
    /// The programme has no such model.
    #[error("is not a model of that version of the programme")]
    NotOfThisProgramme,
    /// The agreement would end before it starts.
    #[error("is before starts_on: an agreement ends on its first day at the earliest")]
    EndsBeforeItStarts,
    /// An integrator without technical qualification.
    #[error("condition not met: this model needs a technical qualification, with qualified_on on or before starts_on")]
    NotQualified,
    /// An affiliate without a support structure.
    #[error("condition not met: an affiliate needs a support structure (true)")]
    NoSupportStructure,
    /// An affiliate without an entry fee.
    #[error("condition not met: an affiliate needs an entry fee (segment, commercial_potential, rate)")]
    NoEntryFee,
    /// Evidence of a condition that the model does not have.
    #[error("does not belong to this model, which has no such condition: leave it out")]
    NotOfThisModel(Condition),
}

impl AgreementError {
    /// The field of the agreement that is wrong.
    pub fn field(self) -> &'static str {
        match self {
            AgreementError::NotOfThisProgramme => "model",
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
    /// An open agreement under the programme's own terms, without evidence of any condition.
    pub fn new(model: Model, starts_on: Day) -> Draft {
        Draft {
            model,
            starts_on,
            ends_on: None,
            programme: None,
            rate: None,
            from_sale: None,
            technical_qualification: None,
            support_structure: None,
            entry_fee: None,
        }
    }

    /// Checks the conditions (§1, §6) and fixes the programme version.
    pub fn accept(self) -> Result<Agreement, AgreementError> {
        if self.ends_on.is_some_and(|end| end < self.starts_on) {
            return Err(AgreementError::EndsBeforeItStarts);
        }
        let programme = self.programme.unwrap_or_else(|| ProgrammeVersion::in_force_on(self.starts_on));
        let terms = programme.programme().terms(self.model).ok_or(AgreementError::NotOfThisProgramme)?;
        self.has_no_other_evidence(terms)?;
        self.meets_conditions(terms)?;
        let Draft { starts_on, ends_on, rate, from_sale, technical_qualification, entry_fee, .. } = self;
        Ok(Agreement { starts_on, ends_on, programme, terms, rate, from_sale, technical_qualification, entry_fee })
    }

    /// Refuses evidence of conditions that the model does not have.
    fn has_no_other_evidence(&self, terms: &Terms) -> Result<(), AgreementError> {
        let given = [
            (Condition::TechnicalQualification, self.technical_qualification.is_some()),
            (Condition::SupportStructure, self.support_structure.is_some()),
            (Condition::EntryFee, self.entry_fee.is_some()),
        ];
        let other = given.into_iter().find(|(condition, given)| *given && !terms.asks_for(*condition));
        other.map_or(Ok(()), |(condition, _)| Err(AgreementError::NotOfThisModel(condition)))
    }

    /// The brand and the minimum of sales need no evidence (§6).
    fn meets_conditions(&self, terms: &Terms) -> Result<(), AgreementError> {
        terms.conditions.iter().try_for_each(|condition| match condition {
            Condition::TechnicalQualification => {
                let qualified = self.technical_qualification.is_some_and(|day| day <= self.starts_on);
                qualified.then_some(()).ok_or(AgreementError::NotQualified)
            }
            Condition::SupportStructure => {
                (self.support_structure == Some(true)).then_some(()).ok_or(AgreementError::NoSupportStructure)
            }
            Condition::EntryFee => self.entry_fee.as_ref().map(drop).ok_or(AgreementError::NoEntryFee),
            Condition::MinimumSales { .. } | Condition::VendorBrand => Ok(()),
        })
    }
}

/// An agreement whose conditions are met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    starts_on: Day,
    ends_on: Option<Day>,
    programme: ProgrammeVersion,
    terms: &'static Terms,
    rate: Option<Rate>,
    from_sale: Option<FromSale>,
    technical_qualification: Option<Day>,
    entry_fee: Option<EntryFee>,
}

impl Agreement {
    /// The agreement's id.
    pub fn id(&self) -> AgreementId {
        AgreementId(self.starts_on)
    }

    /// The first day in force.
    pub fn starts_on(&self) -> Day {
        self.starts_on
    }

    /// The last day in force; none: open.
    pub fn ends_on(&self) -> Option<Day> {
        self.ends_on
    }

    /// The programme version under which it was signed.
    pub fn programme(&self) -> ProgrammeVersion {
        self.programme
    }

    /// The model signed.
    pub fn model(&self) -> Model {
        self.terms.model
    }

    /// The programme's terms for the model, before anything negotiated.
    pub fn terms(&self) -> &'static Terms {
        self.terms
    }

    /// The partner's earnings: the programme's terms, with the negotiated ones in their place.
    pub fn earnings(&self) -> Earnings {
        let rates = |rates: &Rates| self.rate.map_or_else(|| rates.clone(), Rates::One);
        match &self.terms.earnings {
            Earnings::Recurring { rates: of_programme } => Earnings::Recurring { rates: rates(of_programme) },
            Earnings::Once { rates: of_programme, from_sale } => {
                Earnings::Once { rates: rates(of_programme), from_sale: self.from_sale.unwrap_or(*from_sale) }
            }
        }
    }

    /// The same agreement with other negotiated terms.
    pub(crate) fn negotiated(&self, rate: Option<Rate>, from_sale: Option<FromSale>) -> Agreement {
        Agreement { rate, from_sale, ..self.clone() }
    }

    /// The same agreement under another model of its programme, without evidence of that model's conditions; none if
    /// the programme has no such model.
    pub(crate) fn under(&self, model: Model) -> Option<Agreement> {
        let terms = self.programme.programme().terms(model)?;
        let (technical_qualification, entry_fee) = (None, None);
        Some(Agreement { terms, rate: None, from_sale: None, technical_qualification, entry_fee, ..self.clone() })
    }

    /// The negotiated rate, if there is one.
    pub fn negotiated_rate(&self) -> Option<Rate> {
        self.rate
    }

    /// The negotiated first paid sale, if there is one.
    pub fn negotiated_from_sale(&self) -> Option<FromSale> {
        self.from_sale
    }

    /// Whether the agreement is in force on a day; its first and last day count.
    pub fn in_force_on(&self, day: Day) -> bool {
        self.starts_on <= day && self.ends_on.is_none_or(|end| day <= end)
    }

    /// The day since which the partner is qualified to start up a client, if the model asks for that.
    pub fn technical_qualification(&self) -> Option<Day> {
        self.technical_qualification
    }

    /// Whether the partner has the structure and skills for support; true if the model asks for them.
    pub fn has_support_structure(&self) -> bool {
        self.terms.asks_for(Condition::SupportStructure)
    }

    /// The entry fee, if the model has one.
    pub fn entry_fee(&self) -> Option<&EntryFee> {
        self.entry_fee.as_ref()
    }
}

/// All agreements of one partner, by `starts_on`; no two are in force on one day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agreements(Vec<Agreement>);

/// The reason why a set of agreements is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AgreementsError {
    /// Two agreements share a day.
    #[error(
        "the agreement of {later} starts while the one of {earlier} is still in force; end that one before {later}"
    )]
    Overlap {
        /// `starts_on` of the agreement that ends too late.
        earlier: Day,
        /// `starts_on` of the agreement that starts too early.
        later: Day,
    },
    /// More than [`MAX_AGREEMENTS`].
    #[error("a partner has at most 100 agreements")]
    TooMany,
}

impl Agreements {
    /// Sorts the agreements and refuses an overlap.
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

    /// The agreement in force on a day.
    pub fn in_force_on(&self, day: Day) -> Option<&Agreement> {
        self.0.iter().find(|agreement| agreement.in_force_on(day))
    }

    /// The same agreements, each changed; their days must not change.
    pub(crate) fn map(&self, change: impl Fn(&Agreement) -> Agreement) -> Agreements {
        Agreements(self.0.iter().map(change).collect())
    }

    /// The number of a partner's earliest sales that suffices to decide, under any of these agreements, whether a sale is
    /// paid (§3.3): one less than the latest sale from which one of them pays, ended and future ones too.
    pub fn most_listed(&self) -> usize {
        let needed = |agreement: &Agreement| match agreement.earnings() {
            Earnings::Recurring { .. } => 0,
            Earnings::Once { rates: _, from_sale } => usize::from(from_sale.number()).saturating_sub(1),
        };
        self.0.iter().map(needed).max().unwrap_or(0)
    }

    /// All agreements, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Agreement> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(model: Model, starts_on: &str) -> Draft {
        Draft::new(model, starts_on.parse().unwrap())
    }

    fn fee() -> EntryFee {
        let commercial_potential = Money::parse("100000.10", "EUR".parse().unwrap()).unwrap();
        EntryFee { segment: "mairies".into(), commercial_potential, rate: "0.025".parse().unwrap() }
    }

    #[test]
    fn a_partner_s_list_is_as_long_as_its_agreements_need() {
        let check = |all: &[(&str, Model, Option<u64>)], expected: usize| {
            let drafts = all.iter().map(|(starts_on, model, from_sale)| {
                let is_integrator = matches!(model, Model::AffiliatedIntegrator | Model::IndependentIntegrator);
                let starts_on: Day = starts_on.parse().unwrap();
                let qualified = is_integrator.then_some(starts_on);
                let from_sale = from_sale.map(|n| n.try_into().unwrap());
                let ends_on = starts_on.to_string().replace("-01-01", "-12-31").parse().ok();
                let (of_affiliates, fee) = (*model == Model::Affiliate, fee());
                Draft {
                    ends_on,
                    from_sale,
                    technical_qualification: qualified,
                    support_structure: of_affiliates.then_some(true),
                    entry_fee: of_affiliates.then_some(fee),
                    ..draft(*model, &starts_on.to_string())
                }
            });
            let agreements = Agreements::new(drafts.map(|draft| draft.accept().unwrap()).collect()).unwrap();
            assert_eq!(agreements.most_listed(), expected, "{all:?}");
        };
        check(&[], 0);
        check(&[("2024-01-01", Model::Referrer, None)], 0);
        check(&[("2024-01-01", Model::Affiliate, None)], 0);
        check(&[("2024-01-01", Model::AffiliatedIntegrator, None)], 1);
        check(&[("2024-01-01", Model::Referrer, Some(12))], 11);
        let ended_and_future =
            [("2020-01-01", Model::Referrer, Some(10)), ("2024-01-01", Model::IndependentIntegrator, None)];
        check(&ended_and_future, 9);
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
    fn negotiated_terms_stand_in_place_of_the_programmes() {
        let check = |rate: Option<&str>, from_sale: Option<u64>, expected: (&str, u8)| {
            let (rate, from_sale) = (rate.map(|rate| rate.parse().unwrap()), from_sale.map(|n| n.try_into().unwrap()));
            let agreement = Draft { rate, from_sale, ..draft(Model::Referrer, "2024-01-01") }.accept().unwrap();
            assert_eq!((agreement.negotiated_rate(), agreement.negotiated_from_sale()), (rate, from_sale));
            let Earnings::Once { rates: Rates::One(rate), from_sale } = agreement.earnings() else {
                panic!("a referrer is paid once")
            };
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
