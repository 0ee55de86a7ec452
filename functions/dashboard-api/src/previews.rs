//! Previews (`?preview=true`): what a request would append to the ledger. Writes nothing and sends nothing.

use crate::answers::preview::Preview;
use crate::app::App;
use crate::http::problem::Problem;
use axum::Json;
use axum::response::{IntoResponse, Response};
use ledger::journal::{Moved, Registered};
use ledger::preview::{ChangedContract, Previewed};
use ledger::{PartnerRecord, Store};
use reports::{overflow_of_several, preview};
use rules::programme::Language;
use rules::{Day, PartnerId};
use std::collections::{BTreeMap, BTreeSet};
use texts::Code;

/// Maximum number of contracts that one preview reads.
pub(crate) const MAX_CONTRACTS: usize = 5000;

/// Previews a registration that was checked.
pub(crate) async fn of_registration<S: Store>(
    app: &App<S>,
    read: &PartnerRecord,
    Registered { name, agreements }: Registered,
    language: Language,
) -> Result<Response, Problem> {
    read.known()?;
    let previewed = app.ledger.preview_registration(&read.id, agreements, MAX_CONTRACTS).await?;
    answer(app, previewed, [(read.id.clone(), name)].into(), language).await
}

/// Previews a change of a contract that was checked.
pub(crate) async fn of_contract<S: Store>(
    app: &App<S>,
    mut contract: ChangedContract,
    language: Language,
) -> Result<Response, Problem> {
    contract.now = contract.now.whole()?;
    let previewed = app.ledger.preview_contract(contract, MAX_CONTRACTS).await?;
    answer(app, previewed, BTreeMap::new(), language).await
}

/// The amounts that a registration will move, for the journal; none: it concerns too many contracts.
pub(crate) async fn foreseen_by_registration<S: Store>(
    app: &App<S>,
    read: &PartnerRecord,
    registered: &Registered,
) -> Result<Option<Moved>, Problem> {
    let agreements = registered.agreements.clone();
    if read.known().is_err() || agreements == read.partner.agreements {
        return Ok(Some(Moved::new()));
    }
    sums(app, app.ledger.preview_registration(&read.id, agreements, MAX_CONTRACTS).await?)
}

/// The amounts that a change of a contract will move, for the journal; none: it concerns too many contracts.
pub(crate) async fn foreseen_by_change<S: Store>(
    app: &App<S>,
    contract: ChangedContract,
) -> Result<Option<Moved>, Problem> {
    sums(app, app.ledger.preview_contract(contract, MAX_CONTRACTS).await?)
}

fn sums<S: Store>(app: &App<S>, previewed: Option<Previewed>) -> Result<Option<Moved>, Problem> {
    let present = app.day().unwrap_or(Day::MAX).into();
    let sums = previewed.map(|previewed| preview::of_changes(previewed.changes, present).map(|preview| preview.sums));
    Ok(sums.transpose().map_err(overflow_of_several)?)
}

/// Answers a preview; `names` are those that partners would have.
async fn answer<S: Store>(
    app: &App<S>,
    previewed: Option<Previewed>,
    mut names: BTreeMap<PartnerId, String>,
    language: Language,
) -> Result<Response, Problem> {
    let Some(Previewed { changes, unreadable: errors }) = previewed else {
        return Err(Problem::too_much(Code::PreviewTooLarge { most: MAX_CONTRACTS }));
    };
    let mut unreadable = reports::Unreadable::default();
    for error in errors {
        unreadable.pass_over::<()>(Err(error))?;
    }
    let present = app.day().unwrap_or(Day::MAX).into();
    let preview = preview::of_changes(changes, present).map_err(overflow_of_several)?;
    let partners: BTreeSet<PartnerId> = preview.balances.keys().cloned().collect();
    for (id, record) in app.ledger.records_of(partners).await? {
        if let Some(name) = record.ok().and_then(|record| record.name) {
            names.entry(id).or_insert(name);
        }
    }
    Ok(Json(Preview::of(&preview, &names, &unreadable, present, language)).into_response())
}
