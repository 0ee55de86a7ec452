//! The worlds of closing of `tests/data/settlement`, with every regime, cancellations and CHF: their journals balance, and accruals
//! and documents make what was earned.

use crate::world::*;
use rules::label::StatedReason;
use serde_json::Value;
use settlement::close::{Cancel, Close, DELAY, Opening};
use settlement::{Booking, Direction, Moment};
use std::collections::BTreeMap;

fn file(world: &str, name: &str) -> String {
    let path = format!("{}/../../tests/data/settlement/{world}/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

fn entry(line: &str) -> Booking {
    let value: Value = serde_json::from_str(line).unwrap();
    let id = |name: &str| value[name].as_str().unwrap();
    let posting = rules::PostingKey {
        partner_id: partner(id("partner_id")),
        kind: id("kind").parse().unwrap(),
        model: id("model").parse().unwrap(),
        currency: currency(id("currency")),
        booked_on: day(id("booked_on")),
    };
    let minor = |name: &str| rules::Minor(value[name].as_i64().unwrap());
    let recorded_at = id("recorded_at").parse().unwrap();
    Booking {
        posting,
        amount: minor("amount_minor"),
        vendor_share: minor("vendor_share_minor"),
        recorded_at,
        contract_id: None,
    }
}

/// The document of an account at a close by the name that the sample gives it: `2026-02/P-01/EUR/from-partner`.
fn number(world: &World, id: &str) -> settlement::number::Number {
    let is_it = |document: &&settlement::Document| {
        let settlement::Account { partner_id, currency, direction } = &document.account;
        let own = format!("{}/{partner_id}/{currency}/{direction}", document.close.month());
        own == id && document.kind.cancels().is_none()
    };
    world.documents.iter().find(is_it).unwrap().number.clone()
}

fn close(world: &World, line: &str) -> Close {
    let value: Value = serde_json::from_str(line).unwrap();
    let at = value["closed_at"].as_str().unwrap().parse().unwrap();
    let mut close =
        Close::plain(Moment::stored(value["month"].as_str().unwrap().parse().unwrap(), at, at - DELAY).unwrap());
    close.opening = if value["opening"] == true { Opening::All } else { Opening::None };
    for id in value["final"].as_array().into_iter().flatten() {
        close.finals.insert(partner(id.as_str().unwrap()));
    }
    for (code, rate) in value["rates"].as_object().into_iter().flatten() {
        close.rates.insert(currency(code), rate.as_str().unwrap().parse().unwrap());
    }
    let reason: StatedReason = "Wrong client".parse().unwrap();
    for id in value["cancel"].as_array().into_iter().flatten() {
        close.cancels.push(Cancel { number: number(world, id.as_str().unwrap()), reason: reason.clone() });
    }
    close
}

fn world(name: &str) -> World {
    let identities: Value = serde_json::from_str(&file(name, "identities.json")).unwrap();
    let mut world = World {
        entries: file(name, "entries.jsonl").lines().map(entry).collect(),
        vendor: serde_json::from_value(identities["vendor"].clone()).unwrap(),
        partners: serde_json::from_value(identities["partners"].clone()).unwrap(),
        ..World::default()
    };
    for line in file(name, "closes.jsonl").lines() {
        let close = close(&world, line);
        world.play(&close);
    }
    world
}

/// Debits of each class of accounts, in cents.
fn by_account(world: &World) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for entry in world.journal() {
        assert_eq!(entry.lines.iter().map(|line| line.eur.0).sum::<i64>(), 0, "{}", noted(&entry));
        for line in entry.lines {
            *sums.entry(line.account.number).or_default() += line.eur.0;
        }
    }
    sums
}

fn check(name: &str, documents: usize) {
    let world = world(name);
    assert_eq!(world.documents.len(), documents);
    let sums = by_account(&world);
    let gross_eur = |direction: Direction| {
        let of_it = world.documents.iter().filter(|document| document.account.direction == direction);
        of_it.map(|document| accounting::document::InEur::of(document).unwrap().gross.0).sum::<i64>()
    };
    assert_eq!((sums["401"], sums["411"]), (-gross_eur(Direction::ToPartner), gross_eur(Direction::FromPartner)));
    // Every accrual is reversed on the next day.
    assert!(["4081", "4181"].into_iter().all(|account| sums[account] == 0), "{sums:?}");
    let accrued = world.accruals.iter().map(|accrual| accrual.sums.len()).sum::<usize>();
    assert!(accrued > documents / 2, "{accrued}");
}

#[test]
fn the_journal_of_the_world_with_an_opening_balances() {
    check("with-opening", 81);
}

#[test]
fn the_journal_of_the_world_without_an_opening_balances() {
    check("without-opening", 94);
}
