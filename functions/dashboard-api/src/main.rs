//! Lambda behind the HTTP API: registers partners and answers what is owed.

mod attention;
mod choices;
mod contracts;
mod entries;
mod format;
mod openapi;
mod openapi_schemas;
mod parameters;
mod partners;
mod problem;
mod programme;
mod simulations;
mod statement;
mod statement_page;
mod totals;

use axum::Router;
use axum::routing::{get, post, put};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use ledger::dynamo::DynamoStore;
use ledger::{Ledger, LedgerError};
use problem::Problem;
use rules::PartnerId;
use runtime::restatement::Queue;
use runtime::settings::Aws;
use std::collections::BTreeMap;

/// How many partners one request reads.
const PARTNERS_AT_ONCE: usize = 1000;

/// What every route needs.
#[derive(Debug, Clone)]
struct App {
    ledger: Ledger<DynamoStore>,
    restatements: Queue,
}

impl App {
    /// The vendor's calendar day (RULEBOOK §4: days of Europe/Paris).
    fn today() -> Date {
        App::day_of(runtime::now())
    }

    /// The vendor's calendar day at a moment.
    fn day_of(at: Timestamp) -> Date {
        // The time zones are compiled in.
        let paris = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
        at.to_zoned_datetime(paris).date()
    }

    /// Every registered partner, with its name.
    async fn names(&self) -> Result<BTreeMap<PartnerId, String>, LedgerError> {
        let (mut names, mut after) = (BTreeMap::new(), None);
        loop {
            let part = self.ledger.partners(PARTNERS_AT_ONCE, after).await?;
            names.extend(part.list.into_iter().map(|partner| (partner.id, partner.name)));
            after = part.next;
            if after.is_none() {
                return Ok(names);
            }
        }
    }
}

fn router(app: App) -> Router {
    Router::new()
        .route("/programme", get(programme::show))
        .route("/partners", get(partners::list))
        .route("/partners/{id}", get(partners::show).put(partners::register))
        .route("/partners/{id}/entries", get(entries::list))
        .route("/partners/{id}/statement", get(statement::show))
        .route("/partners/{id}/summary", get(totals::of_partner))
        .route("/summary", get(totals::of_everyone))
        .route("/simulations", post(simulations::run))
        .route("/contracts/{id}", get(contracts::show))
        .route("/contracts/{id}/terms/{term}/choices/{number}", put(choices::of_annuity))
        .route("/contracts/{id}/terms/{term}/credit-notes/{note}/choices/{number}", put(choices::of_credit_note))
        .route("/attention", get(attention::list))
        .route("/openapi.json", get(openapi::show))
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
