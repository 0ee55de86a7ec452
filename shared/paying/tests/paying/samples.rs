//! The sample worlds of `tests/data/payments`, played through the table: equal to the cent at each step.

use crate::world::*;
use ::payments::{PaymentKind, Refusal};
use fixtures::memory::MemoryStore;
use jiff::{SignedDuration, Timestamp};
use paying::PayingError;
use paying::record::Outcome;
use serde_json::{Value, json};
use settlement::document::Named;
use settlement::number::{Number, OwnNumber};
use std::collections::BTreeMap;

const ID: &str = "P-1";

/// The number of a document of a world: `D5` and `C5` are 5.
fn number(id: &str) -> u32 {
    id[1..].parse().unwrap()
}

fn named(id: &str) -> Named {
    Named::Document(Number::Own(number(id).to_string().parse::<OwnNumber>().unwrap()))
}

/// A world, and its contests: of each document the number and the moment of the last.
struct World {
    store: MemoryStore,
    contests: BTreeMap<u32, (u32, Timestamp)>,
}

impl World {
    /// Plays a step, and gives its answer as the sample has it.
    async fn play(&mut self, event: &Value, step: u32) -> Option<&'static str> {
        let at = time("2026-06-01T00:00:00Z") + SignedDuration::from_mins(i64::from(step));
        let text = |name: &str| event[name].as_str().unwrap();
        let minor = |name: &str| event[name].as_i64().unwrap();
        let first = || event["names"].as_array().unwrap().first().map(|id| named(id.as_str().unwrap()));
        let new = format!("N{step}");
        let kind = match text("do") {
            "document" => {
                let kind = json!("received-invoice");
                let of = (TO, number(text("id")));
                insert(&self.store, document(ID, of, &kind, minor("gross"), text("due"), at)).await;
                return None;
            }
            "credit-note" => {
                let names: Vec<Value> = event["names"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|id| json!({"document": {"own": number(id.as_str().unwrap()).to_string()}}))
                    .collect();
                let kind = json!({"credit-note": {"names": names}});
                let of = (TO, number(text("id")));
                insert(&self.store, document(ID, of, &kind, -minor("gross"), "", at)).await;
                return None;
            }
            "contest" => {
                self.contest((number(text("id")), step), event["contested"] == true, at).await;
                return None;
            }
            "payment" => (text("id").to_owned(), PaymentKind::Out { names: first() }),
            "take-back" => (new, PaymentKind::TakesBack { payment: text("payment").parse().unwrap() }),
            "pay-surplus-back" => (new, PaymentKind::PaysSurplusBack { direction: TO }),
            other => panic!("{other} is no event of these worlds"),
        };
        let payment = payment(&kind.0, kind.1, minor("amount"));
        match paying(&self.store).record(&partner(ID), &payment, &by(1, at)).await {
            Ok(Outcome::Recorded) => None,
            Ok(Outcome::Already) => Some("no effect"),
            Ok(Outcome::Other { .. }) => Some("refused: other content under this id"),
            Err(PayingError::Refused(Refusal::MoreThanLeft { .. })) => Some("refused: more than was paid"),
            Err(PayingError::Refused(Refusal::MoreThanSurplus { .. })) => Some("refused: more than the surplus"),
            Err(other) => panic!("{other}"),
        }
    }

    async fn contest(&mut self, (of, step): (u32, u32), is_open: bool, at: Timestamp) {
        if is_open {
            self.contests.insert(of, (step, at));
            insert(&self.store, contested(ID, (TO, of), step, at, None)).await;
            return;
        }
        let (n, opened) = self.contests[&of];
        let item = contested(ID, (TO, of), n, opened, Some(at));
        replace(&self.store, item).await;
    }
}

#[tokio::test]
async fn every_step_of_every_world_is_equal_to_the_cent() {
    let path = format!("{}/../../tests/data/payments/worlds.jsonl", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let before = world(&[ID]).await.dump();
    let mut steps = 0;
    for line in text.lines() {
        let sample: Value = serde_json::from_str(line).unwrap();
        let mut world = World { store: MemoryStore::of(before.clone()), contests: BTreeMap::new() };
        for (index, step) in (0_u32..).zip(sample["steps"].as_array().unwrap()) {
            let place = format!("world {}, step {index}", sample["world"]);
            let answer = world.play(&step["event"], index).await;
            assert_eq!(answer, step["answer"].as_str(), "{place}");
            let of = books(&world.store, ID).await;
            let mut expected: Vec<(String, i64)> = step["open"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(id, open)| (number(id).to_string(), open.as_i64().unwrap()))
                .collect();
            expected.sort();
            assert_eq!(open(&of, TO), expected, "{place}");
            assert_eq!(surplus(&of, TO), step["surplus"].as_i64().unwrap(), "{place}");
            steps += 1;
        }
        is_sound(&world.store, &[ID]).await;
    }
    assert_eq!((text.lines().count(), steps), (40, 539));
}
