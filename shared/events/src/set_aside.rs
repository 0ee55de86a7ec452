//! What is set aside, and why.

use crate::{Refusal, body};
use serde::Deserialize;

/// Why something is set aside.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Reason {
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::written))]
    reason: String,
}

/// Reads the reason: 1 to [`body::MAX_TEXT`] characters.
// The API alone calls it, and is compiled to be small: this crate is compiled to be fast.
#[inline]
pub fn parse(body: &str) -> Result<String, Refusal> {
    let Reason { reason } = body::read(body)?;
    body::text(reason, "reason")
}
