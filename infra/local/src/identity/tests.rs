//! The provider as a browser and the page meet it.

use super::*;
use authorization::tests::{CHALLENGE, VERIFIER};
use axum::body::to_bytes;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const API: &str = "http://127.0.0.1:8080";
const ISSUER: &str = "http://127.0.0.1:8080/identity";

/// A browser with its cookie, at a provider, at a time.
struct Browser {
    provider: Provider,
    cookie: Option<String>,
    headers: HeaderMap,
    now: i64,
}

struct Shown {
    status: u16,
    headers: HeaderMap,
    text: String,
    json: Value,
}

impl Shown {
    /// The address to which the browser is led, and its parameters.
    fn led_to(&self) -> (String, BTreeMap<String, String>) {
        assert_eq!(self.status, 303, "{}", self.text);
        let location = self.headers[header::LOCATION].to_str().unwrap();
        let (address, query) = location.split_once('?').unwrap_or((location, ""));
        (address.to_owned(), form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }
}

impl Browser {
    fn new() -> Browser {
        let audiences = [crate::tokens::AUDIENCE.to_owned()];
        let tokens = Tokens::first(tempfile::tempdir().unwrap().path(), ISSUER, &audiences).unwrap();
        Browser { provider: Provider::new(API, Arc::new(tokens)), cookie: None, headers: HeaderMap::new(), now: 1000 }
    }

    async fn ask(&mut self, method: Method, target: &str, body: &str) -> Option<Shown> {
        let mut headers = self.headers.clone();
        if let Some(cookie) = &self.cookie {
            headers.insert(header::COOKIE, format!("other=1; {cookie}").parse().unwrap());
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let request = Request { method: &method, path, query, headers: &headers, body: body.as_bytes() };
        let answer = self.provider.answer(request, Timestamp::from_second(self.now).unwrap())?;
        let (parts, body) = answer.into_parts();
        if let Some(set) = parts.headers.get(header::SET_COOKIE) {
            let set = set.to_str().unwrap();
            assert!(set.contains("; Path=/identity; HttpOnly; SameSite=Lax"), "{set}");
            let pair = set.split(';').next().unwrap().to_owned();
            self.cookie = (!set.contains("Max-Age=0")).then_some(pair);
        }
        let text = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Some(Shown { status: parts.status.as_u16(), headers: parts.headers, text, json })
    }

    async fn get(&mut self, target: &str) -> Shown {
        self.ask(Method::GET, target, "").await.unwrap()
    }

    async fn post(&mut self, target: &str, form: &[(&str, &str)]) -> Shown {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.ask(Method::POST, target, &form).await.unwrap()
    }

    /// Exchanges a code.
    async fn exchange(&mut self, code: &str) -> Shown {
        let page = format!("{API}/");
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", CLIENT_ID),
            ("redirect_uri", &page),
            ("code", code),
            ("code_verifier", VERIFIER),
        ];
        self.post("/token", &form).await
    }

    async fn renew(&mut self, refresh_token: &str) -> Shown {
        let form = [("grant_type", "refresh_token"), ("client_id", CLIENT_ID), ("refresh_token", refresh_token)];
        self.post("/token", &form).await
    }
}

/// The query of the page's request.
fn query(prompt: &str) -> String {
    let page = format!("{API}/");
    let parameters = [
        ("client_id", CLIENT_ID),
        ("redirect_uri", &page),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "s&="),
        ("nonce", "n"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("prompt", prompt),
    ];
    form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish()
}

fn authorize(prompt: &str) -> String {
    format!("/authorize?{}", query(prompt))
}

fn claims(token: &Value) -> Value {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    let claims = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

#[tokio::test]
async fn whoever_is_chosen_is_signed_in_silently_from_then_on() {
    let mut browser = Browser::new();
    let (address, answer) = browser.get(&authorize("none")).await.led_to();
    assert_eq!((address.as_str(), answer["error"].as_str()), ("http://127.0.0.1:8080/", "login_required"));
    assert_eq!((answer["state"].as_str(), answer["iss"].as_str()), ("s&=", ISSUER));

    let chosen = browser.post("/", &[("subject", "accountant")]).await;
    assert_eq!(chosen.led_to(), ("http://127.0.0.1:8080/".to_owned(), BTreeMap::new()));
    let (_, answer) = browser.get(&authorize("none")).await.led_to();
    assert_eq!(answer.keys().collect::<Vec<_>>(), ["code", "iss", "state"]);
    assert_eq!((answer["state"].as_str(), answer["iss"].as_str()), ("s&=", ISSUER));
    let answer = browser.exchange(&answer["code"]).await;
    assert_eq!((answer.status, &answer.headers[header::CACHE_CONTROL]), (200, &HeaderValue::from_static("no-store")));
    assert_eq!((&answer.json["token_type"], &answer.json["expires_in"]), (&json!("Bearer"), &json!(600)));
    let id = json!({"iss": ISSUER, "sub": "accountant", "aud": CLIENT_ID, "iat": 1000, "exp": 1600, "nonce": "n"});
    assert_eq!(claims(&answer.json["id_token"]), id);
    let access = json!({
        "iss": ISSUER, "sub": "accountant", "aud": "all-in-web-dashboard", "client_id": CLIENT_ID, "iat": 1000, "exp": 1600,
    });
    let mut given = claims(&answer.json["access_token"]);
    // Its own id is another one each time.
    assert!(given.as_object_mut().unwrap().remove("jti").is_some());
    assert_eq!(given, access);

    // A day later the browser is asked again.
    browser.now += 24 * 3600;
    let (_, answer) = browser.get(&authorize("none")).await.led_to();
    assert_eq!(answer["error"], "login_required");
}

#[tokio::test]
async fn the_page_of_people_goes_on_with_what_was_asked() {
    let mut browser = Browser::new();
    browser.post("/", &[("subject", "manager")]).await;
    for prompt in ["login", "select_account"] {
        let shown = browser.get(&authorize(prompt)).await;
        assert_eq!(shown.status, 200, "{prompt}: whoever is signed in can become somebody else");
        let target = format!("action=\"/identity/?{}\"", query(prompt).replace('&', "&amp;"));
        assert!(shown.text.contains(&target), "{}", shown.text);
    }
    let before = browser.cookie.clone();
    let chosen = browser.post(&format!("/?{}", query("login")), &[("subject", " Zoé ")]).await;
    assert_ne!(browser.cookie, before, "another session");
    let (_, answer) = chosen.led_to();
    let tokens = browser.exchange(&answer["code"]).await;
    assert_eq!(claims(&tokens.json["access_token"])["sub"], "Zo%C3%A9");
    // The session of before has ended.
    browser.cookie = before;
    assert_eq!(browser.get(&authorize("none")).await.led_to().1["error"], "login_required");
}

#[tokio::test]
async fn tokens_are_renewed_until_a_refresh_token_comes_twice_or_somebody_signs_out() {
    let mut browser = Browser::new();
    let chosen = browser.post(&format!("/?{}", query("login")), &[("subject", "manager")]).await;
    let code = chosen.led_to().1["code"].clone();
    let first = browser.exchange(&code).await.json;
    browser.now += 540;
    let second = browser.renew(first["refresh_token"].as_str().unwrap()).await.json;
    assert_eq!(claims(&second["access_token"])["exp"], 1540 + 600);
    assert_eq!(second.get("id_token"), None);
    let used = browser.renew(first["refresh_token"].as_str().unwrap()).await;
    assert_eq!((used.status, &used.json["error"]), (400, &json!("invalid_grant")));
    let ended = browser.renew(second["refresh_token"].as_str().unwrap()).await;
    assert_eq!(ended.json["error"], "invalid_grant");

    let code = browser.get(&authorize("none")).await.led_to().1["code"].clone();
    let tokens = browser.exchange(&code).await.json;
    let hint = tokens["id_token"].as_str().unwrap().to_owned();
    browser.now += 3600;
    let page = "http://127.0.0.1:8080/";
    let out = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", page), ("state", "x")];
    let out = browser.post("/logout", &out).await;
    let (address, parameters) = out.led_to();
    assert_eq!((address.as_str(), parameters["state"].as_str()), ("http://127.0.0.1:8080/", "x"));
    assert_eq!(browser.cookie, None);
    let after = browser.renew(tokens["refresh_token"].as_str().unwrap()).await;
    assert_eq!(after.json["error"], "invalid_grant", "the renewal ended with the session");
    assert_eq!(browser.get(&authorize("none")).await.led_to().1["error"], "login_required");
}

#[tokio::test]
async fn a_link_that_is_wrong_is_told_on_a_page_and_leads_nowhere() {
    let mut browser = Browser::new();
    browser.post("/", &[("subject", "manager")]).await;
    let session = browser.cookie.clone();
    let foreign = Browser::new().provider.tokens.signed(&json!({"iss": ISSUER, "aud": CLIENT_ID})).unwrap();
    let access = browser.provider.tokens.mint("manager", crate::tokens::LIFETIME).unwrap();
    for (target, said) in [
        (authorize("none").replace("8080", "8081"), "redirect_uri must be exactly http://127.0.0.1:8080/"),
        (authorize("none").replace(CLIENT_ID, "other"), "client_id must be all-in-web-page"),
        (format!("{}&state=again", authorize("none")), "is there twice"),
        ("/authorize".to_owned(), "client_id must be"),
        ("/logout".to_owned(), "id_token_hint or client_id must be"),
        ("/logout?client_id=other".to_owned(), "id_token_hint or client_id must be"),
        (format!("/logout?id_token_hint={foreign}"), "id_token_hint or client_id must be"),
        (format!("/logout?id_token_hint={access}&client_id={CLIENT_ID}"), "id_token_hint or client_id must be"),
        (
            format!("/logout?client_id={CLIENT_ID}&post_logout_redirect_uri=https://evil.example/"),
            "post_logout_redirect_uri must be exactly http://127.0.0.1:8080/",
        ),
    ] {
        let shown = browser.get(&target).await;
        assert_eq!((shown.status, shown.headers.get(header::LOCATION)), (400, None), "{target}");
        assert!(shown.text.contains(said), "{target}: {}", shown.text);
        assert_eq!(browser.cookie, session, "{target}");
    }
    for (subject, status) in [("", 400), (" ", 400), (&*"é".repeat(60), 400), ("zoe", 303)] {
        assert_eq!(browser.post("/", &[("subject", subject)]).await.status, status, "{subject:?}");
    }
    browser.cookie = None;
    for (origin, status) in [("https://evil.example", 400), ("null", 400), (API, 303)] {
        browser.headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        let chosen = browser.post("/", &[("subject", "manager")]).await;
        assert_eq!((chosen.status, browser.cookie.is_some()), (status, status == 303), "{origin}");
    }
}

#[tokio::test]
async fn the_token_endpoint_refuses_in_the_words_of_the_protocol() {
    let mut browser = Browser::new();
    browser.post("/", &[("subject", "manager")]).await;
    let page = "http://127.0.0.1:8080/";
    let code = browser.get(&authorize("none")).await.led_to().1["code"].clone();
    let good = [
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT_ID),
        ("redirect_uri", page),
        ("code", &code),
        ("code_verifier", VERIFIER),
    ];
    for (name, value, error) in [
        ("grant_type", "password", "unsupported_grant_type"),
        ("grant_type", "", "unsupported_grant_type"),
        ("client_id", "other", "invalid_client"),
        ("redirect_uri", "http://127.0.0.1:8080/try", "invalid_grant"),
        ("code", "", "invalid_request"),
        ("code", "other", "invalid_grant"),
        ("code_verifier", "", "invalid_request"),
    ] {
        let form = good.map(|(known, given)| (known, if known == name { value } else { given }));
        let answer = browser.post("/token", &form).await;
        assert_eq!((answer.status, &answer.json["error"]), (400, &json!(error)), "{name} {value}");
    }
    let twice = [good.as_slice(), &[("code", "c")]].concat();
    assert_eq!(browser.post("/token", &twice).await.json["error"], "invalid_request");
    assert_eq!(browser.exchange(&code).await.status, 200);
    assert_eq!(browser.exchange(&code).await.json["error"], "invalid_grant");
}

#[tokio::test]
async fn the_provider_describes_itself_and_its_key_verifies_its_tokens() {
    let mut browser = Browser::new();
    let described = browser.get("/.well-known/openid-configuration").await.json;
    assert_eq!(described["issuer"], ISSUER);
    for (name, path) in [
        ("authorization_endpoint", "/authorize"),
        ("token_endpoint", "/token"),
        ("jwks_uri", "/keys"),
        ("end_session_endpoint", "/logout"),
    ] {
        assert_eq!(described[name], format!("{ISSUER}{path}"));
    }
    let keys = browser.get("/keys").await.json;
    let key = machine::verification::PublicKey::of(&serde_json::from_value(keys["keys"][0].clone()).unwrap()).unwrap();
    let token = browser.provider.tokens.mint("s", crate::tokens::LIFETIME).unwrap();
    assert!(machine::verification::Unverified::read(&token).unwrap().verified(&key).is_some());
    for (method, target) in [
        (Method::POST, "/authorize"),
        (Method::GET, "/token"),
        (Method::DELETE, "/logout"),
        (Method::GET, "/nothing"),
        (Method::GET, "ies"),
    ] {
        assert!(browser.ask(method, target, "").await.is_none(), "{target}");
    }
}

#[tokio::test]
async fn the_people_are_shown_in_the_browsers_language() {
    let mut browser = Browser::new();
    let shown = browser.get("/").await;
    assert!(shown.text.contains("The partner manager") && shown.text.contains("The accountant"), "{}", shown.text);
    assert!(!shown.text.contains("value=\"partner\""), "no partner has a member yet");
    browser.provider.show_partner("Loire & Code");
    browser.headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static("fr-FR,en;q=0.5"));
    let shown = browser.get("/").await;
    for text in ["<html lang=\"fr\">", "Un membre de Loire &amp; Code", "Le comptable", "value=\"partner\""] {
        assert!(shown.text.contains(text), "{text} in {}", shown.text);
    }
    let policy = shown.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'self';") && policy.contains("form-action 'self'"));
    assert!(!shown.text.contains("<script") && !shown.text.contains("style="));
    assert_eq!(browser.get("/identity.css").await.headers[header::CONTENT_TYPE], "text/css; charset=utf-8");
}
