//! Fields as written, before they are parsed.

use crate::Refusal;
use rules::money::MoneyError;
use rules::{Currency, Money};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::str::FromStr;
use texts::{Code, Notice};

/// A field as written; none: absent.
pub(crate) type Raw<'a> = Option<&'a RawValue>;

/// Reads a field that is present, even as `null`: only an absent one is `None`.
pub(crate) fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Raw<'de>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// The message of a parser as a reason; it is in English only.
pub(crate) fn refused(error: impl std::fmt::Display) -> Code {
    Code::Refused { by: error.to_string() }
}

pub(crate) fn missing(field: &str) -> Refusal {
    Refusal::new(field, Code::Missing)
}

/// A string; copied only if something in it is escaped.
pub(crate) fn text<'a>(raw: Raw<'a>, field: &str) -> Result<Cow<'a, str>, Refusal> {
    let raw = raw.ok_or_else(|| missing(field))?;
    let borrowed = serde_json::from_str(raw.get()).map(Cow::Borrowed);
    let text = borrowed.or_else(|_| serde_json::from_str(raw.get()).map(Cow::Owned));
    text.map_err(|_| Refusal::new(field, Code::NotAString))
}

/// The value parsed from a string.
pub(crate) fn parsed<T: FromStr<Err: Into<Notice>>>(raw: Raw<'_>, field: &str) -> Result<T, Refusal> {
    text(raw, field)?.parse().map_err(|error| Refusal::new(field, error))
}

/// The value of a number written in digits only, without quotes; none: it is written in another form.
pub(crate) fn whole_number(raw: &RawValue) -> Option<u64> {
    let written = raw.get();
    written.parse().ok().filter(|_| written.bytes().all(|b| b.is_ascii_digit()))
}

/// An amount and a currency written side by side in `field`; the amount is read by its digits, from a string or a
/// number.
pub(crate) fn money(amount: Raw<'_>, currency: Raw<'_>, field: &str) -> Result<Money, Refusal> {
    read_money(amount, currency, field, Money::parse)
}

/// An annual fee of the same form; it may be zero.
pub(crate) fn fee(amount: Raw<'_>, currency: Raw<'_>, field: &str) -> Result<Money, Refusal> {
    read_money(amount, currency, field, Money::parse_fee)
}

fn read_money(
    amount: Raw<'_>,
    currency: Raw<'_>,
    field: &str,
    parse: impl FnOnce(&str, Currency) -> Result<Money, MoneyError>,
) -> Result<Money, Refusal> {
    let currency: Currency = parsed(currency, &format!("{field}.currency"))?;
    let field = format!("{field}.amount");
    let digits = digits(amount.ok_or_else(|| missing(&field))?, &field)?;
    parse(&digits, currency).map_err(|error| Refusal::new(field, error))
}

/// The digits of an amount, from a string or a number.
pub(crate) fn digits<'a>(amount: &'a RawValue, field: &str) -> Result<Cow<'a, str>, Refusal> {
    let written = amount.get();
    let is_number = written.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    if is_number { Ok(Cow::Borrowed(written)) } else { text(Some(amount), field) }
}
