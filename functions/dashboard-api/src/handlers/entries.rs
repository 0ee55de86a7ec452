//! `GET /partners/{id}/entries`: the entries booked in a period, each amount with its reason and its explanation.

use crate::answers::entries::{Entry, EntryList};
use crate::answers::unreadable::Unreadable;
use crate::app::App;
use crate::routes::Route;
use axum::Json;
use axum::extract::{Path, State};
use ledger::Store;
use rules::PartnerId;
use web::access::Caller;
use web::parameters::{Parameters, id};
use web::problem::Problem;

pub(crate) async fn list<S: Store>(
    Caller { role, .. }: Caller,
    State(app): State<App<S>>,
    Path(path): Path<String>,
    mut parameters: Parameters,
) -> Result<Json<EntryList>, Problem> {
    let partner_id: PartnerId = id(&path)?;
    let pages = app.pages(Route::Entries, partner_id.as_str(), &parameters);
    let (period, limit, after) = (parameters.period()?, parameters.limit()?, pages.after(&mut parameters)?);
    let language = parameters.language()?;
    parameters.done()?;
    app.registered_partner(&role, &partner_id).await?;
    let part = app.ledger.entries(&partner_id, period, limit, after).await?;
    let mut unreadable = reports::Unreadable::default();
    unreadable.add(part.unreadable);
    Ok(Json(EntryList {
        entries: Entry::all(&part.list, language),
        unknown_entries: part.unknown.iter().map(Into::into).collect(),
        next_cursor: pages.next(part.next)?,
        unreadable: Unreadable::of(&unreadable, &role),
    }))
}
