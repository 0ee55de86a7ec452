//! The template's parameters: their defaults or the given values, checked against the rules of each, as CloudFormation
//! does.

use super::error::error;
use super::shapes::RawParameter;
use super::{Given, TemplateError};
use regex_lite::Regex;
use serde_norway::Value as Yaml;
use std::collections::BTreeMap;

/// Likeness of two names, from 0 to 1, from which on one may be meant by the other.
const ALIKE: f64 = 0.5;

/// The value of each parameter.
pub(super) fn values(
    known: &BTreeMap<String, RawParameter>,
    given: Given<'_>,
) -> Result<BTreeMap<String, Yaml>, TemplateError> {
    if let Some(name) = given.parameters.keys().find(|name| !known.contains_key(*name)) {
        return Err(error(place(name), format!("there is no such parameter; {}", instead(name, known))));
    }
    let values = known.iter().map(|(name, parameter)| {
        let parameter = Parameter { raw: parameter, is_below_minimum: given.below_minimum.contains(&name.as_str()) };
        let value = parameter.value(given.parameters.get(name));
        value.map(|value| (name.clone(), value)).map_err(|problem| error(place(name), problem))
    });
    values.collect()
}

/// A hint for an unknown name: the known one that it resembles, or all of them.
fn instead(name: &str, known: &BTreeMap<String, RawParameter>) -> String {
    let alike = |one: &str| strsim::normalized_damerau_levenshtein(&one.to_lowercase(), &name.to_lowercase());
    match known.keys().max_by(|one, other| alike(one).total_cmp(&alike(other))) {
        Some(closest) if alike(closest) >= ALIKE => format!("perhaps {closest} is meant"),
        Some(_) | None => format!("there are {}", known.keys().cloned().collect::<Vec<_>>().join(", ")),
    }
}

fn place(name: &str) -> String {
    format!("Parameters.{name}")
}

/// A parameter, and whether it may be below its minimum on this machine.
struct Parameter<'a> {
    raw: &'a RawParameter,
    is_below_minimum: bool,
}

impl Parameter<'_> {
    /// The value that was given, or the default.
    fn value(&self, given: Option<&String>) -> Result<Yaml, String> {
        let value = match given {
            Some(text) if self.raw.r#type == "Number" => {
                Yaml::from(text.parse::<u64>().map_err(|_| format!("must be {}, not {text}", self.number()))?)
            }
            Some(text) => Yaml::from(text.as_str()),
            None => self.raw.default.clone().ok_or("has no default: it must be given")?,
        };
        let value = match value.as_str() {
            Some(list) if self.raw.r#type == "CommaDelimitedList" => {
                Yaml::Sequence(list.split(',').map(|item| Yaml::from(item.trim())).collect())
            }
            Some(_) | None => value,
        };
        self.check(&value)?;
        Ok(value)
    }

    /// Checks that the parameter admits a value; of a list, each of its items.
    fn check(&self, value: &Yaml) -> Result<(), String> {
        if let Yaml::Sequence(items) = value {
            return items.iter().try_for_each(|item| self.check(item));
        }
        let RawParameter { min_value, max_value, allowed_values, allowed_pattern, .. } = self.raw;
        let refused = |admitted: String| Err(format!("must {admitted}, not {}", text(value)));
        if let Some(number) = value.as_u64() {
            let is_too_small = min_value.is_some_and(|least| number < least && !self.is_below_minimum);
            if is_too_small || max_value.is_some_and(|most| number > most) {
                return refused(format!("be {}", self.number()));
            }
        }
        if !allowed_values.is_empty() && !allowed_values.contains(value) {
            let allowed: Vec<String> = allowed_values.iter().map(text).collect();
            return refused(format!("be one of {}", allowed.join(", ")));
        }
        if let Some(pattern) = allowed_pattern {
            let whole = Regex::new(&format!("^(?:{pattern})$")).map_err(|problem| problem.to_string())?;
            if !whole.is_match(&text(value)) {
                return refused(format!("match {pattern}"));
            }
        }
        Ok(())
    }

    /// The numbers that the parameter admits, in words.
    fn number(&self) -> String {
        let least = self.raw.min_value.filter(|_| !self.is_below_minimum);
        match (least, self.raw.max_value) {
            (Some(least), Some(most)) => format!("a whole number from {least} to {most}"),
            (Some(least), None) => format!("a whole number of at least {least}"),
            (None, Some(most)) => format!("a whole number of at most {most}"),
            (None, None) => "a whole number".to_owned(),
        }
    }
}

fn text(value: &Yaml) -> String {
    match value {
        Yaml::String(text) => text.clone(),
        Yaml::Number(number) => number.to_string(),
        Yaml::Bool(flag) => flag.to_string(),
        Yaml::Null | Yaml::Sequence(_) | Yaml::Mapping(_) | Yaml::Tagged(_) => String::new(),
    }
}
