//! The answers to an event: taken, of no effect, or refused.

use crate::text::PaymentId;
use rules::Currency;
use rules::money::{Minor, Overflow};
use settlement::document::Named;
use settlement::number::Number;

/// The answer to an event that is not refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is recorded.
    Taken,
    /// It changes nothing: the same was recorded before, or a credit note is contested.
    NoEffect,
}

/// The reason why an event is refused. What is refused changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The id is another payment of the partner.
    #[error("{0} is another payment of this partner for ever: give this one an id of its own")]
    OtherPayment(PaymentId),
    /// The number is another document of the account.
    #[error("{0} is another document of this account: check the number")]
    OtherDocument(Named),
    /// No document of the account has the number.
    #[error("{0} is no document of this account: name one of this currency and direction, or none")]
    UnknownDocument(Named),
    /// It names a credit note.
    #[error("{0} is a credit note, which is not paid: name an invoice or an opening item, or none")]
    CreditNote(Number),
    /// No payment of the partner has the id.
    #[error("{0} is no payment of this partner: name the payment that is taken back by its id")]
    UnknownPayment(PaymentId),
    /// It takes back a negative payment.
    #[error("{0} is negative, and only a payment is taken back: record what was paid again as a payment")]
    Negative(PaymentId),
    /// It takes back a payment of another currency.
    #[error("{payment} is in {currency}, and so is what is taken back of it: say the amount in {currency}")]
    OtherCurrency {
        /// The payment that it names.
        payment: PaymentId,
        /// The currency of that payment.
        currency: Currency,
    },
    /// It takes back more than is left of a payment.
    #[error("only {} {currency} is left of {payment}: take back that or less", currency.decimal(*left))]
    MoreThanLeft {
        /// The payment that it names.
        payment: PaymentId,
        /// The currency.
        currency: Currency,
        /// The amount left of it, in minor units.
        left: Minor,
    },
    /// It pays back more than the surplus.
    #[error("the surplus is {} {currency}: pay back that or less, or name the payment that is taken back", currency.decimal(*surplus))]
    MoreThanSurplus {
        /// The currency.
        currency: Currency,
        /// The surplus of the account, in minor units.
        surplus: Minor,
    },
    /// It settles a contest that was not opened.
    #[error("{document} has no contest {number}: settle one that was opened")]
    UnknownContest {
        /// The document.
        document: Named,
        /// The contest's number.
        number: u32,
    },
    /// The amounts of the account need more than 64 bits.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}
