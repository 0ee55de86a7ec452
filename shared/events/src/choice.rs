//! Choices of the effective claim (RULEBOOK §5): a claim of a key, or none, and the reason.

use crate::{Refusal, body};
use serde::{Deserialize, Deserializer};
use texts::Code;

/// A manager’s choice between the claims of one key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Choice))]
#[serde(deny_unknown_fields)]
pub struct ChoiceBody {
    /// The effective claim, counted from 1 as the contract lists its claims; none: no claim is effective.
    #[serde(deserialize_with = "present")]
    #[cfg_attr(feature = "openapi", schema(required = true, minimum = 1))]
    pub claim: Option<usize>,
    /// The number of claims that the contract listed: a choice resolves no later ones.
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub seen: usize,
    /// The reason: 1 to [`MAX_LABEL`](rules::label::MAX_LABEL) characters.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::written))]
    pub reason: String,
}

/// `null` is the choice of no claim; without the field there is no choice.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<usize>, D::Error> {
    Option::deserialize(deserializer)
}

/// Reads a choice. The ledger checks that the claim exists.
// Only the API calls it. That crate is compiled for size, this one for speed.
#[inline]
pub fn parse(body: &str) -> Result<ChoiceBody, Refusal> {
    let ChoiceBody { claim, seen, reason } = body::read(body)?;
    if claim == Some(0) {
        let reason = Code::CountedFromOne;
        return Err(Refusal::new("claim", reason));
    }
    Ok(ChoiceBody { claim, seen, reason: body::text(reason, "reason")? })
}
