//! `GET /summary`, `GET /partners/{id}/summary`: sums over months, now or as known on a day, as JSON or as a file for a
//! spreadsheet.

use crate::access::{Admin, Caller};
use crate::answers::summary::{PartnerSummary, PeriodSums, Summary, file};
use crate::answers::unreadable::Unreadable;
use crate::app::App;
use crate::http::format::Format;
use crate::http::parameters::{Parameters, id};
use crate::http::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use events::Refusal;
use futures_util::future::try_join;
use ledger::Store;
use reports::summary::{Period, sum};
use reports::{ReportError, names, overflow, overflow_of_several, summary};
use rules::{Day, PartnerId};

pub(crate) async fn of_partner<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    Path(path): Path<String>,
    mut parameters: Parameters,
) -> Result<Json<PartnerSummary>, Problem> {
    let partner_id: PartnerId = id(&path)?;
    let period = period(&mut parameters, app.day())?;
    parameters.done()?;
    app.registered_partner(&caller, &partner_id).await?;
    let known = summary::of_partner(&app.ledger, &partner_id, period).await?;
    let mut unreadable = reports::Unreadable::default();
    unreadable.add(known.unreadable);
    let all = sum(known.totals.values()).map_err(|source| overflow(&partner_id, source))?;
    let sums = PeriodSums::of(period, &all, &known.totals);
    Ok(Json(PartnerSummary { partner_id, sums, unreadable: Unreadable::of(&unreadable, &caller) }))
}

pub(crate) async fn of_everyone<S: Store>(
    _: Admin,
    State(app): State<App<S>>,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let period = period(&mut parameters, app.day())?;
    parameters.done()?;
    let everyone = summary::of_everyone(&app.ledger, period);
    match Format::accepted(&headers) {
        Format::Csv => Ok(file(period, &everyone.await?)),
        Format::Json | Format::Html => {
            let registered = async { names(&app.ledger).await.map_err(ReportError::from) };
            let (everyone, (names, unnamed)) = try_join(everyone, registered).await?;
            let mut unreadable = everyone.unreadable.clone();
            unreadable.merge(unnamed);
            let unreadable = Unreadable::of(&unreadable, &Caller::Admin);
            let summary = Summary::of(period, &everyone, &names, unreadable).map_err(overflow_of_several)?;
            Ok(Json(summary).into_response())
        }
    }
}

fn period(parameters: &mut Parameters, today: Option<Day>) -> Result<Period, Refusal> {
    let ((from, to), as_of) = (parameters.months(today)?, parameters.day("as_of")?);
    Ok(Period { from, to, as_of })
}
