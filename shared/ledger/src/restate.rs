//! Restatement after a change of a partner's agreements (RULEBOOK §6): recomputes the lines, of past facts too, in
//! bounded steps, each safe to repeat. The index only lists the contracts; each is then read strongly consistent.

use crate::bookings::Announce;
use crate::item::{key, text};
use crate::keys::{self, RowKey};
use crate::partner_contracts::ListingRow;
use crate::recorded::Origin;
use crate::store::{Index, IndexKey, KeyRange, Store};
use crate::{Ledger, LedgerError};
use rules::line::LineId;
use rules::{ContractId, PartnerId};
use std::collections::BTreeSet;

/// The number of index rows in one step.
const STEP: usize = 100;

/// The result of one step of a pass.
#[derive(Debug, Default)]
pub struct Step {
    /// The key after which the next step begins; none: the pass is complete.
    pub next: Option<IndexKey>,
    /// The contracts and fees that were skipped, because an item could not be read or a sum overflowed.
    pub failed: Vec<Failure>,
}

/// A contract, or a partner's entry fees, that a pass could not recompute.
#[derive(Debug)]
pub struct Failure {
    /// The contract; none: the partner's entry fees.
    pub contract_id: Option<ContractId>,
    /// The cause.
    pub error: LedgerError,
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// Appends the difference due on a line, by recomputing its contract or its partner's entry fees.
    pub async fn repair(&self, line: &LineId, origin: Origin<'_>) -> Result<(), LedgerError> {
        match line {
            LineId::Annuity { annuity, .. } => self.adjust(annuity.contract_id.clone(), origin).await,
            LineId::EntryFee { partner_id, .. } => self.adjust_entry_fees(partner_id, origin).await,
        }
    }

    /// Recomputes a partner's entry fees and annuities, one step of them. `version` is that of the agreements that
    /// caused the pass; none: another cause. A step of superseded agreements does nothing, since the newer agreements
    /// have their own pass. `after` is the key at which the step before ended.
    pub async fn restate(
        &self,
        partner_id: &PartnerId,
        version: Option<u64>,
        after: Option<IndexKey>,
        origin: Origin<'_>,
    ) -> Result<Step, LedgerError> {
        if version.is_some() && version < Some(self.partner_record(partner_id).await?.agreements_version) {
            return Ok(Step::default());
        }
        let mut step = Step::default();
        if after.is_none() {
            step.note(None, self.adjust_entry_fees(partner_id, origin).await)?;
        }
        let (from, to) = keys::INDEX_WHOLE;
        let (gpk, from, to) = (keys::partner_partition(partner_id), from.to_owned(), to.to_owned());
        let page = self.store.index(KeyRange { index: Index::ByPartner, gpk, from, to, after, limit: STEP }).await?;
        let last = page.items.last().map(|item| IndexKey { gsk: text(item, "gsk").to_owned(), key: key(item) });
        let listed = page.items.iter().filter_map(|item| ListingRow::of(RowKey::parse(&key(item))?));
        let contracts: BTreeSet<ContractId> = listed.map(|listed| listed.contract_id).collect();
        for contract_id in contracts {
            let adjusted = self.adjust(contract_id.clone(), origin).await;
            step.note(Some(contract_id), adjusted)?;
        }
        step.next = last.filter(|_| page.more);
        Ok(step)
    }
}

impl Step {
    /// Notes a failure of one contract or of the fees; any other failure ends the step.
    fn note(&mut self, contract_id: Option<ContractId>, adjusted: Result<(), LedgerError>) -> Result<(), LedgerError> {
        match adjusted {
            Err(error) if error.is_contained() => {
                self.failed.push(Failure { contract_id, error });
                Ok(())
            }
            other => other,
        }
    }
}
