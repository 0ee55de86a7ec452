//! Entries as they stand in the ledger (RULEBOOK §4): when each was recorded, and what caused it.

use jiff::Timestamp;
use rules::Entry;
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// The longest event id that is kept as it is, in bytes; of a longer one, its digest.
const MAX_EVENT_ID: usize = 64;

/// The id of an event, or the SHA-256 of one over 64 bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(String);

impl EventId {
    /// An id as an event gives it.
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

/// What caused an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// An event from billing.
    Event(EventId),
    /// A change of the partner's agreements; the version they have since, 0 for a pass that something else asked for.
    Agreements(u64),
    /// A choice of what stands; its number.
    Choice(usize),
    /// A repair of what an audit found.
    Audit,
}

const AGREEMENTS: &str = "agreements-";
const CHOICE: &str = "choice-";
const AUDIT: &str = "audit";
/// Before the id of an event that would read as something else.
const EVENT: &str = "event-";

impl Trigger {
    /// What a text says that is no event's; none: it is an event's.
    fn other(text: &str) -> Option<Trigger> {
        let agreements = || Some(Trigger::Agreements(text.strip_prefix(AGREEMENTS)?.parse().ok()?));
        let choice = || Some(Trigger::Choice(text.strip_prefix(CHOICE)?.parse().ok()?));
        if text == AUDIT { Some(Trigger::Audit) } else { agreements().or_else(choice) }
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
            Trigger::Choice(number) => write!(f, "{CHOICE}{number}"),
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

/// An entry as it stands in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// The entry.
    pub entry: Entry,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// What caused it; none: a list does not say.
    pub because: Option<Trigger>,
}

/// When something is recorded, and what causes it.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// Now.
    pub at: Timestamp,
    /// What causes it.
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
        check(Trigger::Choice(2), "choice-2");
        check(Trigger::Audit, "audit");
        check(event("agreements-x"), "agreements-x");
        // Billing may call its events what it likes.
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
