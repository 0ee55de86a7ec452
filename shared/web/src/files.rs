//! Files that an answer hands over: comma-separated values for machines, workbooks for people.

use crate::problem::Problem;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use texts::Code;
use workbook::Workbook;

pub const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A file of comma-separated values (RFC 4180), amounts as plain decimals.
pub fn csv(name: &str, columns: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Response {
    attachment(name, "text/csv; charset=utf-8", workbook::csv(columns, rows))
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
