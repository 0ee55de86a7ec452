//! Lambda behind the HTTP API: registers partners and answers what is owed.

mod access;
mod as_known;
mod attention;
mod choices;
mod contract_pieces;
mod contracts;
mod cursors;
mod entries;
mod format;
mod headers;
mod minimum_sales;
mod observed;
mod openapi;
mod openapi_schemas;
mod page;
mod parameters;
mod partners;
mod problem;
mod programme;
mod simulations;
mod statement;
mod statement_page;
mod totals;
mod unreadable;

use access::Caller;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_extractor, from_fn, from_fn_with_state};
use axum::routing::{get, post, put};
use cursors::Cursors;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{self, TimeZone};
use ledger::dynamo::DynamoStore;
use ledger::{Ledger, LedgerError};
use problem::Problem;
use rules::PartnerId;
use rules::text::Words;
use runtime::aws::Aws;
use runtime::environment::optional;
use runtime::metrics::Metrics;
use runtime::restatement::Queue;
use runtime::{telemetry, warm_up};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use unreadable::Unreadable;

/// What every route needs.
#[derive(Debug, Clone)]
struct App {
    ledger: Ledger<DynamoStore>,
    restatements: Queue,
    cursors: Arc<Cursors>,
    metrics: Metrics,
    sign_in_url: Option<Arc<str>>,
}

impl App {
    /// The vendor's calendar day (RULEBOOK §4: days of Europe/Paris).
    fn today() -> Date {
        App::day_of(runtime::now())
    }

    /// The vendor's calendar day at a moment.
    fn day_of(at: Timestamp) -> Date {
        const PARIS: TimeZone = tz::get!("Europe/Paris");
        at.to_zoned_datetime(PARIS).date()
    }

    /// Every registered partner, with its name.
    async fn names(&self) -> Result<(BTreeMap<PartnerId, String>, Unreadable), LedgerError> {
        let all = self.ledger.partners(|_| true, usize::MAX, None).await?;
        let mut unreadable = Unreadable::default();
        unreadable.add(all.unreadable);
        Ok((all.list.into_iter().map(|partner| (partner.id, partner.name)).collect(), unreadable))
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
        .route("/openapi.json", get(openapi::show))
}

/// The API: nothing in here is reached without known claims, and each handler says whose.
fn closed() -> Router<App> {
    Router::new()
        .route("/programme", get(programme::show))
        .route("/partners", get(partners::list))
        .route("/partners/{id}", get(partners::show).put(partners::register))
        .route("/partners/{id}/agreements/{starts_on}/years/{n}/set-aside", put(minimum_sales::put_aside))
        .route("/partners/{id}/entries", get(entries::list))
        .route("/partners/{id}/statement", get(statement::show))
        .route("/partners/{id}/summary", get(totals::of_partner))
        .route("/summary", get(totals::of_everyone))
        .route("/simulations", post(simulations::run))
        .route("/contracts/{id}", get(contracts::show))
        .route("/contracts/{id}/terms/{term}/choices/{number}", put(choices::of_annuity))
        .route("/contracts/{id}/terms/{term}/credit-notes/{note}/choices/{number}", put(choices::of_credit_note))
        .route("/attention", get(attention::list))
        .route_layer(from_extractor::<Caller>())
}

fn router(app: App) -> Router {
    open()
        .merge(closed())
        .fallback(async || Problem::not_found(Words::new("il n'y a rien à ce chemin", "there is nothing at this path")))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn(headers::complete))
        .layer(from_fn_with_state(app.clone(), observed::observe))
        .with_state(app)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::start();
    telemetry::ended(started().await)
}

async fn started() -> Result<(), runtime::Error> {
    let (aws, metrics) = (Aws::from_env()?, Metrics::from_env()?);
    let app = App {
        ledger: aws.ledger(&metrics)?,
        restatements: Queue::from_env(&aws)?,
        cursors: Arc::new(Cursors::from_env()?),
        sign_in_url: optional("SIGN_IN_URL").map(Arc::from),
        metrics,
    };
    warm_up(&app.ledger).await;
    lambda_http::run(router(app)).await
}
