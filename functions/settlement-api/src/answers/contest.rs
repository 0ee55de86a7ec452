//! Contests that wait for an answer.

use crate::answers::document::ContestShown;
use closing::open_contests::OpenContest;
use events::json::Money;
use rules::{Currency, Day, PartnerId};
use serde::Serialize;
use settlement::document::DocumentType;
use settlement::{Account, Document};

/// A page of everyone's contests without an answer, the oldest first.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct OpenContestList {
    pub(crate) contests: Vec<OpenContestShown>,
    pub(crate) next_cursor: Option<String>,
}

/// A contest without an answer, with the document that waits for it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = OpenContest))]
pub(crate) struct OpenContestShown {
    #[serde(flatten)]
    contest: ContestShown,
    partner_id: PartnerId,
    currency: Currency,
    /// `to-partner` or `from-partner`.
    direction: &'static str,
    /// The kind of the document, as in its summary.
    kind: &'static str,
    /// The day on which the document is due; null: a credit note or a cancellation.
    due: Option<Day>,
    /// The gross amount of the document.
    gross: Money,
}

impl From<&OpenContest> for OpenContestShown {
    fn from(OpenContest { contest, document }: &OpenContest) -> OpenContestShown {
        let Document { account: Account { partner_id, currency, direction }, kind, due, amounts, .. } = document;
        let kind: DocumentType = kind.name();
        OpenContestShown {
            contest: contest.into(),
            partner_id: partner_id.clone(),
            currency: *currency,
            direction: direction.into(),
            kind: kind.into(),
            due: *due,
            gross: Money::new(amounts.gross, *currency),
        }
    }
}
