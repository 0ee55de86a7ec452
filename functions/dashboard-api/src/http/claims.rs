//! The claims of a verified token, as API Gateway hands them on with the request.

use crate::access::{Admin, Caller};
use crate::http::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::Extensions;
use axum::http::request::Parts;
use lambda_http::request::RequestContext;
use std::collections::HashMap;
use texts::Code;

/// The caller of a request, if its claims are of the kinds known here.
pub(crate) fn caller(extensions: &Extensions) -> Option<Caller> {
    claims(extensions).and_then(Caller::of)
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Caller, Problem> {
        let claims = claims(&parts.extensions).ok_or_else(Problem::unauthorized)?;
        Caller::of(claims).ok_or_else(|| Problem::forbidden(Code::NoRoleInToken))
    }
}

impl<S: Sync> FromRequestParts<S> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Admin, Problem> {
        match Caller::from_request_parts(parts, state).await? {
            Caller::Admin => Ok(Admin),
            Caller::Partner(_) => Err(Problem::forbidden(Code::NotForPartners)),
        }
    }
}

fn claims(extensions: &Extensions) -> Option<&HashMap<String, String>> {
    match extensions.get::<RequestContext>()? {
        RequestContext::ApiGatewayV2(context) => Some(&context.authorizer.as_ref()?.jwt.as_ref()?.claims),
        _ => None,
    }
}
