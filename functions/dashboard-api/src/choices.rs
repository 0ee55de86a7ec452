//! `PUT /contracts/{id}/terms/{term}/choices/{number}`, and the same below `credit-notes/{note}`: a manager chooses which
//! claim stands, or none. Choices are numbered; the same one again changes nothing.

use crate::App;
use crate::access::Admin;
use crate::parameters::{Parameters, id};
use crate::problem::Problem;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use events::{ChoiceBody, Refusal, choice};
use rules::{ContractId, CreditNoteId, Fact, Term};
use runtime::restatement::{ChoiceRequest, Request};
use serde_json::json;

type Pairs = Vec<(String, String)>;

pub(crate) async fn of_annuity(
    _: Admin,
    State(app): State<App>,
    Path((contract, term, number)): Path<(String, String, String)>,
    Query(query): Query<Pairs>,
    body: Bytes,
) -> Result<Response, Problem> {
    Parameters::read(query)?.done()?;
    choose(&app, (&contract, &term, None, &number), &body).await
}

pub(crate) async fn of_credit_note(
    _: Admin,
    State(app): State<App>,
    Path((contract, term, note, number)): Path<(String, String, String, String)>,
    Query(query): Query<Pairs>,
    body: Bytes,
) -> Result<Response, Problem> {
    Parameters::read(query)?.done()?;
    choose(&app, (&contract, &term, Some(&note), &number), &body).await
}

async fn choose(
    app: &App,
    (contract, term, note, number): (&str, &str, Option<&str>, &str),
    body: &[u8],
) -> Result<Response, Problem> {
    let contract_id: ContractId = id(contract)?;
    let credit_note_id = note.map(str::parse::<CreditNoteId>).transpose();
    let credit_note_id = credit_note_id.map_err(|error| Refusal::new("credit_note_id", error))?;
    let term = term.parse::<u64>().ok().and_then(|term| Term::try_from(term).ok());
    let term = term.ok_or_else(|| Refusal::new("term", "must be a whole number from 1 to 99"))?;
    let number = number.parse::<usize>().ok().filter(|number| (1..=1000).contains(number));
    let number = number.ok_or_else(|| Refusal::new("number", "must be a whole number from 1 to 1000"))?;
    let body = std::str::from_utf8(body).map_err(|_| Refusal::new("body", "is not UTF-8"))?;
    let ChoiceBody { claim, reason } = choice::parse(body)?;
    let request = ChoiceRequest { contract_id, term, credit_note_id, number, claim, why: reason };
    check(app, &request).await
}

/// Looks at what there is, so that most mistakes are told at once; the restatement function decides.
async fn check(app: &App, request: &ChoiceRequest) -> Result<Response, Problem> {
    let contract = app.ledger.contract(&request.contract_id).await?.contract();
    let key = request.key();
    let claims: Vec<Fact> = contract.claims(&key);
    if claims.is_empty() {
        return Err(Problem::not_found("nothing was claimed of this annuity or credit note"));
    }
    let claim = match request.claim {
        None => None,
        Some(claim) => match claim.checked_sub(1).and_then(|before| claims.get(before)) {
            Some(fact) => Some(fact.clone()),
            None => {
                return Err(Refusal::new(
                    "claim",
                    format!("must be null or a whole number from 1 to {}", claims.len()),
                )
                .into());
            }
        },
    };
    let made = contract.choices(&key);
    match request.number.checked_sub(1) {
        Some(before) if made.get(before) == Some(&claim) => {
            return Ok((StatusCode::OK, Json(json!({ "status": "chosen" }))).into_response());
        }
        Some(before) if before == made.len() => {}
        Some(_) | None => {
            return Err(Problem::conflict(format!(
                "another choice has this number, or one before it is missing; the next one is {}",
                made.len() + 1
            )));
        }
    }
    app.restatements.send(&Request::Choice(request.clone())).await.map_err(|error| {
        let error = runtime::chain(&error);
        tracing::error!(error, "a choice could not be taken in: whoever made it is told to try again");
        Problem::try_again("the choice could not be taken in now; nothing was changed, try again")
    })?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "status": "accepted" }))).into_response())
}
