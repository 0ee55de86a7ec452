//! The identity provider, as the page needs it: where to sign in, and which origins the page may ask.

use axum::http::HeaderValue;
use serde::Serialize;

/// The identity provider and the page's client there.
#[derive(Debug)]
pub struct SignIn {
    config: Option<SignInConfig>,
    content_security_policy: HeaderValue,
}

/// The settings of the page's sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignInConfig {
    pub issuer: String,
    pub client_id: String,
    /// The scope to ask for: `openid`, and whatever the provider wants for a token of the API and for renewal.
    pub scope: String,
    /// The audience to ask for, where a provider wants it in the request.
    pub audience: Option<String>,
}

impl SignIn {
    /// A page on which nobody can sign in.
    pub fn none() -> SignIn {
        SignIn { config: None, content_security_policy: policy(&[]) }
    }

    /// A page that signs in at a provider. `origin`: the origin of the provider's token endpoint, if it is not the
    /// issuer's.
    pub fn at(config: SignInConfig, origin: Option<&str>) -> SignIn {
        let asked: Vec<&str> = [origin_of(&config.issuer), origin.and_then(origin_of)].into_iter().flatten().collect();
        SignIn { content_security_policy: policy(&asked), config: Some(config) }
    }

    pub fn config(&self) -> Option<&SignInConfig> {
        self.config.as_ref()
    }

    /// Scripts, styles and requests of the page's own origin, requests to the identity provider and the form that signs out
    /// there, and nothing else.
    pub fn content_security_policy(&self) -> &HeaderValue {
        &self.content_security_policy
    }
}

/// The origin of a URL, if it has one that can stand in a policy.
fn origin_of(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_host = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:[]".contains(&b));
    (matches!(scheme, "https" | "http") && is_host).then(|| &url[..scheme.len() + "://".len() + host.len()])
}

fn policy(asked: &[&str]) -> HeaderValue {
    let asked = asked.iter().fold(String::new(), |all, origin| format!("{all} {origin}"));
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'{asked}; \
         font-src 'self'; base-uri 'none'; form-action 'self'{asked}; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_may_ask_the_issuer_and_nobody_else() {
        let connect = |issuer: &str, origin: Option<&str>| {
            let config = SignInConfig {
                issuer: issuer.to_owned(),
                client_id: "c".to_owned(),
                scope: "openid".to_owned(),
                audience: None,
            };
            let policy = SignIn::at(config, origin).content_security_policy().to_str().map(str::to_owned);
            let policy = policy.unwrap_or_else(|_| unreachable!());
            policy.split("; ").find(|part| part.starts_with("connect-src")).map(str::to_owned).unwrap_or_default()
        };
        for (issuer, origin, expected) in [
            ("https://t.eu.auth0.com/", None, "connect-src 'self' https://t.eu.auth0.com"),
            ("http://127.0.0.1:8180/realms/x", None, "connect-src 'self' http://127.0.0.1:8180"),
            (
                "https://cognito-idp.eu-west-3.amazonaws.com/eu-west-3_A",
                Some("https://a.auth.eu-west-3.amazoncognito.com"),
                "connect-src 'self' https://cognito-idp.eu-west-3.amazonaws.com https://a.auth.eu-west-3.amazoncognito.com",
            ),
            ("https://a;script-src *", None, "connect-src 'self'"),
            ("https://", None, "connect-src 'self'"),
            ("data:x", None, "connect-src 'self'"),
        ] {
            assert_eq!(connect(issuer, origin), expected, "{issuer}");
        }
        assert!(
            SignIn::none()
                .content_security_policy()
                .to_str()
                .is_ok_and(|policy| policy.contains("connect-src 'self';"))
        );
    }
}
