//! A world in a table: partners with identities, documents as closing stores them, and people who pay.

use ::payments::{Amount, Payment, PaymentKind, Sum};
use closing::Closing;
use closing::audit::journal::Unmatched;
use fixtures::memory::MemoryStore;
use fixtures::occasion::{operator, registered};
use fixtures::pure::referrer;
use jiff::{SignedDuration, Timestamp};
use ledger::item::hash;
use ledger::journal::{Author, Occasion};
use ledger::store::{Item, Write};
use ledger::{Ledger, Store};
use paying::batch::{Batch, BatchId, Order, State, TransferId, WholeBatch};
use paying::batches::Filling;
use paying::partner::PartnerBooks;
use paying::{Caution, Paying, PayingError};
use rules::{Currency, Day, Minor, PartnerId};
use serde_json::{Value, json};
use settlement::Direction;
use settlement::close::DELAY;

pub(crate) const TO: Direction = Direction::ToPartner;
pub(crate) const FROM: Direction = Direction::FromPartner;
/// The moment of the first identities.
pub(crate) const FIRST: &str = "2020-01-01T00:00:00Z";
/// The moment at which most is done, and its day.
pub(crate) const NOW: &str = "2026-06-10T08:00:00Z";
pub(crate) const TODAY: &str = "2026-06-10";
pub(crate) const IBAN: &str = "FR1420041010050500013M02606";
pub(crate) const OTHER_IBAN: &str = "DE89370400440532013000";

pub(crate) fn paying<S: Store>(store: S) -> Paying<S> {
    Paying::new(Closing::new(store, DELAY), Caution::default())
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(crate) fn partner(text: &str) -> PartnerId {
    text.parse().unwrap()
}

pub(crate) fn batch_id(text: &str) -> BatchId {
    text.parse().unwrap()
}

pub(crate) fn transfer_id(text: &str) -> TransferId {
    text.parse().unwrap()
}

/// The occasion of a member's step at a moment; members are numbered.
pub(crate) fn by(member: u8, at: Timestamp) -> Occasion {
    let by =
        Author::Member { id: format!("{member:032x}").parse().unwrap(), name: format!("M{member}").parse().unwrap() };
    Occasion { by, at, reason: Some("As agreed".parse().unwrap()) }
}

/// The occasion of the first member's step now.
pub(crate) fn now() -> Occasion {
    by(1, time(NOW))
}

/// A sum in EUR.
pub(crate) fn euros(minor: i64) -> Sum {
    Sum::new(Amount::try_from(Minor(minor)).unwrap(), Currency::EUR, None).unwrap()
}

pub(crate) fn payment(id: &str, kind: PaymentKind, minor: i64) -> Payment {
    Payment {
        id: id.parse().unwrap(),
        kind,
        sum: euros(minor),
        value_day: day(TODAY),
        reference: "Transfer".parse().unwrap(),
    }
}

/// A payment to a partner that names no document.
pub(crate) fn out(id: &str, minor: i64) -> Payment {
    payment(id, PaymentKind::Out { names: None }, minor)
}

pub(crate) fn taken_back(id: &str, of: &str, minor: i64) -> Payment {
    payment(id, PaymentKind::TakesBack { payment: of.parse().unwrap() }, minor)
}

fn written(mut value: Value) -> Item {
    value["v"] = value.get("v").cloned().unwrap_or(Value::Null);
    if value["v"].is_null() {
        value.as_object_mut().unwrap().remove("v");
    }
    let mut item: Item = serde_dynamo::to_item(value).unwrap();
    hash(&mut item);
    item
}

/// The place of a document: a month of its own for each.
fn place(direction: Direction, n: u32) -> String {
    format!("DOC#EUR#{direction}#{:04}-{:02}", 2000 + n / 12, 1 + n % 12)
}

/// A document as closing stores it; it has VAT alone, so that it settles nothing. `n` is its place and its number.
pub(crate) fn document(
    id: &str,
    (direction, n): (Direction, u32),
    kind: &Value,
    gross: i64,
    due: &str,
    at: Timestamp,
) -> Item {
    let month = format!("{:04}-{:02}", 2000 + n / 12, 1 + n % 12);
    let cut = at.checked_sub(SignedDuration::from_mins(15)).unwrap();
    let number = format!("{n}");
    let mut content = json!({
        "nu": {"own": number}, "ki": kind, "cm": month, "ca": at, "cc": cut, "at": at, "da": "2026-01-31",
        "pa": {"vendor": null, "partner": null}, "li": [], "ne": 0, "va": [format!("fr-vat 0.2 0 {gross}")], "gr": gross,
    });
    if gross > 0 {
        content["du"] = json!(due);
    }
    written(json!({"pk": format!("ACCOUNT#{id}"), "sk": place(direction, n), "cl": content}))
}

/// An invoice of either direction, due on a day.
pub(crate) async fn invoice(store: &MemoryStore, id: &str, of: (Direction, u32), gross: i64, due: &str) {
    let kind = match of.0 {
        Direction::ToPartner => json!("received-invoice"),
        Direction::FromPartner => json!("invoice"),
    };
    insert(store, document(id, of, &kind, gross, due, time("2026-02-01T10:00:00Z"))).await;
}

/// A contest of a document, open or answered, under a number.
pub(crate) fn contested(
    id: &str,
    (direction, of): (Direction, u32),
    n: u32,
    at: Timestamp,
    answered: Option<Timestamp>,
) -> Item {
    let mut content = json!({"nu": {"own": of.to_string()}, "re": "Wrong", "by": "M9", "at": at});
    if let Some(at) = answered {
        content["an"] = json!({"tx": "Right", "by": "M1", "at": at});
    }
    let sk = format!("{}#CONTEST#{n:04}", place(direction, of));
    let revision = if answered.is_some() { 2 } else { 1 };
    written(json!({"pk": format!("ACCOUNT#{id}"), "sk": sk, "cl": content, "v": revision}))
}

pub(crate) async fn insert(store: &MemoryStore, item: Item) {
    store.transact(vec![Write::Insert(item)]).await.unwrap();
}

/// Contests a document under the number 1.
pub(crate) async fn contest(store: &MemoryStore, id: &str, of: (Direction, u32)) {
    insert(store, contested(id, of, 1, time("2026-03-01T10:00:00Z"), None)).await;
}

/// Answers that contest.
pub(crate) async fn answer(store: &MemoryStore, id: &str, of: (Direction, u32)) {
    let item = contested(id, of, 1, time("2026-03-01T10:00:00Z"), Some(time("2026-03-02T10:00:00Z")));
    store.transact(vec![Write::Replace(item, 1)]).await.unwrap();
}

/// A partner's billing identity, complete, with an IBAN, and set-off agreed.
pub(crate) fn billing_version(id: &str) -> Value {
    json!({
        "from": "2020-01-01", "recorded_at": FIRST, "legal_name": "Société Côté", "address": "1 rue de Paris, 34500 Béziers",
        "country": "FR", "regime": "fr-vat", "siren": "512345612", "vat_id": "FR68512345612", "iban": IBAN, "set_off": true,
        "series": id.replace('-', ""),
    })
}

/// Records the next version of a partner's billing identity, by a member at a moment.
pub(crate) async fn identity(
    store: &MemoryStore,
    id: &str,
    n: u32,
    occasion: &Occasion,
    change: impl FnOnce(&mut Value),
) {
    let mut version = billing_version(id);
    change(&mut version);
    let version = serde_json::from_value(version).unwrap();
    let closing = Closing::new(store, DELAY);
    closing.record_billing(&partner(id), n, version, occasion).await.unwrap();
}

/// A world of these partners.
pub(crate) async fn world(partners: &[&str]) -> MemoryStore {
    let store = MemoryStore::default();
    for id in partners {
        let ledger = Ledger::new(&store);
        let record = ledger.partner_record(&partner(id)).await.unwrap();
        ledger.register(record, registered(id, referrer()), &operator(), None).await.unwrap().unwrap();
        identity(&store, id, 1, &by(9, time(FIRST)), |_| {}).await;
    }
    store
}

/// The order for a batch of all partners, executed today.
pub(crate) fn order() -> Order {
    let payer = json!({"ho": "All in web", "ib": "FR7630006000011234567890189", "to": true});
    Order { on: day(TODAY), partners: None, payer: serde_json::from_value(payer).unwrap() }
}

/// Fills a batch to its end.
pub(crate) async fn fill<S: Store>(store: S, id: &str, occasion: &Occasion) -> Result<Batch, PayingError> {
    let paying = paying(store);
    loop {
        match paying.fill(&batch_id(id), &order(), occasion).await? {
            Filling::More => {}
            Filling::Done(batch) | Filling::Other(batch) => return Ok(*batch),
        }
    }
}

/// Fills, seals and sends a batch.
pub(crate) async fn send(store: &MemoryStore, id: &str) -> WholeBatch {
    fill(store, id, &now()).await.unwrap();
    let paying = paying(store);
    paying.seal(&batch_id(id), &now()).await.unwrap();
    paying.send(&batch_id(id), &by(2, time(NOW))).await.unwrap();
    whole(store, id).await
}

pub(crate) async fn whole(store: &MemoryStore, id: &str) -> WholeBatch {
    paying(store).batch(&batch_id(id)).await.unwrap().unwrap()
}

pub(crate) async fn books(store: &MemoryStore, id: &str) -> PartnerBooks {
    paying(store).partner(&partner(id)).await.unwrap()
}

fn account(direction: Direction) -> ::payments::AccountKey {
    ::payments::AccountKey { currency: Currency::EUR, direction }
}

/// The open amounts of an account, by number.
pub(crate) fn open(of: &PartnerBooks, direction: Direction) -> Vec<(String, i64)> {
    let book = of.books.book(account(direction));
    let mut open: Vec<(String, i64)> = book
        .into_iter()
        .flat_map(::payments::Book::invoices)
        .map(|owing| (owing.invoice().number.to_string(), owing.open().0))
        .collect();
    open.sort();
    open
}

pub(crate) fn surplus(of: &PartnerBooks, direction: Direction) -> i64 {
    of.books.book(account(direction)).map_or(0, |book| book.surplus().0)
}

pub(crate) fn is_void(batch: &Batch) -> bool {
    matches!(batch.state, State::Void(..))
}

/// The audit of everything finds nothing.
pub(crate) async fn is_sound(store: &MemoryStore, partners: &[&str]) {
    let paying = paying(store);
    for id in partners {
        assert_eq!(paying.audit(&partner(id)).await.unwrap(), []);
    }
    for batch in paying.batches(100, None).await.unwrap().list {
        assert_eq!(paying.audit_batch(&batch.id).await.unwrap(), []);
    }
    assert_eq!(paying::audit::journal::unmatched(&store.dump()), []);
    // The documents of these worlds were recorded by nobody; no act of paying is taken for one of closing.
    let of_closing = closing::audit::journal::unmatched(&store.dump());
    assert!(of_closing.iter().all(|unmatched| matches!(unmatched, Unmatched::NoAct { .. })), "{of_closing:?}");
    for item in store.dump() {
        if let Some(checked) = paying::check::check(&item) {
            checked.unwrap();
        }
    }
}

/// Replaces an item at its first revision.
pub(crate) async fn replace(store: &MemoryStore, item: Item) {
    store.transact(vec![Write::Replace(item, 1)]).await.unwrap();
}
