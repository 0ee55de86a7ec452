//! The outcome of a transfer (§8.7): once executed or rejected, and once executed once returned. Executed is a payment, and what was
//! set off another; returned takes back the first; rejected frees the partner.

use crate::batch::{BatchId, Fate, RecordedFate, State, Transfer, TransferId};
use crate::forms::FateForm;
use crate::keys::{self, ItemKey};
use crate::partner::{PartnerBooks, signed};
use crate::{Paying, PayingError};
use closing::acts::act;
use closing::item;
use closing::table::{ATTEMPTS, contended};
use ledger::item::key;
use ledger::journal::{Occasion, SettlementStep};
use ledger::store::{Item, Write};
use ledger::{LedgerError, Store};
use payments::{AccountKey, Amount, Event, Payment, PaymentId, PaymentKind, Sum};
use rules::money::Minor;
use rules::{Currency, Day};
use settlement::Direction;

/// The outcome of recording a fate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is recorded.
    Recorded,
    /// The same was recorded before.
    Already,
    /// The transfer has another fate, which stays.
    Other(Box<RecordedFate>),
}

/// Reads the item of a fate.
pub(crate) fn read_fate(item: &Item) -> Result<RecordedFate, PayingError> {
    Ok(item::read::<FateForm>(item)?.read().ok_or_else(|| item::unknown(key(item)))?)
}

/// The payment that a transfer is, the set-off that goes with it, and the payment that takes it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    Transfer,
    SetOff,
    Return,
}

/// The id of a payment of a transfer; an error if it has none, which cannot be.
pub(crate) fn payment_id(id: &TransferId, of: Of) -> Result<PaymentId, PayingError> {
    let text = match of {
        Of::Transfer => format!("transfer/{id}"),
        Of::SetOff => format!("transfer/{id}/set-off"),
        Of::Return => format!("transfer/{id}/return"),
    };
    text.parse().map_err(|_| damaged(&id.batch, "its id makes no id of a payment"))
}

fn damaged(batch: &BatchId, why: &'static str) -> PayingError {
    LedgerError::Damaged { key: keys::batch_partition(batch), why }.into()
}

/// A payment of a transfer; none: of nothing.
fn payment(
    (id, of): (&TransferId, Of),
    kind: PaymentKind,
    amount: Minor,
    value_day: Day,
) -> Result<Option<Payment>, PayingError> {
    let Ok(amount) = Amount::try_from(amount) else { return Ok(None) };
    let unwritable = || damaged(&id.batch, "a transfer makes no payment");
    let sum = Sum::new(amount, Currency::EUR, None).map_err(|_| unwritable())?;
    let reference = id.to_string().parse().map_err(|_| unwritable())?;
    Ok(Some(Payment { id: payment_id(id, of)?, kind, sum, value_day, reference }))
}

/// The payments that a fate makes.
pub(crate) fn payments_of(
    id: &TransferId,
    transfer: &Transfer,
    fate: &Fate,
    of: &PartnerBooks,
) -> Result<Vec<Payment>, PayingError> {
    let out = payment_id(id, Of::Transfer)?;
    Ok(match fate {
        Fate::Executed { on } => {
            let paid = payment((id, Of::Transfer), PaymentKind::Out { names: None }, transfer.amount, *on)?;
            let set_off = payment((id, Of::SetOff), PaymentKind::SetOff, transfer.set_off, *on)?;
            paid.into_iter().chain(set_off).collect()
        }
        Fate::Rejected { reason: _ } => Vec::new(),
        Fate::Returned { on, reason: _ } => {
            // A part of it may have been taken back by hand before.
            let account = AccountKey { currency: Currency::EUR, direction: Direction::ToPartner };
            let is_it = |credit: &&payments::book::Credit| matches!(credit.source(), payments::book::Source::Payment(id) if *id == out);
            let book = of.books.book(account);
            let credit = book.and_then(|book| book.credits().find(is_it));
            let left = credit.map_or(Minor::ZERO, payments::book::Credit::left);
            payment((id, Of::Return), PaymentKind::TakesBack { payment: out }, left, *on)?.into_iter().collect()
        }
    })
}

impl<S: Store> Paying<S> {
    /// Records the fate of a transfer that was sent; repeated, it changes nothing. The fate, its payments, the freed partner and the act
    /// are one transaction.
    pub async fn record_fate(&self, id: &TransferId, fate: &Fate, occasion: &Occasion) -> Result<Outcome, PayingError> {
        let by = signed(occasion)?;
        let new = RecordedFate { fate: fate.clone(), by: by.clone() };
        for attempt in 0..ATTEMPTS {
            let transfer = self.sent_transfer(id).await?;
            let known = self.fates_of(id).await?;
            let (place, step) = match (fate, known) {
                (Fate::Executed { .. } | Fate::Rejected { .. }, (None, _)) => {
                    (keys::fate(id), SettlementStep::TransferFate)
                }
                (Fate::Returned { .. }, (Some(RecordedFate { fate: Fate::Executed { .. }, .. }), None)) => {
                    (keys::returned(id), SettlementStep::TransferReturned)
                }
                (Fate::Returned { .. }, (_, None)) => return Err(PayingError::NotExecuted(id.clone())),
                (Fate::Executed { .. } | Fate::Rejected { .. }, (Some(known), _))
                | (Fate::Returned { .. }, (_, Some(known))) => {
                    let is_same = known.fate == *fate;
                    return Ok(if is_same { Outcome::Already } else { Outcome::Other(Box::new(known)) });
                }
            };
            let mut of = self.partner(&transfer.partner_id).await?;
            let payments = payments_of(id, &transfer, fate, &of)?;
            for payment in &payments {
                of.books.record(&Event::Payment(payment.clone()))?;
            }
            let under_way = of.under_way.clone().filter(|under_way| under_way != id);
            let mut writes = of.writes(&payments, &by, under_way.as_ref())?;
            writes.push(Write::Insert(item::once(&place, &FateForm::from(&new), None)?));
            writes.extend(act(occasion, step, Some(&transfer.partner_id), &[id])?);
            if self.closing.applied(writes, attempt).await? {
                return Ok(Outcome::Recorded);
            }
        }
        Err(contended(keys::batch_partition(&id.batch)).into())
    }

    /// A transfer whose batch was sent.
    async fn sent_transfer(&self, id: &TransferId) -> Result<Transfer, PayingError> {
        let stored = self.stored_batch(&id.batch).await?;
        let refused = |is, needed| Err(PayingError::State { id: id.batch.clone(), is, needed });
        match stored.batch.state {
            State::Sent(..) => {}
            State::Void(..) => return refused("void", "its transfers were not made: ask the bank what this one is"),
            State::Filling | State::Filled | State::Sealed(_) => return refused("not sent", "send it first"),
        }
        let item = self.closing.item(keys::transfer(id)).await?;
        Ok(item::read(&item.ok_or_else(|| PayingError::NoTransfer(id.clone()))?)?)
    }

    /// The fate of a transfer, and its return.
    pub(crate) async fn fates_of(
        &self,
        id: &TransferId,
    ) -> Result<(Option<RecordedFate>, Option<RecordedFate>), PayingError> {
        let (mut fate, mut returned) = (None, None);
        for item in self.closing.items(vec![keys::fate(id), keys::returned(id)]).await? {
            match ItemKey::parse(&key(&item)) {
                Some(ItemKey::Returned(_)) => returned = Some(read_fate(&item)?),
                Some(_) | None => fate = Some(read_fate(&item)?),
            }
        }
        Ok((fate, returned))
    }
}
