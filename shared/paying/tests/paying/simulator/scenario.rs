//! Scenarios: two partners, a few documents of both directions, contests, payments by hand, and two or three batches.

use super::table::SimStore;
use super::{Message, Waiting};
use crate::world::*;
use fastrand::Rng;
use ledger::item::key;
use ledger::store::Item;
use paying::batch::Fate;
use payments::PaymentKind;
use serde_json::json;
use settlement::Direction;
use settlement::document::Named;
use settlement::number::{Number, OwnNumber};
use std::sync::{Arc, OnceLock};

pub(super) const PARTNERS: [&str; 2] = ["P-1", "P-2"];

/// The table before: partners with identities, and nothing paid.
pub(super) fn world() -> &'static [Arc<Item>] {
    static WORLD: OnceLock<Vec<Arc<Item>>> = OnceLock::new();
    WORLD.get_or_init(|| {
        let store = super::oracle::at_once(crate::world::world(&PARTNERS));
        store.dump().into_iter().map(Arc::new).collect()
    })
}

fn waiting(due: u64, message: Message) -> Waiting {
    Waiting { due, message, attempts: 5 }
}

/// The messages of a scenario.
pub(super) fn messages(random: &mut Rng) -> Vec<Waiting> {
    let mut messages = Vec::new();
    for id in PARTNERS {
        for direction in [TO, FROM] {
            for n in 1..=random.u32(1..=3) {
                document_of(random, id, (direction, n), &mut messages);
            }
        }
        for n in 0..random.u8(1..=3) {
            by_hand(random, id, n, &mut messages);
        }
    }
    for n in 0..random.u64(1..=3) {
        let due = 40 + n * 120 + random.u64(0..80);
        messages.push(waiting(due, Message::Fill(format!("B{n}"))));
    }
    messages
}

/// A document, and by chance a contest of it and the answer.
fn document_of(random: &mut Rng, id: &str, of: (Direction, u32), messages: &mut Vec<Waiting>) {
    let due = random.u64(0..300);
    let at = time("2026-06-01T10:00:00Z") + jiff::SignedDuration::from_secs(random.i64(0..1000));
    let on = *random.choice(&["2026-04-01", "2026-05-01", "2026-06-09", "2026-07-01"]).unwrap();
    let kind = match of.0 {
        Direction::ToPartner => json!("received-invoice"),
        Direction::FromPartner => json!("invoice"),
    };
    let item = document(id, of, &kind, 100 * random.i64(1..=9), on, at);
    let mut papers = vec![(item, None)];
    if random.u8(..) < 90 {
        let opened = at + jiff::SignedDuration::from_secs(1001);
        papers.push((contested(id, of, 1, opened, None), None));
        if random.bool() {
            let answered = opened + jiff::SignedDuration::from_secs(60);
            papers.push((contested(id, of, 1, opened, Some(answered)), Some(1)));
        }
    }
    messages.push(waiting(due, Message::Papers(papers)));
}

/// A payment by hand, and by chance another content under the same id, or what takes it back.
fn by_hand(random: &mut Rng, id: &'static str, n: u8, messages: &mut Vec<Waiting>) {
    let paper = |number: u32| Named::Document(Number::Own(number.to_string().parse::<OwnNumber>().unwrap()));
    let names = random.bool().then(|| paper(random.u32(1..=2)));
    let kind = match random.u8(0..6) {
        0 | 1 => PaymentKind::Out { names },
        2 => PaymentKind::In { names },
        3 => PaymentKind::SetOff,
        4 => PaymentKind::WriteOff { direction: FROM, names },
        _ => PaymentKind::PaysSurplusBack { direction: TO },
    };
    let (name, minor, due) = (format!("H{n}"), 50 * random.i64(1..=12), random.u64(0..500));
    let first = payment(&name, kind, minor);
    match random.u8(0..4) {
        0 => {
            let back = taken_back(&format!("T{n}"), &name, 50 * random.i64(1..=6));
            messages.push(waiting(due + random.u64(0..300), Message::Pay(id, back)));
        }
        1 => {
            let other = payments::Payment { sum: euros(minor + 1), ..first.clone() };
            messages.push(waiting(due + random.u64(0..50), Message::Pay(id, other)));
        }
        _ => {}
    }
    messages.push(waiting(due, Message::Pay(id, first)));
}

/// The transfers of a batch as they are stored.
pub(super) fn transfers(store: &SimStore, batch: &str) -> Vec<String> {
    let pk = format!("BATCH#{batch}");
    let keys = store.table().items().iter().map(key).filter(|key| key.pk == pk).collect::<Vec<_>>();
    let numbers = keys.iter().filter_map(|key| key.sk.strip_prefix("T#").filter(|n| n.len() == 4).map(str::to_owned));
    numbers.map(|n| format!("{batch}-{n}")).collect()
}

/// Fates that the bank gives a transfer.
pub(super) fn fates(random: &mut Rng) -> Vec<Fate> {
    let executed = Fate::Executed { on: day(TODAY) };
    match random.u8(0..5) {
        0 => vec![Fate::Rejected { reason: None }],
        1 | 2 => vec![executed, Fate::Returned { on: day("2026-06-17"), reason: None }],
        _ => vec![executed],
    }
}
