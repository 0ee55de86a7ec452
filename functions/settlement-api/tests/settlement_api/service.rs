//! The API in this process over a table in memory; passes are played as their queue would.

use closing::{Closing, PassMessage, Stepped};
use fixtures::client::{Client, claims, grant, token_of};
use fixtures::memory::MemoryStore;
use fixtures::occasion::{operator, registered};
use fixtures::pure::referrer;
use futures_util::future::{BoxFuture, FutureExt, ready};
use jiff::{SignedDuration, Timestamp};
use ledger::{Ledger, ReportedFact};
use rules::people::Role;
use rules::{Month, PartnerId};
use serde_json::{Value, json};
use settlement_api::app::App;
use settlement_api::passes::Passes;
use settlement_api::router::router;
use settling::SendError;
use std::cell::Cell;
use std::sync::{Arc, Mutex};
use web::cursors::Cursors;

thread_local! {
    static NOW: Cell<Timestamp> = const { Cell::new(Timestamp::UNIX_EPOCH) };
}

/// The clock of a test: each test runs in a thread of its own.
fn now() -> Timestamp {
    NOW.get()
}

/// The queue of passes.
#[derive(Debug, Default)]
struct Queue(Mutex<Vec<Month>>);

impl Passes for Queue {
    fn begin(&self, month: Month) -> BoxFuture<'_, Result<(), SendError>> {
        self.0.lock().unwrap().push(month);
        ready(Ok(())).boxed()
    }
}

/// The API and its table.
pub(crate) struct Service {
    pub(crate) manager: Client,
    pub(crate) store: &'static MemoryStore,
    queue: Arc<Queue>,
}

const DELAY: SignedDuration = SignedDuration::from_mins(15);

impl Service {
    /// Partners with an agreement as referrer, and no billing identity yet.
    pub(crate) async fn with(partners: &[&str]) -> Service {
        set_clock("2026-01-01T00:00:00Z");
        let store: &'static MemoryStore = Box::leak(Box::default());
        let queue = Arc::new(Queue::default());
        let app = App {
            ledger: Ledger::new(store),
            closing: Closing::new(store, DELAY),
            passes: queue.clone(),
            cursors: Arc::new(Cursors::new("a secret of the tests", None).unwrap()),
            now,
        };
        grant(store, "manager", Role::Manager, now());
        for id in partners {
            let ledger = Ledger::new(store);
            let record = ledger.partner_record(&id.parse().unwrap()).await.unwrap();
            ledger.register(record, registered(id, referrer()), &operator(), None).await.unwrap().unwrap();
        }
        let manager = Client { router: router(app), authorizer: claims(&token_of("manager")) };
        Service { manager, store, queue }
    }

    /// The same, with the vendor and every partner complete and under a mandate.
    pub(crate) async fn complete(partners: &[&str]) -> Service {
        let service = Service::with(partners).await;
        assert_eq!(service.manager.put("/vendor/1", vendor().to_string()).await.status, 201);
        for id in partners {
            let answer = service.manager.put(&format!("/partners/{id}/billing/1"), billing(id).to_string()).await;
            assert_eq!(answer.status, 201, "{}", answer.text);
        }
        service
    }

    /// A client that calls as a member with a role.
    pub(crate) fn with_role(&self, subject: &str, role: Role) -> Client {
        grant(self.store, subject, role, now());
        Client { authorizer: claims(&token_of(subject)), ..self.manager.clone() }
    }

    /// A client that calls as a member of a partner.
    pub(crate) fn as_partner(&self, id: &str) -> Client {
        self.with_role(&format!("member-of-{id}"), Role::Partner(id.parse().unwrap()))
    }

    /// A client without the claims of a token.
    pub(crate) fn as_nobody(&self) -> Client {
        Client { authorizer: Value::Null, ..self.manager.clone() }
    }

    /// Books a sale that was signed on a day, at a moment, and adds its month up.
    pub(crate) async fn sale(&self, contract: &str, partner: &str, signed_on: &str, fee: &str, at: &str) {
        let data = json!({
            "contract_id": contract, "partner_id": partner, "customer_id": "K", "signed_on": signed_on,
            "annual_fee": {"amount": fee, "currency": "EUR"},
        });
        let event = fixtures::world::event(events::EventType::SaleSigned, contract, &data);
        let read = events::cloud_event::parse(&event.body, event.event_type).unwrap();
        let ledger = Ledger::new(self.store);
        for outcome in ledger.record(&[ReportedFact::new(read.fact, &read.id)], at.parse().unwrap()).await {
            outcome.unwrap();
        }
        let day: rules::Day = signed_on.parse().unwrap();
        let of = ledger::totals::PartnerMonth { partner_id: partner.parse::<PartnerId>().unwrap(), month: day.into() };
        ledger.refresh_totals(&of, Timestamp::UNIX_EPOCH).await.unwrap();
    }

    /// Closes a month at a moment, and plays its pass.
    pub(crate) async fn close(&self, month: &str, at: &str, orders: &Value) {
        set_clock(at);
        let answer = self.manager.put(&format!("/closings/{month}"), orders.to_string()).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        self.play().await;
    }

    /// Plays the passes that were begun.
    pub(crate) async fn play(&self) {
        let closing = Closing::new(self.store, DELAY);
        let begun = std::mem::take(&mut *self.queue.0.lock().unwrap());
        for month in begun {
            let mut message = PassMessage::begin(month);
            while let Stepped::Next(next) = closing.step(message).await.unwrap() {
                message = next;
            }
        }
    }

    /// `GET`, which must succeed.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.manager.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json
    }
}

/// Sets the clock of this test.
pub(crate) fn set_clock(at: &str) {
    NOW.set(at.parse().unwrap());
}

/// A complete identity of the vendor.
pub(crate) fn vendor() -> Value {
    json!({
        "from": "2020-01-01", "legal_name": "all-in-web", "address": "1 rue de Paris, 34500 Béziers", "country": "FR",
        "siren": "448765438", "vat_id": "FR55448765438", "regime": "fr-vat",
    })
}

/// A complete identity of a French partner that gave a mandate.
pub(crate) fn billing(id: &str) -> Value {
    json!({
        "from": "2020-01-01", "legal_name": format!("Société {id}"), "address": "2 rue de Lyon, 69002 Lyon", "country": "FR",
        "siren": "512345612", "vat_id": "FR68512345612", "regime": "fr-vat", "series": id.replace('-', ""),
        "mandate": {"signed_on": "2020-01-01", "days_to_contest": 15}, "iban": "FR7630006000011234567890189",
        "account_holder": "Société",
    })
}
