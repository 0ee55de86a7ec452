//! `GET /contracts/{id}`: the history of a contract, page by page, with the reason for each amount.

use crate::access::Caller;
use crate::answers::contract::{ContractPage, History};
use crate::answers::contract_pieces::{Pieces, View};
use crate::answers::unreadable::Unreadable;
use crate::app::App;
use crate::http::parameters::{MAX_LIMIT, Parameters, id};
use crate::http::problem::Problem;
use crate::routes::Route;
use axum::Json;
use axum::extract::{Path, State};
use ledger::aggregates::Aggregates;
use ledger::{LedgerError, Store};
use rules::{ContractId, Partner};
use texts::Code;

pub(crate) async fn show<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    Path(path): Path<String>,
    mut parameters: Parameters,
) -> Result<Json<ContractPage>, Problem> {
    let contract_id: ContractId = id(&path)?;
    let pages = app.pages(Route::Contract, contract_id.as_str(), &parameters);
    let (limit, after) = (parameters.limit_or(MAX_LIMIT)?, pages.after(&mut parameters)?);
    let language = parameters.language()?;
    parameters.done()?;
    let aggregates = readable(&app, &caller, &contract_id)
        .await?
        .ok_or_else(|| Problem::not_found(Code::NoContract { id: contract_id.clone() }))?;
    let contract = aggregates.contract();
    let view = View::of(&contract, &caller);
    let partner = if view.shows_sale() { app.ledger.partner_of(&contract).await? } else { Partner::default() };
    let page = Pieces::of(&contract, &aggregates, &view).page(&contract, after, limit);
    let next_cursor = pages.next(page.next.as_ref())?;
    let unknown = aggregates.unknown_entries();
    let unknown = unknown.iter().filter(|entry| view.shows_entry_of_text(&entry.partner));
    let mut unreadable = reports::Unreadable::default();
    unreadable.add(aggregates.unreadable().map(|one| format!("{} {}", one.key.pk, one.key.sk)));
    Ok(Json(ContractPage {
        history: History::of(&contract_id, (&contract, &aggregates, &partner), &view, page, language),
        unknown_entries: unknown.map(Into::into).collect(),
        next_cursor,
        unreadable: Unreadable::of(&unreadable, &caller),
    }))
}

/// A contract that is known and that the caller may read.
async fn readable<S: Store>(app: &App<S>, caller: &Caller, id: &ContractId) -> Result<Option<Aggregates>, LedgerError> {
    match caller {
        Caller::Admin => {
            let aggregates = app.ledger.contract(id).await?;
            let is_known = aggregates.contract().keys().next().is_some() || aggregates.unreadable().next().is_some();
            Ok(is_known.then_some(aggregates))
        }
        Caller::Partner(partner) => app.ledger.contract_for(id, partner).await,
    }
}
