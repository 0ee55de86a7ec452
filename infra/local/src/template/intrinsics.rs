//! CloudFormation's intrinsic functions: their references and their values.

use super::TemplateError;
use super::error::error;
use serde_norway::Value as Yaml;
use serde_norway::value::{Tag, TaggedValue};
use std::collections::{BTreeMap, BTreeSet};

/// Result of an intrinsic function that is not yet a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reference {
    /// A resource, by its logical id.
    Resource(String),
    /// The Arn of a resource, by its logical id.
    Arn(String),
    /// A text with names in it.
    Sub(String),
}

const RESOURCE: &str = "Resource";
const ARN: &str = "Arn";
const SUB: &str = "Sub";

impl Reference {
    /// The reference that a resolved value is, if it is one.
    pub(super) fn of(value: &Yaml) -> Option<Reference> {
        let Yaml::Tagged(tagged) = value else { return None };
        let name = tagged.value.as_str()?.to_owned();
        let kinds =
            [(RESOURCE, Reference::Resource as fn(String) -> Reference), (ARN, Reference::Arn), (SUB, Reference::Sub)];
        kinds.into_iter().find(|(kind, _)| tagged.tag == *kind).map(|(_, reference)| reference(name))
    }

    /// The resource whose Arn a resolved value is.
    pub(super) fn arn(value: &Yaml) -> Option<String> {
        match Reference::of(value)? {
            Reference::Arn(name) => Some(name),
            Reference::Resource(_) | Reference::Sub(_) => None,
        }
    }
}

impl From<Reference> for Yaml {
    fn from(reference: Reference) -> Yaml {
        let (kind, name) = match reference {
            Reference::Resource(name) => (RESOURCE, name),
            Reference::Arn(name) => (ARN, name),
            Reference::Sub(text) => (SUB, text),
        };
        Yaml::Tagged(Box::new(TaggedValue { tag: Tag::new(kind), value: Yaml::String(name) }))
    }
}

/// The value without intrinsic functions, for reading the parts that do not need them.
pub(super) fn untagged(value: Yaml) -> Yaml {
    match value {
        Yaml::Tagged(tagged) => untagged(tagged.value),
        Yaml::Sequence(items) => Yaml::Sequence(items.into_iter().map(untagged).collect()),
        Yaml::Mapping(fields) => {
            Yaml::Mapping(fields.into_iter().map(|(name, value)| (name, untagged(value))).collect())
        }
        other @ (Yaml::Null | Yaml::Bool(_) | Yaml::Number(_) | Yaml::String(_)) => other,
    }
}

/// Names to which intrinsic functions refer.
pub(super) struct Names {
    pub(super) parameters: BTreeMap<String, Yaml>,
    pub(super) conditions: BTreeMap<String, bool>,
    pub(super) resources: BTreeSet<String>,
}

impl Names {
    pub(super) fn holds(&self, condition: &str, place: &str) -> Result<bool, TemplateError> {
        let holds = self.conditions.get(condition).copied();
        holds.ok_or_else(|| error(place, format!("there is no condition {condition}")))
    }
}

/// Replaces intrinsic functions. A text built from names (`!Sub`) matters in an account only, unless it names a secret.
pub(super) fn resolve(value: Yaml, place: &str, names: &Names) -> Result<Yaml, TemplateError> {
    Ok(match value {
        Yaml::Tagged(tagged) => intrinsic(&tagged.tag.to_string(), tagged.value, place, names)?,
        Yaml::Sequence(items) => {
            let items = items.into_iter().map(|item| resolve(item, place, names));
            Yaml::Sequence(items.filter(|item| !matches!(item, Ok(Yaml::Null))).collect::<Result<_, _>>()?)
        }
        Yaml::Mapping(fields) => {
            let fields = fields.into_iter().map(|(name, value)| {
                let place = format!("{place}.{}", name.as_str().unwrap_or_default());
                Ok((name, resolve(value, &place, names)?))
            });
            let there = fields.filter(|field| !matches!(field, Ok((_, Yaml::Null))));
            Yaml::Mapping(there.collect::<Result<_, _>>()?)
        }
        other @ (Yaml::Null | Yaml::Bool(_) | Yaml::Number(_) | Yaml::String(_)) => other,
    })
}

fn intrinsic(function: &str, argument: Yaml, place: &str, names: &Names) -> Result<Yaml, TemplateError> {
    let wrong = || error(place, format!("{function} does not have what it needs"));
    match (function, argument) {
        ("!Ref", Yaml::String(name)) => match names.parameters.get(&name) {
            Some(value) => Ok(value.clone()),
            None if name == "AWS::NoValue" => Ok(Yaml::Null),
            None if names.resources.contains(&name) => Ok(Reference::Resource(name).into()),
            None => Err(error(place, format!("!Ref {name} names neither a parameter nor a resource"))),
        },
        ("!GetAtt", Yaml::String(text)) => match text.split_once('.') {
            Some((name, "Arn")) if names.resources.contains(name) => Ok(Reference::Arn(name.to_owned()).into()),
            _ => Err(error(place, format!("!GetAtt {text} is not the Arn of a resource"))),
        },
        ("!Sub", Yaml::String(text)) => Ok(Reference::Sub(text).into()),
        ("!If", Yaml::Sequence(parts)) => {
            let [condition, then, otherwise] = <[Yaml; 3]>::try_from(parts).map_err(|_| wrong())?;
            let holds = names.holds(condition.as_str().ok_or_else(wrong)?, place)?;
            resolve(if holds { then } else { otherwise }, place, names)
        }
        ("!Equals", Yaml::Sequence(parts)) => {
            let [one, other] = <[Yaml; 2]>::try_from(parts).map_err(|_| wrong())?;
            Ok(Yaml::Bool(resolve(one, place, names)? == resolve(other, place, names)?))
        }
        ("!Not", Yaml::Sequence(parts)) => {
            let [condition] = <[Yaml; 1]>::try_from(parts).map_err(|_| wrong())?;
            Ok(Yaml::Bool(!resolve(condition, place, names)?.as_bool().ok_or_else(wrong)?))
        }
        _ => Err(error(place, format!("{function} is not known on this machine"))),
    }
}
