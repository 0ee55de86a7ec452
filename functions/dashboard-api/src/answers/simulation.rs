//! Simulations: the amounts owed today, beside those under other terms.

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
    /// The first of the lines that would change.
    pub(crate) lines: Vec<SimulatedLine>,
    /// Number of lines that would change.
    pub(crate) lines_changed: usize,
    #[serde(flatten)]
    pub(crate) unreadable: Unreadable,
}

/// Totals of a partner, today and under the other terms.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct SimulatedPartner {
    pub(crate) partner_id: PartnerId,
    pub(crate) name: Option<String>,
    pub(crate) today: Vec<Total>,
    pub(crate) simulated: Vec<Total>,
}

/// A line today, and under the other terms.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct SimulatedLine {
    #[serde(flatten)]
    pub(crate) line: LineName,
    pub(crate) today: Option<LineAnswer>,
    pub(crate) simulated: Option<LineAnswer>,
}
