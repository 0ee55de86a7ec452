//! Registering and reading.

use crate::service::{Answer, Service, TODAY, minor};
use events::EventType::{AnnualRenewal, ContractEnded, CreditNote, SaleSigned, Supplement};
use events::input::Event;
use fixtures::world::{World, event};
use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::Date;
use ledger::choices::{Choice, ChoiceResult, Pick};
use ledger::recorded::{Origin, Trigger};
use rules::contract::Key;
use serde_json::{Value, json};

fn check_problem(answer: &Answer, status: u16, field: Option<&str>) {
    assert_eq!(answer.status, status, "{}", answer.json);
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    assert_eq!(answer.json["status"], status);
    assert_eq!(answer.json["field"].as_str(), field, "{}", answer.json);
    assert!(!answer.json["detail"].as_str().unwrap().is_empty() && !answer.json["title"].as_str().unwrap().is_empty());
}

async fn put(service: &Service, headers: &[(&str, &str)], body: &Value) -> Answer {
    service.manager.send("PUT", "/partners/P-1", headers, body.to_string()).await
}

#[tokio::test]
async fn nobody_overwrites_what_they_have_not_seen() {
    let service = Service::start();
    let partner = |name: &str| json!({"name": name, "agreements": [{"model": "referrer", "starts_on": "2024-01-01"}]});
    check_problem(&put(&service, &[("if-match", "\"1\"")], &partner("A")).await, 412, None);
    let created = put(&service, &[("if-none-match", "*")], &partner("A")).await;
    assert_eq!((created.status, &created.headers["etag"]), (201, &"\"1\"".parse().unwrap()));
    assert_eq!(created.json["agreements"][0]["programme"], "2013-11-16", "fixed when first registered");

    let again = put(&service, &[], &partner("A")).await;
    assert_eq!((again.status, &again.headers["etag"]), (200, &"\"1\"".parse().unwrap()), "the same again");
    check_problem(&put(&service, &[], &partner("B")).await, 428, None);
    check_problem(&put(&service, &[("if-none-match", "*")], &partner("B")).await, 412, None);
    check_problem(&put(&service, &[("if-match", "\"2\"")], &partner("B")).await, 412, None);
    let changed = put(&service, &[("if-match", "\"1\"")], &partner("B")).await;
    assert_eq!((changed.status, &changed.headers["etag"]), (200, &"\"2\"".parse().unwrap()));
    check_problem(&put(&service, &[("if-match", "\"1\"")], &partner("C")).await, 412, None);
    check_problem(&put(&service, &[("if-none-match", "*")], &partner("B")).await, 412, None);

    // The tag of an answer changes with its balances, and is good for a change all the same.
    let before = service.manager.get("/partners/P-1").await;
    let known = [("if-none-match", before.headers["etag"].to_str().unwrap())];
    assert_eq!(service.manager.send("GET", "/partners/P-1", &known, String::new()).await.status, 304);
    let fee = json!({"amount": "100.00", "currency": "EUR"});
    let sale = json!({"contract_id": "T", "partner_id": "P-1", "customer_id": "K", "signed_on": "2025-01-01", "annual_fee": fee});
    service.take_in(&[event(SaleSigned, "T", &sale)]).await;
    let after = service.manager.send("GET", "/partners/P-1", &known, String::new()).await;
    assert!(after.status == 200 && after.headers["etag"] != before.headers["etag"], "{:?}", after.headers);
    let seen = before.headers["etag"].to_str().unwrap();
    assert_eq!(put(&service, &[("if-match", seen)], &partner("B again")).await.status, 200);
    assert_eq!(put(&service, &[("if-match", "\"3\"")], &partner("B")).await.headers["etag"], "\"4\"");

    // A sale changes the stored partner, but not its ETag.
    service.take_in(&World::sample().events[..1]).await;
    let read = service.manager.get("/partners/P-1").await;
    let tag = read.headers["etag"].to_str().unwrap();
    assert!(read.status == 200 && tag.starts_with("\"4-"), "{tag}");
    assert_eq!(read.json["name"], "B");
}

#[tokio::test]
async fn refusals_name_the_field() {
    let service = Service::start();
    let agreement = |more: Value| {
        let mut agreement = json!({"model": "affiliated-integrator", "starts_on": "2024-01-01"});
        agreement.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"name": "A", "agreements": [agreement]})
    };
    let qualified = json!({"qualified_on": "2024-01-02"});
    for (body, field) in [
        (json!([]), "body"),
        (json!({"agreements": []}), "name"),
        (json!({"name": "", "agreements": []}), "name"),
        (json!({"name": "A", "agreements": [], "rank": 1}), "rank"),
        (agreement(json!({})), "agreements[0].technical_qualification.qualified_on"),
        (
            agreement(json!({"technical_qualification": qualified})),
            "agreements[0].technical_qualification.qualified_on",
        ),
        (agreement(json!({"end_on": "2024-02-01"})), "agreements[0].end_on"),
        (agreement(json!({"rate": "1.5"})), "agreements[0].rate"),
        (agreement(json!({"from_sale": 13})), "agreements[0].from_sale"),
    ] {
        check_problem(&put(&service, &[], &body).await, 400, Some(field));
    }
    for (path, field) in [
        ("/partners?limit=0", "limit"),
        ("/partners?limit=501", "limit"),
        ("/partners?cursor=nonsense", "cursor"),
        ("/partners?colour=blue", "colour"),
        ("/partners/P%231", "id"),
        ("/partners/P%00", "id"),
        ("/partners/P-1/entries?from=2024-13-01", "from"),
        ("/partners/P-1/entries?from=2024-02-01&to=2024-01-01", "to"),
        ("/partners/P-1/entries?from=2024-02-01&from=2024-02-01", "from"),
        ("/partners/P-1/entries?lang=de", "lang"),
        ("/contracts/%E2%82%AC", "id"),
    ] {
        check_problem(&service.manager.get(path).await, 400, Some(field));
    }
    for path in ["/partners/P-1", "/partners/P-1/entries", "/contracts/C-1"] {
        check_problem(&service.manager.get(path).await, 404, None);
    }
    assert_eq!(service.manager.get("/nowhere").await.status, 404);
}

#[tokio::test]
async fn the_programme_is_there_cell_by_cell_in_both_languages() {
    let service = Service::start();
    let programme = service.get("/programme").await;
    let version = &programme["versions"][0];
    assert_eq!(version["version"], "2013-11-16");
    let rows: Vec<Value> = version["models"]
        .as_array()
        .unwrap()
        .iter()
        .map(|model| {
            for text in [&model["name"], &model["principle"], &model["support_by"]["text"], &model["earnings"]["text"]]
            {
                assert!(text["fr"].is_string() && text["en"].is_string(), "{model}");
            }
            let earnings = &model["earnings"];
            json!([
                model["model"],
                model["services_delivered_by"]["party"],
                model["services_invoiced_by"]["party"],
                model["recurring_contract_held_by"]["party"],
                model["support_by"]["party"],
                model["new_versions_by"]["party"],
                earnings["earnings"],
                earnings["rate"],
                earnings["from_sale"],
                model["conditions"].as_array().unwrap().len(),
                model["perks"].as_array().unwrap().len(),
            ])
        })
        .collect();
    let (p, v) = ("partner", "vendor");
    assert_eq!(
        rows,
        [
            json!(["affiliate", p, p, p, p, v, "recurring", "0.5", null, 3, 4]),
            json!(["affiliated-integrator", "partner-as-subcontractor", v, v, v, v, "once", "0.7", 2, 2, 4]),
            json!(["independent-integrator", p, p, v, v, v, "once", "0.5", 2, 1, 4]),
            json!(["referrer", v, v, v, v, v, "once", "0.15", 1, 0, 0]),
        ]
    );
}

#[tokio::test]
async fn entries_by_period_and_page() {
    let service = Service::start();
    let world = World::sample();
    service.register(&world).await;
    service.take_in(&world.events).await;

    let all = service.entries("P-001", "").await;
    for limit in [1, 2, 7, 500] {
        assert_eq!(service.entries("P-001", &format!("limit={limit}")).await, all, "pages of {limit}");
    }
    let days: Vec<&str> = all.iter().map(|entry| entry["booked_on"].as_str().unwrap()).collect();
    assert!(days.is_sorted(), "{days:?}");
    for (from, to) in [("2024-01-01", "2024-12-31"), ("2023-05-16", "2023-05-16"), ("2090-01-01", "2099-12-31")] {
        let wanted: Vec<&Value> =
            all.iter().filter(|entry| (from..=to).contains(&entry["booked_on"].as_str().unwrap())).collect();
        let got = service.entries("P-001", &format!("from={from}&to={to}&limit=3")).await;
        assert_eq!(got.iter().collect::<Vec<_>>(), wanted, "{from} to {to}");
    }
    let fee = all.iter().find(|entry| entry["kind"] == "entry-fee").unwrap();
    assert_eq!((&fee["cause"], &fee["booked_on"]), (&json!("2022-08-09"), &json!("2022-08-09")));
    assert_eq!((&fee["contract_id"], &fee["term"]), (&Value::Null, &Value::Null));
    assert_eq!(minor(&fee["amount"]), 255_056);
    let fields =
        ["partner_id", "cause", "kind", "booked_on", "recorded_at", "amount", "vendor_share", "reason", "explanation"];
    assert!(all.iter().all(|entry| fields.iter().all(|field| !entry[field].is_null())));
    let french = service.entries("P-001", "lang=fr").await;
    assert!(french.iter().all(|entry| entry["explanation"].as_str().unwrap().contains("programme du 16/11/2013")));

    // A cursor of one partner's list leads nowhere in another's.
    let page = service.get("/partners/P-001/entries?limit=1").await;
    let cursor = page["next_cursor"].as_str().unwrap();
    let other = service.manager.get(&format!("/partners/P-002/entries?cursor={cursor}")).await;
    assert!(
        other.json["entries"]
            .as_array()
            .is_none_or(|entries| entries.iter().all(|entry| entry["partner_id"] == "P-002"))
    );
}

#[tokio::test]
async fn a_partner_with_balances_minimum_and_perks() {
    let service = Service::start();
    let world = World::sample();
    service.register(&world).await;
    service.take_in(&world.events).await;
    let partner = service.get("/partners/P-001").await;
    assert_eq!(partner["agreements"].as_array().unwrap().len(), 2);
    let years = partner["minimum_sales"].as_array().unwrap();
    assert_eq!(years[0]["from"], "2022-08-09");
    assert_eq!((&years[0]["to"], &years[0]["minimum"]), (&json!("2023-08-08"), &json!(15)));
    assert_eq!((&years[2]["to"], &years[2]["minimum"]), (&json!("2025-05-08"), &json!(11)), "cut short by its end");
    let sold: u64 = years.iter().map(|year| year["sales"].as_u64().unwrap()).sum();
    let signed =
        world.events.iter().filter(|event| event.body.contains("sale-signed") && event.body.contains("\"P-001\""));
    assert_eq!(sold, signed.filter(|event| !event.body.contains("\"instance\":\"partner\"")).count() as u64);
    assert_eq!(partner["perks"].as_array().unwrap().len(), 4);
    assert_eq!(service.get("/partners/P-008").await["perks"], json!([]));
    let list = service.get("/partners?limit=3").await;
    assert_eq!(list["partners"][0], json!({"partner_id": "P-001", "name": "Partner P-001", "model": "affiliate"}));
    let rest = service.get(&format!("/partners?cursor={}", list["next_cursor"].as_str().unwrap())).await;
    assert_eq!(rest["partners"].as_array().unwrap().len(), 5);
}

/// The example of RULEBOOK §4: the same balances and months whichever sale arrives first.
#[tokio::test]
async fn a_late_earlier_sale_displaces_a_later_one() {
    let service = Service::start();
    let partner = json!({"name": "A", "agreements": [{
        "model": "independent-integrator", "starts_on": "2025-01-01",
        "technical_qualification": {"qualified_on": "2025-01-01"},
    }]});
    assert_eq!(put(&service, &[], &partner).await.status, 201);
    let sale = |contract: &str, signed_on: &str, amount: &str| {
        let fee = json!({"amount": amount, "currency": "EUR"});
        let data = json!({"contract_id": contract, "partner_id": "P-1", "customer_id": "K", "signed_on": signed_on, "annual_fee": fee});
        event(SaleSigned, contract, &data)
    };
    service.take_in(&[sale("A", "2026-02-01", "1200.01")]).await;
    service.take_in(&[sale("B", "2026-01-01", "999.99")]).await;
    let contract = service.get("/contracts/A").await;
    let amounts: Vec<i64> =
        contract["entries"].as_array().unwrap().iter().map(|entry| minor(&entry["amount"])).collect();
    assert_eq!(amounts, [0, 60_001]);
    let said = contract["entries"][1]["explanation"].as_str().unwrap().replace('\u{a0}', " ");
    assert!(said.contains("50% × 1,200.01 EUR = 600.01 EUR"), "{said}");
    assert_eq!(contract["annuities"][0]["line"]["reason"], "sale-n-or-later");
    assert_eq!(service.get("/contracts/B").await["annuities"][0]["line"]["reason"], "before-sale-n");

    let note = json!({"contract_id": "A", "term": 1, "credit_note_id": "N", "issued_on": "2026-03-05", "amount": {"amount": "600.00", "currency": "EUR"}});
    service.take_in(&[event(CreditNote, "N", &note)]).await;
    let march = service.entries("P-1", "from=2026-03-01&to=2026-03-31").await;
    assert_eq!(march.iter().map(|entry| minor(&entry["amount"])).collect::<Vec<_>>(), [-30_000]);
    assert_eq!((&march[0]["cause_kind"], &march[0]["cause"]), (&json!("credit-note"), &json!("N")));
}

#[tokio::test]
async fn a_supplement_raises_its_annuity_and_an_end_changes_no_amount() {
    let service = Service::start();
    let partner = json!({"name": "A", "agreements": [{"model": "referrer", "starts_on": "2025-01-01"}]});
    assert_eq!(put(&service, &[], &partner).await.status, 201);
    let euros = |amount: &str| json!({"amount": amount, "currency": "EUR"});
    let sale = json!({
        "contract_id": "C", "partner_id": "P-1", "customer_id": "K", "customer_name": "Mairie de Saint-Malo",
        "signed_on": "2025-01-10", "annual_fee": euros("100.00"),
    });
    let supplement = json!({
        "contract_id": "C", "term": 1, "supplement_id": "S", "issued_on": "2025-03-01", "amount": euros("50.00"),
    });
    let end = |day: &str| json!({"contract_id": "C", "ended_on": day});
    let named_otherwise = json!({
        "contract_id": "C", "partner_id": "P-1", "customer_id": "K", "customer_name": "Another name",
        "signed_on": "2025-01-10", "annual_fee": euros("100.00"),
    });
    // The end comes before all else, and a supplement before its sale.
    service.take_in(&[event(ContractEnded, "1", &end("2026-01-09"))]).await;
    service.take_in(&[event(Supplement, "2", &supplement)]).await;
    service.take_in(&[event(SaleSigned, "3", &sale), event(SaleSigned, "4", &named_otherwise)]).await;
    assert_eq!(service.balances().await.into_iter().collect::<Vec<_>>(), ["P-1,EUR,2250,0"]);
    let contract = service.get("/contracts/C").await;
    assert_eq!(
        (&contract["ended_on"], &contract["customer_name"]),
        (&json!("2026-01-09"), &json!("Mairie de Saint-Malo"))
    );
    let adjustment = &contract["annuities"][0]["adjustments"][0];
    assert_eq!((&adjustment["kind"], &adjustment["id"]), (&json!("supplement"), &json!("S")));
    let explanation = adjustment["line"]["explanation"].as_str().unwrap().replace('\u{a0}', " ");
    let expected =
        "A supplement raises the year’s fee by 50.00 EUR. The commission rises from 15.00 EUR to 22.50 EUR: +7.50 EUR.";
    assert!(explanation.starts_with(expected), "{explanation}");
    assert_eq!(service.entries("P-1", "from=2025-03-01&to=2025-03-31").await[0]["cause_kind"], "supplement");
    assert_eq!(service.get("/attention").await["items"], json!([]));

    // One in another currency says why it changes nothing.
    let foreign = json!({
        "contract_id": "C", "term": 1, "supplement_id": "F", "issued_on": "2025-03-02",
        "amount": {"amount": "50.00", "currency": "CHF"},
    });
    service.take_in(&[event(Supplement, "foreign", &foreign)]).await;
    let contract = service.get("/contracts/C?lang=fr").await;
    let adjustment = &contract["annuities"][0]["adjustments"][1];
    let why = adjustment["without_line"].as_str().unwrap();
    assert!(adjustment["line"].is_null() && why.starts_with("Il est dans une autre devise"), "{adjustment}");
    assert_eq!(contract["annuities"][0]["adjustments"][0]["without_line"], Value::Null);
    let choice = json!({"claim": null, "seen": 1, "reason": "the wrong currency"}).to_string();
    let path = "/contracts/C/terms/1/supplements/F/choices/1";
    assert_eq!(service.manager.put(path, choice).await.status, 202);
    service.wait_until_idle().await;

    // Another day contradicts, until a manager chooses.
    service.take_in(&[event(ContractEnded, "5", &end("2026-06-30"))]).await;
    let open = service.get("/contracts/C").await;
    assert_eq!((&open["ended_on"], &open["contradictions"][1]["fact"]), (&json!("2026-01-09"), &json!("contract-end")));
    let listed = service.get("/attention").await["items"][0].clone();
    assert_eq!(
        (&listed["kind"], &listed["contradicting"][0]["fact"]),
        (&json!("contradiction"), &json!("contract-end"))
    );
    let key = open["keys"].as_array().unwrap().iter().find(|key| key["fact"] == "contract-end").unwrap();
    let choice = json!({"claim": 2, "seen": 2, "reason": "the client stayed on"}).to_string();
    assert_eq!(service.manager.put(key["next_choice"]["path"].as_str().unwrap(), choice).await.status, 202);
    service.wait_until_idle().await;
    assert_eq!(service.get("/contracts/C").await["ended_on"], "2026-06-30");
    assert_eq!(service.get("/attention").await["items"], json!([]));
    assert_eq!(service.balances().await.into_iter().collect::<Vec<_>>(), ["P-1,EUR,2250,0"]);
}

#[tokio::test]
async fn what_is_pending_says_what_it_waits_for() {
    let service = Service::start();
    let fee = json!({"amount": "100.00", "currency": "EUR"});
    let renewal = json!({"contract_id": "C", "term": 2, "starts_on": "2026-01-01", "annual_fee": fee});
    let note = json!({"contract_id": "C", "term": 3, "credit_note_id": "N", "issued_on": "2026-03-05", "amount": fee});
    service.take_in(&[event(AnnualRenewal, "1", &renewal), event(CreditNote, "2", &note)]).await;
    let waits = |contract: &Value| -> Vec<String> {
        let annuities = contract["annuities"].as_array().unwrap().iter();
        annuities.map(|annuity| annuity["pending"]["waits_for"].as_str().unwrap_or("nothing").to_owned()).collect()
    };
    assert_eq!(waits(&service.get("/contracts/C").await), ["contract-not-signed", "term-not-billed"]);
    let sale = json!({"contract_id": "C", "partner_id": "P-1", "customer_id": "K", "signed_on": "2025-01-01", "annual_fee": fee});
    service.take_in(&[event(SaleSigned, "3", &sale)]).await;
    assert_eq!(waits(&service.get("/contracts/C").await), ["no-agreement", "no-agreement", "term-not-billed"]);
    let partner = json!({"name": "A", "agreements": [{"model": "referrer", "starts_on": "2025-01-01"}]});
    assert_eq!(put(&service, &[], &partner).await.status, 201);
    service.wait_until_idle().await;
    let contract = service.get("/contracts/C?lang=fr").await;
    assert_eq!(waits(&contract), ["nothing", "nothing", "term-not-billed"]);
    assert!(contract["annuities"][2]["pending"]["explanation"].as_str().unwrap().starts_with("En attente"));
    assert_eq!(service.balances().await.into_iter().collect::<Vec<_>>(), ["P-1,EUR,1500,0"]);
}

#[tokio::test]
async fn what_needs_a_person_is_listed_newest_first_until_it_is_resolved() {
    let service = Service::start();
    let world = World::edges();
    service.register(&world).await;
    service.take_in(&world.events).await;
    service.take_in(&[Event { event_type: SaleSigned, body: "nonsense".to_owned() }]).await;
    let all = service.get("/attention?limit=500").await;
    let items = all["items"].as_array().unwrap();
    let mut listed: Vec<String> = items
        .iter()
        .map(|item| {
            format!(
                "{} {} {}",
                item["kind"].as_str().unwrap(),
                item["contract_id"].as_str().unwrap_or("-"),
                item["term"]
            )
        })
        .collect();
    assert_eq!(listed.last().unwrap(), "rejected-message - null", "after the contracts");
    listed.sort();
    assert_eq!(
        listed,
        [
            "in-another-currency C-foreign 1",
            "over-credited C-over 1",
            "pending-no-agreement B-before 1",
            "pending-no-agreement B-gap 1",
            "pending-no-agreement OE-1 1",
            "pending-no-agreement OE-1 2",
            "pending-no-agreement U-1 1",
            "pending-no-agreement U-1 2",
            "pending-term-not-billed C-half 2",
            "pending-term-not-billed C-never-billed 1",
            "rejected-message - null",
            "void A-2 2",
        ]
    );
    assert!(items.iter().all(|item| item["what_to_do"].as_str().unwrap().len() > 20 && item["since"].is_string()));
    let mut paged = Vec::new();
    let mut path = "/attention?limit=5".to_owned();
    loop {
        let page = service.get(&path).await;
        paged.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/attention?limit=5&cursor={cursor}"),
            None => break,
        }
    }
    let without_cause = |items: &[Value]| {
        let mut items = items.to_vec();
        for item in &mut items {
            item["cause"] = Value::Null;
        }
        items
    };
    assert_eq!(without_cause(&paged), without_cause(items));

    let partner = json!({"name": "U", "agreements": [{"model": "referrer", "starts_on": "2025-01-01"}]});
    assert_eq!(service.manager.put("/partners/unknown", partner.to_string()).await.status, 201);
    service.wait_until_idle().await;
    let left = service.get("/attention").await;
    assert!(!left["items"].as_array().unwrap().iter().any(|item| item["contract_id"] == "U-1"), "resolved by itself");
}

#[tokio::test]
async fn a_manager_chooses_what_stands() {
    let service = Service::start();
    for (id, rate) in [("P-1", "0.1"), ("P-2", "0.2")] {
        let partner =
            json!({"name": id, "agreements": [{"model": "referrer", "starts_on": "2020-01-01", "rate": rate}]});
        assert_eq!(service.manager.put(&format!("/partners/{id}"), partner.to_string()).await.status, 201);
    }
    let sale = |partner: &str| {
        let fee = json!({"amount": "100.00", "currency": "EUR"});
        json!({"contract_id": "C", "partner_id": partner, "customer_id": "K", "signed_on": "2026-01-01", "annual_fee": fee})
    };
    service.take_in(&[event(SaleSigned, "1", &sale("P-1"))]).await;
    service.take_in(&[event(SaleSigned, "2", &sale("P-2"))]).await;
    assert_eq!(service.get("/attention").await["items"][0]["kind"], "contradiction");
    let balances = async |expected: &[&str]| {
        service.wait_until_idle().await;
        assert_eq!(service.balances().await.into_iter().collect::<Vec<_>>(), expected);
    };
    balances(&["P-1,EUR,1000,0"]).await;

    let choose = async |number: u32, body: Value| {
        service.manager.put(&format!("/contracts/C/terms/1/choices/{number}"), body.to_string()).await
    };
    check_problem(&choose(1, json!({"claim": 3, "seen": 2, "reason": "r"})).await, 400, Some("claim"));
    check_problem(&choose(1, json!({"claim": 2, "seen": 2, "reason": ""})).await, 400, Some("reason"));
    check_problem(&choose(1, json!({"seen": 2, "reason": "r"})).await, 400, Some("claim"));
    check_problem(&choose(1, json!({"claim": 2, "reason": "r"})).await, 400, Some("seen"));
    check_problem(&choose(1, json!({"claim": 2, "seen": 1, "reason": "r"})).await, 409, Some("seen"));
    check_problem(&choose(2, json!({"claim": 2, "seen": 2, "reason": "r"})).await, 409, Some("number"));
    let none = json!({"claim": 1, "seen": 2, "reason": "r"}).to_string();
    check_problem(&service.manager.put("/contracts/X/terms/1/choices/1", none).await, 404, None);

    let second = json!({"claim": 2, "seen": 2, "reason": "P-2 brought the client"});
    assert_eq!(choose(1, second.clone()).await.status, 202);
    balances(&["P-1,EUR,0,0", "P-2,EUR,2000,0"]).await;
    assert_eq!(choose(1, second).await.status, 200, "the same again");
    check_problem(&choose(1, json!({"claim": 1, "seen": 2, "reason": "r"})).await, 409, Some("number"));
    assert_eq!(service.get("/attention").await["items"], json!([]), "decided");

    assert_eq!(choose(2, json!({"claim": null, "seen": 2, "reason": "signed twice"})).await.status, 202);
    balances(&["P-1,EUR,0,0", "P-2,EUR,0,0"]).await;
    assert_eq!(choose(3, json!({"claim": 1, "seen": 2, "reason": "it was right"})).await.status, 202);
    balances(&["P-1,EUR,1000,0", "P-2,EUR,0,0"]).await;

    // A claim after a choice contradicts again: it is on the list, and can be chosen.
    let late = json!({"amount": "50.00", "currency": "EUR"});
    let mut third = sale("P-1");
    third["annual_fee"] = late;
    service.take_in(&[event(SaleSigned, "3", &third)]).await;
    assert_eq!(service.get("/attention").await["items"][0]["kind"], "contradiction");
    assert_eq!(service.get("/contracts/C").await["contradictions"][0]["open"], true);
    balances(&["P-1,EUR,1000,0", "P-2,EUR,0,0"]).await;
    check_problem(&choose(4, json!({"claim": 3, "seen": 2, "reason": "r"})).await, 409, Some("seen"));
    assert_eq!(choose(4, json!({"claim": 3, "seen": 3, "reason": "corrected"})).await.status, 202);
    balances(&["P-1,EUR,500,0", "P-2,EUR,0,0"]).await;
    assert_eq!(service.get("/attention").await["items"], json!([]), "decided");

    let contract = service.get("/contracts/C").await;
    assert_eq!(contract["contradictions"][0]["open"], false);
    let reasons: Vec<&str> =
        contract["choices"].as_array().unwrap().iter().map(|choice| choice["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, ["P-2 brought the client", "signed twice", "it was right", "corrected"]);
    assert_eq!(contract["entries"].as_array().unwrap().len(), 6, "{contract}");
    assert_eq!(contract["sale"]["partner_id"], "P-1");
}

#[tokio::test]
async fn a_missed_year_is_listed_until_it_is_set_aside() {
    let service = Service::start();
    let today: Date = TODAY.parse().unwrap();
    let half_a_year_ago = today.saturating_sub(180.days()).to_string();
    for (id, from, to) in [
        ("P-1", "2023-01-01", Some("2024-12-31")),
        ("P-2", "2023-01-01", Some("2023-01-02")),
        ("P-3", half_a_year_ago.as_str(), None),
    ] {
        let fee = json!({"segment": "s", "commercial_potential": {"amount": "1.00", "currency": "EUR"}, "rate": "0"});
        let agreement = json!({"model": "affiliate", "starts_on": from, "ends_on": to, "support_structure": true, "entry_fee": fee});
        let body = json!({"name": id, "agreements": [agreement]}).to_string();
        assert_eq!(service.manager.put(&format!("/partners/{id}"), body).await.status, 201);
    }
    let missed = async || -> Vec<(u64, u64, u64)> {
        let list = service.get("/partners?with=minimum_sales").await;
        let of =
            |id: &str| list["partners"].as_array().unwrap().iter().find(|one| one["partner_id"] == id).unwrap().clone();
        assert_eq!((&of("P-2")["missed"], &of("P-2")["minimum_sales"]), (&json!([]), &Value::Null));
        assert_eq!((&of("P-3")["missed"], &of("P-3")["minimum_sales"]["number"]), (&json!([]), &json!(1)));
        assert_eq!(of("P-1")["minimum_sales"], Value::Null);
        let number = |year: &Value, name: &str| year[name].as_u64().unwrap();
        let years = of("P-1")["missed"].as_array().unwrap().clone();
        years.iter().map(|year| (number(year, "number"), number(year, "sales"), number(year, "minimum"))).collect()
    };
    let put = async |path: &str, reason: &str| {
        service.manager.put(&format!("/partners/{path}/set-aside"), json!({"reason": reason}).to_string()).await
    };
    assert_eq!(missed().await, [(1, 0, 15), (2, 0, 15)]);
    assert_eq!(put("P-1/agreements/2023-01-01/years/1", "it was ill").await.status, 200);
    assert_eq!(put("P-1/agreements/2023-01-01/years/1", "it was ill").await.status, 200);
    assert_eq!(missed().await, [(2, 0, 15)]);
    let running_year = format!("P-3/agreements/{half_a_year_ago}/years/1");
    for (path, reason, status, field, said) in [
        ("P-1/agreements/2023-01-01/years/1", "another reason", 409, None, "set aside already"),
        ("P-1/agreements/2023-01-01/years/3", "r", 409, None, "has not begun"),
        ("P-2/agreements/2023-01-01/years/1", "r", 409, None, "is reached: 0 sales of 0"),
        (running_year.as_str(), "r", 409, None, "is not over"),
        ("P-1/agreements/2023-01-02/years/1", "r", 404, None, "no agreement of P-1 starts on 2023-01-02"),
        ("P-9/agreements/2023-01-01/years/1", "r", 404, None, "no partner P-9"),
        ("P-1/agreements/2023-1-1/years/1", "r", 400, Some("starts_on"), "is not a day"),
        ("P-1/agreements/2023-01-01/years/0", "r", 400, Some("n"), "from 1 to 100"),
        ("P-1/agreements/2023-01-01/years/2", "", 400, Some("reason"), "must be 1 to 200 visible characters"),
    ] {
        let refused = put(path, reason).await;
        check_problem(&refused, status, field);
        assert!(refused.json["detail"].as_str().unwrap().contains(said), "{}", refused.json);
    }

    // The reason is for managers.
    let years = service.get("/partners/P-1").await["minimum_sales"].clone();
    assert_eq!((&years[0]["set_aside"]["reason"], &years[1]["set_aside"]), (&json!("it was ill"), &Value::Null));
    let own = service.as_partner("P-1").get("/partners/P-1").await;
    assert!(own.status == 200 && !own.text.contains("ill") && !own.text.contains("set_aside"), "{}", own.text);

    // The sales have changed: the year is back.
    let fee = json!({"amount": "100.00", "currency": "EUR"});
    let sale = json!({"contract_id": "C", "partner_id": "P-1", "customer_id": "K", "signed_on": "2023-05-01", "annual_fee": fee});
    service.take_in(&[event(SaleSigned, "1", &sale)]).await;
    assert_eq!(missed().await, [(1, 1, 15), (2, 0, 15)]);
    assert_eq!(put("P-1/agreements/2023-01-01/years/1", "one is not enough").await.status, 200);
    assert_eq!(missed().await, [(2, 0, 15)]);
}

/// A sender gone wrong fills its own part of the list.
#[tokio::test]
async fn three_thousand_refused_messages_hide_no_contract() {
    let service = Service::start();
    let fee = json!({"amount": "100.00", "currency": "EUR"});
    let sale = json!({"contract_id": "C", "partner_id": "P-1", "customer_id": "K", "signed_on": "2025-01-01", "annual_fee": fee});
    service.take_in(&[event(SaleSigned, "1", &sale)]).await;
    for n in 0..3000 {
        let poison = events::Refusal::new("body", texts::Code::NotAnObject);
        service.record_dead_letter_as(SaleSigned, poison, &format!("poison-{n}")).await;
    }
    let first = service.get("/attention?limit=25").await;
    let kinds: Vec<&str> =
        first["items"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap()).collect();
    assert_eq!((kinds.len(), kinds[0], kinds[1]), (25, "pending-no-agreement", "rejected-message"));
    assert_eq!(service.get("/attention?of=contracts").await["items"].as_array().unwrap().len(), 1);
    let mut messages = 0;
    let mut path = "/attention?of=messages&limit=500".to_owned();
    loop {
        let page = service.get(&path).await;
        let items = page["items"].as_array().unwrap();
        assert!(items.iter().all(|item| item["kind"] == "rejected-message"));
        messages += items.len();
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/attention?of=messages&limit=500&cursor={cursor}");
    }
    assert_eq!(messages, 3000);
    check_problem(&service.manager.get("/attention?of=else").await, 400, Some("of"));
    // A page that ends with the contracts goes on with the messages.
    let page = service.get("/attention?limit=1").await;
    let cursor = page["next_cursor"].as_str().unwrap();
    assert_eq!(
        service.get(&format!("/attention?limit=1&cursor={cursor}")).await["items"][0]["kind"],
        "rejected-message"
    );
}

/// An answer to a read can be sent back as it is.
#[tokio::test]
async fn what_get_answers_of_a_partner_can_be_put_back() {
    let (service, world) = (Service::start(), World::all());
    service.register(&world).await;
    service.take_in(&world.events).await;
    assert!(world.partners.len() > 8);
    for partner in &world.partners {
        let path = format!("/partners/{}", partner.id);
        let read = service.manager.get(&path).await;
        let tag = read.headers["etag"].to_str().unwrap();
        let put = service.manager.send("PUT", &path, &[("if-match", tag)], read.text.clone()).await;
        let version = put.headers["etag"].to_str().unwrap().trim_end_matches('"');
        assert!(put.status == 200 && tag.starts_with(&format!("{version}-")), "{path}: {tag} {}", put.text);
        for field in ["partner_id", "name", "agreements"] {
            assert_eq!(put.json[field], read.json[field], "{path} {field}");
        }
        service.wait_until_idle().await;
        assert_eq!(service.manager.get(&path).await.text, read.text, "{path}");
    }
    // A changed name is stored; another partner's answer is not accepted for this partner.
    let read = service.manager.get("/partners/P-001").await;
    let renamed = read.text.replace("Partner P-001", "Another name");
    let put = service.manager.send("PUT", "/partners/P-001", &[("if-match", "\"1\"")], renamed).await;
    assert_eq!(
        (put.status, &put.json["name"], &put.headers["etag"]),
        (200, &json!("Another name"), &"\"2\"".parse().unwrap())
    );
    check_problem(&service.manager.put("/partners/P-002", read.text).await, 400, Some("partner_id"));
}

#[tokio::test]
async fn a_contract_says_which_claim_stands_and_where_the_next_choice_goes() {
    let service = Service::start();
    let fee = |amount: &str| json!({"amount": amount, "currency": "EUR"});
    let sale = |amount: &str| {
        let data = json!({"contract_id": "C", "partner_id": "P-1", "customer_id": "K", "signed_on": "2026-01-01", "annual_fee": fee(amount)});
        event(SaleSigned, amount, &data)
    };
    let note =
        json!({"contract_id": "C", "term": 1, "credit_note_id": "N", "issued_on": "2026-02-01", "amount": fee("1.00")});
    service.take_in(&[sale("100.00"), sale("90.00"), event(CreditNote, "N", &note)]).await;
    let keys = async || service.get("/contracts/C").await["keys"].clone();
    let key = |note: Value, claims: u32, effective: Value, open: bool, number: u32| {
        let below = if note.is_null() { "" } else { "/credit-notes/N" };
        let path = format!("/contracts/C/terms/1{below}/choices/{number}");
        let sources = vec!["billing"; claims.try_into().unwrap()];
        json!({
            "sources": sources,
            "fact": if note.is_null() { "sale" } else { "credit-note" },
            "term": 1, "id": note, "claims": claims, "effective": effective, "open": open,
            "next_choice": {"number": number, "path": path},
        })
    };
    let credit_note = |effective, number| key(json!("N"), 1, effective, false, number);
    assert_eq!(keys().await, json!([key(Value::Null, 2, json!(1), true, 1), credit_note(json!(1), 1)]));
    for (at, claim, seen) in [(0, json!(2), 2), (0, Value::Null, 2), (1, Value::Null, 1), (0, json!(1), 2)] {
        let path = keys().await[at]["next_choice"]["path"].as_str().unwrap().to_owned();
        let body = json!({"claim": claim, "seen": seen, "reason": "r"}).to_string();
        assert_eq!(service.manager.put(&path, body).await.status, 202, "{path}");
        service.wait_until_idle().await;
        assert_eq!(keys().await[at]["effective"], claim);
    }
    assert_eq!(keys().await, json!([key(Value::Null, 2, json!(1), false, 4), credit_note(Value::Null, 2)]));
    let contract = service.get("/contracts/C").await;
    assert_eq!(contract["contradictions"][0]["effective"], 1);
    // A claim that comes later is not resolved.
    service.take_in(&[sale("80.00")]).await;
    assert_eq!(keys().await[0], key(Value::Null, 3, json!(1), true, 4));
    // After a hundred choices there is no next one.
    for number in 4..=100 {
        let contract_id = "C".parse().unwrap();
        let choice =
            Choice { contract_id, key: Key::Sale, number, claim: Pick::Recorded(None), seen: 3, why: "r".to_owned() };
        let origin = Origin { at: Timestamp::UNIX_EPOCH, because: &Trigger::Choice(number, None) };
        assert_eq!(service.ledger().choose(&choice, origin).await.unwrap(), ChoiceResult::Now);
    }
    assert_eq!(keys().await[0]["next_choice"], Value::Null);
    let one_more = json!({"claim": 1, "seen": 3, "reason": "r"}).to_string();
    check_problem(&service.manager.put("/contracts/C/terms/1/choices/101", one_more).await, 409, Some("number"));
}

#[tokio::test]
async fn raw_characters_are_admitted_in_a_path_and_refused_in_a_query() {
    let service = Service::start();
    // The space first: it parts the words that are looked for, which every later name has.
    let raw = [
        (" ", "%20"),
        ("<", "%3C"),
        (">", "%3E"),
        ("\"", "%22"),
        ("|", "%7C"),
        ("\\", "%5C"),
        ("^", "%5E"),
        ("`", "%60"),
    ];
    let raw = raw.into_iter().chain([("é", "%C3%A9"), ("{", "%7B"), ("[", "%5B"), ("%zz", "%25zz")]);
    for (text, encoded) in raw {
        let body = json!({"name": format!("A{text}Z"), "agreements": []});
        let id = format!("P-{}", encoded.replace('%', ""));
        assert_eq!(service.manager.put(&format!("/partners/{id}"), body.to_string()).await.status, 201, "{text}");
        for wanted in [text, encoded] {
            check_problem(&service.manager.get(&format!("/partners/A{wanted}Z")).await, 400, Some("id"));
            check_problem(&service.manager.get(&format!("/{wanted}")).await, 404, None);
        }
        let found = service.get(&format!("/partners?q=A{encoded}Z")).await;
        assert_eq!(found["partners"][0]["partner_id"], id, "{encoded}");
        assert_eq!(found["partners"].as_array().unwrap().len(), 1, "{encoded}");
        check_problem(&service.manager.get(&format!("/partners?{encoded}")).await, 400, Some(text));
    }
    for raw in
        ["<", ">", "\"", " ", "|", "\\", "^", "`", "{", "}", "[", "]", "#", "é", "\0", "\n", "\u{7f}", "%", "%4", "%zz"]
    {
        for path in ["/", "/openapi.json", "/partners", "/programme", "/nowhere"] {
            check_problem(&service.manager.get(&format!("{path}?{raw}")).await, 400, None);
            check_problem(&service.manager.get(&format!("{path}?q=a{raw}")).await, 400, None);
        }
    }
    assert_eq!(service.manager.get("/partners?").await.status, 200);
    check_problem(&service.manager.get("/partners?=").await, 400, Some(""));
}

#[tokio::test]
async fn a_request_that_http_does_not_admit_is_refused_in_words() {
    let service = Service::start();
    for (headers, detail) in
        [([("accept-language", "fr"), ("if-match", "\"1\n\"")], "requête"), ([("a b", ""), ("c", "")], "request")]
    {
        let answer = service.manager.send("GET", "/programme", &headers, String::new()).await;
        check_problem(&answer, 400, None);
        assert!(answer.json["detail"].as_str().unwrap().to_lowercase().contains(detail), "{}", answer.text);
    }
    let long = format!("/partners?q={}", "a".repeat(70_000));
    check_problem(&service.manager.get(&long).await, 400, None);
}
