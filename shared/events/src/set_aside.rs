//! What is set aside, and why.

use crate::{Refusal, body};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    reason: String,
}

/// Reads the reason: 1 to [`body::MAX_TEXT`] characters.
pub fn parse(body: &str) -> Result<String, Refusal> {
    let Body { reason } = body::read(body)?;
    body::text(reason, "reason")
}
