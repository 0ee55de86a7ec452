//! The common form of all items here: everything is in one attribute, which the item's hash covers.
//!
//! So an item whose hash differs is damaged, and one that is as recorded but cannot be read was written by a later release.

use crate::ClosingError;
use ledger::item::{Hash, hash, key, text};
use ledger::store::{Item, Key};
use ledger::{LedgerError, Unreadable, Why};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The attribute that holds everything.
const CONTENT: &str = "cl";
/// The attribute that counts the writes of an item that changes.
const REVISION: &str = "v";

/// A partition and a sort key of the index by partner.
pub type Listed = (String, String);

#[derive(Serialize)]
struct Written<'a, T> {
    #[serde(flatten)]
    key: &'a Key,
    #[serde(skip_serializing_if = "Option::is_none")]
    gpk: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gsk: Option<String>,
    #[serde(rename = "cl")]
    content: &'a T,
    #[serde(rename = "v", skip_serializing_if = "Option::is_none")]
    revision: Option<u64>,
}

#[derive(Serialize, Deserialize)]
struct Content<T> {
    #[serde(rename = "cl")]
    content: T,
}

/// An item that is recorded once.
pub fn once<T: Serialize>(key: &Key, content: &T, listed: Option<Listed>) -> Result<Item, ClosingError> {
    write(key, content, listed, None)
}

/// An item that changes, with its revision.
pub fn revised<T: Serialize>(key: &Key, content: &T, revision: u64) -> Result<Item, ClosingError> {
    write(key, content, None, Some(revision))
}

/// An item that changes, with its revision, and is listed for as long as it has a place in a list.
pub fn revised_in_list<T: Serialize>(
    key: &Key,
    content: &T,
    revision: u64,
    listed: Option<Listed>,
) -> Result<Item, ClosingError> {
    write(key, content, listed, Some(revision))
}

fn write<T: Serialize>(
    key: &Key,
    content: &T,
    listed: Option<Listed>,
    revision: Option<u64>,
) -> Result<Item, ClosingError> {
    let (gpk, gsk) = listed.unzip();
    let unstorable = |_| {
        let key = format!("{} {}", key.pk, key.sk);
        ClosingError::Ledger(LedgerError::Damaged { key, why: "it cannot be written as attributes" })
    };
    let mut item = serde_dynamo::to_item(Written { key, gpk, gsk, content, revision }).map_err(unstorable)?;
    hash(&mut item);
    Ok(item)
}

/// The content of an item.
pub fn read<T: Serialize + DeserializeOwned>(item: &Item) -> Result<T, Unreadable> {
    let damaged = || Unreadable { key: key(item), why: Why::Damaged("it is not what was recorded: its hash differs") };
    match Hash::of(item) {
        Hash::Matches => {}
        Hash::Differs | Hash::Missing => return Err(damaged()),
    }
    let unknown = |_| self::unknown(key(item));
    let read: Content<T> = serde_dynamo::from_item(item.clone()).map_err(unknown)?;
    // What this release would leave out when it writes the item again is a later release's.
    let again: Item = serde_dynamo::to_item(&read).map_err(unknown)?;
    if again.get(CONTENT) == item.get(CONTENT) { Ok(read.content) } else { Err(self::unknown(key(item))) }
}

/// Whether an item has this place in a list.
pub fn is_listed(item: &Item, (gpk, gsk): &Listed) -> bool {
    text(item, "gpk") == gpk && text(item, "gsk") == gsk
}

/// The error of an item that is as recorded, but has a key or a value that this release does not know.
pub fn unknown(key: Key) -> Unreadable {
    Unreadable { key, why: Why::Unknown }
}

/// The revision of an item; 0: it has none.
pub fn revision(item: &Item) -> u64 {
    item.get(REVISION).and_then(|value| value.as_n().ok()).and_then(|digits| digits.parse().ok()).unwrap_or(0)
}
