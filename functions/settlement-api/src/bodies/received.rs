//! Documents that come from elsewhere: a partner's own, and invoices from before this system.

use super::{amount, day, known, parsed};
use crate::words;
use events::{Refusal, body};
use jiff::Timestamp;
use rules::money::Money;
use rules::{Currency, Day};
use serde::Deserialize;
use settlement::Account;
use settlement::country::Regime;
use settlement::lines::Line;
use settlement::number::OwnNumber;
use settlement::opening::{OpeningItem, OpeningItemError};
use settlement::received::OwnDocument;
use strum::VariantArray;

/// The most lines of a partner's own document: three kinds and four models in each month of a century would be more.
pub(crate) const MAX_LINES: usize = 500;

/// A partner's own invoice or credit note for a close. Amounts have the ledger's sign: a credit note's are below zero.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = NewReceived))]
#[serde(deny_unknown_fields)]
pub(crate) struct ReceivedBody {
    /// The partner's number: any 35 visible characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 35))]
    number: String,
    #[cfg_attr(feature = "openapi", schema(value_type = Day))]
    date: String,
    /// The lines, to the cent those that the close carried.
    lines: Vec<LineBody>,
    /// The VAT as the document says it; a group that is absent has none.
    #[serde(default)]
    vat: Vec<VatBody>,
}

/// A line of a document.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = NewLine))]
#[serde(deny_unknown_fields)]
pub(crate) struct LineBody {
    #[cfg_attr(feature = "openapi", schema(value_type = rules::Month))]
    month: String,
    #[cfg_attr(feature = "openapi", schema(value_type = rules::Kind))]
    kind: String,
    #[cfg_attr(feature = "openapi", schema(value_type = rules::Model))]
    model: String,
    /// The amount in the account's currency.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"))]
    amount: String,
}

/// The VAT of a document at a regime and a rate.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = NewVat))]
#[serde(deny_unknown_fields)]
pub(crate) struct VatBody {
    /// `fr-vat`, `fr-franchise`, `eu` or `outside-eu`.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^(fr-vat|fr-franchise|eu|outside-eu)$"))]
    regime: String,
    /// A fraction: `0.2`.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^0(\.[0-9]{1,3})?$"))]
    rate: String,
    /// The amount in the account's currency.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"))]
    amount: String,
}

/// The number and the date of a partner's own credit note.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = NewCancellation))]
#[serde(deny_unknown_fields)]
pub(crate) struct CancellationBody {
    /// The number of the credit note: any 35 visible characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 35))]
    number: String,
    #[cfg_attr(feature = "openapi", schema(value_type = Day))]
    date: String,
}

/// An invoice from before this system that is still unpaid.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = NewOpeningItem))]
#[serde(deny_unknown_fields)]
pub(crate) struct OpeningItemBody {
    /// The number of the invoice: any 35 visible characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 35))]
    number: String,
    #[cfg_attr(feature = "openapi", schema(value_type = Day))]
    date: String,
    #[cfg_attr(feature = "openapi", schema(value_type = Day))]
    due: String,
    /// The gross amount in the account's currency.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^(0|[1-9][0-9]*)(\.[0-9]+)?$"))]
    gross: String,
    /// The part of it that is still unpaid.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^(0|[1-9][0-9]*)(\.[0-9]+)?$"))]
    open: String,
}

/// Reads a partner's own document.
pub(crate) fn parse(text: &str, account: Account, recorded_at: Timestamp) -> Result<OwnDocument, Refusal> {
    let body: ReceivedBody = body::read(text)?;
    let currency = account.currency;
    if body.lines.len() > MAX_LINES {
        return Err(Refusal::new("lines", words::too_many(MAX_LINES)));
    }
    let lines = body.lines.iter().enumerate().map(|(n, line)| line.parsed(&format!("lines[{n}]"), currency));
    let mut vat = std::collections::BTreeMap::new();
    for (n, VatBody { regime, rate, amount: text }) in body.vat.iter().enumerate() {
        let of = |name: &str| format!("vat[{n}].{name}");
        let regime = known(&of("regime"), regime, Regime::VARIANTS, Into::into)?;
        let rate = parsed(&of("rate"), rate, |_| words::not_a_vat_rate())?;
        if vat.insert((regime, rate), amount(&of("amount"), text, currency)?).is_some() {
            return Err(Refusal::new(format!("vat[{n}]"), texts::Code::GivenTwice));
        }
    }
    Ok(OwnDocument {
        number: number("number", &body.number)?,
        date: day("date", &body.date)?,
        lines: lines.collect::<Result<_, _>>()?,
        vat,
        recorded_at,
        account,
    })
}

impl LineBody {
    fn parsed(&self, field: &str, currency: Currency) -> Result<Line, Refusal> {
        let key = super::key(field, &self.month, &self.kind, &self.model)?;
        Ok(Line { key, amount: amount(&format!("{field}.amount"), &self.amount, currency)? })
    }
}

/// Reads the number and the date of a cancellation.
pub(crate) fn cancellation(text: &str) -> Result<(OwnNumber, Day), Refusal> {
    let CancellationBody { number: text, date } = body::read(text)?;
    Ok((number("number", &text)?, day("date", &date)?))
}

/// Reads an opening item.
pub(crate) fn opening_item(text: &str, account: Account, recorded_at: Timestamp) -> Result<OpeningItem, Refusal> {
    let OpeningItemBody { number: text, date, due, gross, open } = body::read(text)?;
    let number = number("number", &text)?;
    let money =
        |field: &str, text: &str| Money::parse(text, account.currency).map_err(|error| Refusal::new(field, error));
    let amounts = (money("gross", &gross)?, money("open", &open)?);
    let days = (day("date", &date)?, day("due", &due)?);
    OpeningItem::new(account, number, days, amounts, recorded_at).map_err(|error| match error {
        OpeningItemError::Currency | OpeningItemError::Open => Refusal::new("open", words::opening_item(error)),
        OpeningItemError::Due => Refusal::new("due", words::opening_item(error)),
    })
}

/// The number of a document from elsewhere.
fn number(field: &str, text: &str) -> Result<OwnNumber, Refusal> {
    parsed(field, text, |_| words::not_an_own_number())
}
