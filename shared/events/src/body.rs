//! Bodies of requests: JSON of a known shape; a refusal names the path of the field.

use crate::Refusal;
use crate::raw::{missing, refused};
use rules::label::{LabelError, MAX_LABEL, is_label};
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::fmt;
use texts::Code;

/// The largest body of a request, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;

/// Reads a whole body; nothing may follow the JSON.
pub fn read<'a, T: Deserialize<'a>>(body: &'a str) -> Result<T, Refusal> {
    if body.len() > MAX_BYTES {
        let reason = Code::RequestTooLarge { bytes: body.len(), most: MAX_BYTES };
        return Err(Refusal::new("body", reason));
    }
    typed::<Shape>(body)?;
    typed(body)
}

fn typed<'a, T: Deserialize<'a>>(body: &'a str) -> Result<T, Refusal> {
    let mut json = serde_json::Deserializer::from_str(body);
    let read = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let message = error.inner().to_string();
        if let Some(name) = missing_in(&message) {
            let within = Some(path).filter(|path| path != ".").map_or_else(String::new, |path| format!("{path}."));
            return missing(&format!("{within}{name}"));
        }
        // The name of an unknown field may be anything, so it is checked before it is quoted.
        let is_name = |c: char| c.is_ascii_alphanumeric() || "_-.[]".contains(c);
        let names = path.len() <= MAX_LABEL && path.chars().all(is_name) && path.chars().any(char::is_alphanumeric);
        let field = if names { path } else { "body".to_owned() };
        Refusal::new(field, of_another_type(&message).unwrap_or_else(|| refused(&message)))
    })?;
    json.end().map_err(|error| Refusal::new("body", refused(error)))?;
    Ok(read)
}

/// The field that is missing: only the parser's message names it.
fn missing_in(message: &str) -> Option<&str> {
    message.strip_prefix("missing field `")?.split('`').next()
}

/// The reason for refusing a value of another type, in the words of JSON; none: the parser's message is about something else.
fn of_another_type(message: &str) -> Option<Code> {
    let wrong = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: integer "))?;
    let (_, expected) = wrong.rsplit_once("expected ")?;
    match expected.split(" at line ").next()? {
        "u8" | "u16" | "u32" | "u64" | "usize" => Some(Code::NotAWholeNumber),
        "a string" | "a borrowed string" => Some(Code::NotAString),
        "a boolean" => Some(Code::NotABoolean),
        "a sequence" => Some(Code::NotAList),
        expected if expected.starts_with("struct ") => Some(Code::NotAnObject),
        _ => None,
    }
}

/// The fields of our requests that are objects.
const OBJECTS: [&str; 10] = [
    "technical_qualification",
    "entry_fee",
    "commercial_potential",
    "annual_fee",
    "amount",
    "who",
    "terms",
    "mandate",
    "minimums",
    "rates",
];

/// The fields of our requests that are lists of objects.
const OF_OBJECTS: [&str; 4] = ["agreements", "cancel", "lines", "vat"];

/// Any JSON without an array in place of an object: the parser would take one for the other, by position.
struct Shape;

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Shape, D::Error> {
        Part::Object.deserialize(deserializer)
    }
}

/// A part of it, by its name.
#[derive(Clone, Copy)]
enum Part {
    Object,
    Objects,
    Anything,
}

impl<'de> DeserializeSeed<'de> for Part {
    type Value = Shape;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Shape, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Part {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Shape, A::Error> {
        while let Some(name) = map.next_key::<Cow<'_, str>>()? {
            let part = if OF_OBJECTS.contains(&&*name) { Part::Objects } else { Part::Anything };
            map.next_value_seed(if OBJECTS.contains(&&*name) { Part::Object } else { part })?;
        }
        Ok(Shape)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Shape, A::Error> {
        let of = match self {
            Part::Object => return Err(A::Error::invalid_type(Unexpected::Seq, &self)),
            Part::Objects => Part::Object,
            Part::Anything => Part::Anything,
        };
        while list.next_element_seed(of)?.is_some() {}
        Ok(Shape)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Shape, E> {
        Ok(Shape)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Shape, E> {
        Ok(Shape)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Shape, E> {
        Ok(Shape)
    }

    /// Skips the number: amounts are read later, by their digits.
    fn visit_f64<E>(self, _: f64) -> Result<Shape, E> {
        Ok(Shape)
    }

    fn visit_str<E>(self, _: &str) -> Result<Shape, E> {
        Ok(Shape)
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape)
    }
}

/// Reads a text written by a person, for other people to read.
pub(crate) fn text(text: String, field: &str) -> Result<String, Refusal> {
    if !is_label(&text) {
        return Err(Refusal::new(field, LabelError));
    }
    Ok(text)
}
