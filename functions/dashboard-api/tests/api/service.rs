//! The API in this process, over a table in memory, and the ledger's own code behind its queues: the same router, asked with
//! the same events that API Gateway sends, and nothing started.

use dashboard_api::MAX_CONTRACTS;
use dashboard_api::app::App;
use dashboard_api::restatements::{Restatements, When};
use dashboard_api::router::router;
use events::input::Event;
use events::{EventType, cloud_event};
pub(crate) use fixtures::client::{Answer, Client, ISSUER, token_of};
use fixtures::client::{claims, grant};
use fixtures::memory::MemoryStore;
use fixtures::world::World;
use futures_util::future::{BoxFuture, FutureExt, ready};
use jiff::{SignedDuration, Timestamp};
use ledger::attention::{DeadLetter, Wording};
use ledger::invitations::Randomness;
use ledger::passes::EndedPasses;
use ledger::preview_steps::{STEP, Stepped};
use ledger::recorded::{Origin, Trigger};
use ledger::totals::PartnerMonth;
use ledger::{Ledger, Outcome, ReportedFact};
use rules::Fact;
use rules::people::Role;
use rules::text::Language;
use runtime::restatement::{Chosen, PartnerStep, PreviewStep, Request, SendError, SettingAside, refused};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use web::cursors::Cursors;
use web::sign_in::SignIn;

/// The day of these tests' clock.
pub(crate) const TODAY: &str = "2026-11-26";

/// A clock that advances by a millisecond with each look.
pub(crate) fn now() -> Timestamp {
    static LOOKS: AtomicI64 = AtomicI64::new(0);
    let noon: Timestamp = format!("{TODAY}T12:00:00Z").parse().unwrap();
    noon + SignedDuration::from_millis(LOOKS.fetch_add(1, Ordering::Relaxed))
}

/// The restatement queue.
#[derive(Debug, Default)]
pub(crate) struct Queue(Mutex<Vec<Request>>);

impl Restatements for Queue {
    fn send<'a>(&'a self, request: &'a Request, _when: When) -> BoxFuture<'a, Result<(), SendError>> {
        self.0.lock().unwrap().push(request.clone());
        ready(Ok(())).boxed()
    }
}

/// The API and its table.
pub(crate) struct Service {
    /// The API, as a manager.
    pub(crate) manager: Client,
    /// The table.
    pub(crate) store: &'static MemoryStore,
    queue: Arc<Queue>,
}

impl Service {
    /// An empty table.
    pub(crate) fn start() -> Service {
        Service::with_page(SignIn::none(), [None; 2])
    }

    /// An empty table, and an API that reads at most so many contracts for a preview.
    pub(crate) fn previewing(most: usize) -> Service {
        Service::with(SignIn::none(), [None; 2], most)
    }

    /// An empty table, and a page with sign-in, with a page of trials and with the views of closing.
    pub(crate) fn with_page(sign_in: SignIn, urls: [Option<&str>; 2]) -> Service {
        Service::with(sign_in, urls, MAX_CONTRACTS)
    }

    fn with(sign_in: SignIn, urls: [Option<&str>; 2], most_previewed: usize) -> Service {
        let store: &'static MemoryStore = Box::leak(Box::default());
        let queue = Arc::new(Queue::default());
        let restatements: Arc<dyn Restatements> = queue.clone();
        let cursors = Arc::new(Cursors::new("a secret of the tests", None).unwrap());
        let (sign_in, [try_url, views_url]) = (Arc::new(sign_in), urls.map(|url| url.map(Arc::from)));
        let (ledger, random) = (Ledger::new(store), || Some(random()));
        let app = App { ledger, restatements, cursors, now, sign_in, random, most_previewed, try_url, views_url };
        let router = router(app);
        grant(store, "manager", Role::Manager, now());
        Service { manager: Client { router, authorizer: claims(&token_of("manager")) }, store, queue }
    }

    /// A table with the sample world in an order of its own.
    pub(crate) async fn sample() -> (Service, World) {
        let (service, world) = (Service::start(), World::sample());
        service.register(&world).await;
        service.take_in(&world.shuffled(11)).await;
        (service, world)
    }

    /// A client that calls as a member of a partner.
    pub(crate) fn as_partner(&self, id: &str) -> Client {
        self.as_member(&format!("member-of-{id}"), Role::Partner(id.parse().unwrap()))
    }

    /// A client that calls as an accountant.
    pub(crate) fn as_accountant(&self) -> Client {
        self.as_member("accountant", Role::Accountant)
    }

    /// A client that calls as a subject, which has this role from now on.
    pub(crate) fn as_member(&self, subject: &str, role: Role) -> Client {
        grant(self.store, subject, role, now());
        self.as_subject(subject)
    }

    /// A client with the token of a subject, member or not.
    pub(crate) fn as_subject(&self, subject: &str) -> Client {
        self.with_claims(&token_of(subject))
    }

    /// A client without the claims of a token.
    pub(crate) fn as_nobody(&self) -> Client {
        self.with_authorizer(Value::Null)
    }

    /// A client with the claims of a token.
    pub(crate) fn with_claims(&self, of_token: &Value) -> Client {
        self.with_authorizer(claims(of_token))
    }

    /// A client with any authorizer context of API Gateway.
    pub(crate) fn with_authorizer(&self, authorizer: Value) -> Client {
        Client { authorizer, ..self.manager.clone() }
    }

    /// The ledger in the table, for writing to it at any time.
    pub(crate) fn ledger(&self) -> Ledger<&'static MemoryStore> {
        Ledger::new(self.store)
    }

    /// Registers a world's partners.
    pub(crate) async fn register(&self, world: &World) {
        for partner in &world.partners {
            let answer = self.manager.put(&format!("/partners/{}", partner.id), partner.body.clone()).await;
            assert_eq!(answer.status, 201, "{}", answer.text);
        }
        self.wait_until_idle().await;
    }

    /// Takes events in, one batch after the other, and does all work that follows from them.
    pub(crate) async fn take_in(&self, events: &[Event]) {
        for batch in events.chunks(10) {
            let mut facts = Vec::new();
            for event in batch {
                match cloud_event::parse(&event.body, event.event_type) {
                    Ok(read) => {
                        facts.push(ReportedFact::new(read.fact, &read.id).with_customer_name(read.customer_name));
                    }
                    Err(refusal) => self.record_dead_letter(event.event_type, refusal).await,
                }
            }
            for outcome in self.ledger().record(&facts, now()).await {
                outcome.unwrap();
            }
        }
        self.wait_until_idle().await;
    }

    async fn record_dead_letter(&self, event_type: EventType, refusal: events::Refusal) {
        self.record_dead_letter_as(event_type, refusal, &format!("message-{}", now())).await;
    }

    pub(crate) async fn record_dead_letter_as(
        &self,
        event_type: EventType,
        refusal: events::Refusal,
        message_id: &str,
    ) {
        let function = match event_type {
            EventType::SaleSigned => "programme-SaleSigned-1A2B3C",
            EventType::AnnualRenewal => "programme-AnnualRenewal-1A2B3C",
            EventType::CreditNote => "programme-CreditNote-1A2B3C",
            EventType::Supplement => "programme-Supplement-1A2B3C",
            EventType::ContractEnded => "programme-ContractEnded-1A2B3C",
        };
        let at = now();
        let (message_id, function) = (message_id.to_owned(), function.to_owned());
        let [fr, en] = [Language::Fr, Language::En].map(|language| refusal.reason.in_language(language));
        let reason = Wording { fr, en };
        let dead_letter = DeadLetter { message_id, function, contract_id: None, field: refusal.field, reason, at };
        self.ledger().record_dead_letter(&dead_letter).await.unwrap();
    }

    /// Records facts at a moment.
    pub(crate) async fn record(&self, facts: &[Fact], at: &str) {
        for batch in facts.chunks(10) {
            let batch: Vec<ReportedFact> = batch.iter().map(|fact| ReportedFact::new(fact.clone(), "event")).collect();
            for outcome in self.ledger().record(&batch, at.parse().unwrap()).await {
                assert_eq!(outcome.unwrap(), Outcome::Decided);
            }
        }
    }

    /// The number of requests on the queue.
    pub(crate) fn requested(&self) -> usize {
        self.queue.0.lock().unwrap().len()
    }

    /// Does the work requested on the queue, and adds up every month.
    pub(crate) async fn wait_until_idle(&self) {
        loop {
            let requests = std::mem::take(&mut *self.queue.0.lock().unwrap());
            if requests.is_empty() {
                break;
            }
            for request in requests {
                self.follow(request).await;
            }
        }
        for month in self.booked() {
            self.ledger().refresh_totals(&month, Timestamp::UNIX_EPOCH).await.unwrap();
        }
    }

    async fn follow(&self, request: Request) {
        match request {
            Request::Partner(step) => self.restate(&step).await,
            Request::SetAside(SettingAside { item, why }) => {
                let origin = Origin { at: now(), because: &Trigger::SetAside };
                self.ledger().set_item_aside(&item, &why, origin).await.unwrap();
            }
            Request::Preview(step) => {
                match self.ledger().preview_step(step.progress().unwrap(), STEP, now()).await.unwrap() {
                    Stepped::Next(next) => {
                        self.queue.0.lock().unwrap().push(Request::Preview(PreviewStep::of(&next).unwrap()));
                    }
                    Stepped::Done | Stepped::Moot => {}
                }
            }
            Request::Choice(request) => {
                let contract = self.ledger().contract(&request.contract_id).await.unwrap().contract();
                let (partners, act) = (request.partners(&contract), request.act(&contract, request.judge(&contract).1));
                let chosen = Chosen { contract_id: request.contract_id.clone(), number: request.number, act };
                let made = self.ledger().choose(&request, Origin { at: now(), because: &chosen.trigger() }).await;
                if refused(made.unwrap()).is_some() {
                    return;
                }
                for partner_id in partners {
                    let pass = PartnerStep::after_choice(partner_id, chosen.clone());
                    self.restate(&PartnerStep { last: true, ..pass }).await;
                }
            }
        }
    }

    async fn restate(&self, step: &PartnerStep) {
        let because = step.trigger();
        let version = Some(step.agreements_version).filter(|version| *version > 0);
        let moved = self.ledger().restate_all(&step.partner_id, version, Origin { at: now(), because: &because }).await;
        let (moved, partner_id) = (moved.unwrap(), step.partner_id.clone());
        if let (Some(moved), Some(of)) = (moved, because.passes().filter(|_| step.last)) {
            self.ledger().end_passes(&EndedPasses { partner_id, of, at: now(), moved }).await.unwrap();
        }
    }

    /// Every month in which something is listed under a partner.
    fn booked(&self) -> BTreeSet<PartnerMonth> {
        let items = self.store.dump();
        let month = items.iter().filter_map(|item| {
            let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
            let partner_id = text("gpk")?.strip_prefix("PARTNER#")?.parse().ok()?;
            Some(PartnerMonth { partner_id, month: text("gsk")?.get(..7)?.parse().ok()? })
        });
        month.collect()
    }

    /// `GET`, which must succeed.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.manager.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json
    }

    /// Every item of a list, page by page.
    pub(crate) async fn list(&self, path: &str, name: &str) -> Vec<Value> {
        let separator = if path.contains('?') { '&' } else { '?' };
        let (mut all, mut page) = (Vec::new(), self.get(path).await);
        loop {
            all.extend(page[name].as_array().unwrap().iter().cloned());
            let Some(next) = page["next_cursor"].as_str() else { return all };
            page = self.get(&format!("{path}{separator}cursor={next}")).await;
        }
    }

    /// Every entry of a partner, page by page.
    pub(crate) async fn entries(&self, partner: &str, query: &str) -> Vec<Value> {
        self.list(&format!("/partners/{partner}/entries?{query}"), "entries").await
    }

    /// The balances of all partners, as rows of `expected-balances.csv`.
    pub(crate) async fn balances(&self) -> BTreeSet<String> {
        let mut rows = BTreeSet::new();
        for partner in self.list("/partners?limit=500", "partners").await {
            let id = partner["partner_id"].as_str().unwrap();
            for balance in self.get(&format!("/partners/{id}")).await["balances"].as_array().unwrap() {
                let currency = balance["currency"].as_str().unwrap();
                let (to, from) = (minor(&balance["due_to_partner"]), minor(&balance["due_from_partner"]));
                rows.insert(format!("{id},{currency},{to},{from}"));
            }
        }
        rows
    }
}

/// Other bytes each time.
fn random() -> Randomness {
    static CODES: AtomicU8 = AtomicU8::new(0);
    [CODES.fetch_add(1, Ordering::Relaxed); 24]
}

/// Holds the headers that every answer has.
pub(crate) fn check_headers(answer: &Answer, what: &str) {
    // What a browser may keep has a tag, or its digest as name.
    let is_kept = answer.headers.contains_key("etag") || answer.headers.contains_key("vary");
    let kept = ["no-cache", "max-age=10", "public, max-age=31536000, immutable"];
    let kept = kept.into_iter().find(|kept| is_kept && answer.headers["cache-control"] == *kept);
    for (name, value) in [
        (
            "content-security-policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        ),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("strict-transport-security", "max-age=63072000"),
        ("cache-control", kept.unwrap_or("no-store")),
    ] {
        assert_eq!(answer.headers.get(name).map(|value| value.to_str().unwrap()), Some(value), "{what}: {name}");
    }
}

/// An amount of the wire in minor units.
pub(crate) fn minor(money: &Value) -> i64 {
    money["amount"].as_str().unwrap().replace('.', "").parse().unwrap()
}
