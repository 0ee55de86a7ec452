//! `PUT /contracts/{id}/terms/{term}/stated/{number}`, and the same for adjustments: a manager states a claim as it should be.
//! It is recorded, unless it was said before, and chosen. `number` is that of the choice which it makes.

use crate::app::App;
use crate::choosing::{self, Answer, MAX_CHOICE_NUMBER, adjustment_in, term_in};
use crate::previews::Look;
use axum::body::Bytes;
use axum::extract::{Path, State};
use events::stated;
use ledger::Store;
use ledger::choices::{Choice, Pick, Stated};
use rules::contract::Key;
use rules::{AdjustmentId, ContractId, Term};
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
    let of = (id(&contract)?, term_in(&term)?, None);
    state(&app, &caller, of, &number, (&body, look)).await
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
    let of = (id(&contract)?, term_in(&term)?, Some(adjustment_in(&kind, &adjustment)?));
    state(&app, &caller, of, &number, (&body, look)).await
}

async fn state<S: Store>(
    app: &App<S>,
    caller: &Caller,
    (contract_id, term, adjustment): (ContractId, Term, Option<AdjustmentId>),
    number: &str,
    (body, look): (&[u8], Look),
) -> Answer {
    let number = number_in("number", number, 1..=MAX_CHOICE_NUMBER)?;
    let said = stated::parse(utf8(body)?, contract_id.clone(), term, adjustment)?;
    let stated::Stated { fact, customer_name, seen, reason: why } = said;
    let (key, claim) = (Key::from(&fact), Pick::Stated(Stated { fact, customer_name }));
    choosing::make(app, caller, Choice { contract_id, key, number, claim, seen, why }, look).await
}
