//! `GET /partners/{id}/statement`: a month's entries and totals, apart from them those for earlier months that were
//! recorded since a day; as JSON, as a file for a spreadsheet, or to print.

use crate::App;
use crate::access::Caller;
use crate::as_known::{self, Recorded};
use crate::entries::{cause, entry};
use crate::format::{Format, csv};
use crate::parameters::{Parameters, id};
use crate::partners::registered_head;
use crate::problem::Problem;
use crate::statement_page::page;
use crate::totals::overflow;
use crate::unreadable::Unreadable;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use events::json::Total;
use ledger::queries::Listed;
use rules::line::LineId;
use rules::programme::Language;
use rules::{AnnuityId, Day, Month, PartnerId, Totals, explain};
use serde_json::{Value, json};

/// A statement.
pub(crate) struct Statement {
    pub(crate) partner_id: PartnerId,
    pub(crate) name: String,
    pub(crate) month: Month,
    /// The ledger as known on this day.
    pub(crate) as_of: Option<Day>,
    /// Entries for earlier months, if they were recorded on this day or later.
    pub(crate) since: Option<Day>,
    pub(crate) entries: Vec<Listed>,
    pub(crate) earlier: Vec<Listed>,
    /// What could not be read, and is in neither.
    pub(crate) unreadable: Unreadable,
    pub(crate) caller: Caller,
    pub(crate) language: Language,
}

pub(crate) async fn show(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let partner_id: PartnerId = id(&path)?;
    let mut parameters = Parameters::read(query)?;
    let month = parameters.month()?;
    let (as_of, since) = (parameters.day("as_of")?, parameters.day("since")?);
    let language = parameters.language(&headers)?;
    parameters.done()?;
    let name = registered_head(&app, &caller, &partner_id).await?.name.unwrap_or_default();
    let mut unreadable = Unreadable::default();
    let of_month = (month.first(), month.last());
    let of_month = as_known::entries(&app, &partner_id, of_month, Recorded { since: None, as_of }).await?;
    unreadable.add(of_month.unreadable);
    let earlier = match (since, day_before(month.first())) {
        (Some(_), Some(last)) => {
            let earlier = as_known::entries(&app, &partner_id, (Day::MIN, last), Recorded { since, as_of }).await?;
            unreadable.add(earlier.unreadable);
            earlier.list
        }
        (Some(_), None) | (None, _) => Vec::new(),
    };
    let entries = of_month.list;
    let statement = Statement { partner_id, name, month, as_of, since, entries, earlier, unreadable, caller, language };
    match Format::accepted(&headers) {
        Format::Json => statement.json().map(|json| Json(json).into_response()),
        Format::Csv => Ok(statement.csv()),
        Format::Html => Ok(Html(page(&statement)?.into_string()).into_response()),
    }
}

/// The day before; none before the first there is.
fn day_before(day: Day) -> Option<Day> {
    Day::try_from(day.date().yesterday().ok()?).ok()
}

/// What entries add up to.
pub(crate) fn totals_of(partner_id: &PartnerId, entries: &[Listed]) -> Result<Totals, Problem> {
    let mut totals = Totals::default();
    for listed in entries {
        let entry = &listed.recorded.entry;
        totals.book(&entry.posting, entry.amount, entry.vendor_share).map_err(|source| overflow(partner_id, source))?;
    }
    Ok(totals)
}

const COLUMNS: [&str; 14] = [
    "part",
    "partner_id",
    "contract_id",
    "term",
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

impl Statement {
    fn json(&self) -> Result<Value, Problem> {
        let list = |entries: &[Listed]| -> Vec<Value> {
            entries.iter().map(|listed| entry(&listed.line, &listed.recorded, self.language)).collect()
        };
        let answer = json!({
            "partner_id": self.partner_id,
            "name": self.name,
            "month": self.month,
            "as_of": self.as_of,
            "since": self.since,
            "entries": list(&self.entries),
            "totals": Total::all(&totals_of(&self.partner_id, &self.entries)?),
            "earlier": list(&self.earlier),
            "earlier_totals": Total::all(&totals_of(&self.partner_id, &self.earlier)?),
        });
        Ok(self.unreadable.told(answer, &self.caller))
    }

    fn csv(&self) -> Response {
        let part = |part: &'static str, entries: &[Listed]| -> Vec<Vec<String>> {
            entries.iter().map(|listed| self.csv_row(part, listed)).collect()
        };
        let rows = part("month", &self.entries).into_iter().chain(part("earlier", &self.earlier));
        let rows = rows.chain(self.unreadable.note(&self.caller, self.language).map(|note| self.csv_note(&note)));
        csv(&format!("statement-{}-{}.csv", self.partner_id, self.month), &COLUMNS, rows)
    }

    /// A row that says what is missing.
    fn csv_note(&self, note: &str) -> Vec<String> {
        let row = COLUMNS.map(|column| match column {
            "part" => "unreadable".to_owned(),
            "partner_id" => self.partner_id.to_string(),
            "explanation" => note.to_owned(),
            _ => String::new(),
        });
        row.to_vec()
    }

    fn csv_row(&self, part: &str, listed: &Listed) -> Vec<String> {
        let (contract_id, term, cause) = line_fields(&listed.line);
        let (recorded, posting) = (&listed.recorded, &listed.recorded.entry.posting);
        let decimal = |minor| posting.currency.decimal(minor);
        vec![
            part.to_owned(),
            posting.partner_id.to_string(),
            contract_id,
            term,
            cause,
            posting.kind.to_string(),
            posting.model.to_string(),
            posting.booked_on.to_string(),
            recorded.recorded_at.to_string(),
            posting.currency.to_string(),
            decimal(recorded.entry.amount),
            decimal(recorded.entry.vendor_share),
            recorded.entry.basis.decision.reason.as_str().to_owned(),
            explain::entry(&recorded.entry, self.language),
        ]
    }
}

/// Contract, term and cause of a line; an entry fee has its agreement's first day as its cause.
pub(crate) fn line_fields(line: &LineId) -> (String, String, String) {
    match line {
        LineId::Annuity { annuity: AnnuityId { contract_id, term }, cause: of } => {
            (contract_id.to_string(), term.to_string(), cause(of))
        }
        LineId::EntryFee { partner_id: _, agreement } => (String::new(), String::new(), agreement.to_string()),
    }
}
