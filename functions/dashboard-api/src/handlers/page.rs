//! The page: files compiled in, open to everyone, since they hold no data. A browser keeps them and asks each time whether
//! they are still the same.

use crate::answers::names::Name;
use crate::app::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use ledger::Store;
use miniz_oxide::inflate::decompress_to_vec_zlib;
use serde::Serialize;
use std::sync::{Arc, LazyLock};
use texts::Code;
use web::problem::Problem;
use web::sign_in::SignInConfig;
use web::static_files::file;

/// Not a file of the page.
const DESCRIPTION: &str = "openapi.json";

// The names of the files, in order, and where each ends: `ENDS`.
include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// The files, one after the other: together they are a tenth smaller than each by itself.
static FILES: LazyLock<Option<Vec<u8>>> =
    LazyLock::new(|| decompress_to_vec_zlib(include_bytes!(concat!(env!("OUT_DIR"), "/page.z"))).ok());

/// The content of a file of the page, or of the description of the API, which is made from the types of this crate and
/// checked in (`openapi.rs`).
fn content(name: &str) -> Result<&'static [u8], Problem> {
    let at = ENDS.iter().position(|(known, _)| *known == name).ok_or_else(|| Problem::not_found(Code::NoSuchFile))?;
    let begin = at.checked_sub(1).and_then(|before| ENDS.get(before)).map_or(0, |(_, end)| *end);
    let end = ENDS.get(at).map_or(begin, |(_, end)| *end);
    let file = FILES.as_ref().and_then(|files| files.get(begin..end));
    file.ok_or_else(|| Problem::internal(Code::FileUnreadable))
}

pub(crate) async fn index(headers: HeaderMap) -> Result<Response, Problem> {
    Ok(file("text/html; charset=utf-8", content("index.html")?, &headers))
}

pub(crate) async fn show(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    if name == "names.json" {
        return Ok(Json(Name::all()).into_response());
    }
    if name == DESCRIPTION || name == "index.html" {
        return Err(Problem::not_found(Code::NoSuchFile));
    }
    let content = content(&name)?;
    let content_type = match name.rsplit_once('.') {
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        Some((_, "md")) => "text/markdown; charset=utf-8",
        Some((_, _)) | None => "application/octet-stream",
    };
    Ok(file(content_type, content, &headers))
}

pub(crate) async fn openapi(headers: HeaderMap) -> Result<Response, Problem> {
    Ok(file("application/json", content(DESCRIPTION)?, &headers))
}

/// Configuration of the page, public so that the page has it before sign-in.
#[derive(Debug, Serialize)]
pub(crate) struct Config {
    /// Null: nobody can sign in on this page.
    sign_in: Option<SignInConfig>,
    /// The page of trials: of the local stack alone.
    try_url: Option<String>,
    /// The script that adds the views of closing; null: closing is not deployed.
    views: Option<String>,
}

pub(crate) async fn config<S: Store>(State(app): State<App<S>>) -> Json<Config> {
    let url = |url: &Option<Arc<str>>| url.as_deref().map(str::to_owned);
    let sign_in = app.sign_in.config().cloned();
    Json(Config { sign_in, try_url: url(&app.try_url), views: url(&app.views_url) })
}
