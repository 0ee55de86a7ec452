//! `GET /summary`, `GET /partners/{id}/summary`: sums over months, now or as known on a day, as JSON, as a file for a machine
//! or as a workbook.

use crate::answers::summary::{PartnerSummary, Summary, Summed, file};
use crate::answers::summary_workbook;
use crate::app::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use events::Refusal;
use futures_util::future::try_join;
use ledger::Store;
use reports::summary::{Everyone, Period};
use reports::{ReportError, names, overflow, overflow_of_several, summary};
use rules::money::Overflow;
use rules::people::Role;
use rules::programme::Language;
use rules::sorted::Sorted;
use rules::{Day, PartnerId};
use std::iter;
use web::access::Caller;
use web::format::Format;
use web::parameters::{Parameters, id};
use web::problem::Problem;

pub(crate) async fn of_partner<S: Store>(
    Caller { role, .. }: Caller,
    State(app): State<App<S>>,
    Path(path): Path<String>,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let partner_id: PartnerId = id(&path)?;
    let asked = Asked::read(parameters, &headers, app.day())?;
    let name = app.registered_partner(&role, &partner_id).await?.name.unwrap_or_default();
    let known = summary::of_partner(&app.ledger, &partner_id, asked.period).await?;
    let months = Everyone::only(&partner_id, known);
    let (names, unreadable) = (iter::once((partner_id.clone(), name)).to_map(), &months.unreadable);
    let summed =
        Summed { partner_id: Some(&partner_id), period: asked.period, months: &months, names: &names, unreadable };
    Ok(asked.answer(&summed, &role).map_err(|source| overflow(&partner_id, source))?)
}

pub(crate) async fn of_everyone<S: Store>(
    State(app): State<App<S>>,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = Asked::read(parameters, &headers, app.day())?;
    let registered = async { names(&app.ledger).await.map_err(ReportError::from) };
    let (months, (names, unnamed)) = try_join(summary::of_everyone(&app.ledger, asked.period), registered).await?;
    let mut unreadable = months.unreadable.clone();
    unreadable.merge(unnamed);
    let summed =
        Summed { partner_id: None, period: asked.period, months: &months, names: &names, unreadable: &unreadable };
    Ok(asked.answer(&summed, &Role::Manager).map_err(overflow_of_several)?)
}

/// The parameters of a request for a summary.
struct Asked {
    period: Period,
    format: Format,
    language: Language,
}

impl Asked {
    fn read(mut parameters: Parameters, headers: &HeaderMap, today: Option<Day>) -> Result<Asked, Refusal> {
        let ((from, to), as_of) = (parameters.months(today)?, parameters.day("as_of")?);
        let format = Format::asked(&mut parameters, headers, &Format::OF_SUMS)?;
        let language = parameters.language()?;
        parameters.done()?;
        Ok(Asked { period: Period { from, to, as_of }, format, language })
    }

    fn answer(&self, summed: &Summed<'_>, role: &Role) -> Result<Response, Overflow> {
        match (self.format, summed.partner_id) {
            (Format::Csv, _) => file(summed, role),
            (Format::Workbook, _) => summary_workbook::file(summed, role, self.language),
            (Format::Json | Format::Html | Format::Xml, Some(id)) => {
                Ok(Json(PartnerSummary::of(id, summed, role)?).into_response())
            }
            (Format::Json | Format::Html | Format::Xml, None) => Ok(Json(Summary::of(summed)?).into_response()),
        }
    }
}
