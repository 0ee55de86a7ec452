//! Errors as `application/problem+json` (RFC 9457), naming the field that is wrong.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use events::Refusal;
use ledger::LedgerError;
use serde::Serialize;

/// An answer that is an error.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Problem {
    #[serde(serialize_with = "as_number")]
    status: StatusCode,
    title: &'static str,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn as_number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl Problem {
    /// How an answer says that it is one.
    pub(crate) const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Problem {
        let title = status.canonical_reason().unwrap_or("Error");
        Problem { status, title, detail: detail.into(), field: None }
    }

    pub(crate) fn unauthorized() -> Problem {
        Problem::new(StatusCode::UNAUTHORIZED, "this is open to whoever has a token: send it as Authorization: Bearer")
    }

    pub(crate) fn forbidden(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::FORBIDDEN, detail)
    }

    pub(crate) fn internal(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    }

    /// What was refused before a handler saw it.
    pub(crate) fn unreadable(status: StatusCode) -> Problem {
        Problem::new(status, "the request cannot be read")
    }

    pub(crate) fn not_found(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, detail)
    }

    pub(crate) fn method_not_allowed() -> Problem {
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this path does not take that method")
    }

    pub(crate) fn conflict(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::CONFLICT, detail)
    }

    pub(crate) fn precondition_failed(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::PRECONDITION_FAILED, detail)
    }

    pub(crate) fn precondition_required(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::PRECONDITION_REQUIRED, detail)
    }

    pub(crate) fn try_again(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        Problem { field: Some(refusal.field.clone()), ..Problem::new(StatusCode::BAD_REQUEST, refusal.to_string()) }
    }
}

impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Problem {
        let chain = runtime::chain(&error);
        match error {
            LedgerError::Store(_) | LedgerError::Contended { .. } => {
                tracing::error!(error = chain, "the ledger could not answer: whoever asked is told to try again");
                Problem::try_again("the ledger cannot answer now; nothing was changed, try again")
            }
            LedgerError::Damaged { .. } | LedgerError::Overflow { .. } => {
                tracing::error!(error = chain, "the ledger cannot answer until it is mended: see operate audit");
                Problem::internal("the ledger holds something it cannot add up; see the log")
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, axum::Json(&self)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, Problem::CONTENT_TYPE);
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
