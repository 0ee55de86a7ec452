//! Files that an answer hands over: comma-separated values for machines, workbooks for people.

use crate::problem::Problem;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use texts::Code;
use workbook::Workbook;

pub const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A file of comma-separated values (RFC 4180), amounts as plain decimals.
pub fn csv(name: &str, columns: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Response {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let written = writer.write_record(columns).and_then(|()| {
        rows.into_iter().try_for_each(|row| writer.write_record(row.iter().map(|field| harmless(field))))
    });
    match written.ok().and_then(|()| writer.into_inner().ok()) {
        Some(bytes) => attachment(name, "text/csv; charset=utf-8", bytes),
        None => Problem::try_again(Code::FileNotWritten).into_response(),
    }
}

pub fn workbook(name: &str, workbook: &Workbook) -> Response {
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
    fn no_field_becomes_a_formula() {
        for field in ["=1+1", "+1", "-x", "@sum", "\t=1", "-"] {
            assert_eq!(harmless(field), format!("'{field}"));
        }
        for field in ["", "P-1", "-300.00", "12.00", "a=b"] {
            assert_eq!(harmless(field), field);
        }
    }
}
