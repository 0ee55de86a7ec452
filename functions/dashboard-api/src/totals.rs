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
use events::json::Money;
use futures_util::future::{try_join, try_join_all};
use ledger::LedgerError;
use rules::money::Overflow;
use rules::totals::{Group, Total};
use rules::{Month, PartnerId, Totals};
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
        months.iter().map(|(month, totals)| json!({ "month": month, "totals": self::totals(totals) })).collect();
    Ok(Json(json!({ "partner_id": partner_id, "from": from, "to": to, "totals": totals(&sum), "months": months })))
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

fn summary((from, to): (Month, Month), rows: &[Row], names: &BTreeMap<PartnerId, String>) -> Result<Value, Overflow> {
    let mut months: BTreeMap<Month, Totals> = BTreeMap::new();
    let mut models: BTreeMap<&str, Totals> = BTreeMap::new();
    let mut partners: BTreeMap<&PartnerId, Totals> = BTreeMap::new();
    for Row { month, partner_id, totals } in rows {
        months.entry(*month).or_default().add_all(totals)?;
        partners.entry(partner_id).or_default().add_all(totals)?;
        for (group, total) in &totals.0 {
            models.entry(group.model.as_str()).or_default().add(*group, total)?;
        }
    }
    Ok(json!({
        "from": from,
        "to": to,
        "totals": totals(&sum(months.values())?),
        "months": months.iter().map(|(month, sum)| json!({ "month": month, "totals": totals(sum) })).collect::<Vec<_>>(),
        "models": models.iter().map(|(model, sum)| json!({ "model": model, "totals": totals(sum) })).collect::<Vec<_>>(),
        "partners": partners
            .iter()
            .map(|(id, sum)| json!({ "partner_id": id, "name": names.get(*id), "totals": totals(sum) }))
            .collect::<Vec<_>>(),
    }))
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
fn csv_total(group: Group, total: &Total) -> [String; 8] {
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

/// Totals as JSON, each with what is due because of it.
pub(crate) fn totals(totals: &Totals) -> Vec<Value> {
    let total = |(group, total): (&Group, &Total)| {
        let Group { kind, model, currency } = group;
        let due = total.due(*kind);
        let money = |minor| Money::new(minor, *currency);
        json!({
            "kind": kind,
            "model": model,
            "currency": currency,
            "entries": total.count,
            "amount": money(total.amount),
            "vendor_share": money(total.vendor_share),
            "due_to_partner": money(due.due_to_partner),
            "due_from_partner": money(due.due_from_partner),
        })
    };
    totals.0.iter().map(total).collect()
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
