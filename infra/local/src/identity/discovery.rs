//! The metadata of the provider (OpenID Connect Discovery 1.0), and its keys (RFC 7517).

use crate::tokens::Tokens;
use machine::verification::Jwks;
use serde::Serialize;

pub(super) const PATH: &str = "/.well-known/openid-configuration";
pub(super) const KEYS: &str = "/keys";
pub(super) const AUTHORIZE: &str = "/authorize";
pub(super) const TOKEN: &str = "/token";
pub(super) const LOGOUT: &str = "/logout";

#[derive(Debug, Serialize)]
pub(super) struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    end_session_endpoint: String,
    scopes_supported: [&'static str; 1],
    response_types_supported: [&'static str; 1],
    response_modes_supported: [&'static str; 1],
    grant_types_supported: [&'static str; 2],
    subject_types_supported: [&'static str; 1],
    id_token_signing_alg_values_supported: [&'static str; 1],
    token_endpoint_auth_methods_supported: [&'static str; 1],
    code_challenge_methods_supported: [&'static str; 1],
    prompt_values_supported: [&'static str; 3],
    authorization_response_iss_parameter_supported: bool,
}

pub(super) fn document(issuer: &str) -> Document {
    Document {
        issuer: issuer.to_owned(),
        authorization_endpoint: format!("{issuer}{AUTHORIZE}"),
        token_endpoint: format!("{issuer}{TOKEN}"),
        jwks_uri: format!("{issuer}{KEYS}"),
        end_session_endpoint: format!("{issuer}{LOGOUT}"),
        scopes_supported: ["openid"],
        response_types_supported: ["code"],
        response_modes_supported: ["query"],
        grant_types_supported: ["authorization_code", "refresh_token"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256"],
        token_endpoint_auth_methods_supported: ["none"],
        code_challenge_methods_supported: ["S256"],
        prompt_values_supported: ["none", "login", "select_account"],
        authorization_response_iss_parameter_supported: true,
    }
}

pub(super) fn keys(tokens: &Tokens) -> Jwks {
    Jwks { keys: vec![tokens.public_key().jwk()] }
}
