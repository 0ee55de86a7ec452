//! Statements, summaries and simulations: sums over months, against the lines of the fold.

use crate::service::{Service, minor};
use events::EventType;
use fixtures::world::{World, event};
use rules::fold::fold;
use rules::{Adjustment, AdjustmentKind, Fact, Instance, Line, Money, Month, Sale, Term};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Sums by `month,partner,kind,model,currency`: amount and vendor's share, in minor units.
type Sums = BTreeMap<String, (i64, i64)>;

fn sums<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Sums {
    let mut sums = Sums::new();
    for line in lines {
        let rules::PostingKey { partner_id, kind, model, currency, booked_on } = &line.posting;
        let sum =
            sums.entry(format!("{},{partner_id},{kind},{model},{currency}", Month::from(*booked_on))).or_default();
        sum.0 += line.amount().0;
        sum.1 += line.vendor_share().0;
    }
    sums
}

async fn sample() -> (Service, World, Vec<Line>) {
    let (service, world) = Service::sample().await;
    let lines = fold(world.facts(), &world.registry());
    (service, world, lines)
}

#[tokio::test]
async fn months_add_up_to_the_lines_for_everyone_and_for_each_partner() {
    let (service, world, lines) = sample().await;
    let mut summed = Sums::new();
    for (from, to) in [("2021-01", "2023-12"), ("2024-01", "2026-12"), ("2027-01", "2029-12")] {
        let file = service.manager.get_as(&format!("/summary?from={from}&to={to}"), "text/csv").await;
        assert_eq!((file.status, &file.headers["content-type"]), (200, &"text/csv; charset=utf-8".parse().unwrap()));
        for row in file.text.lines().filter_map(|row| row.strip_prefix("month,")) {
            let fields: Vec<&str> = row.split(',').collect();
            let decimal = |at: usize| fields[at].replace('.', "").parse::<i64>().unwrap();
            assert_eq!(summed.insert(fields[..5].join(","), (decimal(6), decimal(7))), None, "{row}");
        }
    }
    assert_eq!(summed, sums(&lines));

    let year = "from=2024-01&to=2024-12";
    let everyone = service.get(&format!("/summary?{year}")).await;
    // The last day is as known now: the entries add up to the stored totals.
    let known = service.get(&format!("/summary?{year}&as_of=2099-12-31")).await;
    for field in ["totals", "months", "models", "partners"] {
        assert_eq!((&known[field], known[field].as_array().unwrap().is_empty()), (&everyone[field], false));
    }
    let all = |list: &str, name: &str, of: &str| -> Vec<Value> {
        let found = everyone[list].as_array().unwrap().iter().find(|item| item[name] == of);
        found.map(|item| item["totals"].as_array().unwrap().clone()).unwrap_or_default()
    };
    for partner in &world.partners {
        let path = format!("/partners/{}/summary?{year}", partner.id);
        let (own, known) = (service.get(&path).await, service.get(&format!("{path}&as_of=2099-12-31")).await);
        assert_eq!((&own["totals"], &own["months"]), (&known["totals"], &known["months"]));
        assert_eq!(own["totals"].as_array().unwrap(), &all("partners", "partner_id", partner.id.as_str()));
    }
    // Commissions and shares of revenue are earned, and nothing else.
    for total in everyone["totals"].as_array().unwrap() {
        let is_earned = ["commission", "revenue-share"].contains(&total["kind"].as_str().unwrap());
        assert_eq!(minor(&total["earned"]), if is_earned { minor(&total["amount"]) } else { 0 }, "{total}");
    }
    // However they are grouped, the amounts are the same.
    let by = |list: &str| -> i64 {
        let items = everyone[list].as_array().unwrap().iter().flat_map(|item| item["totals"].as_array().unwrap());
        items.map(|total| minor(&total["due_to_partner"]) - minor(&total["due_from_partner"])).sum()
    };
    assert_eq!((by("months"), by("months")), (by("models"), by("partners")));
}

#[tokio::test]
async fn a_statement_has_the_entries_of_its_month() {
    let (service, world, _) = sample().await;
    let partner = &world.partners[0].id;
    let all = service.entries(partner.as_str(), "limit=500").await;
    let months: BTreeSet<String> =
        all.iter().map(|entry| entry["booked_on"].as_str().unwrap()[..7].to_owned()).collect();
    assert!(months.len() > 5, "{months:?}");
    for month in &months {
        let path = format!("/partners/{partner}/statement?month={month}");
        let statement = service.get(&path).await;
        let of_month = |entry: &&Value| entry["booked_on"].as_str().unwrap().starts_with(month);
        let expected: Vec<&Value> = all.iter().filter(of_month).collect();
        assert_eq!(statement["entries"].as_array().unwrap().iter().collect::<Vec<_>>(), expected);
        let total = |name: &str, of: &[Value]| of.iter().map(|one| minor(&one[name])).sum::<i64>();
        let (entries, totals) = (statement["entries"].as_array().unwrap(), statement["totals"].as_array().unwrap());
        assert_eq!(total("amount", entries), total("amount", totals));
        assert_eq!(total("vendor_share", entries), total("vendor_share", totals));

        let file = service.manager.get_as(&path, "text/csv").await;
        let booked = file.text.lines().filter(|row| row.starts_with("entry,month,"));
        assert_eq!(booked.count(), expected.len(), "{}", file.text);
        let page = service.manager.get_as(&format!("{path}&lang=fr"), "text/html").await;
        assert_eq!((page.status, &page.headers["content-type"]), (200, &"text/html; charset=utf-8".parse().unwrap()));
        assert!(page.text.contains("Écritures du mois") && page.text.matches("<tr>").count() > expected.len());
    }
    // Nothing was known before it was recorded; everything earlier was recorded since then.
    let last = months.last().unwrap();
    let path = format!("/partners/{partner}/statement?month={last}");
    assert_eq!(service.get(&format!("{path}&as_of=2020-01-01")).await["entries"], json!([]));
    let since = service.get(&format!("{path}&since=2020-01-01")).await;
    let (now, earlier) = (since["entries"].as_array().unwrap().len(), since["earlier"].as_array().unwrap().len());
    let until_then = all.iter().filter(|entry| entry["booked_on"].as_str().unwrap()[..7] <= **last).count();
    assert_eq!(now + earlier, until_then);
    for (query, field) in [("", "month"), ("?month=2024", "month"), ("?month=2024-01&as_of=x", "as_of")] {
        let refused = service.manager.get(&format!("/partners/{partner}/statement{query}")).await;
        assert_eq!((refused.status, refused.json["field"].as_str()), (400, Some(field)));
    }
}

const REFERRER: &str = r#"{"name": "A", "agreements": [{"model": "referrer", "starts_on": "2024-01-01"}]}"#;

fn sale(contract: &str, signed_on: &str) -> Fact {
    Fact::Sale(Sale {
        contract_id: contract.parse().unwrap(),
        partner_id: "P-1".parse().unwrap(),
        customer_id: "K".parse().unwrap(),
        signed_on: signed_on.parse().unwrap(),
        annual_fee: Money::parse("1200.00", "EUR".parse().unwrap()).unwrap(),
        instance: Instance::Customer,
    })
}

#[tokio::test]
async fn the_ledger_is_read_as_known_on_a_day_of_the_vendors() {
    let service = Service::start();
    assert_eq!(service.manager.put("/partners/P-1", REFERRER.to_owned()).await.status, 201);
    let note = Fact::Adjustment(Adjustment {
        contract_id: "C-1".parse().unwrap(),
        term: Term::FIRST,
        id: AdjustmentKind::CreditNote.id("N-1".parse().unwrap()),
        issued_on: "2025-02-10".parse().unwrap(),
        amount: Money::parse("600.00", "EUR".parse().unwrap()).unwrap(),
    });
    // The last second of 1 February in Paris, and the first of the next day.
    service.record(&[sale("C-1", "2025-01-10")], "2025-02-01T22:59:59Z").await;
    service.record(&[sale("C-2", "2025-01-20"), note], "2025-02-01T23:00:00Z").await;

    // As of a day: entries of January, their sum, and the sum of January and February.
    for (as_of, january, sum, both) in
        [("2025-01-31", 0, 0, 0), ("2025-02-01", 1, 18000, 18000), ("2025-02-02", 2, 36000, 27000)]
    {
        let amount = |totals: &Value| totals.as_array().unwrap().iter().map(|one| minor(&one["amount"])).sum::<i64>();
        let statement = service.get(&format!("/partners/P-1/statement?month=2025-01&as_of={as_of}")).await;
        assert_eq!(
            (statement["entries"].as_array().unwrap().len(), amount(&statement["totals"])),
            (january, sum),
            "{as_of}"
        );
        let query = format!("summary?from=2025-01&to=2025-02&as_of={as_of}");
        for path in [format!("/{query}"), format!("/partners/P-1/{query}")] {
            let summary = service.get(&path).await;
            assert_eq!((amount(&summary["totals"]), summary["as_of"].as_str()), (both, Some(as_of)), "{path}");
        }
        let file = service.manager.get_as(&format!("/{query}"), "text/csv").await;
        let name = format!("attachment; filename=\"summary-2025-01-2025-02-as-known-on-{as_of}.csv\"");
        assert_eq!(file.headers["content-disposition"], name);
        let months = |row: &str| row.split(',').take(2).collect::<Vec<_>>().join(" ");
        let expected = ["2025-01 P-1", "2025-02 P-1"];
        let shown: Vec<String> = file.text.lines().filter_map(|row| row.strip_prefix("month,")).map(months).collect();
        assert_eq!(shown, expected[..usize::from(january > 0) + usize::from(january > 1)], "{}", file.text);
    }
}

#[tokio::test]
async fn no_answer_lists_or_adds_up_more_than_five_thousand_entries_of_a_partner() {
    let service = Service::start();
    assert_eq!(service.manager.put("/partners/P-1", REFERRER.to_owned()).await.status, 201);
    let sales = |numbers: std::ops::Range<u32>| -> Vec<Fact> {
        numbers.map(|number| sale(&format!("C-{number}"), "2025-01-10")).collect()
    };
    let paths = [
        "/partners/P-1/statement?month=2025-01",
        "/partners/P-1/statement?month=2025-01&format=xlsx",
        "/partners/P-1/statement?month=2025-02&since=2025-02-01",
        "/partners/P-1/summary?from=2025-01&to=2025-02&as_of=2025-02-01",
        "/summary?from=2025-01&to=2025-02&as_of=2025-02-01",
    ];
    for (numbers, status) in [(0..5000, 200), (5000..5005, 422)] {
        service.record(&sales(numbers), "2025-02-01T12:00:00Z").await;
        for path in paths {
            let answer = service.manager.get(path).await;
            assert_eq!(answer.status, status, "{path}: {}", answer.json);
            if status == 422 {
                assert!(answer.json["detail"].as_str().unwrap().contains("more than 5000 entries"), "{}", answer.json);
            }
        }
    }
    // Entries that are only looked through do not count.
    service.record(&[sale("D", "2025-01-11")], "2025-02-05T12:00:00Z").await;
    let earlier = async |query: &str| {
        let statement = service.get(&format!("/partners/P-1/statement?month={query}")).await;
        (statement["entries"].as_array().unwrap().len(), statement["earlier"].as_array().unwrap().len())
    };
    assert_eq!(earlier("2025-02&since=2025-02-02").await, (0, 1));
    assert_eq!(earlier("2025-02&since=2025-02-06").await, (0, 0));
    assert_eq!(earlier("2025-02&since=2025-01-01&as_of=2025-01-31").await, (0, 0));
    assert_eq!(earlier("2025-01&as_of=2025-01-31").await, (0, 0));
}

#[tokio::test]
async fn what_cannot_be_read_is_named_and_left_out_of_every_list() {
    let service = Service::start();
    for id in ["P-1", "P-2", "P-3"] {
        let partner = REFERRER.replace("\"A\"", &format!("\"{id}\""));
        assert_eq!(service.manager.put(&format!("/partners/{id}"), partner).await.status, 201);
    }
    let sold = |contract: &str, partner: &str| {
        let data = json!({
            "contract_id": contract, "partner_id": partner, "customer_id": "K", "signed_on": "2026-01-10",
            "annual_fee": { "amount": "100.00", "currency": "EUR" },
        });
        event(EventType::SaleSigned, contract, &data)
    };
    let sales = [sold("C-1", "P-1"), sold("C-2", "P-1"), sold("C-3", "P-2"), sold("C-4", "P-3"), sold("C-5", "P-9")];
    service.take_in(&sales).await;
    service.store.damage("CONTRACT#C-2", "TERM#01", "e");
    service.store.damage("PARTNER#P-2", "HEAD", "ag");
    service.store.damage("TOTALS#P-3", "2026-01", "tt");
    service.store.damage("CONTRACT#C-5", "TERM#01", "f");
    let (entry, record, total, waiting) =
        ("CONTRACT#C-2 TERM#01", "PARTNER#P-2 HEAD", "TOTALS#P-3 2026-01", "CONTRACT#C-5 TERM#01");
    let check = |answer: &Value, list: &str, left: usize, unreadable: &[&str]| {
        assert_eq!(answer[list].as_array().unwrap().len(), left, "{answer}");
        assert_eq!(
            (&answer["unreadable"], &answer["unreadable_count"]),
            (&json!(unreadable), &json!(unreadable.len()))
        );
    };
    check(&service.get("/partners/P-1/entries").await, "entries", 1, &[entry]);
    let month = "/partners/P-1/statement?month=2026-01";
    check(&service.get(month).await, "entries", 1, &[entry]);
    check(&service.get("/partners/P-1/statement?month=2026-02&since=2000-01-01").await, "earlier", 1, &[entry]);
    check(&service.get("/partners?with=minimum_sales").await, "partners", 2, &[record]);
    check(&service.get("/partners/P-3").await, "balances", 0, &[total]);
    check(&service.get("/partners/P-3/summary?from=2026-01&to=2026-01").await, "months", 0, &[total]);
    check(&service.get("/partners/P-1/summary?from=2026-01&to=2026-01&as_of=2099-01-01").await, "months", 1, &[entry]);
    let year = "/summary?from=2026-01&to=2026-12";
    check(&service.get(year).await, "partners", 2, &[total]);
    check(&service.get(&format!("{year}&as_of=2099-01-01")).await, "partners", 3, &[entry]);
    let listed = service.get("/attention").await;
    check(&listed, "items", 1, &[waiting]);
    let item = &listed["items"][0];
    assert_eq!(
        (&item["kind"], &item["key"], &item["contract_id"]),
        (&json!("unreadable"), &json!(waiting), &json!("C-5"))
    );
    let question = json!({"who": {"model": "referrer"}, "terms": {"rate": "1"}}).to_string();
    let simulation = service.manager.post("/simulations", question).await;
    assert_eq!(simulation.status, 200, "{}", simulation.json);
    check(&simulation.json, "partners", 2, &[entry, record]);

    // Files and pages report it, too; a partner gets the number of missing items, not their keys.
    for (accept, language, said) in [
        ("text/csv", "en", "1 item could not be read; amounts may be incomplete"),
        ("text/html", "fr", "1 élément n'a pu être lu ; les montants peuvent être incomplets"),
    ] {
        let path = format!("{month}&lang={language}");
        let managers = service.manager.get_as(&path, accept).await;
        assert!(managers.text.replace("&#39;", "'").contains(&format!("{said} ({entry})")), "{}", managers.text);
        let headers = [("accept", accept)];
        let own = service.as_partner("P-1").send("GET", &path, &headers, String::new()).await;
        assert!(own.text.replace("&#39;", "'").contains(said) && !own.text.contains(entry), "{}", own.text);
    }
    let file = service.manager.get_as(year, "text/csv").await;
    assert!(file.text.contains(&format!("unreadable,,{total},,,,,,,,")), "{}", file.text);
    let own = service.as_partner("P-1").get("/partners/P-1/entries").await.json;
    assert_eq!((&own["unreadable"], &own["unreadable_count"]), (&json!([]), &json!(1)));
    // A damaged item fails alone; the rest of its contract is shown.
    assert_eq!(service.manager.get("/partners/P-2").await.status, 500);
    let contract = service.get("/contracts/C-2").await;
    assert_eq!((&contract["unreadable"], &contract["unreadable_count"]), (&json!([entry]), &json!(1)), "{contract}");
}

#[tokio::test]
async fn what_if_is_the_fold_under_other_terms_and_writes_nothing() {
    let (service, world, lines) = sample().await;
    let ask = async |body: Value| service.manager.post("/simulations", body.to_string()).await;
    let same = ask(json!({"who": {"model": "referrer"}, "terms": {"rate": "0.15"}})).await.json;
    assert_eq!((&same["lines_changed"], &same["today"]), (&json!(0), &same["simulated"]), "the programme's own rate");

    let whole = ask(json!({"who": {"programme": "2013-11-16"}, "terms": {"rate": "1", "from_sale": 1}})).await.json;
    let is_commission = |total: &&Value| total["kind"] == "commission";
    let sum = |totals: &Value| -> i64 {
        totals.as_array().unwrap().iter().filter(is_commission).map(|total| minor(&total["amount"])).sum()
    };
    let first = |line: &&Line| line.posting.kind == rules::Kind::Commission;
    let paid_once = |line: &&Line| line.basis.decision.reason != rules::decision::Reason::PaidOnce;
    let today: i64 = lines.iter().filter(first).map(|line| line.amount().0).sum();
    let all = lines.iter().filter(first).filter(paid_once).map(|line| line.basis.after().0 - line.basis.before().0);
    assert_eq!((sum(&whole["today"]), sum(&whole["simulated"])), (today, all.sum::<i64>()));

    let moved = ask(json!({"who": {"partner_id": world.partners[0].id}, "terms": {"model": "referrer"}})).await.json;
    assert!(moved["lines_changed"].as_u64().unwrap() > 0);
    assert_eq!(moved["partners"].as_array().unwrap().len(), 1);
    // From a day on: nothing that started before it changes. The year is that up to the end of the present month.
    let other =
        |from: Value| json!({"who": {"programme": "2013-11-16"}, "terms": {"rate": "1", "from_sale": 1}, "from": from});
    let later = ask(other(json!("2099-01-01"))).await.json;
    assert_eq!((&later["lines_changed"], &later["from"]), (&json!(0), &json!("2099-01-01")));
    let always = ask(other(Value::Null)).await.json;
    assert_eq!((&always["lines"], &always["from"]), (&whole["lines"], &Value::Null));
    let year = &always["yearly_cost"];
    assert_eq!((&year["from"], &year["to"]), (&json!("2025-12-01"), &json!("2026-11-30")));
    let of = |differences: &Value| -> i64 {
        differences.as_array().unwrap().iter().map(|one| minor(&one["due_to_partner"])).sum()
    };
    let partners: i64 = always["partners"].as_array().unwrap().iter().map(|partner| of(&partner["yearly_cost"])).sum();
    assert!(partners > 0 && partners == of(&year["differences"]), "{year}");
    for (body, field) in [
        (json!({"who": {"model": "referrer"}, "terms": {"rate": "1"}, "from": "2024-02-30"}), "from"),
        (json!({"who": {"partner_id": "nobody"}, "terms": {"rate": "1"}}), "who.partner_id"),
        (json!({"who": {"model": "referrer"}, "terms": {}}), "terms"),
        (json!({"who": {"model": "referrer"}, "terms": {"rate": "2"}}), "terms.rate"),
        (json!({"who": {"model": "referrer"}, "terms": {"from_sale": 13}}), "terms.from_sale"),
        (json!({"who": {"model": "friend"}, "terms": {"rate": "1"}}), "who.model"),
        (json!({"who": {"model": "referrer"}, "terms": {"rates": "1"}}), "terms.rates"),
    ] {
        let refused = ask(body.clone()).await;
        assert_eq!((refused.status, refused.json["field"].as_str()), (400, Some(field)), "{body}: {}", refused.json);
    }
    assert_eq!(service.balances().await, world.expected_balances);
}

#[tokio::test]
async fn partners_are_found_by_a_part_of_their_id_or_name() {
    let (service, world, _) = sample().await;
    let found = async |query: &str| -> Vec<String> {
        let list = service.get(&format!("/partners?{query}")).await["partners"].clone();
        list.as_array().unwrap().iter().map(|partner| partner["partner_id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(found("q=p-003").await, ["P-003"]);
    assert_eq!(found("q=PARTNER&limit=500").await.len(), world.partners.len());
    assert_eq!(found("q=nobody").await, Vec::<String>::new());
    let with = service.get("/partners?with=minimum_sales&limit=500").await;
    for partner in with["partners"].as_array().unwrap() {
        let year = &partner["minimum_sales"];
        assert_eq!(year.is_null(), partner["model"] != "affiliate", "{partner}");
        assert!(year.is_null() || year["status"].is_string() && year["sales"].is_u64(), "{partner}");
        assert_eq!(partner["balances"], json!(null));
    }
    let refused = service.manager.get("/partners?with=balances,everything").await;
    assert_eq!((refused.status, refused.json["field"].as_str()), (400, Some("with")), "{}", refused.json);
}

#[tokio::test]
async fn partners_are_listed_with_their_balances_at_the_end_of_a_month() {
    let (service, world, _) = sample().await;
    let at = async |until: &str| -> BTreeMap<String, Value> {
        let path = format!("/partners?limit=500&with=minimum_sales,balances{until}");
        let list = service.get(&path).await["partners"].clone();
        let of = |partner: &Value| (partner["partner_id"].as_str().unwrap().to_owned(), partner["balances"].clone());
        list.as_array().unwrap().iter().map(of).collect()
    };
    let (now, early) = (at("").await, at("&until=2024-12").await);
    for partner in &world.partners {
        let id = partner.id.as_str();
        assert_eq!(now[id], service.get(&format!("/partners/{id}")).await["balances"], "{id}");
        let mut until: BTreeMap<String, [i64; 2]> = BTreeMap::new();
        for years in ["from=2020-01&to=2022-12", "from=2023-01&to=2024-12"] {
            let sums = service.get(&format!("/partners/{id}/summary?{years}")).await;
            for total in sums["totals"].as_array().unwrap() {
                let sum = until.entry(total["currency"].as_str().unwrap().to_owned()).or_default();
                sum[0] += minor(&total["due_to_partner"]);
                sum[1] += minor(&total["due_from_partner"]);
            }
        }
        let listed = early[id].as_array().unwrap().iter().map(|one| {
            let due = [&one["due_to_partner"], &one["due_from_partner"]].map(minor);
            (one["currency"].as_str().unwrap().to_owned(), due)
        });
        assert_eq!(listed.collect::<BTreeMap<_, _>>(), until, "{id}");
    }
    assert_ne!(now, early);
}
