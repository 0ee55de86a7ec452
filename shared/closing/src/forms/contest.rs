//! A contest as stored.

use super::text::{key_text, read_key, words};
use jiff::Timestamp;
use rules::label::StatedReason;
use serde::{Deserialize, Serialize};
use settlement::Account;
use settlement::contest::Contest;
use settlement::number::Number;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ContestForm {
    #[serde(rename = "nu")]
    number: Number,
    #[serde(rename = "li", default, skip_serializing_if = "Option::is_none")]
    line: Option<String>,
    #[serde(rename = "re")]
    reason: StatedReason,
    at: Timestamp,
    #[serde(rename = "se", default, skip_serializing_if = "Option::is_none")]
    settled_at: Option<Timestamp>,
}

impl From<&Contest> for ContestForm {
    fn from(Contest { account: _, number, line, reason, at, settled_at }: &Contest) -> ContestForm {
        let line = line.map(key_text);
        ContestForm { number: number.clone(), line, reason: reason.clone(), at: *at, settled_at: *settled_at }
    }
}

impl ContestForm {
    /// The contest of a document of an account; none: this release does not know it so.
    pub(crate) fn read(self, account: Account) -> Option<Contest> {
        let ContestForm { number, line, reason, at, settled_at } = self;
        let line = match line {
            None => None,
            Some(text) => Some(read_key(words(&text)?)?),
        };
        Some(Contest { account, number, line, reason, at, settled_at })
    }
}
