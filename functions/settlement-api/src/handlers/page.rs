//! The script of this API's views of the page, and its description: compiled in, open to everyone, since they hold no data.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use texts::Code;
use web::problem::Problem;
use web::static_files::{Bundle, file};

// The name of the script: `SCRIPT_NAME`.
include!(concat!(env!("OUT_DIR"), "/page.rs"));

const SCRIPT: Bundle = Bundle {
    name: SCRIPT_NAME,
    content_type: "text/javascript; charset=utf-8",
    gzip: include_bytes!(concat!(env!("OUT_DIR"), "/script.gz")),
};

pub(crate) async fn show(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    SCRIPT.answer(&name, &headers).ok_or_else(|| Problem::not_found(Code::NoSuchFile))
}

pub(crate) async fn openapi(headers: HeaderMap) -> Result<Response, Problem> {
    Ok(file("application/json", include_bytes!("../../openapi.json"), &headers))
}
