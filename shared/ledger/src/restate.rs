//! Restatement after a change of a partner's agreements (RULEBOOK §6): recomputes the lines, of past facts too, in
//! bounded steps, each safe to repeat. The index only lists the contracts; each is then read strongly consistent.

use crate::aggregates::Aggregates;
use crate::bookings::Announce;
use crate::item::{key, text};
use crate::journal::{ActId, Moved};
use crate::keys::{self, RowKey};
use crate::partner_contracts::ListingRow;
use crate::passes;
use crate::recorded::{LedgerEntry, Origin, Trigger};
use crate::shown::shown_by;
use crate::store::{Index, IndexKey, KeyRange, Store};
use crate::{Ledger, LedgerError};
use jiff::Timestamp;
use rules::line::LineId;
use rules::sorted::Sorted;
use rules::{ContractId, PartnerId};
use std::collections::{BTreeMap, BTreeSet};

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
    /// True: passes of a choice booked entries of the partner in contracts that do not show this choice, and the pass is one of
    /// them, or of a registration made before. So the choice's amounts and the registration's cannot be told apart.
    pub mixed: bool,
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
        let mut registered_at = None;
        if version.is_some() {
            let record = self.partner_record(partner_id).await?;
            if version < Some(record.agreements_version) {
                return Ok(Step { superseded: true, ..Step::default() });
            }
            registered_at = record.registered_at;
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
            let Some(adjusted) = step.note(Some(contract_id.clone()), adjusted)? else { continue };
            step.mixed |= is_mixed(&contract_id, &adjusted, partner_id, (origin.because, registered_at));
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

/// Finds an entry of a partner that a choice's passes booked in a contract that does not show this choice: by this choice, or
/// since this registration.
fn is_mixed(
    contract_id: &ContractId,
    contract: &Aggregates,
    partner: &PartnerId,
    (because, registered_at): (&Trigger, Option<Timestamp>),
) -> bool {
    let is_concerned = |recorded: &LedgerEntry| match because {
        Trigger::Choice(..) => recorded.because.as_ref() == Some(because),
        Trigger::Agreements(_) => registered_at.is_some_and(|registered| recorded.recorded_at >= registered),
        Trigger::Event(_) | Trigger::SetAside | Trigger::Audit => false,
    };
    let entries = contract.entries().into_values().flatten();
    let of_partner = entries.filter(|recorded| recorded.entry.posting.partner_id == *partner && is_concerned(recorded));
    let by_choices: BTreeSet<ActId> = of_partner
        .filter_map(|recorded| match recorded.because {
            Some(Trigger::Choice(_, act)) => act,
            Some(Trigger::Event(_) | Trigger::Agreements(_) | Trigger::SetAside | Trigger::Audit) | None => None,
        })
        .to_set();
    // Few contracts have such an entry.
    !by_choices.is_empty() && {
        let own = shown_by(contract_id, contract).into_iter().map(|shown| shown.act).to_set();
        !by_choices.is_subset(&own)
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
