//! Partners: their registration, balances and sales against the minimum.

use crate::answers::programme::PerkInWords;
use crate::answers::unreadable::Unreadable;
use events::agreement::Agreement;
use events::json::Money;
use jiff::Timestamp;
use jiff::civil::Date;
use ledger::PartnerRecord;
use ledger::lenient;
use ledger::whole_partner::WholePartner;
use reports::minimum_sales::AgreementYear;
use rules::balance::Balances;
use rules::minimum_sales::Status;
use rules::programme::{Perk, Terms};
use rules::{AgreementId, Agreements, ContractId, Currency, Day, Model, PartnerId};
use serde::Serialize;

/// A page of the registered partners.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct PartnerList {
    pub(crate) partners: Vec<ListedPartner>,
    pub(crate) next_cursor: Option<String>,
    #[serde(flatten)]
    pub(crate) unreadable: Unreadable,
}

/// A partner as listed.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct ListedPartner {
    partner_id: PartnerId,
    name: String,
    /// The model of the agreement in force today.
    model: Option<Model>,
    /// The current year of minimum sales, if the request asks for it and there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    minimum_sales: Option<MinimumSales>,
    /// Missed years of minimum sales that are not set aside, if the request asks for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    missed: Option<Vec<MinimumSales>>,
    /// Balances at the end of the month that the request names, by default of everything ever booked; if the request
    /// asks for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    balances: Option<Vec<Balance>>,
}

impl ListedPartner {
    pub(crate) fn new(partner_id: PartnerId, name: String, model: Option<Model>) -> ListedPartner {
        ListedPartner { partner_id, name, model, minimum_sales: None, missed: None, balances: None }
    }

    /// Adds the partner's sales against the minimum.
    pub(crate) fn with_years(self, years: &[AgreementYear]) -> ListedPartner {
        let current = years.iter().find(|year| year.is_current).map(MinimumSales::from);
        let missed = years.iter().filter(|year| year.is_open()).map(MinimumSales::from).collect();
        ListedPartner { minimum_sales: current, missed: Some(missed), ..self }
    }

    /// Adds the partner's balances.
    pub(crate) fn with_balances(self, balances: &Balances) -> ListedPartner {
        ListedPartner { balances: Some(Balance::all(balances)), ..self }
    }
}

/// The registration of a partner; it can be sent back as a registration.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct RegisteredPartner {
    partner_id: PartnerId,
    name: String,
    agreements: Vec<RegisteredAgreement>,
}

impl RegisteredPartner {
    /// Name and agreements of a partner.
    pub(crate) fn new(partner_id: PartnerId, name: String, agreements: &Agreements) -> RegisteredPartner {
        let agreements = agreements.iter().map(|agreement| RegisteredAgreement::Known(agreement.into())).collect();
        RegisteredPartner { partner_id, name, agreements }
    }
}

impl From<&PartnerRecord> for RegisteredPartner {
    fn from(record: &PartnerRecord) -> RegisteredPartner {
        let known = record.partner.agreements.iter().map(|agreement| RegisteredAgreement::Known(agreement.into()));
        let unknown = record.unknown.iter().map(|agreement| RegisteredAgreement::Unknown(agreement.into()));
        let (partner_id, name) = (record.id.clone(), record.name.clone().unwrap_or_default());
        RegisteredPartner { partner_id, name, agreements: known.chain(unknown).collect() }
    }
}

/// An agreement that this release knows, or one of a later release.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum RegisteredAgreement {
    Known(Agreement<'static>),
    Unknown(UnknownAgreement),
}

/// The derived schema of such an enum is exactly one of its variants; an agreement of ours has the fields of both.
#[cfg(feature = "openapi")]
mod schema {
    use super::{Agreement, RegisteredAgreement, UnknownAgreement};
    use utoipa::openapi::RefOr;
    use utoipa::openapi::schema::{AnyOfBuilder, Ref, Schema};
    use utoipa::{PartialSchema, ToSchema};

    impl PartialSchema for RegisteredAgreement {
        fn schema() -> RefOr<Schema> {
            let either = [Agreement::name(), UnknownAgreement::name()].map(Ref::from_schema_name);
            either.into_iter().fold(AnyOfBuilder::new(), AnyOfBuilder::item).into()
        }
    }

    impl ToSchema for RegisteredAgreement {
        fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
            schemas.push((Agreement::name().into(), Agreement::schema()));
            Agreement::schemas(schemas);
            schemas.push((UnknownAgreement::name().into(), UnknownAgreement::schema()));
            UnknownAgreement::schemas(schemas);
        }
    }
}

/// An agreement of a later release, shown as text.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct UnknownAgreement {
    model: String,
    programme: String,
    starts_on: Day,
    ends_on: Option<Day>,
}

impl From<&lenient::UnknownAgreement> for UnknownAgreement {
    fn from(agreement: &lenient::UnknownAgreement) -> UnknownAgreement {
        let lenient::UnknownAgreement { model, programme, starts_on, ends_on } = agreement.clone();
        UnknownAgreement { model, programme, starts_on, ends_on }
    }
}

/// A partner with its balances and its sales against the minimum.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct Partner {
    #[serde(flatten)]
    pub(crate) registered: RegisteredPartner,
    pub(crate) balances: Vec<Balance>,
    /// Years with a minimum that have begun, by agreement.
    pub(crate) minimum_sales: Vec<MinimumSales>,
    /// Perks of the agreement in force today: everything it grants beside money.
    pub(crate) perks: Vec<PerkTaken>,
    #[serde(flatten)]
    pub(crate) unreadable: Unreadable,
}

/// A perk, and how far the partner took it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = PerkOfPartner))]
pub(crate) struct PerkTaken {
    #[serde(flatten)]
    perk: PerkInWords,
    /// The days on which the partner took it; always empty for a perk that has no days.
    taken_on: Vec<Day>,
    /// The contract of the instance with the discount; null for every other perk.
    contract_id: Option<ContractId>,
}

impl PerkTaken {
    /// The perks of an agreement, with what the partner took of each.
    pub(crate) fn all(terms: &Terms, partner: &WholePartner) -> Vec<PerkTaken> {
        let instance = partner.record.partner.instances.iter().next();
        let taken = |perk: &Perk| PerkTaken {
            perk: PerkInWords::from(*perk),
            taken_on: partner.perks.iter().filter(|of| perk.dated() == Some(of.perk)).map(|of| of.day).collect(),
            contract_id: match perk {
                Perk::PartnerInstance { .. } => instance.map(|key| key.contract_id.clone()),
                Perk::TechnicalTraining | Perk::TechnicalTeamAccess | Perk::Seminars { .. } => None,
            },
        };
        terms.perks.iter().map(taken).collect()
    }
}

/// Balance of all entries ever booked, in one currency.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct Balance {
    currency: Currency,
    due_to_partner: Money,
    due_from_partner: Money,
}

impl Balance {
    /// Lists the balances by currency.
    pub(crate) fn all(balances: &Balances) -> Vec<Balance> {
        let balance = |(currency, balance): (&Currency, &rules::balance::Balance)| Balance {
            currency: *currency,
            due_to_partner: Money::new(balance.due_to_partner, *currency),
            due_from_partner: Money::new(balance.due_from_partner, *currency),
        };
        balances.0.iter().map(balance).collect()
    }
}

/// Sales against the minimum in a year of an agreement.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct MinimumSales {
    /// The agreement, by its first day.
    agreement: AgreementId,
    /// Number of the year within its agreement, counted from 1.
    number: u16,
    from: Date,
    to: Date,
    sales: u32,
    minimum: u32,
    /// The sales in proportion to the completed days of the year; the minimum once it is over.
    expected: u32,
    status: Status,
    current: bool,
    /// Reason and time of setting the year aside, while its sales and minimum are unchanged; absent for a partner.
    #[serde(skip_serializing_if = "Option::is_none")]
    set_aside: Option<SetAside>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct SetAside {
    reason: String,
    at: Timestamp,
}

impl From<&AgreementYear> for MinimumSales {
    fn from(AgreementYear { of, year, is_current, set_aside: _ }: &AgreementYear) -> MinimumSales {
        MinimumSales {
            agreement: of.agreement,
            number: of.number,
            from: year.from,
            to: year.to,
            sales: year.sales,
            minimum: year.minimum,
            expected: year.expected,
            status: year.status,
            current: *is_current,
            set_aside: None,
        }
    }
}

impl MinimumSales {
    /// The same year as a manager sees it.
    pub(crate) fn for_managers(year: &AgreementYear) -> MinimumSales {
        let set_aside = year.set_aside.as_ref().map(|said| SetAside { reason: said.reason.clone(), at: said.at });
        MinimumSales { set_aside, ..year.into() }
    }
}
