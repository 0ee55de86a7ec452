//! `PUT /contracts/{id}/terms/{term}/choices/{number}`, and the same below `credit-notes/{note}`: a manager chooses which
//! claim stands, or none. Choices are numbered; the same one again changes nothing.

use crate::App;
use crate::access::Admin;
use crate::parameters::{Parameters, id, number_in, utf8};
use crate::problem::Problem;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use events::{ChoiceBody, Refusal, choice};
use rules::text::Words;
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
    let term = number_in("term", term, 1..=99)?;
    let term = Term::try_from(term).map_err(|error| Refusal::new("term", error))?;
    let number = number_in("number", number, 1..=1000)?;
    let ChoiceBody { claim, reason } = choice::parse(utf8(body)?)?;
    let request = ChoiceRequest { contract_id, term, credit_note_id, number, claim, why: reason };
    check(app, &request).await
}

/// Looks at what there is, so that most mistakes are told at once; the restatement function decides.
async fn check(app: &App, request: &ChoiceRequest) -> Result<Response, Problem> {
    let contract = app.ledger.contract(&request.contract_id).await?.contract();
    let key = request.key();
    let claims: Vec<Fact> = contract.claims(&key);
    if claims.is_empty() {
        return Err(Problem::not_found(Words::new(
            "rien n'a été déclaré de cette annuité ou de cet avoir",
            "nothing was claimed of this annuity or credit note",
        )));
    }
    let claim = match request.claim {
        None => None,
        Some(claim) => {
            let fact = claim.checked_sub(1).and_then(|before| claims.get(before));
            Some(fact.ok_or_else(|| unknown_claim(claims.len()))?.clone())
        }
    };
    let made = contract.choices(&key);
    match request.number.checked_sub(1) {
        Some(before) if made.get(before) == Some(&claim) => {
            return Ok((StatusCode::OK, Json(json!({ "status": "chosen" }))).into_response());
        }
        Some(before) if before == made.len() => {}
        Some(_) | None => {
            let next = made.len() + 1;
            return Err(Problem::conflict(Words::new(
                format!("un autre choix a ce numéro, ou il en manque un avant ; le prochain est {next}"),
                format!("another choice has this number, or one before it is missing; the next one is {next}"),
            )));
        }
    }
    app.restatements.send(&Request::Choice(request.clone())).await.map_err(|error| {
        let error = runtime::chain(&error);
        tracing::error!(error, "a choice could not be taken in: whoever made it is told to try again");
        Problem::try_again(Words::new(
            "le choix n'a pu être reçu à présent ; rien n'a changé, réessayer",
            "the choice could not be taken in now; nothing was changed, try again",
        ))
    })?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "status": "accepted" }))).into_response())
}

fn unknown_claim(last: usize) -> Refusal {
    let fr = format!("doit être null ou un entier de 1 à {last}");
    Refusal::new("claim", Words::new(fr, format!("must be null or a whole number from 1 to {last}")))
}
