//! Search of partners by words of their name and contacts, in a programme of 10,000.

use crate::figures::{Figure, Goal};
use fixtures::occasion::{operator, registered};
use fixtures::pure::referrer;
use futures_util::future::join_all;
use harness::running::Running;
use ledger::partner_files::RecordedFile;
use rules::PartnerId;
use rules::contact::{Contact, PartnerFile};
use serde_json::Value;
use std::time::Instant;

const PARTNERS: usize = 10_000;
/// Partners registered at once.
const AT_ONCE: usize = 50;
/// Number of requests.
const OFTEN: usize = 50;

/// Registers many partners, each with a contact, and times searches that find one, many and none of them.
pub(crate) async fn figures(running: &Running) -> Vec<Figure> {
    let numbers: Vec<usize> = (0..PARTNERS).collect();
    for numbers in numbers.chunks(AT_ONCE) {
        join_all(numbers.iter().map(|n| register(running, *n))).await;
    }
    let mut figures = Vec::new();
    for (name, query, found) in [
        ("one, by accents and two words in another order", "zoe%207777-martin", 1),
        ("a page of many", "commune", 100),
        ("none", "nobody%20at%20all", 0),
    ] {
        let mut times = Vec::with_capacity(OFTEN);
        for _ in 0..OFTEN {
            let started = Instant::now();
            let answer = running.get(&format!("/partners?q={query}")).await;
            times.push(started.elapsed());
            let partners = answer.get("partners").and_then(Value::as_array);
            assert_eq!(partners.map(Vec::len), Some(found), "{query}");
        }
        let how = format!("p99 of {OFTEN} requests; {PARTNERS} partners with contacts");
        let name = format!("dashboard: search of partners, {name}");
        figures.push(Figure::time(name, times, 99, Goal::AtMost(1_000_000), how));
    }
    figures
}

async fn register(running: &Running, n: usize) {
    let ledger = running.ledger();
    let id: PartnerId = format!("S-{n:05}").parse().unwrap();
    let record = ledger.partner_record(&id).await.unwrap();
    ledger
        .register(record, registered(&format!("Commune de Saint-Jérôme {n}"), referrer()), &operator(), None)
        .await
        .unwrap()
        .unwrap();
    let contact = Contact {
        name: format!("Zoé {n}-Martin").parse().unwrap(),
        function: "Directrice".parse().ok(),
        email: format!("zoe.{n}@example.org").parse().ok(),
        telephone: None,
    };
    let file = PartnerFile { contacts: vec![contact], note: None };
    ledger.write_partner_file(&id, RecordedFile::default(), file, &operator()).await.unwrap().unwrap();
}
