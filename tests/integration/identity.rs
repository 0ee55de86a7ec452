//! Signing in over HTTP, at the stack's own identity provider and at another.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use harness::running::Running;
use local::client::{Answer, Http};
use local::tokens::{CLIENT_ID, LIFETIME};
use serde_json::Value;

const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters";

/// A browser at a stack: its cookie, and where it is led.
struct Browser {
    http: Http,
    page: String,
    cookie: String,
}

impl Browser {
    async fn send(&mut self, method: &str, path: &str, form: &str) -> Answer {
        let headers = [("cookie", self.cookie.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        let answer = self.http.send(method.parse().unwrap(), path, &headers, form.to_owned()).await.unwrap();
        if let Some(set) = answer.headers.get("set-cookie") {
            self.cookie = set.to_str().unwrap().split(';').take(1).collect();
        }
        answer
    }

    /// The parameter with which the provider leads back to the page.
    async fn authorized(&mut self, name: &str) -> Option<String> {
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()));
        let page = self.page.replace(':', "%3A").replace('/', "%2F");
        let query = format!(
            "client_id={CLIENT_ID}&redirect_uri={page}&response_type=code&scope=openid&state=s&nonce=n&prompt=none\
             &code_challenge={challenge}&code_challenge_method=S256"
        );
        let answer = self.send("GET", &format!("/identity/authorize?{query}"), "").await;
        let location = answer.headers["location"].to_str().unwrap();
        let (page, query) = location.split_once('?').unwrap();
        assert_eq!(page, self.page);
        query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned)
    }

    /// The tokens of whoever is signed in.
    async fn tokens(&mut self) -> Value {
        let code = self.authorized("code").await.unwrap();
        let form = format!(
            "grant_type=authorization_code&client_id={CLIENT_ID}&redirect_uri={}&code={code}&code_verifier={VERIFIER}",
            self.page
        );
        self.send("POST", "/identity/token", &form).await.json
    }
}

fn browser(running: &Running) -> Browser {
    let page = format!("{}/", running.stack.api_url);
    Browser { http: running.api_with(None), page, cookie: String::new() }
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_browser_chose_to_be_has_the_access_of_its_role() {
    let running = Running::start().await;
    let mut browser = browser(&running);
    assert_eq!(browser.authorized("error").await.as_deref(), Some("login_required"));
    let people = browser.send("GET", "/identity/", "").await;
    assert!(people.status == 200 && people.text.contains("value=\"accountant\""), "{}", people.text);
    assert!(browser.send("GET", "/identity/identity.css", "").await.status == 200);
    for (subject, status) in [("manager", 200), ("accountant", 200), ("zoe", 403)] {
        assert_eq!(browser.send("POST", "/identity/", &format!("subject={subject}")).await.status, 303);
        let tokens = browser.tokens().await;
        let access = tokens["access_token"].as_str();
        assert_eq!(running.api_with(access).get("/partners").await.unwrap().status, status, "{subject}");
        // The ID token is for the page, not for the API.
        assert_eq!(running.api_with(tokens["id_token"].as_str()).get("/partners").await.unwrap().status, 401);
    }
    let by_another_name = [("host", "evil.example")];
    let answer = running.api.send("GET".parse().unwrap(), "/identity/", &by_another_name, String::new()).await.unwrap();
    assert_eq!(answer.status, 403);
    browser.send("GET", &format!("/identity/logout?client_id={CLIENT_ID}"), "").await;
    assert_eq!(browser.authorized("error").await.as_deref(), Some("login_required"));
    running.stack.stop().await;
}

/// One stack is the identity provider of another.
#[tokio::test(flavor = "multi_thread")]
async fn another_provider_signs_people_in() {
    let provider = Running::start().await;
    let issuer = format!("{}/identity", provider.stack.api_url);
    let running =
        Running::start_with(&[("TokenIssuer", &issuer), ("TokenAudience", "other,all-in-web-dashboard")]).await;
    assert_eq!(running.get("/config.json").await["sign_in"]["issuer"], issuer);
    // A token of the other provider is good, but nobody has made its bearer a member.
    let token = provider.stack.tokens.mint("manager", LIFETIME).unwrap();
    assert_eq!(running.api_with(Some(&token)).get("/partners").await.unwrap().status, 403);
    assert_eq!(provider.api_with(Some(&token)).get("/partners").await.unwrap().status, 200);
    // The stack's own go on; its page of people is not there.
    assert_eq!(running.api.get("/partners").await.unwrap().status, 200);
    assert_eq!(running.api.get("/identity/").await.unwrap().status, 404);
    assert_eq!(running.stack.sign_in_url(), format!("{}/", running.stack.api_url));
    provider.stack.stop().await;
    running.stack.stop().await;
}
