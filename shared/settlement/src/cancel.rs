//! Cancelling (§8.5): at a close, a credit note that repeats an earlier invoice of the vendor, each sign turned.

use crate::close::{Cancel, Close};
use crate::document::{Document, DocumentKind, Parties};
use crate::number::{Number, NumberError, Series};
use crate::numbering::Numbering;
use crate::records::Records;
use rules::money::Overflow;

/// The reason why a document cannot be cancelled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CancelError {
    /// No earlier document has the number.
    #[error("{0} is no document of an earlier close: only what was issued before can be cancelled")]
    Unknown(Number),
    /// It is a credit note or a cancellation.
    #[error("{0} is no invoice: only an invoice can be cancelled; what is owed again comes with the next document")]
    NoInvoice(Number),
    /// It is cancelled, or ordered twice.
    #[error("{0} is cancelled already: a document is cancelled once")]
    Twice(Number),
    /// It is to a partner.
    #[error("{0} is in the partner's name: the partner's own credit note cancels it, recorded when it arrives")]
    ToPartner(Number),
    /// A sum needs more than 64 bits.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// A series gives no next number.
    #[error(transparent)]
    Number(#[from] NumberError),
}

/// The cancellations of a close, in the order of their numbers: by account, then by the number that they cancel.
pub fn cancellations(
    close: &Close,
    records: &Records<'_>,
    numbering: &mut Numbering,
) -> Result<Vec<Document>, CancelError> {
    let mut orders: Vec<(&Document, &Cancel)> = close
        .cancels
        .iter()
        .map(|order| Ok((cancelled(order, close, records)?, order)))
        .collect::<Result<_, CancelError>>()?;
    orders.sort_by_key(|(document, order)| (&document.account, &order.number));
    if let Some(number) = twice(&orders) {
        return Err(CancelError::Twice(number.clone()));
    }
    orders.into_iter().map(|(document, order)| cancellation(document, order, close, records, numbering)).collect()
}

fn twice<'a>(orders: &[(&'a Document, &'a Cancel)]) -> Option<&'a Number> {
    let next = orders.iter().skip(1);
    orders.iter().zip(next).find(|(one, other)| one.1.number == other.1.number).map(|(one, _)| &one.1.number)
}

/// The invoice that an order names, if it can be cancelled at this close.
fn cancelled<'a>(order: &Cancel, close: &Close, records: &Records<'a>) -> Result<&'a Document, CancelError> {
    let number = || order.number.clone();
    match &order.number {
        Number::Given(given) if *given.series() == Series::Vendor => {}
        Number::Given(_) | Number::Own(_) => return Err(CancelError::ToPartner(number())),
    }
    let mut earlier = records.earlier(&close.moment).filter(|document| document.number == order.number);
    let document = earlier.next().ok_or_else(|| CancelError::Unknown(number()))?;
    if !document.kind.is_invoice() {
        return Err(CancelError::NoInvoice(number()));
    }
    let is_cancelled =
        records.earlier_of(&document.account, &close.moment).any(|other| other.kind.cancels() == Some(&order.number));
    if is_cancelled { Err(CancelError::Twice(number())) } else { Ok(document) }
}

/// The cancellation: lines, VAT, rate and VAT in EUR as they stand, each sign turned; in the same series, of the day of the
/// close.
fn cancellation(
    document: &Document,
    order: &Cancel,
    close: &Close,
    records: &Records<'_>,
    numbering: &mut Numbering,
) -> Result<Document, CancelError> {
    let moment = &close.moment;
    let partner = records.partner_on(&document.account.partner_id, moment.day(), moment);
    // The number last, so that nothing that fails leaves a hole.
    let amounts = document.amounts.turned()?;
    Ok(Document {
        account: document.account.clone(),
        close: *moment,
        made_at: moment.at(),
        number: numbering.give(&Series::Vendor, moment.day())?,
        kind: DocumentKind::Cancellation { of: document.number.clone(), reason: order.reason.clone() },
        date: moment.day(),
        due: None,
        parties: Parties { vendor: records.vendor_on(moment.day(), moment).cloned(), partner: partner.cloned() },
        amounts,
    })
}
