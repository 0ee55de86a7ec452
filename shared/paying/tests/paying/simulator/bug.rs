//! Deliberate bugs, each of which the simulator must find. None is a switch in the code that is tested: the table tells something
//! else, or keeps something else.

use aws_sdk_dynamodb::types::AttributeValue;
use ledger::item::{hash, key};
use ledger::store::{Item, Write};
use serde_json::{Value, json};

/// A deliberate bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bug {
    /// A fate is not kept, and its payments have other ids each time.
    FateTwice,
    /// A fate leaves its partner reserved.
    ReservationKept,
    /// A payment is stored under a number in place of its id.
    NoIdAsKey,
    /// After a return, payments that name nothing are allocated again, over all documents.
    AllocatedAgain,
    /// Contested documents are set off and paid as if they were not.
    ContestForgotten,
}

/// Changes what an item holds, and keeps it sound.
fn change(item: &mut Item, change: impl FnOnce(&mut Value)) {
    let mut content: Value = serde_dynamo::from_attribute_value(item["cl"].clone()).unwrap();
    change(&mut content);
    item.insert("cl".to_owned(), serde_dynamo::to_attribute_value(content).unwrap());
    hash(item);
}

fn rename(item: &mut Item, sk: String) {
    item.insert("sk".to_owned(), AttributeValue::S(sk));
    hash(item);
}

fn item_of(write: &mut Write) -> &mut Item {
    let (Write::Insert(item) | Write::Replace(item, _) | Write::Mend(item, _)) = write;
    item
}

/// The place of a payment among its partner's, as stored.
fn place(item: &Item) -> u64 {
    let content: Value = serde_dynamo::from_attribute_value(item["cl"].clone()).unwrap();
    content["n"].as_u64().unwrap()
}

impl Bug {
    /// All bugs.
    pub(crate) const ALL: [Bug; 5] =
        [Bug::FateTwice, Bug::ReservationKept, Bug::NoIdAsKey, Bug::AllocatedAgain, Bug::ContestForgotten];

    /// Items of a partition as a reader gets them.
    pub(super) fn read(self, mut items: Vec<Item>) -> Vec<Item> {
        match self {
            Bug::ContestForgotten => items.retain(|item| !key(item).sk.contains("#CONTEST#")),
            Bug::AllocatedAgain if items.iter().any(|item| key(item).sk.ends_with("/return")) => hoist(&mut items),
            Bug::FateTwice | Bug::ReservationKept | Bug::NoIdAsKey | Bug::AllocatedAgain => {}
        }
        items
    }

    /// The writes in place of others.
    pub(super) fn write(self, mut writes: Vec<Write>) -> Vec<Write> {
        let is_fate = |write: &Write| key(write.item()).sk.ends_with("#FATE");
        let has_fate = writes.iter().any(is_fate);
        match self {
            Bug::FateTwice if has_fate => {
                writes.retain(|write| !is_fate(write) && !key(write.item()).pk.starts_with("JOURNAL#"));
                for item in writes.iter_mut().map(item_of).filter(|item| key(item).sk.starts_with("PAY#")) {
                    rename(item, format!("{}~{}", key(item).sk, place(item)));
                }
            }
            Bug::ReservationKept if has_fate => {
                let id = writes.iter().find(|write| is_fate(write)).map(|write| key(write.item())).unwrap();
                let transfer = format!("{}-{}", &id.pk["BATCH#".len()..], &id.sk[2..6]);
                for item in writes.iter_mut().map(item_of).filter(|item| key(item).sk == "HEAD") {
                    change(item, |content| content["uw"] = json!(transfer));
                }
            }
            Bug::NoIdAsKey => {
                writes.retain(|write| !key(write.item()).pk.starts_with("JOURNAL#"));
                for item in writes.iter_mut().map(item_of).filter(|item| key(item).sk.starts_with("PAY#")) {
                    rename(item, format!("PAY#{}", place(item)));
                }
            }
            Bug::FateTwice | Bug::ReservationKept | Bug::AllocatedAgain | Bug::ContestForgotten => {}
        }
        writes
    }
}

/// Puts all that payments saw before the first of them.
fn hoist(items: &mut [Item]) {
    let mut payments: Vec<&mut Item> = items.iter_mut().filter(|item| key(item).sk.starts_with("PAY#")).collect();
    payments.sort_by_key(|item| place(item));
    let mut all: Vec<Value> = Vec::new();
    for item in &mut payments {
        change(item, |content| {
            if let Some(Value::Array(seen)) = content.as_object_mut().unwrap().remove("se") {
                all.extend(seen);
            }
        });
    }
    if let Some(first) = payments.first_mut().filter(|_| !all.is_empty()) {
        change(first, |content| content["se"] = Value::Array(all));
    }
}
