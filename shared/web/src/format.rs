//! Formats of an answer.

use crate::files::WORKBOOK;
use crate::parameters::Parameters;
use crate::preferences::{Match, preferred};
use axum::http::{HeaderMap, header};
use events::Refusal;
use texts::Code;

/// The formats of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Json,
    Csv,
    Html,
    Workbook,
    Xml,
}

impl Format {
    /// The formats of a list, of a sum, of a document, and of a statement, which can be printed as well.
    pub const OF_LISTS: [Format; 2] = [Format::Json, Format::Csv];
    pub const OF_SUMS: [Format; 3] = [Format::Json, Format::Csv, Format::Workbook];
    pub const OF_DOCUMENTS: [Format; 3] = [Format::Json, Format::Html, Format::Xml];
    pub const OF_STATEMENTS: [Format; 4] = [Format::Json, Format::Csv, Format::Html, Format::Workbook];

    /// Reads `format`; else takes the format that `Accept` prefers, else JSON.
    pub fn asked(parameters: &mut Parameters, headers: &HeaderMap, ours: &[Format]) -> Result<Format, Refusal> {
        let Some(name) = parameters.take("format") else { return Ok(Format::accepted(headers, ours)) };
        let known = ours.iter().find(|format| format.name() == name).copied();
        known.ok_or_else(|| {
            let all: Vec<&str> = ours.iter().map(|format| format.name()).collect();
            Refusal::new("format", Code::NotTheValue { value: all.join(", ") })
        })
    }

    fn accepted(headers: &HeaderMap, ours: &[Format]) -> Format {
        preferred(headers, header::ACCEPT, ours, Format::matches).unwrap_or(Format::Json)
    }

    /// The name as a parameter.
    pub fn name(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Csv => "csv",
            Format::Html => "html",
            Format::Workbook => "xlsx",
            Format::Xml => "xml",
        }
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Format::Json => "application/json",
            Format::Csv => "text/csv",
            Format::Html => "text/html",
            Format::Workbook => WORKBOOK,
            Format::Xml => "application/xml",
        }
    }

    fn matches(self, range: &str) -> Option<Match> {
        let name = self.media_type();
        if range == name {
            return Some(Match::Exact);
        }
        let any = range.strip_suffix('*')?;
        (any == "*/" || any.ends_with('/') && name.starts_with(any)).then_some(Match::Wildcard)
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
            Format::accepted(&headers, &Format::OF_STATEMENTS)
        };
        assert_eq!(accepted("text/html,application/xhtml+xml,*/*;q=0.8"), Format::Html);
        assert_eq!(accepted("image/png, text/csv;q=0.5"), Format::Csv);
        assert_eq!(accepted("text/csv;q=0, application/json"), Format::Json);
        assert_eq!(accepted("application/json;q=0.2, Text/CSV;q=0.3"), Format::Csv);
        assert_eq!(accepted("text/html;q=0"), Format::Json);
        assert_eq!(accepted(WORKBOOK), Format::Workbook);
        assert_eq!(accepted("application/*"), Format::Json);
        assert_eq!(accepted("text/*, application/json;q=0.1"), Format::Csv);
        assert_eq!(
            (accepted("*/*"), Format::accepted(&HeaderMap::new(), &Format::OF_SUMS)),
            (Format::Json, Format::Json)
        );
    }
}
