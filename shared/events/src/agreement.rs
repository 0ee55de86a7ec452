//! Agreements on the wire (RULEBOOK §6), the same in a registration and in an answer.

use crate::amount::Amount;
use crate::field::{Field, required};
use crate::{Refusal, body, raw};
use rules::agreement::{Draft, EntryFee};
use rules::programme::{FromSale, FromSaleError};
use rules::{Agreements, Day, Model, ProgrammeVersion, Rate};
use serde::{Deserialize, Serialize};

/// An agreement.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Agreement<'a> {
    model: Model,
    /// The first day in force.
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(required = true, value_type = Day))]
    starts_on: Option<Field<'a, Day>>,
    /// The last day in force; open if absent.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Day>))]
    ends_on: Option<Field<'a, Day>>,
    /// The version that was in force on the day of signature if absent; answers always name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    programme: Option<ProgrammeVersion>,
    /// A negotiated rate.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Rate>))]
    rate: Option<Field<'a, Rate>>,
    /// A negotiated first paid sale.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<FromSale>))]
    from_sale: Option<Field<'a, FromSale>>,
    /// An integrator’s technical qualification.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    technical_qualification: Option<Qualification<'a>>,
    /// Whether an affiliate has the structure and skills for technical support.
    #[serde(skip_serializing_if = "Option::is_none")]
    support_structure: Option<bool>,
    /// An affiliate’s entry fee.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    entry_fee: Option<Fee<'a>>,
}

/// A technical qualification.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
struct Qualification<'a> {
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(required = true, value_type = Day))]
    qualified_on: Option<Field<'a, Day>>,
}

/// An entry fee: a rate on the commercial potential of a segment.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = EntryFee))]
#[serde(deny_unknown_fields)]
struct Fee<'a> {
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::written))]
    segment: String,
    #[serde(borrow)]
    commercial_potential: Amount<'a>,
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(required = true, value_type = Rate))]
    rate: Option<Field<'a, Rate>>,
}

impl Agreement<'_> {
    /// Reads an agreement. `known` are the agreements registered so far: an agreement that names no programme version
    /// keeps the version fixed when it was first registered.
    pub(crate) fn read(self, known: &Agreements, path: &str) -> Result<rules::Agreement, Refusal> {
        let at = |field: &str| format!("{path}.{field}");
        let starts_on = required(self.starts_on, &at("starts_on"))?;
        let fixed = known.iter().find(|known| known.starts_on() == starts_on).map(rules::Agreement::programme);
        let qualified_on = |qualification: Qualification<'_>| {
            required(qualification.qualified_on, &at("technical_qualification.qualified_on"))
        };
        let draft = Draft {
            model: self.model,
            starts_on,
            ends_on: self.ends_on.map(|day| day.parsed(&at("ends_on"))).transpose()?,
            programme: self.programme.or(fixed),
            rate: self.rate.map(|rate| rate.parsed(&at("rate"))).transpose()?,
            from_sale: self.from_sale.map(|number| from_sale(number, &at("from_sale"))).transpose()?,
            technical_qualification: self.technical_qualification.map(qualified_on).transpose()?,
            support_structure: self.support_structure,
            entry_fee: self.entry_fee.map(|fee| fee.read(&at("entry_fee"))).transpose()?,
        };
        draft.accept().map_err(|error| Refusal::new(at(error.field()), error))
    }
}

pub(crate) fn from_sale(number: Field<'_, FromSale>, field: &str) -> Result<FromSale, Refusal> {
    number.read(|written| {
        let number = raw::whole_number(written).ok_or(FromSaleError).and_then(FromSale::try_from);
        number.map_err(|error| Refusal::new(field, error))
    })
}

impl Fee<'_> {
    fn read(self, path: &str) -> Result<EntryFee, Refusal> {
        let at = |field: &str| format!("{path}.{field}");
        let segment = body::text(self.segment, &at("segment"))?;
        let commercial_potential = self.commercial_potential.read(&at("commercial_potential"))?;
        Ok(EntryFee { segment, commercial_potential, rate: required(self.rate, &at("rate"))? })
    }
}

impl From<&rules::Agreement> for Agreement<'static> {
    fn from(agreement: &rules::Agreement) -> Self {
        let qualified = |day| Qualification { qualified_on: Some(Field::Known(day)) };
        Agreement {
            model: agreement.model(),
            starts_on: Some(Field::Known(agreement.starts_on())),
            ends_on: agreement.ends_on().map(Field::Known),
            programme: Some(agreement.programme()),
            rate: agreement.negotiated_rate().map(Field::Known),
            from_sale: agreement.negotiated_from_sale().map(Field::Known),
            technical_qualification: agreement.technical_qualification().map(qualified),
            support_structure: agreement.has_support_structure().then_some(true),
            entry_fee: agreement.entry_fee().map(Fee::from),
        }
    }
}

impl From<&EntryFee> for Fee<'static> {
    fn from(fee: &EntryFee) -> Self {
        let potential = fee.commercial_potential;
        let amount = Some(Field::Known(potential.currency().decimal(potential.minor())));
        let commercial_potential = Amount { amount, currency: Some(Field::Known(potential.currency())) };
        Fee { segment: fee.segment.clone(), commercial_potential, rate: Some(Field::Known(fee.rate)) }
    }
}
