//! Callers and their access. API Gateway verifies the token and puts its claims into the request's context. The claims
//! are checked again here, so that a route opened by mistake still gives nothing away.
//!
//! Every handler but those of the page takes a [`Caller`] or an [`Admin`].

use rules::PartnerId;
use std::collections::HashMap;

/// The caller of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Reads and writes everything.
    Admin,
    /// Reads the data of this partner.
    Partner(PartnerId),
}

/// A manager, with access to read and write everything; other callers are refused.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Admin;

impl Caller {
    /// Permission to read this partner's data. Without it, the answer is that for data that does not exist.
    pub(crate) fn may_read(&self, partner: &PartnerId) -> bool {
        match self {
            Caller::Admin => true,
            Caller::Partner(own) => own == partner,
        }
    }

    /// Reads the claims of a verified token; none if they are not of the kinds known here.
    pub(crate) fn of(claims: &HashMap<String, String>) -> Option<Caller> {
        let scopes = claims.get("scope").or_else(|| claims.get("scp")).map_or("", |scopes| without_brackets(scopes));
        let has = |scope: &str| scopes.split(' ').any(|one| one == scope);
        match (has("admin"), has("partner")) {
            (true, false) => Some(Caller::Admin),
            (false, true) => claims.get("partner_id")?.parse().ok().map(Caller::Partner),
            (true, true) | (false, false) => None,
        }
    }
}

/// Removes the brackets of a claim that was a list: API Gateway hands on texts alone, such as `[openid admin]`.
fn without_brackets(claim: &str) -> &str {
    claim.strip_prefix('[').and_then(|claim| claim.strip_suffix(']')).unwrap_or(claim)
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
        // The claim `scope` has precedence, even if it names no scope.
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
