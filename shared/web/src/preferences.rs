//! Preferences of a client among what this API has (RFC 9110, `Accept` and `Accept-Language`): weights and wildcards.

use axum::http::{HeaderMap, HeaderName};

/// Matching of a choice by a range of the header, in lower case: an exact range decides before a wildcard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    Wildcard,
    Exact,
}

/// The choice that a header prefers; of equal ones, the first that the header lists, then the first of ours. Without a
/// preference, or if it refuses all, the first of ours.
pub fn preferred<T: Copy>(
    headers: &HeaderMap,
    name: HeaderName,
    ours: &[T],
    matches: impl Fn(T, &str) -> Option<Match>,
) -> Option<T> {
    let values = headers.get_all(name);
    let listed = values.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let ranges: Vec<(String, u16)> = listed.map(range).collect();
    let weighed = ours.iter().enumerate().map(|(rank, choice)| {
        let matching = ranges
            .iter()
            .enumerate()
            .filter_map(|(at, (range, weight))| Some((matches(*choice, range)?, std::cmp::Reverse(at), *weight)));
        // One that is not listed is taken rather than one that is refused.
        let (weight, at) = matching.max().map_or((1, usize::MAX), |(_, at, weight)| (weight * 2, at.0));
        (weight, std::cmp::Reverse((at, rank)), *choice)
    });
    weighed.max_by_key(|(weight, places, _)| (*weight, *places)).map(|(_, _, choice)| choice)
}

/// A range in lower case, and its weight in thousandths.
fn range(text: &str) -> (String, u16) {
    let mut parts = text.split(';').map(str::trim);
    let range = parts.next().unwrap_or_default().to_ascii_lowercase();
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    (range, weight.map_or(1000, thousandths))
}

/// `0.25` as 250; what is no weight counts as 1.
fn thousandths(weight: &str) -> u16 {
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    let digits = format!("{fraction:0<3}");
    match (whole, digits.get(..3).and_then(|digits| digits.parse().ok())) {
        ("0", Some(fraction)) => fraction,
        (_, _) => 1000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use axum::http::header::ACCEPT_LANGUAGE;

    #[test]
    fn the_heaviest_is_taken_then_the_first_listed_then_the_first_of_ours() {
        let check = |listed: &'static str, expected: &str| {
            let headers = HeaderMap::from_iter([(ACCEPT_LANGUAGE, HeaderValue::from_static(listed))]);
            let matches = |ours: &str, range: &str| match range {
                "*" => Some(Match::Wildcard),
                _ => (range == ours).then_some(Match::Exact),
            };
            assert_eq!(preferred(&headers, ACCEPT_LANGUAGE, &["en", "fr"], matches), Some(expected), "{listed}");
        };
        check("", "en");
        check("de", "en");
        check("fr", "fr");
        check("FR, en", "fr");
        check("en;q=0.1, fr;q=0.9", "fr");
        check("fr;q=0.25,en;q=0.3", "en");
        check("fr;q=0, en", "en");
        check("fr;q=0", "en");
        check("en;q=0", "fr");
        check("de, fr;q=0.5", "fr");
        check("*", "en");
        check("en;q=0, *", "fr");
        check("fr;q=0.001, *;q=0.5", "en");
        check("fr; q=1.000, en;q=nonsense", "fr");
    }
}
