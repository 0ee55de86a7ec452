//! A payment as stored.

use crate::batch::Signed;
use crate::stored_payment::StoredPayment;
use payments::{Amount, Payment, PaymentId, PaymentKind, Sum};
use rules::money::Minor;
use rules::{Currency, Day};
use serde::{Deserialize, Serialize};
use settlement::Direction;
use settlement::document::Named;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum KindForm {
    Out(Option<Named>),
    In(Option<Named>),
    SetOff,
    WriteOff(Direction, Option<Named>),
    TakesBack(String),
    PaysSurplusBack(Direction),
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PaymentForm {
    n: u32,
    #[serde(rename = "se", default, skip_serializing_if = "Vec::is_empty")]
    seen: Vec<String>,
    #[serde(rename = "ki")]
    kind: KindForm,
    #[serde(rename = "am")]
    amount: Minor,
    #[serde(rename = "cu")]
    currency: Currency,
    #[serde(rename = "eu", default, skip_serializing_if = "Option::is_none")]
    eur: Option<Minor>,
    #[serde(rename = "vd")]
    value_day: Day,
    #[serde(rename = "rf")]
    reference: String,
    #[serde(flatten)]
    by: Signed,
}

impl From<&StoredPayment> for PaymentForm {
    fn from(StoredPayment { n, seen, payment, by }: &StoredPayment) -> PaymentForm {
        let Payment { id: _, kind, sum, value_day, reference } = payment;
        let kind = match kind.clone() {
            PaymentKind::Out { names } => KindForm::Out(names),
            PaymentKind::In { names } => KindForm::In(names),
            PaymentKind::SetOff => KindForm::SetOff,
            PaymentKind::WriteOff { direction, names } => KindForm::WriteOff(direction, names),
            PaymentKind::TakesBack { payment } => KindForm::TakesBack(payment.to_string()),
            PaymentKind::PaysSurplusBack { direction } => KindForm::PaysSurplusBack(direction),
        };
        PaymentForm {
            n: *n,
            seen: seen.clone(),
            kind,
            amount: sum.amount().minor(),
            currency: sum.currency(),
            eur: (sum.currency() != Currency::EUR).then(|| sum.eur().minor()),
            value_day: *value_day,
            reference: reference.to_string(),
            by: by.clone(),
        }
    }
}

impl PaymentForm {
    /// The payment with an id; none: this release does not know it so.
    pub(crate) fn read(self, id: PaymentId) -> Option<StoredPayment> {
        let PaymentForm { n, seen, kind, amount, currency, eur, value_day, reference, by } = self;
        let kind = match kind {
            KindForm::Out(names) => PaymentKind::Out { names },
            KindForm::In(names) => PaymentKind::In { names },
            KindForm::SetOff => PaymentKind::SetOff,
            KindForm::WriteOff(direction, names) => PaymentKind::WriteOff { direction, names },
            KindForm::TakesBack(payment) => PaymentKind::TakesBack { payment: payment.parse().ok()? },
            KindForm::PaysSurplusBack(direction) => PaymentKind::PaysSurplusBack { direction },
        };
        let eur = match eur {
            None => None,
            Some(cents) => Some(Amount::try_from(cents).ok()?),
        };
        let sum = Sum::new(Amount::try_from(amount).ok()?, currency, eur).ok()?;
        let payment = Payment { id, kind, sum, value_day, reference: reference.parse().ok()? };
        Some(StoredPayment { n, seen, payment, by })
    }
}
