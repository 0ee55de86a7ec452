//! The files of the page. They hold no data, so they are open to everyone who comes in, as those of the product's page are.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// The policy of the product's page: scripts, styles and requests of its own origin, and nothing else.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Headers of every answer, as the API gives them.
pub(super) const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000")),
];

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Each file: its path, its type, its content. The script has the views and their style.
const FILES: [(&str, &str, &str); 2] = [
    ("/try", HTML, include_str!("page/index.html")),
    ("/try/try.js", SCRIPT, include_str!(concat!(env!("OUT_DIR"), "/try.js"))),
];

/// The file of a path, if there is one.
pub(super) fn file(path: &str) -> Option<Response> {
    let (_, content_type, content) = FILES.iter().find(|(known, _, _)| *known == path)?;
    let headers = [(header::CONTENT_TYPE, *content_type), (header::CACHE_CONTROL, "no-cache")];
    Some((headers, *content).into_response())
}
