//! Access tokens of identity providers: each says who calls, and nothing else in it counts.

use crate::service::{Client, Service};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A token as `tests/data/tokens` has it.
struct Token {
    provider: String,
    who: String,
    /// The claims as API Gateway hands them on.
    handed_on: Map<String, Value>,
    issuer: Value,
    subject: Value,
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn files(folder: &str) -> Vec<PathBuf> {
    fs::read_dir(repository().join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn tokens() -> Vec<Token> {
    let read = |path: &PathBuf| {
        let json: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let text = |name: &str| json[name].as_str().unwrap().to_owned();
        let handed_on = json["handed_on"].as_object().unwrap().clone();
        let [issuer, subject] = ["issuer", "subject"].map(|name| json["expected"][name].clone());
        Token { provider: text("provider"), who: text("who"), handed_on, issuer, subject }
    };
    files("tests/data/tokens").iter().map(read).collect()
}

fn with_token(service: &Service, claims: &Map<String, Value>) -> Client {
    service.with_authorizer(json!({"jwt": {"claims": claims, "scopes": null}}))
}

#[test]
fn every_provider_that_has_a_page_has_tokens_of_a_person_and_of_a_machine() {
    let stem = |path: &PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let pages = files("infra/identity").into_iter().filter(|path| path.extension().unwrap() == "md");
    let providers: BTreeSet<String> = pages.map(|page| stem(&page)).filter(|name| name != "README").collect();
    assert!(providers.len() >= 5, "{providers:?}");
    for who in ["person", "machine"] {
        let has: BTreeSet<String> =
            tokens().into_iter().filter(|token| token.who == who).map(|token| token.provider).collect();
        assert_eq!(has, providers, "{who}");
    }
}

#[tokio::test]
async fn the_token_of_any_provider_says_who_calls() {
    let service = Service::start();
    for token in tokens() {
        let name = format!("{} {}", token.provider, token.who);
        let caller = with_token(&service, &token.handed_on);
        assert_eq!(caller.get("/me").await.status, 403, "{name}");
        let member = json!({"issuer": token.issuer, "subject": token.subject, "role": "accountant", "name": name});
        let entered = service.manager.post("/members", member.to_string()).await;
        assert_eq!(entered.status, 201, "{name}: {}", entered.text);
        let me = caller.get("/me").await;
        assert_eq!(
            (me.status, &me.json["name"], &me.json["role"]),
            (200, &json!(name), &json!("accountant")),
            "{}",
            me.text
        );
        // Whatever else it says, issuer and subject are enough, and the role is the programme's.
        let bare = ["iss", "sub"].map(|claim| (claim.to_owned(), token.handed_on[claim].clone())).into_iter().collect();
        assert_eq!(with_token(&service, &bare).get("/me").await.json, me.json, "{name}");
        let mut asks = token.handed_on.clone();
        for claim in ["scope", "scp", "roles", "permissions", "cognito:groups"] {
            asks.insert(claim.to_owned(), json!("[manager accountant]"));
        }
        assert_eq!(with_token(&service, &asks).get("/me").await.json, me.json, "{name}");
        let invitation = json!({"role": "manager", "name": "N"}).to_string();
        assert_eq!(with_token(&service, &asks).post("/invitations", invitation).await.status, 403, "{name}");
    }
}

#[tokio::test]
async fn a_token_without_an_issuer_or_a_subject_is_refused_in_words() {
    let service = Service::start();
    for token in tokens() {
        for (claim, value) in [
            ("sub", None),
            ("sub", Some("")),
            ("sub", Some("[a b]")),
            ("sub", Some("Zoé")),
            ("iss", None),
            ("iss", Some("cognito")),
        ] {
            let mut claims = token.handed_on.clone();
            claims.remove(claim);
            if let Some(value) = value {
                claims.insert(claim.to_owned(), json!(value));
            }
            let caller = with_token(&service, &claims);
            let refused = caller.get("/me").await;
            let words = "the token does not say who asks: it has no issuer and subject of the usual form";
            assert_eq!((refused.status, &refused.json["detail"]), (403, &json!(words)), "{claim} {value:?}");
            assert_eq!(caller.put("/me/invitation", json!({"code": "c"}).to_string()).await.text, refused.text);
        }
    }
}
