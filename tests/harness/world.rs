//! The sample worlds in `tests/data`, and what an independent implementation says they add up to.

use events::{EventType, cloud_event, registration};
use local::input::{self, Event, Partner};
use rules::{Agreements, Fact, PartnerId};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// One world.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// The partners to register.
    pub partners: Vec<Partner>,
    /// The events, in the order given.
    pub events: Vec<Event>,
    /// `partner_id,contract_id,term,cause,kind,booked_on,amount_minor,vendor_share_minor,currency`.
    pub expected_lines: BTreeSet<String>,
    /// `partner_id,currency,due_to_partner_minor,due_from_partner_minor`.
    pub expected_balances: BTreeSet<String>,
}

/// A file of `tests/data`.
pub fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

impl World {
    /// The generated world, in time order.
    pub fn sample() -> World {
        World::read("")
    }

    /// The hand-made one, in an order that hurts.
    pub fn edges() -> World {
        World::read("edges/")
    }

    /// Both at once; they share no id.
    pub fn both() -> World {
        World::sample().and(World::edges())
    }

    /// This world and another one, which shares no id with it.
    #[must_use]
    pub fn and(mut self, other: World) -> World {
        self.partners.extend(other.partners);
        self.events.extend(other.events);
        self.expected_lines.extend(other.expected_lines);
        self.expected_balances.extend(other.expected_balances);
        self
    }

    fn read(folder: &str) -> World {
        let read = |name: &str| std::fs::read_to_string(data(&format!("{folder}{name}"))).unwrap();
        let rows = |text: String| text.lines().skip(1).map(str::to_owned).collect();
        World {
            partners: input::partners("partners.json", &read("partners.json")).unwrap(),
            events: input::events("events.jsonl", &read("events.jsonl")).unwrap(),
            expected_lines: rows(read("expected-lines.csv")),
            expected_balances: rows(read("expected-balances.csv")),
        }
    }

    /// The facts of the events, in their order.
    pub fn facts(&self) -> Vec<Fact> {
        self.events.iter().map(|event| cloud_event::parse(&event.body, event.event_type).unwrap().fact).collect()
    }

    /// The agreements of every partner.
    pub fn registry(&self) -> BTreeMap<PartnerId, Agreements> {
        let partners = self.partners.iter();
        partners
            .map(|partner| {
                let registration = registration::parse(&partner.body, &Agreements::default()).unwrap();
                (partner.id.clone(), registration.agreements)
            })
            .collect()
    }

    /// The events shuffled, and a third of them again somewhere, half of those under new event ids.
    pub fn shuffled(&self, seed: u64) -> Vec<Event> {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut events = self.events.clone();
        let mut again = self.events.clone();
        random.shuffle(&mut again);
        again.truncate(self.events.len() / 3);
        for (i, event) in again.iter_mut().enumerate().filter(|(i, _)| i % 2 == 0) {
            let mut json: Value = serde_json::from_str(&event.body).unwrap();
            json["id"] = Value::from(format!("again-{seed}-{i}"));
            event.body = json.to_string();
        }
        events.extend(again);
        random.shuffle(&mut events);
        events
    }
}

/// An event of a type around its data.
pub fn event(event_type: EventType, id: &str, data: &Value) -> Event {
    let body = serde_json::json!({
        "specversion": "1.0", "id": id, "source": "/billing", "type": event_type.as_str(), "data": data,
    });
    Event { event_type, body: body.to_string() }
}
