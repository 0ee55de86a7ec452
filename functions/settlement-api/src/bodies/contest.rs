//! A partner's contest of a document, and the answer to it.

use super::LineName;
use events::{Refusal, body};
use rules::inquiry::Note;
use rules::label::StatedReason;
use serde::Deserialize;
use settlement::lines::LineKey;
use texts::Notice;

/// A contest of a document, or of one of its lines.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = NewContest))]
#[serde(deny_unknown_fields)]
pub(crate) struct ContestBody {
    /// The line that is meant; null: the document.
    line: Option<LineName>,
    #[cfg_attr(feature = "openapi", schema(value_type = StatedReason))]
    reason: String,
}

/// The answer to a contest, which settles it.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = ContestAnswer))]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerBody {
    #[cfg_attr(feature = "openapi", schema(value_type = Note))]
    text: String,
}

/// Reads a contest.
pub(crate) fn parse(text: &str) -> Result<(Option<LineKey>, StatedReason), Refusal> {
    let ContestBody { line, reason } = body::read(text)?;
    let line = line.map(|line| line.parsed("line")).transpose()?;
    Ok((line, super::parsed("reason", &reason, Notice::from)?))
}

/// Reads an answer.
pub(crate) fn answer(text: &str) -> Result<Note, Refusal> {
    let AnswerBody { text } = body::read(text)?;
    super::parsed("text", &text, Notice::from)
}
