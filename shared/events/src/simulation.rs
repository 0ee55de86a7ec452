//! Questions *what if* (RULEBOOK §7): the agreements and the terms to change in a simulation.

use crate::agreement::from_sale;
use crate::field::Field;
use crate::{Refusal, body};
use rules::programme::FromSale;
use rules::simulation::{Change, Who};
use rules::{Day, Model, PartnerId, ProgrammeVersion, Rate};
use serde::Deserialize;
use texts::Code;

/// A question: the agreements and their simulated terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulation {
    /// The agreements that the simulation changes.
    pub who: Who,
    /// The simulated terms: at least one.
    pub terms: Change,
    /// The day from which they hold, for annuities that start then or later; none: for all.
    pub from: Option<Day>,
}

/// A question on the wire.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Question<'a> {
    #[serde(borrow)]
    who: Concerned<'a>,
    #[serde(borrow)]
    terms: OtherTerms<'a>,
    /// The day from which the terms hold, for annuities that start then or later; for all if absent.
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Day>))]
    from: Option<Field<'a, Day>>,
}

/// The agreements that a question concerns.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Concerned<'a> {
    /// All agreements of one partner.
    #[serde(borrow)]
    PartnerId(Field<'a, PartnerId>),
    /// All agreements under one model.
    Model(Model),
    /// All agreements under one version of the programme.
    Programme(ProgrammeVersion),
}

/// Simulated terms: at least one.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OtherTerms<'a> {
    model: Option<Model>,
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Rate>))]
    rate: Option<Field<'a, Rate>>,
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<FromSale>))]
    from_sale: Option<Field<'a, FromSale>>,
}

/// Reads a question.
// Only the API calls it. That crate is compiled for size, this one for speed.
#[inline]
pub fn parse(body: &str) -> Result<Simulation, Refusal> {
    let Question { who, terms, from } = body::read(body)?;
    let who = match who {
        Concerned::PartnerId(id) => Who::PartnerId(id.parsed("who.partner_id")?),
        Concerned::Model(model) => Who::Model(model),
        Concerned::Programme(version) => Who::Programme(version),
    };
    let terms = Change {
        model: terms.model,
        rate: terms.rate.map(|rate| rate.parsed("terms.rate")).transpose()?,
        from_sale: terms.from_sale.map(|number| from_sale(number, "terms.from_sale")).transpose()?,
    };
    if terms == Change::default() {
        let reason = Code::NothingToChange;
        return Err(Refusal::new("terms", reason));
    }
    let from = from.map(|day| day.parsed("from")).transpose()?;
    Ok(Simulation { who, terms, from })
}
