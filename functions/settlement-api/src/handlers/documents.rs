//! `GET /documents/{number}`: a document as JSON, as a page to print, or as the XML of its invoice; and its annex.

use crate::answers::document::{Annex, ContestShown, DocumentShown};
use crate::app::App;
use crate::words;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{Html, IntoResponse, Response};
use ledger::Store;
use settlement::number::GivenNumber;
use web::access::Caller;
use web::format::Format;
use web::parameters::Parameters;
use web::problem::Problem;

/// Values of `with`: parts of a document's page that are there on request.
pub(crate) const WITH: [&str; 1] = ["annex"];

pub(crate) async fn show<S: Store>(
    Caller { role, .. }: Caller,
    State(app): State<App<S>>,
    Path(path): Path<String>,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = Format::asked(&mut parameters, &headers, &Format::OF_DOCUMENTS)?;
    let language = parameters.language()?;
    let [with_annex] = parameters.flags("with", WITH)?;
    parameters.done()?;
    let (number, document) = app.document(&role, &path).await?;
    match format {
        Format::Xml => {
            let xml = app.closing.xml(&number).await.map_err(words::problem)?;
            let xml = xml.ok_or_else(|| Problem::conflict(words::no_xml()))?;
            let content_type = [(header::CONTENT_TYPE, Format::Xml.media_type())];
            Ok((content_type, named("attachment", &number, format), xml).into_response())
        }
        Format::Html => {
            let dates = app.closing.dates_named(&document).await.map_err(words::problem)?;
            // A cancellation repeats the lines of what it cancels, and has no entries of its own.
            let page = if with_annex && document.kind.cancels().is_none() {
                let annex = app.closing.annex(&document).await.map_err(words::problem)?;
                documents::page_with_annex(&document, &dates, &annex.by_reference(), language)
            } else {
                documents::page(&document, &dates, language)
            };
            let page = page.map_err(|error| Problem::conflict(words::no_page(&error)))?;
            let policy = [(header::CONTENT_SECURITY_POLICY, page_policy())];
            Ok((policy, named("inline", &number, format), Html(page)).into_response())
        }
        Format::Json | Format::Csv | Format::Workbook => {
            Ok(Json(DocumentShown::of(&document, contests(&app, &number).await?)).into_response())
        }
    }
}

/// The name of a file for a document, to be kept (`attachment`) or shown (`inline`).
fn named(disposition: &str, number: &GivenNumber, format: Format) -> [(HeaderName, String); 1] {
    [(header::CONTENT_DISPOSITION, format!("{disposition}; filename=\"{number}.{}\"", format.name()))]
}

/// The page has its style within, and nothing else may run or load.
fn page_policy() -> String {
    let style = documents::STYLE_SOURCE;
    format!("default-src 'none'; style-src {style}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
}

/// The contests of a document.
async fn contests<S: Store>(app: &App<S>, number: &GivenNumber) -> Result<Vec<ContestShown>, Problem> {
    let contests = app.closing.contests(number).await.map_err(words::problem)?;
    Ok(contests.iter().map(ContestShown::from).collect())
}

pub(crate) async fn annex<S: Store>(
    Caller { role, .. }: Caller,
    State(app): State<App<S>>,
    Path(path): Path<String>,
    parameters: Parameters,
) -> Result<Json<Annex>, Problem> {
    parameters.done()?;
    let (_, document) = app.document(&role, &path).await?;
    let annex = app.closing.annex(&document).await.map_err(words::problem)?;
    Ok(Json(Annex::of(&annex, document.account.currency)))
}
