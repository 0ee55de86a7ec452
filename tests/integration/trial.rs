//! The page of trials: the replay, a late sale through the queue, and who may ask for them.

use events::EventType::SaleSigned;
use events::cloud_event;
use fixtures::memory::MemoryStore;
use fixtures::occasion::member;
use fixtures::occasion::{operator, registered};
use fixtures::world::{World, event};
use harness::running::Running;
use jiff::Timestamp;
use ledger::choices::{Choice, ChoiceResult, Pick};
use ledger::on_record::OnRecord;
use ledger::recorded::{Origin, Trigger};
use ledger::{Ledger, ReportedFact};
use local::client::Http;
use local::demo::{self, PARTNER};
use local::trial::replay::{Comparison, compare, record, shuffled};
use rules::balance::Balance;
use rules::contract::Key;
use rules::{Agreements, Currency, Minor, PartnerId};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn now() -> Timestamp {
    "2026-11-26T12:00:00Z".parse().unwrap()
}

/// The demo in memory.
async fn demo() -> MemoryStore {
    let store = MemoryStore::default();
    demo::record(&Ledger::new(&store), &demo::world("2026-11-26".parse().unwrap()).history, |_| member(), |_| {})
        .await
        .unwrap();
    store
}

/// Records everything again, and compares.
async fn replayed(live: &MemoryStore, seed: u64) -> Comparison {
    let on_record = OnRecord::read(live.dump()).unwrap();
    let steps = shuffled(&on_record, seed);
    let (second, mut count) = (MemoryStore::default(), 0);
    record(&Ledger::new(&second), &steps, now(), |steps| count += steps).await.unwrap();
    assert_eq!(count, steps.len());
    let again = OnRecord::read(second.dump()).unwrap();
    assert_eq!(again.facts(), on_record.facts());
    compare(&on_record, &again).unwrap()
}

#[tokio::test]
async fn the_demo_again_in_another_order_gives_the_same_balances() {
    let live = demo().await;
    let on_record = OnRecord::read(live.dump()).unwrap();
    assert!(on_record.facts() > 500 && shuffled(&on_record, 1) != shuffled(&on_record, 2));
    for seed in [1, 2] {
        assert_eq!(replayed(&live, seed).await, Comparison { partners: 24, differences: Vec::new() }, "{seed}");
    }
}

/// Claims that contradict each other keep their order, and a choice comes after the claims that it saw.
#[tokio::test]
async fn contradictions_and_choices_come_out_the_same() {
    let live = demo().await;
    let ledger = Ledger::new(&live);
    let sale = async |n: u32, partner: &str, fee: &str| {
        let fee = json!({"amount": fee, "currency": "EUR"});
        let data = json!({"contract_id": "C", "partner_id": partner, "customer_id": "K", "signed_on": "2026-02-01", "annual_fee": fee});
        let read = cloud_event::parse(&event(SaleSigned, &n.to_string(), &data).body, SaleSigned).unwrap();
        for outcome in ledger.record(&[ReportedFact::new(read.fact, &read.id)], now()).await {
            outcome.unwrap();
        }
    };
    let choose = async |number: usize, claim: usize, seen: usize| {
        let (contract_id, key, why) = ("C".parse().unwrap(), Key::Sale, "because".to_owned());
        let choice = Choice { contract_id, key, number, claim: Pick::Recorded(Some(claim)), seen, why };
        let because = Trigger::Choice(number, None);
        assert_eq!(ledger.choose(&choice, Origin { at: now(), because: &because }).await.unwrap(), ChoiceResult::Now);
    };
    sale(1, PARTNER, "1000.00").await;
    sale(2, "loire-et-code", "2000.00").await;
    choose(1, 2, 2).await;
    sale(3, PARTNER, "3000.00").await;
    choose(2, 3, 3).await;
    for seed in 1..=8 {
        assert_eq!(replayed(&live, seed).await.differences, [], "{seed}");
    }
}

/// Agreements that changed without a restatement: the ledger does not have what the rules say.
#[tokio::test]
async fn a_difference_is_told() {
    let live = demo().await;
    let ledger = Ledger::new(&live);
    let partner: PartnerId = PARTNER.parse().unwrap();
    let read = ledger.partner_record(&partner).await.unwrap();
    let name = read.name.clone().unwrap();
    ledger.register(read, registered(&name, Agreements::default()), &operator(), None).await.unwrap().unwrap();
    let Comparison { partners, differences } = replayed(&live, 1).await;
    let [difference] = differences.as_slice() else { unreachable!("{differences:?}") };
    assert_eq!((partners, &difference.partner_id, difference.name.as_ref()), (24, &partner, Some(&name)));
    assert_eq!((difference.currency, difference.replayed), (Currency::EUR, Balance::default()));
    assert!(difference.live.due_to_partner > Minor(100_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_replays_its_table_for_managers_alone() {
    let running = Running::start().await;
    let send = async |api: &Http, method: &str, path: &str| {
        api.send(method.parse().unwrap(), path, &[], String::new()).await.unwrap()
    };
    let nobody = running.api_with(None);
    for path in ["/try", "/try/try.js"] {
        let page = send(&nobody, "GET", path).await;
        assert_eq!(page.status, 200, "{path}");
        for name in ["x-content-type-options", "referrer-policy"] {
            assert_eq!(page.headers[name], send(&nobody, "GET", "/").await.headers[name], "{path}");
        }
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'"), "{path}: {policy}");
        assert_eq!(send(&nobody, "POST", path).await.status, 404, "{path}");
        let elsewhere = nobody.send("GET".parse().unwrap(), path, &[("host", "evil.example")], String::new()).await;
        assert_eq!(elsewhere.unwrap().status, 403, "{path}");
    }
    for path in ["/try/", "/try/mod.rs", "/try/../Cargo.toml", "/tryst"] {
        assert_eq!(send(&running.api, "GET", path).await.status, 404, "{path}");
    }
    let routes = [("GET", "/try/figures"), ("GET", "/try/replay"), ("POST", "/try/replay"), ("POST", "/try/late-sale")];
    for (method, path) in routes {
        let statuses = [&nobody, &running.api_with(Some("x")), &running.api_of("P-001").await];
        let statuses = [
            send(statuses[0], method, path).await.status,
            send(statuses[1], method, path).await.status,
            send(statuses[2], method, path).await.status,
            send(&running.api, "DELETE", path).await.status,
        ];
        assert_eq!(statuses, [401, 401, 403, 404], "{method} {path}");
    }
    assert_eq!(running.get("/config.json").await["try_url"], "/try");

    // Nothing is there yet.
    assert_eq!(running.get("/try/replay").await, json!({"state": "none"}));
    assert_eq!(running.get("/try/figures").await["seller"], Value::Null);
    assert_eq!(send(&running.api, "POST", "/try/late-sale").await.status, 409);

    let world = World::sample();
    running.register(&world).await;
    running.take_in(&world.events).await;
    let figures = running.get("/try/figures").await;
    assert_eq!((&figures["partners"], &figures["facts"]), (&json!(world.partners.len()), &json!(world.events.len())));
    let done = replayed_by(&running).await;
    assert_eq!((&done["state"], &done["differences"]), (&json!("done"), &json!([])), "{done}");
    assert_eq!((&done["same"], &done["partners"]), (&figures["partners"], &figures["partners"]));

    // A late sale goes through the queue to the function, and is booked on the day of its signature.
    let seller = figures["seller"]["partner_id"].as_str().unwrap();
    let mut contracts = BTreeSet::new();
    for _ in 0..2 {
        let sale = send(&running.api, "POST", "/try/late-sale").await;
        assert_eq!((sale.status, sale.json["partner_id"].as_str()), (202, Some(seller)), "{}", sale.json);
        running.wait_until_idle().await;
        let id = sale.json["contract_id"].as_str().unwrap().to_owned();
        let contract = running.get(&format!("/contracts/{id}")).await;
        assert_eq!(contract["customer_name"], sale.json["customer_name"], "{contract}");
        assert_eq!(contract["sale"]["signed_on"], sale.json["signed_on"], "{contract}");
        let entries = running.entries(seller, "limit=500").await;
        assert!(
            entries.iter().any(|entry| entry["contract_id"] == *id && entry["booked_on"] == sale.json["signed_on"])
        );
        contracts.insert(id);
    }
    assert_eq!((contracts.len(), running.dead_letters().await), (2, Vec::new()));

    // What is recorded behind the rules' back is told, with its amounts.
    let partner: PartnerId = seller.parse().unwrap();
    let read = running.ledger().partner_record(&partner).await.unwrap();
    running
        .ledger()
        .register(read, registered("Changed", Agreements::default()), &operator(), None)
        .await
        .unwrap()
        .unwrap();
    let done = replayed_by(&running).await;
    assert_eq!(done["same"], world.partners.len() - 1, "{done}");
    let difference = &done["differences"][0];
    assert_eq!((&difference["partner_id"], &difference["name"]), (&json!(seller), &json!("Changed")));
    assert_ne!(difference["live"], difference["replayed"]);
    let left = running.stack.dynamodb().list_tables().send().await.unwrap().table_names.unwrap();
    assert!(!left.iter().any(|name| name.ends_with("Replayed")), "{left:?}");
    running.stack.stop().await;
}

/// Starts a replay, which whoever starts another one joins, and waits for its end.
async fn replayed_by(running: &Running) -> Value {
    let start = async || {
        let started = running.api.send("POST".parse().unwrap(), "/try/replay", &[], String::new()).await.unwrap();
        assert_eq!((started.status, &started.json["state"]), (202, &json!("running")), "{}", started.json);
        started.json["seed"].clone()
    };
    let seed = start().await;
    assert_eq!(start().await, seed, "one at a time");
    loop {
        let state = running.get("/try/replay").await;
        assert_eq!(state["seed"], seed);
        if state["state"] != "running" {
            return state;
        }
    }
}
