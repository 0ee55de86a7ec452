//! The HTTP API: registering and reading.

use events::EventType::{AnnualRenewal, CreditNote, SaleSigned};
use fixtures::world::{World, event};
use harness::running::{Running, minor};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use local::client::Answer;
use serde_json::{Value, json};
use std::time::SystemTime;

fn check_problem(answer: &Answer, status: u16, field: Option<&str>) {
    assert_eq!(answer.status, status, "{}", answer.json);
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    assert_eq!(answer.json["status"], status);
    assert_eq!(answer.json["field"].as_str(), field, "{}", answer.json);
    assert!(!answer.json["detail"].as_str().unwrap().is_empty() && !answer.json["title"].as_str().unwrap().is_empty());
}

async fn put(running: &Running, headers: &[(&str, &str)], body: &Value) -> Answer {
    running.api.send("PUT".parse().unwrap(), "/partners/P-1", headers, body.to_string()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_overwrites_what_they_have_not_seen() {
    let running = Running::start().await;
    let partner = |name: &str| json!({"name": name, "agreements": [{"model": "referrer", "starts_on": "2024-01-01"}]});
    check_problem(&put(&running, &[("if-match", "\"1\"")], &partner("A")).await, 412, None);
    let created = put(&running, &[("if-none-match", "*")], &partner("A")).await;
    assert_eq!((created.status, &created.headers["etag"]), (201, &"\"1\"".parse().unwrap()));
    assert_eq!(created.json["agreements"][0]["programme"], "2013-11-16", "fixed when first registered");

    let again = put(&running, &[], &partner("A")).await;
    assert_eq!((again.status, &again.headers["etag"]), (200, &"\"1\"".parse().unwrap()), "the same again");
    check_problem(&put(&running, &[], &partner("B")).await, 428, None);
    check_problem(&put(&running, &[("if-none-match", "*")], &partner("B")).await, 412, None);
    check_problem(&put(&running, &[("if-match", "\"2\"")], &partner("B")).await, 412, None);
    let changed = put(&running, &[("if-match", "\"1\"")], &partner("B")).await;
    assert_eq!((changed.status, &changed.headers["etag"]), (200, &"\"2\"".parse().unwrap()));
    check_problem(&put(&running, &[("if-match", "\"1\"")], &partner("C")).await, 412, None);

    // A sale changes what is stored of the partner, but not its ETag.
    running.take_in(&World::sample().events[..1]).await;
    let read = running.api.get("/partners/P-1").await.unwrap();
    assert_eq!((read.status, &read.headers["etag"]), (200, &"\"2\"".parse().unwrap()));
    assert_eq!(read.json["name"], "B");
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_name_the_field() {
    let running = Running::start().await;
    let agreement = |more: Value| {
        let mut agreement = json!({"model": "affiliated-integrator", "starts_on": "2024-01-01"});
        agreement.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"name": "A", "agreements": [agreement]})
    };
    let qualified = json!({"qualified_on": "2024-01-02"});
    for (body, field) in [
        (json!([]), "body"),
        (json!({"agreements": []}), "body"),
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
        check_problem(&put(&running, &[], &body).await, 400, Some(field));
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
        check_problem(&running.api.get(path).await.unwrap(), 400, Some(field));
    }
    for path in ["/partners/P-1", "/partners/P-1/entries", "/contracts/C-1"] {
        check_problem(&running.api.get(path).await.unwrap(), 404, None);
    }
    assert_eq!(running.api.get("/nowhere").await.unwrap().status, 404);
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_programme_is_there_cell_by_cell_in_both_languages() {
    let running = Running::start().await;
    let programme = running.get("/programme").await;
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
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_by_period_and_page() {
    let running = Running::start().await;
    let world = World::sample();
    running.register(&world).await;
    running.take_in(&world.events).await;

    let all = running.entries("P-001", "").await;
    for limit in [1, 2, 7, 500] {
        assert_eq!(running.entries("P-001", &format!("limit={limit}")).await, all, "pages of {limit}");
    }
    let days: Vec<&str> = all.iter().map(|entry| entry["booked_on"].as_str().unwrap()).collect();
    assert!(days.is_sorted(), "{days:?}");
    for (from, to) in [("2024-01-01", "2024-12-31"), ("2023-05-16", "2023-05-16"), ("2090-01-01", "2099-12-31")] {
        let wanted: Vec<&Value> =
            all.iter().filter(|entry| (from..=to).contains(&entry["booked_on"].as_str().unwrap())).collect();
        let got = running.entries("P-001", &format!("from={from}&to={to}&limit=3")).await;
        assert_eq!(got.iter().collect::<Vec<_>>(), wanted, "{from} to {to}");
    }
    let fee = all.iter().find(|entry| entry["kind"] == "entry-fee").unwrap();
    assert_eq!((&fee["cause"], &fee["booked_on"]), (&json!("2022-08-09"), &json!("2022-08-09")));
    assert_eq!((&fee["contract_id"], &fee["term"]), (&Value::Null, &Value::Null));
    assert_eq!(minor(&fee["amount"]), 255_056);
    let fields =
        ["partner_id", "cause", "kind", "booked_on", "recorded_at", "amount", "vendor_share", "reason", "explanation"];
    assert!(all.iter().all(|entry| fields.iter().all(|field| !entry[field].is_null())));
    let french = running.entries("P-001", "lang=fr").await;
    assert!(french.iter().all(|entry| entry["explanation"].as_str().unwrap().contains("programme du 16/11/2013")));

    // A cursor of one partner's list leads nowhere in another's.
    let page = running.get("/partners/P-001/entries?limit=1").await;
    let cursor = page["next_cursor"].as_str().unwrap();
    let other = running.api.get(&format!("/partners/P-002/entries?cursor={cursor}")).await.unwrap();
    assert!(
        other.json["entries"]
            .as_array()
            .is_none_or(|entries| entries.iter().all(|entry| entry["partner_id"] == "P-002"))
    );
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_with_balances_minimum_and_perks() {
    let running = Running::start().await;
    let world = World::sample();
    running.register(&world).await;
    running.take_in(&world.events).await;
    let partner = running.get("/partners/P-001").await;
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
    assert_eq!(running.get("/partners/P-008").await["perks"], json!([]));
    let list = running.get("/partners?limit=3").await;
    assert_eq!(list["partners"][0], json!({"partner_id": "P-001", "name": "Partner P-001", "model": "affiliate"}));
    let rest = running.get(&format!("/partners?cursor={}", list["next_cursor"].as_str().unwrap())).await;
    assert_eq!(rest["partners"].as_array().unwrap().len(), 5);
    running.stack.stop().await;
}

/// The example of RULEBOOK §4: the same balances and months whichever sale arrives first.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_earlier_sale_displaces_a_later_one() {
    let running = Running::start().await;
    let partner = json!({"name": "A", "agreements": [{
        "model": "independent-integrator", "starts_on": "2025-01-01",
        "technical_qualification": {"qualified_on": "2025-01-01"},
    }]});
    assert_eq!(put(&running, &[], &partner).await.status, 201);
    let sale = |contract: &str, signed_on: &str, amount: &str| {
        let fee = json!({"amount": amount, "currency": "EUR"});
        let data = json!({"contract_id": contract, "partner_id": "P-1", "customer_id": "K", "signed_on": signed_on, "annual_fee": fee});
        event(SaleSigned, contract, &data)
    };
    running.take_in(&[sale("A", "2026-02-01", "1200.01")]).await;
    running.take_in(&[sale("B", "2026-01-01", "999.99")]).await;
    let contract = running.get("/contracts/A").await;
    let amounts: Vec<i64> =
        contract["entries"].as_array().unwrap().iter().map(|entry| minor(&entry["amount"])).collect();
    assert_eq!(amounts, [0, 60_001]);
    let said = contract["entries"][1]["explanation"].as_str().unwrap().replace('\u{a0}', " ");
    assert!(said.starts_with("50 % of 1,200.01 EUR is 600.01 EUR"), "{said}");
    assert_eq!(contract["annuities"][0]["line"]["reason"], "sale-n-or-later");
    assert_eq!(running.get("/contracts/B").await["annuities"][0]["line"]["reason"], "before-sale-n");

    let note = json!({"contract_id": "A", "term": 1, "credit_note_id": "N", "issued_on": "2026-03-05", "amount": {"amount": "600.00", "currency": "EUR"}});
    running.take_in(&[event(CreditNote, "N", &note)]).await;
    let march = running.entries("P-1", "from=2026-03-01&to=2026-03-31").await;
    assert_eq!(march.iter().map(|entry| minor(&entry["amount"])).collect::<Vec<_>>(), [-30_000]);
    assert_eq!(march[0]["cause"], "N");
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pending_says_what_it_waits_for() {
    let running = Running::start().await;
    let fee = json!({"amount": "100.00", "currency": "EUR"});
    let renewal = json!({"contract_id": "C", "term": 2, "starts_on": "2026-01-01", "annual_fee": fee});
    let note = json!({"contract_id": "C", "term": 3, "credit_note_id": "N", "issued_on": "2026-03-05", "amount": fee});
    running.take_in(&[event(AnnualRenewal, "1", &renewal), event(CreditNote, "2", &note)]).await;
    let waits = |contract: &Value| -> Vec<String> {
        let annuities = contract["annuities"].as_array().unwrap().iter();
        annuities.map(|annuity| annuity["pending"]["waits_for"].as_str().unwrap_or("nothing").to_owned()).collect()
    };
    assert_eq!(waits(&running.get("/contracts/C").await), ["contract-not-signed", "term-not-billed"]);
    let sale = json!({"contract_id": "C", "partner_id": "P-1", "customer_id": "K", "signed_on": "2025-01-01", "annual_fee": fee});
    running.take_in(&[event(SaleSigned, "3", &sale)]).await;
    assert_eq!(waits(&running.get("/contracts/C").await), ["no-agreement", "no-agreement", "term-not-billed"]);
    let partner = json!({"name": "A", "agreements": [{"model": "referrer", "starts_on": "2025-01-01"}]});
    assert_eq!(put(&running, &[], &partner).await.status, 201);
    running.settle().await;
    let contract = running.get("/contracts/C?lang=fr").await;
    assert_eq!(waits(&contract), ["nothing", "nothing", "term-not-billed"]);
    assert!(contract["annuities"][2]["pending"]["explanation"].as_str().unwrap().starts_with("En attente"));
    assert_eq!(running.balances().await.into_iter().collect::<Vec<_>>(), ["P-1,EUR,1500,0"]);
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_a_person_is_listed_newest_first_until_it_is_settled() {
    let running = Running::start().await;
    let world = World::edges();
    running.register(&world).await;
    running.take_in(&world.events).await;
    running.send_raw(SaleSigned, &["nonsense".to_owned()]).await;
    running.settle().await;
    let all = running.get("/attention?limit=500").await;
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
    assert_eq!(listed[0], "rejected-message - null", "the newest");
    listed.sort();
    assert_eq!(
        listed,
        [
            "credit-note-in-another-currency C-foreign 1",
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
    assert!(
        items.iter().all(|item| item["what_to_do"].as_str().unwrap().len() > 20 && item["recorded_at"].is_string())
    );
    let mut paged = Vec::new();
    let mut path = "/attention?limit=5".to_owned();
    loop {
        let page = running.get(&path).await;
        paged.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/attention?limit=5&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(&paged, items);

    let partner = json!({"name": "U", "agreements": [{"model": "referrer", "starts_on": "2025-01-01"}]});
    assert_eq!(running.api.put("/partners/unknown", partner.to_string()).await.unwrap().status, 201);
    running.settle().await;
    let left = running.get("/attention").await;
    assert!(!left["items"].as_array().unwrap().iter().any(|item| item["contract_id"] == "U-1"), "settled by itself");
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_chooses_what_stands() {
    let running = Running::start().await;
    for (id, rate) in [("P-1", "0.1"), ("P-2", "0.2")] {
        let partner =
            json!({"name": id, "agreements": [{"model": "referrer", "starts_on": "2020-01-01", "rate": rate}]});
        assert_eq!(running.api.put(&format!("/partners/{id}"), partner.to_string()).await.unwrap().status, 201);
    }
    let sale = |partner: &str| {
        let fee = json!({"amount": "100.00", "currency": "EUR"});
        json!({"contract_id": "C", "partner_id": partner, "customer_id": "K", "signed_on": "2026-01-01", "annual_fee": fee})
    };
    running.take_in(&[event(SaleSigned, "1", &sale("P-1"))]).await;
    running.take_in(&[event(SaleSigned, "2", &sale("P-2"))]).await;
    assert_eq!(running.get("/attention").await["items"][0]["kind"], "contradiction");
    let balances = async |expected: &[&str]| {
        running.settle().await;
        assert_eq!(running.balances().await.into_iter().collect::<Vec<_>>(), expected);
    };
    balances(&["P-1,EUR,1000,0"]).await;

    let choose = async |number: u32, body: Value| {
        running.api.put(&format!("/contracts/C/terms/1/choices/{number}"), body.to_string()).await.unwrap()
    };
    check_problem(&choose(1, json!({"claim": 3, "seen": 2, "reason": "r"})).await, 400, Some("claim"));
    check_problem(&choose(1, json!({"claim": 2, "seen": 2, "reason": ""})).await, 400, Some("reason"));
    check_problem(&choose(1, json!({"seen": 2, "reason": "r"})).await, 400, Some("body"));
    check_problem(&choose(1, json!({"claim": 2, "reason": "r"})).await, 400, Some("body"));
    check_problem(&choose(1, json!({"claim": 2, "seen": 1, "reason": "r"})).await, 409, Some("seen"));
    check_problem(&choose(2, json!({"claim": 2, "seen": 2, "reason": "r"})).await, 409, Some("number"));
    let none = json!({"claim": 1, "seen": 2, "reason": "r"}).to_string();
    check_problem(&running.api.put("/contracts/X/terms/1/choices/1", none).await.unwrap(), 404, None);

    let second = json!({"claim": 2, "seen": 2, "reason": "P-2 brought the client"});
    assert_eq!(choose(1, second.clone()).await.status, 202);
    balances(&["P-1,EUR,0,0", "P-2,EUR,2000,0"]).await;
    assert_eq!(choose(1, second).await.status, 200, "the same again");
    check_problem(&choose(1, json!({"claim": 1, "seen": 2, "reason": "r"})).await, 409, Some("number"));
    assert_eq!(running.get("/attention").await["items"], json!([]), "decided");

    assert_eq!(choose(2, json!({"claim": null, "seen": 2, "reason": "signed twice"})).await.status, 202);
    balances(&["P-1,EUR,0,0", "P-2,EUR,0,0"]).await;
    assert_eq!(choose(3, json!({"claim": 1, "seen": 2, "reason": "it was right"})).await.status, 202);
    balances(&["P-1,EUR,1000,0", "P-2,EUR,0,0"]).await;

    // What comes after a choice contradicts again: it is on the list, and can be chosen.
    let late = json!({"amount": "50.00", "currency": "EUR"});
    let mut third = sale("P-1");
    third["annual_fee"] = late;
    running.take_in(&[event(SaleSigned, "3", &third)]).await;
    assert_eq!(running.get("/attention").await["items"][0]["kind"], "contradiction");
    assert_eq!(running.get("/contracts/C").await["contradictions"][0]["open"], true);
    balances(&["P-1,EUR,1000,0", "P-2,EUR,0,0"]).await;
    check_problem(&choose(4, json!({"claim": 3, "seen": 2, "reason": "r"})).await, 409, Some("seen"));
    assert_eq!(choose(4, json!({"claim": 3, "seen": 3, "reason": "corrected"})).await.status, 202);
    balances(&["P-1,EUR,500,0", "P-2,EUR,0,0"]).await;
    assert_eq!(running.get("/attention").await["items"], json!([]), "decided");

    let contract = running.get("/contracts/C").await;
    assert_eq!(contract["contradictions"][0]["open"], false);
    let reasons: Vec<&str> =
        contract["choices"].as_array().unwrap().iter().map(|choice| choice["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, ["P-2 brought the client", "signed twice", "it was right", "corrected"]);
    assert_eq!(contract["entries"].as_array().unwrap().len(), 6, "{contract}");
    assert_eq!(contract["sale"]["partner_id"], "P-1");
    assert_eq!(running.dead_letters().await, []);
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missed_year_is_listed_until_it_is_set_aside() {
    let running = Running::start().await;
    let seconds = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let today =
        Timestamp::from_second(i64::try_from(seconds).unwrap()).unwrap().to_zoned_datetime(TimeZone::UTC).date();
    let half_a_year_ago = today.saturating_sub(180.days()).to_string();
    for (id, from, to) in [
        ("P-1", "2023-01-01", Some("2024-12-31")),
        ("P-2", "2023-01-01", Some("2023-01-02")),
        ("P-3", half_a_year_ago.as_str(), None),
    ] {
        let fee = json!({"segment": "s", "commercial_potential": {"amount": "1.00", "currency": "EUR"}, "rate": "0"});
        let agreement = json!({"model": "affiliate", "starts_on": from, "ends_on": to, "support_structure": true, "entry_fee": fee});
        let body = json!({"name": id, "agreements": [agreement]}).to_string();
        assert_eq!(running.api.put(&format!("/partners/{id}"), body).await.unwrap().status, 201);
    }
    let missed = async || -> Vec<(u64, u64, u64)> {
        let list = running.get("/partners?with=minimum_sales").await;
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
        running.api.put(&format!("/partners/{path}/set-aside"), json!({"reason": reason}).to_string()).await.unwrap()
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
        ("P-1/agreements/2023-01-01/years/2", "", 400, Some("reason"), "must be 1 to 200 characters"),
    ] {
        let refused = put(path, reason).await;
        check_problem(&refused, status, field);
        assert!(refused.json["detail"].as_str().unwrap().contains(said), "{}", refused.json);
    }

    // The reason is for managers.
    let years = running.get("/partners/P-1").await["minimum_sales"].clone();
    assert_eq!((&years[0]["set_aside"]["reason"], &years[1]["set_aside"]), (&json!("it was ill"), &Value::Null));
    let own = running.api_of("P-1").get("/partners/P-1").await.unwrap();
    assert!(own.status == 200 && !own.text.contains("ill") && !own.text.contains("set_aside"), "{}", own.text);

    // What it says has changed: it is back.
    let fee = json!({"amount": "100.00", "currency": "EUR"});
    let sale = json!({"contract_id": "C", "partner_id": "P-1", "customer_id": "K", "signed_on": "2023-05-01", "annual_fee": fee});
    running.take_in(&[event(SaleSigned, "1", &sale)]).await;
    assert_eq!(missed().await, [(1, 1, 15), (2, 0, 15)]);
    assert_eq!(put("P-1/agreements/2023-01-01/years/1", "one is not enough").await.status, 200);
    assert_eq!(missed().await, [(2, 0, 15)]);
    running.stack.stop().await;
}
