//! `GET /summary`, `GET /partners/{id}/summary`: what months add up to, now or as known on a day, as JSON or as a file for
//! a spreadsheet.

use crate::App;
use crate::access::{Admin, Caller};
use crate::as_known;
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
use rules::{Day, Entry, Model, Month, PartnerId, Totals};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Of how many partners entries are read at once.
const AT_ONCE: usize = 16;

/// `GET /partners/{id}/summary`: one partner's months.
pub(crate) async fn of_partner(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Json<Value>, Problem> {
    let partner_id: PartnerId = id(&path)?;
    let mut parameters = Parameters::read(query)?;
    let ((from, to), as_of) = (parameters.months()?, parameters.day("as_of")?);
    parameters.done()?;
    registered_head(&app, &caller, &partner_id).await?;
    let months = if let Some(day) = as_of {
        months_as_known(&app, &partner_id, (from, to), day).await?
    } else {
        let mut months = app.ledger.totals_of_partner(&partner_id).await?;
        months.retain(|month, _| (from..=to).contains(month));
        months
    };
    let sum = sum(months.values()).map_err(overflow)?;
    let months: Vec<Value> =
        months.iter().map(|(month, totals)| json!({ "month": month, "totals": Total::all(totals) })).collect();
    Ok(Json(json!({
        "partner_id": partner_id,
        "from": from,
        "to": to,
        "as_of": as_of,
        "totals": Total::all(&sum),
        "months": months,
    })))
}

/// A partner's months as known on a day: added up from the entries, since what is stored is as known now.
async fn months_as_known(
    app: &App,
    partner_id: &PartnerId,
    (from, to): (Month, Month),
    as_of: Day,
) -> Result<BTreeMap<Month, Totals>, Problem> {
    let mut months: BTreeMap<Month, Totals> = BTreeMap::new();
    for listed in as_known::entries(app, partner_id, (from.first(), to.last()), Some(as_of)).await? {
        let Entry { posting, amount, vendor_share, .. } = &listed.recorded.entry;
        months.entry(posting.booked_on.into()).or_default().book(posting, *amount, *vendor_share).map_err(overflow)?;
    }
    Ok(months)
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
    let (period, as_of) = (parameters.months()?, parameters.day("as_of")?);
    parameters.done()?;
    let rows = rows(&app, period, as_of);
    match Format::accepted(&headers) {
        Format::Csv => Ok(csv(&file_name(period, as_of), &COLUMNS, csv_rows(&rows.await?))),
        Format::Json | Format::Html => {
            let (rows, names) = try_join(rows, async { Ok(app.names().await?) }).await?;
            Ok(Json(summary(period, as_of, &rows, &names).map_err(overflow)?).into_response())
        }
    }
}

fn file_name((from, to): (Month, Month), as_of: Option<Day>) -> String {
    let known = as_of.map(|day| format!("-as-known-on-{day}")).unwrap_or_default();
    format!("summary-{from}-{to}{known}.csv")
}

/// Everyone's months, by month and partner.
async fn rows(app: &App, (from, to): (Month, Month), as_of: Option<Day>) -> Result<Vec<Row>, Problem> {
    if let Some(day) = as_of {
        return rows_as_known(app, (from, to), day).await;
    }
    let months = std::iter::successors(Some(from), |month| month.next()).take_while(|month| *month <= to);
    Ok(try_join_all(months.map(|month| stored(app, month))).await?.into_iter().flatten().collect())
}

async fn rows_as_known(app: &App, period: (Month, Month), as_of: Day) -> Result<Vec<Row>, Problem> {
    let partners: Vec<PartnerId> = app.names().await?.into_keys().collect();
    let mut rows = Vec::new();
    for some in partners.chunks(AT_ONCE) {
        let months = some.iter().map(|partner_id| months_as_known(app, partner_id, period, as_of));
        for (partner_id, months) in some.iter().zip(try_join_all(months).await?) {
            let row = |(month, totals)| Row { month, partner_id: partner_id.clone(), totals };
            rows.extend(months.into_iter().map(row));
        }
    }
    // Each month's partners stay in their order.
    rows.sort_by_key(|row| row.month);
    Ok(rows)
}

async fn stored(app: &App, month: Month) -> Result<Vec<Row>, LedgerError> {
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
    as_of: Option<Day>,
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
    as_of: Option<Day>,
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
        as_of,
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
