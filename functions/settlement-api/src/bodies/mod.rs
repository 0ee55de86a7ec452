//! Bodies of requests: JSON of a known shape, each field parsed, or refused by name.

pub(crate) mod billing;
pub(crate) mod close;
pub(crate) mod contest;
pub(crate) mod received;

use events::Refusal;
use rules::money::{Minor, Money};
use rules::{Currency, Day, Kind, Model};
use serde::Deserialize;
use settlement::lines::LineKey;
use std::str::FromStr;
use texts::Notice;

/// The value of a field.
fn parsed<T: FromStr>(field: &str, text: &str, say: impl Fn(T::Err) -> Notice) -> Result<T, Refusal> {
    text.parse().map_err(|error| Refusal::new(field, say(error)))
}

/// A day.
fn day(field: &str, text: &str) -> Result<Day, Refusal> {
    parsed(field, text, Notice::from)
}

/// An amount in a currency, which may be below zero.
fn amount(field: &str, text: &str, currency: Currency) -> Result<Minor, Refusal> {
    let (is_negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let minor = Money::parse_fee(digits, currency).map_err(|error| Refusal::new(field, error))?.minor();
    Ok(if is_negative { Minor(minor.0.saturating_neg()) } else { minor })
}

/// The month, the kind and the model of a line.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct LineName {
    #[cfg_attr(feature = "openapi", schema(value_type = rules::Month))]
    month: String,
    #[cfg_attr(feature = "openapi", schema(value_type = Kind))]
    kind: String,
    #[cfg_attr(feature = "openapi", schema(value_type = Model))]
    model: String,
}

impl LineName {
    fn parsed(&self, field: &str) -> Result<LineKey, Refusal> {
        key(field, &self.month, &self.kind, &self.model)
    }
}

fn key(field: &str, month: &str, kind: &str, model: &str) -> Result<LineKey, Refusal> {
    let of = |name: &str| format!("{field}.{name}");
    Ok(LineKey {
        month: parsed(&of("month"), month, Notice::from)?,
        kind: known(&of("kind"), kind, Kind::ALL, Kind::as_str)?,
        model: known(&of("model"), model, Model::ALL, Model::as_str)?,
    })
}

/// One of the values that have these names.
fn known<T: Copy>(field: &str, text: &str, all: &[T], name: impl Fn(T) -> &'static str) -> Result<T, Refusal> {
    let found = all.iter().copied().find(|one| name(*one) == text);
    found.ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|one| name(*one)).collect();
        Refusal::new(field, texts::Code::NotTheValue { value: names.join(", ") })
    })
}
