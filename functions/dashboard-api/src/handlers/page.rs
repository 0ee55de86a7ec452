//! The page, compiled in, and open to everyone, since it holds no data: the document, one script, one style.
//!
//! The document names the others by a digest of their content, so a browser that has them asks for the document alone. It has the
//! configuration too.

use crate::app::App;
use crate::files::{AFTER_CONFIG, BEFORE_CONFIG, DESCRIPTION, ICON, LICENSE, SCRIPT, STYLE, VIEWS_NAME};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use ledger::Store;
use serde::Serialize;
use texts::Code;
use web::problem::Problem;
use web::sign_in::SignInConfig;
use web::static_files::{file, kept};

/// Long enough for the way to the provider and back: the answer comes to the same document, whatever its query.
const FOR_SIGN_IN: &str = "max-age=10";
const ANY_QUERY: (HeaderName, HeaderValue) =
    (HeaderName::from_static("no-vary-search"), HeaderValue::from_static("params"));

pub(crate) async fn index<S: Store>(State(app): State<App<S>>, headers: HeaderMap) -> Result<Response, Problem> {
    let config = serde_json::to_string(&Config::of(&app)).map_err(|_| Problem::internal(Code::FileUnreadable))?;
    // Nothing of the configuration ends the element that holds it.
    let config = config.replace('<', "\\u003c");
    let document = [BEFORE_CONFIG, &config, AFTER_CONFIG].concat();
    let mut answer = kept(FOR_SIGN_IN, "text/html; charset=utf-8", document, &headers);
    answer.headers_mut().extend([ANY_QUERY]);
    Ok(answer)
}

pub(crate) async fn show(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let small = |(known, content): (&str, &'static [u8]), content_type| {
        (known == name).then(|| file(content_type, content, &headers))
    };
    [SCRIPT, STYLE]
        .iter()
        .find_map(|bundle| bundle.answer(&name, &headers))
        .or_else(|| small(ICON, "image/svg+xml"))
        .or_else(|| small(LICENSE, "text/markdown; charset=utf-8"))
        .ok_or_else(|| Problem::not_found(Code::NoSuchFile))
}

pub(crate) async fn openapi(headers: HeaderMap) -> Result<Response, Problem> {
    let description = DESCRIPTION.as_ref().ok_or_else(|| Problem::internal(Code::FileUnreadable))?;
    Ok(file("application/json", description, &headers))
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

impl Config {
    fn of<S: Store>(app: &App<S>) -> Config {
        Config {
            sign_in: app.sign_in.config().cloned(),
            try_url: app.try_url.as_deref().map(str::to_owned),
            views: app.views_url.as_deref().map(|folder| format!("{folder}{VIEWS_NAME}")),
        }
    }
}

pub(crate) async fn config<S: Store>(State(app): State<App<S>>) -> Json<Config> {
    Json(Config::of(&app))
}
