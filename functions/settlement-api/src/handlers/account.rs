//! `GET /partners/{id}/account`: documents, what is carried and why, contests.

use crate::answers::account::AccountShown;
use crate::app::App;
use crate::words;
use axum::Json;
use axum::extract::{Path, State};
use ledger::Store;
use rules::PartnerId;
use web::access::Caller;
use web::parameters::{Parameters, id};
use web::problem::Problem;

pub(crate) async fn show<S: Store>(
    Caller { role, .. }: Caller,
    State(app): State<App<S>>,
    Path(path): Path<String>,
    parameters: Parameters,
) -> Result<Json<AccountShown>, Problem> {
    let partner_id: PartnerId = id(&path)?;
    parameters.done()?;
    app.partner(&role, &partner_id).await?;
    let papers = app.closing.papers(&partner_id).await.map_err(words::problem)?;
    let items = app.closing.opening_items(&partner_id).await.map_err(words::problem)?;
    Ok(Json(AccountShown::of(partner_id, papers, &items)))
}
