//! `PUT /contracts/{id}/terms/{term}/choices/{number}`, and the same for adjustments and the end: a manager chooses the
//! effective claim, or none. Choices are numbered; repeating one changes nothing. As a preview it only answers what would
//! follow.

use crate::access::Caller;
use crate::answers::status::{ChoiceStatus, Chosen};
use crate::app::App;
use crate::http::parameters::{MAX_CHOICE_NUMBER, Parameters, id, number_in, utf8};
use crate::http::problem::Problem;
use crate::previews;
use crate::restatements::When;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use events::{ChoiceBody, Refusal, choice};
use ledger::choices::Choice;
use ledger::journal::Act;
use ledger::preview::ChangedContract;
use ledger::{Store, choices};
use rules::contract::Key;
use rules::programme::Language;
use rules::{AdjustmentKind, ContractId, Term};
use runtime::restatement::{Request, refused};
use texts::Code;

type Answer = Result<Response, Problem>;

pub(crate) async fn of_annuity<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    Path((contract, term, number)): Path<(String, String, String)>,
    mut parameters: Parameters,
    body: Bytes,
) -> Answer {
    let preview = parameters.preview()?;
    parameters.done()?;
    let key = Key::of(term_in(&term)?, None);
    choose(&app, &caller, (&contract, key, &number), &body, preview).await
}

pub(crate) async fn of_adjustment<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    Path((contract, term, kind, adjustment, number)): Path<(String, String, String, String, String)>,
    mut parameters: Parameters,
    body: Bytes,
) -> Answer {
    let preview = parameters.preview()?;
    parameters.done()?;
    let known = AdjustmentKind::ALL.into_iter().find(|known| kind.strip_suffix('s') == Some(known.as_str()));
    let kind = known.ok_or_else(|| Refusal::new("kind", Code::NotAnAdjustment))?;
    let id = adjustment.parse().map_err(|error| Refusal::new("adjustment", error))?;
    let key = Key::of(term_in(&term)?, Some(kind.id(id)));
    choose(&app, &caller, (&contract, key, &number), &body, preview).await
}

pub(crate) async fn of_end<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    Path((contract, number)): Path<(String, String)>,
    mut parameters: Parameters,
    body: Bytes,
) -> Answer {
    let preview = parameters.preview()?;
    parameters.done()?;
    choose(&app, &caller, (&contract, Key::End, &number), &body, preview).await
}

fn term_in(text: &str) -> Result<Term, Refusal> {
    let term = number_in("term", text, 1..=99)?;
    Term::try_from(term).map_err(|error| Refusal::new("term", error))
}

async fn choose<S: Store>(
    app: &App<S>,
    caller: &Caller,
    (contract, key, number): (&str, Key, &str),
    body: &[u8],
    preview: Option<Language>,
) -> Answer {
    let contract_id: ContractId = id(contract)?;
    let number = number_in("number", number, 1..=MAX_CHOICE_NUMBER)?;
    let ChoiceBody { claim, seen, reason: why } = choice::parse(utf8(body)?)?;
    let choice = Choice { contract_id, key, number, claim, seen, why };
    check(app, caller, choice, preview).await
}

/// Checks the choice against the claims, so that most mistakes are reported at once; the restatement function decides.
async fn check<S: Store>(app: &App<S>, caller: &Caller, choice: Choice, preview: Option<Language>) -> Answer {
    let read = app.ledger.contract(&choice.contract_id).await?;
    let contract = read.contract();
    if contract.claims(&choice.key).is_empty() {
        return Err(Problem::not_found(Code::NothingClaimed));
    }
    let (outcome, claim) = choice.judge(&contract);
    if let Some(refusal) = refused(outcome) {
        let names_no_claim = matches!(outcome, choices::ChoiceResult::UnknownClaim { .. });
        return Err(if names_no_claim { refusal.into() } else { Problem::conflict_of(&refusal) });
    }
    let mut changed = contract.clone();
    if outcome == choices::ChoiceResult::Now {
        changed.choose(&choice.key, claim.clone());
    }
    let changed = ChangedContract { id: choice.contract_id.clone(), now: read, changed };
    if let Some(language) = preview {
        return previews::of_contract(app, changed, language).await;
    }
    if outcome == choices::ChoiceResult::Already {
        return Ok((StatusCode::OK, Json(Chosen { status: ChoiceStatus::Chosen })).into_response());
    }
    let occasion = caller.occasion_because((app.now)(), &choice.why)?;
    let foreseen = previews::foreseen_by_change(app, changed).await?;
    app.ledger.keep(&Act { foreseen, ..Act::new(&occasion, choice.change(&contract, claim)) }).await?;
    app.restatements.send(&Request::Choice(choice), When::Now).await.map_err(|error| {
        let error = runtime::chain(&error);
        tracing::error!(error, "a choice could not be recorded; the caller was told to try again");
        Problem::try_again(Code::ChoiceNotTaken)
    })?;
    Ok((StatusCode::ACCEPTED, Json(Chosen { status: ChoiceStatus::Accepted })).into_response())
}
