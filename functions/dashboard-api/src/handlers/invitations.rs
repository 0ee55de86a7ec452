//! `GET /invitations`, `POST /invitations`, `POST /invitations/{invitation}/code` (sends again),
//! `DELETE /invitations/{invitation}`: a manager invites. `PUT /me/invitation`: whoever has the code becomes a member.

use crate::answers::members::{InvitationList, InvitationShown, InvitationWithCode, Me};
use crate::answers::unreadable::Unreadable;
use crate::app::App;
use crate::handlers::members::{as_me, check_partner};
use crate::routes::Route;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use events::member;
use ledger::Store;
use ledger::invitations::{Accepted, Changed, Code as InvitationCode, InvitationId, Randomness};
use rules::people::{Identity, Role};
use texts::Code;
use web::access::Caller;
use web::parameters::{Parameters, utf8};
use web::problem::Problem;

pub(crate) async fn list<S: Store>(
    State(app): State<App<S>>,
    mut parameters: Parameters,
) -> Result<Json<InvitationList>, Problem> {
    let pages = app.pages(Route::Invitations, "", &parameters);
    let (limit, after) = (parameters.limit()?, pages.after(&mut parameters)?);
    parameters.done()?;
    let part = app.ledger.invitations(limit, after).await?;
    let mut unreadable = reports::Unreadable::default();
    unreadable.add(part.unreadable);
    let now = (app.now)();
    Ok(Json(InvitationList {
        invitations: part.list.into_iter().map(|one| InvitationShown::of(one, now)).collect(),
        next_cursor: pages.next(part.next)?,
        unreadable: Unreadable::of(&unreadable, &Role::Manager),
    }))
}

pub(crate) async fn invite<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    parameters: Parameters,
    body: Bytes,
) -> Result<(StatusCode, Json<InvitationWithCode>), Problem> {
    parameters.done()?;
    let (role, name) = member::parse_invitation(utf8(&body)?)?;
    check_partner(&app, &role).await?;
    let (code, occasion) = (InvitationCode::new(random(&app)?), caller.occasion((app.now)()));
    let invitation = app.ledger.invite(&code, (role, name), &occasion).await?;
    Ok((StatusCode::CREATED, Json(InvitationShown::of(invitation, occasion.at).with_code(&code))))
}

pub(crate) async fn invite_again<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    Path(id): Path<String>,
    parameters: Parameters,
) -> Result<Json<InvitationWithCode>, Problem> {
    parameters.done()?;
    let (code, occasion) = (InvitationCode::again(named(&id)?, random(&app)?), caller.occasion((app.now)()));
    let invitation = changed(app.ledger.invite_again(&code, &occasion).await?)?;
    Ok(Json(InvitationShown::of(invitation, occasion.at).with_code(&code)))
}

pub(crate) async fn revoke<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    Path(id): Path<String>,
    parameters: Parameters,
) -> Result<Json<InvitationShown>, Problem> {
    parameters.done()?;
    let occasion = caller.occasion((app.now)());
    let invitation = changed(app.ledger.revoke_invitation(&named(&id)?, &occasion).await?)?;
    Ok(Json(InvitationShown::of(invitation, occasion.at)))
}

pub(crate) async fn accept<S: Store>(
    Extension(identity): Extension<Identity>,
    State(app): State<App<S>>,
    parameters: Parameters,
    body: Bytes,
) -> Result<Json<Me>, Problem> {
    parameters.done()?;
    let unknown = || Problem::not_found(Code::NoInvitation);
    let code: InvitationCode = member::parse_code(utf8(&body)?)?.parse().map_err(|_| unknown())?;
    match app.ledger.accept_invitation(&code, identity, (app.now)()).await? {
        Accepted::Member(member) => {
            let caller = Caller::of(member).ok_or_else(unknown)?;
            Ok(Json(as_me(&app, caller).await?))
        }
        Accepted::NoInvitation => Err(unknown()),
        Accepted::Used => Err(Problem::conflict(Code::InvitationUsed)),
        Accepted::Expired => Err(Problem::new(StatusCode::GONE, Code::InvitationExpired)),
        Accepted::MemberAlready(_) => Err(Problem::conflict(Code::MemberAlready)),
    }
}

fn random<S>(app: &App<S>) -> Result<Randomness, Problem> {
    (app.random)().ok_or_else(|| Problem::internal(Code::NoCodeMade))
}

fn named(id: &str) -> Result<InvitationId, Problem> {
    id.parse().map_err(|_| Problem::not_found(Code::NoInvitation))
}

fn changed(outcome: Changed) -> Result<ledger::invitations::Invitation, Problem> {
    match outcome {
        Changed::Done(invitation) => Ok(invitation),
        Changed::NoInvitation => Err(Problem::not_found(Code::NoInvitation)),
        Changed::Used => Err(Problem::conflict(Code::InvitationUsed)),
    }
}
