//! Choices of what stands (RULEBOOK §5): which of the claims of a key, and why.

use crate::{Refusal, body};
use rules::text::Words;
use serde::{Deserialize, Deserializer};

/// What a manager chose.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Choice))]
#[serde(deny_unknown_fields)]
pub struct ChoiceBody {
    /// Counted from 1, in the order in which the contract lists its claims; none: no claim stands.
    #[serde(deserialize_with = "present")]
    #[cfg_attr(feature = "openapi", schema(required = true, minimum = 1))]
    pub claim: Option<usize>,
    /// How many claims the contract listed: a choice resolves those that it saw.
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub seen: usize,
    /// Why: 1 to [`body::MAX_TEXT`] characters.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::written))]
    pub reason: String,
}

/// `null` is a choice; leaving the field out is none.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<usize>, D::Error> {
    Option::deserialize(deserializer)
}

/// Reads a choice. Whether there is such a claim is for the ledger to say.
// The API alone calls it, and is compiled to be small: this crate is compiled to be fast.
#[inline]
pub fn parse(body: &str) -> Result<ChoiceBody, Refusal> {
    let ChoiceBody { claim, seen, reason } = body::read(body)?;
    if claim == Some(0) {
        let reason =
            Words::new("se compte à partir de 1 ; null n'en retient aucune", "is counted from 1; null chooses none");
        return Err(Refusal::new("claim", reason));
    }
    Ok(ChoiceBody { claim, seen, reason: body::text(reason, "reason")? })
}
