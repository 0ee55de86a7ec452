//! The template's parameters: their defaults or the given values, checked against the rules of each, as CloudFormation
//! does.

use super::error::error;
use super::shapes::RawParameter;
use super::{Given, TemplateError};
use regex_lite::Regex;
use serde_norway::Value as Yaml;
use std::collections::BTreeMap;

/// The value of each parameter.
pub(super) fn values(
    known: &BTreeMap<String, RawParameter>,
    given: Given<'_>,
) -> Result<BTreeMap<String, Yaml>, TemplateError> {
    if let Some(name) = given.parameters.keys().find(|name| !known.contains_key(*name)) {
        return Err(error(place(name), "there is no such parameter"));
    }
    let values = known.iter().map(|(name, parameter)| {
        let value = value(parameter, given.parameters.get(name));
        let value = value.and_then(|value| {
            check(parameter, &value, given.below_minimum.contains(&name.as_str()))?;
            Ok(value)
        });
        value.map(|value| (name.clone(), value)).map_err(|problem| error(place(name), problem))
    });
    values.collect()
}

fn place(name: &str) -> String {
    format!("Parameters.{name}")
}

fn value(parameter: &RawParameter, given: Option<&String>) -> Result<Yaml, String> {
    let value = match given {
        Some(text) if parameter.r#type == "Number" => {
            Yaml::from(text.parse::<u64>().map_err(|_| "must be a whole number")?)
        }
        Some(text) => Yaml::from(text.as_str()),
        None => parameter.default.clone().ok_or("has no default: it must be given")?,
    };
    Ok(match value.as_str() {
        Some(list) if parameter.r#type == "CommaDelimitedList" => {
            Yaml::Sequence(list.split(',').map(|item| Yaml::from(item.trim())).collect())
        }
        Some(_) | None => value,
    })
}

/// Checks that the parameter admits a value; of a list, each of its items.
fn check(parameter: &RawParameter, value: &Yaml, is_below_minimum: bool) -> Result<(), String> {
    if let Yaml::Sequence(items) = value {
        return items.iter().try_for_each(|item| check(parameter, item, is_below_minimum));
    }
    let RawParameter { min_value, max_value, allowed_values, allowed_pattern, .. } = parameter;
    if let Some(number) = value.as_u64() {
        if let Some(least) = min_value.filter(|least| number < *least && !is_below_minimum) {
            return Err(format!("must be at least {least}"));
        }
        if let Some(most) = max_value.filter(|most| number > *most) {
            return Err(format!("must be at most {most}"));
        }
    }
    if !allowed_values.is_empty() && !allowed_values.contains(value) {
        let allowed: Vec<String> = allowed_values.iter().map(text).collect();
        return Err(format!("must be one of {}", allowed.join(", ")));
    }
    if let Some(pattern) = allowed_pattern {
        let whole = Regex::new(&format!("^(?:{pattern})$")).map_err(|problem| problem.to_string())?;
        if !whole.is_match(&text(value)) {
            return Err(format!("must match {pattern}"));
        }
    }
    Ok(())
}

fn text(value: &Yaml) -> String {
    match value {
        Yaml::String(text) => text.clone(),
        Yaml::Number(number) => number.to_string(),
        Yaml::Bool(flag) => flag.to_string(),
        Yaml::Null | Yaml::Sequence(_) | Yaml::Mapping(_) | Yaml::Tagged(_) => String::new(),
    }
}
