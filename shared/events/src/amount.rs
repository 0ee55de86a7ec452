//! Amounts of money in bodies, read by their digits.

use crate::field::{Field, required};
use crate::{Refusal, raw};
use rules::money::MoneyError;
use rules::{Currency, Money};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// An amount of money that may be written as a number; answers write a text.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Amount<'a> {
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(required = true, schema_with = crate::openapi::text_or_number))]
    pub(crate) amount: Option<Field<'a, String>>,
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(required = true, value_type = Currency))]
    pub(crate) currency: Option<Field<'a, Currency>>,
}

impl Amount<'_> {
    /// Reads an amount, which is not zero.
    pub(crate) fn read(self, path: &str) -> Result<Money, Refusal> {
        self.read_as(path, Money::parse)
    }

    /// Reads an annual fee, which may be zero.
    pub(crate) fn read_fee(self, path: &str) -> Result<Money, Refusal> {
        self.read_as(path, Money::parse_fee)
    }

    fn read_as(
        self,
        path: &str,
        parse: impl FnOnce(&str, Currency) -> Result<Money, MoneyError>,
    ) -> Result<Money, Refusal> {
        let currency = required(self.currency, &format!("{path}.currency"))?;
        let field = format!("{path}.amount");
        let amount = self.amount.ok_or_else(|| raw::missing(&field))?;
        let digits = amount.read(|written| raw::digits(written, &field).map(Cow::into_owned))?;
        parse(&digits, currency).map_err(|error| Refusal::new(field, error))
    }
}
