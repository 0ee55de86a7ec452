//! A running stack in a folder of its own, on free ports.

use crate::binaries;
use aws_sdk_sqs::types::QueueAttributeName;
use events::EventType;
use events::input::Event;
use fixtures::world::World;
use ledger::Ledger;
use ledger::dynamo::DynamoStore;
use local::client::{Answer, Http};
use local::faults::Faults;
use local::load::{self, DeadLetter};
use local::queue_of;
use local::{Dynamodb, Options, Stack};
use rules::people::Role;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;

/// The variable that names another DynamoDB than the embedded one.
pub const DYNAMODB_URL: &str = "DYNAMODB_URL";

/// Time for messages to be processed, even on a slow machine.
const PATIENCE: Duration = Duration::from_mins(5);

/// Whether the table is in another DynamoDB than the embedded one.
pub fn is_another_engine() -> bool {
    std::env::var_os(DYNAMODB_URL).is_some()
}

/// A stack, its API, and its folder, which is deleted with it.
#[derive(Debug)]
pub struct Running {
    pub stack: Stack,
    /// Its API, as a manager.
    pub api: Http,
    /// Its data.
    pub folder: TempDir,
}

impl Running {
    /// Makes messages that failed come back sooner than the template admits.
    pub async fn come_back_after(&self, seconds: u32) {
        for mapping in self.stack.template.functions.values().filter_map(|function| function.mapping.as_ref()) {
            let set = self.stack.sqs().set_queue_attributes().queue_url(self.stack.queue_url(&mapping.queue));
            set.attributes(QueueAttributeName::VisibilityTimeout, seconds.to_string()).send().await.unwrap();
        }
    }

    /// An empty stack.
    pub async fn start() -> Running {
        Running::start_with(&[]).await
    }

    /// An empty stack, with parameters of the template.
    pub async fn start_with(parameters: &[(&str, &str)]) -> Running {
        Running::start_from(binaries(), parameters).await
    }

    /// An empty stack whose embedded DynamoDB shows faults, with parameters of the template.
    pub async fn start_with_faults(faults: Faults, parameters: &[(&str, &str)]) -> Running {
        Running::start_on(Dynamodb::Embedded { port: 0, faults }, (binaries(), 1), parameters).await
    }

    /// An empty stack of programs in a folder. Its table is in the DynamoDB that [`DYNAMODB_URL`] names, if it does: no
    /// other stack may use that one at the same time.
    pub async fn start_from(binaries: PathBuf, parameters: &[(&str, &str)]) -> Running {
        let embedded = Dynamodb::Embedded { port: 0, faults: Faults::default() };
        let dynamodb = std::env::var(DYNAMODB_URL).map_or(embedded, Dynamodb::At);
        Running::start_on(dynamodb, (binaries, 1), parameters).await
    }

    /// An empty stack of programs in a folder, with so many processes of each function that reads a queue.
    pub async fn start_processes(binaries: PathBuf, processes: usize) -> Running {
        let embedded = Dynamodb::Embedded { port: 0, faults: Faults::default() };
        Running::start_on(embedded, (binaries, processes), &[]).await
    }

    async fn start_on(
        dynamodb: Dynamodb,
        (binaries, processes): (PathBuf, usize),
        parameters: &[(&str, &str)],
    ) -> Running {
        let folder = TempDir::new().unwrap();
        let options = Options {
            data: folder.path().to_owned(),
            fresh: true,
            api_port: 0,
            dynamodb,
            sqs_port: 0,
            binaries,
            processes,
            parameters: parameters.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        };
        let stack = Stack::start(options).await.expect("the stack starts");
        Running { api: stack.api(&Role::Manager).await.unwrap(), stack, folder }
    }

    /// The API as a member of a partner.
    pub async fn api_of(&self, partner: &str) -> Http {
        self.stack.api(&Role::Partner(partner.parse().unwrap())).await.unwrap()
    }

    /// The API with any token, or with none.
    pub fn api_with(&self, token: Option<&str>) -> Http {
        let nobody = Http::new(&self.stack.api_url);
        token.map_or(nobody.clone(), |token| nobody.with_token(token.to_owned()))
    }

    /// Its table.
    pub fn store(&self) -> DynamoStore {
        DynamoStore::new(self.stack.dynamodb(), &self.stack.template.table.name)
    }

    /// The ledger in its table, for writing to it at any time.
    pub fn ledger(&self) -> Ledger<DynamoStore> {
        Ledger::new(self.store())
    }

    /// Registers a world's partners.
    pub async fn register(&self, world: &World) {
        load::register(&self.api, &world.partners, false).await.unwrap();
    }

    /// Sends events and waits until each is processed.
    pub async fn take_in(&self, events: &[Event]) {
        load::send(&self.stack, events).await.unwrap();
        self.wait_until_idle().await;
    }

    /// Waits until only delayed second looks are left, for a limited time. They find nothing unless a function died.
    pub async fn wait_until_idle(&self) {
        let idle = tokio::time::timeout(PATIENCE, load::wait_until_idle(&self.stack)).await;
        idle.expect("every message is processed in time").unwrap();
    }

    /// Waits likewise, and until every second look has been taken.
    pub async fn wait_for_delayed(&self) {
        let idle = tokio::time::timeout(PATIENCE, load::wait_for_delayed(&self.stack)).await;
        idle.expect("every message is processed in time").unwrap();
    }

    /// Sends bodies as they are, in one request.
    pub async fn send_raw(&self, event_type: EventType, bodies: &[String]) {
        let events: Vec<Event> = bodies.iter().map(|body| Event { event_type, body: body.clone() }).collect();
        load::send(&self.stack, &events).await.unwrap();
    }

    /// Reads the messages in the dead-letter queues.
    pub async fn dead_letters(&self) -> Vec<DeadLetter> {
        load::dead_letters(&self.stack).await.unwrap()
    }

    /// `GET`, which must succeed.
    pub async fn get(&self, path: &str) -> Value {
        let answer: Answer = self.api.get(path).await.unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", answer.json);
        answer.json
    }

    /// Every entry of a partner, page by page.
    pub async fn entries(&self, partner: &str, query: &str) -> Vec<Value> {
        let mut entries = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.get(&format!("/partners/{partner}/entries?{query}{cursor}")).await;
            entries.extend(page["entries"].as_array().unwrap().iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return entries,
            }
        }
    }

    /// The lines of a world's partners, as rows of `expected-lines.csv`: the sums of their entries.
    pub async fn lines(&self, world: &World) -> BTreeSet<String> {
        let mut lines: BTreeMap<(String, String), (i64, i64)> = BTreeMap::new();
        for partner in &world.partners {
            for entry in self.entries(partner.id.as_str(), "limit=500").await {
                if entry["kind"] == "entry-fee" {
                    continue;
                }
                let text = |name: &str| entry[name].as_str().unwrap().to_owned();
                let line = format!(
                    "{},{},{},{},{},{}",
                    text("partner_id"),
                    text("contract_id"),
                    entry["term"],
                    text("cause"),
                    text("kind"),
                    text("booked_on")
                );
                let sum = lines.entry((line, entry["amount"]["currency"].as_str().unwrap().to_owned())).or_default();
                sum.0 += minor(&entry["amount"]);
                sum.1 += minor(&entry["vendor_share"]);
            }
        }
        lines
            .into_iter()
            .map(|((line, currency), (amount, share))| format!("{line},{amount},{share},{currency}"))
            .collect()
    }

    /// The balances of all partners, as rows of `expected-balances.csv`.
    pub async fn balances(&self) -> BTreeSet<String> {
        let mut rows = BTreeSet::new();
        for partner in self.get("/partners?limit=500").await["partners"].as_array().unwrap() {
            let id = partner["partner_id"].as_str().unwrap();
            for balance in self.get(&format!("/partners/{id}")).await["balances"].as_array().unwrap() {
                let currency = balance["currency"].as_str().unwrap();
                let (to, from) = (minor(&balance["due_to_partner"]), minor(&balance["due_from_partner"]));
                rows.insert(format!("{id},{currency},{to},{from}"));
            }
        }
        rows
    }

    /// Checks that lines and balances are exactly those of the world, to the cent.
    pub async fn check(&self, world: &World) {
        let lines = self.lines(world).await;
        let extra: Vec<_> = lines.difference(&world.expected_lines).collect();
        let missing: Vec<_> = world.expected_lines.difference(&lines).collect();
        assert!(extra.is_empty() && missing.is_empty(), "extra {extra:#?}\nmissing {missing:#?}");
        assert_eq!(self.balances().await, world.expected_balances);
    }

    /// The queue of an event type.
    pub fn queue_url(&self, event_type: EventType) -> String {
        self.stack.queue_url(&queue_of(event_type))
    }
}

/// An amount of the wire in minor units.
pub fn minor(money: &Value) -> i64 {
    money["amount"].as_str().unwrap().replace('.', "").parse().unwrap()
}
