//! A field on the wire, either as written in an input or as known for an answer. So one shape of a body serves both
//! directions, and an error in a field is stated in both languages.

use crate::Refusal;
use crate::raw;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use std::str::FromStr;
use texts::Notice;

/// A value, or the JSON written in its place.
#[derive(Debug, Clone)]
pub enum Field<'a, T> {
    /// The JSON as written.
    Written(&'a RawValue),
    /// The value.
    Known(T),
}

impl<'a, T> Field<'a, T> {
    /// The value, parsed with `parse` if it is as written.
    pub(crate) fn read(self, parse: impl FnOnce(&'a RawValue) -> Result<T, Refusal>) -> Result<T, Refusal> {
        match self {
            Field::Written(written) => parse(written),
            Field::Known(value) => Ok(value),
        }
    }

    /// The value, parsed from text if it is as written.
    pub(crate) fn parsed(self, field: &str) -> Result<T, Refusal>
    where
        T: FromStr<Err: Into<Notice>>,
    {
        self.read(|written| raw::parsed_as_written(written, field))
    }
}

/// The value of a required field, parsed from text if it is as written.
pub(crate) fn required<T: FromStr<Err: Into<Notice>>>(field: Option<Field<'_, T>>, name: &str) -> Result<T, Refusal> {
    field.ok_or_else(|| raw::missing(name))?.parsed(name)
}

impl<'de: 'a, 'a, T> Deserialize<'de> for Field<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(Field::Written)
    }
}

impl<T: Serialize> Serialize for Field<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Field::Written(written) => written.serialize(serializer),
            Field::Known(value) => value.serialize(serializer),
        }
    }
}
