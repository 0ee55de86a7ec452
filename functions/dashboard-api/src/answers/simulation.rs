//! Simulations: the amounts owed today, beside those under other terms.

use crate::answers::entries::{LineAnswer, LineName};
use crate::answers::unreadable::Unreadable;
use events::json::{Money, Total};
use rules::balance::{Balance, Balances};
use rules::simulation::{Change, Who};
use rules::{Currency, Day, PartnerId};
use serde::Serialize;

/// The recorded facts under other terms, beside today's result.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct Simulation {
    #[cfg_attr(feature = "openapi", schema(value_type = events::simulation::Concerned))]
    pub(crate) who: Who,
    #[cfg_attr(feature = "openapi", schema(value_type = events::simulation::OtherTerms))]
    pub(crate) terms: Change,
    /// The terms hold for annuities that start on this day or later; null: for all.
    pub(crate) from: Option<Day>,
    pub(crate) yearly_cost: YearlyCost,
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

/// Cost of the other terms in a year: what is booked from one day to another, as simulated, less what is booked there today.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct YearlyCost {
    /// First day of the month eleven months before the present one.
    pub(crate) from: Day,
    /// Last day of the present month.
    pub(crate) to: Day,
    pub(crate) differences: Vec<Difference>,
}

/// Difference of what is due in one currency, simulated less today; positive: more is due.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = SimulatedDifference))]
pub(crate) struct Difference {
    currency: Currency,
    due_to_partner: Money,
    due_from_partner: Money,
}

impl Difference {
    /// Lists the differences by currency.
    pub(crate) fn all(cost: &Balances) -> Vec<Difference> {
        let difference = |(currency, balance): (&Currency, &Balance)| Difference {
            currency: *currency,
            due_to_partner: Money::new(balance.due_to_partner, *currency),
            due_from_partner: Money::new(balance.due_from_partner, *currency),
        };
        cost.0.iter().map(difference).collect()
    }
}

/// Totals of a partner, today and under the other terms.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct SimulatedPartner {
    pub(crate) partner_id: PartnerId,
    pub(crate) name: Option<String>,
    pub(crate) today: Vec<Total>,
    pub(crate) simulated: Vec<Total>,
    /// The partner's part of the yearly cost.
    pub(crate) yearly_cost: Vec<Difference>,
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
