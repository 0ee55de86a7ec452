//! Formats of an answer, and files for spreadsheets.

use crate::http::preferences::{Match, preferred};
use crate::http::problem::Problem;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use texts::Code;

/// The formats of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Csv,
    Html,
}

impl Format {
    /// The format that `Accept` prefers; JSON without a preference.
    pub(crate) fn accepted(headers: &HeaderMap) -> Format {
        let ours = [Format::Json, Format::Csv, Format::Html];
        preferred(headers, header::ACCEPT, &ours, Format::matches).unwrap_or(Format::Json)
    }

    fn matches(self, range: &str) -> Option<Match> {
        let name = match self {
            Format::Json => "application/json",
            Format::Csv => "text/csv",
            Format::Html => "text/html",
        };
        if range == name {
            return Some(Match::Exact);
        }
        let any = range.strip_suffix('*')?;
        (any == "*/" || any.ends_with('/') && name.starts_with(any)).then_some(Match::Wildcard)
    }
}

/// A file of comma-separated values (RFC 4180), amounts as plain decimals.
pub(crate) fn csv(name: &str, columns: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Response {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let written = writer.write_record(columns).and_then(|()| {
        rows.into_iter().try_for_each(|row| writer.write_record(row.iter().map(|field| harmless(field))))
    });
    let Some(bytes) = written.ok().and_then(|()| writer.into_inner().ok()) else {
        let detail = Code::FileNotWritten;
        return Problem::try_again(detail).into_response();
    };
    let disposition = format!("attachment; filename=\"{name}\"");
    let content_type = "text/csv; charset=utf-8".to_owned();
    ([(header::CONTENT_TYPE, content_type), (header::CONTENT_DISPOSITION, disposition)], bytes).into_response()
}

/// Keeps a text that a spreadsheet would take for a formula as text; a negative amount is not a formula.
fn harmless(field: &str) -> String {
    let is_number = field.strip_prefix('-').is_some_and(|digits| digits.starts_with(|c: char| c.is_ascii_digit()));
    if field.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number {
        format!("'{field}")
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_preferred_format_is_given() {
        let accepted = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(text));
            Format::accepted(&headers)
        };
        assert_eq!(accepted("text/html,application/xhtml+xml,*/*;q=0.8"), Format::Html);
        assert_eq!(accepted("image/png, text/csv;q=0.5"), Format::Csv);
        assert_eq!(accepted("text/csv;q=0, application/json"), Format::Json);
        assert_eq!(accepted("application/json;q=0.2, Text/CSV;q=0.3"), Format::Csv);
        assert_eq!(accepted("text/html;q=0"), Format::Json);
        assert_eq!(accepted("text/*, application/json;q=0.1"), Format::Csv);
        assert_eq!((accepted("*/*"), Format::accepted(&HeaderMap::new())), (Format::Json, Format::Json));
    }

    #[test]
    fn no_field_becomes_a_formula() {
        for field in ["=1+1", "+1", "-x", "@sum", "\t=1", "-"] {
            assert_eq!(harmless(field), format!("'{field}"));
        }
        for field in ["", "P-1", "-300.00", "12.00", "a=b"] {
            assert_eq!(harmless(field), field);
        }
    }
}
