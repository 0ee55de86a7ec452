//! `GET /partners/{id}/statement`: entries and totals of a month, and separately the entries for earlier months
//! recorded since a day; as JSON, as a file for a machine, as a workbook, or to print.

use crate::answers::statement::{Statement, file};
use crate::answers::statement_page::page;
use crate::answers::statement_workbook;
use crate::app::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use ledger::Store;
use reports::as_known::AsKnown;
use reports::statement;
use rules::PartnerId;
use web::access::Caller;
use web::format::Format;
use web::parameters::{Parameters, id};
use web::problem::Problem;

pub(crate) async fn show<S: Store>(
    Caller { role, .. }: Caller,
    State(app): State<App<S>>,
    Path(path): Path<String>,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let partner_id: PartnerId = id(&path)?;
    let month = parameters.month()?;
    let recorded = AsKnown { as_of: parameters.day("as_of")?, since: parameters.day("since")? };
    let language = parameters.language()?;
    let format = Format::asked(&mut parameters, &headers, &Format::OF_STATEMENTS)?;
    parameters.done()?;
    let name = app.registered_partner(&role, &partner_id).await?.name.unwrap_or_default();
    let statement = statement::of_partner(&app.ledger, (partner_id, name), month, recorded).await?;
    Ok(match format {
        Format::Json | Format::Xml => Json(Statement::of(&statement, &role, language)).into_response(),
        Format::Csv => file(&statement, &role, language),
        Format::Html => Html(page(&statement, &role, language).into_string()).into_response(),
        Format::Workbook => statement_workbook::file(&statement, &role, language),
    })
}
