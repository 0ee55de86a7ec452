//! Ids of members and invitations, of missed years, days of perks, and items of the attention list.

use crate::digits::digits;
use crate::item;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use rules::people::Identity;
use rules::programme::DatedPerk;
use rules::{AgreementId, AnnuityId, Anomaly, Day};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

digits! {
    /// The id of a member: a digest of issuer and subject.
    MemberId: 32, MemberIdError = "is not the id of a member: 32 hexadecimal digits"
}

impl MemberId {
    /// The id of whoever has this identity.
    pub fn of(Identity { issuer, subject }: &Identity) -> MemberId {
        let both = [issuer.as_str(), subject.as_str()].map(|text| AttributeValue::S(text.to_owned()));
        MemberId(item::digest_of(&AttributeValue::L(both.into())))
    }
}

digits! {
    /// The id of a preview that is made in the background.
    PreviewId: 32, PreviewIdError = "is not the id of a preview: 32 hexadecimal digits"
}

/// The number of digits of a preview's id that say when it was begun.
const DIGITS_OF_TIME: usize = 8;

impl PreviewId {
    /// The id of a preview of a question, begun at a time.
    pub fn of(question: impl Serialize, at: Timestamp) -> PreviewId {
        // What a question names can always be stored.
        let digest =
            serde_dynamo::to_attribute_value(question).map(|value| item::digest_of(&value)).unwrap_or_default();
        let seconds = u32::try_from(at.as_second()).unwrap_or(u32::MAX);
        PreviewId(format!("{seconds:08x}{}", digest.get(DIGITS_OF_TIME..).unwrap_or_default()))
    }

    /// Checks that it is the id of a preview of this question.
    pub fn is_of(&self, question: impl Serialize) -> bool {
        self.0.get(DIGITS_OF_TIME..) == PreviewId::of(question, Timestamp::UNIX_EPOCH).0.get(DIGITS_OF_TIME..)
    }

    /// The time at which the preview was begun, in whole seconds.
    pub fn begun_at(&self) -> Timestamp {
        let seconds = self.0.get(..DIGITS_OF_TIME).and_then(|digits| i64::from_str_radix(digits, 16).ok());
        seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()).unwrap_or_default()
    }
}

digits! {
    /// The id of an invitation.
    InvitationId: 16, InvitationIdError = "is not the id of an invitation: 16 hexadecimal digits"
}

impl InvitationId {
    /// The id of 16 digits.
    pub(crate) fn of_digits(digits: &str) -> InvitationId {
        InvitationId(digits.to_owned())
    }
}

/// A year of one of a partner's agreements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct YearOf {
    pub agreement: AgreementId,
    /// The number of the year, from 1 on.
    pub number: u16,
}

/// A perk, and a day on which a partner took it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PerkDay {
    pub perk: DatedPerk,
    pub day: Day,
}

/// The id of an item of the attention list, with a digest of what it says: the kind of item and its parts, between `~`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ItemId {
    /// `anomaly~<contract>~<term>~<anomaly>~<digest of the facts that show it>`
    Anomaly { annuity: AnnuityId, anomaly: Anomaly, seen: String },
    /// `message~<message id>`
    DeadLetter { message_id: String },
    /// `unreadable~<digest of the reason>~<key>`, the key as `PK SK`
    Unreadable { key: String, seen: String },
}

/// A text that is not the id of an item of the attention list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not the id of an item of the attention list")]
pub struct ItemIdError;

const ANOMALY: &str = "anomaly";
const MESSAGE: &str = "message";
const UNREADABLE: &str = "unreadable";
/// The separator: it is in no id of the programme.
const SEPARATOR: char = '~';

impl ItemId {
    /// The id of an unreadable item that cannot be read for this reason.
    pub fn unreadable(key: String, why: &str) -> ItemId {
        let seen = item::digest_of(&AttributeValue::S(why.to_owned()));
        ItemId::Unreadable { key, seen }
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ItemId::Anomaly { annuity: AnnuityId { contract_id, term }, anomaly, seen } => {
                write!(f, "{ANOMALY}~{contract_id}~{term}~{}~{seen}", anomaly.as_str())
            }
            ItemId::DeadLetter { message_id } => write!(f, "{MESSAGE}~{message_id}"),
            ItemId::Unreadable { key, seen } => write!(f, "{UNREADABLE}~{seen}~{key}"),
        }
    }
}

impl FromStr for ItemId {
    type Err = ItemIdError;

    fn from_str(text: &str) -> Result<ItemId, ItemIdError> {
        let (kind, rest) = text.split_once(SEPARATOR).ok_or(ItemIdError)?;
        let parts: Vec<&str> = rest.split(SEPARATOR).collect();
        let read = || match (kind, parts.as_slice()) {
            (ANOMALY, [contract_id, term, anomaly, seen]) => {
                let term = term.parse::<u64>().ok()?.try_into().ok()?;
                let annuity = AnnuityId { contract_id: contract_id.parse().ok()?, term };
                Some(ItemId::Anomaly { annuity, anomaly: anomaly.parse().ok()?, seen: (*seen).to_owned() })
            }
            (MESSAGE, _) if !rest.is_empty() => Some(ItemId::DeadLetter { message_id: rest.to_owned() }),
            (UNREADABLE, _) => {
                let (seen, key) = rest.split_once(SEPARATOR)?;
                Some(ItemId::Unreadable { key: key.to_owned(), seen: seen.to_owned() })
            }
            _ => None,
        };
        // One text for each id.
        read().filter(|id| id.to_string() == text).ok_or(ItemIdError)
    }
}

impl TryFrom<String> for ItemId {
    type Error = ItemIdError;

    fn try_from(text: String) -> Result<ItemId, ItemIdError> {
        text.parse()
    }
}

impl From<ItemId> for String {
    fn from(id: ItemId) -> String {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_written() {
        let check = |text: &str| assert_eq!(text.parse::<ItemId>().unwrap().to_string(), text);
        check("anomaly~C-1.a~12~contradiction~0af1");
        check("message~c0ffee-1");
        check("message~a~b");
        check("unreadable~0af1~CONTRACT#C-1 TERM#01");
        for text in [
            "",
            "anomaly",
            "anomaly~C~0~gap~d",
            "anomaly~C~1~odd~d",
            "anomaly~C~1~gap",
            "anomaly~C~01~gap~d",
            "message~",
            "x~y",
        ] {
            assert_eq!(text.parse::<ItemId>(), Err(ItemIdError), "{text}");
        }
    }
}
