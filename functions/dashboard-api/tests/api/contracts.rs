//! The list of a partner's contracts.

use crate::service::{Service, minor};
use events::EventType::{AnnualRenewal, ContractEnded, SaleSigned};
use events::input::Event;
use fixtures::world::event;
use serde_json::{Value, json};
use std::collections::BTreeMap;

async fn listed(service: &Service, partner: &str, limit: usize) -> Vec<Value> {
    let path = format!("/partners/{partner}/contracts?limit={limit}");
    let (mut all, mut next) = (Vec::new(), path.clone());
    loop {
        let page = service.get(&next).await;
        all.extend(page["contracts"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(cursor) => next = format!("{path}&cursor={cursor}"),
            None => return all,
        }
    }
}

#[tokio::test]
async fn contracts_add_up_to_the_balance_whatever_the_page() {
    let (service, world) = Service::sample().await;
    let mut contracts = 0;
    for partner in &world.partners {
        let all = listed(&service, partner.id.as_str(), 500).await;
        assert_eq!(listed(&service, partner.id.as_str(), 3).await, all, "{}", partner.id);
        let ids = all.iter().map(|one| one["contract_id"].as_str().unwrap());
        assert_eq!(ids.collect::<std::collections::BTreeSet<_>>().len(), all.len(), "each once");
        let mut due: BTreeMap<String, i64> = BTreeMap::new();
        for total in all.iter().flat_map(|one| one["totals"].as_array().unwrap()) {
            *due.entry(total["currency"].as_str().unwrap().to_owned()).or_default() += minor(&total["due_to_partner"]);
        }
        let partner = service.get(&format!("/partners/{}", partner.id)).await;
        for balance in partner["balances"].as_array().unwrap() {
            let of = due.remove(balance["currency"].as_str().unwrap()).unwrap_or_default();
            assert_eq!(of, minor(&balance["due_to_partner"]), "{balance}");
        }
        assert!(due.values().all(|due| *due == 0), "{due:?}");
        contracts += all.len();
    }
    assert!(contracts > 50, "{contracts}");
}

fn sale(contract: &str, partner: &str, signed_on: &str) -> Event {
    let fee = json!({"amount": "100.00", "currency": "EUR"});
    let data = json!({"contract_id": contract, "partner_id": partner, "customer_id": "K", "customer_name": "Mairie de Vias", "signed_on": signed_on, "annual_fee": fee});
    event(SaleSigned, &format!("{contract} {partner} {signed_on}"), &data)
}

#[tokio::test]
async fn a_contract_has_the_status_of_its_latest_annuity_and_the_reason() {
    let service = Service::start();
    let agreement =
        json!({"name": "A", "agreements": [{"model": "referrer", "starts_on": "2024-01-01", "from_sale": 2}]});
    for id in ["P-1", "P-2"] {
        assert_eq!(service.manager.put(&format!("/partners/{id}"), agreement.to_string()).await.status, 201);
    }
    let fee = json!({"amount": "100.00", "currency": "EUR"});
    let renewal = json!({"contract_id": "C-1", "term": 2, "starts_on": "2025-02-01", "annual_fee": fee});
    service
        .take_in(&[
            sale("C-0", "P-1", "2023-01-01"),
            sale("C-1", "P-1", "2024-02-01"),
            event(AnnualRenewal, "R", &renewal),
            sale("C-2", "P-1", "2024-03-01"),
            sale("C-3", "P-1", "2024-04-01"),
            sale("C-3", "P-2", "2024-04-01"),
            sale("C-4", "P-1", "2024-05-01"),
            sale("C-4", "P-1", "2024-05-02"),
            event(ContractEnded, "E", &json!({"contract_id": "C-2", "ended_on": "2025-02-28"})),
        ])
        .await;
    for (contract, claim) in [("C-3", json!(2)), ("C-4", json!(null))] {
        let choice = json!({"claim": claim, "seen": 2, "reason": "typed wrong"}).to_string();
        let path = format!("/contracts/{contract}/terms/1/choices/1");
        assert_eq!(service.manager.put(&path, choice).await.status, 202);
    }
    service.wait_until_idle().await;
    let shown = |all: &[Value]| -> Vec<Value> {
        let short = |one: &Value| {
            let latest = &one["latest"];
            json!([
                one["contract_id"],
                one["status"],
                latest["term"],
                latest["reason"],
                latest["waits_for"],
                one["no_longer_yours"]
            ])
        };
        all.iter().map(short).collect()
    };
    let all = listed(&service, "P-1", 100).await;
    let expected = [
        json!(["C-0", "pending", 1, null, "no-agreement", null]),
        json!(["C-1", "earned", 2, "paid-once", null, null]),
        json!(["C-2", "earning", 1, "sale-n-or-later", null, null]),
        json!(["C-3", "no-longer-yours", null, null, null, "given-to-another-partner"]),
        json!(["C-4", "no-longer-yours", null, null, null, "none-stands"]),
    ];
    assert_eq!(shown(&all), expected);
    assert_eq!(all[2]["ended_on"], "2025-02-28");
    assert_eq!(
        (&all[1]["sale"]["signed_on"], &all[1]["customer_name"]),
        (&json!("2024-02-01"), &json!("Mairie de Vias"))
    );
    assert_eq!((&all[3]["sale"], &all[3]["customer_name"]), (&json!(null), &json!(null)));
    // The same for the partner itself, in its language.
    let own = service.as_partner("P-1").get("/partners/P-1/contracts?lang=fr").await;
    assert_eq!(shown(own.json["contracts"].as_array().unwrap()), expected);
    assert!(own.json["contracts"][0]["latest"]["explanation"].as_str().unwrap().starts_with("En attente"));
    // The first sale of P-2 is paid nothing, since its agreement pays from the second on.
    let of_other = listed(&service, "P-2", 100).await;
    assert_eq!(shown(&of_other), [json!(["C-3", "nothing", 1, "before-sale-n", null, null])]);
    assert!(of_other[0]["latest"]["explanation"].as_str().unwrap().contains('2'));
    // A sale that came back is listed once.
    let back = json!({"claim": 1, "seen": 2, "reason": "it was right"}).to_string();
    assert_eq!(service.manager.put("/contracts/C-3/terms/1/choices/2", back).await.status, 202);
    service.wait_until_idle().await;
    for limit in [1, 100] {
        let ids: Vec<Value> =
            listed(&service, "P-1", limit).await.iter().map(|one| one["contract_id"].clone()).collect();
        assert_eq!(ids, ["C-0", "C-1", "C-2", "C-3", "C-4"].map(Value::from), "a page of {limit}");
    }
}
