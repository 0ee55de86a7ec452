//! Access through the HTTP API as it runs, and attempts to get around it. The access that the function alone decides is
//! tested in `functions/dashboard-api/tests`.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::hmac;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use dashboard_api::routes::Route;
use events::EventType::{AnnualRenewal, SaleSigned};
use fixtures::world::event;
use harness::running::Running;
use local::client::{Answer, Http};
use local::tokens::{LIFETIME, Tokens};
use rules::people::Role;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::SystemTime;
use web::routes::Described;

/// A route, a path of it with data of P-1, one with data of P-2, and the statuses: without a token, for somebody who is no
/// member, for P-1's member about its own data, for P-1's member about P-2's data, for an accountant, for a manager.
type Row = (&'static str, &'static str, &'static str, [u16; 6]);

const ROUTES: &[Row] = &[
    ("GET /", "/", "/", [200, 200, 200, 200, 200, 200]),
    ("GET /page/{file}", "/page/icon.svg", "/page/icon.svg", [200, 200, 200, 200, 200, 200]),
    ("GET /config.json", "/config.json", "/config.json", [200, 200, 200, 200, 200, 200]),
    ("GET /openapi.json", "/openapi.json", "/openapi.json", [200, 200, 200, 200, 200, 200]),
    ("GET /programme", "/programme", "/programme", [401, 403, 200, 200, 200, 200]),
    ("GET /partners", "/partners", "/partners", [401, 403, 403, 403, 200, 200]),
    ("GET /partners/{id}", "/partners/P-1", "/partners/P-2", [401, 403, 200, 404, 200, 200]),
    ("PUT /partners/{id}", "/partners/P-1", "/partners/P-2", [401, 403, 403, 403, 403, 200]),
    (
        "PUT /partners/{id}/agreements/{starts_on}/years/{n}/set-aside",
        "/partners/P-1/agreements/2020-01-01/years/1/set-aside",
        "/partners/P-2/agreements/2020-01-01/years/1/set-aside",
        [401, 403, 403, 403, 403, 409],
    ),
    ("GET /partners/{id}/entries", "/partners/P-1/entries", "/partners/P-2/entries", [401, 403, 200, 404, 200, 200]),
    (
        "GET /partners/{id}/contracts",
        "/partners/P-1/contracts",
        "/partners/P-2/contracts",
        [401, 403, 200, 404, 200, 200],
    ),
    (
        "GET /partners/{id}/inquiries",
        "/partners/P-1/inquiries",
        "/partners/P-2/inquiries",
        [401, 403, 200, 404, 200, 200],
    ),
    (
        "PUT /partners/{id}/inquiries/{inquiry}",
        "/partners/P-1/inquiries/I-1",
        "/partners/P-2/inquiries/I-1",
        [401, 403, 200, 404, 403, 200],
    ),
    (
        "PUT /partners/{id}/inquiries/{inquiry}/answer",
        "/partners/P-1/inquiries/none/answer",
        "/partners/P-2/inquiries/none/answer",
        [401, 403, 403, 403, 403, 404],
    ),
    (
        "PUT /partners/{id}/perks/{perk}/days/{day}",
        "/partners/P-1/perks/seminars/days/2026-01-01",
        "/partners/P-2/perks/seminars/days/2026-01-01",
        [401, 403, 403, 403, 403, 200],
    ),
    ("GET /inquiries", "/inquiries", "/inquiries", [401, 403, 403, 403, 200, 200]),
    (
        "GET /partners/{id}/statement",
        "/partners/P-1/statement?month=2026-01",
        "/partners/P-2/statement?month=2026-01",
        [401, 403, 200, 404, 200, 200],
    ),
    ("GET /partners/{id}/summary", "/partners/P-1/summary", "/partners/P-2/summary", [401, 403, 200, 404, 200, 200]),
    ("GET /summary", "/summary", "/summary", [401, 403, 403, 403, 200, 200]),
    ("POST /simulations", "/simulations", "/simulations", [401, 403, 403, 403, 200, 200]),
    ("GET /contracts/{id}", "/contracts/C-1", "/contracts/C-2", [401, 403, 200, 404, 200, 200]),
    (
        "PUT /contracts/{id}/terms/{term}/choices/{number}",
        "/contracts/C-1/terms/1/choices/2",
        "/contracts/C-2/terms/1/choices/2",
        [401, 403, 403, 403, 403, 409],
    ),
    (
        "PUT /contracts/{id}/terms/{term}/{kind}/{adjustment}/choices/{number}",
        "/contracts/C-1/terms/1/credit-notes/N/choices/1",
        "/contracts/C-2/terms/1/credit-notes/N/choices/1",
        [401, 403, 403, 403, 403, 404],
    ),
    (
        "PUT /contracts/{id}/end/choices/{number}",
        "/contracts/C-1/end/choices/1",
        "/contracts/C-2/end/choices/1",
        [401, 403, 403, 403, 403, 404],
    ),
    (
        "PUT /contracts/{id}/terms/{term}/stated/{number}",
        "/contracts/C-1/terms/1/stated/1",
        "/contracts/C-2/terms/1/stated/1",
        [401, 403, 403, 403, 403, 400],
    ),
    (
        "PUT /contracts/{id}/terms/{term}/{kind}/{adjustment}/stated/{number}",
        "/contracts/C-1/terms/1/credit-notes/N/stated/1",
        "/contracts/C-2/terms/1/credit-notes/N/stated/1",
        [401, 403, 403, 403, 403, 400],
    ),
    ("GET /attention", "/attention", "/attention", [401, 403, 403, 403, 200, 200]),
    (
        "PUT /attention/{item}/set-aside",
        "/attention/message~none/set-aside",
        "/attention/message~none/set-aside",
        [401, 403, 403, 403, 403, 404],
    ),
    ("GET /partners/{id}/file", "/partners/P-1/file", "/partners/P-2/file", [401, 403, 403, 403, 200, 200]),
    ("PUT /partners/{id}/file", "/partners/P-1/file", "/partners/P-2/file", [401, 403, 403, 403, 403, 200]),
    ("GET /me", "/me", "/me", [401, 403, 200, 200, 200, 200]),
    ("PUT /me/invitation", "/me/invitation", "/me/invitation", [401, 404, 404, 404, 404, 404]),
    ("GET /members", "/members", "/members", [401, 403, 403, 403, 200, 200]),
    ("POST /members", "/members", "/members", [401, 403, 403, 403, 403, 201]),
    (
        "DELETE /members/{member}",
        "/members/00000000000000000000000000000000",
        "/members/00000000000000000000000000000000",
        [401, 403, 403, 403, 403, 404],
    ),
    ("GET /journal", "/journal", "/journal", [401, 403, 403, 403, 200, 200]),
    ("GET /partners/{id}/history", "/partners/P-1/history", "/partners/P-2/history", [401, 403, 403, 403, 200, 200]),
    ("GET /invitations", "/invitations", "/invitations", [401, 403, 403, 403, 200, 200]),
    ("POST /invitations", "/invitations", "/invitations", [401, 403, 403, 403, 403, 201]),
    (
        "POST /invitations/{invitation}/code",
        "/invitations/none/code",
        "/invitations/none/code",
        [401, 403, 403, 403, 403, 404],
    ),
    ("DELETE /invitations/{invitation}", "/invitations/none", "/invitations/none", [401, 403, 403, 403, 403, 404]),
];

/// The same of the routes of closing.
const CLOSING: &[Row] = &[
    ("GET /closings/openapi.json", "/closings/openapi.json", "/closings/openapi.json", [200, 200, 200, 200, 200, 200]),
    (
        "GET /closings/page/{file}",
        "/closings/page/0123456789abcdef0123456789abcdef.js",
        "/closings/page/0123456789abcdef0123456789abcdef.js",
        [200, 200, 200, 200, 200, 200],
    ),
    ("GET /vendor", "/vendor", "/vendor", [401, 403, 403, 403, 200, 200]),
    ("PUT /vendor/{n}", "/vendor/1", "/vendor/1", [401, 403, 403, 403, 400, 400]),
    ("GET /partners/{id}/billing", "/partners/P-1/billing", "/partners/P-2/billing", [401, 403, 200, 404, 200, 200]),
    (
        "PUT /partners/{id}/billing/{n}",
        "/partners/P-1/billing/1",
        "/partners/P-2/billing/1",
        [401, 403, 403, 403, 400, 400],
    ),
    ("GET /partners/{id}/account", "/partners/P-1/account", "/partners/P-2/account", [401, 403, 200, 404, 200, 200]),
    (
        "PUT /partners/{id}/opening-items/{currency}/{direction}",
        "/partners/P-1/opening-items/EUR/to-partner",
        "/partners/P-2/opening-items/EUR/to-partner",
        [401, 403, 403, 403, 400, 400],
    ),
    (
        "PUT /partners/{id}/received/{currency}/{month}",
        "/partners/P-1/received/EUR/2026-01",
        "/partners/P-2/received/EUR/2026-01",
        [401, 403, 403, 403, 400, 400],
    ),
    (
        "PUT /partners/{id}/received/{currency}/{month}/cancellation",
        "/partners/P-1/received/EUR/2026-01/cancellation",
        "/partners/P-2/received/EUR/2026-01/cancellation",
        [401, 403, 403, 403, 400, 400],
    ),
    ("GET /closings", "/closings", "/closings", [401, 403, 403, 403, 200, 200]),
    ("GET /closings/{month}", "/closings/2026-01", "/closings/2026-01", [401, 403, 403, 403, 404, 404]),
    ("PUT /closings/{month}", "/closings/2026-01", "/closings/2026-01", [401, 403, 403, 403, 400, 400]),
    (
        "POST /closings/{month}/preview",
        "/closings/2026-01/preview",
        "/closings/2026-01/preview",
        [401, 403, 403, 403, 200, 200],
    ),
    (
        "GET /closings/{month}/documents",
        "/closings/2026-01/documents",
        "/closings/2026-01/documents",
        [401, 403, 403, 403, 200, 200],
    ),
    (
        "GET /closings/{month}/carried",
        "/closings/2026-01/carried",
        "/closings/2026-01/carried",
        [401, 403, 403, 403, 200, 200],
    ),
    ("GET /documents/{number}", "/documents/FP-000001", "/documents/FP-000001", [401, 403, 404, 404, 404, 404]),
    (
        "GET /documents/{number}/annex",
        "/documents/FP-000001/annex",
        "/documents/FP-000001/annex",
        [401, 403, 404, 404, 404, 404],
    ),
    (
        "PUT /documents/{number}/cancellation",
        "/documents/FP-000001/cancellation",
        "/documents/FP-000001/cancellation",
        [401, 403, 403, 403, 400, 400],
    ),
    ("GET /contests", "/contests", "/contests", [401, 403, 403, 403, 200, 200]),
    (
        "PUT /documents/{number}/contests/{n}",
        "/documents/FP-000001/contests/1",
        "/documents/FP-000001/contests/1",
        [401, 403, 404, 404, 403, 404],
    ),
    (
        "PUT /documents/{number}/contests/{n}/answer",
        "/documents/FP-000001/contests/1/answer",
        "/documents/FP-000001/contests/1/answer",
        [401, 403, 403, 403, 403, 404],
    ),
];

fn sale(contract: &str, partner: &str) -> events::input::Event {
    let fee = json!({"amount": "100.00", "currency": "EUR"});
    let id = format!("{contract}-{partner}");
    let data = json!({"contract_id": contract, "partner_id": partner, "customer_id": "K", "signed_on": "2026-01-01", "annual_fee": fee});
    event(SaleSigned, &id, &data)
}

fn registration() -> String {
    json!({"name": "A", "agreements": [{"model": "referrer", "starts_on": "2020-01-01"}]}).to_string()
}

/// Two partners with contracts of their own, one contract that both claim (P-1's claim is effective), and one that has
/// no partner yet.
async fn two_partners() -> Running {
    let running = Running::start().await;
    for id in ["P-1", "P-2"] {
        assert_eq!(running.api.put(&format!("/partners/{id}"), registration()).await.unwrap().status, 201);
    }
    for (contract, partner) in [("C-1", "P-1"), ("C-2", "P-2"), ("C-3", "P-1"), ("C-5", "P-1"), ("C-6", "P-1")] {
        running.take_in(&[sale(contract, partner)]).await;
    }
    let fee = json!({"amount": "100.00", "currency": "EUR"});
    let renewal = json!({"contract_id": "C-4", "term": 2, "starts_on": "2026-01-01", "annual_fee": fee});
    running.take_in(&[sale("C-3", "P-2"), event(AnnualRenewal, "R", &renewal)]).await;
    running
}

fn body_for(route: &str) -> String {
    match route {
        "PUT /partners/{id}" => registration(),
        "POST /simulations" => json!({"who": {"model": "referrer"}, "terms": {"rate": "1"}}).to_string(),
        "PUT /partners/{id}/perks/{perk}/days/{day}" => json!({"taken": true}).to_string(),
        "PUT /partners/{id}/inquiries/{inquiry}" => json!({"concern": "error", "text": "t"}).to_string(),
        "PUT /partners/{id}/inquiries/{inquiry}/answer" => json!({"text": "t"}).to_string(),
        "PUT /partners/{id}/file" => json!({"contacts": [], "note": null}).to_string(),
        "PUT /me/invitation" => json!({"code": "none"}).to_string(),
        "POST /members" => {
            json!({"issuer": "https://i.example", "subject": "s", "role": "accountant", "name": "A"}).to_string()
        }
        "POST /invitations" => json!({"role": "partner", "partner_id": "P-1", "name": "A"}).to_string(),
        route if route.ends_with("/set-aside") => json!({"reason": "r"}).to_string(),
        route if route.starts_with("PUT") => json!({"claim": 1, "seen": 1, "reason": "r"}).to_string(),
        _ => String::new(),
    }
}

async fn ask(api: &Http, route: &str, path: &str) -> Answer {
    let method = route.split(' ').next().unwrap().parse().unwrap();
    api.send(method, path, &[], body_for(route)).await.unwrap()
}

/// Whether API Gateway gave the answer by itself, without the function.
fn is_the_gateways(answer: &Answer) -> bool {
    answer.json == json!({"message": "Unauthorized"})
}

/// The headers of every answer; `page` is the origin that the page may ask beside its own: of the API that serves it.
fn check_headers(page: &str, answer: &Answer, what: &str) {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'{page}; \
         font-src 'self'; base-uri 'none'; form-action 'self'{page}; frame-ancestors 'none'"
    );
    let kept = ["no-cache", "max-age=10"].into_iter();
    let kept =
        kept.filter(|_| answer.headers.contains_key("etag")).find(|kept| answer.headers["cache-control"] == *kept);
    for (name, value) in [
        ("content-security-policy", policy.as_str()),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("strict-transport-security", "max-age=63072000"),
        ("cache-control", kept.unwrap_or("no-store")),
    ] {
        assert_eq!(answer.headers.get(name).map(|value| value.to_str().unwrap()), Some(value), "{what}: {name}");
    }
}

fn check_listed(routes: &[impl Described], rows: &[Row]) {
    let there: BTreeSet<String> = routes.iter().map(|route| format!("{} {}", route.method(), route.path())).collect();
    let listed: BTreeSet<String> = rows.iter().map(|(route, ..)| (*route).to_owned()).collect();
    assert_eq!(there, listed, "a route without a row here, or the other way round");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_each_role_as_the_table_says() {
    let running = two_partners().await;
    check_listed(Route::ALL, ROUTES);
    check_listed(settlement_api::routes::Route::ALL, CLOSING);

    let (nobody, partner) = (running.api_with(None), running.api_of("P-1").await);
    let stranger = running.api_with(Some(&running.stack.tokens.mint("stranger", LIFETIME).unwrap()));
    let accountant = running.stack.api(&Role::Accountant).await.unwrap();
    let page = format!(" {}", running.stack.api_url);
    let of = ROUTES.iter().map(|row| (row, page.as_str())).chain(CLOSING.iter().map(|row| (row, "")));
    for ((route, own, foreign, expected), page) in of {
        let asked = [
            (&nobody, own),
            (&stranger, own),
            (&partner, own),
            (&partner, foreign),
            (&accountant, own),
            (&running.api, own),
        ];
        for ((api, path), expected) in asked.into_iter().zip(expected) {
            let answer = ask(api, route, path).await;
            assert_eq!(answer.status, *expected, "{route} {path}: {}", answer.json);
            if route.starts_with("GET") {
                let head = api.send("HEAD".parse().unwrap(), path, &[], String::new()).await.unwrap();
                assert_eq!((head.status, head.text.as_str()), (*expected, ""), "HEAD {path}");
                for name in ["content-type", "content-length"] {
                    assert_eq!(head.headers.get(name), answer.headers.get(name), "HEAD {path} {name}");
                }
            }
            if is_the_gateways(&answer) {
                assert_eq!(*expected, 401);
                assert_eq!(answer.headers["www-authenticate"], "Bearer");
            } else {
                check_headers(page, &answer, route);
            }
        }
    }
    // The page names the script of closing as the API of closing does.
    let config = running.get("/config.json").await;
    let views = running.api.get(config["views"].as_str().unwrap()).await.unwrap();
    assert_eq!(
        (views.status, &views.headers["cache-control"]),
        (200, &"public, max-age=31536000, immutable".parse().unwrap())
    );
    for (path, status) in [("/partners/P-1?colour=blue", 400), ("/partners/P%231", 400), ("/page/nothing", 404)] {
        let answer = running.api.get(path).await.unwrap();
        assert_eq!(
            (answer.status, &answer.headers["content-type"]),
            (status, &"application/problem+json".parse().unwrap())
        );
        check_headers(&page, &answer, path);
    }
    running.stack.stop().await;
}

fn seconds() -> u64 {
    SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs()
}

fn encoded(part: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(part)
}

/// Valid claims of the manager with other values; null removes one.
fn claims(tokens: &Tokens, other: &Value) -> Value {
    let mut claims = json!({
        "iss": tokens.issuer(), "aud": "all-in-web-dashboard", "sub": "manager",
        "iat": seconds() - 10, "exp": seconds() + 600,
    });
    for (name, value) in other.as_object().unwrap() {
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value.clone(),
        }
    }
    claims
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_token_than_a_good_one_opens_anything() {
    let running = Running::start().await;
    let tokens = &running.stack.tokens;
    let header = json!({"alg": "RS256", "typ": "JWT", "kid": tokens.key_id()});
    let signed = |other: Value| tokens.sign(&header, &claims(tokens, &other)).unwrap();
    let with_header = |header: Value| tokens.sign(&header, &claims(tokens, &json!({}))).unwrap();
    let good = signed(json!({}));
    assert_eq!(running.api_with(Some(&good)).get("/partners").await.unwrap().status, 200);
    let parts: Vec<&str> = good.split('.').collect();

    let mut bad: Vec<(String, String)> = Vec::new();
    let mut add = |what: &str, token: String| bad.push((what.to_owned(), token));
    for (name, value) in [
        ("exp", json!(seconds() - 1)),
        ("exp", json!(0)),
        ("exp", Value::Null),
        ("exp", json!((seconds() + 600).to_string())),
        ("nbf", json!(seconds() + 600)),
        ("iat", json!(seconds() + 600)),
        ("iss", json!("https://issuer.example")),
        ("iss", json!(format!("{}/", tokens.issuer()))),
        ("iss", json!([tokens.issuer()])),
        ("iss", Value::Null),
        ("aud", json!("another-api")),
        ("aud", json!(["another-api"])),
        ("aud", Value::Null),
    ] {
        add(&format!("{name} {value}"), signed(json!({ name: value })));
    }
    for alg in ["none", "None", "NONE", "nOnE", "", "RS384", "RS512", "PS256", "ES256", "HS256", "rs256"] {
        let header = json!({"alg": alg, "typ": "JWT", "kid": tokens.key_id()});
        add(&format!("alg {alg}"), with_header(header.clone()));
        add(&format!("alg {alg}, no signature"), format!("{}.{}.", encoded(header.to_string()), parts[1]));
        add(&format!("alg {alg}, two parts"), format!("{}.{}", encoded(header.to_string()), parts[1]));
    }
    // The oldest attack: the public key as the secret of a symmetric signature.
    let text = format!("{}.{}", encoded(json!({"alg": "HS256", "kid": tokens.key_id()}).to_string()), parts[1]);
    let published = serde_json::to_value(tokens.public_key().jwk()).unwrap();
    let modulus = BASE64_URL_SAFE_NO_PAD.decode(published["n"].as_str().unwrap()).unwrap();
    let secret = hmac::Key::new(hmac::HMAC_SHA256, &modulus);
    add("HS256 with the public key", format!("{text}.{}", encoded(hmac::sign(&secret, text.as_bytes()))));
    // Another key, under its own name and under ours, or brought along.
    let folder = tempfile::tempdir().unwrap();
    let other_key = KeyPair::generate(KeySize::Rsa2048).unwrap();
    std::fs::write(folder.path().join(local::tokens::KEY_FILE), other_key.as_der().unwrap().as_ref()).unwrap();
    let other = Tokens::of(folder.path(), tokens.issuer(), &[local::tokens::AUDIENCE.to_owned()]).unwrap();
    add("another key", other.mint("manager", LIFETIME).unwrap());
    add("another key under our key's name", other.sign(&header, &claims(tokens, &json!({}))).unwrap());
    let own_key = json!({"alg": "RS256", "kid": tokens.key_id(), "jwk": other.public_key().jwk(), "jku": "https://issuer.example/keys"});
    add("a key brought along", other.sign(&own_key, &claims(tokens, &json!({}))).unwrap());
    add("no key named", with_header(json!({"alg": "RS256"})));
    add(
        "an extension that must be understood",
        with_header(json!({"alg": "RS256", "kid": tokens.key_id(), "crit": ["b64"], "b64": false})),
    );
    let partners = tokens.mint("partner-P-1", LIFETIME).unwrap();
    let of_partner: Vec<&str> = partners.split('.').collect();
    add("the signature of another token", format!("{}.{}.{}", parts[0], parts[1], of_partner[2]));
    add("the claims of another token", format!("{}.{}.{}", parts[0], of_partner[1], parts[2]));
    add("four parts", format!("{good}.{}", parts[2]));
    for text in ["", ".", "..", "...", "null", "Bearer", "Basic YTpi", "e30.e30.", "e30.e30.e30", "\u{7f}"] {
        add(text, text.to_owned());
    }
    add("claims that are no object", tokens.sign(&header, &json!([claims(tokens, &json!({}))])).unwrap());
    for length in 0..good.len() {
        add(&format!("{length} characters"), good[..length].to_owned());
    }
    for (what, token) in &bad {
        assert_eq!(tokens.verified(token), None, "{what}");
        if !token.contains('\u{7f}') {
            let answer = running.api_with(Some(token)).get("/programme").await.unwrap();
            assert_eq!((answer.status, &answer.json), (401, &json!({"message": "Unauthorized"})), "{what}");
        }
    }
    for bit in 0..good.len() * 8 {
        let mut changed = good.clone().into_bytes();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(
            String::from_utf8(changed).is_ok_and(|token| tokens.verified(&token).is_none()) || bit % 8 == 7,
            "{bit}"
        );
    }
    let nobody = running.api_with(None);
    let twice = [("authorization", good.as_str()), ("authorization", good.as_str())];
    assert_eq!(nobody.send("GET".parse().unwrap(), "/programme", &twice, String::new()).await.unwrap().status, 401);
    assert_eq!(nobody.get(&format!("/programme?token={good}&access_token={good}")).await.unwrap().status, 401);
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_says_who_and_never_what_somebody_may_do() {
    let running = two_partners().await;
    let tokens = &running.stack.tokens;
    let with = |other: Value| {
        let header = json!({"alg": "RS256", "kid": tokens.key_id()});
        running.api_with(Some(&tokens.sign(&header, &claims(tokens, &other)).unwrap()))
    };
    for who in [
        json!({"scope": "manager"}),
        json!({"scope": "openid manager partner", "partner_id": "P-1"}),
        json!({"scp": ["manager"], "roles": ["manager"], "groups": ["manager"], "role": "manager"}),
        json!({"cognito:groups": ["manager"], "permissions": ["manager"]}),
    ] {
        let mut who = who;
        for stranger in [
            json!("stranger"),
            json!("Manager"),
            json!("manager "),
            json!(["manager"]),
            json!(1),
            Value::Null,
            json!(""),
        ] {
            who["sub"] = stranger;
            let api = with(who.clone());
            for path in
                ["/me", "/programme", "/partners", "/partners/P-1", "/contracts/C-1", "/members", "/try/figures"]
            {
                let answer = api.get(path).await.unwrap();
                assert_eq!((answer.status, is_the_gateways(&answer)), (403, false), "{who} {path}: {}", answer.json);
            }
        }
        // Nor do they take anything away.
        who["sub"] = json!("manager");
        assert_eq!(with(who.clone()).get("/partners").await.unwrap().status, 200, "{who}");
        who["sub"] = json!("partner-P-1");
        running.api_of("P-1").await;
        assert_eq!(with(who.clone()).get("/partners").await.unwrap().status, 403, "{who}");
    }
    running.stack.stop().await;
}

/// Pages of other origins are open in a browser on this machine, and foreign names may resolve to it.
#[tokio::test(flavor = "multi_thread")]
async fn no_page_of_a_browser_gets_at_the_table_or_the_queues() {
    let running = Running::start().await;
    let stack = &running.stack;
    let ask = async |url: &str, method: &str, headers: &[(&str, &str)]| {
        let answer = Http::new(url).send(method.parse().unwrap(), "/", headers, "{}".to_owned()).await.unwrap();
        let told = answer.headers.keys().filter(|name| name.as_str().starts_with("access-control-")).count();
        (answer.status, told)
    };
    for (url, target) in
        [(&stack.dynamodb_url, "DynamoDB_20120810.ListTables"), (&stack.sqs_url, "AmazonSQS.ListQueues")]
    {
        let signed = [
            ("x-amz-target", target),
            ("content-type", "application/x-amz-json-1.0"),
            ("x-amz-date", "20260101T000000Z"),
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=local/20260101/eu-west-3/dynamodb/aws4_request, SignedHeaders=host;x-amz-date;x-amz-target, Signature=00",
            ),
        ];
        let with = |more: &[(&'static str, &'static str)]| [&signed[..], more].concat();
        let preflight = [("access-control-request-method", "POST"), ("access-control-request-headers", "x-amz-target")];
        for origin in ["https://evil.example", "null", "http://127.0.0.1:8080"] {
            assert_eq!(ask(url, "POST", &with(&[("origin", origin)])).await, (403, 0), "{target} {origin}");
            let preflight = [&preflight[..], &[("origin", origin)]].concat();
            assert_eq!(ask(url, "OPTIONS", &preflight).await, (403, 0), "{target} {origin}");
        }
        for host in ["evil.example", "evil.example:8000"] {
            assert_eq!(ask(url, "POST", &with(&[("host", host)])).await, (403, 0), "{target} {host}");
        }
        assert_eq!(ask(url, "POST", &with(&[])).await.0, 200, "{target}");
        assert_eq!(ask(url, "POST", &with(&[("host", "localhost:1")])).await.0, 200, "{target}");
    }
    // The API is open to the pages of the template, by a name of this machine.
    assert_eq!(ask(&stack.api_url, "GET", &[("host", "evil.example")]).await, (403, 0));
    assert_eq!(ask(&stack.api_url, "GET", &[("host", "localhost:8080")]).await.0, 200);
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_pages_and_floods_are_kept_out() {
    let parameters = [("AllowedOrigins", "https://a.example"), ("RequestsPerSecond", "1"), ("RequestBurst", "8")];
    let running = Running::start_with(&parameters).await;
    let asked = async |method: &str, origin: &str| {
        let headers = [("origin", origin), ("access-control-request-method", "PUT")];
        running.api_with(None).send(method.parse().unwrap(), "/programme", &headers, String::new()).await.unwrap()
    };
    let allowed = |answer: &Answer| answer.headers.get("access-control-allow-origin").cloned();
    for method in ["OPTIONS", "GET"] {
        assert_eq!(allowed(&asked(method, "https://a.example").await).unwrap(), "https://a.example");
        for origin in ["https://b.example", "https://a.example.b.example", "http://a.example", "null"] {
            assert_eq!(allowed(&asked(method, origin).await), None, "{method} {origin}");
        }
    }
    let preflight = asked("OPTIONS", "https://a.example").await;
    assert_eq!(
        (preflight.status, &preflight.headers["access-control-allow-methods"]),
        (204, &"GET,PUT,POST,DELETE".parse().unwrap())
    );
    assert!(preflight.headers["access-control-allow-headers"].to_str().unwrap().contains("authorization"));
    let mut flood = Vec::new();
    for _ in 0..10 {
        flood.push(running.api.get("/programme").await.unwrap().status);
    }
    assert_eq!(flood.last(), Some(&429), "{flood:?}");
    // Files of the page have a throttle of their own.
    assert_eq!(running.api_with(None).get("/").await.unwrap().status, 200);
    running.stack.stop().await;
}
