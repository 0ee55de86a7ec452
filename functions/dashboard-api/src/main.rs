//! Lambda behind the HTTP API: registers partners and answers what is owed.

mod attention;
mod choices;
mod contracts;
mod entries;
mod parameters;
mod partners;
mod problem;
mod programme;

use axum::Router;
use axum::routing::{get, put};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use ledger::Ledger;
use ledger::dynamo::DynamoStore;
use problem::Problem;
use runtime::restatement::Queue;
use runtime::settings::Aws;

/// What every route needs.
#[derive(Debug, Clone)]
struct App {
    ledger: Ledger<DynamoStore>,
    restatements: Queue,
}

impl App {
    /// The vendor's calendar day (RULEBOOK §4: days of Europe/Paris).
    fn today() -> Date {
        // The time zones are compiled in.
        let paris = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
        runtime::now().to_zoned_datetime(paris).date()
    }
}

fn router(app: App) -> Router {
    Router::new()
        .route("/programme", get(programme::show))
        .route("/partners", get(partners::list))
        .route("/partners/{id}", get(partners::show).put(partners::register))
        .route("/partners/{id}/entries", get(entries::list))
        .route("/contracts/{id}", get(contracts::show))
        .route("/contracts/{id}/terms/{term}/choices/{number}", put(choices::of_annuity))
        .route("/contracts/{id}/terms/{term}/credit-notes/{note}/choices/{number}", put(choices::of_credit_note))
        .route("/attention", get(attention::list))
        .fallback(async || Problem::not_found("there is nothing at this path"))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .with_state(app)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    runtime::telemetry::start();
    let aws = Aws::from_env()?;
    let app = App { ledger: aws.ledger()?, restatements: Queue::from_env(&aws)? };
    lambda_http::run(router(app)).await
}
