//! `GET /contracts/{id}`: the history of a contract, page by page, with the reason for each amount.
//! `GET /partners/{id}/contracts`: a partner's contracts by day of signature, pending ones too, and those whose sale was
//! the partner's.

use crate::answers::contract::{ContractPage, History};
use crate::answers::contract_pieces::{Pieces, View};
use crate::answers::contracts::{ContractList, ListedContract};
use crate::answers::unreadable::Unreadable;
use crate::app::App;
use crate::routes::Route;
use axum::Json;
use axum::extract::{Path, State};
use futures_util::stream::{self, StreamExt};
use ledger::aggregates::Aggregates;
use ledger::partner_contracts::ListingRow;
use ledger::{LedgerError, PartnerRecord, Store, keys};
use reports::search::Search;
use rules::people::Role;
use rules::programme::Language;
use rules::{ContractId, Partner, PartnerId};
use texts::Code;
use web::access::Caller;
use web::parameters::{MAX_LIMIT, Parameters, id};
use web::problem::Problem;

/// Number of contracts read side by side.
const AT_ONCE: usize = 16;

pub(crate) async fn show<S: Store>(
    Caller { role, .. }: Caller,
    State(app): State<App<S>>,
    Path(path): Path<String>,
    mut parameters: Parameters,
) -> Result<Json<ContractPage>, Problem> {
    let contract_id: ContractId = id(&path)?;
    let pages = app.pages(Route::Contract, contract_id.as_str(), &parameters);
    let (limit, after) = (parameters.limit_or(MAX_LIMIT)?, pages.after(&mut parameters)?);
    let language = parameters.language()?;
    parameters.done()?;
    let aggregates = readable(&app, &role, &contract_id)
        .await?
        .ok_or_else(|| Problem::not_found(Code::NoContract { id: contract_id.clone() }))?;
    let contract = aggregates.contract();
    let view = View::of(&contract, &role);
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
        unreadable: Unreadable::of(&unreadable, &role),
    }))
}

/// A contract that is known and that the caller may read.
async fn readable<S: Store>(app: &App<S>, role: &Role, id: &ContractId) -> Result<Option<Aggregates>, LedgerError> {
    match role {
        Role::Manager | Role::Accountant => {
            let aggregates = app.ledger.contract(id).await?;
            let is_known = aggregates.contract().keys().next().is_some() || aggregates.unreadable().next().is_some();
            Ok(is_known.then_some(aggregates))
        }
        Role::Partner(partner) => app.ledger.contract_for(id, partner).await,
    }
}

pub(crate) async fn list<S: Store>(
    Caller { role, .. }: Caller,
    State(app): State<App<S>>,
    Path(path): Path<String>,
    mut parameters: Parameters,
) -> Result<Json<ContractList>, Problem> {
    let partner_id: PartnerId = id(&path)?;
    let pages = app.pages(Route::Contracts, partner_id.as_str(), &parameters);
    let (limit, after) = (parameters.limit()?, pages.after(&mut parameters)?);
    let (language, wanted) = (parameters.language()?, parameters.text("q")?);
    parameters.done()?;
    let partner = app.registered_partner(&role, &partner_id).await?;
    partner.known()?;
    let search = Search::of(&wanted);
    let part = app.ledger.contracts_listed(|texts| search.finds(texts), &partner_id, limit, after).await?;
    let mut unreadable = reports::Unreadable::default();
    let read = stream::iter(part.list).map(|listing| listed(&app, &partner, listing, language)).buffered(AT_ONCE);
    let mut contracts = Vec::new();
    for read in read.collect::<Vec<_>>().await {
        let read = unreadable.pass_over(read)?.flatten();
        contracts.extend(read.filter(|contract| search.finds(contract.texts())));
    }
    Ok(Json(ContractList {
        contracts,
        next_cursor: pages.next(part.next)?,
        unreadable: Unreadable::of(&unreadable, &role),
    }))
}

/// A contract; none if a later row of it lists it too.
async fn listed<S: Store>(
    app: &App<S>,
    partner: &PartnerRecord,
    ListingRow { contract_id, row }: ListingRow,
    language: Language,
) -> Result<Option<ListedContract>, LedgerError> {
    let aggregates = app.ledger.contract(&contract_id).await.and_then(Aggregates::whole)?;
    if !aggregates.is_last_listing(&row, &partner.id) {
        return Ok(None);
    }
    let whose = (&partner.id, &partner.partner);
    let listed = ListedContract::of(contract_id.clone(), &aggregates, whose, language);
    let what = keys::contract_partition(&contract_id);
    listed.map(Some).map_err(|source| LedgerError::Overflow { what, source })
}
