//! The terms of payment with a partner, part of its billing identity (§8.1): mandate, series, days, label texts.

use crate::text::text_type;
use rules::Day;
use rules::label::{LabelError, is_label};
use serde::{Deserialize, Serialize};

text_type! {
    /// A name or an address as it is printed on a document: one line of 1 to 200 visible characters.
    PrintedText, LabelError, read_printed
}

fn read_printed(text: &str) -> Result<String, LabelError> {
    is_label(text).then(|| text.to_owned()).ok_or(LabelError)
}

/// A text that is no legal mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be one line of 1 to 100 visible characters, as it is to be printed")]
pub struct LegalTextError;

text_type! {
    /// A legal mention of a company as it is printed on a document: its legal form, its share capital, or its registration. One
    /// line of 1 to 100 visible characters.
    LegalText, LegalTextError, read_legal
}

fn read_legal(text: &str) -> Result<String, LegalTextError> {
    (is_label(text) && text.chars().count() <= 100).then(|| text.to_owned()).ok_or(LegalTextError)
}

/// A text that is not a series code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not a series code: 1 to 12 capital letters A-Z and digits")]
pub struct SeriesCodeError;

text_type! {
    /// The code of a partner's own series of numbers. One partner's for ever.
    SeriesCode, SeriesCodeError, read_series
}

fn read_series(text: &str) -> Result<String, SeriesCodeError> {
    let known = text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    (known && (1..=12).contains(&text.len())).then(|| text.to_owned()).ok_or(SeriesCodeError)
}

/// A number of days to pay that is out of bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 45 days: an invoice of a period is due 45 days after its date at the latest")]
pub struct PaymentDaysError;

/// The days after its date on which an invoice is due: 1 to 45.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct PaymentDays(u8);

impl Default for PaymentDays {
    fn default() -> PaymentDays {
        PaymentDays(30)
    }
}

impl TryFrom<u8> for PaymentDays {
    type Error = PaymentDaysError;
    fn try_from(days: u8) -> Result<Self, PaymentDaysError> {
        (1..=45).contains(&days).then_some(PaymentDays(days)).ok_or(PaymentDaysError)
    }
}

impl From<PaymentDays> for u8 {
    fn from(days: PaymentDays) -> u8 {
        days.0
    }
}

/// The reason why a mandate cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MandateError {
    /// It ends before it is signed.
    #[error("ends on {ended_on}, before it was signed on {signed_on}: correct one of the two days")]
    EndsBeforeItBegins {
        /// The day of signature.
        signed_on: Day,
        /// The last day.
        ended_on: Day,
    },
}

/// A mandate as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MandateInput {
    /// The day of signature.
    pub signed_on: Day,
    /// Its last day; none: it has not ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_on: Option<Day>,
    /// The days after the date of a document within which the partner may contest it; none: without limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_to_contest: Option<u16>,
}

/// A mandate for self-billing: the partner lets the vendor write its invoices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "MandateInput", into = "MandateInput")]
pub struct Mandate(MandateInput);

impl TryFrom<MandateInput> for Mandate {
    type Error = MandateError;
    fn try_from(input: MandateInput) -> Result<Self, MandateError> {
        let signed_on = input.signed_on;
        match input.ended_on {
            Some(ended_on) if ended_on < signed_on => Err(MandateError::EndsBeforeItBegins { signed_on, ended_on }),
            Some(_) | None => Ok(Mandate(input)),
        }
    }
}

impl From<Mandate> for MandateInput {
    fn from(mandate: Mandate) -> MandateInput {
        mandate.0
    }
}

impl Mandate {
    /// The mandate is there on a day: signed by then and not ended, its last day included.
    pub fn covers(&self, day: Day) -> bool {
        self.0.signed_on <= day && self.0.ended_on.is_none_or(|last| day <= last)
    }

    /// The days within which the partner may contest a document; none: without limit.
    pub fn days_to_contest(&self) -> Option<u16> {
        self.0.days_to_contest
    }
}
