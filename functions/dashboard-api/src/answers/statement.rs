//! A statement as JSON, and as a file for a spreadsheet.

use crate::access::Caller;
use crate::answers::entries::{Entry, LineName};
use crate::answers::unreadable::{Unreadable, note};
use crate::http::format::csv;
use axum::response::Response;
use events::json::Total;
use ledger::queries::ListedEntry;
use rules::programme::Language;
use rules::{Day, Month, PartnerId};
use serde::Serialize;
use texts::explain;

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
    pub(crate) fn of(statement: &reports::Statement, caller: &Caller, language: Language) -> Statement {
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
            unreadable: Unreadable::of(&statement.unreadable, caller),
        }
    }
}

const COLUMNS: [&str; 15] = [
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
    "amount",
    "vendor_share",
    "reason",
    "explanation",
];

/// Writes one row for each entry.
pub(crate) fn file(statement: &reports::Statement, caller: &Caller, language: Language) -> Response {
    let section = |part: &'static str, entries: &[ListedEntry]| -> Vec<Vec<String>> {
        entries.iter().map(|listed| row(part, listed, language)).collect()
    };
    let rows = section("month", &statement.entries.entries).into_iter();
    let rows = rows.chain(section("earlier", &statement.earlier.entries));
    let rows = rows.chain(note(&statement.unreadable, caller, language).map(|note| note_row(statement, &note)));
    csv(&format!("statement-{}-{}.csv", statement.partner_id, statement.month), &COLUMNS, rows)
}

/// A row that names the missing items.
fn note_row(statement: &reports::Statement, note: &str) -> Vec<String> {
    let row = COLUMNS.map(|column| match column {
        "part" => "unreadable".to_owned(),
        "partner_id" => statement.partner_id.to_string(),
        "explanation" => note.to_owned(),
        _ => String::new(),
    });
    row.to_vec()
}

fn row(part: &str, listed: &ListedEntry, language: Language) -> Vec<String> {
    let LineName { contract_id, term, cause_kind, cause } = (&listed.line).into();
    let (recorded, posting) = (&listed.recorded, &listed.recorded.entry.posting);
    let decimal = |minor| posting.currency.decimal(minor);
    vec![
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
        decimal(recorded.entry.amount),
        decimal(recorded.entry.vendor_share),
        recorded.entry.basis.decision.reason.as_str().to_owned(),
        explain::entry(&listed.line, &recorded.entry, language),
    ]
}
