//! Deliberate bugs, each of which the simulator must find. None is a switch in the code that is tested: the table tells something
//! else, or keeps something else, or the scheduler does not wait.

use super::table::Writer;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use ledger::item::{hash, key};
use ledger::store::{Item, Write};
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib;
use serde_json::{Value, json};

/// A deliberate bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bug {
    /// The cut is the moment of closing: entries of writers that are still at work are before it.
    CutWithoutDelay,
    /// The pass begins at once: the index and the month totals do not show everything up to the cut.
    PassWithoutDelay,
    /// A close settles all that was earned up to its cut, carried or not: its lines are those of a window of recorded time.
    WindowOfTime,
    /// A month is closed while the pass of the one before is under way.
    OvertakenPass,
    /// A pass uses the identities that are known when it runs.
    IdentityOfToday,
    /// A number is taken in a transaction before that of its document.
    NumberApart,
    /// The lines that an opening settled are not subtracted.
    OpeningForgotten,
}

/// Changes what an item holds, and keeps it sound.
fn change(item: &mut Item, change: impl FnOnce(&mut Value)) {
    let content = item.get("cl").cloned().unwrap();
    let mut content: Value = serde_dynamo::from_attribute_value(content).unwrap();
    change(&mut content);
    item.insert("cl".to_owned(), serde_dynamo::to_attribute_value(content).unwrap());
    hash(item);
}

/// Changes the sum of what is settled of each key in the head of an account, given what is earned.
fn settled(item: &mut Item, settled: impl Fn(&str) -> &str) {
    let Some(AttributeValue::M(content)) = item.get_mut("cl") else { unreachable!() };
    let Some(AttributeValue::B(sums)) = content.get_mut("su") else { return };
    let texts = String::from_utf8(decompress_to_vec_zlib(sums.as_ref()).unwrap()).unwrap();
    let texts = texts.lines().map(|text| {
        let mut words: Vec<&str> = text.split(' ').collect();
        words[5] = settled(words[4]);
        words.join(" ")
    });
    *sums = Blob::new(compress_to_vec_zlib(texts.collect::<Vec<_>>().join("\n").as_bytes(), 1));
    hash(item);
}

impl Bug {
    /// All bugs.
    pub(crate) const ALL: [Bug; 7] = [
        Bug::CutWithoutDelay,
        Bug::PassWithoutDelay,
        Bug::WindowOfTime,
        Bug::OvertakenPass,
        Bug::IdentityOfToday,
        Bug::NumberApart,
        Bug::OpeningForgotten,
    ];

    /// A seed that shows the bug.
    pub(crate) fn seed(self) -> u64 {
        match self {
            Bug::CutWithoutDelay => 527,
            Bug::PassWithoutDelay => 160,
            Bug::WindowOfTime => 0,
            Bug::OvertakenPass => 31,
            Bug::IdentityOfToday => 18,
            Bug::NumberApart => 119,
            Bug::OpeningForgotten => 5,
        }
    }

    /// An item as a reader gets it.
    pub(super) fn read(self, mut item: Item, reader: Writer) -> Item {
        let key = key(&item);
        match self {
            Bug::OvertakenPass
                if reader == Writer::Close && (key.pk.as_str(), key.sk.as_str()) == ("CLOSE", "HEAD") =>
            {
                change(&mut item, |content| content["ma"] = json!(true));
            }
            Bug::IdentityOfToday if reader == Writer::Pass && key.pk.ends_with("#BILLING") => {
                change(&mut item, |content| content["recorded_at"] = json!("2020-01-01T00:00:00Z"));
            }
            Bug::CutWithoutDelay
            | Bug::PassWithoutDelay
            | Bug::WindowOfTime
            | Bug::OvertakenPass
            | Bug::IdentityOfToday
            | Bug::NumberApart
            | Bug::OpeningForgotten => {}
        }
        item
    }

    /// The transactions in place of one.
    pub(super) fn write(self, mut writes: Vec<Write>) -> Vec<Vec<Write>> {
        let has_sums = |item: &Item| key(item).pk.ends_with("#SUMS") && key(item).sk.starts_with("HEAD#");
        let opens = writes.iter().any(|write| key(write.item()).sk.starts_with("LINES#"));
        let is_number = |write: &Write| key(write.item()).pk.starts_with("SERIES#") && key(write.item()).sk == "HEAD";
        match self {
            Bug::WindowOfTime => each(&mut writes, has_sums, |item| settled(item, |earned| earned)),
            Bug::OpeningForgotten if opens => each(&mut writes, has_sums, |item| settled(item, |_| "0")),
            Bug::NumberApart if writes.iter().any(is_number) => {
                let (number, document) = writes.into_iter().partition(is_number);
                return vec![number, document];
            }
            Bug::CutWithoutDelay
            | Bug::PassWithoutDelay
            | Bug::OvertakenPass
            | Bug::IdentityOfToday
            | Bug::NumberApart
            | Bug::OpeningForgotten => {}
        }
        vec![writes]
    }
}

/// Changes each item of some kind.
fn each(writes: &mut [Write], is_wanted: impl Fn(&Item) -> bool, change: impl Fn(&mut Item)) {
    for write in writes {
        let (Write::Insert(item) | Write::Replace(item, _) | Write::Mend(item, _)) = write;
        if is_wanted(item) {
            change(item);
        }
    }
}
