//! Tokens. In an account an identity provider signs them, and API Gateway verifies them; here this module does both.
//! RS256 alone, as API Gateway knows no other family.

use crate::secrets;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rules::PartnerId;
use serde_json::{Map, Value, json};
use std::io::{Error, Result};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The key's file in the data folder.
pub const KEY_FILE: &str = "token-key.pk8";
/// The issuer, unless the template's parameter names another.
pub const ISSUER: &str = "https://issuer.local";
/// The audience, unless the template's parameter names another.
pub const AUDIENCE: &str = "all-in-web-dashboard";
/// Time for which the tokens of a run are valid.
pub const LIFETIME: Duration = Duration::from_hours(24);

/// Role of a token's bearer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// Reads and writes everything.
    Admin,
    /// Reads the data of this partner.
    Partner(PartnerId),
}

/// Signs and verifies tokens.
#[derive(Debug)]
pub struct Tokens {
    issuer: String,
    audience: String,
    key: KeyPair,
    /// Id of the key in a token's header.
    key_id: String,
}

impl Tokens {
    /// Reads the key of a data folder, which is made if there is none.
    pub fn first(data: &Path, issuer: &str, audience: &str) -> Result<Tokens> {
        let make = || {
            let key = KeyPair::generate(KeySize::Rsa2048).map_err(Error::other)?;
            Ok(key.as_der().map_err(Error::other)?.as_ref().to_vec())
        };
        Tokens::with_key(&secrets::kept(&data.join(KEY_FILE), make)?, issuer, audience)
    }

    /// Reads the key of a data folder that has one.
    pub fn of(data: &Path, issuer: &str, audience: &str) -> Result<Tokens> {
        Tokens::with_key(&std::fs::read(data.join(KEY_FILE))?, issuer, audience)
    }

    fn with_key(pkcs8: &[u8], issuer: &str, audience: &str) -> Result<Tokens> {
        let key = KeyPair::from_pkcs8(pkcs8).map_err(Error::other)?;
        let key_id = BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, key.public_key().as_ref()));
        Ok(Tokens { issuer: issuer.to_owned(), audience: audience.to_owned(), key, key_id })
    }

    /// Makes a token for a role.
    pub fn mint(&self, role: &Role, lifetime: Duration) -> Result<String> {
        let now = now();
        let mut claims =
            json!({ "iss": self.issuer, "aud": self.audience, "iat": now, "exp": now + lifetime.as_secs() });
        let who = match role {
            Role::Admin => json!({ "sub": "manager", "scope": "admin" }),
            Role::Partner(id) => json!({ "sub": id, "scope": "partner", "partner_id": id }),
        };
        if let (Value::Object(claims), Value::Object(who)) = (&mut claims, who) {
            claims.extend(who);
        }
        self.sign(&json!({ "alg": "RS256", "typ": "JWT", "kid": self.key_id }), &claims)
    }

    /// Signs any header and claims.
    pub fn sign(&self, header: &Value, claims: &Value) -> Result<String> {
        let signed = format!("{}.{}", encoded(header.to_string()), encoded(claims.to_string()));
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(Error::other)?;
        Ok(format!("{signed}.{}", encoded(signature)))
    }

    /// Id of the key in a token's header.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The public key (PKCS #1, DER).
    pub fn public_key(&self) -> &[u8] {
        self.key.public_key().as_ref()
    }

    /// The claims of a token that API Gateway would accept: of this key, issuer and audience, valid from now or
    /// earlier, and not expired.
    pub fn verified(&self, token: &str) -> Option<Map<String, Value>> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let Value::Object(header) = decoded(header)? else { return None };
        let named = |name: &str| header.get(name).and_then(Value::as_str);
        if named("alg") != Some("RS256") || named("kid") != Some(&self.key_id) || header.contains_key("crit") {
            return None;
        }
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?;
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.public_key());
        key.verify(signed.as_bytes(), &signature).ok()?;
        let Value::Object(claims) = decoded(claims)? else { return None };
        self.accepts(&claims, now()).then_some(claims)
    }

    fn accepts(&self, claims: &Map<String, Value>, now: u64) -> bool {
        let has_begun = |name: &str| claims.get(name).is_none_or(|then| then.as_u64().is_some_and(|then| then <= now));
        let is_for_us = match claims.get("aud").or_else(|| claims.get("client_id")) {
            Some(Value::String(one)) => *one == self.audience,
            Some(Value::Array(several)) => several.iter().any(|one| one.as_str() == Some(&self.audience)),
            Some(_) | None => false,
        };
        is_for_us
            && claims.get("iss").and_then(Value::as_str) == Some(&self.issuer)
            && claims.get("exp").and_then(Value::as_u64).is_some_and(|end| now < end)
            && has_begun("nbf")
            && has_begun("iat")
    }
}

/// The scopes of verified claims: of `scope`, or of `scp` if there is none; a text with spaces between them, or a list.
pub fn scopes(claims: &Map<String, Value>) -> Vec<&str> {
    let texts = match claims.get("scope").or_else(|| claims.get("scp")) {
        Some(Value::String(text)) => vec![text.as_str()],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        Some(_) | None => Vec::new(),
    };
    texts.into_iter().flat_map(|text| text.split(' ')).filter(|scope| !scope.is_empty()).collect()
}

/// Claims as API Gateway hands them on: as texts, whatever their type.
pub fn as_texts(claims: Map<String, Value>) -> Map<String, Value> {
    let texts = claims.into_iter().map(|(name, value)| (name, Value::String(text(value))));
    texts.collect()
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        Value::Array(items) => format!("[{}]", items.into_iter().map(text).collect::<Vec<_>>().join(" ")),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn decoded(text: &str) -> Option<Value> {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_checked_to_the_second() {
        let key = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let tokens = Tokens::with_key(key.as_der().unwrap().as_ref(), "https://i", "a").unwrap();
        let good = json!({ "iss": "https://i", "aud": "a", "exp": 100, "nbf": 50, "iat": 50 });
        let accepts = |name: &str, value: Value, now: u64| {
            let mut claims = good.as_object().unwrap().clone();
            claims.insert(name.to_owned(), value);
            tokens.accepts(&claims, now)
        };
        for (now, accepted) in [(49, false), (50, true), (99, true), (100, false)] {
            assert_eq!(accepts("sub", json!("s"), now), accepted, "at {now}");
        }
        for (name, value, accepted) in [
            ("aud", json!(["b", "a"]), true),
            ("aud", json!("b"), false),
            ("aud", json!([]), false),
            ("aud", json!({ "a": "a" }), false),
            ("iss", json!("https://i/"), false),
            ("iss", json!(["https://i"]), false),
            ("exp", json!("100"), false),
            ("exp", json!(1e300), false),
            ("exp", Value::Null, false),
            ("nbf", json!("50"), false),
            ("iat", json!(80), false),
        ] {
            assert_eq!(accepts(name, value.clone(), 70), accepted, "{name} {value}");
        }
        let without = |name: &str| good.as_object().unwrap().clone().into_iter().filter(|(n, _)| n != name).collect();
        assert!(!["iss", "aud", "exp"].into_iter().any(|name| tokens.accepts(&without(name), 70)));
        assert!(tokens.accepts(&without("nbf"), 70) && tokens.accepts(&without("iat"), 70));
    }

    #[test]
    fn scopes_are_of_scope_or_of_scp() {
        let claims = |claims: Value| claims.as_object().unwrap().clone();
        for (given, expected) in [
            (json!({ "scope": "admin partner" }), vec!["admin", "partner"]),
            (json!({ "scope": ["admin", "a b"] }), vec!["admin", "a", "b"]),
            (json!({ "scp": "admin  partner" }), vec!["admin", "partner"]),
            (json!({ "scp": ["admin"] }), vec!["admin"]),
            (json!({ "scope": "partner", "scp": "admin" }), vec!["partner"]),
            (json!({ "scope": "", "scp": "admin" }), vec![]),
            (json!({ "scp": { "admin": true } }), vec![]),
            (json!({ "scp": [1, null] }), vec![]),
            (json!({}), vec![]),
        ] {
            assert_eq!(scopes(&claims(given.clone())), expected, "{given}");
        }
    }

    #[test]
    fn claims_are_handed_on_as_texts() {
        let claims = json!({ "a": "A", "b": 1, "c": ["x", 2], "d": true, "e": null });
        let texts = json!({ "a": "A", "b": "1", "c": "[x 2]", "d": "true", "e": "null" });
        assert_eq!(Value::Object(as_texts(claims.as_object().unwrap().clone())), texts);
    }
}
