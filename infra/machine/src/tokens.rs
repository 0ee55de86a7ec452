//! Tokens of the identity provider on this machine, and the key that signs them. A token says who somebody is; what they may
//! do is in the ledger.

use crate::secrets;
use crate::verification::{Claims, Expected, PublicKey, Unverified, encoded};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::{self, SystemRandom};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use serde_json::{Value, json};
use std::io::{Error, Result};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The key's file in the data folder.
pub const KEY_FILE: &str = "token-key.pk8";
/// The audience, unless the template's parameter names others.
pub const AUDIENCE: &str = "all-in-web-dashboard";
/// The page, as a client of the identity provider.
pub const CLIENT_ID: &str = "all-in-web-page";
/// Lifetime of a token for scripts.
pub const LIFETIME: Duration = Duration::from_hours(24);
/// The path of the identity provider, on the port of the HTTP API.
pub const IDENTITY: &str = "/identity";

/// The issuer that the stack is whose HTTP API has this URL.
pub fn issuer(api_url: &str) -> String {
    format!("{api_url}{IDENTITY}")
}

/// Signs and verifies tokens.
#[derive(Debug)]
pub struct Tokens {
    expected: Expected,
    key: KeyPair,
    public_key: PublicKey,
}

impl Tokens {
    /// Reads the key of a data folder, which is made if there is none.
    pub fn first(data: &Path, issuer: &str, audiences: &[String]) -> Result<Tokens> {
        let make = || {
            let key = KeyPair::generate(KeySize::Rsa2048).map_err(Error::other)?;
            Ok(key.as_der().map_err(Error::other)?.as_ref().to_vec())
        };
        Tokens::with_key(&secrets::kept(&data.join(KEY_FILE), make)?, issuer, audiences)
    }

    /// Reads the key of a data folder that has one.
    pub fn of(data: &Path, issuer: &str, audiences: &[String]) -> Result<Tokens> {
        Tokens::with_key(&std::fs::read(data.join(KEY_FILE))?, issuer, audiences)
    }

    fn with_key(pkcs8: &[u8], issuer: &str, audiences: &[String]) -> Result<Tokens> {
        let key = KeyPair::from_pkcs8(pkcs8).map_err(Error::other)?;
        let id = encoded(digest(&SHA256, key.public_key().as_ref()));
        let public_key = PublicKey::new(id, key.public_key().into());
        let expected = Expected { issuer: issuer.to_owned(), audiences: audiences.to_vec() };
        Ok(Tokens { expected, key, public_key })
    }

    /// The issuer of the tokens.
    pub fn issuer(&self) -> &str {
        &self.expected.issuer
    }

    /// Makes a token for the API, valid from now on.
    pub fn mint(&self, subject: &str, lifetime: Duration) -> Result<String> {
        self.access_token(subject, now(), lifetime)
    }

    /// Makes a token for the API, valid from a time in seconds since 1970. It is for the first of the audiences, and another one
    /// each time (RFC 9068 asks for `jti`): a page that renews a refused token within a second must not get it again.
    pub fn access_token(&self, subject: &str, from: u64, lifetime: Duration) -> Result<String> {
        let mut id = [0; 16];
        rand::fill(&mut id).map_err(Error::other)?;
        self.signed(&json!({
            "iss": self.issuer(),
            "sub": subject,
            "aud": self.expected.audiences.first(),
            "client_id": CLIENT_ID,
            "jti": encoded(id),
            "iat": from,
            "exp": from + lifetime.as_secs(),
        }))
    }

    /// Signs claims.
    pub fn signed(&self, claims: &Value) -> Result<String> {
        self.sign(&json!({ "alg": "RS256", "typ": "JWT", "kid": self.key_id() }), claims)
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
        self.public_key.id()
    }

    /// The key that verifies the tokens.
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The claims of a token of this key, issuer and audience that is valid now.
    pub fn verified(&self, token: &str) -> Option<Claims> {
        self.of_this_key(token).filter(|claims| self.expected.accepts(claims, now()))
    }

    /// The claims of a token that this key has signed, whomever it is for, and even if it has expired.
    pub fn of_this_key(&self, token: &str) -> Option<Claims> {
        Unverified::read(token)?.verified(&self.public_key)
    }
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_who_and_for_whom_and_nothing_about_roles() {
        let folder = std::env::temp_dir().join(format!("tokens-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let audiences = ["a", "b"].map(str::to_owned);
        let tokens = Tokens::first(&folder, "http://i", &audiences).unwrap();
        let claims = tokens.verified(&tokens.mint("manager", LIFETIME).unwrap()).unwrap();
        assert_eq!(claims.keys().collect::<Vec<_>>(), ["aud", "client_id", "exp", "iat", "iss", "jti", "sub"]);
        let one = || tokens.access_token("manager", 1_700_000_000, LIFETIME).unwrap();
        assert_ne!(one(), one(), "another one each time, also within a second");
        assert_eq!((&claims["sub"], &claims["aud"]), (&json!("manager"), &json!("a")));
        assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 24 * 3600);
        // The key stays; whoever has it under another issuer or for another audience is somebody else.
        let kept = |issuer: &str, audience: &str| Tokens::of(&folder, issuer, &[audience.to_owned()]).unwrap();
        assert!(tokens.verified(&kept("http://i", "b").mint("s", LIFETIME).unwrap()).is_some());
        assert!(tokens.verified(&kept("http://i", "c").mint("s", LIFETIME).unwrap()).is_none());
        assert!(tokens.verified(&kept("http://j", "a").mint("s", LIFETIME).unwrap()).is_none());
        let published = PublicKey::of(&tokens.public_key().jwk()).unwrap();
        let token = tokens.mint("s", LIFETIME).unwrap();
        assert!(Unverified::read(&token).unwrap().verified(&published).is_some());
        let expired = tokens.access_token("s", 1000, Duration::from_mins(1)).unwrap();
        assert!(tokens.verified(&expired).is_none() && tokens.of_this_key(&expired).is_some());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
