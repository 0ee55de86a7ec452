//! Access of each role, and attempts to get around it.

use crate::service::{Answer, Client, ISSUER, Service, minor, token_of};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use dashboard_api::routes::Route;
use events::EventType::{AnnualRenewal, CreditNote, SaleSigned};
use fixtures::world::event;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use web::routes::Described;

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
async fn two_partners() -> Service {
    let service = Service::start();
    for id in ["P-1", "P-2"] {
        assert_eq!(service.manager.put(&format!("/partners/{id}"), registration()).await.status, 201);
    }
    for (contract, partner) in [("C-1", "P-1"), ("C-2", "P-2"), ("C-3", "P-1"), ("C-5", "P-1"), ("C-6", "P-1")] {
        service.take_in(&[sale(contract, partner)]).await;
    }
    let fee = json!({"amount": "100.00", "currency": "EUR"});
    let renewal = json!({"contract_id": "C-4", "term": 2, "starts_on": "2026-01-01", "annual_fee": fee});
    service.take_in(&[sale("C-3", "P-2"), event(AnnualRenewal, "R", &renewal)]).await;
    service
}

#[tokio::test]
async fn what_is_anothers_is_answered_as_what_is_not_there() {
    let service = two_partners().await;
    let partner = service.as_partner("P-1");
    let parts = async |path: String, id: &str| {
        let answer = partner.get(&path).await;
        let headers: BTreeSet<String> = answer
            .headers
            .iter()
            .filter(|(name, _)| *name != "date")
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        (answer.status, headers, String::from_utf8(answer.body.to_vec()).unwrap().replace(id, "ID"))
    };
    // C-2 is P-2's, C-7 too, though P-1 claims it and a manager chose; C-4 has no partner yet.
    for partner in ["P-2", "P-1"] {
        service.take_in(&[sale("C-7", partner)]).await;
    }
    let choice = json!({"claim": 1, "seen": 2, "reason": "it was P-2"}).to_string();
    assert_eq!(service.manager.put("/contracts/C-7/terms/1/choices/1", choice).await.status, 202);
    service.wait_until_idle().await;
    for (foreign, unknown, paths) in [
        ("P-2", "P-9", ["/partners/ID", "/partners/ID/entries", "/partners/ID/contracts"].as_slice()),
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
        service.get(path).await;
    }
}

#[tokio::test]
async fn a_contract_that_two_partners_claim_shows_each_its_own_alone() {
    let service = two_partners().await;
    let seen_by = async |partner: &str| service.as_partner(partner).get("/contracts/C-3").await;
    let check = |answer: &Answer, own: &str, other: &str| {
        let body = String::from_utf8_lossy(&answer.body);
        assert!(answer.status == 200 && body.contains(own) && !body.contains(other), "{body}");
        for list in ["keys", "contradictions", "choices"] {
            assert_eq!(answer.json[list], json!([]), "{list}");
        }
        assert_eq!(answer.json["annuities"][0]["attention"], json!([]));
        assert_eq!(answer.json["sale"]["partner_id"], own);
        let entries = answer.json["entries"].as_array().unwrap();
        assert!(!entries.is_empty() && entries.iter().all(|entry| entry["partner_id"] == own), "{body}");
    };
    let choose = async |number: u32, claim: Option<u32>| {
        let choice = json!({"claim": claim, "seen": 2, "reason": "P-1 or P-2"}).to_string();
        let path = format!("/contracts/C-3/terms/1/choices/{number}");
        assert_eq!(service.manager.put(&path, choice).await.status, 202);
        service.wait_until_idle().await;
    };
    // The partner who lost it sees its own entries, which add up to nothing, and that the sale is no longer its own.
    let check_lost = |answer: &Answer, own: &str, other: &str, left: &str| {
        let body = String::from_utf8_lossy(&answer.body);
        assert!(answer.status == 200 && !body.contains(other), "{body}");
        let shown = &answer.json;
        assert_eq!((&shown["sale"], &shown["no_longer_yours"]), (&Value::Null, &json!(left)));
        for list in ["annuities", "keys", "contradictions", "choices"] {
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
    assert_eq!(service.as_partner("P-3").get("/contracts/C-3").await.status, 404);
    let all = service.get("/contracts/C-3").await;
    assert_eq!(all["contradictions"][0]["claims"].as_array().unwrap().len(), 2);
    assert_eq!(all["choices"].as_array().unwrap().len(), 3);
}

/// Reads every answer that a partner can get about its own data, and about C-1, byte for byte. Cursors, which are never
/// the same twice, are compared only as present or absent.
async fn everything_for(service: &Service, partner: &str) -> BTreeMap<String, String> {
    const PATHS: [&str; 9] = [
        "/programme?",
        "/partners/ID?",
        "/partners/ID/entries?limit=500&",
        "/partners/ID/entries?limit=1&from=2026-01-01&to=2026-01-01&",
        "/partners/ID/contracts?limit=500&",
        "/partners/ID/statement?month=2027-01&since=2020-01-01&",
        "/partners/ID/statement?month=2026-01&as_of=2099-12-31&",
        "/partners/ID/summary?from=2026-01&to=2027-12&",
        "/partners/ID/summary?from=2026-01&to=2027-12&as_of=2099-12-31&",
    ];
    let api = service.as_partner(partner);
    let paths = PATHS.into_iter().chain(["/contracts/C-1?", "/contracts/C-1?limit=1&", "/contracts/C-2?"]);
    let mut answers = BTreeMap::new();
    for path in paths.map(|path| path.replace("ID", partner)) {
        for (language, accept) in [("fr", "text/csv"), ("fr", "text/html"), ("en", "text/html"), ("en", "*/*")] {
            let path = format!("{path}lang={language}");
            let headers = [("accept", accept)];
            let answer = api.send("GET", &path, &headers, String::new()).await;
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

#[tokio::test]
async fn what_is_for_managers_changes_no_byte_of_a_partners_answers() {
    let service = two_partners().await;
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
    service.take_in(&[renewal("100.00"), note("10.00")]).await;
    let before = [everything_for(&service, "P-1").await, everything_for(&service, "P-2").await];
    assert!(before[0]["/contracts/C-1?lang=en */*"].contains("\"sale\":{"));
    assert!(before[1]["/contracts/C-1?lang=en */*"].starts_with("404"));
    let unchanged = async |what: &str| {
        service.wait_until_idle().await;
        for (partner, before) in ["P-1", "P-2"].into_iter().zip(&before) {
            let after = everything_for(&service, partner).await;
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
        service.take_in(&[event]).await;
        unchanged(what).await;
    }
    for (key, seen) in [("1", 3), ("2", 2), ("1/credit-notes/N", 2)] {
        let choice = json!({"claim": 1, "seen": seen, "reason": "INTERNAL: it was right"}).to_string();
        let path = format!("/contracts/C-1/terms/{key}/choices/1");
        assert_eq!(service.manager.put(&path, choice).await.status, 202);
        unchanged("a choice that confirms what stood").await;
    }
    let managers = service.get("/contracts/C-1").await;
    assert_eq!(managers["contradictions"].as_array().unwrap().len(), 3, "{managers}");
    assert_eq!(managers["choices"].as_array().unwrap().len(), 3, "{managers}");
}

fn encoded(part: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(part)
}

/// Every byte as `%XX`.
pub(crate) fn percent(text: &[u8]) -> String {
    text.iter().fold(String::new(), |mut escaped, byte| {
        write!(escaped, "%{byte:02X}").unwrap();
        escaped
    })
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_list_alone() {
    let service = two_partners().await;
    let partner = service.as_partner("P-1");
    let refused = async |api: &Client, path: &str| {
        let answer = api.get(path).await;
        assert_eq!((answer.status, answer.json["field"].as_str()), (400, Some("cursor")), "{path}: {}", answer.json);
    };
    let first = service.get("/partners/P-1/entries?limit=1&from=2025-12-31&to=2026-02-01").await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).unwrap();
    let readable = String::from_utf8_lossy(&bytes);
    for text in ["CONTRACT#", "PARTNER#", "TERM#", "2026-"] {
        assert!(!readable.contains(text), "it can be read: {readable}");
    }

    // The list is the same in each language and for each size of page.
    for more in ["limit=1&", "", "limit=500&lang=fr&"] {
        let path = format!("/partners/P-1/entries?{more}to=2026-02-01&from=2025-12-31&cursor={cursor}");
        assert_eq!(partner.get(&path).await.status, 200, "{path}");
    }
    // Another route, another partner, other filters.
    for path in ["/partners?", "/attention?", "/partners/P-2/entries?from=2025-12-31&to=2026-02-01&"] {
        refused(&service.manager, &format!("{path}cursor={cursor}")).await;
    }
    for query in
        ["", "from=2025-12-31&", "to=2026-02-01&", "from=2025-12-30&to=2026-02-01&", "from=2025-12-31&to=2026-02-02&"]
    {
        refused(&partner, &format!("/partners/P-1/entries?{query}cursor={cursor}")).await;
    }
    let own = "/partners/P-1/entries?from=2025-12-31&to=2026-02-01&cursor=";
    let of_partners = service.get("/partners?limit=1").await["next_cursor"].as_str().unwrap().to_owned();
    refused(&partner, &format!("{own}{of_partners}")).await;
    refused(&service.manager, &format!("/attention?cursor={of_partners}")).await;

    // Every bit of the sealed content, and every bit of the text; cut short, and longer.
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
    // The content that a cursor would have without a seal.
    let plain = json!({"gsk": "2026-01-01", "pk": "CONTRACT#C-2", "sk": "TERM#01"}).to_string();
    refused(&partner, &format!("{own}{}", encoded(plain))).await;
}

/// The path of a route about a partner, and a body that it would take.
fn request_of(route: Route, partner: &str) -> (String, String) {
    let values: Vec<&str> = route
        .names()
        .map(|name| match name {
            "file" => "icon.svg",
            "starts_on" | "day" => "2020-01-01",
            "term" | "number" | "n" => "1",
            "kind" => "credit-notes",
            "perk" => "seminars",
            "id" if route.path().starts_with("/contracts") => "X-9",
            "id" => partner,
            _ => "X-9",
        })
        .collect();
    let query = if route == Route::Statement { "?month=2026-01" } else { "" };
    let body = match route {
        Route::Register => registration(),
        Route::Inquire => json!({"concern": "error", "text": "t"}).to_string(),
        Route::Simulate => json!({"who": {"model": "referrer"}, "terms": {"rate": "1"}}).to_string(),
        _ => String::new(),
    };
    (route.path_of(&values) + query, body)
}

/// The answer that refuses a caller, not a request.
fn is_refused(answer: &Answer) -> bool {
    answer.status == 401 || answer.status == 403
}

/// Access by the rulebook: a partner's member reads what concerns its partner and reports; an accountant
/// reads everything; a manager does all.
#[tokio::test]
async fn each_role_calls_the_routes_of_the_rulebook() {
    use Route::{
        AcceptInvitation, Attention, Config, Contract, Contracts, Description, Entries, History, Index, Inquire,
        Inquiries, Invitations, Journal, Me, Members, PageFile, Partner, PartnerFile, PartnerInquiries, PartnerSummary,
        Partners, Programme, Simulate, Statement, Summary,
    };
    const PUBLIC: [Route; 4] = [Index, PageFile, Config, Description];
    const PARTNERS_OWN: [Route; 6] = [Partner, Entries, Contracts, PartnerInquiries, Statement, PartnerSummary];
    const OF_EVERY_MEMBER: [Route; 3] = [Programme, Me, Contract];
    const OF_ALL_PARTNERS: [Route; 10] =
        [PartnerFile, Partners, Summary, Simulate, Attention, Inquiries, Members, Invitations, Journal, History];
    let service = two_partners().await;
    let (partner, accountant) = (service.as_partner("P-1"), service.as_accountant());
    let (stranger, nobody) = (service.as_subject("stranger"), service.as_nobody());
    for route in Route::ALL.iter().copied() {
        let call = async |client: &Client, about: &str| {
            let (path, body) = request_of(route, about);
            client.send(route.method().as_str(), &path, &[], body).await
        };
        let what = format!("{} {}", route.method(), route.path());
        if PUBLIC.contains(&route) {
            assert_eq!(call(&nobody, "P-1").await.status, 200, "{what}");
            continue;
        }
        assert_eq!(call(&nobody, "P-1").await.status, 401, "{what}");
        if route == AcceptInvitation {
            continue;
        }
        let told = call(&stranger, "P-1").await;
        let words = "this programme does not know you: ask whoever runs it for an invitation";
        assert_eq!((told.status, &told.json["detail"]), (403, &json!(words)), "{what}");

        let (own, every, all) =
            (PARTNERS_OWN.contains(&route), OF_EVERY_MEMBER.contains(&route), OF_ALL_PARTNERS.contains(&route));
        let admitted = own || every || route == Inquire;
        assert_eq!(!is_refused(&call(&partner, "P-1").await), admitted, "{what} as a partner's member");
        if own || route == Inquire {
            assert_eq!(call(&partner, "P-1").await.status, 200, "{what} about its own");
            assert_eq!(call(&partner, "P-2").await.status, 404, "{what} about another partner");
        }
        assert_eq!(!is_refused(&call(&accountant, "P-1").await), own || every || all, "{what} as an accountant");
        assert!(!is_refused(&call(&service.manager, "P-1").await), "{what} as a manager");
    }
}

#[tokio::test]
async fn nothing_in_a_token_but_its_identity_counts() {
    let service = two_partners().await;
    let jwt = |claims: Value| service.with_authorizer(json!({ "jwt": { "claims": claims, "scopes": ["manager"] } }));
    for nobody in [Value::Null, json!({}), json!({ "lambda": { "scope": "manager" } }), json!({ "jwt": null })] {
        assert_eq!(service.with_authorizer(nobody.clone()).get("/partners").await.status, 401, "{nobody}");
    }
    // No scope and no claim makes a manager of a stranger, or another partner's member of a member.
    service.as_partner("P-1");
    for more in [json!({}), json!({ "scope": "manager" }), json!({ "scp": "[manager]", "roles": "[manager]" })] {
        for (subject, status) in [("stranger", 403), ("member-of-P-1", 404), ("manager", 200)] {
            let mut claims = token_of(subject);
            claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            claims["partner_id"] = json!("P-2");
            assert_eq!(jwt(claims.clone()).get("/partners/P-2").await.status, status, "{claims}");
        }
    }
    // The subject of another issuer is somebody else, and an identity is whole or none.
    for odd in [
        json!({ "iss": "https://issuer.example/", "sub": "manager" }),
        json!({ "iss": "https://other.example", "sub": "manager" }),
        json!({ "iss": ISSUER, "sub": "Manager" }),
        json!({ "iss": ISSUER }),
        json!({ "sub": "manager" }),
        json!({ "iss": "", "sub": "manager" }),
        json!({ "iss": ISSUER, "sub": "a manager" }),
        json!({ "iss": ISSUER, "sub": "" }),
    ] {
        for path in ["/me", "/partners", "/partners/P-1"] {
            assert_eq!(jwt(odd.clone()).get(path).await.status, 403, "{odd} {path}");
        }
    }
}

#[tokio::test]
async fn a_manager_sees_what_a_member_sees_and_changes_nothing() {
    let service = two_partners().await;
    service.as_partner("P-1");
    let accountant = service.as_accountant();
    let members = service.get("/members").await;
    let id_of = |role: &str| {
        let of_role = members["members"].as_array().unwrap().iter().find(|member| member["role"] == role).unwrap();
        of_role["id"].as_str().unwrap().to_owned()
    };
    let partners_member = id_of("partner");
    let view_as = async |client: &Client, id: &str, method: &str, path: &str, body: String| {
        client.send(method, path, &[("view-as", id)], body).await
    };
    let none = String::new;
    let me = view_as(&service.manager, &partners_member, "GET", "/me", none()).await.json;
    assert_eq!((&me["role"], &me["partner_id"]), (&json!("partner"), &json!("P-1")));
    assert_eq!((&me["partner_name"], &me["viewed_by"]), (&json!("A"), &json!("The manager")));
    for (path, status) in [("/partners/P-1", 200), ("/partners/P-2", 404), ("/partners", 403), ("/members", 403)] {
        let answer = view_as(&service.manager, &partners_member, "GET", path, none()).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        assert_eq!(view_as(&service.manager, &partners_member, "HEAD", path, none()).await.status, status, "{path}");
    }
    let seen = service.as_partner("P-1").get("/partners/P-1").await;
    assert_eq!(view_as(&service.manager, &partners_member, "GET", "/partners/P-1", none()).await.body, seen.body);
    let inquiry = json!({"concern": "error", "text": "t"}).to_string();
    let path = "/partners/P-1/inquiries/I";
    assert_eq!(view_as(&service.manager, &partners_member, "PUT", path, inquiry).await.status, 403);
    assert_eq!(service.get("/partners/P-1/inquiries").await["inquiries"], json!([]));
    let code = json!({"code": "none"}).to_string();
    assert_eq!(view_as(&service.manager, &partners_member, "PUT", "/me/invitation", code).await.status, 403);
    // Nobody but a manager, and as nobody but a member.
    assert_eq!(view_as(&accountant, &partners_member, "GET", "/me", none()).await.status, 403);
    let partner = service.as_partner("P-1");
    assert_eq!(view_as(&partner, &id_of("manager"), "GET", "/partners", none()).await.status, 403);
    for id in ["", "x", &"0".repeat(32)] {
        assert_eq!(view_as(&service.manager, id, "GET", "/me", none()).await.status, 404, "{id}");
    }
    assert_eq!(service.manager.delete(&format!("/members/{partners_member}")).await.status, 200);
    assert_eq!(view_as(&service.manager, &partners_member, "GET", "/me", none()).await.status, 404);
}
