//! `/vendor`, `/partners/{id}/billing`: billing identities in versions.

use crate::answers::billing::{PartnerBilling, Vendor};
use crate::app::App;
use crate::{bodies, words};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use closing::billing::Outcome;
use ledger::Store;
use rules::{Day, PartnerId};
use settlement::{Billing, Version};
use texts::Code;
use web::access::Caller;
use web::parameters::{Parameters, id, number_in, utf8};
use web::problem::Problem;

/// The most versions of an identity.
pub(crate) const MAX_VERSIONS: u32 = 1000;

pub(crate) async fn vendor<S: Store>(
    State(app): State<App<S>>,
    parameters: Parameters,
) -> Result<Json<Vendor>, Problem> {
    parameters.done()?;
    Ok(Json(vendor_now(&app).await?))
}

async fn vendor_now<S: Store>(app: &App<S>) -> Result<Vendor, Problem> {
    let versions = app.closing.vendor().await.map_err(words::problem)?;
    let now = (app.now)();
    Ok(Vendor::of(&versions, today(app)?, now))
}

fn today<S: Store>(app: &App<S>) -> Result<Day, Problem> {
    let day = Day::try_from(rules::day::day_of((app.now)()));
    day.map_err(|_| Problem::internal(Code::AnswerNotWritten))
}

pub(crate) async fn record_vendor<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    Path(n): Path<String>,
    parameters: Parameters,
    body: Bytes,
) -> Result<Response, Problem> {
    let n = number_in("n", &n, 1..=MAX_VERSIONS)?;
    parameters.done()?;
    let stated = bodies::billing::vendor(utf8(&body)?)?;
    let occasion = caller.occasion((app.now)());
    let version = Version { from: stated.from, recorded_at: occasion.at, of: stated.of };
    let status = status(app.closing.record_vendor(n, version, &occasion).await.map_err(words::problem)?)?;
    Ok((status, Json(vendor_now(&app).await?)).into_response())
}

pub(crate) async fn show<S: Store>(
    Caller { role, .. }: Caller,
    State(app): State<App<S>>,
    Path(path): Path<String>,
    parameters: Parameters,
) -> Result<Json<PartnerBilling>, Problem> {
    let partner_id: PartnerId = id(&path)?;
    parameters.done()?;
    app.partner(&role, &partner_id).await?;
    Ok(Json(billing_now(&app, partner_id).await?))
}

async fn billing_now<S: Store>(app: &App<S>, partner_id: PartnerId) -> Result<PartnerBilling, Problem> {
    let vendor = app.closing.vendor().await.map_err(words::problem)?;
    let versions = app.closing.billing(&partner_id).await.map_err(words::problem)?;
    Ok(PartnerBilling::of(partner_id, &vendor, &versions, (today(app)?, (app.now)())))
}

pub(crate) async fn record<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    Path((path, n)): Path<(String, String)>,
    parameters: Parameters,
    body: Bytes,
) -> Result<Response, Problem> {
    let partner_id: PartnerId = id(&path)?;
    let n = number_in("n", &n, 1..=MAX_VERSIONS)?;
    parameters.done()?;
    app.partner(&caller.role, &partner_id).await?;
    let versions = app.closing.billing(&partner_id).await.map_err(words::problem)?;
    // The version before this one: repeated, the request means the same.
    let before = usize::try_from(n).ok().and_then(|n| versions.0.get(n.checked_sub(2)?));
    let before: Option<&Billing> = before.map(|version| &version.of);
    let stated = bodies::billing::billing(utf8(&body)?, before)?;
    let occasion = caller.occasion((app.now)());
    let version = Version { from: stated.from, recorded_at: occasion.at, of: stated.of };
    let status = status(app.closing.record_billing(&partner_id, n, version, &occasion).await.map_err(words::problem)?)?;
    Ok((status, Json(billing_now(&app, partner_id).await?)).into_response())
}

fn status(outcome: Outcome) -> Result<StatusCode, Problem> {
    match outcome {
        Outcome::Recorded => Ok(StatusCode::CREATED),
        Outcome::Already => Ok(StatusCode::OK),
        Outcome::Other => Err(Problem::conflict(words::other_version())),
        Outcome::NotNext { next } => Err(Problem::conflict(words::not_next(next))),
    }
}
