//! `PUT /partners/{id}/perks/{perk}/days/{day}`: records that a partner took a perk on a day, or takes the day back.

use crate::answers::status::{Recorded, RecordedStatus};
use crate::app::App;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use events::{Refusal, perk};
use ledger::Store;
use ledger::perks::PerkDay;
use rules::people::Role;
use rules::programme::DatedPerk;
use rules::{Day, PartnerId};
use texts::Code;
use web::access::Caller;
use web::parameters::{Parameters, id, utf8};
use web::problem::Problem;

pub(crate) async fn record<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    Path((partner, name, day)): Path<(String, String, String)>,
    parameters: Parameters,
    body: Bytes,
) -> Result<Json<Recorded>, Problem> {
    let partner_id: PartnerId = id(&partner)?;
    let perk = DatedPerk::ALL.into_iter().find(|known| known.as_str() == name);
    let perk = perk.ok_or_else(|| Refusal::new("perk", Code::NotAPerk))?;
    let day: Day = day.parse().map_err(|error| Refusal::new("day", error))?;
    if app.day().is_some_and(|today| day > today) {
        return Err(Refusal::new("day", Code::DayToCome).into());
    }
    parameters.done()?;
    let taken = perk::parse(utf8(&body)?)?;
    app.registered_partner(&Role::Manager, &partner_id).await?;
    let occasion = caller.occasion((app.now)());
    app.ledger.record_perk(&partner_id, PerkDay { perk, day }, taken, &occasion).await?;
    Ok(Json(Recorded { status: RecordedStatus::Recorded }))
}
