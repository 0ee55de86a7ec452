//! The sample worlds of `tests/data/settlement`, equal to the cent to what an independent implementation makes of them.

use crate::world::{World, booking, partner};
use rules::label::StatedReason;
use serde_json::{Value, json};
use settlement::close::{Cancel, Opening};
use settlement::document::Named;
use settlement::number::{Number, Series};
use settlement::*;
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
    let number = |name: &str| value[name].as_i64().unwrap();
    booking(
        (text("partner_id"), text("kind"), text("model"), text("currency")),
        (number("amount_minor"), number("vendor_share_minor")),
        text("booked_on"),
        text("recorded_at"),
    )
}

/// The names that the sample gives to documents, and the documents.
#[derive(Default)]
struct Ids(BTreeMap<String, Number>);

impl Ids {
    fn id(document: &Document, world: &World) -> String {
        let account = |document: &Document| {
            let Account { partner_id, currency, direction } = &document.account;
            format!("{}/{partner_id}/{currency}/{direction}", document.close.month())
        };
        match document.kind.cancels() {
            Some(of) => {
                let of = world.documents.iter().find(|other| other.number == *of).unwrap();
                format!("{}/{}/cancels", document.close.month(), account(of))
            }
            None => account(document),
        }
    }
}

fn close(world: &World, ids: &Ids, value: &Value) -> Close {
    let text = |name: &str| value[name].as_str().unwrap();
    let texts = |name: &str| -> Vec<String> {
        value[name].as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let reason: StatedReason = "Wrong client".parse().unwrap();
    let mut close = Close::plain(world.moment(text("month"), text("closed_at")));
    close.opening = if value["opening"] == json!(true) { Opening::All } else { Opening::None };
    close.finals = texts("final").iter().map(|id| partner(id)).collect();
    for (currency, rate) in value["rates"].as_object().into_iter().flatten() {
        close.rates.insert(currency.parse().unwrap(), rate.as_str().unwrap().parse().unwrap());
    }
    let cancel = |id: &String| Cancel { number: ids.0[id].clone(), reason: reason.clone() };
    close.cancels = texts("cancel").iter().map(cancel).collect();
    close
}

/// A document as the sample writes it.
fn written(document: &Document, id: &str, ids: &Ids) -> Value {
    let id_of = |number: &Number| ids.0.iter().find(|(_, other)| *other == number).unwrap().0.clone();
    let names: Vec<String> = match &document.kind {
        DocumentKind::CreditNote { names } => names
            .iter()
            .map(|named| match named {
                Named::Document(number) => id_of(number),
                Named::OpeningItem(number) => panic!("{number} is not in these worlds"),
            })
            .collect(),
        other => other.cancels().into_iter().map(id_of).collect(),
    };
    let kind: &str = document.kind.name().into();
    let rate = |rate: settlement::vat::VatRate| {
        if rate == settlement::vat::VatRate::ZERO { "0.0".to_owned() } else { rate.to_string() }
    };
    let closed = document.close.month();
    let mut lines: Vec<Value> = document
        .amounts
        .lines
        .iter()
        .map(|taxed| {
            json!({
                "month": taxed.line.key.month, "kind": taxed.line.key.kind, "model": taxed.line.key.model,
                "amount_minor": taxed.line.amount, "adjustment": taxed.is_adjustment,
                "regime": taxed.regime, "vat_rate": rate(taxed.rate),
            })
        })
        .collect();
    lines.sort_by_key(|line| ["month", "kind", "model"].map(|name| line[name].to_string()));
    let mut vat: Vec<Value> = document
        .amounts
        .vat
        .iter()
        .map(|sum| json!({"regime": sum.regime, "vat_rate": rate(sum.rate), "base_minor": sum.base, "vat_minor": sum.vat}))
        .collect();
    vat.sort_by_key(|sum| ["regime", "vat_rate"].map(|name| sum[name].to_string()));
    let Account { partner_id, currency, direction } = &document.account;
    json!({
        "id": id, "close": closed, "partner_id": partner_id, "currency": currency, "direction": direction,
        "type": kind,
        "date": document.date, "due": document.due, "names": names, "lines": lines, "net_minor": document.amounts.net,
        "vat": vat, "gross_minor": document.amounts.gross,
        "vat_eur_minor": document.amounts.in_eur.as_ref().map(|(_, vat)| *vat),
    })
}

/// Plays a sample world; its entries are all there from the start, since the cut decides what counts.
fn play(name: &str) -> (World, Vec<Value>, Vec<Value>) {
    let identities: Value = serde_json::from_str(&file(name, "identities.json")).unwrap();
    let mut world = World {
        entries: lines(&file(name, "entries.jsonl")).iter().map(entry).collect(),
        vendor: serde_json::from_value(identities["vendor"].clone()).unwrap(),
        partners: serde_json::from_value(identities["partners"].clone()).unwrap(),
        ..World::default()
    };
    let mut ids = Ids::default();
    let (mut documents, mut carried) = (Vec::new(), Vec::new());
    for value in lines(&file(name, "closes.jsonl")) {
        let close = close(&world, &ids, &value);
        let closed = world.close(&close).unwrap();
        for document in &closed.documents {
            let id = Ids::id(document, &world);
            ids.0.insert(id.clone(), document.number.clone());
            documents.push(written(document, &id, &ids));
        }
        carried.extend(closed.carried.iter().map(|carried| {
            let Account { partner_id, currency, direction } = &carried.account;
            json!({
                "close": carried.close, "partner_id": partner_id, "currency": currency, "direction": direction,
                "total_minor": carried.total, "reason": carried.reason,
            })
        }));
    }
    (world, documents, carried)
}

fn sorted(mut values: Vec<Value>, by: &[&str]) -> Vec<Value> {
    values.sort_by_key(|value| by.iter().map(|name| value[*name].to_string()).collect::<Vec<_>>());
    values
}

fn check(name: &str, documents_expected: usize, carried_expected: usize) {
    let (world, documents, carried) = play(name);
    let expected: Vec<Value> = serde_json::from_str(&file(name, "expected-documents.json")).unwrap();
    let (documents, expected) = (sorted(documents, &["id"]), sorted(expected, &["id"]));
    assert_eq!((documents.len(), expected.len()), (documents_expected, documents_expected));
    for (document, expected) in documents.iter().zip(&expected) {
        assert_eq!(document, expected);
    }
    let account = ["close", "partner_id", "currency", "direction"];
    let (carried, expected) =
        (sorted(carried, &account), sorted(lines(&file(name, "expected-carried.jsonl")), &account));
    assert_eq!((carried.len(), expected.len()), (carried_expected, carried_expected));
    for (carried, expected) in carried.iter().zip(&expected) {
        assert_eq!(carried, expected);
    }
    numbers_have_no_hole(&world);
}

fn numbers_have_no_hole(world: &World) {
    let mut series: BTreeMap<Series, Vec<(u64, rules::Day)>> = BTreeMap::new();
    for document in &world.documents {
        let Number::Given(number) = &document.number else { panic!("{} is no number of ours", document.number) };
        let text = number.to_string();
        assert!(text.len() <= 35 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+_-".contains(&b)), "{text}");
        series.entry(number.series().clone()).or_default().push((number.place(), document.date));
    }
    assert!(series.len() > 5);
    for (series, places) in series {
        let expected: Vec<u64> = (1..=u64::try_from(places.len()).unwrap()).collect();
        assert_eq!(places.iter().map(|(place, _)| *place).collect::<Vec<_>>(), expected, "{series:?}");
        assert!(places.is_sorted_by_key(|(_, date)| *date), "{series:?}");
    }
}

#[test]
fn the_world_with_an_opening_is_equal_to_the_cent() {
    check("with-opening", 81, 32);
}

#[test]
fn the_world_without_an_opening_is_equal_to_the_cent() {
    check("without-opening", 94, 33);
}
