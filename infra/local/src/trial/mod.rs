//! The page `/try`, which this machine's stack alone has: it records everything again in another order, sends a late sale
//! through the queue, and shows the ledger as known on a day.

mod files;
mod late_sale;
pub mod replay;
mod replays;

pub use replays::Replays;

use crate::template::Table;
use aws_sdk_dynamodb::Client as Dynamodb;
use aws_sdk_sqs::Client as Sqs;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use late_sale::{Seller, late_sale, late_sales, seller};
use ledger::dynamo::DynamoStore;
use ledger::on_record::OnRecord;
use ledger::{Ledger, LedgerError};
use machine::scanning::{ScanError, scan};
use machine::sending::{QueueError, send_batch};
use machine::verification::Claims;
use rules::day::day_of;
use rules::people::{Identity, Role};
use rules::{Day, Month};
use serde::Serialize;
use serde_json::Value;

/// The address of the page.
pub const PATH: &str = "/try";

/// The parts of the stack that the page needs.
#[derive(Debug)]
pub struct Trial {
    pub dynamodb: Dynamodb,
    pub table: Table,
    pub sqs: Sqs,
    /// The queue of signed sales.
    pub sales_url: String,
    /// The clock.
    pub now: fn() -> Timestamp,
    /// The source of seeds.
    pub seed: fn() -> u32,
    pub replays: Replays,
}

/// A failure to answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TrialError {
    #[error(transparent)]
    Scan(#[from] ScanError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Queue(#[from] QueueError),
    #[error("the clock is beyond the days of the rules")]
    Clock,
}

/// Figures of the ledger's record.
#[derive(Debug, Serialize)]
struct Figures {
    facts: usize,
    partners: usize,
    /// The first day on which something was recorded; null: nothing was.
    since: Option<Date>,
    today: Day,
    /// The first and the last month in which something is booked; null: nothing is.
    months: Option<[Month; 2]>,
    /// The partner whose sale comes late; null: none has an agreement.
    seller: Option<Seller>,
}

/// A problem in words, in the form of API Gateway's own.
#[derive(Debug, Serialize)]
struct Told {
    message: String,
}

/// A route of the page that takes a manager's token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// Figures of the ledger's record.
    Figures,
    /// The replay that runs, or the last one.
    Replay,
    /// Starts a replay, unless one runs.
    StartReplay,
    /// Sends a late sale.
    SendLateSale,
}

impl Route {
    pub(crate) fn of(method: &str, path: &str) -> Option<Route> {
        match (method, path.strip_prefix(PATH)?) {
            ("GET", "/figures") => Some(Route::Figures),
            ("GET", "/replay") => Some(Route::Replay),
            ("POST", "/replay") => Some(Route::StartReplay),
            ("POST", "/late-sale") => Some(Route::SendLateSale),
            _ => None,
        }
    }
}

impl Trial {
    /// A file of the page, which needs no token; none: the path is that of no file.
    pub(crate) fn file(method: &str, path: &str) -> Option<Response> {
        matches!(method, "GET" | "HEAD").then(|| files::file(path)).flatten().map(complete)
    }

    /// The answer to whoever has these claims: managers alone have one.
    pub(crate) async fn answer(&self, route: Route, claims: &Claims) -> Response {
        let answered = match self.is_manager(claims).await {
            Ok(true) => self.answer_manager(route).await,
            Ok(false) => {
                let told = Told { message: "Forbidden".to_owned() };
                Ok((StatusCode::FORBIDDEN, axum::Json(told)).into_response())
            }
            Err(error) => Err(error.into()),
        };
        complete(answered.unwrap_or_else(|error| {
            let told = Told { message: runtime::chain(&error) };
            (StatusCode::INTERNAL_SERVER_ERROR, axum::Json(told)).into_response()
        }))
    }

    async fn is_manager(&self, claims: &Claims) -> Result<bool, LedgerError> {
        let named = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
        let (Ok(issuer), Ok(subject)) = (named("iss").parse(), named("sub").parse()) else { return Ok(false) };
        let ledger = Ledger::new(DynamoStore::new(self.dynamodb.clone(), &self.table.name));
        let member = ledger.member_of(&Identity { issuer, subject }).await?;
        Ok(member.is_some_and(|member| member.role().is_some_and(Role::may_manage)))
    }

    async fn answer_manager(&self, route: Route) -> Result<Response, TrialError> {
        match route {
            Route::Figures => self.figures().await,
            Route::Replay => Ok(axum::Json(self.replays.state()).into_response()),
            Route::StartReplay => {
                let state =
                    self.replays.start((self.dynamodb.clone(), self.table.clone()), (self.seed)(), (self.now)());
                Ok((StatusCode::ACCEPTED, axum::Json(state)).into_response())
            }
            Route::SendLateSale => self.send_late_sale().await,
        }
    }

    async fn figures(&self) -> Result<Response, TrialError> {
        let (on_record, today) = self.on_record().await?;
        let figures = Figures {
            facts: on_record.facts(),
            partners: on_record.partners.len(),
            since: on_record.since.map(day_of),
            today,
            months: on_record.booked_on.map(|(first, last)| [first.into(), last.into()]),
            seller: seller(&on_record, today),
        };
        Ok(axum::Json(figures).into_response())
    }

    async fn send_late_sale(&self) -> Result<Response, TrialError> {
        let (on_record, today) = self.on_record().await?;
        let Some(seller) = seller(&on_record, today) else {
            let told = Told { message: "no partner has an agreement".to_owned() };
            return Ok((StatusCode::CONFLICT, axum::Json(told)).into_response());
        };
        let random = fastrand::Rng::with_seed((self.seed)().into());
        let (sale, event) = late_sale(&seller, late_sales(&on_record), (self.now)(), random);
        send_batch(&self.sqs, &self.sales_url, &[&event]).await?;
        Ok((StatusCode::ACCEPTED, axum::Json(sale)).into_response())
    }

    /// The ledger's record, and the vendor's calendar day.
    async fn on_record(&self) -> Result<(OnRecord, Day), TrialError> {
        let today = Day::try_from(day_of((self.now)())).map_err(|_| TrialError::Clock)?;
        let items = scan(&self.dynamodb, &self.table.name, |_| ()).await?;
        Ok((OnRecord::read(items)?, today))
    }
}

/// An answer without a cache header holds data, so no cache may keep it.
fn complete(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    headers.extend(files::HEADERS);
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    answer
}
