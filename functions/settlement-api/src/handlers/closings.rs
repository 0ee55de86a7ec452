//! `/closings`: closes, their preview, their documents and what they carried.

use crate::answers::account::CarriedShown;
use crate::answers::closing::{CarriedList, ClosingList, ClosingShown, DocumentList, NextClosing};
use crate::answers::document::DocumentSummary;
use crate::answers::preview::PreviewShown;
use crate::app::App;
use crate::routes::Route;
use crate::{bodies, words};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use closing::StoredClose;
use closing::closes::{Outcome, Said};
use events::Refusal;
use ledger::Store;
use rules::Month;
use settlement::close::earliest;
use web::access::Caller;
use web::parameters::{Parameters, utf8};
use web::problem::Problem;

pub(crate) async fn list<S: Store>(
    State(app): State<App<S>>,
    parameters: Parameters,
) -> Result<Json<ClosingList>, Problem> {
    parameters.done()?;
    let mut closes = app.closing.closes().await.map_err(words::problem)?;
    closes.sort_by_key(|stored| std::cmp::Reverse(stored.close.moment.month()));
    let next = closes.first().and_then(|last| last.close.moment.month().next());
    let next = next.map(|month| NextClosing { month, from: earliest(month, app.closing.delay()) });
    Ok(Json(ClosingList { closings: closes.iter().map(ClosingShown::from).collect(), next }))
}

pub(crate) async fn show<S: Store>(
    State(app): State<App<S>>,
    Path(path): Path<String>,
    parameters: Parameters,
) -> Result<Json<ClosingShown>, Problem> {
    let month = month(&path)?;
    parameters.done()?;
    let stored = app.closing.stored_close(month).await.map_err(words::problem)?;
    let stored = stored.ok_or_else(|| Problem::not_found(words::not_closed()))?;
    Ok(Json(ClosingShown::from(&stored)))
}

pub(crate) async fn close<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    Path(path): Path<String>,
    parameters: Parameters,
    body: Bytes,
) -> Result<Response, Problem> {
    let month = month(&path)?;
    parameters.done()?;
    let said = orders(&body)?;
    let occasion = caller.occasion((app.now)());
    match app.closing.close(month, &said, &occasion).await.map_err(words::problem)? {
        Outcome::Closed(stored) => begun(&app, StatusCode::CREATED, &stored).await,
        // The message of the pass may have been lost: its steps are safe to repeat.
        Outcome::Already(stored) if stored.made.is_none() => begun(&app, StatusCode::OK, &stored).await,
        Outcome::Already(stored) => Ok((StatusCode::OK, Json(ClosingShown::from(&stored))).into_response()),
        Outcome::Other(_) => Err(Problem::conflict(words::closed_otherwise())),
    }
}

async fn begun<S: Store>(app: &App<S>, status: StatusCode, stored: &StoredClose) -> Result<Response, Problem> {
    if let Err(error) = app.passes.begin(stored.close.moment.month()).await {
        tracing::error!(error = runtime::chain(&error), "a month is closed, but its pass was not begun");
        return Err(Problem::try_again(words::not_begun()));
    }
    Ok((status, Json(ClosingShown::from(stored))).into_response())
}

pub(crate) async fn preview<S: Store>(
    State(app): State<App<S>>,
    Path(path): Path<String>,
    mut parameters: Parameters,
    body: Bytes,
) -> Result<Json<PreviewShown>, Problem> {
    let month = month(&path)?;
    // A place is good for the same orders alone.
    let list = format!("{month} {}", String::from_utf8_lossy(&body));
    let pages = app.pages(Route::Preview, &list, &parameters);
    let place = pages.after(&mut parameters)?;
    let language = parameters.language()?;
    parameters.done()?;
    let said = orders(&body)?;
    let mut preview = app.closing.preview(month, &said, (app.now)(), place).await.map_err(words::problem)?;
    let next = pages.next(preview.next.take())?;
    Ok(Json(PreviewShown::of(preview, next, language)))
}

pub(crate) async fn documents<S: Store>(
    State(app): State<App<S>>,
    Path(path): Path<String>,
    mut parameters: Parameters,
) -> Result<Json<DocumentList>, Problem> {
    let month = month(&path)?;
    let pages = app.pages(Route::Documents, &month.to_string(), &parameters);
    let (limit, after) = (parameters.limit()?, pages.after(&mut parameters)?);
    parameters.done()?;
    let part = app.closing.documents_at(month, limit, after).await.map_err(words::problem)?;
    let next_cursor = pages.next(part.next)?;
    Ok(Json(DocumentList { documents: DocumentSummary::all(&part.list), next_cursor }))
}

pub(crate) async fn carried<S: Store>(
    State(app): State<App<S>>,
    Path(path): Path<String>,
    mut parameters: Parameters,
) -> Result<Json<CarriedList>, Problem> {
    let month = month(&path)?;
    let pages = app.pages(Route::Carried, &month.to_string(), &parameters);
    let (limit, after) = (parameters.limit()?, pages.after(&mut parameters)?);
    parameters.done()?;
    let part = app.closing.carried_at(month, limit, after).await.map_err(words::problem)?;
    let next_cursor = pages.next(part.next)?;
    Ok(Json(CarriedList { carried: part.list.iter().map(CarriedShown::from).collect(), next_cursor }))
}

fn month(text: &str) -> Result<Month, Refusal> {
    text.parse().map_err(|error: rules::day::MonthError| Refusal::new("month", error))
}

/// The orders of a body; an empty body is a plain close.
fn orders(body: &Bytes) -> Result<Said, Refusal> {
    if body.is_empty() { Ok(Said::default()) } else { bodies::close::parse(utf8(body)?) }
}
