//! The files of this API's views of the page, and its description: compiled in, open to everyone, since they hold no data.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use texts::Code;
use web::problem::Problem;
use web::static_files::file;

/// The files by name.
const FILES: &[(&str, &str)] = &[("closing.js", include_str!("../../page/closing.js"))];

pub(crate) async fn show(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let found = FILES.iter().find(|(known, _)| *known == name);
    let (_, content) = found.ok_or_else(|| Problem::not_found(Code::NoSuchFile))?;
    Ok(file("text/javascript; charset=utf-8", content.as_bytes(), &headers))
}

pub(crate) async fn openapi(headers: HeaderMap) -> Result<Response, Problem> {
    Ok(file("application/json", include_bytes!("../../openapi.json"), &headers))
}
