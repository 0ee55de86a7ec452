//! Sending a batch (§8.7): a second person says that the bank has it.

use crate::batch::{Batch, BatchId, Signed, State, WholeBatch};
use crate::partner::signed;
use crate::{Paying, PayingError, keys};
use closing::acts::{act, named};
use closing::table::{ATTEMPTS, contended};
use jiff::{SignedDuration, Timestamp};
use ledger::Store;
use ledger::journal::{Occasion, SettlementStep};
use ledger::members::MemberId;
use rules::PartnerId;
use std::collections::BTreeSet;

/// The change of an IBAN that a batch pays to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewIban {
    /// The partner.
    pub partner_id: PartnerId,
    /// The moment at which it was recorded.
    pub at: Timestamp,
    /// Whoever recorded it; none: the operator.
    pub by: Option<MemberId>,
}

impl<S: Store> Paying<S> {
    /// Notes that the bank has a sealed batch. By default a second person does, who did not seal it; and always if an IBAN in it
    /// was changed lately: then one who did not change it either. Repeated, it changes nothing.
    pub async fn send(&self, id: &BatchId, occasion: &Occasion) -> Result<Batch, PayingError> {
        let by = signed(occasion)?;
        for attempt in 0..ATTEMPTS {
            let stored = self.stored_batch(id).await?;
            let refused = |is, needed| PayingError::State { id: id.clone(), is, needed };
            let seal = match &stored.batch.state {
                State::Sealed(seal) => seal.clone(),
                State::Sent(..) => return Ok(stored.batch),
                State::Filling | State::Filled => return Err(refused("not sealed", "seal it first")),
                State::Void(..) => return Err(refused("void", "fill another batch")),
            };
            let whole = self.batch(id).await?.ok_or_else(|| PayingError::NoBatch(id.clone()))?;
            self.check_person(&whole, &seal.signed, &by).await?;
            let batch = Batch { state: State::Sent(seal, by.clone()), ..stored.batch.clone() };
            let mut writes = act(occasion, SettlementStep::BatchSent, None, &[id])?;
            writes.push(stored.replaced(&batch, None)?);
            if self.closing.applied(writes, attempt).await? {
                return Ok(batch);
            }
        }
        Err(contended(keys::batch_partition(id)).into())
    }

    async fn check_person(&self, whole: &WholeBatch, sealed: &Signed, by: &Signed) -> Result<(), PayingError> {
        let changed = self.new_ibans(whole, by.at).await?;
        let is_new_iban = !changed.is_empty();
        let changers: BTreeSet<&MemberId> = changed.iter().filter_map(|change| change.by.as_ref()).collect();
        let is_needed = self.caution.needs_second_person || is_new_iban;
        let is_first = is_needed && by.member == sealed.member;
        if is_first || changers.contains(&by.member) { Err(PayingError::SecondPerson { is_new_iban }) } else { Ok(()) }
    }

    /// The changes of IBANs of a batch's partners in the last days: a version with another IBAN than the one recorded before it. They
    /// belong on the attention list until it is sent.
    pub async fn new_ibans(&self, whole: &WholeBatch, now: Timestamp) -> Result<Vec<NewIban>, PayingError> {
        let days = i64::from(self.caution.days_after_new_iban);
        let since = now.checked_sub(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MIN);
        let mut changes = Vec::new();
        for placed in &whole.transfers {
            let partner_id = &placed.transfer.partner_id;
            let versions = self.closing.billing(partner_id).await?;
            let mut before = None;
            for (n, version) in (1_u32..).zip(&versions.0) {
                let iban = version.of.iban();
                if iban.is_some() && iban != before && version.recorded_at > since {
                    let act = named(SettlementStep::PartnerIdentity, Some(partner_id), &[&n]);
                    let by = self.closing.act(&act).await?.and_then(|act| act.occasion.by.member().cloned());
                    changes.push(NewIban { partner_id: partner_id.clone(), at: version.recorded_at, by });
                }
                before = iban;
            }
        }
        Ok(changes)
    }
}
