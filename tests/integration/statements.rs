//! Statements, summaries and *what if*: what months add up to, against the lines of the fold.

use aws_sdk_dynamodb::types::AttributeValue;
use events::EventType;
use fixtures::world::{World, event};
use harness::running::{Running, minor};
use ledger::{Outcome, Reported};
use local::client::Answer;
use rules::fold::fold;
use rules::{CreditNote, Fact, Instance, Line, Money, Month, Sale, Term};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The most contracts that one *what if* looks at.
const MOST_CONTRACTS: u32 = 2000;

/// `month,partner,kind,model,currency` and what is booked there: amount and vendor's share, in minor units.
type Sums = BTreeMap<String, (i64, i64)>;

fn sums<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Sums {
    let mut sums = Sums::new();
    for line in lines {
        let rules::Posting { partner_id, kind, model, currency, booked_on } = &line.posting;
        let sum =
            sums.entry(format!("{},{partner_id},{kind},{model},{currency}", Month::from(*booked_on))).or_default();
        sum.0 += line.amount().0;
        sum.1 += line.vendor_share().0;
    }
    sums
}

async fn with(running: &Running, path: &str, accept: &str) -> Answer {
    running.api.send("GET".parse().unwrap(), path, &[("accept", accept)], String::new()).await.unwrap()
}

async fn sample() -> (Running, World, Vec<Line>) {
    let running = Running::start().await;
    let world = World::sample();
    running.register(&world).await;
    running.take_in(&world.shuffled(11)).await;
    let lines = fold(world.facts(), &world.registry());
    (running, world, lines)
}

#[tokio::test(flavor = "multi_thread")]
async fn months_add_up_to_the_lines_for_everyone_and_for_each_partner() {
    let (running, world, lines) = sample().await;
    let mut summed = Sums::new();
    for (from, to) in [("2021-01", "2023-12"), ("2024-01", "2026-12"), ("2027-01", "2029-12")] {
        let file = with(&running, &format!("/summary?from={from}&to={to}"), "text/csv").await;
        assert_eq!((file.status, &file.headers["content-type"]), (200, &"text/csv; charset=utf-8".parse().unwrap()));
        for row in file.text.lines().skip(1) {
            let fields: Vec<&str> = row.split(',').collect();
            let decimal = |at: usize| fields[at].replace('.', "").parse::<i64>().unwrap();
            assert_eq!(summed.insert(fields[..5].join(","), (decimal(6), decimal(7))), None, "{row}");
        }
    }
    assert_eq!(summed, sums(&lines));

    let year = "from=2024-01&to=2024-12";
    let everyone = running.get(&format!("/summary?{year}")).await;
    // What is known on the last day is what is known now: the entries add up to what is stored.
    let known = running.get(&format!("/summary?{year}&as_of=2099-12-31")).await;
    for field in ["totals", "months", "models", "partners"] {
        assert_eq!((&known[field], known[field].as_array().unwrap().is_empty()), (&everyone[field], false));
    }
    let all = |list: &str, name: &str, of: &str| -> Vec<Value> {
        let found = everyone[list].as_array().unwrap().iter().find(|item| item[name] == of);
        found.map(|item| item["totals"].as_array().unwrap().clone()).unwrap_or_default()
    };
    for partner in &world.partners {
        let path = format!("/partners/{}/summary?{year}", partner.id);
        let (own, known) = (running.get(&path).await, running.get(&format!("{path}&as_of=2099-12-31")).await);
        assert_eq!((&own["totals"], &own["months"]), (&known["totals"], &known["months"]));
        assert_eq!(own["totals"].as_array().unwrap(), &all("partners", "partner_id", partner.id.as_str()));
    }
    // However they are grouped, the amounts are the same.
    let by = |list: &str| -> i64 {
        let items = everyone[list].as_array().unwrap().iter().flat_map(|item| item["totals"].as_array().unwrap());
        items.map(|total| minor(&total["due_to_partner"]) - minor(&total["due_from_partner"])).sum()
    };
    assert_eq!((by("months"), by("months")), (by("models"), by("partners")));
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_has_the_entries_of_its_month() {
    let (running, world, _) = sample().await;
    let partner = &world.partners[0].id;
    let all = running.entries(partner.as_str(), "limit=500").await;
    let months: BTreeSet<String> =
        all.iter().map(|entry| entry["booked_on"].as_str().unwrap()[..7].to_owned()).collect();
    assert!(months.len() > 5, "{months:?}");
    for month in &months {
        let path = format!("/partners/{partner}/statement?month={month}");
        let statement = running.get(&path).await;
        let of_month = |entry: &&Value| entry["booked_on"].as_str().unwrap().starts_with(month);
        let expected: Vec<&Value> = all.iter().filter(of_month).collect();
        assert_eq!(statement["entries"].as_array().unwrap().iter().collect::<Vec<_>>(), expected);
        let total = |name: &str, of: &[Value]| of.iter().map(|one| minor(&one[name])).sum::<i64>();
        let (entries, totals) = (statement["entries"].as_array().unwrap(), statement["totals"].as_array().unwrap());
        assert_eq!(total("amount", entries), total("amount", totals));
        assert_eq!(total("vendor_share", entries), total("vendor_share", totals));

        let file = with(&running, &path, "text/csv").await;
        assert_eq!(file.text.lines().count(), 1 + expected.len(), "{}", file.text);
        let page = with(&running, &format!("{path}&lang=fr"), "text/html").await;
        assert_eq!((page.status, &page.headers["content-type"]), (200, &"text/html; charset=utf-8".parse().unwrap()));
        assert!(page.text.contains("Écritures du mois") && page.text.matches("<tr>").count() > expected.len());
    }
    // Nothing was known before it was recorded; everything earlier was recorded since then.
    let last = months.last().unwrap();
    let path = format!("/partners/{partner}/statement?month={last}");
    assert_eq!(running.get(&format!("{path}&as_of=2020-01-01")).await["entries"], json!([]));
    let since = running.get(&format!("{path}&since=2020-01-01")).await;
    let (now, earlier) = (since["entries"].as_array().unwrap().len(), since["earlier"].as_array().unwrap().len());
    let until_then = all.iter().filter(|entry| entry["booked_on"].as_str().unwrap()[..7] <= **last).count();
    assert_eq!(now + earlier, until_then);
    for (query, field) in [("", "month"), ("?month=2024", "month"), ("?month=2024-01&as_of=x", "as_of")] {
        let refused = running.api.get(&format!("/partners/{partner}/statement{query}")).await.unwrap();
        assert_eq!((refused.status, refused.json["field"].as_str()), (400, Some(field)));
    }
    running.stack.stop().await;
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

async fn record(running: &Running, facts: &[Fact], at: &str) {
    let ledger = running.ledger();
    for batch in facts.chunks(10) {
        let batch: Vec<Reported> = batch.iter().map(|fact| Reported::new(fact.clone(), "event")).collect();
        for outcome in ledger.record(&batch, at.parse().unwrap()).await {
            assert_eq!(outcome.unwrap(), Outcome::Decided);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_is_read_as_known_on_a_day_of_the_vendors() {
    let running = Running::start().await;
    assert_eq!(running.api.put("/partners/P-1", REFERRER.to_owned()).await.unwrap().status, 201);
    let note = Fact::CreditNote(CreditNote {
        contract_id: "C-1".parse().unwrap(),
        term: Term::FIRST,
        credit_note_id: "N-1".parse().unwrap(),
        issued_on: "2025-02-10".parse().unwrap(),
        amount: Money::parse("600.00", "EUR".parse().unwrap()).unwrap(),
    });
    // The last second of 1 February in Paris, and the first of the next day.
    record(&running, &[sale("C-1", "2025-01-10")], "2025-02-01T22:59:59Z").await;
    record(&running, &[sale("C-2", "2025-01-20"), note], "2025-02-01T23:00:00Z").await;

    // As of a day: entries of January, their sum, and the sum of January and February.
    for (as_of, january, sum, both) in
        [("2025-01-31", 0, 0, 0), ("2025-02-01", 1, 18000, 18000), ("2025-02-02", 2, 36000, 27000)]
    {
        let amount = |totals: &Value| totals.as_array().unwrap().iter().map(|one| minor(&one["amount"])).sum::<i64>();
        let statement = running.get(&format!("/partners/P-1/statement?month=2025-01&as_of={as_of}")).await;
        assert_eq!(
            (statement["entries"].as_array().unwrap().len(), amount(&statement["totals"])),
            (january, sum),
            "{as_of}"
        );
        let query = format!("summary?from=2025-01&to=2025-02&as_of={as_of}");
        for path in [format!("/{query}"), format!("/partners/P-1/{query}")] {
            let summary = running.get(&path).await;
            assert_eq!((amount(&summary["totals"]), summary["as_of"].as_str()), (both, Some(as_of)), "{path}");
        }
        let file = with(&running, &format!("/{query}"), "text/csv").await;
        let name = format!("attachment; filename=\"summary-2025-01-2025-02-as-known-on-{as_of}.csv\"");
        assert_eq!(file.headers["content-disposition"], name);
        let months = |row: &str| row.split(',').take(2).collect::<Vec<_>>().join(" ");
        let expected = ["2025-01 P-1", "2025-02 P-1"];
        let shown: Vec<String> = file.text.lines().skip(1).map(months).collect();
        assert_eq!(shown, expected[..usize::from(january > 0) + usize::from(january > 1)], "{}", file.text);
    }
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_lists_or_adds_up_more_than_five_thousand_entries_of_a_partner() {
    let running = Running::start_with(&[("FunctionTimeoutSeconds", "30")]).await;
    assert_eq!(running.api.put("/partners/P-1", REFERRER.to_owned()).await.unwrap().status, 201);
    let sales = |numbers: std::ops::Range<u32>| -> Vec<Fact> {
        numbers.map(|number| sale(&format!("C-{number}"), "2025-01-10")).collect()
    };
    let paths = [
        "/partners/P-1/statement?month=2025-01",
        "/partners/P-1/statement?month=2025-02&since=2025-02-01",
        "/partners/P-1/summary?from=2025-01&to=2025-02&as_of=2025-02-01",
        "/summary?from=2025-01&to=2025-02&as_of=2025-02-01",
    ];
    for (numbers, status) in [(0..5000, 200), (5000..5005, 422)] {
        record(&running, &sales(numbers), "2025-02-01T12:00:00Z").await;
        for path in paths {
            let answer = running.api.get(path).await.unwrap();
            assert_eq!(answer.status, status, "{path}: {}", answer.json);
            if status == 422 {
                assert!(answer.json["detail"].as_str().unwrap().contains("more than 5000 entries"), "{}", answer.json);
            }
        }
    }
    // What is only looked through does not count.
    record(&running, &[sale("D", "2025-01-11")], "2025-02-05T12:00:00Z").await;
    let earlier = async |query: &str| {
        let statement = running.get(&format!("/partners/P-1/statement?month={query}")).await;
        (statement["entries"].as_array().unwrap().len(), statement["earlier"].as_array().unwrap().len())
    };
    assert_eq!(earlier("2025-02&since=2025-02-02").await, (0, 1));
    assert_eq!(earlier("2025-02&since=2025-02-06").await, (0, 0));
    assert_eq!(earlier("2025-02&since=2025-01-01&as_of=2025-01-31").await, (0, 0));
    assert_eq!(earlier("2025-01&as_of=2025-01-31").await, (0, 0));
    running.stack.stop().await;
}

/// Makes an attribute of an item one of another type.
async fn damage(running: &Running, pk: &str, sk: &str, attribute: &str) {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let update = running.stack.dynamodb().update_item().table_name(&running.stack.template.table.name);
    let update = update.key("pk", text(pk)).key("sk", text(sk)).update_expression("SET #a = :a");
    let update = update.expression_attribute_names("#a", attribute);
    update.expression_attribute_values(":a", AttributeValue::Bool(true)).send().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_named_and_left_out_of_every_list() {
    let running = Running::start().await;
    for id in ["P-1", "P-2", "P-3"] {
        let partner = REFERRER.replace("\"A\"", &format!("\"{id}\""));
        assert_eq!(running.api.put(&format!("/partners/{id}"), partner).await.unwrap().status, 201);
    }
    let sold = |contract: &str, partner: &str| {
        let data = json!({
            "contract_id": contract, "partner_id": partner, "customer_id": "K", "signed_on": "2026-01-10",
            "annual_fee": { "amount": "100.00", "currency": "EUR" },
        });
        event(EventType::SaleSigned, contract, &data)
    };
    let sales = [sold("C-1", "P-1"), sold("C-2", "P-1"), sold("C-3", "P-2"), sold("C-4", "P-3"), sold("C-5", "P-9")];
    running.take_in(&sales).await;
    damage(&running, "CONTRACT#C-2", "TERM#01", "e").await;
    damage(&running, "PARTNER#P-2", "HEAD", "ag").await;
    damage(&running, "TOTALS#P-3", "2026-01", "tt").await;
    damage(&running, "CONTRACT#C-5", "TERM#01", "f").await;
    let (entry, head, total, waiting) =
        ("CONTRACT#C-2 TERM#01", "PARTNER#P-2 HEAD", "TOTALS#P-3 2026-01", "CONTRACT#C-5 TERM#01");
    let check = |answer: &Value, list: &str, left: usize, unreadable: &[&str]| {
        assert_eq!(answer[list].as_array().unwrap().len(), left, "{answer}");
        assert_eq!(
            (&answer["unreadable"], &answer["unreadable_count"]),
            (&json!(unreadable), &json!(unreadable.len()))
        );
    };
    check(&running.get("/partners/P-1/entries").await, "entries", 1, &[entry]);
    let month = "/partners/P-1/statement?month=2026-01";
    check(&running.get(month).await, "entries", 1, &[entry]);
    check(&running.get("/partners/P-1/statement?month=2026-02&since=2000-01-01").await, "earlier", 1, &[entry]);
    check(&running.get("/partners?with=minimum_sales").await, "partners", 2, &[head]);
    check(&running.get("/partners/P-3").await, "balances", 0, &[total]);
    check(&running.get("/partners/P-3/summary?from=2026-01&to=2026-01").await, "months", 0, &[total]);
    check(&running.get("/partners/P-1/summary?from=2026-01&to=2026-01&as_of=2099-01-01").await, "months", 1, &[entry]);
    let year = "/summary?from=2026-01&to=2026-12";
    check(&running.get(year).await, "partners", 2, &[total]);
    check(&running.get(&format!("{year}&as_of=2099-01-01")).await, "partners", 3, &[entry]);
    let listed = running.get("/attention").await;
    check(&listed, "items", 1, &[waiting]);
    let item = &listed["items"][0];
    assert_eq!(
        (&item["kind"], &item["key"], &item["contract_id"]),
        (&json!("unreadable"), &json!(waiting), &json!("C-5"))
    );
    let question = json!({"who": {"model": "referrer"}, "terms": {"rate": "1"}}).to_string();
    let simulation = running.api.send("POST".parse().unwrap(), "/simulations", &[], question).await.unwrap();
    assert_eq!(simulation.status, 200, "{}", simulation.json);
    check(&simulation.json, "partners", 2, &[entry, head]);

    // Files and pages say so, too; a partner is told how much is missing, not what.
    for (accept, language, said) in [
        ("text/csv", "en", "1 item could not be read; amounts may be incomplete"),
        ("text/html", "fr", "1 élément n'a pu être lu ; les montants peuvent être incomplets"),
    ] {
        let path = format!("{month}&lang={language}");
        let managers = with(&running, &path, accept).await;
        assert!(managers.text.replace("&#39;", "'").contains(&format!("{said} ({entry})")), "{}", managers.text);
        let headers = [("accept", accept)];
        let own = running.api_of("P-1").send("GET".parse().unwrap(), &path, &headers, String::new()).await.unwrap();
        assert!(own.text.replace("&#39;", "'").contains(said) && !own.text.contains(entry), "{}", own.text);
    }
    let file = with(&running, year, "text/csv").await;
    assert!(file.text.contains(&format!(",{total},unreadable,,,,,,,")), "{}", file.text);
    let own = running.api_of("P-1").get("/partners/P-1/entries").await.unwrap().json;
    assert_eq!((&own["unreadable"], &own["unreadable_count"]), (&json!([]), &json!(1)));
    // What is damaged itself fails alone; of a contract, the rest is shown.
    assert_eq!(running.api.get("/partners/P-2").await.unwrap().status, 500);
    let contract = running.get("/contracts/C-2").await;
    assert_eq!((&contract["unreadable"], &contract["unreadable_count"]), (&json!([entry]), &json!(1)), "{contract}");
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_if_is_the_fold_under_other_terms_and_writes_nothing() {
    let (running, world, lines) = sample().await;
    let ask = async |body: Value| {
        running.api.send("POST".parse().unwrap(), "/simulations", &[], body.to_string()).await.unwrap()
    };
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
    let all = lines.iter().filter(first).filter(paid_once).map(|line| line.basis.after.0 - line.basis.before.0);
    assert_eq!((sum(&whole["today"]), sum(&whole["simulated"])), (today, all.sum::<i64>()));

    let moved = ask(json!({"who": {"partner_id": world.partners[0].id}, "terms": {"model": "referrer"}})).await.json;
    assert!(moved["lines_changed"].as_u64().unwrap() > 0);
    assert_eq!(moved["partners"].as_array().unwrap().len(), 1);
    for (body, field) in [
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
    running.check(&world).await;
    running.stack.stop().await;
}

/// In the time that a function has here, in a debug build.
#[tokio::test(flavor = "multi_thread")]
async fn what_if_looks_at_as_many_contracts_as_it_says() {
    let running = Running::start().await;
    for (id, terms) in [("P-1", 0..MOST_CONTRACTS), ("P-2", MOST_CONTRACTS..MOST_CONTRACTS + 1)] {
        assert_eq!(running.api.put(&format!("/partners/{id}"), REFERRER.to_owned()).await.unwrap().status, 201);
        let of = |n: u32| match sale(&format!("C-{n}"), "2025-01-10") {
            Fact::Sale(sale) => Fact::Sale(Sale { partner_id: id.parse().unwrap(), ..sale }),
            other => other,
        };
        record(&running, &terms.map(of).collect::<Vec<_>>(), "2025-02-01T12:00:00Z").await;
    }
    for (who, status) in [(json!({"partner_id": "P-1"}), 200), (json!({"model": "referrer"}), 422)] {
        let question = json!({"who": who, "terms": {"rate": "1"}}).to_string();
        let began = std::time::Instant::now();
        let answer = running.api.send("POST".parse().unwrap(), "/simulations", &[], question).await.unwrap();
        println!("{status} in {:?}", began.elapsed());
        assert_eq!(answer.status, status, "{}", answer.json);
        if status == 200 {
            assert_eq!(answer.json["lines_changed"], MOST_CONTRACTS);
        }
    }
    running.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn partners_are_found_by_a_part_of_their_id_or_name() {
    let (running, world, _) = sample().await;
    let found = async |query: &str| -> Vec<String> {
        let list = running.get(&format!("/partners?{query}")).await["partners"].clone();
        list.as_array().unwrap().iter().map(|partner| partner["partner_id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(found("q=p-003").await, ["P-003"]);
    assert_eq!(found("q=PARTNER&limit=500").await.len(), world.partners.len());
    assert_eq!(found("q=nobody").await, Vec::<String>::new());
    let with = running.get("/partners?with=minimum_sales&limit=500").await;
    for partner in with["partners"].as_array().unwrap() {
        let year = &partner["minimum_sales"];
        assert_eq!(year.is_null(), partner["model"] != "affiliate", "{partner}");
        assert!(year.is_null() || year["status"].is_string() && year["sales"].is_u64(), "{partner}");
    }
    running.stack.stop().await;
}
