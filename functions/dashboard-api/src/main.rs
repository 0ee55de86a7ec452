//! Lambda behind the HTTP API: registers partners and answers what is owed.

mod access;
mod attention;
mod choices;
mod contracts;
mod cursors;
mod entries;
mod headers;
mod page;
mod parameters;
mod partners;
mod problem;
mod programme;

use access::Caller;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_extractor, map_response};
use axum::routing::{get, put};
use cursors::Cursors;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use ledger::Ledger;
use ledger::dynamo::DynamoStore;
use problem::Problem;
use runtime::restatement::Queue;
use runtime::settings::{Aws, optional};
use std::sync::Arc;

/// What every route needs.
#[derive(Debug, Clone)]
struct App {
    ledger: Ledger<DynamoStore>,
    restatements: Queue,
    cursors: Arc<Cursors>,
    sign_in_url: Option<Arc<str>>,
}

impl App {
    /// The vendor's calendar day (RULEBOOK §4: days of Europe/Paris).
    fn today() -> Date {
        // The time zones are compiled in.
        let paris = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
        runtime::now().to_zoned_datetime(paris).date()
    }
}

/// The largest body that is read at all, in bytes; what is larger than a registration may be is told so by name.
const MAX_BODY: usize = 1024 * 1024;

/// The page: open to everyone.
fn open() -> Router<App> {
    Router::new()
        .route("/", get(page::index))
        .route("/page/{file}", get(page::show))
        .route("/config.json", get(page::config))
}

/// The API: nothing in here is reached without known claims, and each handler says whose.
fn closed() -> Router<App> {
    Router::new()
        .route("/programme", get(programme::show))
        .route("/partners", get(partners::list))
        .route("/partners/{id}", get(partners::show).put(partners::register))
        .route("/partners/{id}/entries", get(entries::list))
        .route("/contracts/{id}", get(contracts::show))
        .route("/contracts/{id}/terms/{term}/choices/{number}", put(choices::of_annuity))
        .route("/contracts/{id}/terms/{term}/credit-notes/{note}/choices/{number}", put(choices::of_credit_note))
        .route("/attention", get(attention::list))
        .route_layer(from_extractor::<Caller>())
}

fn router(app: App) -> Router {
    open()
        .merge(closed())
        .fallback(async || Problem::not_found("there is nothing at this path"))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(map_response(headers::complete))
        .with_state(app)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    runtime::telemetry::start();
    let aws = Aws::from_env()?;
    let app = App {
        ledger: aws.ledger()?,
        restatements: Queue::from_env(&aws)?,
        cursors: Arc::new(Cursors::from_env()?),
        sign_in_url: optional("SIGN_IN_URL").map(Arc::from),
    };
    lambda_http::run(router(app)).await
}
