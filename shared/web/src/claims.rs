//! The identity in a verified token, as API Gateway hands it on with the request, and the caller that it makes.

use crate::access::{Asked, Audience, Caller, VIEW_AS, admitted};
use crate::gateway::RequestContext;
use crate::problem::Problem;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::Extensions;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use ledger::{Ledger, Store};
use rules::people::Identity;
use std::collections::HashMap;
use texts::Code;

/// Lets a request of a route for members pass, with its [`Caller`].
pub async fn admit_member<S: Store>(
    State((ledger, audience)): State<(Ledger<S>, Audience)>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let identity = identity(request.extensions())?;
    let view_as = request.headers().get(VIEW_AS).map(|id| id.to_str().unwrap_or_default().to_owned());
    let asked = Asked { identity: &identity, method: request.method(), view_as: view_as.as_deref() };
    let caller = admitted(&ledger, audience, asked).await?;
    request.extensions_mut().insert(caller.clone());
    let mut response = next.run(request).await;
    response.extensions_mut().insert(caller);
    Ok(response)
}

/// Lets a request pass whose token proves who calls, member or not, with its [`Identity`].
pub async fn admit_identity(mut request: Request, next: Next) -> Result<Response, Problem> {
    let identity = identity(request.extensions())?;
    if request.headers().contains_key(VIEW_AS) {
        return Err(Problem::forbidden(Code::ViewIsReadOnly));
    }
    request.extensions_mut().insert(identity);
    Ok(next.run(request).await)
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Caller, Problem> {
        parts.extensions.get().cloned().ok_or_else(Problem::unauthorized)
    }
}

/// The identity in the claims of a request's token.
pub fn identity(extensions: &Extensions) -> Result<Identity, Problem> {
    let claims = claims(extensions).ok_or_else(Problem::unauthorized)?;
    let odd = || Problem::forbidden(Code::NoIdentityInToken);
    let claim = |name: &str| claims.get(name).ok_or_else(odd);
    let issuer = claim("iss")?.parse().map_err(|_| odd())?;
    let subject = claim("sub")?.parse().map_err(|_| odd())?;
    Ok(Identity { issuer, subject })
}

fn claims(extensions: &Extensions) -> Option<&HashMap<String, String>> {
    extensions.get::<RequestContext>()?.claims()
}
