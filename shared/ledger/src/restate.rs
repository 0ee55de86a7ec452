//! Restatement after a change of a partner's agreements (RULEBOOK §6): recomputes the lines, of past facts too, in
//! bounded steps, each safe to repeat. The index only lists the contracts; each is then read strongly consistent.

use crate::aggregates::Aggregates;
use crate::bookings::Announce;
use crate::item::{key, text};
use crate::journal::Moved;
use crate::keys::{self, RowKey};
use crate::partner_contracts::ListingRow;
use crate::passes;
use crate::recorded::{LedgerEntry, Origin, Trigger};
use crate::store::{Index, IndexKey, KeyRange, Store};
use crate::{Ledger, LedgerError};
use rules::line::LineId;
use rules::{ContractId, PartnerId};
use std::collections::BTreeMap;

/// The number of index rows in one step.
const STEP: usize = 100;

/// The result of one step of a pass.
#[derive(Debug, Default)]
pub struct Step {
    /// The key after which the next step begins; none: the pass is complete.
    pub next: Option<IndexKey>,
    /// The contracts and fees that were skipped, because an item could not be read or a sum overflowed.
    pub failed: Vec<Failure>,
    /// The sums of the partner's entries that the pass's trigger caused, in this pass or an earlier one, in the contracts and
    /// fees of this step.
    pub moved: Moved,
    /// True: newer agreements have a pass of their own, and this one did nothing.
    pub superseded: bool,
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
            LineId::Annuity { annuity, .. } => self.adjust(annuity.contract_id.clone(), origin).await.map(drop),
            LineId::EntryFee { partner_id, .. } => self.adjust_entry_fees(partner_id, origin).await.map(drop),
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
            return Ok(Step { superseded: true, ..Step::default() });
        }
        let mut step = Step::default();
        if after.is_none() {
            let fees = self.adjust_entry_fees(partner_id, origin).await;
            if let Some(fees) = step.note(None, fees)? {
                step.count(&fees, partner_id, origin.because)?;
            }
        }
        let (from, to) = keys::INDEX_WHOLE;
        let (gpk, from, to) = (keys::partner_partition(partner_id), from.to_owned(), to.to_owned());
        let page = self.store.index(KeyRange { index: Index::ByPartner, gpk, from, to, after, limit: STEP }).await?;
        let last = page.items.last().map(|item| IndexKey { gsk: text(item, "gsk").to_owned(), key: key(item) });
        let listed = page.items.iter().filter_map(|item| ListingRow::of(RowKey::parse(&key(item))?));
        let mut contracts: BTreeMap<ContractId, Vec<RowKey>> = BTreeMap::new();
        for ListingRow { contract_id, row } in listed {
            contracts.entry(contract_id).or_default().push(row);
        }
        for (contract_id, rows) in contracts {
            let adjusted = self.adjust_in(Some(partner_id), contract_id.clone(), origin).await;
            let Some(adjusted) = step.note(Some(contract_id), adjusted)? else { continue };
            // Several rows may list a contract, in several steps.
            if rows.iter().any(|row| adjusted.is_last_listing(row, partner_id)) {
                step.count(&adjusted, partner_id, origin.because)?;
            }
        }
        step.next = last.filter(|_| page.more);
        Ok(step)
    }
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// Recomputes all of a partner's entry fees and annuities; gives what the trigger moved, or none if newer agreements
    /// superseded it. The first failure ends it.
    pub async fn restate_all(
        &self,
        partner_id: &PartnerId,
        version: Option<u64>,
        origin: Origin<'_>,
    ) -> Result<Option<Moved>, LedgerError> {
        let (mut after, mut moved) = (None, Moved::new());
        loop {
            let step = self.restate(partner_id, version, after, origin).await?;
            if step.superseded {
                return Ok(None);
            }
            if let Some(Failure { error, .. }) = step.failed.into_iter().next() {
                return Err(error);
            }
            passes::add(&mut moved, step.moved)
                .map_err(|source| LedgerError::Overflow { what: keys::partner_partition(partner_id), source })?;
            after = step.next;
            if after.is_none() {
                return Ok(Some(moved));
            }
        }
    }
}

impl Step {
    /// Notes a failure of one contract or of the fees; any other failure ends the step.
    fn note<T>(
        &mut self,
        contract_id: Option<ContractId>,
        adjusted: Result<T, LedgerError>,
    ) -> Result<Option<T>, LedgerError> {
        match adjusted {
            Err(error) if error.is_contained() => {
                self.failed.push(Failure { contract_id, error });
                Ok(None)
            }
            other => other.map(Some),
        }
    }

    /// Counts the entries of a partner that a trigger caused.
    fn count(&mut self, aggregates: &Aggregates, partner: &PartnerId, because: &Trigger) -> Result<(), LedgerError> {
        for LedgerEntry { entry, because: own, .. } in aggregates.entries().into_values().flatten() {
            if own.as_ref() == Some(because) && entry.posting.partner_id == *partner {
                passes::count(&mut self.moved, &entry)
                    .map_err(|source| LedgerError::Overflow { what: keys::partner_partition(partner), source })?;
            }
        }
        Ok(())
    }
}
