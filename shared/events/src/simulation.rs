//! Questions *what if* (RULEBOOK §7): whose agreements would be other ones, and which terms.

use crate::{Refusal, body};
use rules::what_if::{Change, Who};
use serde::Deserialize;

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Simulation {
    /// Whose agreements.
    pub who: Who,
    /// The terms that would be other ones: at least one.
    pub terms: Change,
}

/// Reads a question.
pub fn parse(body: &str) -> Result<Simulation, Refusal> {
    let simulation: Simulation = body::read(body)?;
    if simulation.terms == Change::default() {
        return Err(Refusal::new("terms", "names nothing to change: give rate, from_sale or model"));
    }
    Ok(simulation)
}
