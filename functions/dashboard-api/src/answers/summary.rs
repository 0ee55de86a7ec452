//! Summaries: sums over months, as JSON and as a file for a machine.

use crate::answers::unreadable::{Unreadable, keys_for};
use axum::response::Response;
use events::json::Total;
use reports::summary::{Everyone, Period, Row};
use rules::money::Overflow;
use rules::people::Role;
use rules::totals::{self, Group};
use rules::{Day, Model, Month, PartnerId, Totals};
use serde::Serialize;
use std::collections::BTreeMap;
use web::files::csv;

/// Sums over a period, in all and month by month.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct PeriodSums {
    from: Month,
    to: Month,
    /// The sums are as known on this day; null: as known now.
    as_of: Option<Day>,
    totals: Vec<Total>,
    months: Vec<MonthSum>,
}

impl PeriodSums {
    fn of(period: Period, all: &Totals, months: &BTreeMap<Month, Totals>) -> PeriodSums {
        let of_month = |(month, totals): (&Month, &Totals)| MonthSum { month: *month, totals: Total::all(totals) };
        let Period { from, to, as_of } = period;
        PeriodSums { from, to, as_of, totals: Total::all(all), months: months.iter().map(of_month).collect() }
    }
}

/// Sums of a month.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct MonthSum {
    month: Month,
    totals: Vec<Total>,
}

/// Sums of a partner over a period.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct PartnerSummary {
    partner_id: PartnerId,
    #[serde(flatten)]
    sums: PeriodSums,
    #[serde(flatten)]
    unreadable: Unreadable,
}

impl PartnerSummary {
    pub(crate) fn of(id: &PartnerId, summed: &Summed<'_>, role: &Role) -> Result<PartnerSummary, Overflow> {
        let sums = summed.months.sums()?;
        let sums = PeriodSums::of(summed.period, &sums.all, &sums.months);
        Ok(PartnerSummary { partner_id: id.clone(), sums, unreadable: Unreadable::of(summed.unreadable, role) })
    }
}

/// Sums of all partners over a period.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct Summary {
    #[serde(flatten)]
    sums: PeriodSums,
    models: Vec<ModelSum>,
    partners: Vec<PartnerSum>,
    #[serde(flatten)]
    unreadable: Unreadable,
}

/// Sums of a model over the period.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct ModelSum {
    model: Model,
    totals: Vec<Total>,
}

/// Sums of a partner over the period.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct PartnerSum {
    partner_id: PartnerId,
    /// Name of the partner; null if the partner is not registered or cannot be read.
    name: Option<String>,
    totals: Vec<Total>,
}

/// The partners of a summary: all, or one.
pub(crate) struct Summed<'a> {
    /// The partner; none: all partners.
    pub(crate) partner_id: Option<&'a PartnerId>,
    pub(crate) period: Period,
    pub(crate) months: &'a Everyone,
    /// The names of the registered partners.
    pub(crate) names: &'a BTreeMap<PartnerId, String>,
    pub(crate) unreadable: &'a reports::Unreadable,
}

impl Summary {
    pub(crate) fn of(summed: &Summed<'_>) -> Result<Summary, Overflow> {
        let sums = summed.months.sums()?;
        let partner = |(id, sum): (&&PartnerId, &Totals)| PartnerSum {
            partner_id: (*id).clone(),
            name: summed.names.get(*id).cloned(),
            totals: Total::all(sum),
        };
        let model = |(model, sum): (&Model, &Totals)| ModelSum { model: *model, totals: Total::all(sum) };
        Ok(Summary {
            sums: PeriodSums::of(summed.period, &sums.all, &sums.months),
            models: sums.models.iter().map(model).collect(),
            partners: sums.partners.iter().map(partner).collect(),
            unreadable: Unreadable::of(summed.unreadable, &Role::Manager),
        })
    }
}

const COLUMNS: [&str; 11] = [
    "row",
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

/// Writes a row for each month, partner, kind, model and currency, and below them a row for each total of the period.
pub(crate) fn file(summed: &Summed<'_>, role: &Role) -> Result<Response, Overflow> {
    let months = summed.months.rows.iter().flat_map(|Row { month, partner_id, totals }| {
        rows(["month", &month.to_string(), partner_id.as_str()].map(str::to_owned), totals)
    });
    let of = summed.partner_id.map(PartnerId::as_str).unwrap_or_default();
    let all = summed.months.sums()?.all;
    let totals = rows(["total", "", of].map(str::to_owned), &all);
    let rows = months.chain(totals).chain(unreadable(summed.unreadable, role));
    Ok(csv(&format!("{}.csv", file_name(summed, "summary", "as-known-on")), &COLUMNS, rows))
}

/// A file's name without its ending: of which months and partner it is, and as known on which day.
pub(crate) fn file_name(summed: &Summed<'_>, summary: &str, known_on: &str) -> String {
    let Period { from, to, as_of } = summed.period;
    let partner = summed.partner_id.map(|id| format!("-{id}")).unwrap_or_default();
    let known = as_of.map(|day| format!("-{known_on}-{day}")).unwrap_or_default();
    format!("{summary}-{from}-{to}{partner}{known}")
}

fn rows(of: [String; 3], totals: &Totals) -> impl Iterator<Item = Vec<String>> {
    totals.0.iter().map(move |(group, total)| of.iter().cloned().chain(from_kind_on(*group, total)).collect())
}

/// A row for each item that is not in the sums; a manager gets its key in place of a partner.
fn unreadable(unreadable: &reports::Unreadable, role: &Role) -> impl Iterator<Item = Vec<String>> {
    let keys = keys_for(unreadable, role).into_iter().map(Some).chain(std::iter::repeat(None));
    keys.take(unreadable.len()).map(|key| {
        let row = COLUMNS.map(|column| match column {
            "row" => "unreadable",
            "partner_id" => key.unwrap_or_default(),
            _ => "",
        });
        row.map(str::to_owned).to_vec()
    })
}

fn from_kind_on(group: Group, total: &totals::Total) -> [String; 8] {
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
