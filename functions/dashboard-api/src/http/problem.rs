//! Errors as `application/problem+json` (RFC 9457), naming the field that is wrong, in the language of the request.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use events::Refusal;
use ledger::LedgerError;
use reports::ReportError;
use reports::as_known::MAX_ENTRIES;
use rules::programme::Language;
use rules::text::{Text, Words};
use serde::Serialize;

/// An answer that is an error. As a response it has no body yet: `headers.rs`, which sees every answer
/// and knows the language of its request, writes it.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    detail: Words,
    field: Option<String>,
}

/// A problem with a request, or with its outcome (RFC 9457).
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Problem))]
pub(crate) struct Written<'a> {
    status: u16,
    title: &'a str,
    detail: &'a str,
    /// The field that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, detail: Words) -> Problem {
        Problem { status, detail, field: None }
    }

    pub(crate) fn unauthorized() -> Problem {
        let detail = Words::new(
            "le jeton d'accès manque : l'envoyer comme Authorization: Bearer",
            "the bearer token is missing: send it as Authorization: Bearer",
        );
        Problem::new(StatusCode::UNAUTHORIZED, detail)
    }

    pub(crate) fn forbidden(detail: Words) -> Problem {
        Problem::new(StatusCode::FORBIDDEN, detail)
    }

    pub(crate) fn internal(detail: Words) -> Problem {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    }

    /// The problem of a request refused before it reached a handler.
    pub(crate) fn unreadable(status: StatusCode) -> Problem {
        Problem::new(status, Words::new("la requête est illisible", "the request cannot be read"))
    }

    pub(crate) fn not_found(detail: Words) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, detail)
    }

    pub(crate) fn method_not_allowed() -> Problem {
        let detail = Words::new("ce chemin n'admet pas cette méthode", "this path does not take that method");
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
    }

    pub(crate) fn conflict(detail: Words) -> Problem {
        Problem::new(StatusCode::CONFLICT, detail)
    }

    /// A conflict with the recorded data, naming the field that differs.
    pub(crate) fn conflict_of(refusal: &Refusal) -> Problem {
        Problem { field: Some(refusal.field.clone()), ..Problem::conflict(refusal.words()) }
    }

    pub(crate) fn precondition_failed(detail: Words) -> Problem {
        Problem::new(StatusCode::PRECONDITION_FAILED, detail)
    }

    pub(crate) fn precondition_required(detail: Words) -> Problem {
        Problem::new(StatusCode::PRECONDITION_REQUIRED, detail)
    }

    /// The problem of a request for more data than one answer takes.
    pub(crate) fn too_much(detail: Words) -> Problem {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }

    pub(crate) fn try_again(detail: Words) -> Problem {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    }

    /// The body, in a language.
    pub(crate) fn body(&self, language: Language) -> Body {
        let written = Written {
            status: self.status.as_u16(),
            title: self.title().in_language(language),
            detail: self.detail.in_language(language),
            field: self.field.as_deref(),
        };
        serde_json::to_vec(&written).map_or_else(|_| Body::empty(), Body::from)
    }

    fn title(&self) -> Text {
        let (fr, en) = match self.status {
            StatusCode::BAD_REQUEST => ("Requête incorrecte", "Bad Request"),
            StatusCode::UNAUTHORIZED => ("Non authentifié", "Unauthorized"),
            StatusCode::FORBIDDEN => ("Accès refusé", "Forbidden"),
            StatusCode::NOT_FOUND => ("Introuvable", "Not Found"),
            StatusCode::METHOD_NOT_ALLOWED => ("Méthode non admise", "Method Not Allowed"),
            StatusCode::CONFLICT => ("Conflit", "Conflict"),
            StatusCode::PRECONDITION_FAILED => ("Condition préalable non remplie", "Precondition Failed"),
            StatusCode::PAYLOAD_TOO_LARGE => ("Requête trop grande", "Payload Too Large"),
            StatusCode::UNPROCESSABLE_ENTITY => ("Demande trop vaste", "Unprocessable Entity"),
            StatusCode::PRECONDITION_REQUIRED => ("Condition préalable requise", "Precondition Required"),
            StatusCode::INTERNAL_SERVER_ERROR => ("Erreur interne", "Internal Server Error"),
            StatusCode::SERVICE_UNAVAILABLE => ("Service momentanément indisponible", "Service Unavailable"),
            _ => ("Erreur", "Error"),
        };
        Text { fr, en }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        Problem { field: Some(refusal.field.clone()), ..Problem::new(StatusCode::BAD_REQUEST, refusal.words()) }
    }
}

impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Problem {
        let chain = runtime::chain(&error);
        match error {
            LedgerError::Store(_) | LedgerError::Contended { .. } => {
                tracing::error!(error = chain, "the ledger could not answer; the caller was told to try again");
                Problem::try_again(Words::new(
                    "le registre ne peut répondre à présent ; rien n'a changé, réessayer",
                    "the ledger cannot answer now; nothing was changed, try again",
                ))
            }
            LedgerError::Unknown { .. } => {
                tracing::error!(error = chain, "this release does not know what a later one wrote: ask that one");
                Problem::try_again(Words::new(
                    "une version plus récente a écrit cette donnée, et elle seule peut répondre ; réessayer plus tard",
                    "a later release wrote this, and only that one can answer; try again later",
                ))
            }
            LedgerError::Damaged { .. } | LedgerError::Overflow { .. } => {
                tracing::error!(error = chain, "the ledger cannot answer until it is mended: see operate audit");
                Problem::internal(Words::new(
                    "le registre contient ce qu'il ne peut additionner ; voir le journal",
                    "the ledger holds something it cannot add up; see the log",
                ))
            }
        }
    }
}

impl From<ReportError> for Problem {
    fn from(error: ReportError) -> Problem {
        match error {
            ReportError::Ledger(error) => error.into(),
            ReportError::TooManyEntries { partner_id } => Problem::too_much(Words::new(
                format!("{partner_id} a plus de {MAX_ENTRIES} écritures ; les lire page par page de /entries"),
                format!("{partner_id} has more than {MAX_ENTRIES} entries; read them page by page from /entries"),
            )),
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
