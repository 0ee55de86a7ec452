//! A world in a table: partners, entries as the ledger writes them, identities, and closes that are played by passes.

use closing::closes::{Outcome, Said};
use closing::{Closing, Made, PassMessage, Stepped};
use fixtures::memory::MemoryStore;
use fixtures::occasion::{manager, operator, registered};
use fixtures::pure::referrer;
use jiff::Timestamp;
use ledger::item::hash;
use ledger::journal::Occasion;
use ledger::store::{Item, Write};
use ledger::totals::PartnerMonth;
use ledger::{Ledger, Store};
use rules::{Month, PartnerId};
use serde_json::{Value, json};
use settlement::close::DELAY;
use settlement::opening::{OpeningItem, Settled};
use settlement::{Billing, Booking, Carried, Direction, Document, Identity, Moment, Reason, Records, Versions};
use std::collections::{BTreeMap, BTreeSet};

/// Closing over a store.
pub(crate) fn closing<S: Store>(store: S) -> Closing<S> {
    Closing::new(store, DELAY)
}

pub(crate) fn month(text: &str) -> Month {
    text.parse().unwrap()
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn partner(text: &str) -> PartnerId {
    text.parse().unwrap()
}

/// The EUR account of a partner.
pub(crate) fn account(id: &str, direction: Direction) -> settlement::Account {
    settlement::Account { partner_id: partner(id), currency: rules::Currency::EUR, direction }
}

/// The occasion of a manager's step at a moment.
pub(crate) fn by(moment: Timestamp) -> Occasion {
    manager(moment, "As agreed")
}

/// The same, its moment as text.
pub(crate) fn on(moment: &str) -> Occasion {
    by(time(moment))
}

/// The moment of the first identities.
pub(crate) const FIRST: &str = "2020-01-01T00:00:00Z";

/// Registers a partner, long ago.
pub(crate) async fn register(store: &MemoryStore, id: &str) {
    let ledger = Ledger::new(store);
    let record = ledger.partner_record(&partner(id)).await.unwrap();
    ledger.register(record, registered(id, referrer()), &operator(), None).await.unwrap().unwrap();
}

/// An entry as the ledger writes it, in a contract of its own.
fn row(entry: &Booking, contract: usize) -> Item {
    let posting = &entry.posting;
    let (id, sk) = (format!("C-{contract:06}"), "TERM#01#A#1");
    let decision = json!({
        "ag": "2020-01-01", "pv": "2013-11-16", "mo": posting.model, "k": posting.kind, "ra": "0.5", "re": "paid-once",
    });
    let stored = json!({
        "a": entry.amount, "s": entry.vendor_share, "c": posting.currency, "d": posting.booked_on,
        "b": {"d": decision, "b0": 0, "b1": 0},
    });
    let mut item: Item = serde_dynamo::to_item(json!({
        "pk": format!("CONTRACT#{id}"), "sk": sk, "gpk": format!("PARTNER#{}", posting.partner_id),
        "gsk": format!("{}#{id}#{sk}", posting.booked_on), "e": stored, "at": entry.recorded_at.to_string(),
    }))
    .unwrap();
    hash(&mut item);
    item
}

/// Books entries, and adds their months up.
pub(crate) async fn book(store: &MemoryStore, entries: &[Booking]) {
    let before = store.dump().len();
    let mut months = BTreeSet::new();
    for (n, entry) in entries.iter().enumerate() {
        let written = store.transact(vec![Write::Insert(row(entry, before + n))]).await;
        written.unwrap();
        let (partner_id, month) = (entry.posting.partner_id.clone(), entry.posting.booked_on.into());
        months.insert(PartnerMonth { partner_id, month });
    }
    for of in months {
        Ledger::new(store).refresh_totals(&of, Timestamp::UNIX_EPOCH).await.unwrap();
    }
}

/// An entry in EUR.
pub(crate) fn entry(id: &str, (kind, model): (&str, &str), amount: i64, booked_on: &str, recorded_at: &str) -> Booking {
    let posting = rules::PostingKey {
        partner_id: partner(id),
        kind: kind.parse().unwrap(),
        model: model.parse().unwrap(),
        currency: rules::Currency::EUR,
        booked_on: booked_on.parse().unwrap(),
    };
    Booking {
        posting,
        amount: rules::Minor(amount),
        vendor_share: rules::Minor(amount),
        recorded_at: time(recorded_at),
        contract_id: None,
    }
}

pub(crate) const COMMISSION: (&str, &str) = ("commission", "referrer");
pub(crate) const SHARE: (&str, &str) = ("revenue-share", "affiliate");

/// A complete identity of the vendor.
pub(crate) fn vendor_version() -> Value {
    json!({
        "from": "2020-01-01", "recorded_at": FIRST, "legal_name": "Vendor", "address": "Beziers", "country": "FR",
        "regime": "fr-vat", "siren": "448765438", "vat_id": "FR55448765438",
    })
}

/// A complete identity of a French partner that gave a mandate.
pub(crate) fn billing_version(series: &str) -> Value {
    json!({
        "from": "2020-01-01", "recorded_at": FIRST, "legal_name": "Partner",
        "address": "1 rue de Paris, 34500 Beziers", "country": "FR", "regime": "fr-vat", "siren": "512345612",
        "vat_id": "FR68512345612", "series": series, "mandate": {"signed_on": "2020-01-01", "days_to_contest": 15},
    })
}

/// A world of these partners with complete identities.
pub(crate) async fn world(partners: &[&str]) -> MemoryStore {
    let store = MemoryStore::default();
    let closing = closing(&store);
    closing.record_vendor(1, serde_json::from_value(vendor_version()).unwrap(), &on(FIRST)).await.unwrap();
    for id in partners {
        register(&store, id).await;
        let version = serde_json::from_value(billing_version(&id.replace('-', ""))).unwrap();
        closing.record_billing(&partner(id), 1, version, &on(FIRST)).await.unwrap();
    }
    store
}

/// Closes a month; the close must be new.
pub(crate) async fn close<S: Store>(store: S, month: Month, said: &Said, moment: Timestamp) {
    let closed = closing(store).close(month, said, &by(moment)).await.unwrap();
    assert!(matches!(closed, Outcome::Closed(_)), "{closed:?}");
}

/// One step, whose message goes through a queue.
pub(crate) async fn step<S: Store>(store: S, message: &PassMessage) -> Result<Stepped, closing::ClosingError> {
    let text = serde_json::to_string(message).unwrap();
    closing(store).step(serde_json::from_str(&text).unwrap()).await
}

/// Plays the whole pass of a close; a step that fails is repeated.
pub(crate) async fn pass<S: Store + Copy>(store: S, month: Month) -> Made {
    let mut message = PassMessage::begin(month);
    let mut failures = 0;
    loop {
        match step(store, &message).await {
            Ok(Stepped::Next(next)) => message = next,
            Ok(Stepped::Made(made)) => return made,
            Err(error) => {
                failures += 1;
                assert!(failures < 5, "{error}");
            }
        }
    }
}

/// Closes a month and makes its documents.
pub(crate) async fn close_and_make(store: &MemoryStore, of: &str, at: &str, said: &Said) -> Made {
    close(store, month(of), said, time(at)).await;
    pass(store, month(of)).await
}

/// The documents of a close.
pub(crate) async fn documents(store: &MemoryStore, of: &str) -> Vec<Document> {
    closing(store).documents_at(month(of), 1000, None).await.unwrap().list
}

/// The reasons for which a close carried accounts, and the sums.
pub(crate) async fn reasons(store: &MemoryStore, of: &str) -> Vec<(Reason, i64)> {
    let carried = closing(store).carried_at(month(of), 100, None).await.unwrap().list;
    carried.iter().map(|carried| (carried.reason, carried.total.0)).collect()
}

/// A close at which a partner is *final*.
pub(crate) fn final_of(id: &str) -> Said {
    Said { finals: BTreeSet::from([partner(id)]), ..Said::default() }
}

/// A random version of a partner's billing identity: without a mandate, of another regime, incomplete, with a minimum.
pub(crate) fn varied(chance: &mut fastrand::Rng, id: &str) -> Value {
    let mut version = billing_version(&id.replace('-', ""));
    version["from"] = json!(chance.choice(["2020-01-01", "2026-02-15", "2026-04-01"]).unwrap());
    match chance.u8(0..6) {
        0 | 1 => version["mandate"] = Value::Null,
        2 => version["regime"] = json!("fr-franchise"),
        3 => version["address"] = Value::Null,
        4 => version["minimum_minor"] = json!({"EUR": 3000, "CHF": 100}),
        _ => {}
    }
    version
}

/// All that is recorded, as lists.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lists {
    pub(crate) closes: Vec<Moment>,
    pub(crate) entries: Vec<Booking>,
    pub(crate) vendor: Versions<Identity>,
    pub(crate) partners: BTreeMap<PartnerId, Versions<Billing>>,
    pub(crate) documents: Vec<Document>,
    pub(crate) carried: Vec<Carried>,
    pub(crate) settled: Vec<Settled>,
    pub(crate) items: Vec<OpeningItem>,
}

impl Lists {
    pub(crate) fn records(&self) -> Records<'_> {
        let Lists { closes, entries, vendor, partners, documents, carried: _, settled, items } = self;
        Records { closes, entries, vendor, partners, documents, settled, items }
    }
}
