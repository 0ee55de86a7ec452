//! `PUT /partners/{id}/agreements/{starts_on}/years/{n}/set-aside`: a manager sets a missed year aside.

use crate::answers::status::{SetAsideStatus, YearSetAside};
use crate::app::App;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use events::{Refusal, set_aside};
use ledger::missed_years::{Outcome, SetAside, YearOf};
use ledger::{PartnerRecord, Store};
use reports::minimum_sales::{self, AgreementYear};
use rules::minimum_sales::{MAX_YEARS, Status, Year};
use rules::people::Role;
use rules::{AgreementId, PartnerId};
use texts::Code;
use web::access::Caller;
use web::parameters::{Parameters, id, number_in, utf8};
use web::problem::Problem;

pub(crate) async fn set_aside<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    Path((partner, starts_on, number)): Path<(String, String, String)>,
    parameters: Parameters,
    body: Bytes,
) -> Result<Json<YearSetAside>, Problem> {
    let partner_id: PartnerId = id(&partner)?;
    let agreement: AgreementId = starts_on.parse().map_err(|error| Refusal::new("starts_on", error))?;
    let number = number_in("n", &number, 1..=MAX_YEARS)?;
    parameters.done()?;
    let reason = set_aside::parse(utf8(&body)?)?;
    let of = YearOf { agreement, number };
    let partner = app.registered_whole_partner(&Role::Manager, &partner_id).await?;
    let months = app.ledger.totals_of_partner(&partner_id).await?;
    let years = minimum_sales::of_partner(&partner, &months, app.today()).years;
    let year = missed(&partner.record, of, &years)?;
    let occasion = caller.occasion_because((app.now)(), &reason)?;
    let seen = SetAside { sales: year.sales, minimum: year.minimum, reason, at: occasion.at };
    match app.ledger.set_year_aside(&partner_id, of, &seen, &occasion).await? {
        Outcome::Now | Outcome::Already => Ok(Json(YearSetAside { status: SetAsideStatus::SetAside })),
        Outcome::ForAnotherReason => Err(Problem::conflict(Code::SetAsideAlready)),
    }
}

/// Finds a missed year; the problem names the reason if the year is not missed.
fn missed<'a>(record: &PartnerRecord, of: YearOf, years: &'a [AgreementYear]) -> Result<&'a Year, Problem> {
    let YearOf { agreement: id, number } = of;
    let Some(agreement) = record.partner.agreements.iter().find(|agreement| agreement.id() == id) else {
        return Err(Problem::not_found(Code::NoAgreement { partner: record.id.clone(), starts_on: id }));
    };
    if agreement.terms().minimum_sales().is_none() {
        return Err(Problem::conflict(Code::NoMinimum));
    }
    let Some(AgreementYear { year, .. }) = years.iter().find(|year| year.of == of) else {
        return Err(Problem::conflict(Code::YearNotBegun { number: number.to_string() }));
    };
    match year.status {
        Status::Missed => Ok(year),
        Status::Met => Err(Problem::conflict(Code::MinimumReached {
            sales: year.sales.to_string(),
            minimum: year.minimum.to_string(),
        })),
        Status::OnTrack | Status::Behind => Err(Problem::conflict(Code::YearNotOver { until: year.to.to_string() })),
    }
}
