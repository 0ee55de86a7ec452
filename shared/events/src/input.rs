//! Files of partners and of events, read and checked whole before anything is sent.

use crate::{EventType, cloud_event, registration};
use rules::{Agreements, PartnerId};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;
use std::io::Read;

/// The source of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File(std::path::PathBuf),
    /// Standard input (`-`).
    StandardInput,
}

impl std::str::FromStr for Source {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(if text == "-" { Source::StandardInput } else { Source::File(text.into()) })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::File(path) => write!(f, "{}", path.display()),
            Source::StandardInput => f.write_str("standard input"),
        }
    }
}

impl Source {
    /// Reads the whole input.
    pub fn read(&self) -> Result<String, InputError> {
        let mut text = String::new();
        let read = match self {
            Source::File(path) => std::fs::File::open(path).and_then(|mut file| file.read_to_string(&mut text)),
            Source::StandardInput => std::io::stdin().read_to_string(&mut text),
        };
        match read {
            Ok(_) => Ok(text),
            Err(source) => Err(InputError::Unreadable { name: self.to_string(), source }),
        }
    }
}

/// An error in an input. Nothing of the input was sent.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// The input cannot be read.
    #[error("{name} cannot be read")]
    Unreadable {
        /// The file.
        name: String,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// Some lines are wrong.
    #[error("{}", lines.join("\n"))]
    Wrong {
        /// For each wrong line: the file, the line number, and the error.
        lines: Vec<String>,
    },
}

/// A partner to register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partner {
    /// The partner's id.
    pub id: PartnerId,
    /// The registration to send.
    pub body: String,
}

/// An event to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The event's type; it determines the queue.
    pub event_type: EventType,
    /// The event to send.
    pub body: String,
}

/// Partners by id, each id once.
struct ByIds<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for ByIds<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Vec<(String, &'de RawValue)>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with a partner for each id")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(pairs)
            }
        }
        deserializer.deserialize_map(Pairs).map(ByIds)
    }
}

/// A text without a byte order mark, with which some programs begin their files.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// Reads `{"<partner id>": {"name": …, "agreements": […]}, …}`.
pub fn partners(name: &str, text: &str) -> Result<Vec<Partner>, InputError> {
    let text = without_mark(text);
    let wrong = |lines| InputError::Wrong { lines };
    let ByIds(pairs) = serde_json::from_str(text).map_err(|error| wrong(vec![format!("{name}: {error}")]))?;
    let mut partners: Vec<Partner> = Vec::new();
    let mut lines = Vec::new();
    for (id, body) in pairs {
        let line = line_of(text, body.get());
        match (id.parse::<PartnerId>(), registration::parse(body.get(), &Agreements::default())) {
            (Err(error), _) => lines.push(format!("{name}:{line}: the partner's id {error}")),
            (Ok(id), _) if partners.iter().any(|partner| partner.id == id) => {
                lines.push(format!("{name}:{line}: partner {id} is there twice"));
            }
            (Ok(id), Err(refusal)) => lines.push(format!("{name}:{line}: partner {id}: {refusal}")),
            (Ok(id), Ok(_)) => partners.push(Partner { id, body: body.get().to_owned() }),
        }
    }
    if lines.is_empty() { Ok(partners) } else { Err(wrong(lines)) }
}

/// The number of the line on which a part of a text begins.
fn line_of(text: &str, part: &str) -> usize {
    let offset = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// Reads events, one a line. Empty lines are skipped.
pub fn events(name: &str, text: &str) -> Result<Vec<Event>, InputError> {
    let mut events = Vec::new();
    let mut lines = Vec::new();
    for (i, body) in without_mark(text).lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let line = i + 1;
        match cloud_event::type_of(body).map(|event_type| (event_type, cloud_event::parse(body, event_type))) {
            Some((event_type, Ok(_))) => events.push(Event { event_type, body: body.to_owned() }),
            Some((_, Err(refusal))) => lines.push(format!("{name}:{line}: {refusal}")),
            None => lines.push(format!("{name}:{line}: is not an event of a known type")),
        }
    }
    if lines.is_empty() { Ok(events) } else { Err(InputError::Wrong { lines }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages<T: fmt::Debug>(read: Result<T, InputError>) -> Vec<String> {
        match read.unwrap_err() {
            InputError::Wrong { lines } => lines,
            InputError::Unreadable { .. } => unreachable!(),
        }
    }

    #[test]
    fn every_wrong_line_is_named() {
        let samples = include_str!("../../../tests/data/events.jsonl");
        assert_eq!(events("e", samples).unwrap().len(), 194);
        let first = samples.lines().next().unwrap();
        let text = format!("{first}\n\nnonsense\n{}\n", first.replace("2022-01-24\"", "2022-01-32\""));
        let messages = messages(events("e.jsonl", &text));
        assert_eq!(messages[0], "e.jsonl:3: is not an event of a known type");
        assert!(messages[1].starts_with("e.jsonl:4: data.signed_on is not a day"), "{messages:?}");
    }

    /// Some programs begin a file with one.
    #[test]
    fn a_byte_order_mark_is_no_part_of_a_file() {
        let with_mark = |text: &str| format!("\u{feff}{text}");
        let samples = include_str!("../../../tests/data/events.jsonl");
        assert_eq!(events("e", &with_mark(samples)).unwrap(), events("e", samples).unwrap());
        let samples = include_str!("../../../tests/data/partners.json");
        assert_eq!(partners("p", &with_mark(samples)).unwrap(), partners("p", samples).unwrap());
    }

    #[test]
    fn every_wrong_partner_is_named() {
        let samples = include_str!("../../../tests/data/partners.json");
        assert_eq!(partners("p", samples).unwrap().len(), 8);
        let text = "{\n\"P-1\": {\"name\": \"A\", \"agreements\": []},\n\"P-1\": {\"name\": \"A\", \"agreements\": []},\n\
                    \"P#2\": {\"name\": \"A\", \"agreements\": []},\n\"P-3\": {\"name\": \"\", \"agreements\": []}}";
        let messages = messages(partners("p.json", text));
        assert_eq!(messages[0], "p.json:3: partner P-1 is there twice");
        assert!(messages[1].starts_with("p.json:4: the partner's id is not an id"), "{messages:?}");
        assert!(messages[2].starts_with("p.json:5: partner P-3: name must be"), "{messages:?}");
        assert!(partners("p.json", "[]").is_err() && partners("p.json", "{").is_err());
    }
}
