//! `GET /summary`, `GET /partners/{id}/summary`: what months add up to, now or as known on a day, as JSON or as a file for
//! a spreadsheet.

use crate::App;
use crate::access::{Admin, Caller};
use crate::as_known::{self, Recorded};
use crate::format::{Format, csv};
use crate::parameters::{Parameters, id};
use crate::partners::registered_head;
use crate::problem::Problem;
use crate::unreadable::Unreadable;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use events::json::Total;
use futures_util::future::{try_join, try_join_all};
use ledger::months::Months;
use ledger::{LedgerError, keys};
use rules::money::Overflow;
use rules::totals::{self, Group};
use rules::{Day, Entry, Model, Month, PartnerId, Totals};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

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
    let mut known = if let Some(day) = as_of {
        months_as_known(&app, &partner_id, (from, to), day).await??
    } else {
        app.ledger.totals_of_partner(&partner_id).await?
    };
    known.totals.retain(|month, _| (from..=to).contains(month));
    let mut unreadable = Unreadable::default();
    unreadable.add(known.unreadable);
    let sum = sum(known.totals.values()).map_err(|source| overflow(&partner_id, source))?;
    let months: Vec<Value> =
        known.totals.iter().map(|(month, totals)| json!({ "month": month, "totals": Total::all(totals) })).collect();
    let answer = json!({
        "partner_id": partner_id,
        "from": from,
        "to": to,
        "as_of": as_of,
        "totals": Total::all(&sum),
        "months": months,
    });
    Ok(Json(unreadable.told(answer, &caller)))
}

/// A partner's months as known on a day: added up from the entries, since what is stored is as known now. The inner error:
/// they cannot be added up.
async fn months_as_known(
    app: &App,
    partner_id: &PartnerId,
    (from, to): (Month, Month),
    as_of: Day,
) -> Result<Result<Months, LedgerError>, Problem> {
    let recorded = Recorded { since: None, as_of: Some(as_of) };
    let entries = as_known::entries(app, partner_id, (from.first(), to.last()), recorded).await?;
    let mut totals: BTreeMap<Month, Totals> = BTreeMap::new();
    for listed in &entries.list {
        let Entry { posting, amount, vendor_share, .. } = &listed.recorded.entry;
        let booked = totals.entry(posting.booked_on.into()).or_default().book(posting, *amount, *vendor_share);
        if let Err(source) = booked {
            return Ok(Err(overflow(partner_id, source)));
        }
    }
    Ok(Ok(Months { totals, unreadable: entries.unreadable }))
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
    let everyone = everyone(&app, period, as_of);
    match Format::accepted(&headers) {
        Format::Csv => {
            let Everyone { rows, unreadable } = everyone.await?;
            Ok(csv(&file_name(period, as_of), &COLUMNS, csv_rows(&rows).chain(csv_unreadable(&unreadable))))
        }
        Format::Json | Format::Html => {
            let (everyone, (names, unnamed)) = try_join(everyone, async { Ok(app.names().await?) }).await?;
            let summary = summary(period, as_of, &everyone.rows, &names).map_err(of_all)?;
            let mut unreadable = everyone.unreadable;
            unreadable.merge(unnamed);
            let unreadable = unreadable.keys_for(&Caller::Admin);
            Ok(Json(Told { summary, unreadable_count: unreadable.len(), unreadable }).into_response())
        }
    }
}

fn file_name((from, to): (Month, Month), as_of: Option<Day>) -> String {
    let known = as_of.map(|day| format!("-as-known-on-{day}")).unwrap_or_default();
    format!("summary-{from}-{to}{known}.csv")
}

/// Everyone's months, by month and partner, and what is not in them.
#[derive(Default)]
struct Everyone {
    rows: Vec<Row>,
    unreadable: Unreadable,
}

async fn everyone(app: &App, period: (Month, Month), as_of: Option<Day>) -> Result<Everyone, Problem> {
    let mut everyone = match as_of {
        Some(day) => everyone_as_known(app, period, day).await?,
        None => everyone_as_stored(app, period).await?,
    };
    everyone.leave_out_what_cannot_be_added();
    Ok(everyone)
}

async fn everyone_as_stored(app: &App, (from, to): (Month, Month)) -> Result<Everyone, LedgerError> {
    let months: Vec<Month> =
        std::iter::successors(Some(from), |month| month.next()).take_while(|month| *month <= to).collect();
    let read = try_join_all(months.iter().map(|month| app.ledger.totals_of_month(*month))).await?;
    let mut everyone = Everyone::default();
    for (month, part) in months.into_iter().zip(read) {
        everyone.unreadable.add(part.unreadable);
        let row = |(partner_id, totals)| Row { month, partner_id, totals };
        everyone.rows.extend(part.list.into_iter().map(row));
    }
    Ok(everyone)
}

async fn everyone_as_known(app: &App, period: (Month, Month), as_of: Day) -> Result<Everyone, Problem> {
    let (names, unreadable) = app.names().await?;
    let partners: Vec<PartnerId> = names.into_keys().collect();
    let mut everyone = Everyone { rows: Vec::new(), unreadable };
    for some in partners.chunks(AT_ONCE) {
        let months = some.iter().map(|partner_id| months_as_known(app, partner_id, period, as_of));
        for (partner_id, months) in some.iter().zip(try_join_all(months).await?) {
            let Some(months) = everyone.unreadable.pass_over(months)? else { continue };
            everyone.unreadable.add(months.unreadable);
            let row = |(month, totals)| Row { month, partner_id: partner_id.clone(), totals };
            everyone.rows.extend(months.totals.into_iter().map(row));
        }
    }
    // Each month's partners stay in their order.
    everyone.rows.sort_by_key(|row| row.month);
    Ok(everyone)
}

impl Everyone {
    /// Leaves out, and names, the partners with the largest amounts, as far as it takes for all sums to fit 64 bits: no sum
    /// of some amounts is larger than that of all their absolute values.
    fn leave_out_what_cannot_be_added(&mut self) {
        let mut sizes: BTreeMap<&PartnerId, u128> = BTreeMap::new();
        for Row { partner_id, totals, .. } in &self.rows {
            let size = |total: &totals::Total| {
                let [amount, share] =
                    [total.amount, total.vendor_share].map(|minor| u128::from(minor.0.unsigned_abs()));
                amount + share
            };
            *sizes.entry(partner_id).or_default() += totals.0.values().map(size).sum::<u128>();
        }
        let mut by_size: Vec<(u128, &PartnerId)> = sizes.into_iter().map(|(id, size)| (size, id)).collect();
        by_size.sort_unstable();
        let mut sum: u128 = 0;
        let fits = |(size, _): &&(u128, &PartnerId)| {
            sum += size;
            i64::try_from(sum).is_ok()
        };
        let fitting = by_size.iter().take_while(fits).count();
        let left_out: BTreeSet<PartnerId> = by_size.into_iter().skip(fitting).map(|(_, id)| id.clone()).collect();
        self.rows.retain(|row| !left_out.contains(&row.partner_id));
        self.unreadable.add(left_out.iter().map(keys::totals_partition));
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

/// A summary, and what is not in it.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    summary: Summary<'a>,
    unreadable: Vec<&'a str>,
    unreadable_count: usize,
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

/// A row for each thing that is not in the sums, its key in place of a partner.
fn csv_unreadable(unreadable: &Unreadable) -> impl Iterator<Item = Vec<String>> {
    unreadable.keys_for(&Caller::Admin).into_iter().map(|key| {
        let row = COLUMNS.map(|column| match column {
            "partner_id" => key.to_owned(),
            "kind" => "unreadable".to_owned(),
            _ => String::new(),
        });
        row.to_vec()
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

/// A partner's sum that does not fit.
pub(crate) fn overflow(partner_id: &PartnerId, source: Overflow) -> LedgerError {
    LedgerError::Overflow { what: keys::totals_partition(partner_id), source }
}

/// A sum over several partners that does not fit.
pub(crate) fn of_all(source: Overflow) -> LedgerError {
    LedgerError::Overflow { what: "several partners".to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rules::{Kind, Minor};

    fn row(partner: &str, month: &str, amount: i64) -> Row {
        let group = Group { kind: Kind::Commission, model: Model::Referrer, currency: "EUR".parse().unwrap() };
        let total = totals::Total { count: 1, amount: Minor(amount), vendor_share: Minor::ZERO };
        let totals = Totals([(group, total)].into_iter().collect());
        Row { month: month.parse().unwrap(), partner_id: partner.parse().unwrap(), totals }
    }

    fn check(rows: Vec<Row>, left: &[&str], unreadable: &[&str]) {
        let mut everyone = Everyone { rows, ..Everyone::default() };
        everyone.leave_out_what_cannot_be_added();
        let partners: BTreeSet<&str> = everyone.rows.iter().map(|row| row.partner_id.as_str()).collect();
        assert_eq!(partners.into_iter().collect::<Vec<_>>(), left);
        assert_eq!(everyone.unreadable.keys_for(&Caller::Admin), unreadable);
        let period = ("2026-01".parse().unwrap(), "2026-12".parse().unwrap());
        assert!(summary(period, None, &everyone.rows, &BTreeMap::new()).is_ok());
    }

    #[test]
    fn a_partner_at_the_end_of_64_bits_is_left_out_and_named() {
        let both = || vec![row("P-1", "2026-01", 100), row("P-3", "2026-01", -7), row("P-3", "2026-02", 8)];
        check(both(), &["P-1", "P-3"], &[]);
        for end in [i64::MAX, i64::MIN, i64::MAX - 100] {
            let mut rows = both();
            rows.insert(1, row("P-2", "2026-01", end));
            check(rows, &["P-1", "P-3"], &["TOTALS#P-2"]);
        }
        let mut rows = both();
        rows.insert(1, row("P-2", "2026-01", i64::MAX - 115));
        check(rows, &["P-1", "P-2", "P-3"], &[]);
        // Its own months cannot be added up, either.
        let mut rows = both();
        rows.extend([row("P-2", "2026-03", i64::MAX), row("P-2", "2026-04", i64::MAX)]);
        check(rows, &["P-1", "P-3"], &["TOTALS#P-2"]);
    }
}
