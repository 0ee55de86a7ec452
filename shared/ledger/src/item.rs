//! Common parts of all items: attributes of a later release survive a rewrite, and a hash over the attributes recorded
//! once shows whether an item is damaged.

use crate::store::{Item, Key};
use aws_sdk_dynamodb::types::AttributeValue;
use sha2::{Digest, Sha256};

/// The attribute that holds the hash.
pub const HASH: &str = "h";

/// The attributes that are hashed, in this order, where an item has them: its key, and everything recorded once. The
/// others are derived from these, or count writes.
const RECORDED: [&str; 40] = [
    "pk", "sk", "f", "e", "c", "at", "ev", "cn", "so", "nm", "ag", "av", "m", "fn", "fi", "re", "rf", "sl", "mi", "as",
    "cc", "co", "tx", "an", "tk", "is", "su", "ro", "pn", "by", "rv", "ex", "cd", "ac", "mg", "ct", "jc", "jm", "cl",
    "ci",
];
/// The attribute of an entry, and the attribute that names the entry's partner and is hashed with it.
const ENTRY_PARTNER: (&str, &str) = ("e", "gpk");

/// The state of an item's hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    /// The item is as recorded.
    Matches,
    /// The item is damaged.
    Differs,
    /// The item was recorded before items had a hash.
    Missing,
}

impl Hash {
    /// Checks the hash of an item.
    pub fn of(item: &Item) -> Hash {
        match item.get(HASH) {
            None => Hash::Missing,
            Some(AttributeValue::S(hash)) if *hash == digest(item) => Hash::Matches,
            Some(_) => Hash::Differs,
        }
    }
}

/// Sets the hash of an item.
pub fn hash(item: &mut Item) {
    let digest = digest(item);
    item.insert(HASH.to_owned(), AttributeValue::S(digest));
}

/// The hashed attributes of an item.
fn recorded(item: &Item) -> impl Iterator<Item = (&'static str, &AttributeValue)> {
    let (entry, partner) = ENTRY_PARTNER;
    let partner = item.contains_key(entry).then_some(partner);
    RECORDED.into_iter().chain(partner).filter_map(|name| Some((name, item.get(name)?)))
}

/// Whether the hashed attributes of two items are equal.
pub(crate) fn is_recorded_alike(one: &Item, other: &Item) -> bool {
    recorded(one).eq(recorded(other))
}

/// The first half of the SHA-256 of the hashed attributes, in hexadecimal digits.
fn digest(item: &Item) -> String {
    let mut bytes = Vec::with_capacity(1024);
    for (name, value) in recorded(item) {
        feed(&mut bytes, b'K', name.as_bytes());
        feed_value(&mut bytes, value);
    }
    half_of_digest(&bytes)
}

/// The digest of a value, as long as that of an item.
pub(crate) fn digest_of(value: &AttributeValue) -> String {
    let mut bytes = Vec::new();
    feed_value(&mut bytes, value);
    half_of_digest(&bytes)
}

/// The first half of the SHA-256, in hexadecimal digits.
fn half_of_digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let digits = digest.iter().take(digest.len() / 2).flat_map(|byte| [byte >> 4, byte & 0xf]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

/// Appends a kind, a length and the bytes, so that different values never give the same input of the hash.
fn feed(bytes: &mut Vec<u8>, kind: u8, value: &[u8]) {
    bytes.push(kind);
    bytes.extend(value.len().to_be_bytes());
    bytes.extend(value);
}

fn feed_value(bytes: &mut Vec<u8>, value: &AttributeValue) {
    match value {
        AttributeValue::S(text) => feed(bytes, b'S', text.as_bytes()),
        AttributeValue::N(number) => feed(bytes, b'N', number.as_bytes()),
        AttributeValue::Bool(yes) => feed(bytes, b'B', &[u8::from(*yes)]),
        AttributeValue::L(values) => {
            feed(bytes, b'L', &values.len().to_be_bytes());
            for value in values {
                feed_value(bytes, value);
            }
        }
        AttributeValue::M(fields) => {
            feed(bytes, b'M', &fields.len().to_be_bytes());
            let mut names: Vec<(&String, &AttributeValue)> = fields.iter().collect();
            names.sort_unstable_by_key(|(name, _)| *name);
            for (name, value) in names {
                feed(bytes, b'K', name.as_bytes());
                feed_value(bytes, value);
            }
        }
        // Files of documents.
        AttributeValue::B(file) => feed(bytes, b'Y', file.as_ref()),
        // No other type of value is stored; one put there by hand gives another hash.
        other => feed(bytes, b'X', format!("{other:?}").as_bytes()),
    }
}

/// The item to write in place of `stored`: the changes between `read` and `changed`, both as this release writes them,
/// applied to `stored`. All else stays as stored, including nested attributes that this release does not know.
pub(crate) fn rewrite(stored: &Item, read: &Item, changed: Item) -> Item {
    let mut written = stored.clone();
    for name in read.keys().filter(|name| !changed.contains_key(*name)) {
        written.remove(name);
    }
    for (name, value) in changed {
        let value = merge(stored.get(&name), read.get(&name), value);
        written.insert(name, value);
    }
    written
}

fn merge(stored: Option<&AttributeValue>, read: Option<&AttributeValue>, changed: AttributeValue) -> AttributeValue {
    let (Some(stored), Some(read)) = (stored, read) else { return changed };
    match (stored, read, changed) {
        (stored, read, changed) if *read == changed => stored.clone(),
        (AttributeValue::M(stored), AttributeValue::M(read), AttributeValue::M(changed)) => {
            AttributeValue::M(rewrite(stored, read, changed))
        }
        (AttributeValue::L(stored), AttributeValue::L(read), AttributeValue::L(changed)) => {
            let kept = |value: AttributeValue| {
                let at = read.iter().position(|read| *read == value);
                at.and_then(|at| stored.get(at)).cloned().unwrap_or(value)
            };
            AttributeValue::L(changed.into_iter().map(kept).collect())
        }
        (_, _, changed) => changed,
    }
}

/// The key of an item; empty texts if it has none.
pub fn key(item: &Item) -> Key {
    Key { pk: text(item, "pk").to_owned(), sk: text(item, "sk").to_owned() }
}

/// A text attribute of an item, empty if it has none.
pub fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn item(attributes: &[(&str, AttributeValue)]) -> Item {
        attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    fn s(text: &str) -> AttributeValue {
        AttributeValue::S(text.to_owned())
    }

    fn m(attributes: &[(&str, AttributeValue)]) -> AttributeValue {
        AttributeValue::M(HashMap::from_iter(item(attributes)))
    }

    #[test]
    fn a_hash_tells_every_change_of_what_is_recorded_and_of_nothing_else() {
        let fact = |fee: &str| m(&[("m", AttributeValue::N(fee.to_owned())), ("d", s("2024-01-01"))]);
        let mut row = item(&[("pk", s("P")), ("sk", s("S")), ("f", fact("100")), ("gpk", s("G")), ("v", s("1"))]);
        assert_eq!(Hash::of(&row), Hash::Missing);
        hash(&mut row);
        assert_eq!(Hash::of(&row), Hash::Matches);
        let check = |name: &str, value: Option<AttributeValue>, expected: Hash| {
            let mut row = row.clone();
            match value {
                Some(value) => row.insert(name.to_owned(), value),
                None => row.remove(name),
            };
            assert_eq!(Hash::of(&row), expected, "{name}");
        };
        check("f", Some(fact("1000")), Hash::Differs);
        check("f", Some(m(&[("m", s("100")), ("d", s("2024-01-01"))])), Hash::Differs);
        check("f", None, Hash::Differs);
        check("pk", Some(s("Q")), Hash::Differs);
        check("at", Some(s("2024")), Hash::Differs);
        check("h", Some(s("")), Hash::Differs);
        check("h", Some(AttributeValue::N("1".into())), Hash::Differs);
        check("v", Some(s("2")), Hash::Matches);
        check("gpk", Some(s("H")), Hash::Matches);
        let mut entry = item(&[("pk", s("P")), ("sk", s("S")), ("e", fact("1")), ("gpk", s("G"))]);
        hash(&mut entry);
        entry.insert("gpk".to_owned(), s("H"));
        assert_eq!(Hash::of(&entry), Hash::Differs, "whose entry it is");
    }

    #[test]
    fn what_another_release_wrote_survives_a_rewrite() {
        let stored = item(&[
            ("a", s("old")),
            ("gone", s("x")),
            ("new", s("later")),
            ("m", m(&[("b", s("1")), ("later", s("kept")), ("c", s("1"))])),
            ("l", AttributeValue::L(vec![m(&[("d", s("1")), ("later", s("kept"))]), m(&[("d", s("2"))])])),
        ]);
        let list = |all: &[&str]| AttributeValue::L(all.iter().map(|d| m(&[("d", s(d))])).collect());
        let read = item(&[
            ("a", s("old")),
            ("gone", s("x")),
            ("m", m(&[("b", s("1")), ("c", s("1"))])),
            ("l", list(&["1", "2"])),
        ]);
        let changed = item(&[("a", s("new")), ("m", m(&[("b", s("2"))])), ("l", list(&["0", "1"]))]);
        let expected = item(&[
            ("a", s("new")),
            ("new", s("later")),
            ("m", m(&[("b", s("2")), ("later", s("kept"))])),
            ("l", AttributeValue::L(vec![m(&[("d", s("0"))]), m(&[("d", s("1")), ("later", s("kept"))])])),
        ]);
        assert_eq!(rewrite(&stored, &read, changed), expected);
    }
}
