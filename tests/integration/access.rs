//! Who may do what over HTTP, and every way we could think of to get around it.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::hmac;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use events::EventType::{AnnualRenewal, CreditNote, SaleSigned};
use fixtures::world::event;
use harness::running::{Running, minor};
use local::client::{Answer, Http};
use local::tokens::{Role, Tokens};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::time::{Duration, SystemTime};

/// A route, a path of it that is P-1's, one that is P-2's, and what is answered: to nobody, to P-1 about its own, to P-1
/// about what is P-2's, to a manager.
type Row = (&'static str, &'static str, &'static str, [u16; 4]);

const ROUTES: &[Row] = &[
    ("GET /", "/", "/", [200, 200, 200, 200]),
    ("GET /page/{file}", "/page/app.js", "/page/app.js", [200, 200, 200, 200]),
    ("GET /config.json", "/config.json", "/config.json", [200, 200, 200, 200]),
    ("GET /openapi.json", "/openapi.json", "/openapi.json", [200, 200, 200, 200]),
    ("GET /programme", "/programme", "/programme", [401, 200, 200, 200]),
    ("GET /partners", "/partners", "/partners", [401, 403, 403, 200]),
    ("GET /partners/{id}", "/partners/P-1", "/partners/P-2", [401, 200, 404, 200]),
    ("PUT /partners/{id}", "/partners/P-1", "/partners/P-2", [401, 403, 403, 200]),
    (
        "PUT /partners/{id}/agreements/{starts_on}/years/{n}/set-aside",
        "/partners/P-1/agreements/2020-01-01/years/1/set-aside",
        "/partners/P-2/agreements/2020-01-01/years/1/set-aside",
        [401, 403, 403, 409],
    ),
    ("GET /partners/{id}/entries", "/partners/P-1/entries", "/partners/P-2/entries", [401, 200, 404, 200]),
    (
        "GET /partners/{id}/statement",
        "/partners/P-1/statement?month=2026-01",
        "/partners/P-2/statement?month=2026-01",
        [401, 200, 404, 200],
    ),
    ("GET /partners/{id}/summary", "/partners/P-1/summary", "/partners/P-2/summary", [401, 200, 404, 200]),
    ("GET /summary", "/summary", "/summary", [401, 403, 403, 200]),
    ("POST /simulations", "/simulations", "/simulations", [401, 403, 403, 200]),
    ("GET /contracts/{id}", "/contracts/C-1", "/contracts/C-2", [401, 200, 404, 200]),
    (
        "PUT /contracts/{id}/terms/{term}/choices/{number}",
        "/contracts/C-1/terms/1/choices/2",
        "/contracts/C-2/terms/1/choices/2",
        [401, 403, 403, 409],
    ),
    (
        "PUT /contracts/{id}/terms/{term}/credit-notes/{note}/choices/{number}",
        "/contracts/C-1/terms/1/credit-notes/N/choices/1",
        "/contracts/C-2/terms/1/credit-notes/N/choices/1",
        [401, 403, 403, 404],
    ),
    ("GET /attention", "/attention", "/attention", [401, 403, 403, 200]),
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

/// Two partners with contracts of their own, one that both claim (it stands for P-1), and one that is nobody's yet.
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
        route if route.ends_with("/set-aside") => json!({"reason": "r"}).to_string(),
        route if route.starts_with("PUT") => json!({"claim": 1, "seen": 1, "reason": "r"}).to_string(),
        _ => String::new(),
    }
}

async fn ask(api: &Http, route: &str, path: &str) -> Answer {
    let method = route.split(' ').next().unwrap().parse().unwrap();
    api.send(method, path, &[], body_for(route)).await.unwrap()
}

/// What API Gateway answers by itself, without the function.
fn is_the_gateways(answer: &Answer) -> bool {
    answer.json == json!({"message": "Unauthorized"}) || answer.json == json!({"message": "Forbidden"})
}

fn check_headers(answer: &Answer, what: &str) {
    let is_page = answer.headers.contains_key("etag") && answer.headers["cache-control"] == "no-cache";
    for (name, value) in [
        (
            "content-security-policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        ),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("strict-transport-security", "max-age=63072000"),
        ("cache-control", if is_page { "no-cache" } else { "no-store" }),
    ] {
        assert_eq!(answer.headers.get(name).map(|value| value.to_str().unwrap()), Some(value), "{what}: {name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_each_role_as_the_table_says() {
    let running = two_partners().await;
    let routes = running.stack.template.functions.values().flat_map(|function| &function.routes);
    let there: BTreeSet<String> = routes.map(|route| format!("{} {}", route.method, route.path)).collect();
    let listed: BTreeSet<String> = ROUTES.iter().map(|(route, ..)| (*route).to_owned()).collect();
    assert_eq!(there, listed, "a route of the template without a row here, or the other way round");

    let (nobody, partner) = (running.api_with(None), running.api_of("P-1"));
    for (route, own, foreign, expected) in ROUTES {
        let asked = [(&nobody, own), (&partner, own), (&partner, foreign), (&running.api, own)];
        for ((api, path), expected) in asked.into_iter().zip(expected) {
            let answer = ask(api, route, path).await;
            assert_eq!(answer.status, *expected, "{route} {path}: {}", answer.json);
            if is_the_gateways(&answer) {
                assert!([401, 403].contains(expected));
                assert_eq!(answer.headers["www-authenticate"], "Bearer");
            } else {
                check_headers(&answer, route);
            }
        }
    }
    for (path, status) in [("/partners/P-1?colour=blue", 400), ("/partners/P%231", 400), ("/page/nothing", 404)] {
        let answer = running.api.get(path).await.unwrap();
        assert_eq!(
            (answer.status, &answer.headers["content-type"]),
            (status, &"application/problem+json".parse().unwrap())
        );
        check_headers(&answer, path);
    }
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_anothers_is_answered_as_what_is_not_there() {
    let running = two_partners().await;
    let partner = running.api_of("P-1");
    let parts = async |path: String, id: &str| {
        let answer = partner.get(&path).await.unwrap();
        let headers: BTreeSet<String> = answer
            .headers
            .iter()
            .filter(|(name, _)| *name != "date")
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        (answer.status, headers, String::from_utf8(answer.body.to_vec()).unwrap().replace(id, "ID"))
    };
    // C-2 is P-2's, C-7 too, though P-1 claims it and somebody chose; C-4 is nobody's yet.
    for partner in ["P-2", "P-1"] {
        running.take_in(&[sale("C-7", partner)]).await;
    }
    let choice = json!({"claim": 1, "seen": 2, "reason": "it was P-2"}).to_string();
    assert_eq!(running.api.put("/contracts/C-7/terms/1/choices/1", choice).await.unwrap().status, 202);
    running.settle().await;
    for (foreign, unknown, paths) in [
        ("P-2", "P-9", ["/partners/ID", "/partners/ID/entries"].as_slice()),
        ("C-2", "C-9", ["/contracts/ID"].as_slice()),
        ("C-7", "C-9", ["/contracts/ID"].as_slice()),
        ("C-4", "C-9", ["/contracts/ID"].as_slice()),
    ] {
        for path in paths {
            for (query, status) in
                [("", 404), ("?colour=blue", 400), ("?lang=de", 400), ("?limit=0", 400), ("?cursor=AAAA", 400)]
            {
                let path = format!("{path}{query}");
                let seen = parts(path.replace("ID", foreign), foreign).await;
                assert_eq!(seen, parts(path.replace("ID", unknown), unknown).await, "{path} {foreign}");
                assert_eq!(seen.0, status, "{path} {foreign}: {}", seen.2);
            }
        }
    }
    // A manager sees that they are there.
    for path in ["/partners/P-2", "/contracts/C-2", "/contracts/C-7", "/contracts/C-4"] {
        running.get(path).await;
    }
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_that_two_partners_claim_shows_each_its_own_alone() {
    let running = two_partners().await;
    let seen_by = async |partner: &str| running.api_of(partner).get("/contracts/C-3").await.unwrap();
    let check = |answer: &Answer, own: &str, other: &str| {
        let body = String::from_utf8_lossy(&answer.body);
        assert!(answer.status == 200 && body.contains(own) && !body.contains(other), "{body}");
        assert_eq!((&answer.json["contradictions"], &answer.json["choices"]), (&json!([]), &json!([])));
        assert_eq!(answer.json["annuities"][0]["attention"], json!([]));
        assert_eq!(answer.json["sale"]["partner_id"], own);
        let entries = answer.json["entries"].as_array().unwrap();
        assert!(!entries.is_empty() && entries.iter().all(|entry| entry["partner_id"] == own), "{body}");
    };
    let choose = async |number: u32, claim: Option<u32>| {
        let choice = json!({"claim": claim, "seen": 2, "reason": "P-1 or P-2"}).to_string();
        let path = format!("/contracts/C-3/terms/1/choices/{number}");
        assert_eq!(running.api.put(&path, choice).await.unwrap().status, 202);
        running.settle().await;
    };
    // Whoever lost it sees its own entries, which come to nothing, and that the sale is no longer its own.
    let check_lost = |answer: &Answer, own: &str, other: &str, left: &str| {
        let body = String::from_utf8_lossy(&answer.body);
        assert!(answer.status == 200 && !body.contains(other), "{body}");
        let shown = &answer.json;
        assert_eq!((&shown["sale"], &shown["no_longer_yours"]), (&Value::Null, &json!(left)));
        for list in ["annuities", "contradictions", "choices"] {
            assert_eq!(shown[list], json!([]), "{list}");
        }
        let entries = shown["entries"].as_array().unwrap();
        assert!(entries.len() > 1 && entries.iter().all(|entry| entry["partner_id"] == own), "{body}");
        assert_eq!(entries.iter().map(|entry| minor(&entry["amount"])).sum::<i64>(), 0, "{body}");
    };
    check(&seen_by("P-1").await, "P-1", "P-2");
    assert_eq!(seen_by("P-2").await.status, 404);
    choose(1, Some(2)).await;
    check(&seen_by("P-2").await, "P-2", "P-1");
    check_lost(&seen_by("P-1").await, "P-1", "P-2", "given-to-another-partner");
    choose(2, Some(1)).await;
    check(&seen_by("P-1").await, "P-1", "P-2");
    check_lost(&seen_by("P-2").await, "P-2", "P-1", "given-to-another-partner");
    choose(3, None).await;
    check_lost(&seen_by("P-1").await, "P-1", "P-2", "none-stands");
    check_lost(&seen_by("P-2").await, "P-2", "P-1", "none-stands");
    assert_eq!(running.api_of("P-3").get("/contracts/C-3").await.unwrap().status, 404);
    let all = running.get("/contracts/C-3").await;
    assert_eq!(all["contradictions"][0]["claims"].as_array().unwrap().len(), 2);
    assert_eq!(all["choices"].as_array().unwrap().len(), 3);
    running.stack.stop().await;
}

/// Every answer that a partner can get about its own, and about C-1, byte for byte; cursors, which are never the same
/// twice, only as there or not.
async fn everything_for(running: &Running, partner: &str) -> BTreeMap<String, String> {
    const PATHS: [&str; 8] = [
        "/programme?",
        "/partners/ID?",
        "/partners/ID/entries?limit=500&",
        "/partners/ID/entries?limit=1&from=2026-01-01&to=2026-01-01&",
        "/partners/ID/statement?month=2027-01&since=2020-01-01&",
        "/partners/ID/statement?month=2026-01&as_of=2099-12-31&",
        "/partners/ID/summary?from=2026-01&to=2027-12&",
        "/partners/ID/summary?from=2026-01&to=2027-12&as_of=2099-12-31&",
    ];
    let api = running.api_of(partner);
    let paths = PATHS.into_iter().chain(["/contracts/C-1?", "/contracts/C-1?limit=1&", "/contracts/C-2?"]);
    let mut answers = BTreeMap::new();
    for path in paths.map(|path| path.replace("ID", partner)) {
        for (language, accept) in [("fr", "text/csv"), ("fr", "text/html"), ("en", "text/html"), ("en", "*/*")] {
            let path = format!("{path}lang={language}");
            let headers = [("accept", accept)];
            let answer = api.send("GET".parse().unwrap(), &path, &headers, String::new()).await.unwrap();
            let mut body = answer.text.clone();
            if let Some(cursor) = answer.json["next_cursor"].as_str() {
                body = body.replace(cursor, "A CURSOR");
            }
            let headers =
                answer.headers.iter().filter(|(name, _)| !["date", "apigw-requestid"].contains(&name.as_str()));
            let headers: BTreeSet<String> = headers.map(|(name, value)| format!("{name}: {value:?}")).collect();
            answers.insert(format!("{path} {accept}"), format!("{} {headers:?} {body}", answer.status));
        }
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_for_managers_changes_no_byte_of_a_partners_answers() {
    let running = two_partners().await;
    let euros = |amount: &str| json!({"amount": amount, "currency": "EUR"});
    let sale = |partner: &str, amount: &str| {
        let data = json!({"contract_id": "C-1", "partner_id": partner, "customer_id": "K", "signed_on": "2026-01-01", "annual_fee": euros(amount)});
        event(SaleSigned, &format!("{partner} {amount}"), &data)
    };
    let renewal = |amount: &str| {
        let data = json!({"contract_id": "C-1", "term": 2, "starts_on": "2027-01-01", "annual_fee": euros(amount)});
        event(AnnualRenewal, &format!("renewal {amount}"), &data)
    };
    let note = |amount: &str| {
        let data = json!({"contract_id": "C-1", "term": 1, "credit_note_id": "N", "issued_on": "2026-02-01", "amount": euros(amount)});
        event(CreditNote, &format!("note {amount}"), &data)
    };
    running.take_in(&[renewal("100.00"), note("10.00")]).await;
    let before = [everything_for(&running, "P-1").await, everything_for(&running, "P-2").await];
    assert!(before[0]["/contracts/C-1?lang=en */*"].contains("\"sale\":{"));
    assert!(before[1]["/contracts/C-1?lang=en */*"].starts_with("404"));
    let unchanged = async |what: &str| {
        running.settle().await;
        for (partner, before) in ["P-1", "P-2"].into_iter().zip(&before) {
            let after = everything_for(&running, partner).await;
            for (path, answer) in before {
                assert_eq!(after[path], *answer, "{partner} {path} after {what}");
            }
        }
    };
    for (what, event) in [
        ("another partner's claim", sale("P-2", "100.00")),
        ("a second claim of its own", sale("P-1", "7000.00")),
        ("a second claim of its renewal", renewal("7000.00")),
        ("a second claim of its credit note", note("70.00")),
    ] {
        running.take_in(&[event]).await;
        unchanged(what).await;
    }
    for (key, seen) in [("1", 3), ("2", 2), ("1/credit-notes/N", 2)] {
        let choice = json!({"claim": 1, "seen": seen, "reason": "INTERNAL: it was right"}).to_string();
        let path = format!("/contracts/C-1/terms/{key}/choices/1");
        assert_eq!(running.api.put(&path, choice).await.unwrap().status, 202);
        unchanged("a choice that confirms what stood").await;
    }
    let managers = running.get("/contracts/C-1").await;
    assert_eq!(managers["contradictions"].as_array().unwrap().len(), 3, "{managers}");
    assert_eq!(managers["choices"].as_array().unwrap().len(), 3, "{managers}");
    running.stack.stop().await;
}

fn seconds() -> u64 {
    SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs()
}

fn encoded(part: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(part)
}

/// Good claims with other values; null takes one away.
fn claims(other: &Value) -> Value {
    let mut claims = json!({
        "iss": "https://issuer.local", "aud": "all-in-web-dashboard", "sub": "m", "scope": "admin",
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
    let signed = |other: Value| tokens.sign(&header, &claims(&other)).unwrap();
    let with_header = |header: Value| tokens.sign(&header, &claims(&json!({}))).unwrap();
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
        ("iss", json!("https://issuer.local/")),
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
    // The oldest trick: the public key as the secret of a symmetric signature.
    let text = format!("{}.{}", encoded(json!({"alg": "HS256", "kid": tokens.key_id()}).to_string()), parts[1]);
    let secret = hmac::Key::new(hmac::HMAC_SHA256, tokens.public_key());
    add("HS256 with the public key", format!("{text}.{}", encoded(hmac::sign(&secret, text.as_bytes()))));
    // Another key, under its own name and under ours, or brought along.
    let folder = tempfile::tempdir().unwrap();
    let other_key = KeyPair::generate(KeySize::Rsa2048).unwrap();
    std::fs::write(folder.path().join(local::tokens::KEY_FILE), other_key.as_der().unwrap().as_ref()).unwrap();
    let other = Tokens::of(folder.path(), local::tokens::ISSUER, local::tokens::AUDIENCE).unwrap();
    add("another key", other.mint(&Role::Admin, Duration::from_hours(1)).unwrap());
    add("another key under our key's name", other.sign(&header, &claims(&json!({}))).unwrap());
    let own_key = json!({"alg": "RS256", "kid": tokens.key_id(), "jwk": {"kty": "RSA", "n": encoded(other.public_key()), "e": "AQAB"}, "jku": "https://issuer.example/keys"});
    add("a key brought along", other.sign(&own_key, &claims(&json!({}))).unwrap());
    add("no key named", with_header(json!({"alg": "RS256"})));
    add(
        "an extension that must be understood",
        with_header(json!({"alg": "RS256", "kid": tokens.key_id(), "crit": ["b64"], "b64": false})),
    );
    let partners = tokens.mint(&Role::Partner("P-1".parse().unwrap()), Duration::from_hours(1)).unwrap();
    let of_partner: Vec<&str> = partners.split('.').collect();
    add("the signature of another token", format!("{}.{}.{}", parts[0], parts[1], of_partner[2]));
    add("the claims of another token", format!("{}.{}.{}", parts[0], of_partner[1], parts[2]));
    add("four parts", format!("{good}.{}", parts[2]));
    for text in ["", ".", "..", "...", "null", "Bearer", "Basic YTpi", "e30.e30.", "e30.e30.e30", "\u{7f}"] {
        add(text, text.to_owned());
    }
    add("claims that are no object", tokens.sign(&header, &json!([claims(&json!({}))])).unwrap());
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
async fn odd_claims_get_nothing() {
    let running = two_partners().await;
    let tokens = &running.stack.tokens;
    let header = json!({"alg": "RS256", "kid": tokens.key_id()});
    for (other, gateway) in [
        (json!({"scope": null}), true),
        (json!({"scope": ""}), true),
        (json!({"scope": "openid"}), true),
        (json!({"scope": "ADMIN"}), true),
        (json!({"scope": ["admins"]}), true),
        (json!({"scope": null, "scopes": "admin", "role": "admin"}), true),
        (json!({"scope": "admin partner", "partner_id": "P-1"}), false),
        (json!({"scope": "partner"}), false),
        (json!({"scope": "partner", "partner_id": ""}), false),
        (json!({"scope": "partner", "partner_id": "*"}), false),
        (json!({"scope": "partner", "partner_id": ["P-1"]}), false),
        (json!({"scope": "partner", "partner_id": ["P-1", "P-2"]}), false),
        (json!({"scope": "partner", "partner_id": {"id": "P-1"}}), false),
        (json!({"scope": "partner", "partner_id": "P-1 "}), false),
        (json!({"scope": "partner", "partner_id": "P-1#"}), false),
        (json!({"scope": "partner", "partner": "P-1", "sub": "P-1"}), false),
    ] {
        let api = running.api_with(Some(&tokens.sign(&header, &claims(&other)).unwrap()));
        for path in ["/programme", "/partners/P-1", "/partners/P-1/entries", "/contracts/C-1"] {
            let answer = api.get(path).await.unwrap();
            assert_eq!((answer.status, is_the_gateways(&answer)), (403, gateway), "{other} {path}: {}", answer.json);
        }
        assert_eq!(api.get("/partners").await.unwrap().status, 403, "{other}");
    }
    running.stack.stop().await;
}

/// A browser on this machine has pages of everybody's open, and names that lead here.
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

fn percent(text: &[u8]) -> String {
    text.iter().fold(String::new(), |mut escaped, byte| {
        write!(escaped, "%{byte:02X}").unwrap();
        escaped
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_is_good_for_its_own_list_alone() {
    let running = two_partners().await;
    let partner = running.api_of("P-1");
    let refused = async |api: &Http, path: &str| {
        let answer = api.get(path).await.unwrap();
        assert_eq!((answer.status, answer.json["field"].as_str()), (400, Some("cursor")), "{path}: {}", answer.json);
    };
    let first = running.get("/partners/P-1/entries?limit=1&from=2025-12-31&to=2026-02-01").await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).unwrap();
    let readable = String::from_utf8_lossy(&bytes);
    for text in ["CONTRACT#", "PARTNER#", "TERM#", "2026-"] {
        assert!(!readable.contains(text), "it can be read: {readable}");
    }

    // The same list, in whatever language, pages of whatever size, for whoever may read it.
    for more in ["limit=1&", "", "limit=500&lang=fr&"] {
        let path = format!("/partners/P-1/entries?{more}to=2026-02-01&from=2025-12-31&cursor={cursor}");
        assert_eq!(partner.get(&path).await.unwrap().status, 200, "{path}");
    }
    // Another route, another partner, other filters.
    for path in ["/partners?", "/attention?", "/partners/P-2/entries?from=2025-12-31&to=2026-02-01&"] {
        refused(&running.api, &format!("{path}cursor={cursor}")).await;
    }
    for query in
        ["", "from=2025-12-31&", "to=2026-02-01&", "from=2025-12-30&to=2026-02-01&", "from=2025-12-31&to=2026-02-02&"]
    {
        refused(&partner, &format!("/partners/P-1/entries?{query}cursor={cursor}")).await;
    }
    let own = "/partners/P-1/entries?from=2025-12-31&to=2026-02-01&cursor=";
    let of_partners = running.get("/partners?limit=1").await["next_cursor"].as_str().unwrap().to_owned();
    refused(&partner, &format!("{own}{of_partners}")).await;
    refused(&running.api, &format!("/attention?cursor={of_partners}")).await;

    // Every bit of what is sealed, and every bit of the text; cut short, and longer.
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        refused(&partner, &format!("{own}{}", encoded(changed))).await;
    }
    for bit in 0..cursor.len() * 8 {
        let mut changed = cursor.as_bytes().to_vec();
        changed[bit / 8] ^= 1 << (bit % 8);
        refused(&partner, &format!("{own}{}", percent(&changed))).await;
    }
    for length in 0..bytes.len() {
        refused(&partner, &format!("{own}{}", encoded(&bytes[..length]))).await;
    }
    for text in [format!("{cursor}A"), format!("{cursor}="), format!("{cursor}{cursor}"), "A".repeat(4096)] {
        refused(&partner, &format!("{own}{text}")).await;
    }
    // What a cursor of no seal would say.
    let plain = json!({"gsk": "2026-01-01", "pk": "CONTRACT#C-2", "sk": "TERM#01"}).to_string();
    refused(&partner, &format!("{own}{}", encoded(plain))).await;
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_served_whole_and_nothing_else_is() {
    let running = Running::start_with(&[("SignInUrl", "https://sign-in.example/")]).await;
    let nobody = running.api_with(None);
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions/dashboard-api/page");
    let mut count = 0;
    for file in std::fs::read_dir(&folder).unwrap() {
        let (name, content) = (file.as_ref().unwrap().file_name(), std::fs::read(file.unwrap().path()).unwrap());
        let name = name.to_str().unwrap();
        let (path, content_type) = match name.rsplit_once('.').unwrap().1 {
            "html" => ("/".to_owned(), "text/html; charset=utf-8"),
            "js" => (format!("/page/{name}"), "text/javascript; charset=utf-8"),
            "css" => (format!("/page/{name}"), "text/css; charset=utf-8"),
            "svg" => (format!("/page/{name}"), "image/svg+xml"),
            other => unreachable!("{other}"),
        };
        let answer = nobody.get(&path).await.unwrap();
        assert_eq!((answer.status, answer.body.as_ref()), (200, content.as_slice()), "{path}");
        assert_eq!(answer.headers["content-type"], content_type, "{path}");
        check_headers(&answer, &path);
        let tag = [("if-none-match", answer.headers["etag"].to_str().unwrap())];
        let again = nobody.send("GET".parse().unwrap(), &path, &tag, String::new()).await.unwrap();
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        check_headers(&again, &path);
        count += 1;
    }
    assert!(count > 30, "{count}");
    for path in ["/page/index.html", "/page/..%2Fsrc%2Fmain.rs", "/page/app.js%00", "/page/APP.JS"] {
        assert_eq!(nobody.get(path).await.unwrap().status, 404, "{path}");
    }
    // Dots are resolved before the function routes: from here they lead to the page, and nowhere else.
    let index = std::fs::read(folder.join("index.html")).unwrap();
    assert_eq!(nobody.get("/page/%2e%2e").await.unwrap().body.as_ref(), index);
    let config = nobody.get("/config.json").await.unwrap();
    assert_eq!(config.json, json!({"sign_in_url": "https://sign-in.example/"}));
    check_headers(&config, "/config.json");
    running.stack.stop().await;
    let running = Running::start().await;
    assert_eq!(running.get("/config.json").await, json!({"sign_in_url": null}));
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
        (204, &"GET,PUT,POST".parse().unwrap())
    );
    assert!(preflight.headers["access-control-allow-headers"].to_str().unwrap().contains("authorization"));
    let mut flood = Vec::new();
    for _ in 0..10 {
        flood.push(running.api.get("/programme").await.unwrap().status);
    }
    assert_eq!(flood.last(), Some(&429), "{flood:?}");
    running.stack.stop().await;
}
