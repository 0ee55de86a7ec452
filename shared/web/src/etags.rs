//! Entity tags (RFC 9110): the version of a resource that a client has read.

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::{HeaderMap, HeaderName};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// The tag of a version as it was written.
pub fn version_tag(version: u64) -> String {
    format!("\"{version}\"")
}

/// The tag of an answer of a version: another answer of the same version, with other balances for instance, has another.
pub fn answer_tag(version: u64, answer: &[u8]) -> String {
    let digest = digest(&SHA256, answer);
    let short = digest.as_ref().get(..SHORT).unwrap_or_default();
    format!("\"{version}-{}\"", BASE64_URL_SAFE_NO_PAD.encode(short))
}

/// The length of the digest in a tag, in bytes.
const SHORT: usize = 12;

/// Comparison of tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Matches no weak tag, and any answer of the version: for a precondition of a change, which concerns what was
    /// registered and not what was computed from it.
    Version,
    /// Matches a weak tag, too, since a proxy may have weakened it: for deciding whether to send a body again.
    Weak,
}

/// Looks for a tag, or for any tag (`*`), in a header; none: the header is not there.
pub fn lists(headers: &HeaderMap, name: HeaderName, tag: &str, comparison: Comparison) -> Option<bool> {
    let plain = |listed: &str| match comparison {
        Comparison::Version => listed == tag || is_answer_of(tag, listed),
        Comparison::Weak => listed.strip_prefix("W/").unwrap_or(listed) == tag,
    };
    let mut values = headers.get_all(name).iter().peekable();
    values.peek()?;
    let mut listed = values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',').map(str::trim));
    Some(listed.any(|listed| listed == "*" || plain(listed)))
}

fn is_answer_of(version_tag: &str, listed: &str) -> bool {
    let inner = |tag: &'_ str| tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).map(str::to_owned);
    let version = inner(listed).and_then(|inner| inner.split_once('-').map(|(version, _)| version.to_owned()));
    version.is_some() && version == inner(version_tag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use axum::http::header::IF_MATCH;

    #[test]
    fn tags_are_compared_as_they_are_asked_for() {
        let check = |listed: &[&'static str], version: Option<bool>, weak: Option<bool>| {
            let mut headers = HeaderMap::new();
            for value in listed {
                headers.append(IF_MATCH, HeaderValue::from_static(value));
            }
            let lists = |comparison| lists(&headers, IF_MATCH, "\"2\"", comparison);
            assert_eq!((lists(Comparison::Version), lists(Comparison::Weak)), (version, weak), "{listed:?}");
        };
        check(&[], None, None);
        check(&["*"], Some(true), Some(true));
        check(&["\"1\", \"2\""], Some(true), Some(true));
        check(&["\"1\"", "\"2\""], Some(true), Some(true));
        check(&["W/\"2\""], Some(false), Some(true));
        check(&["\"1\"", "2", "\"22\""], Some(false), Some(false));
        check(&["\"2-aB_9\""], Some(true), Some(false));
        check(&["\"22-aB_9\"", "2-a", "W/\"2-a\""], Some(false), Some(false));
    }
}
