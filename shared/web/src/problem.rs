//! Errors as `application/problem+json` (RFC 9457), naming the field that is wrong, in the language of the request.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use events::Refusal;
use ledger::LedgerError;
use reports::ReportError;
use reports::as_known::MAX_ENTRIES;
use rules::programme::Language;
use serde::Serialize;
use texts::{Code, Notice, names};

/// An answer that is an error. As a response it has no body yet: `headers.rs`, which sees every answer
/// and knows the language of its request, writes it.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    detail: Notice,
    field: Option<String>,
}

/// A problem with a request, or with its outcome (RFC 9457).
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Problem))]
pub struct Written<'a> {
    status: u16,
    title: &'a str,
    detail: &'a str,
    /// The field that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
}

impl Problem {
    pub fn new(status: StatusCode, detail: impl Into<Notice>) -> Problem {
        Problem { status, detail: detail.into(), field: None }
    }

    pub fn unauthorized() -> Problem {
        let detail = Code::TokenMissing;
        Problem::new(StatusCode::UNAUTHORIZED, detail)
    }

    pub fn forbidden(detail: impl Into<Notice>) -> Problem {
        Problem::new(StatusCode::FORBIDDEN, detail)
    }

    pub fn internal(detail: impl Into<Notice>) -> Problem {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    }

    /// The problem of a request refused before it reached a handler.
    pub fn unreadable(status: StatusCode) -> Problem {
        Problem::new(status, Code::RequestUnreadable)
    }

    pub fn not_found(detail: impl Into<Notice>) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, detail)
    }

    pub fn method_not_allowed() -> Problem {
        let detail = Code::WrongMethod;
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
    }

    pub fn conflict(detail: impl Into<Notice>) -> Problem {
        Problem::new(StatusCode::CONFLICT, detail)
    }

    /// A conflict with the recorded data, naming the field that differs.
    pub fn conflict_of(refusal: &Refusal) -> Problem {
        Problem { field: Some(refusal.field.clone()), ..Problem::conflict(refusal.sentence()) }
    }

    pub fn precondition_failed(detail: impl Into<Notice>) -> Problem {
        Problem::new(StatusCode::PRECONDITION_FAILED, detail)
    }

    pub fn precondition_required(detail: impl Into<Notice>) -> Problem {
        Problem::new(StatusCode::PRECONDITION_REQUIRED, detail)
    }

    /// The problem of a request for more data than one answer takes.
    pub fn too_much(detail: impl Into<Notice>) -> Problem {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }

    pub fn try_again(detail: impl Into<Notice>) -> Problem {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    }

    /// The body, in a language.
    pub fn body(&self, language: Language) -> Body {
        let written = Written {
            status: self.status.as_u16(),
            title: names::status(self.status.as_u16(), language),
            detail: &self.detail.in_language(language),
            field: self.field.as_deref(),
        };
        serde_json::to_vec(&written).map_or_else(|_| Body::empty(), Body::from)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        Problem { field: Some(refusal.field.clone()), ..Problem::new(StatusCode::BAD_REQUEST, refusal.sentence()) }
    }
}

impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Problem {
        let chain = runtime::chain(&error);
        match error {
            LedgerError::Store(_) | LedgerError::Contended { .. } => {
                tracing::error!(error = chain, "the ledger could not answer; the caller was told to try again");
                Problem::try_again(Code::LedgerCannotAnswer)
            }
            LedgerError::Unknown { .. } => {
                tracing::error!(error = chain, "this release does not know what a later one wrote: ask that one");
                Problem::try_again(Code::OfALaterRelease)
            }
            LedgerError::Damaged { .. } | LedgerError::Overflow { .. } => {
                tracing::error!(error = chain, "the ledger cannot answer until it is mended: see operate audit");
                Problem::internal(Code::LedgerDamaged)
            }
        }
    }
}

impl From<ReportError> for Problem {
    fn from(error: ReportError) -> Problem {
        match error {
            ReportError::Ledger(error) => error.into(),
            ReportError::TooManyEntries { partner_id } => {
                Problem::too_much(Code::TooManyEntries { partner: partner_id, most: MAX_ENTRIES })
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        let content_type = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, content_type);
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self);
        response
    }
}
