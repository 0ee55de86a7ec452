//! A contest as stored.

use super::text::{key_text, read_key, words};
use jiff::Timestamp;
use rules::label::StatedReason;
use rules::people::MemberName;
use serde::{Deserialize, Serialize};
use settlement::Account;
use settlement::contest::{Answer, Contest};
use settlement::number::Number;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ContestForm {
    #[serde(rename = "nu")]
    number: Number,
    #[serde(rename = "li", default, skip_serializing_if = "Option::is_none")]
    line: Option<String>,
    #[serde(rename = "re")]
    reason: StatedReason,
    by: MemberName,
    at: Timestamp,
    #[serde(rename = "an", default, skip_serializing_if = "Option::is_none")]
    answer: Option<Answer>,
}

impl From<&Contest> for ContestForm {
    fn from(contest: &Contest) -> ContestForm {
        let Contest { account: _, number, line, reason, by, at, answer } = contest.clone();
        ContestForm { number, line: line.map(key_text), reason, by, at, answer }
    }
}

impl ContestForm {
    /// The contest of a document of an account; none: this release does not know it so.
    pub(crate) fn read(self, account: Account) -> Option<Contest> {
        let ContestForm { number, line, reason, by, at, answer } = self;
        let line = match line {
            None => None,
            Some(text) => Some(read_key(words(&text)?)?),
        };
        Some(Contest { account, number, line, reason, by, at, answer })
    }
}
