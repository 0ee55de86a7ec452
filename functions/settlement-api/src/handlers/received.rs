//! Documents that come from elsewhere: a partner's own, their cancellations, and invoices from before this system.

use crate::answers::document::DocumentSummary;
use crate::app::App;
use crate::{bodies, words};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use closing::openings;
use closing::received::Outcome;
use events::Refusal;
use ledger::Store;
use rules::{Currency, Month, PartnerId};
use settlement::number::Number;
use settlement::{Account, Direction, Document, DocumentKind};
use web::access::Caller;
use web::parameters::{Parameters, id, utf8};
use web::problem::Problem;

pub(crate) async fn receive<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    Path((path, currency, close)): Path<(String, String, String)>,
    parameters: Parameters,
    body: Bytes,
) -> Result<Response, Problem> {
    let (account, close) = documented(&path, &currency, &close)?;
    parameters.done()?;
    let occasion = caller.occasion((app.now)());
    let own = bodies::received::parse(utf8(&body)?, account, occasion.at)?;
    app.partner(&caller.role, &own.account.partner_id).await?;
    let outcome = app.closing.receive(&own, close, &occasion).await;
    recorded(outcome.map_err(|error| words::own::problem(error, &own))?)
}

/// The account and the close of a partner's own document that a path names.
fn documented(path: &str, currency: &str, close: &str) -> Result<(Account, Month), Refusal> {
    let (partner_id, currency) = (id(path)?, self::currency(currency)?);
    let close = close.parse().map_err(|error: rules::day::MonthError| Refusal::new("month", error))?;
    Ok((Account { partner_id, currency, direction: Direction::ToPartner }, close))
}

pub(crate) async fn cancel_own<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    Path((path, currency, close)): Path<(String, String, String)>,
    parameters: Parameters,
    body: Bytes,
) -> Result<Response, Problem> {
    let (account, close) = documented(&path, &currency, &close)?;
    parameters.done()?;
    let numbered = bodies::received::cancellation(utf8(&body)?)?;
    app.partner(&caller.role, &account.partner_id).await?;
    let papers = app.closing.papers(&account.partner_id).await.map_err(words::problem)?;
    let is_it = |document: &&Document| {
        document.account == account && document.close.month() == close && document.kind == DocumentKind::ReceivedInvoice
    };
    let own = papers.documents.iter().find(is_it).ok_or_else(|| Problem::not_found(words::no_own_invoice()))?;
    let occasion = caller.occasion((app.now)());
    let outcome = app.closing.receive_cancellation(&account, &own.number, numbered, &occasion).await;
    recorded(outcome.map_err(words::problem)?)
}

pub(crate) async fn cancel<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    Path(path): Path<String>,
    parameters: Parameters,
    body: Bytes,
) -> Result<Response, Problem> {
    parameters.done()?;
    let numbered = bodies::received::cancellation(utf8(&body)?)?;
    let (number, document) = app.document(&caller.role, &path).await?;
    let occasion = caller.occasion((app.now)());
    let of = Number::Given(number);
    let outcome = app.closing.receive_cancellation(&document.account, &of, numbered, &occasion).await;
    recorded(outcome.map_err(words::problem)?)
}

fn recorded(outcome: Outcome) -> Result<Response, Problem> {
    match outcome {
        Outcome::Recorded(document) => {
            Ok((StatusCode::CREATED, Json(DocumentSummary::from(&*document))).into_response())
        }
        Outcome::Already(document) => Ok(Json(DocumentSummary::from(&*document)).into_response()),
        Outcome::Other(_) => Err(Problem::conflict(words::recorded_otherwise())),
    }
}

pub(crate) async fn opening_item<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    Path((path, currency, direction)): Path<(String, String, String)>,
    parameters: Parameters,
    body: Bytes,
) -> Result<Response, Problem> {
    let partner_id: PartnerId = id(&path)?;
    let currency = self::currency(&currency)?;
    let direction: Direction = direction.parse().map_err(|_| Refusal::new("direction", words::not_a_direction()))?;
    parameters.done()?;
    let account = Account { partner_id, currency, direction };
    let occasion = caller.occasion((app.now)());
    let item = bodies::received::opening_item(utf8(&body)?, account, occasion.at)?;
    app.partner(&caller.role, &item.account().partner_id).await?;
    let shown = || Json(crate::answers::account::OpeningItemShown::from(&item));
    match app.closing.record_opening_item(&item, &occasion).await.map_err(words::problem)? {
        openings::Outcome::Recorded => Ok((StatusCode::CREATED, shown()).into_response()),
        openings::Outcome::Already => Ok(shown().into_response()),
        openings::Outcome::Other => Err(Problem::conflict(words::recorded_otherwise())),
    }
}

fn currency(text: &str) -> Result<Currency, Refusal> {
    text.parse().map_err(|error: rules::money::CurrencyError| Refusal::new("currency", error))
}
