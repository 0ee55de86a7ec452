//! Entries as recorded in the ledger (RULEBOOK §4), each with its time and its trigger.

use crate::act_id::ActId;
use jiff::Timestamp;
use rules::Entry;
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// The longest event id that is stored as it is, in bytes; a longer one is stored as its digest.
const MAX_EVENT_ID: usize = 64;

/// The id of an event, or the SHA-256 of one over 64 bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(String);

impl EventId {
    /// The id for an event's own id.
    pub fn new(id: &str) -> EventId {
        if id.len() <= MAX_EVENT_ID {
            return EventId(id.to_owned());
        }
        let digest = Sha256::digest(id.as_bytes());
        EventId(digest.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}")))
    }

    /// The id, at most 64 bytes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The trigger of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// An event from billing.
    Event(EventId),
    /// A change of the partner's agreements, with the new version; 0 for a pass with another cause.
    Agreements(u64),
    /// A choice, with its number and its act; none: recorded before entries named it.
    Choice(usize, Option<ActId>),
    /// An item of the attention list that was set aside.
    SetAside,
    /// A repair of an audit finding.
    Audit,
}

/// An act that passes follow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PassesOf {
    /// A registration, with the version of the agreements.
    Registration(u64),
    /// A choice.
    Choice(ActId),
}

/// The first part of the sort key of the item of what a choice moved.
const OF_CHOICE: &str = "CHOICE#";

impl PassesOf {
    pub(crate) fn sort_key(&self) -> String {
        match self {
            PassesOf::Registration(version) => version.to_string(),
            PassesOf::Choice(act) => format!("{OF_CHOICE}{act}"),
        }
    }

    pub(crate) fn of_sort_key(sk: &str) -> Option<PassesOf> {
        match sk.strip_prefix(OF_CHOICE) {
            Some(act) => act.parse().ok().map(PassesOf::Choice),
            None => sk.parse().ok().map(PassesOf::Registration),
        }
    }
}

const AGREEMENTS: &str = "agreements-";
const CHOICE: &str = "choice-";
const SET_ASIDE: &str = "set-aside";
const AUDIT: &str = "audit";
/// The prefix of an event's id that could be read as another trigger.
const EVENT: &str = "event-";

impl Trigger {
    /// The trigger in a text that is not an event's id; none: it is an event's id.
    fn other(text: &str) -> Option<Trigger> {
        let agreements = || Some(Trigger::Agreements(text.strip_prefix(AGREEMENTS)?.parse().ok()?));
        let choice = || match text.strip_prefix(CHOICE)?.split_once('-') {
            Some((number, act)) => Some(Trigger::Choice(number.parse().ok()?, Some(act.parse().ok()?))),
            None => Some(Trigger::Choice(text.strip_prefix(CHOICE)?.parse().ok()?, None)),
        };
        match text {
            AUDIT => Some(Trigger::Audit),
            SET_ASIDE => Some(Trigger::SetAside),
            _ => agreements().or_else(choice),
        }
    }
}

impl Trigger {
    /// The act whose passes keep the sums of the entries with this trigger; none: no act's.
    pub fn passes(&self) -> Option<PassesOf> {
        match self {
            Trigger::Agreements(version) => Some(PassesOf::Registration(*version)).filter(|_| *version > 0),
            Trigger::Choice(_, act) => act.clone().map(PassesOf::Choice),
            Trigger::Event(_) | Trigger::SetAside | Trigger::Audit => None,
        }
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trigger::Event(EventId(id)) if id.starts_with(EVENT) || Trigger::other(id).is_some() => {
                write!(f, "{EVENT}{id}")
            }
            Trigger::Event(EventId(id)) => f.write_str(id),
            Trigger::Agreements(version) => write!(f, "{AGREEMENTS}{version}"),
            Trigger::Choice(number, None) => write!(f, "{CHOICE}{number}"),
            Trigger::Choice(number, Some(act)) => write!(f, "{CHOICE}{number}-{act}"),
            Trigger::SetAside => f.write_str(SET_ASIDE),
            Trigger::Audit => f.write_str(AUDIT),
        }
    }
}

impl FromStr for Trigger {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Trigger, Self::Err> {
        let event = |id: &str| Trigger::Event(EventId(id.to_owned()));
        Ok(Trigger::other(text).unwrap_or_else(|| event(text.strip_prefix(EVENT).unwrap_or(text))))
    }
}

impl From<String> for Trigger {
    fn from(text: String) -> Trigger {
        let Ok(trigger) = text.parse();
        trigger
    }
}

/// An entry as recorded in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    pub entry: Entry,
    /// The time of recording.
    pub recorded_at: Timestamp,
    /// The trigger; none: read from a list, which does not include it.
    pub because: Option<Trigger>,
}

/// The time and the trigger of a recording.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// The time of recording.
    pub at: Timestamp,
    /// The trigger.
    pub because: &'a Trigger,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_caused_an_entry_reads_back_as_written() {
        let event = |id: &str| Trigger::Event(EventId::new(id));
        let check = |trigger: Trigger, text: &str| {
            assert_eq!(trigger.to_string(), text);
            assert_eq!(text.parse(), Ok(trigger));
        };
        check(event("evt-1"), "evt-1");
        check(Trigger::Agreements(3), "agreements-3");
        check(Trigger::Choice(2, None), "choice-2");
        let act = "0123456789abcdef0123456789abcdef";
        check(Trigger::Choice(2, act.parse().ok()), &format!("choice-2-{act}"));
        check(Trigger::SetAside, "set-aside");
        check(Trigger::Audit, "audit");
        check(event("agreements-x"), "agreements-x");
        check(event("choice-2-x"), "choice-2-x");
        // Billing may choose any event id.
        check(event("agreements-3"), "event-agreements-3");
        check(event("audit"), "event-audit");
        check(event("event-1"), "event-event-1");
    }

    #[test]
    fn a_long_id_is_known_by_its_digest() {
        let long = "x".repeat(65);
        assert_eq!(EventId::new(&long[1..]).as_str(), &long[1..]);
        let digest = EventId::new(&long);
        assert_eq!(digest.as_str().len(), 64);
        assert_ne!(digest, EventId::new(&"y".repeat(65)));
    }
}
