//! Authorization requests: who asks, and for what (OpenID Connect Core, 3.1.2; RFC 7636).

use super::parameters::Parameters;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use machine::tokens::CLIENT_ID;

/// A request of the page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Authorization {
    pub(super) state: Option<String>,
    pub(super) nonce: Option<String>,
    pub(super) challenge: Challenge,
    pub(super) prompt: Prompt,
}

/// Permission to ask somebody who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prompt {
    /// Nobody may be asked.
    Never,
    /// Whoever is not signed in is asked.
    IfNeeded,
    /// Everybody is asked.
    Always,
}

/// The digest of the secret that the code is given for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Challenge(String);

impl Challenge {
    /// The length of a SHA-256 digest in base64.
    const LENGTH: usize = 43;

    pub(super) fn of(text: &str) -> Option<Challenge> {
        (text.len() == Challenge::LENGTH && text.bytes().all(is_base64)).then(|| Challenge(text.to_owned()))
    }

    /// Compares the challenge with a secret.
    pub(super) fn is_met_by(&self, verifier: &str) -> bool {
        BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes())) == self.0
    }
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// The refusal of a request, by the place where it is told.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// On a page, since it is not sure who asks.
    OnPage(Wrong),
    /// At the client, in the words of the protocol.
    AtClient { error: &'static str, description: &'static str, state: Option<String> },
}

/// A fault of the link that somebody has followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// A parameter is there twice.
    Repeated,
    ClientId,
    RedirectUri,
    /// The address to go to after signing out.
    LogoutUri,
    /// The proof that the page asks to sign out.
    Hint,
    /// The form of another site.
    OtherSite,
    /// The name that somebody has typed.
    Name,
}

/// Reads a request, of a page at `redirect_uri`.
pub(super) fn read(parameters: &Parameters, redirect_uri: &str) -> Result<Authorization, Refusal> {
    if parameters.get("client_id") != Some(CLIENT_ID) {
        return Err(Refusal::OnPage(Wrong::ClientId));
    }
    if parameters.get("redirect_uri") != Some(redirect_uri) {
        return Err(Refusal::OnPage(Wrong::RedirectUri));
    }
    let given = |name: &str| parameters.get(name).map(str::to_owned);
    let (state, nonce) = (given("state"), given("nonce"));
    let refused = |error, description| Refusal::AtClient { error, description, state: state.clone() };
    if parameters.get("response_type") != Some("code") {
        return Err(refused("unsupported_response_type", "response_type must be code"));
    }
    if parameters.get("response_mode").is_some_and(|mode| mode != "query") {
        return Err(refused("invalid_request", "response_mode must be query"));
    }
    if !words(parameters, "scope").any(|scope| scope == "openid") {
        return Err(refused("invalid_scope", "scope must contain openid"));
    }
    let challenge = match (parameters.get("code_challenge_method"), parameters.get("code_challenge")) {
        (Some("S256"), Some(challenge)) => Challenge::of(challenge),
        (Some(_) | None, _) => None,
    };
    let challenge = challenge
        .ok_or_else(|| refused("invalid_request", "code_challenge must be there, and code_challenge_method be S256"))?;
    let prompt = match words(parameters, "prompt").collect::<Vec<_>>()[..] {
        [] => Prompt::IfNeeded,
        ["none"] => Prompt::Never,
        ref several if several.iter().all(|one| ["login", "select_account"].contains(one)) => Prompt::Always,
        _ => return Err(refused("invalid_request", "prompt must be none, login or select_account")),
    };
    Ok(Authorization { state, nonce, challenge, prompt })
}

fn words<'a>(parameters: &'a Parameters, name: &str) -> impl Iterator<Item = &'a str> {
    parameters.get(name).unwrap_or_default().split(' ').filter(|word| !word.is_empty())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const PAGE: &str = "http://127.0.0.1:8080/";
    /// The example of RFC 7636, appendix B.
    pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    const GOOD: [(&str, &str); 8] = [
        ("client_id", CLIENT_ID),
        ("redirect_uri", PAGE),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "s"),
        ("nonce", "n"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];

    /// A good request with another value of one parameter; empty: without it.
    fn with(name: &str, value: &str) -> Result<Authorization, Refusal> {
        let others = GOOD.into_iter().filter(|(known, _)| *known != name);
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(others.chain([(name, value)]));
        read(&Parameters::read(query.finish().as_bytes()).unwrap(), PAGE)
    }

    #[test]
    fn a_request_of_the_page_is_read() {
        let challenge = Challenge(CHALLENGE.to_owned());
        let (state, nonce) = (Some("s".to_owned()), Some("n".to_owned()));
        assert_eq!(
            with("prompt", "").unwrap(),
            Authorization { state, nonce, challenge: challenge.clone(), prompt: Prompt::IfNeeded }
        );
        for (prompt, expected) in [
            ("none", Prompt::Never),
            ("login", Prompt::Always),
            ("select_account", Prompt::Always),
            ("login select_account", Prompt::Always),
        ] {
            assert_eq!(with("prompt", prompt).unwrap().prompt, expected);
        }
        assert_eq!(with("scope", "profile openid").unwrap().state.as_deref(), Some("s"));
        assert!(challenge.is_met_by(VERIFIER) && !challenge.is_met_by(CHALLENGE) && !challenge.is_met_by(""));
    }

    #[test]
    fn who_is_not_known_is_answered_on_a_page_alone() {
        for (name, value, wrong) in [
            ("client_id", "", Wrong::ClientId),
            ("client_id", "other", Wrong::ClientId),
            ("redirect_uri", "", Wrong::RedirectUri),
            ("redirect_uri", "http://127.0.0.1:8080", Wrong::RedirectUri),
            ("redirect_uri", "http://127.0.0.1:8080/try", Wrong::RedirectUri),
            ("redirect_uri", "http://127.0.0.1:8080/?a", Wrong::RedirectUri),
            ("redirect_uri", "http://localhost:8080/", Wrong::RedirectUri),
            ("redirect_uri", "https://evil.example/", Wrong::RedirectUri),
        ] {
            assert_eq!(with(name, value), Err(Refusal::OnPage(wrong)), "{name} {value}");
        }
    }

    #[test]
    fn other_faults_are_told_to_the_page_with_its_state() {
        for (name, value, expected) in [
            ("response_type", "", "unsupported_response_type"),
            ("response_type", "token", "unsupported_response_type"),
            ("response_type", "code id_token", "unsupported_response_type"),
            ("response_mode", "fragment", "invalid_request"),
            ("scope", "", "invalid_scope"),
            ("scope", "openids manager", "invalid_scope"),
            ("code_challenge", "", "invalid_request"),
            ("code_challenge", "short", "invalid_request"),
            ("code_challenge", &"=".repeat(43), "invalid_request"),
            ("code_challenge_method", "", "invalid_request"),
            ("code_challenge_method", "plain", "invalid_request"),
            ("prompt", "none login", "invalid_request"),
            ("prompt", "consent", "invalid_request"),
        ] {
            match with(name, value) {
                Err(Refusal::AtClient { error, state, .. }) => {
                    assert_eq!((error, state.as_deref()), (expected, Some("s")), "{name} {value}");
                }
                other => panic!("{name} {value}: {other:?}"),
            }
        }
    }
}
