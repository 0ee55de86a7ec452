//! A statement as JSON, and as a file for a machine.

use crate::answers::entries::{Entry, LineName};
use crate::answers::unreadable::{Unreadable, note};
use axum::response::Response;
use events::json::Total;
use ledger::queries::ListedEntry;
use reports::statement::Section;
use rules::balance::who_pays_whom;
use rules::people::Role;
use rules::programme::Language;
use rules::totals::{Group, Total as Sum};
use rules::{Day, Month, PartnerId};
use serde::Serialize;
use texts::explain;
use web::files::csv;

/// A statement: entries and totals of a month, and separately the entries for earlier months recorded since a day.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct Statement {
    partner_id: PartnerId,
    name: String,
    month: Month,
    /// The statement is as known on this day; null: as known now.
    as_of: Option<Day>,
    /// First day of recording for the entries in `earlier`; null: `earlier` is empty.
    since: Option<Day>,
    entries: Vec<Entry>,
    totals: Vec<Total>,
    earlier: Vec<Entry>,
    earlier_totals: Vec<Total>,
    #[serde(flatten)]
    unreadable: Unreadable,
}

impl Statement {
    pub(crate) fn of(statement: &reports::Statement, role: &Role, language: Language) -> Statement {
        Statement {
            partner_id: statement.partner_id.clone(),
            name: statement.name.clone(),
            month: statement.month,
            as_of: statement.recorded.as_of,
            since: statement.recorded.since,
            entries: Entry::all(&statement.entries.entries, language),
            totals: Total::all(&statement.entries.totals),
            earlier: Entry::all(&statement.earlier.entries, language),
            earlier_totals: Total::all(&statement.earlier.totals),
            unreadable: Unreadable::of(&statement.unreadable, role),
        }
    }
}

const COLUMNS: [&str; 19] = [
    "row",
    "part",
    "partner_id",
    "contract_id",
    "term",
    "cause_kind",
    "cause",
    "kind",
    "model",
    "booked_on",
    "recorded_at",
    "currency",
    "entries",
    "amount",
    "vendor_share",
    "due_to_partner",
    "due_from_partner",
    "reason",
    "explanation",
];

/// Writes a row for each entry, and below the entries of each part a row for each of their totals.
pub(crate) fn file(statement: &reports::Statement, role: &Role, language: Language) -> Response {
    let part = |name: &'static str, section: &Section| -> Vec<Vec<String>> {
        let entries = section.entries.iter().map(|listed| entry_row(name, listed, language));
        let totals = section.totals.0.iter().map(|(group, total)| total_row((name, statement), *group, total));
        entries.chain(totals).collect()
    };
    let rows = part("month", &statement.entries).into_iter();
    let rows = rows.chain(part("earlier", &statement.earlier));
    let rows = rows.chain(note(&statement.unreadable, role, language).map(|note| note_row(statement, &note)));
    csv(&format!("statement-{}-{}.csv", statement.month, statement.partner_id), &COLUMNS, rows)
}

fn entry_row(part: &str, listed: &ListedEntry, language: Language) -> Vec<String> {
    let LineName { contract_id, term, cause_kind, cause } = (&listed.line).into();
    let (recorded, posting) = (&listed.recorded, &listed.recorded.entry.posting);
    let due = who_pays_whom(posting.kind, recorded.entry.amount, recorded.entry.vendor_share);
    let decimal = |minor| posting.currency.decimal(minor);
    vec![
        "entry".to_owned(),
        part.to_owned(),
        posting.partner_id.to_string(),
        contract_id.map(String::from).unwrap_or_default(),
        term.map(|term| term.to_string()).unwrap_or_default(),
        cause_kind.to_owned(),
        cause,
        posting.kind.to_string(),
        posting.model.to_string(),
        posting.booked_on.to_string(),
        recorded.recorded_at.to_string(),
        posting.currency.to_string(),
        String::new(),
        decimal(recorded.entry.amount),
        decimal(recorded.entry.vendor_share),
        decimal(due.due_to_partner),
        decimal(due.due_from_partner),
        recorded.entry.basis.decision.reason.as_str().to_owned(),
        explain::entry(&listed.line, &recorded.entry, language),
    ]
}

fn total_row((part, statement): (&str, &reports::Statement), group: Group, total: &Sum) -> Vec<String> {
    let Group { kind, model, currency } = group;
    let due = total.due(kind);
    row(|column| match column {
        "row" => "total".to_owned(),
        "part" => part.to_owned(),
        "partner_id" => statement.partner_id.to_string(),
        "kind" => kind.to_string(),
        "model" => model.to_string(),
        "currency" => currency.to_string(),
        "entries" => total.count.to_string(),
        "amount" => currency.decimal(total.amount),
        "vendor_share" => currency.decimal(total.vendor_share),
        "due_to_partner" => currency.decimal(due.due_to_partner),
        "due_from_partner" => currency.decimal(due.due_from_partner),
        _ => String::new(),
    })
}

/// A row that names the missing items.
fn note_row(statement: &reports::Statement, note: &str) -> Vec<String> {
    row(|column| match column {
        "row" => "unreadable".to_owned(),
        "partner_id" => statement.partner_id.to_string(),
        "explanation" => note.to_owned(),
        _ => String::new(),
    })
}

fn row(field: impl Fn(&str) -> String) -> Vec<String> {
    COLUMNS.map(field).to_vec()
}
