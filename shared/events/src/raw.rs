//! Fields as written, before they are parsed.

use crate::Refusal;
use rules::money::MoneyError;
use rules::{Currency, Money};
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use texts::{Code, Notice};

/// A field as written; none: absent.
pub(crate) type Raw<'a> = Option<&'a RawValue>;

/// A field that is to be a text, read where it stands; none: absent.
pub(crate) type Text<'a> = Option<Read<'a>>;

/// A text, or another kind of JSON in its place.
#[derive(Debug)]
pub(crate) enum Read<'a> {
    /// The text; copied only if something in it is escaped.
    Text(Cow<'a, str>),
    Another,
}

impl<'de: 'a, 'a> Deserialize<'de> for Read<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Read<'a>, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Read<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Read<'de>, E> {
        Ok(Read::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Read<'de>, E> {
        Ok(Read::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Read<'de>, E> {
        Ok(Read::Another)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Read<'de>, E> {
        Ok(Read::Another)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Read<'de>, E> {
        Ok(Read::Another)
    }

    /// Skips the number: a text is asked for, and no amount.
    fn visit_f64<E>(self, _: f64) -> Result<Read<'de>, E> {
        Ok(Read::Another)
    }

    fn visit_unit<E>(self) -> Result<Read<'de>, E> {
        Ok(Read::Another)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Read<'de>, A::Error> {
        IgnoredAny.visit_seq(list).map(|_| Read::Another)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Read<'de>, A::Error> {
        IgnoredAny.visit_map(map).map(|_| Read::Another)
    }
}

/// Reads a field that is present, even as `null`: only an absent one is `None`.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// The message of a parser as a reason; it is in English only.
pub(crate) fn refused(error: impl std::fmt::Display) -> Code {
    Code::Refused { by: error.to_string() }
}

pub(crate) fn missing(field: &str) -> Refusal {
    Refusal::new(field, Code::Missing)
}

/// The text of a field.
pub(crate) fn text<'a>(read: &'a Text<'_>, field: &str) -> Result<&'a str, Refusal> {
    match read {
        Some(Read::Text(text)) => Ok(text),
        Some(Read::Another) => Err(Refusal::new(field, Code::NotAString)),
        None => Err(missing(field)),
    }
}

/// The value parsed from a text.
pub(crate) fn parsed<T: FromStr<Err: Into<Notice>>>(read: &Text<'_>, field: &str) -> Result<T, Refusal> {
    text(read, field)?.parse().map_err(|error| Refusal::new(field, error))
}

/// The value parsed from a text as written.
pub(crate) fn parsed_as_written<T: FromStr<Err: Into<Notice>>>(written: &RawValue, field: &str) -> Result<T, Refusal> {
    parsed(&Some(read(written)), field)
}

fn read(written: &RawValue) -> Read<'_> {
    serde_json::from_str(written.get()).unwrap_or(Read::Another)
}

/// The value of a number written in digits only, without quotes; none: it is written in another form.
pub(crate) fn whole_number(raw: &RawValue) -> Option<u64> {
    let written = raw.get();
    written.parse().ok().filter(|_| written.bytes().all(|b| b.is_ascii_digit()))
}

/// An amount and a currency written side by side in `field`; the amount is read by its digits, from a string or a
/// number.
pub(crate) fn money(amount: Raw<'_>, currency: &Text<'_>, field: &str) -> Result<Money, Refusal> {
    read_money(amount, currency, field, Money::parse)
}

/// An annual fee of the same form; it may be zero.
pub(crate) fn fee(amount: Raw<'_>, currency: &Text<'_>, field: &str) -> Result<Money, Refusal> {
    read_money(amount, currency, field, Money::parse_fee)
}

fn read_money(
    amount: Raw<'_>,
    currency: &Text<'_>,
    field: &str,
    parse: impl FnOnce(&str, Currency) -> Result<Money, MoneyError>,
) -> Result<Money, Refusal> {
    // The whole name of a field is made only for a refusal.
    let within = |refusal: Refusal| Refusal { field: format!("{field}.{}", refusal.field), ..refusal };
    let currency: Currency = parsed(currency, "currency").map_err(within)?;
    let digits = amount.ok_or_else(|| missing("amount")).and_then(|amount| digits(amount, "amount")).map_err(within)?;
    parse(&digits, currency).map_err(|error| within(Refusal::new("amount", error)))
}

/// The digits of an amount, from a string or a number.
pub(crate) fn digits<'a>(amount: &'a RawValue, field: &str) -> Result<Cow<'a, str>, Refusal> {
    let written = amount.get();
    let is_number = written.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    if is_number {
        return Ok(Cow::Borrowed(written));
    }
    match read(amount) {
        Read::Text(text) => Ok(text),
        Read::Another => Err(Refusal::new(field, Code::NotAString)),
    }
}
