//! Choices of the effective claim, of recorded claims and of stated ones: checked, and handed to the restatement function.

use crate::answers::status::{ChoiceStatus, Chosen};
use crate::app::App;
use crate::previews::{self, Change, Look};
use crate::restatements::When;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use events::Refusal;
use ledger::aggregates::Aggregates;
use ledger::choices::Choice;
use ledger::journal::Act;
use ledger::preview::ChangedContract;
use ledger::{Store, choices};
use rules::{AdjustmentId, AdjustmentKind, Term};
use runtime::restatement::{Request, refused};
use texts::Code;
use web::access::Caller;
use web::parameters::number_in;
use web::problem::Problem;

/// Maximum number of a choice.
pub(crate) const MAX_CHOICE_NUMBER: usize = 1000;

pub(crate) type Answer = Result<Response, Problem>;

/// Reads the term in a path.
pub(crate) fn term_in(text: &str) -> Result<Term, Refusal> {
    let term = number_in("term", text, 1..=99)?;
    Term::try_from(term).map_err(|error| Refusal::new("term", error))
}

/// Reads the kind and the id of an adjustment in a path.
pub(crate) fn adjustment_in(kind: &str, id: &str) -> Result<AdjustmentId, Refusal> {
    let known = AdjustmentKind::ALL.into_iter().find(|known| kind.strip_suffix('s') == Some(known.as_str()));
    let kind = known.ok_or_else(|| Refusal::new("kind", Code::NotAnAdjustment))?;
    Ok(kind.id(id.parse().map_err(|error| Refusal::new("adjustment", error))?))
}

/// Checks the choice against the claims, so that most mistakes are reported at once; the restatement function decides.
pub(crate) async fn make<S: Store>(app: &App<S>, caller: &Caller, choice: Choice, look: Look) -> Answer {
    let read = app.ledger.contract(&choice.contract_id).await?;
    let contract = read.contract();
    if contract.claims(&choice.key).is_empty() && choice.claim.stated().is_none() {
        return Err(Problem::not_found(Code::NothingClaimed));
    }
    let (outcome, claim) = choice.judge(&contract);
    if let Some(refusal) = refused(outcome) {
        let names_no_claim = matches!(outcome, choices::ChoiceResult::UnknownClaim { .. });
        return Err(if names_no_claim { refusal.into() } else { Problem::conflict_of(&refusal) });
    }
    if outcome == choices::ChoiceResult::Already && !is_made_for(&read, &choice) {
        return Err(Problem::conflict(Code::ChoiceMadeAlready));
    }
    let made = choice.made_in(&contract);
    let changed = ChangedContract { id: choice.contract_id.clone(), now: read, changed: made };
    let change = Change::of_contract(changed, choice.clone());
    if let Some(language) = look.first {
        return previews::answer(app, change, look.made, language).await;
    }
    if outcome == choices::ChoiceResult::Already {
        return Ok((StatusCode::OK, Json(Chosen { status: ChoiceStatus::Chosen })).into_response());
    }
    let occasion = caller.occasion_because((app.now)(), &choice.why)?;
    let foreseen = previews::foreseen(app, &change, look.made.as_ref()).await?;
    app.ledger.keep(&Act { foreseen, ..Act::new(&occasion, choice.change(&contract, claim)) }).await?;
    app.restatements.send(&Request::Choice(choice), When::Now).await.map_err(|error| {
        let error = runtime::chain(&error);
        tracing::error!(error, "a choice could not be recorded; the caller was told to try again");
        Problem::try_again(Code::ChoiceNotTaken)
    })?;
    Ok((StatusCode::ACCEPTED, Json(Chosen { status: ChoiceStatus::Accepted })).into_response())
}

/// Compares the reason of a choice that was made already with the one stated now.
fn is_made_for(contract: &Aggregates, choice: &Choice) -> bool {
    let mut made = contract.choices().into_iter().filter(|made| made.key == choice.key);
    choice.number.checked_sub(1).and_then(|before| made.nth(before)).is_some_and(|made| made.why == choice.why)
}
