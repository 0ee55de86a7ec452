//! Files compiled in. A [`file`] is kept by a browser, which asks each time whether it is still the same. A [`Bundle`] is named by
//! a digest of its content: it is kept for good and never asked for again.

use crate::etags::{Comparison, lists};
use aws_lc_rs::digest::{SHA256, digest};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use miniz_oxide::inflate::decompress_to_vec;

/// A file, or that the browser has it.
pub fn file(content_type: &'static str, content: &'static [u8], headers: &HeaderMap) -> Response {
    kept("no-cache", content_type, content, headers)
}

/// A file that may change and is small, or that the browser has it. `cache`: for how long it need not ask.
pub fn kept<C>(cache: &'static str, content_type: &'static str, content: C, headers: &HeaderMap) -> Response
where
    C: AsRef<[u8]> + Into<Body>,
{
    let tag = format!("\"{}\"", BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, content.as_ref())));
    let is_known = lists(headers, header::IF_NONE_MATCH, &tag, Comparison::Weak).unwrap_or(false);
    let kept = [(header::CACHE_CONTROL, cache.to_owned()), (header::ETAG, tag)];
    if is_known {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    (kept, [(header::CONTENT_TYPE, content_type)], content.into()).into_response()
}

/// A file of a release, compressed.
#[derive(Debug, Clone, Copy)]
pub struct Bundle {
    /// A digest of the content as 32 hexadecimal digits, and an ending.
    pub name: &'static str,
    pub content_type: &'static str,
    /// A head of ten bytes, the content (RFC 1951), and a tail of eight (RFC 1952).
    pub gzip: &'static [u8],
}

impl Bundle {
    const HEAD: usize = 10;
    const TAIL: usize = 8;

    /// The file, if this is its name or that of another release. While a release is deployed, a document of one may ask the
    /// other: it gets the file that there is, and nobody keeps that under the wrong name.
    pub fn answer(&self, name: &str, headers: &HeaderMap) -> Option<Response> {
        let (digest, ending) = name.split_once('.')?;
        let is_digest = digest.len() == 32 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_digest || !self.name.ends_with(ending) || self.name.len() != name.len() {
            return None;
        }
        let cache = if name == self.name { "public, max-age=31536000, immutable" } else { "no-store" };
        let kept = [
            (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
            (header::VARY, HeaderValue::from_static("accept-encoding")),
            (header::CONTENT_TYPE, HeaderValue::from_static(self.content_type)),
        ];
        if lists_gzip(headers) {
            return Some((kept, [(header::CONTENT_ENCODING, "gzip")], self.gzip).into_response());
        }
        let packed = self.gzip.get(Self::HEAD..self.gzip.len().checked_sub(Self::TAIL)?)?;
        Some((kept, decompress_to_vec(packed).ok()?).into_response())
    }
}

/// True of a caller that can read gzip. A browser lists what it can read without weights.
fn lists_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|listed| listed.trim().eq_ignore_ascii_case("gzip"))
}
