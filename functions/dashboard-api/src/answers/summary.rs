//! Summaries: sums over months, as JSON and as a file for a spreadsheet.

use crate::access::Caller;
use crate::answers::unreadable::{Unreadable, keys_for};
use crate::http::format::csv;
use axum::response::Response;
use events::json::Total;
use reports::summary::{Everyone, Period, Row};
use rules::money::Overflow;
use rules::totals::{self, Group};
use rules::{Day, Model, Month, PartnerId, Totals};
use serde::Serialize;
use std::collections::BTreeMap;

/// Sums over a period, in all and month by month.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct PeriodSums {
    from: Month,
    to: Month,
    /// The sums are as known on this day; null: as known now.
    as_of: Option<Day>,
    totals: Vec<Total>,
    months: Vec<MonthSum>,
}

impl PeriodSums {
    pub(crate) fn of(period: Period, all: &Totals, months: &BTreeMap<Month, Totals>) -> PeriodSums {
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
    pub(crate) partner_id: PartnerId,
    #[serde(flatten)]
    pub(crate) sums: PeriodSums,
    #[serde(flatten)]
    pub(crate) unreadable: Unreadable,
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

impl Summary {
    pub(crate) fn of(
        period: Period,
        everyone: &Everyone,
        names: &BTreeMap<PartnerId, String>,
        unreadable: Unreadable,
    ) -> Result<Summary, Overflow> {
        let sums = everyone.sums()?;
        let partner = |(id, sum): (&&PartnerId, &Totals)| PartnerSum {
            partner_id: (*id).clone(),
            name: names.get(*id).cloned(),
            totals: Total::all(sum),
        };
        let model = |(model, sum): (&Model, &Totals)| ModelSum { model: *model, totals: Total::all(sum) };
        Ok(Summary {
            sums: PeriodSums::of(period, &sums.all, &sums.months),
            models: sums.models.iter().map(model).collect(),
            partners: sums.partners.iter().map(partner).collect(),
            unreadable,
        })
    }
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

/// Writes one row for each month, partner, kind, model and currency.
pub(crate) fn file(Period { from, to, as_of }: Period, everyone: &Everyone) -> Response {
    let known = as_of.map(|day| format!("-as-known-on-{day}")).unwrap_or_default();
    let rows = everyone.rows.iter().flat_map(rows).chain(unreadable(&everyone.unreadable));
    csv(&format!("summary-{from}-{to}{known}.csv"), &COLUMNS, rows)
}

fn rows(Row { month, partner_id, totals }: &Row) -> impl Iterator<Item = Vec<String>> {
    totals.0.iter().map(move |(group, total)| {
        let mut row = vec![month.to_string(), partner_id.to_string()];
        row.extend(from_kind_on(*group, total));
        row
    })
}

/// A row for each item that is not in the sums, its key in place of a partner.
fn unreadable(unreadable: &reports::Unreadable) -> impl Iterator<Item = Vec<String>> {
    keys_for(unreadable, &Caller::Admin).into_iter().map(|key| {
        let row = COLUMNS.map(|column| match column {
            "partner_id" => key.to_owned(),
            "kind" => "unreadable".to_owned(),
            _ => String::new(),
        });
        row.to_vec()
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
