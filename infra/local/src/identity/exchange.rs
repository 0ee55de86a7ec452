//! The token endpoint: a code, or a refresh token, for tokens (RFC 6749, 4.1.3 and 6).

use super::grants::{Granted, Grants, Names};
use super::parameters::Parameters;
use super::secret;
use crate::tokens::{CLIENT_ID, Tokens};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use std::io::Result;
use std::time::Duration;

/// Lifetime of the page's tokens: short, so that their renewal is part of every longer visit.
const LIFETIME: Duration = Duration::from_mins(10);

#[derive(Debug, Serialize)]
struct Tokened {
    access_token: String,
    token_type: &'static str,
    expires_in: u64,
    refresh_token: String,
    scope: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
}

/// A refusal in the words of the protocol.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Refused {
    error: &'static str,
    error_description: &'static str,
}

/// The answer to a form of the page at `page`.
pub(super) fn answer(
    form: &[u8],
    page: &str,
    tokens: &Tokens,
    grants: &mut Grants,
    now: Timestamp,
) -> Result<Response> {
    let names = Names { id: secret()?, secret: secret()? };
    match granted(form, page, grants, names, now) {
        Ok((granted, has_id_token)) => {
            let tokened = tokened(granted, has_id_token, tokens, now)?;
            Ok(axum::Json(tokened).into_response())
        }
        Err(refused) => Ok((StatusCode::BAD_REQUEST, axum::Json(refused)).into_response()),
    }
}

/// The bearer of the tokens to give out, with a nonce for the ID token if there is one to give: a renewal has none.
fn granted(
    form: &[u8],
    page: &str,
    grants: &mut Grants,
    names: Names,
    now: Timestamp,
) -> std::result::Result<(Granted, bool), Refused> {
    let refused = |error, error_description| Refused { error, error_description };
    let form = Parameters::read(form).map_err(|_| refused("invalid_request", "a parameter is there twice"))?;
    let given = |name: &str, description| form.get(name).ok_or(refused("invalid_request", description));
    if form.get("client_id") != Some(CLIENT_ID) {
        return Err(refused("invalid_client", "client_id must be all-in-web-page"));
    }
    match form.get("grant_type") {
        Some("authorization_code") => {
            let code = given("code", "code is missing")?;
            let verifier = given("code_verifier", "code_verifier is missing")?;
            if form.get("redirect_uri") != Some(page) {
                return Err(refused("invalid_grant", "redirect_uri must be that of the authorization request"));
            }
            let granted = grants.exchange(code, verifier, names, now);
            let granted = granted.ok_or(refused("invalid_grant", "the code is not good, or no longer"))?;
            Ok((granted, true))
        }
        Some("refresh_token") => {
            let token = given("refresh_token", "refresh_token is missing")?;
            let granted = grants.renew(token, names.secret, now);
            Ok((granted.ok_or(refused("invalid_grant", "the refresh token is not good, or no longer"))?, false))
        }
        Some(_) | None => {
            Err(refused("unsupported_grant_type", "grant_type must be authorization_code or refresh_token"))
        }
    }
}

fn tokened(granted: Granted, has_id_token: bool, tokens: &Tokens, now: Timestamp) -> Result<Tokened> {
    let Granted { subject, nonce, refresh_token } = granted;
    let from = u64::try_from(now.as_second()).unwrap_or_default();
    let id_token = || {
        let mut claims = json!({
            "iss": tokens.issuer(),
            "sub": subject,
            "aud": CLIENT_ID,
            "iat": from,
            "exp": from + LIFETIME.as_secs(),
        });
        if let (Some(claims), Some(nonce)) = (claims.as_object_mut(), nonce) {
            claims.insert("nonce".to_owned(), nonce.into());
        }
        tokens.signed(&claims)
    };
    Ok(Tokened {
        access_token: tokens.access_token(&subject, from, LIFETIME)?,
        token_type: "Bearer",
        expires_in: LIFETIME.as_secs(),
        refresh_token,
        scope: "openid",
        id_token: has_id_token.then(id_token).transpose()?,
    })
}
