//! Days on which partners took a perk.

use crate::{Refusal, body};
use serde::Deserialize;

/// A statement that the partner took the perk on that day, or did not.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = PerkTaken))]
#[serde(deny_unknown_fields)]
pub struct PerkTaken {
    /// False takes back a day that was entered by mistake.
    taken: bool,
}

/// Reads it.
// Only the API calls it. That crate is compiled for size, this one for speed.
#[inline]
pub fn parse(body: &str) -> Result<bool, Refusal> {
    let PerkTaken { taken } = body::read(body)?;
    Ok(taken)
}
