//! Ids of acts, and the keys that they have.

use crate::digits::digits;
use crate::item;
use crate::store::Key;
use serde::Serialize;

/// The index partition of all acts, and the first part of all others.
pub(crate) const LISTED: &str = "JOURNAL";
pub(crate) const ACT: &str = "ACT";

digits! {
    /// The id of an act: a digest of what was done.
    ActId: 32, ActIdError = "is not the id of an act: 32 hexadecimal digits"
}

impl ActId {
    /// The id of what these values name.
    pub(crate) fn of(values: impl Serialize) -> ActId {
        // Texts, numbers and what was recorded can always be stored.
        let digest = serde_dynamo::to_attribute_value(values).map(|value| item::digest_of(&value));
        ActId(digest.unwrap_or_default())
    }

    pub(crate) fn partition(&self) -> String {
        format!("{LISTED}#{self}")
    }

    pub(crate) fn key(&self) -> Key {
        Key { pk: self.partition(), sk: ACT.to_owned() }
    }

    pub(crate) fn of_partition(pk: &str) -> Option<ActId> {
        pk.strip_prefix(LISTED)?.strip_prefix('#')?.parse().ok()
    }
}
