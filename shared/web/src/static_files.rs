//! Files compiled in. A browser keeps them and asks each time whether they are still the same.

use crate::etags::{Comparison, lists};
use aws_lc_rs::digest::{SHA256, digest};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// A file, or that the browser has it.
pub fn file(content_type: &'static str, content: &'static [u8], headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, content)));
    let is_known = lists(headers, header::IF_NONE_MATCH, &tag, Comparison::Weak).unwrap_or(false);
    let kept = [(header::CACHE_CONTROL, "no-cache".to_owned()), (header::ETAG, tag)];
    if is_known {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    (kept, [(header::CONTENT_TYPE, content_type)], content).into_response()
}
