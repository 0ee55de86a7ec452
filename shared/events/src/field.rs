//! A field of the wire: as somebody wrote it, or as we answer it. One shape of a body is then both what is taken and what
//! is given, and what is wrong with a field is said in both languages.

use crate::Refusal;
use crate::raw;
use rules::text::Words;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use std::str::FromStr;

/// A value, or what was written in its place.
#[derive(Debug, Clone)]
pub enum Field<'a, T> {
    /// As written.
    Written(&'a RawValue),
    /// As known.
    Known(T),
}

impl<'a, T> Field<'a, T> {
    /// What `parse` makes of a field as written.
    pub(crate) fn read(self, parse: impl FnOnce(&'a RawValue) -> Result<T, Refusal>) -> Result<T, Refusal> {
        match self {
            Field::Written(written) => parse(written),
            Field::Known(value) => Ok(value),
        }
    }

    /// What the text of a field says.
    pub(crate) fn parsed(self, field: &str) -> Result<T, Refusal>
    where
        T: FromStr<Err: Into<Words>>,
    {
        self.read(|written| raw::parsed(Some(written), field))
    }
}

/// What the text of a field says that must be there.
pub(crate) fn required<T: FromStr<Err: Into<Words>>>(field: Option<Field<'_, T>>, name: &str) -> Result<T, Refusal> {
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
