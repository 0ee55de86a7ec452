//! `PUT /contracts/{id}/terms/{term}/choices/{number}`, and the same for adjustments and the end: a manager chooses the
//! effective claim, or none. Choices are numbered; repeating one changes nothing. As a preview it only answers what would
//! follow.

use crate::app::App;
use crate::choosing::{self, Answer, MAX_CHOICE_NUMBER, adjustment_in, term_in};
use crate::previews::Look;
use axum::body::Bytes;
use axum::extract::{Path, State};
use events::{ChoiceBody, choice};
use ledger::Store;
use ledger::choices::{Choice, Pick};
use rules::ContractId;
use rules::contract::Key;
use web::access::Caller;
use web::parameters::{Parameters, id, number_in, utf8};

pub(crate) async fn of_annuity<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    Path((contract, term, number)): Path<(String, String, String)>,
    mut parameters: Parameters,
    body: Bytes,
) -> Answer {
    let look = Look::read(&mut parameters)?;
    parameters.done()?;
    let key = Key::of(term_in(&term)?, None);
    choose(&app, &caller, (&contract, key, &number), &body, look).await
}

pub(crate) async fn of_adjustment<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    Path((contract, term, kind, adjustment, number)): Path<(String, String, String, String, String)>,
    mut parameters: Parameters,
    body: Bytes,
) -> Answer {
    let look = Look::read(&mut parameters)?;
    parameters.done()?;
    let key = Key::of(term_in(&term)?, Some(adjustment_in(&kind, &adjustment)?));
    choose(&app, &caller, (&contract, key, &number), &body, look).await
}

pub(crate) async fn of_end<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    Path((contract, number)): Path<(String, String)>,
    mut parameters: Parameters,
    body: Bytes,
) -> Answer {
    let look = Look::read(&mut parameters)?;
    parameters.done()?;
    choose(&app, &caller, (&contract, Key::End, &number), &body, look).await
}

async fn choose<S: Store>(
    app: &App<S>,
    caller: &Caller,
    (contract, key, number): (&str, Key, &str),
    body: &[u8],
    look: Look,
) -> Answer {
    let contract_id: ContractId = id(contract)?;
    let number = number_in("number", number, 1..=MAX_CHOICE_NUMBER)?;
    let ChoiceBody { claim, seen, reason: why } = choice::parse(utf8(body)?)?;
    let choice = Choice { contract_id, key, number, claim: Pick::Recorded(claim), seen, why };
    choosing::make(app, caller, choice, look).await
}
