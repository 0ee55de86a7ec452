//! `GET /partners/{id}/entries`: what was booked in a period, each amount with its reason and its explanation.

use crate::App;
use crate::access::Caller;
use crate::parameters::{Parameters, id};
use crate::partners::registered_head;
use crate::problem::Problem;
use crate::unreadable::Unreadable;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use events::json::Money;
use ledger::lenient::UnknownEntry;
use ledger::recorded::Recorded;
use rules::line::LineId;
use rules::programme::Language;
use rules::{AnnuityId, Cause, PartnerId, explain};
use serde_json::{Value, json};

pub(crate) async fn list(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    let partner_id: PartnerId = id(&path)?;
    let mut parameters = Parameters::read(query)?;
    let pages = app.cursors.pages("/partners/{id}/entries", partner_id.as_str(), &parameters);
    let (period, limit, after) = (parameters.period()?, parameters.limit()?, pages.after(&mut parameters)?);
    let language = parameters.language(&headers)?;
    parameters.done()?;
    registered_head(&app, &caller, &partner_id).await?;
    let part = app.ledger.entries(&partner_id, period, limit, after).await?;
    let mut unreadable = Unreadable::default();
    unreadable.add(part.unreadable);
    let entries: Vec<Value> = part.list.iter().map(|listed| entry(&listed.line, &listed.recorded, language)).collect();
    let unknown: Vec<Value> = part.unknown.iter().map(unknown_entry).collect();
    let next_cursor = pages.next(part.next)?;
    let answer = json!({ "entries": entries, "unknown_entries": unknown, "next_cursor": next_cursor });
    Ok(Json(unreadable.told(answer, &caller)))
}

/// One entry of the ledger.
pub(crate) fn entry(line: &LineId, recorded: &Recorded, language: Language) -> Value {
    let (contract_id, term, cause) = match line {
        LineId::Annuity { annuity: AnnuityId { contract_id, term }, cause } => {
            (Some(contract_id), Some(term.number()), self::cause(cause))
        }
        LineId::EntryFee { partner_id: _, agreement } => (None, None, agreement.to_string()),
    };
    let posting = &recorded.entry.posting;
    json!({
        "partner_id": posting.partner_id,
        "contract_id": contract_id,
        "term": term,
        "cause": cause,
        "kind": posting.kind,
        "model": posting.model,
        "booked_on": posting.booked_on,
        "recorded_at": recorded.recorded_at,
        "amount": Money::new(recorded.entry.amount, posting.currency),
        "vendor_share": Money::new(recorded.entry.vendor_share, posting.currency),
        "reason": recorded.entry.basis.decision.reason.as_str(),
        "explanation": explain::entry(&recorded.entry, language),
    })
}

/// An entry of a later release, as the texts that it has: its amounts are in minor units, and in no sum.
pub(crate) fn unknown_entry(entry: &UnknownEntry) -> Value {
    let (contract_id, term, cause) = match &entry.line {
        LineId::Annuity { annuity: AnnuityId { contract_id, term }, cause } => {
            (Some(contract_id), Some(term.number()), self::cause(cause))
        }
        LineId::EntryFee { partner_id: _, agreement } => (None, None, agreement.to_string()),
    };
    json!({
        "contract_id": contract_id,
        "term": term,
        "cause": cause,
        "kind": entry.kind,
        "model": entry.model,
        "reason": entry.reason,
        "booked_on": entry.booked_on,
        "recorded_at": entry.recorded_at,
        "currency": entry.currency,
        "amount_in_minor_units": entry.amount.0.to_string(),
        "vendor_share_in_minor_units": entry.vendor_share.0.to_string(),
    })
}

/// `annuity`, or the id of a credit note.
pub(crate) fn cause(cause: &Cause) -> String {
    match cause {
        Cause::Annuity => "annuity".to_owned(),
        Cause::CreditNote(note) => note.to_string(),
    }
}
