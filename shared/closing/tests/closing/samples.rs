//! The sample worlds of `tests/data/settlement`, played by stored passes: equal to the cent to what an independent implementation
//! makes of them.

use crate::world::{book, by, close, closing, month, partner, pass, register, time};
use closing::closes::Said;
use fixtures::memory::MemoryStore;
use rules::{Minor, Month, PartnerId, PostingKey};
use serde_json::{Value, json};
use settlement::close::{Cancel, Opening};
use settlement::document::Named;
use settlement::number::{Number, Series};
use settlement::vat::VatRate;
use settlement::{Account, Billing, Booking, Document, Identity, Versions};
use std::collections::BTreeMap;

fn file(world: &str, name: &str) -> String {
    let path = format!("{}/../../tests/data/settlement/{world}/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn entry(value: &Value) -> Booking {
    let text = |name: &str| value[name].as_str().unwrap();
    let posting = PostingKey {
        partner_id: text("partner_id").parse().unwrap(),
        kind: text("kind").parse().unwrap(),
        model: text("model").parse().unwrap(),
        currency: text("currency").parse().unwrap(),
        booked_on: text("booked_on").parse().unwrap(),
    };
    let minor = |name: &str| Minor(value[name].as_i64().unwrap());
    let (amount, vendor_share) = (minor("amount_minor"), minor("vendor_share_minor"));
    Booking { posting, amount, vendor_share, recorded_at: time(text("recorded_at")), contract_id: None }
}

/// A sample world in a table, and the numbers of its documents by the ids of the sample.
pub(crate) struct Sample {
    pub(crate) store: MemoryStore,
    entries: Vec<Booking>,
    closes: Vec<Value>,
    ids: BTreeMap<String, Number>,
    documents: Vec<Document>,
    partners: Vec<String>,
}

impl Sample {
    /// The world before its first close. Identities are all recorded at once: the moment of a close decides what counts.
    pub(crate) async fn new(name: &str) -> Sample {
        let store = MemoryStore::default();
        let identities: Value = serde_json::from_str(&file(name, "identities.json")).unwrap();
        let vendor: Versions<Identity> = serde_json::from_value(identities["vendor"].clone()).unwrap();
        let partners: BTreeMap<PartnerId, Versions<Billing>> =
            serde_json::from_value(identities["partners"].clone()).unwrap();
        let entries: Vec<Booking> = lines(&file(name, "entries.jsonl")).iter().map(entry).collect();
        for (n, version) in (1..).zip(vendor.0) {
            let by = by(version.recorded_at);
            closing(&store).record_vendor(n, version, &by).await.unwrap();
        }
        for (id, versions) in partners {
            for (n, version) in (1..).zip(versions.0) {
                let by = by(version.recorded_at);
                closing(&store).record_billing(&id, n, version, &by).await.unwrap();
            }
        }
        let mut ids: Vec<String> = entries.iter().map(|entry| entry.posting.partner_id.to_string()).collect();
        ids.sort_unstable();
        ids.dedup();
        for id in &ids {
            register(&store, id).await;
        }
        let closes = lines(&file(name, "closes.jsonl"));
        Sample { store, entries, closes, ids: BTreeMap::new(), documents: Vec::new(), partners: ids }
    }

    pub(crate) fn closes(&self) -> Vec<Value> {
        self.closes.clone()
    }

    /// Books the entries that were recorded by a moment, and not before.
    pub(crate) async fn book_until(&mut self, until: Option<&str>) {
        let (now, later) = std::mem::take(&mut self.entries)
            .into_iter()
            .partition(|entry| until.is_none_or(|until| entry.recorded_at <= time(until)));
        self.entries = later;
        let now: Vec<Booking> = now;
        book(&self.store, &now).await;
    }

    pub(crate) fn said(&self, value: &Value) -> Said {
        let texts = |name: &str| -> Vec<String> {
            value[name].as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned()).collect()
        };
        let reason = "Wrong client".parse::<rules::label::StatedReason>().unwrap();
        let rate =
            |(currency, rate): (&String, &Value)| (currency.parse().unwrap(), rate.as_str().unwrap().parse().unwrap());
        Said {
            opening: if value["opening"] == json!(true) { Opening::All } else { Opening::None },
            finals: texts("final").iter().map(|id| partner(id)).collect(),
            rates: value["rates"].as_object().into_iter().flatten().map(rate).collect(),
            cancels: texts("cancel")
                .iter()
                .map(|id| Cancel { number: self.ids[id].clone(), reason: reason.clone() })
                .collect(),
        }
    }

    /// Reads the documents of a close, and what it carried, as the sample writes them.
    pub(crate) async fn read(&mut self, of: Month) -> (Vec<Value>, Vec<Value>) {
        let closing = closing(&self.store);
        let documents = closing.documents_at(of, 1000, None).await.unwrap().list;
        self.documents.extend(documents.iter().cloned());
        for document in &documents {
            self.ids.insert(self.id(document), document.number.clone());
        }
        let written = documents.iter().map(|document| self.written(document)).collect();
        let carried = closing.carried_at(of, 1000, None).await.unwrap().list;
        let carried = carried.iter().map(|carried| {
            let Account { partner_id, currency, direction } = &carried.account;
            json!({
                "close": carried.close, "partner_id": partner_id, "currency": currency, "direction": direction,
                "total_minor": carried.total, "reason": carried.reason,
            })
        });
        (written, carried.collect())
    }

    fn id(&self, document: &Document) -> String {
        let id = |document: &Document| {
            let Account { partner_id, currency, direction } = &document.account;
            format!("{}/{partner_id}/{currency}/{direction}", document.close.month())
        };
        match document.kind.cancels() {
            Some(of) => {
                let of = self.documents.iter().find(|other| other.number == *of).unwrap();
                format!("{}/{}/cancels", document.close.month(), id(of))
            }
            None => id(document),
        }
    }

    fn written(&self, document: &Document) -> Value {
        let id_of = |number: &Number| self.ids.iter().find(|(_, other)| *other == number).unwrap().0.clone();
        let names: Vec<String> = match &document.kind {
            settlement::DocumentKind::CreditNote { names } => names
                .iter()
                .map(|named| match named {
                    Named::Document(number) => id_of(number),
                    Named::OpeningItem(number) => panic!("{number} is not in these worlds"),
                })
                .collect(),
            other => other.cancels().into_iter().map(id_of).collect(),
        };
        let kind: &str = document.kind.name().into();
        let rate = |rate: VatRate| if rate == VatRate::ZERO { "0.0".to_owned() } else { rate.to_string() };
        let line = |taxed: &settlement::vat::TaxedLine| {
            json!({
                "month": taxed.line.key.month, "kind": taxed.line.key.kind, "model": taxed.line.key.model,
                "amount_minor": taxed.line.amount, "adjustment": taxed.is_adjustment,
                "regime": taxed.regime, "vat_rate": rate(taxed.rate),
            })
        };
        let vat = |sum: &settlement::vat::VatSum| json!({"regime": sum.regime, "vat_rate": rate(sum.rate), "base_minor": sum.base, "vat_minor": sum.vat});
        let amounts = &document.amounts;
        let Account { partner_id, currency, direction } = &document.account;
        json!({
            "id": self.id(document), "close": document.close.month(), "partner_id": partner_id, "currency": currency,
            "direction": direction, "type": kind, "date": document.date, "due": document.due, "names": names,
            "lines": sorted(amounts.lines.iter().map(line).collect(), &["month", "kind", "model"]),
            "net_minor": amounts.net,
            "vat": sorted(amounts.vat.iter().map(vat).collect(), &["regime", "vat_rate"]),
            "gross_minor": amounts.gross, "vat_eur_minor": amounts.in_eur.as_ref().map(|(_, vat)| *vat),
        })
    }
}

fn sorted(mut values: Vec<Value>, by: &[&str]) -> Vec<Value> {
    values.sort_by_key(|value| by.iter().map(|name| value[*name].to_string()).collect::<Vec<_>>());
    values
}

/// Plays a sample world and compares all of it; its entries come as they were recorded, or are all there from the start.
/// The XML of each document that was numbered here is stored with it; those in a currency of more than two decimals have none.
async fn check_xml(sample: &Sample) {
    let closing = closing(&sample.store);
    for document in &sample.documents {
        let Number::Given(number) = &document.number else { continue };
        let dates = closing.dates_named(document).await.unwrap();
        let (stored, made) = (closing.xml(number).await.unwrap(), ::documents::cii(document, &dates));
        assert_eq!((stored.is_some(), stored), (document.has_xml().is_ok(), made.ok()), "{number}");
    }
}

async fn check(name: &str, (documents_expected, carried_expected): (usize, usize), all_at_once: bool) {
    let mut sample = Sample::new(name).await;
    if all_at_once {
        sample.book_until(None).await;
    }
    let (mut documents, mut carried) = (Vec::new(), Vec::new());
    for value in sample.closes() {
        let text = |name: &str| value[name].as_str().unwrap();
        sample.book_until(Some(text("closed_at"))).await;
        let (of, said) = (month(text("month")), sample.said(&value));
        close(&sample.store, of, &said, time(text("closed_at"))).await;
        let made = pass(&sample.store, of).await;
        let (written, left) = sample.read(of).await;
        assert_eq!((made.documents, made.carried), (written.len() as u64, left.len() as u64));
        documents.extend(written);
        carried.extend(left);
    }
    let expected: Vec<Value> = serde_json::from_str(&file(name, "expected-documents.json")).unwrap();
    let (documents, expected) = (sorted(documents, &["id"]), sorted(expected, &["id"]));
    assert_eq!((documents.len(), expected.len()), (documents_expected, documents_expected));
    for (document, expected) in documents.iter().zip(&expected) {
        assert_eq!(document, expected);
    }
    let by = ["close", "partner_id", "currency", "direction"];
    let (carried, expected) = (sorted(carried, &by), sorted(lines(&file(name, "expected-carried.jsonl")), &by));
    assert_eq!((carried.len(), expected.len()), (carried_expected, carried_expected));
    for (carried, expected) in carried.iter().zip(&expected) {
        assert_eq!(carried, expected);
    }
    numbers_have_no_hole(&sample.documents);
    check_xml(&sample).await;
    for id in sample.partners {
        assert_eq!(closing(&sample.store).audit(&partner(&id)).await.unwrap(), []);
    }
    for item in sample.store.dump() {
        assert!(closing::check::check(&item).is_none_or(|checked| checked.is_ok()), "{item:?}");
    }
}

/// Numbers are 1, 2, 3… in each series; within a close cancellations come first, then accounts in order.
pub(crate) fn numbers_have_no_hole(documents: &[Document]) {
    let mut series: BTreeMap<Series, Vec<(u64, &Document)>> = BTreeMap::new();
    for document in documents {
        let Number::Given(number) = &document.number else { panic!("{} is no number of ours", document.number) };
        series.entry(number.series().clone()).or_default().push((number.place(), document));
    }
    for (series, mut places) in series {
        places.sort_by_key(|(place, _)| *place);
        let expected: Vec<u64> = (1..=u64::try_from(places.len()).unwrap()).collect();
        assert_eq!(places.iter().map(|(place, _)| *place).collect::<Vec<_>>(), expected, "{series:?}");
        let order = |(_, document): &(u64, &Document)| {
            (document.close.month(), document.kind.cancels().is_none(), document.account.clone())
        };
        assert!(places.is_sorted_by_key(order), "{series:?}");
    }
}

#[tokio::test]
async fn the_world_with_an_opening_is_equal_to_the_cent() {
    check("with-opening", (81, 32), false).await;
    check("with-opening", (81, 32), true).await;
}

#[tokio::test]
async fn the_world_without_an_opening_is_equal_to_the_cent() {
    check("without-opening", (94, 33), false).await;
    check("without-opening", (94, 33), true).await;
}
