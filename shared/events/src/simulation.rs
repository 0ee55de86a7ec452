//! Questions *what if* (RULEBOOK §7): whose agreements would be other ones, and which terms.

use crate::raw::{Raw, from_sale, parsed, parsed_if_there};
use crate::{Refusal, body};
use rules::text::Words;
use rules::what_if::{Change, Who};
use rules::{Model, ProgrammeVersion};
use serde::Deserialize;

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulation {
    /// Whose agreements.
    pub who: Who,
    /// The terms that would be other ones: at least one.
    pub terms: Change,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSimulation<'a> {
    #[serde(borrow)]
    who: RawWho<'a>,
    #[serde(borrow)]
    terms: RawTerms<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawWho<'a> {
    #[serde(borrow)]
    PartnerId(Raw<'a>),
    Model(Model),
    Programme(ProgrammeVersion),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTerms<'a> {
    model: Option<Model>,
    #[serde(borrow)]
    rate: Raw<'a>,
    #[serde(borrow)]
    from_sale: Raw<'a>,
}

/// Reads a question.
pub fn parse(body: &str) -> Result<Simulation, Refusal> {
    let RawSimulation { who, terms } = body::read(body)?;
    let who = match who {
        RawWho::PartnerId(id) => Who::PartnerId(parsed(id, "who.partner_id")?),
        RawWho::Model(model) => Who::Model(model),
        RawWho::Programme(version) => Who::Programme(version),
    };
    let terms = Change {
        model: terms.model,
        rate: parsed_if_there(terms.rate, "terms.rate")?,
        from_sale: from_sale(terms.from_sale, "terms.from_sale")?,
    };
    if terms == Change::default() {
        let reason = Words::new(
            "ne nomme rien à changer : donner rate, from_sale ou model",
            "names nothing to change: give rate, from_sale or model",
        );
        return Err(Refusal::new("terms", reason));
    }
    Ok(Simulation { who, terms })
}
