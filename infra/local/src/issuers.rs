//! The issuers whose tokens the HTTP API accepts: this stack itself, and the one that `TokenIssuer` names instead for the page.

use crate::client::{ClientError, Http};
use crate::tokens::Tokens;
use axum::http::Uri;
use jiff::{SignedDuration, Timestamp};
use machine::verification::{Claims, Expected, Jwks, PublicKey, Unverified};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use tokio::sync::Mutex;

/// The hosts that only this machine answers for.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];
/// The time for which no keys are fetched again: tokens with invented keys cost the provider nothing.
const PAUSE: SignedDuration = SignedDuration::from_mins(1);

/// The issuers whose tokens are accepted.
#[derive(Debug)]
pub struct Issuers {
    own: Arc<Tokens>,
    other: Option<OtherIssuer>,
}

/// An identity provider that this machine does not run.
#[derive(Debug)]
struct OtherIssuer {
    expected: Expected,
    keys: Http,
    known: Mutex<Known>,
}

/// The keys that a provider has published.
#[derive(Debug)]
struct Known {
    keys: Vec<PublicKey>,
    asked_at: Timestamp,
}

/// A provider whose tokens cannot be verified.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    #[error(
        "{url} is not an http address of this machine: the local stack fetches no keys over https, nor from elsewhere; give a \
         TokenIssuer such as http://127.0.0.1:8180/realms/all-in-web"
    )]
    NotHere { url: String },
    #[error("the provider of TokenIssuer must run before the stack starts")]
    Silent(#[from] ClientError),
    #[error("{url} answers {status} in place of the provider's JSON: is TokenIssuer right?")]
    Odd { url: String, status: u16 },
    #[error("TokenIssuer is {expected}, but the provider there names itself {named}: give that name")]
    Other { expected: String, named: String },
}

/// The needed part of a provider's description.
#[derive(Deserialize)]
struct Described {
    issuer: String,
    jwks_uri: String,
}

impl Issuers {
    /// This stack, and the issuer of accepted tokens if it is another.
    pub async fn of(own: Arc<Tokens>, expected: Expected, now: Timestamp) -> Result<Issuers, IssuerError> {
        let is_own = expected.issuer == own.issuer();
        let other = if is_own { None } else { Some(OtherIssuer::found(expected, now).await?) };
        Ok(Issuers { own, other })
    }

    /// The claims of a token that is good.
    pub(crate) async fn verified(&self, token: &str, now: Timestamp) -> Option<Claims> {
        if let Some(claims) = self.own.verified(token) {
            return Some(claims);
        }
        self.other.as_ref()?.verified(token, now).await
    }
}

impl OtherIssuer {
    async fn found(expected: Expected, now: Timestamp) -> Result<OtherIssuer, IssuerError> {
        let description = format!("{}/.well-known/openid-configuration", expected.issuer.trim_end_matches('/'));
        let Described { issuer, jwks_uri } = fetched(&here(&description)?, &description).await?;
        if issuer != expected.issuer {
            return Err(IssuerError::Other { expected: expected.issuer, named: issuer });
        }
        let keys = here(&jwks_uri)?;
        let known = Known { keys: published(&keys, &jwks_uri).await?, asked_at: now };
        Ok(OtherIssuer { expected, keys, known: Mutex::new(known) })
    }

    async fn verified(&self, token: &str, now: Timestamp) -> Option<Claims> {
        let token = Unverified::read(token)?;
        let key = self.key(token.key_id(), now).await?;
        let seconds = u64::try_from(now.as_second()).ok()?;
        token.verified(&key).filter(|claims| self.expected.accepts(claims, seconds))
    }

    /// A key that the provider publishes. It is asked again for one that is new, once in a while.
    async fn key(&self, id: &str, now: Timestamp) -> Option<PublicKey> {
        let mut known = self.known.lock().await;
        let found = |known: &Known| known.keys.iter().find(|key| key.id() == id).cloned();
        if let Some(key) = found(&known) {
            return Some(key);
        }
        if now.duration_since(known.asked_at) < PAUSE {
            return None;
        }
        known.asked_at = now;
        match published(&self.keys, &self.expected.issuer).await {
            Ok(keys) => known.keys = keys,
            Err(error) => eprintln!("the keys of TokenIssuer: {}", runtime::chain(&error)),
        }
        found(&known)
    }
}

/// A client of an http address of this machine.
fn here(url: &str) -> Result<Http, IssuerError> {
    let is_here = url
        .parse::<Uri>()
        .is_ok_and(|uri| uri.scheme_str() == Some("http") && uri.host().is_some_and(|host| LOOPBACK.contains(&host)));
    if is_here { Ok(Http::new(url)) } else { Err(IssuerError::NotHere { url: url.to_owned() }) }
}

async fn published(keys: &Http, url: &str) -> Result<Vec<PublicKey>, IssuerError> {
    let Jwks { keys } = fetched(keys, url).await?;
    Ok(keys.iter().filter_map(PublicKey::of).collect())
}

async fn fetched<T: DeserializeOwned>(at: &Http, url: &str) -> Result<T, IssuerError> {
    let answer = at.get("").await?;
    let read = (answer.status == 200).then(|| serde_json::from_slice(&answer.body).ok()).flatten();
    read.ok_or_else(|| IssuerError::Odd { url: url.to_owned(), status: answer.status })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Json, Router, routing::get};
    use serde_json::{Value, json};
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// A provider: its keys, which may change, and how often it was asked for them.
    #[derive(Default)]
    struct Provider {
        keys: Mutex<Vec<Value>>,
        asked: AtomicUsize,
    }

    impl Provider {
        fn publish(&self, tokens: &[&Tokens]) {
            let keys = tokens.iter().map(|tokens| serde_json::to_value(tokens.public_key().jwk()).unwrap());
            // Providers publish keys for other uses beside them.
            let other =
                json!({"kty": "RSA", "use": "enc", "alg": "RSA-OAEP", "kid": "other", "n": "AQAB", "e": "AQAB"});
            *self.keys.lock().unwrap() =
                [other, json!({"kty": "EC", "crv": "P-256", "x": "", "y": ""})].into_iter().chain(keys).collect();
        }

        /// Starts it; gives its issuer.
        async fn start(self: &Arc<Self>) -> String {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let issuer = format!("http://{}/realms/x", listener.local_addr().unwrap());
            let described = json!({"issuer": issuer, "jwks_uri": format!("{issuer}/certs"), "token_endpoint": "x"});
            let provider = Arc::clone(self);
            let certs = get(async move || {
                provider.asked.fetch_add(1, Ordering::SeqCst);
                Json(json!({ "keys": *provider.keys.lock().unwrap() }))
            });
            let app = Router::new()
                .route("/realms/x/.well-known/openid-configuration", get(async move || Json(described)))
                .route("/realms/x/certs", certs);
            tokio::spawn(async { axum::serve(listener, app).await.unwrap() });
            issuer
        }
    }

    fn key_of(issuer: &str) -> Tokens {
        Tokens::first(tempfile::tempdir().unwrap().path(), issuer, &["a".to_owned()]).unwrap()
    }

    fn expected(issuer: &str) -> Expected {
        Expected { issuer: issuer.to_owned(), audiences: ["b", "a"].map(str::to_owned).into() }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[tokio::test]
    async fn tokens_of_another_provider_are_verified_with_its_keys() {
        let provider = Arc::new(Provider::default());
        let issuer = provider.start().await;
        let (first, second, own) = (key_of(&issuer), key_of(&issuer), Arc::new(key_of("http://own")));
        provider.publish(&[&first]);
        let issuers = Issuers::of(Arc::clone(&own), expected(&issuer), at(1000)).await.unwrap();
        let token =
            |tokens: &Tokens, from: u64| tokens.access_token("s", from, std::time::Duration::from_secs(1000)).unwrap();
        let verified = async |token: &str, now: i64| issuers.verified(token, at(now)).await.is_some();
        assert!(verified(&token(&first, 1000), 1000).await);
        assert!(!verified(&token(&first, 1000), 2000).await, "it has expired");
        assert!(!verified(&token(&first, 1001), 1000).await, "it is not valid yet");
        let elsewhere = first.signed(&json!({"iss": "http://else", "aud": "a", "exp": 2000})).unwrap();
        assert!(!verified(&elsewhere, 1000).await);
        assert!(verified(&own.mint("s", crate::tokens::LIFETIME).unwrap(), 1000).await, "the stack's own are good too");
        assert_eq!(provider.asked.load(Ordering::SeqCst), 1);

        // A new key: it is asked for after a minute, and once.
        provider.publish(&[&first, &second]);
        assert!(!verified(&token(&second, 1000), 1059).await);
        assert_eq!(provider.asked.load(Ordering::SeqCst), 1);
        assert!(verified(&token(&second, 1000), 1060).await);
        assert_eq!(provider.asked.load(Ordering::SeqCst), 2);
        let unknown = key_of(&issuer);
        for now in [1061, 1070, 1119] {
            assert!(!verified(&token(&unknown, 1000), now).await);
        }
        assert_eq!(provider.asked.load(Ordering::SeqCst), 2);
        // A key that the provider has taken back is good no longer, once it was asked again.
        provider.publish(&[&second]);
        assert!(verified(&token(&first, 1000), 1119).await);
        assert!(!verified(&token(&unknown, 1000), 1120).await);
        assert!(!verified(&token(&first, 1000), 1121).await);
    }

    #[tokio::test]
    async fn a_provider_that_cannot_be_used_is_refused_at_the_start() {
        let provider = Arc::new(Provider::default());
        let issuer = provider.start().await;
        let refused = async |issuer: &str| {
            let own = Arc::new(key_of("http://own"));
            let error = Issuers::of(own, expected(issuer), at(0)).await.unwrap_err();
            runtime::chain(&error)
        };
        for (issuer, said) in [
            ("https://issuer.example".to_owned(), "fetches no keys over https"),
            ("http://issuer.example:80/".to_owned(), "is not an http address of this machine"),
            ("http://127.0.0.1.example/".to_owned(), "is not an http address of this machine"),
            (format!("{issuer}/"), "names itself"),
            (format!("{issuer}/none"), "answers 404"),
            ("http://127.0.0.1:9".to_owned(), "must run before the stack starts: http://127.0.0.1:9/.well-known"),
        ] {
            let error = refused(&issuer).await;
            assert!(error.contains(said), "{error}");
        }
    }
}
