//! `GET /summary`, `GET /partners/{id}/summary`: what months add up to, as JSON or as a file for a spreadsheet.

use crate::App;
use crate::access::{Admin, Caller};
use crate::format::{Format, csv};
use crate::parameters::{Parameters, id};
use crate::partners::registered_head;
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use events::json::Total;
use futures_util::future::{try_join, try_join_all};
use ledger::LedgerError;
use rules::money::Overflow;
use rules::totals::{self, Group};
use rules::{Model, Month, PartnerId, Totals};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// `GET /partners/{id}/summary`: one partner's months.
pub(crate) async fn of_partner(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Json<Value>, Problem> {
    let partner_id: PartnerId = id(&path)?;
    let mut parameters = Parameters::read(query)?;
    let (from, to) = parameters.months()?;
    parameters.done()?;
    registered_head(&app, &caller, &partner_id).await?;
    let months = app.ledger.totals_of_partner(&partner_id).await?;
    let months: BTreeMap<Month, Totals> = months.into_iter().filter(|(month, _)| (from..=to).contains(month)).collect();
    let sum = sum(months.values()).map_err(overflow)?;
    let months: Vec<Value> =
        months.iter().map(|(month, totals)| json!({ "month": month, "totals": Total::all(totals) })).collect();
    Ok(Json(json!({ "partner_id": partner_id, "from": from, "to": to, "totals": Total::all(&sum), "months": months })))
}

/// One partner's month, as a row of the summary.
struct Row {
    month: Month,
    partner_id: PartnerId,
    totals: Totals,
}

/// `GET /summary`: everyone's months, by month, model and partner.
pub(crate) async fn of_everyone(
    _: Admin,
    State(app): State<App>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut parameters = Parameters::read(query)?;
    let (from, to) = parameters.months()?;
    parameters.done()?;
    let months = std::iter::successors(Some(from), |month| month.next()).take_while(|month| *month <= to);
    let rows = async {
        let rows = try_join_all(months.map(|month| rows(&app, month))).await?;
        Ok::<Vec<Row>, LedgerError>(rows.into_iter().flatten().collect())
    };
    match Format::accepted(&headers) {
        Format::Csv => Ok(csv(&format!("summary-{from}-{to}.csv"), &COLUMNS, csv_rows(&rows.await?))),
        Format::Json | Format::Html => {
            let (rows, names) = try_join(rows, app.names()).await?;
            Ok(Json(summary((from, to), &rows, &names).map_err(overflow)?).into_response())
        }
    }
}

async fn rows(app: &App, month: Month) -> Result<Vec<Row>, LedgerError> {
    let mut rows = Vec::new();
    let mut after = None;
    loop {
        let part = app.ledger.totals_of_month(month, after).await?;
        rows.extend(part.list.into_iter().map(|(partner_id, totals)| Row { month, partner_id, totals }));
        after = part.next;
        if after.is_none() {
            return Ok(rows);
        }
    }
}

/// Months and what they add up to. Written straight to text: it may name thousands of partners.
#[derive(Serialize)]
struct Summary<'a> {
    from: Month,
    to: Month,
    totals: Vec<Total>,
    months: Vec<OfMonth>,
    models: Vec<OfModel>,
    partners: Vec<OfPartner<'a>>,
}

#[derive(Serialize)]
struct OfMonth {
    month: Month,
    totals: Vec<Total>,
}

#[derive(Serialize)]
struct OfModel {
    model: Model,
    totals: Vec<Total>,
}

#[derive(Serialize)]
struct OfPartner<'a> {
    partner_id: &'a PartnerId,
    name: Option<&'a str>,
    totals: Vec<Total>,
}

fn summary<'a>(
    (from, to): (Month, Month),
    rows: &'a [Row],
    names: &'a BTreeMap<PartnerId, String>,
) -> Result<Summary<'a>, Overflow> {
    let mut months: BTreeMap<Month, Totals> = BTreeMap::new();
    let mut models: BTreeMap<Model, Totals> = BTreeMap::new();
    let mut partners: BTreeMap<&PartnerId, Totals> = BTreeMap::new();
    for Row { month, partner_id, totals } in rows {
        months.entry(*month).or_default().add_all(totals)?;
        partners.entry(partner_id).or_default().add_all(totals)?;
        for (group, total) in &totals.0 {
            models.entry(group.model).or_default().add(*group, total)?;
        }
    }
    let name = |id| names.get(id).map(String::as_str);
    Ok(Summary {
        from,
        to,
        totals: Total::all(&sum(months.values())?),
        months: months.iter().map(|(month, sum)| OfMonth { month: *month, totals: Total::all(sum) }).collect(),
        models: models.iter().map(|(model, sum)| OfModel { model: *model, totals: Total::all(sum) }).collect(),
        partners: partners
            .iter()
            .map(|(id, sum)| OfPartner { partner_id: id, name: name(*id), totals: Total::all(sum) })
            .collect(),
    })
}

const COLUMNS: [&str; 10] = [
    "month",
    "partner_id",
    "kind",
    "model",
    "currency",
    "entries",
    "amount",
    "vendor_share",
    "due_to_partner",
    "due_from_partner",
];

fn csv_rows(rows: &[Row]) -> impl Iterator<Item = Vec<String>> {
    rows.iter().flat_map(|Row { month, partner_id, totals }| {
        totals.0.iter().map(move |(group, total)| {
            let mut row = vec![month.to_string(), partner_id.to_string()];
            row.extend(csv_total(*group, total));
            row
        })
    })
}

/// A total from its kind on.
fn csv_total(group: Group, total: &totals::Total) -> [String; 8] {
    let Group { kind, model, currency } = group;
    let due = total.due(kind);
    let decimal = |minor| currency.decimal(minor);
    [
        kind.to_string(),
        model.to_string(),
        currency.to_string(),
        total.count.to_string(),
        decimal(total.amount),
        decimal(total.vendor_share),
        decimal(due.due_to_partner),
        decimal(due.due_from_partner),
    ]
}

fn sum<'a>(all: impl Iterator<Item = &'a Totals>) -> Result<Totals, Overflow> {
    let mut sum = Totals::default();
    for totals in all {
        sum.add_all(totals)?;
    }
    Ok(sum)
}

/// A sum that does not fit.
pub(crate) fn overflow(source: Overflow) -> LedgerError {
    LedgerError::Overflow { what: "the summary".to_owned(), source }
}
