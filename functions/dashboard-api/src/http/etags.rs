//! Entity tags (RFC 9110): the version of a resource that a client has read.

use axum::http::{HeaderMap, HeaderName, header};

/// The tag of a version.
pub(crate) fn etag(version: u64) -> [(HeaderName, String); 1] {
    [(header::ETAG, format!("\"{version}\""))]
}

/// Comparison of tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// Matches no weak tag: for a precondition of a change.
    Strong,
    /// Matches a weak tag, too, since a proxy may have weakened it: for deciding whether to send a body again.
    Weak,
}

/// Looks for a tag, or for any tag (`*`), in a header; none: the header is not there.
pub(crate) fn lists(headers: &HeaderMap, name: HeaderName, tag: &str, comparison: Comparison) -> Option<bool> {
    let plain = |listed: &str| match comparison {
        Comparison::Strong => listed == tag,
        Comparison::Weak => listed.strip_prefix("W/").unwrap_or(listed) == tag,
    };
    let mut values = headers.get_all(name).iter().peekable();
    values.peek()?;
    let mut listed = values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',').map(str::trim));
    Some(listed.any(|listed| listed == "*" || plain(listed)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use axum::http::header::IF_MATCH;

    #[test]
    fn tags_are_compared_as_they_are_asked_for() {
        let check = |listed: &[&'static str], strong: Option<bool>, weak: Option<bool>| {
            let mut headers = HeaderMap::new();
            for value in listed {
                headers.append(IF_MATCH, HeaderValue::from_static(value));
            }
            let lists = |comparison| lists(&headers, IF_MATCH, "\"2\"", comparison);
            assert_eq!((lists(Comparison::Strong), lists(Comparison::Weak)), (strong, weak), "{listed:?}");
        };
        check(&[], None, None);
        check(&["*"], Some(true), Some(true));
        check(&["\"1\", \"2\""], Some(true), Some(true));
        check(&["\"1\"", "\"2\""], Some(true), Some(true));
        check(&["W/\"2\""], Some(false), Some(true));
        check(&["\"1\"", "2", "\"22\""], Some(false), Some(false));
    }
}
