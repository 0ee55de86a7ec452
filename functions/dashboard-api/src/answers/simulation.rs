//! *What if*: what is owed, beside what would be.

use crate::answers::entries::{LineAnswer, LineName};
use crate::answers::unreadable::Unreadable;
use events::json::Total;
use rules::PartnerId;
use rules::simulation::{Change, Who};
use serde::Serialize;

/// The recorded facts under other terms, beside today's result.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct Simulation {
    #[cfg_attr(feature = "openapi", schema(value_type = events::simulation::Concerned))]
    pub(crate) who: Who,
    #[cfg_attr(feature = "openapi", schema(value_type = events::simulation::OtherTerms))]
    pub(crate) terms: Change,
    pub(crate) today: Vec<Total>,
    pub(crate) simulated: Vec<Total>,
    pub(crate) partners: Vec<SimulatedPartner>,
    /// The first of the lines that would be other ones.
    pub(crate) lines: Vec<SimulatedLine>,
    /// How many would be.
    pub(crate) lines_changed: usize,
    #[serde(flatten)]
    pub(crate) unreadable: Unreadable,
}

/// What a partner is and would be owed.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct SimulatedPartner {
    pub(crate) partner_id: PartnerId,
    pub(crate) name: Option<String>,
    pub(crate) today: Vec<Total>,
    pub(crate) simulated: Vec<Total>,
}

/// A line as it is, and as it would be.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct SimulatedLine {
    #[serde(flatten)]
    pub(crate) line: LineName,
    pub(crate) today: Option<LineAnswer>,
    pub(crate) simulated: Option<LineAnswer>,
}
