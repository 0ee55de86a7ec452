//! Errors of the template: the problem and its place.

use super::TemplateError;
use serde::de::DeserializeOwned;
use serde_norway::Value as Yaml;

/// A problem at a place.
pub(super) fn error(place: impl Into<String>, problem: impl std::fmt::Display) -> TemplateError {
    TemplateError { place: place.into(), problem: problem.to_string() }
}

/// Reads a part of the template as the type that it must have.
pub(super) fn typed<T: DeserializeOwned>(value: Yaml, place: &str) -> Result<T, TemplateError> {
    serde_norway::from_value(value).map_err(|problem| error(place, problem))
}
