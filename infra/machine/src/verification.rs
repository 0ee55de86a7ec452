//! Verification of tokens, as API Gateway does it: RS256 alone, a public key by its id, and the claims that say whose the
//! token is, whom it is for, and when.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The claims of a token.
pub type Claims = Map<String, Value>;

/// A public key that verifies RS256.
#[derive(Debug, Clone)]
pub struct PublicKey {
    id: String,
    components: RsaPublicKeyComponents<Vec<u8>>,
}

/// A key as a provider publishes it (RFC 7517); a member that is missing may be any.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Jwk {
    kty: String,
    #[serde(rename = "use")]
    usage: Option<String>,
    alg: Option<String>,
    kid: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

/// The keys that a provider publishes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Jwks {
    pub keys: Vec<Jwk>,
}

impl PublicKey {
    pub(crate) fn new(id: String, components: RsaPublicKeyComponents<Vec<u8>>) -> PublicKey {
        PublicKey { id, components }
    }

    /// The id by which tokens name the key.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The key as it is published.
    pub fn jwk(&self) -> Jwk {
        let RsaPublicKeyComponents { n, e } = &self.components;
        let [kty, usage, alg] = ["RSA", "sig", "RS256"].map(str::to_owned);
        let (n, e) = (Some(encoded(n)), Some(encoded(e)));
        Jwk { kty, usage: Some(usage), alg: Some(alg), kid: Some(self.id.clone()), n, e }
    }

    /// The key that a provider publishes; none: it is one of another kind, or for another use.
    pub fn of(jwk: &Jwk) -> Option<PublicKey> {
        let is_ours = jwk.kty == "RSA"
            && jwk.usage.as_deref().is_none_or(|usage| usage == "sig")
            && jwk.alg.as_deref().is_none_or(|alg| alg == "RS256");
        let number = |text: &Option<String>| BASE64_URL_SAFE_NO_PAD.decode(text.as_ref()?).ok();
        let id = jwk.kid.clone().filter(|_| is_ours)?;
        Some(PublicKey::new(id, RsaPublicKeyComponents { n: number(&jwk.n)?, e: number(&jwk.e)? }))
    }
}

/// A token that says RS256, not verified yet.
#[derive(Debug)]
pub struct Unverified<'a> {
    key_id: String,
    /// The part that is signed: header and claims.
    signed: &'a str,
    claims: &'a str,
    signature: Vec<u8>,
}

impl Unverified<'_> {
    /// Reads a token; none: it is none that API Gateway would verify.
    pub fn read(token: &str) -> Option<Unverified<'_>> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let Value::Object(header) = decoded(header)? else { return None };
        let named = |name: &str| header.get(name).and_then(Value::as_str);
        if named("alg") != Some("RS256") || header.contains_key("crit") {
            return None;
        }
        let key_id = named("kid")?.to_owned();
        Some(Unverified { key_id, signed, claims, signature: BASE64_URL_SAFE_NO_PAD.decode(signature).ok()? })
    }

    /// The id of the key that the token names.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The claims, if this key signed them.
    pub fn verified(&self, key: &PublicKey) -> Option<Claims> {
        if key.id != self.key_id {
            return None;
        }
        key.components.verify(&RSA_PKCS1_2048_8192_SHA256, self.signed.as_bytes(), &self.signature).ok()?;
        match decoded(self.claims)? {
            Value::Object(claims) => Some(claims),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
        }
    }
}

/// The issuer and the audiences of accepted tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    pub issuer: String,
    /// Of these a token names at least one.
    pub audiences: Vec<String>,
}

impl Expected {
    /// Checks claims as API Gateway does, at a time in seconds since 1970: of this issuer, for one of these audiences, valid
    /// from now or earlier, and not expired.
    pub fn accepts(&self, claims: &Claims, now: u64) -> bool {
        let is_ours = |audience: &str| self.audiences.iter().any(|ours| ours == audience);
        let has_begun = |name: &str| claims.get(name).is_none_or(|then| then.as_u64().is_some_and(|then| then <= now));
        let is_for_us = match claims.get("aud").or_else(|| claims.get("client_id")) {
            Some(Value::String(one)) => is_ours(one),
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).any(is_ours),
            Some(_) | None => false,
        };
        is_for_us
            && claims.get("iss").and_then(Value::as_str) == Some(&self.issuer)
            && claims.get("exp").and_then(Value::as_u64).is_some_and(|end| now < end)
            && has_begun("nbf")
            && has_begun("iat")
    }
}

/// Claims as API Gateway hands them on: as texts, whatever their type.
pub fn as_texts(claims: Claims) -> Claims {
    let texts = claims.into_iter().map(|(name, value)| (name, Value::String(text(value))));
    texts.collect()
}

fn text(value: Value) -> String {
    let words = |words: Vec<String>| words.join(" ");
    match value {
        Value::String(text) => text,
        Value::Array(items) => format!("[{}]", words(items.into_iter().map(text).collect())),
        Value::Object(members) => {
            let member = |(name, value)| format!("{name}:{}", text(value));
            format!("map[{}]", words(members.into_iter().map(member).collect()))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// Base64 for URLs.
pub(crate) fn encoded(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn decoded(text: &str) -> Option<Value> {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn claims_are_checked_to_the_second() {
        let expected = Expected { issuer: "https://i".to_owned(), audiences: vec!["a".to_owned(), "c".to_owned()] };
        let good = json!({ "iss": "https://i", "aud": "a", "exp": 100, "nbf": 50, "iat": 50 });
        let accepts = |name: &str, value: Value, now: u64| {
            let mut claims = good.as_object().unwrap().clone();
            claims.insert(name.to_owned(), value);
            expected.accepts(&claims, now)
        };
        for (now, accepted) in [(49, false), (50, true), (99, true), (100, false)] {
            assert_eq!(accepts("sub", json!("s"), now), accepted, "at {now}");
        }
        for (name, value, accepted) in [
            ("aud", json!(["b", "a"]), true),
            ("aud", json!("c"), true),
            ("aud", json!(["c", "a"]), true),
            ("aud", json!("a c"), false),
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
        assert!(!["iss", "aud", "exp"].into_iter().any(|name| expected.accepts(&without(name), 70)));
        assert!(expected.accepts(&without("nbf"), 70) && expected.accepts(&without("iat"), 70));
        let mut of_client: Claims = without("aud");
        of_client.insert("client_id".to_owned(), json!("c"));
        assert!(expected.accepts(&of_client, 70), "without an audience, the client stands for it");
    }

    #[test]
    fn of_a_providers_keys_those_for_rs256_are_read() {
        let read = |jwk: Value| PublicKey::of(&serde_json::from_value(jwk).unwrap()).map(|key| key.id);
        let good =
            json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "k", "n": "AQAB", "e": "AQAB", "x5c": ["x"] });
        let with = |name: &str, value: Value| {
            let mut jwk = good.clone();
            jwk[name] = value;
            read(jwk)
        };
        assert_eq!(read(good.clone()).as_deref(), Some("k"));
        for (name, value, is_read) in [
            ("use", Value::Null, true),
            ("alg", Value::Null, true),
            ("use", json!("enc"), false),
            ("alg", json!("RSA-OAEP"), false),
            ("alg", json!("RS512"), false),
            ("kty", json!("EC"), false),
            ("kid", Value::Null, false),
            ("n", Value::Null, false),
            ("e", json!("?"), false),
        ] {
            assert_eq!(with(name, value.clone()).is_some(), is_read, "{name} {value}");
        }
    }

    #[test]
    fn claims_are_handed_on_as_texts() {
        let handed_on = |claims: &Value| Value::Object(as_texts(claims.as_object().unwrap().clone()));
        let claims = json!({ "a": "A", "b": 1, "c": ["x", 2], "d": true, "e": null, "f": { "g": [], "h": "i" } });
        let texts = json!({ "a": "A", "b": "1", "c": "[x 2]", "d": "true", "e": "null", "f": "map[g:[] h:i]" });
        assert_eq!(handed_on(&claims), texts);
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/tokens");
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            let token: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            assert_eq!(handed_on(&token["claims"]), token["handed_on"], "{}", path.display());
        }
    }
}
