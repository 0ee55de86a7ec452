//! `GET /me`: the caller. `GET /members` lists who has which role, `POST /members` enters a machine or a person whose
//! subject is known, `DELETE /members/{member}` revokes.

use crate::answers::members::{Me, MemberList, MemberShown};
use crate::answers::unreadable::Unreadable;
use crate::app::App;
use crate::routes::Route;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use events::{Refusal, member};
use ledger::Store;
use ledger::members::{Granted, Member, Revoked};
use rules::PartnerId;
use rules::people::Role;
use texts::Code;
use web::access::Caller;
use web::parameters::{Parameters, utf8};
use web::problem::Problem;

pub(crate) async fn me<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    parameters: Parameters,
) -> Result<Json<Me>, Problem> {
    parameters.done()?;
    Ok(Json(as_me(&app, caller).await?))
}

/// The caller with the name of its partner.
pub(crate) async fn as_me<S: Store>(app: &App<S>, caller: Caller) -> Result<Me, Problem> {
    let partner_name = match caller.role.partner() {
        Some(partner) => app.ledger.partner_record(partner).await?.name,
        None => None,
    };
    Ok(Me::of(caller, partner_name))
}

pub(crate) async fn list<S: Store>(
    State(app): State<App<S>>,
    mut parameters: Parameters,
) -> Result<Json<MemberList>, Problem> {
    let pages = app.pages(Route::Members, "", &parameters);
    let (limit, after) = (parameters.limit()?, pages.after(&mut parameters)?);
    let of: Option<PartnerId> = parameters.parsed("partner_id")?;
    parameters.done()?;
    let part = app.ledger.members(of.as_ref(), limit, after).await?;
    let mut unreadable = reports::Unreadable::default();
    unreadable.add(part.unreadable);
    Ok(Json(MemberList {
        members: part.list.into_iter().map(MemberShown::from).collect(),
        next_cursor: pages.next(part.next)?,
        unreadable: Unreadable::of(&unreadable, &Role::Manager),
    }))
}

pub(crate) async fn grant<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    parameters: Parameters,
    body: Bytes,
) -> Result<(StatusCode, Json<MemberShown>), Problem> {
    parameters.done()?;
    let (identity, role, name) = member::parse(utf8(&body)?)?;
    check_partner(&app, &role).await?;
    let occasion = caller.occasion((app.now)());
    let (since, granted_by) = (occasion.at, Some(caller.id));
    let member = Member { identity, role, name, since, granted_by, revoked_at: None };
    match app.ledger.grant(&member, &occasion).await? {
        Granted::Now(member) => Ok((StatusCode::CREATED, Json(member.into()))),
        Granted::Already(member) => Ok((StatusCode::OK, Json(member.into()))),
        Granted::Other(_) => Err(Problem::conflict(Code::OtherRole)),
    }
}

/// A partner's member needs a partner that is registered.
pub(crate) async fn check_partner<S: Store>(app: &App<S>, role: &Role) -> Result<(), Problem> {
    let Some(partner) = role.partner() else { return Ok(()) };
    match app.ledger.partner_record(partner).await?.name {
        Some(_) => Ok(()),
        None => Err(Refusal::new("partner_id", Code::NotARegisteredPartner).into()),
    }
}

pub(crate) async fn revoke<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    Path(id): Path<String>,
    parameters: Parameters,
) -> Result<Json<MemberShown>, Problem> {
    parameters.done()?;
    let id = id.parse().map_err(|_| Problem::not_found(Code::NoMember))?;
    match app.ledger.revoke_member(&id, &caller.occasion((app.now)())).await? {
        Revoked::Now(member) | Revoked::Already(member) => Ok(Json(member.into())),
        Revoked::LastManager => Err(Problem::conflict(Code::LastManager)),
        Revoked::NoMember => Err(Problem::not_found(Code::NoMember)),
    }
}
