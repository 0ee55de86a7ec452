//! Who asks, and what they may read. API Gateway verifies the token and puts its claims into the request's context; they
//! are looked at again here, since a route that was opened by mistake must still give nothing away.
//!
//! Every handler but those of the page takes a [`Caller`] or an [`Admin`].

use crate::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::Extensions;
use axum::http::request::Parts;
use lambda_http::request::RequestContext;
use rules::PartnerId;
use rules::text::Words;
use std::collections::HashMap;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Reads and writes everything.
    Admin,
    /// Reads what is this partner's.
    Partner(PartnerId),
}

/// Somebody who reads and writes everything; everyone else is refused.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Admin;

impl Caller {
    /// Whether what is this partner's may be read. What may not is answered like what is not there.
    pub(crate) fn may_read(&self, partner: &PartnerId) -> bool {
        match self {
            Caller::Admin => true,
            Caller::Partner(own) => own == partner,
        }
    }

    /// From the claims of a verified token; none if they are not of the kinds known here.
    fn of(claims: &HashMap<String, String>) -> Option<Caller> {
        let scopes = claims.get("scope").or_else(|| claims.get("scp")).map_or("", |scopes| without_brackets(scopes));
        let has = |scope: &str| scopes.split(' ').any(|one| one == scope);
        match (has("admin"), has("partner")) {
            (true, false) => Some(Caller::Admin),
            (false, true) => claims.get("partner_id")?.parse().ok().map(Caller::Partner),
            (true, true) | (false, false) => None,
        }
    }
}

/// A claim that was a list arrives as `[openid admin]`: API Gateway hands on texts alone.
fn without_brackets(claim: &str) -> &str {
    claim.strip_prefix('[').and_then(|claim| claim.strip_suffix(']')).unwrap_or(claim)
}

/// Whose request it is, if its claims are of the kinds known here.
pub(crate) fn caller(extensions: &Extensions) -> Option<Caller> {
    claims(extensions).and_then(Caller::of)
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Caller, Problem> {
        let claims = claims(&parts.extensions).ok_or_else(Problem::unauthorized)?;
        Caller::of(claims).ok_or_else(|| {
            Problem::forbidden(Words::new(
                "le jeton ne dit ni admin ni quel partenaire demande",
                "the token says neither admin nor which partner asks",
            ))
        })
    }
}

impl<S: Sync> FromRequestParts<S> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Admin, Problem> {
        match Caller::from_request_parts(parts, state).await? {
            Caller::Admin => Ok(Admin),
            Caller::Partner(_) => Err(Problem::forbidden(Words::new(
                "ceci n'est pas ouvert aux partenaires",
                "this is not open to partners",
            ))),
        }
    }
}

fn claims(extensions: &Extensions) -> Option<&HashMap<String, String>> {
    match extensions.get::<RequestContext>()? {
        RequestContext::ApiGatewayV2(context) => Some(&context.authorizer.as_ref()?.jwt.as_ref()?.claims),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(claims: &[(&str, &str)]) -> Option<Caller> {
        Caller::of(&claims.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn one_known_scope_and_for_partners_an_id() {
        let partner = || Some(Caller::Partner("P-1".parse().ok()?));
        assert_eq!(caller(&[("scope", "admin")]), Some(Caller::Admin));
        assert_eq!(caller(&[("scope", "openid admin profile")]), Some(Caller::Admin));
        assert_eq!(caller(&[("scope", "partner"), ("partner_id", "P-1")]), partner());
        assert_eq!(caller(&[("scope", "openid partner"), ("partner_id", "P-1")]), partner());
    }

    #[test]
    fn scopes_are_a_text_or_a_list_under_either_name() {
        let partner = || Some(Caller::Partner("P-1".parse().ok()?));
        for name in ["scope", "scp"] {
            for scopes in ["admin", "openid admin", "[admin]", "[openid admin]", "[admin openid]"] {
                assert_eq!(caller(&[(name, scopes)]), Some(Caller::Admin), "{name} {scopes}");
            }
            for scopes in ["partner", "[partner]", "[openid partner]"] {
                assert_eq!(caller(&[(name, scopes), ("partner_id", "P-1")]), partner(), "{name} {scopes}");
            }
        }
        // What `scope` says holds, even if it says nothing.
        for scope in ["", "[]", "openid", "[openid]"] {
            assert_eq!(caller(&[("scope", scope), ("scp", "admin")]), None, "{scope}");
        }
        assert_eq!(caller(&[("scope", "partner"), ("scp", "admin"), ("partner_id", "P-1")]), partner());
    }

    #[test]
    fn odd_claims_are_nobody() {
        let odd = [
            "",
            "Admin",
            "ADMIN",
            "admin,",
            "admins",
            "admin:read",
            "admin\t",
            "\u{a0}admin",
            "*",
            "[admin",
            "admin]",
            "[[admin]]",
            "[admin,openid]",
            "[\"admin\"]",
            "[ADMIN]",
            "{admin}",
            "[]",
            "[",
            "]",
            "admin partner",
            "[admin partner]",
        ];
        for scopes in odd {
            for name in ["scope", "scp"] {
                assert_eq!(caller(&[(name, scopes), ("partner_id", "P-1")]), None, "{name} {scopes}");
            }
        }
        assert_eq!(caller(&[]), None);
        assert_eq!(caller(&[("scopes", "admin"), ("Scope", "admin"), ("SCP", "admin")]), None);
        assert_eq!(caller(&[("scope", "partner")]), None);
        for id in ["", " ", "P-1 ", "P-1 P-2", "[P-1]", "P#1", "*", "\u{420}-1", "P-1\0", "../P-1"] {
            assert_eq!(caller(&[("scope", "partner"), ("partner_id", id)]), None, "{id}");
        }
    }

    #[test]
    fn a_partner_reads_its_own_alone() {
        let id = |text: &str| text.parse::<PartnerId>().unwrap_or_else(|_| unreachable!());
        let partner = Caller::Partner(id("P-1"));
        assert!(partner.may_read(&id("P-1")));
        for other in ["P-2", "p-1", "P-11", "P-"] {
            assert!(!partner.may_read(&id(other)), "{other}");
            assert!(Caller::Admin.may_read(&id(other)));
        }
    }
}
