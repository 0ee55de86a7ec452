//! The reason for setting aside a missed year.

use crate::{Refusal, body};
use serde::Deserialize;

/// The reason for setting an item aside.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Reason {
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::written))]
    reason: String,
}

/// Reads the reason: 1 to [`MAX_LABEL`](rules::label::MAX_LABEL) characters.
// Only the API calls it. That crate is compiled for size, this one for speed.
#[inline]
pub fn parse(body: &str) -> Result<String, Refusal> {
    let Reason { reason } = body::read(body)?;
    body::text(reason, "reason")
}
