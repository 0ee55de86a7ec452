//! The page: files compiled in, open to everyone, since they hold no data. A browser keeps them and asks each time whether
//! they are still the same.

use crate::answers::names::Name;
use crate::app::App;
use crate::http::etags::{Comparison, lists};
use crate::http::problem::Problem;
use crate::http::sign_in::SignInConfig;
use aws_lc_rs::digest::{SHA256, digest};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ledger::Store;
use miniz_oxide::inflate::decompress_to_vec_zlib;
use serde::Serialize;
use texts::Code;

/// A file as `build.rs` has compressed it.
macro_rules! compressed {
    ($name:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/", $name)).as_slice()
    };
}

macro_rules! files {
    ($($name:literal)*) => { &[$(($name, compressed!($name))),*] };
}

/// The `OpenAPI` 3.1 document of the API. It is made from the types of this crate, and checked in: see `openapi.rs`.
const DESCRIPTION: &[u8] = compressed!("openapi.json");

const INDEX: &[u8] = compressed!("index.html");

/// Every other file of the folder.
const FILES: &[(&str, &[u8])] = files![
    "act-list.js"
    "address.js"
    "agreement-actions.js"
    "agreement-form.js"
    "api.js"
    "app.js"
    "attention.js"
    "chart-fills.js"
    "chart.js"
    "charts.css"
    "choosing.js"
    "claims.js"
    "config.js"
    "confirming.js"
    "contract.js"
    "contracts.js"
    "correcting.js"
    "differences.js"
    "dom.js"
    "dues.js"
    "entries.js"
    "entry-table.js"
    "fields.js"
    "format.js"
    "forms.css"
    "icon.svg"
    "inquiries.js"
    "inquiry-card.js"
    "invitations.js"
    "inviting.js"
    "join.js"
    "journal.js"
    "line-list.js"
    "lines.js"
    "list.js"
    "manager-charts.js"
    "manager-home.js"
    "manager.js"
    "member-list.js"
    "members.js"
    "minimum-list.js"
    "money.js"
    "months.js"
    "names.js"
    "not-found.js"
    "notes.js"
    "notices.js"
    "oauth4webapi-LICENSE.md"
    "oauth4webapi.js"
    "partner-field.js"
    "partner-figures.js"
    "partner-file.js"
    "partner-members.js"
    "partner-tabs.js"
    "partner-terms.js"
    "partner.js"
    "partners.js"
    "parts.css"
    "parts.js"
    "preview.js"
    "print.css"
    "programme.js"
    "provider.js"
    "registering.js"
    "registration.js"
    "routes.js"
    "rows.js"
    "scale.js"
    "scroll.js"
    "searched.js"
    "session.js"
    "shell.js"
    "sign-in.js"
    "stacks.js"
    "start.js"
    "statement.js"
    "style.css"
    "tables.css"
    "text-en.js"
    "text-fr.js"
    "text.js"
    "tokens.js"
    "viewing.js"
    "versions.js"
    "views.css"
    "waiting.js"
    "what-if.js"
];

pub(crate) async fn index(headers: HeaderMap) -> Result<Response, Problem> {
    file("text/html; charset=utf-8", INDEX, &headers)
}

pub(crate) async fn show(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    if name == "names.json" {
        return Ok(Json(Name::all()).into_response());
    }
    let found = FILES.iter().find(|(known, _)| *known == name);
    let (name, content) = found.ok_or_else(|| Problem::not_found(Code::NoSuchFile))?;
    let content_type = match name.rsplit_once('.') {
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        Some((_, "md")) => "text/markdown; charset=utf-8",
        Some((_, _)) | None => "application/octet-stream",
    };
    file(content_type, content, &headers)
}

fn file(content_type: &'static str, compressed: &'static [u8], headers: &HeaderMap) -> Result<Response, Problem> {
    let content = decompress_to_vec_zlib(compressed).map_err(|_| Problem::internal(Code::FileUnreadable))?;
    let tag = format!("\"{}\"", BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, &content)));
    let is_known = lists(headers, header::IF_NONE_MATCH, &tag, Comparison::Weak).unwrap_or(false);
    let kept = [(header::CACHE_CONTROL, "no-cache".to_owned()), (header::ETAG, tag)];
    if is_known {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    Ok((kept, [(header::CONTENT_TYPE, content_type)], content).into_response())
}

pub(crate) async fn openapi(headers: HeaderMap) -> Result<Response, Problem> {
    file("application/json", DESCRIPTION, &headers)
}

/// Configuration of the page, public so that the page has it before sign-in.
#[derive(Debug, Serialize)]
pub(crate) struct Config {
    /// Null: nobody can sign in on this page.
    sign_in: Option<SignInConfig>,
    /// The page of trials: of the local stack alone.
    try_url: Option<String>,
}

pub(crate) async fn config<S: Store>(State(app): State<App<S>>) -> Json<Config> {
    Json(Config { sign_in: app.sign_in.config().cloned(), try_url: app.try_url.as_deref().map(str::to_owned) })
}
