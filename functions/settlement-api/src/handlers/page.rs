//! The files of this API's views of the page, and its description: compiled in, open to everyone, since they hold no data.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use texts::Code;
use web::problem::Problem;
use web::static_files::file;

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// A file of the page: its name, its type and its content.
macro_rules! page_file {
    ($name:literal, $content_type:expr) => {
        ($name, $content_type, include_str!(concat!("../../page/", $name)))
    };
}

const FILES: &[(&str, &str, &str)] = &[
    page_file!("account.js", SCRIPT),
    page_file!("attention.js", SCRIPT),
    page_file!("billing-form.js", SCRIPT),
    page_file!("billing.js", SCRIPT),
    page_file!("cancelling.js", SCRIPT),
    page_file!("close.js", SCRIPT),
    page_file!("closes.js", SCRIPT),
    page_file!("closing.css", STYLE),
    page_file!("closing.js", SCRIPT),
    page_file!("contests.js", SCRIPT),
    page_file!("document.js", SCRIPT),
    page_file!("identities.js", SCRIPT),
    page_file!("made.js", SCRIPT),
    page_file!("open-contests.js", SCRIPT),
    page_file!("opening-form.js", SCRIPT),
    page_file!("orders.js", SCRIPT),
    page_file!("papers.js", SCRIPT),
    page_file!("received.js", SCRIPT),
    page_file!("row-fields.js", SCRIPT),
    page_file!("vendor.js", SCRIPT),
    page_file!("words-en.js", SCRIPT),
    page_file!("words-fr.js", SCRIPT),
];

pub(crate) async fn show(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let found = FILES.iter().find(|(known, ..)| *known == name);
    let (_, content_type, content) = found.ok_or_else(|| Problem::not_found(Code::NoSuchFile))?;
    Ok(file(content_type, content.as_bytes(), &headers))
}

pub(crate) async fn openapi(headers: HeaderMap) -> Result<Response, Problem> {
    Ok(file("application/json", include_bytes!("../../openapi.json"), &headers))
}
