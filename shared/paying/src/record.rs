//! Payments by hand (§8.6): each is recorded once for ever under the id that its recorder gives.

use crate::partner::signed;
use crate::{Paying, PayingError, keys};
use closing::acts::act;
use closing::table::{ATTEMPTS, contended};
use jiff::Timestamp;
use ledger::Store;
use ledger::journal::{Occasion, SettlementStep};
use payments::{Answer, Event, Payment, PaymentId, PaymentKind, may_set_off};
use rules::PartnerId;

/// The outcome of recording a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is recorded.
    Recorded,
    /// The same was recorded before: no effect.
    Already,
    /// Another payment of the partner has this id for ever.
    Other {
        /// The payment that has it.
        known: Box<Payment>,
    },
}

/// Ids that begin so are of the payments that transfers and files of banks make.
pub(crate) const GIVEN: [&str; 2] = ["transfer/", "bank/"];

pub(crate) fn is_given(id: &PaymentId) -> bool {
    GIVEN.iter().any(|prefix| id.as_str().starts_with(prefix))
}

impl<S: Store> Paying<S> {
    /// Records a payment of a partner by hand; repeated, it changes nothing. While a transfer to the partner is under way, neither
    /// money to it nor a set-off is recorded. The payment, its place and its act are one transaction.
    pub async fn record(
        &self,
        partner: &PartnerId,
        payment: &Payment,
        occasion: &Occasion,
    ) -> Result<Outcome, PayingError> {
        let by = signed(occasion)?;
        for attempt in 0..ATTEMPTS {
            let mut of = self.partner(partner).await?;
            match of.books.payment(&payment.id) {
                Some(known) if known == payment => return Ok(Outcome::Already),
                Some(known) => return Ok(Outcome::Other { known: Box::new(known.clone()) }),
                None if is_given(&payment.id) => return Err(PayingError::GivenId),
                None => {}
            }
            match (&payment.kind, &of.under_way) {
                (PaymentKind::Out { .. } | PaymentKind::SetOff, Some(transfer)) => {
                    return Err(PayingError::UnderWay(transfer.clone()));
                }
                (PaymentKind::SetOff, None) => self.check_set_off(&of.books, partner, payment, occasion.at).await?,
                (
                    PaymentKind::Out { .. }
                    | PaymentKind::In { .. }
                    | PaymentKind::WriteOff { .. }
                    | PaymentKind::TakesBack { .. }
                    | PaymentKind::PaysSurplusBack { .. },
                    _,
                ) => {}
            }
            match of.books.record(&Event::Payment(payment.clone()))? {
                Answer::Taken => {}
                Answer::NoEffect => return Ok(Outcome::Already),
            }
            let mut writes = of.writes(std::slice::from_ref(payment), &by, of.under_way.as_ref())?;
            writes.extend(act(occasion, SettlementStep::Payment, Some(partner), &[&payment.id])?);
            if self.closing.applied(writes, attempt).await? {
                return Ok(Outcome::Recorded);
            }
        }
        Err(contended(keys::payments(partner)).into())
    }

    /// Set-off is of what is due on its value day and not contested, and is agreed on that day.
    async fn check_set_off(
        &self,
        books: &payments::Books,
        partner: &PartnerId,
        payment: &Payment,
        now: Timestamp,
    ) -> Result<(), PayingError> {
        let versions = self.closing.billing(partner).await?;
        let amount = (payment.sum.amount(), payment.sum.currency());
        let on = payment.value_day;
        Ok(may_set_off(books, amount, on, versions.holds_on(on, now))?)
    }
}
