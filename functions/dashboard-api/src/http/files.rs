//! Files that an answer hands over: comma-separated values for machines, workbooks for people.

use crate::http::problem::Problem;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use texts::Code;
use workbook::Workbook;

pub(crate) const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A file of comma-separated values (RFC 4180), amounts as plain decimals.
pub(crate) fn csv(name: &str, columns: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Response {
    let mut text = columns.join(",") + "\r\n";
    for row in rows {
        let fields: Vec<String> = row.iter().map(|field| quoted(&harmless(field))).collect();
        text += &fields.join(",");
        text += "\r\n";
    }
    attachment(name, "text/csv; charset=utf-8", text.into_bytes())
}

pub(crate) fn workbook(name: &str, workbook: &Workbook) -> Response {
    match workbook.bytes() {
        Ok(bytes) => attachment(name, WORKBOOK, bytes),
        Err(_) => Problem::try_again(Code::FileNotWritten).into_response(),
    }
}

fn attachment(name: &str, content_type: &str, bytes: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, content_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes)
        .into_response()
}

/// A field in quotes, if it would otherwise end early.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
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

    #[test]
    fn a_field_with_a_comma_a_quote_or_a_new_line_is_quoted() {
        for (field, expected) in
            [("a,b", "\"a,b\""), ("\"a\"", "\"\"\"a\"\"\""), ("a\nb", "\"a\nb\""), ("a b", "a b"), ("", "")]
        {
            assert_eq!(quoted(field), expected);
        }
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
