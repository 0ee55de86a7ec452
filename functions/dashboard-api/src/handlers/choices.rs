//! `PUT /contracts/{id}/terms/{term}/choices/{number}`, and the same below `credit-notes/{note}`: a manager chooses the
//! effective claim, or none. Choices are numbered; repeating one changes nothing.

use crate::access::Admin;
use crate::answers::status::{ChoiceStatus, Chosen};
use crate::app::App;
use crate::http::parameters::{MAX_CHOICE_NUMBER, Parameters, id, number_in, utf8};
use crate::http::problem::Problem;
use crate::restatements::When;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use events::{ChoiceBody, Refusal, choice};
use ledger::{Store, choices};
use rules::text::Words;
use rules::{ContractId, CreditNoteId, Term};
use runtime::restatement::{ChoiceRequest, Request, refused};

type Answer = Result<(StatusCode, Json<Chosen>), Problem>;

pub(crate) async fn of_annuity<S: Store>(
    _: Admin,
    State(app): State<App<S>>,
    Path((contract, term, number)): Path<(String, String, String)>,
    parameters: Parameters,
    body: Bytes,
) -> Answer {
    parameters.done()?;
    choose(&app, (&contract, &term, None, &number), &body).await
}

pub(crate) async fn of_credit_note<S: Store>(
    _: Admin,
    State(app): State<App<S>>,
    Path((contract, term, note, number)): Path<(String, String, String, String)>,
    parameters: Parameters,
    body: Bytes,
) -> Answer {
    parameters.done()?;
    choose(&app, (&contract, &term, Some(&note), &number), &body).await
}

async fn choose<S: Store>(
    app: &App<S>,
    (contract, term, note, number): (&str, &str, Option<&str>, &str),
    body: &[u8],
) -> Answer {
    let contract_id: ContractId = id(contract)?;
    let credit_note_id = note.map(str::parse::<CreditNoteId>).transpose();
    let credit_note_id = credit_note_id.map_err(|error| Refusal::new("credit_note_id", error))?;
    let term = number_in("term", term, 1..=99)?;
    let term = Term::try_from(term).map_err(|error| Refusal::new("term", error))?;
    let number = number_in("number", number, 1..=MAX_CHOICE_NUMBER)?;
    let ChoiceBody { claim, seen, reason } = choice::parse(utf8(body)?)?;
    let request = ChoiceRequest { contract_id, term, credit_note_id, number, claim, seen, why: reason };
    check(app, &request).await
}

/// Checks the choice against the claims, so that most mistakes are reported at once; the restatement function decides.
async fn check<S: Store>(app: &App<S>, request: &ChoiceRequest) -> Answer {
    let contract = app.ledger.contract(&request.contract_id).await?.contract();
    let key = request.key();
    if contract.claims(&key).is_empty() {
        return Err(Problem::not_found(Words::new(
            "rien n'a été déclaré de cette annuité ou de cet avoir",
            "nothing was claimed of this annuity or credit note",
        )));
    }
    let (outcome, _) = request.choice().judge(&contract);
    if let Some(refusal) = refused(outcome) {
        let names_no_claim = matches!(outcome, choices::ChoiceResult::UnknownClaim { .. });
        return Err(if names_no_claim { refusal.into() } else { Problem::conflict_of(&refusal) });
    }
    if outcome == choices::ChoiceResult::Already {
        return Ok((StatusCode::OK, Json(Chosen { status: ChoiceStatus::Chosen })));
    }
    app.restatements.send(&Request::Choice(request.clone()), When::Now).await.map_err(|error| {
        let error = runtime::chain(&error);
        tracing::error!(error, "a choice could not be recorded; the caller was told to try again");
        Problem::try_again(Words::new(
            "le choix n'a pu être reçu à présent ; rien n'a changé, réessayer",
            "the choice could not be taken in now; nothing was changed, try again",
        ))
    })?;
    Ok((StatusCode::ACCEPTED, Json(Chosen { status: ChoiceStatus::Accepted })))
}
