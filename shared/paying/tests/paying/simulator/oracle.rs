//! Promises, from what was written and when: the books in the order of the writes, the transfers that may be under way,
//! what may be paid.

use crate::world::{TODAY, day, partner};
use fixtures::memory::MemoryStore;
use ledger::item::key;
use ledger::store::{Item, Key};
use paying::partner::PartnerBooks;
use rules::{Currency, Minor};
use serde_json::Value;
use settlement::Direction;
use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// Knowledge of the writes.
#[derive(Debug, Default)]
pub(super) struct Oracle {
    /// The step at which each document, contest and answer was written, by partner and number: `contest to-partner 3`.
    papers: BTreeMap<(String, String), u64>,
    /// The papers that each partner's payments saw, in order, as they were when written.
    seen: BTreeMap<String, Vec<String>>,
    /// The promises that a write broke.
    pub(super) broken: Vec<String>,
}

fn content(item: &Item) -> Value {
    serde_dynamo::from_attribute_value(item["cl"].clone()).unwrap()
}

/// Drives what never waits.
pub(super) fn at_once<T>(work: impl Future<Output = T>) -> T {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("it waits"),
    }
}

fn sum_of(of: &PartnerBooks, direction: Direction, is_counted: impl Fn(&str) -> bool) -> i64 {
    let account = payments::AccountKey { currency: Currency::EUR, direction };
    let invoices = of.books.book(account).into_iter().flat_map(payments::Book::invoices);
    let due =
        invoices.filter(|owing| owing.invoice().due <= day(TODAY) && is_counted(&owing.invoice().number.to_string()));
    due.map(|owing| owing.open().0).sum()
}

impl Oracle {
    /// Takes note of a transaction of a handler that began at a step and wrote at another.
    pub(super) fn committed(
        &mut self,
        written: &[Arc<Item>],
        (began, now): (u64, u64),
        all: &BTreeMap<Key, Arc<Item>>,
    ) {
        for item in written {
            let Key { pk, sk } = key(item);
            let Some(id) = pk.strip_prefix("ACCOUNT#") else {
                if let Some(n) = sk.strip_prefix("T#").filter(|n| pk.starts_with("BATCH#") && n.len() == 4) {
                    self.transfer(&format!("{pk}#{n}"), &content(item), (began, now), all);
                }
                continue;
            };
            if let Some(id) = id.strip_suffix("#PAYMENTS") {
                if sk != "HEAD" {
                    self.payment(id, &sk, &content(item), (began, now));
                }
            } else if sk.starts_with("DOC#") {
                self.paper(id, &sk, &content(item), now);
            }
        }
    }

    fn paper(&mut self, id: &str, sk: &str, content: &Value, now: u64) {
        let direction = sk.split('#').nth(2).unwrap();
        let number = content["nu"]["own"].as_str().unwrap();
        let what = match (sk.contains("#CONTEST#"), content["an"].is_object()) {
            (false, _) => "document",
            (true, false) => "contest 1",
            (true, true) => "answer 1",
        };
        self.papers.entry((id.to_owned(), format!("{what} EUR {direction} own {number}"))).or_insert(now);
    }

    /// A payment saw all that was written before its handler began, and nothing that was written later than itself.
    fn payment(&mut self, id: &str, sk: &str, content: &Value, (began, now): (u64, u64)) {
        let seen = self.seen.entry(id.to_owned()).or_default();
        seen.extend(content["se"].as_array().into_iter().flatten().map(|name| name.as_str().unwrap().to_owned()));
        for ((_, name), at) in self.papers.iter().filter(|((of, _), _)| of == id) {
            if *at < began && !seen.contains(name) {
                self.broken.push(format!("{id} {sk} did not see {name}, which was there before"));
            }
            if *at > now && seen.contains(name) {
                self.broken.push(format!("{id} {sk} saw {name}, which was not there"));
            }
        }
    }

    /// A document was contested from before a handler began until now.
    fn is_contested(&self, id: &str, direction: &str, number: &str, (began, now): (u64, u64)) -> bool {
        let at =
            |what: &str| self.papers.get(&(id.to_owned(), format!("{what} EUR {direction} own {number}"))).copied();
        at("contest 1").is_some_and(|at| at < began) && at("answer 1").is_none_or(|at| at > now)
    }

    /// A transfer is the only one of its partner under way, and it pays and sets off no more than is due and not contested.
    fn transfer(&mut self, place: &str, transfer: &Value, moments: (u64, u64), all: &BTreeMap<Key, Arc<Item>>) {
        let id = transfer["pa"].as_str().unwrap();
        let is_under_way = |(Key { pk, sk }, item): &(&Key, &Arc<Item>)| {
            let is_transfer = pk.starts_with("BATCH#") && sk.len() == 6 && sk.starts_with("T#");
            let is_void = || content(&all[&Key { pk: pk.clone(), sk: "HEAD".to_owned() }])["st"]["void"].is_array();
            is_transfer
                && content(item)["pa"] == id
                && !all.contains_key(&Key { pk: pk.clone(), sk: format!("{sk}#FATE") })
                && !is_void()
        };
        if all.iter().filter(is_under_way).count() != 1 {
            self.broken.push(format!("{place} is not the only transfer of {id} under way"));
        }
        let table = MemoryStore::of(all.values().map(|item| Item::clone(item)).collect());
        let of = at_once(crate::world::paying(&table).partner(&partner(id))).unwrap();
        let due = |direction: Direction| {
            let name = <&str>::from(direction);
            Minor(sum_of(&of, direction, |number| !self.is_contested(id, name, number, moments)))
        };
        let (amount, set_off) = (transfer["am"].as_i64().unwrap(), transfer["so"].as_i64().unwrap());
        if amount + set_off > due(Direction::ToPartner).0 || set_off > due(Direction::FromPartner).0 {
            self.broken.push(format!("{place} pays or sets off what is contested or not due: {transfer}"));
        }
    }
}
