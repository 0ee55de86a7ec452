//! Previews (RULEBOOK §9): the entries that a registration, or a change of a contract's claims and choices, and the passes that
//! follow it would append. Writes nothing.
//!
//! The sales of each partner concerned are ranked first, then each contract is decided under these ranks.

use crate::aggregates::Aggregates;
use crate::bookings::Announce;
use crate::journal::Moved;
use crate::store::Store;
use crate::{Ledger, LedgerError, keys, passes};
use rules::line::LineId;
use rules::money::Overflow;
use rules::preview::{Change, of_contract, of_entry_fees};
use rules::sorted::Sorted;
use rules::{Agreements, Contract, ContractId, Entry, Partner, PartnerId, Sale};
use std::collections::{BTreeMap, BTreeSet};

/// The most lines that a preview lists.
pub const MAX_LINES: usize = 20;

/// The most decimals of a currency.
const MAX_DECIMALS: u32 = 4;

/// The change to preview.
#[derive(Debug, Clone)]
pub enum Proposed {
    /// Other agreements of a partner.
    Registration { partner_id: PartnerId, agreements: Agreements },
    /// Other claims or choices of a contract.
    Contract(ChangedContract),
}

/// A contract after a change that was not made.
#[derive(Debug, Clone)]
pub struct ChangedContract {
    pub id: ContractId,
    /// The contract as it is.
    pub now: Aggregates,
    /// The contract as it would be.
    pub changed: Contract,
}

/// The entries that a change would append.
#[derive(Debug, Clone, Default)]
pub struct Previewed {
    /// The number of lines to which entries would be appended.
    pub lines: usize,
    /// The number of these entries.
    pub entries: usize,
    /// The sums of these entries by partner and month.
    pub sums: Moved,
    /// The lines with the largest changes, the largest first; at most [`MAX_LINES`].
    pub largest: Vec<Change>,
    /// The keys of what could not be read or added up, and is left out.
    pub unreadable: BTreeSet<String>,
}

/// The partners concerned, with the agreements that they would have and the ranks of their sales.
pub(crate) type Ranks = BTreeMap<PartnerId, Partner>;

/// Ranks the effective sale of a contract, if its partner is concerned.
pub(crate) fn rank(ranks: &mut Ranks, sale: Option<&Sale>) {
    if let Some((partner, sale)) = sale.and_then(|sale| Some((ranks.get_mut(&sale.partner_id)?, sale))) {
        partner.add(sale);
    }
}

/// The changes of a contract; none if its sale is of a partner who is not concerned.
pub(crate) fn changes_of(ranks: &Ranks, contract: &Contract, now: &Aggregates) -> Result<Vec<Change>, Overflow> {
    let partner = match contract.sale() {
        Some(sale) => match ranks.get(&sale.partner_id) {
            Some(partner) => Some(partner),
            None => return Ok(Vec::new()),
        },
        None => None,
    };
    of_contract(contract, partner, &recorded(now))
}

/// The entries of each line now.
pub(crate) fn recorded(now: &Aggregates) -> BTreeMap<LineId, Vec<Entry>> {
    let entries = now.entries().into_iter();
    entries.map(|(id, entries)| (id, entries.into_iter().map(|recorded| recorded.entry).collect())).to_map()
}

/// The size of a change, comparable across currencies by the number alone.
pub(crate) fn size(change: &Change) -> u64 {
    let size = |entry: &Entry| {
        let minor = entry.amount.0.unsigned_abs().max(entry.vendor_share.0.unsigned_abs());
        minor.saturating_mul(10_u64.pow(MAX_DECIMALS.saturating_sub(entry.posting.currency.decimals())))
    };
    change.entries.iter().map(size).max().unwrap_or_default()
}

/// The largest, the largest first; those of one size in the order added.
pub(crate) fn keep_largest<T>(largest: &mut Vec<(u64, T)>, size: u64, one: T) {
    let at = largest.partition_point(|(other, _)| *other >= size);
    largest.insert(at, (size, one));
    largest.truncate(MAX_LINES);
}

/// The findings of a preview so far. `T` names a line: itself, or the partition that it is in.
#[derive(Debug)]
pub(crate) struct Found<T> {
    pub(crate) lines: usize,
    pub(crate) entries: usize,
    pub(crate) sums: Moved,
    pub(crate) largest: Vec<(u64, T)>,
    pub(crate) unreadable: BTreeSet<String>,
}

impl<T> Default for Found<T> {
    fn default() -> Found<T> {
        let (sums, largest, unreadable) = (Moved::new(), Vec::new(), BTreeSet::new());
        Found { lines: 0, entries: 0, sums, largest, unreadable }
    }
}

impl<T> Found<T> {
    /// The value read; none, and its key is noted, if it is damaged or of a later release. Any other error ends the preview.
    pub(crate) fn pass_over<R>(&mut self, read: Result<R, LedgerError>) -> Result<Option<R>, LedgerError> {
        match read.map_err(LedgerError::contained) {
            Ok(read) => Ok(Some(read)),
            Err(Ok(key)) => {
                self.unreadable.insert(key);
                Ok(None)
            }
            Err(Err(error)) => Err(error),
        }
    }

    /// Adds the changes in a partition. One with a line that cannot be added up is left out as a whole, as a pass leaves it
    /// out.
    pub(crate) fn add(
        &mut self,
        partition: &str,
        changes: Result<Vec<Change>, Overflow>,
        named: impl Fn(&Change) -> T,
    ) -> Result<(), LedgerError> {
        let overflow = |source| LedgerError::Overflow { what: partition.to_owned(), source };
        let Some(changes) = self.pass_over(changes.map_err(overflow))? else { return Ok(()) };
        for change in &changes {
            self.lines += 1;
            self.entries += change.entries.len();
            for entry in &change.entries {
                passes::count(&mut self.sums, entry).map_err(overflow)?;
            }
            keep_largest(&mut self.largest, size(change), named(change));
        }
        Ok(())
    }
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// The entries that a change would append. `None`: the partners concerned have more than `most` contracts.
    pub async fn preview(&self, proposed: &Proposed, most: usize) -> Result<Option<Previewed>, LedgerError> {
        let mut found = Found::default();
        let mut ranks = self.partners_concerned(proposed, &mut found).await?;
        let changed = proposed.changed();
        let mut contracts: BTreeMap<ContractId, Aggregates> = BTreeMap::new();
        for partner_id in ranks.keys() {
            let Some(listed) = self.contracts_of(partner_id, most).await? else { return Ok(None) };
            let others = listed.into_iter().filter(|(id, _)| changed.is_none_or(|changed| changed.id != *id));
            for (id, aggregates) in others {
                if let Some(aggregates) = found.pass_over(aggregates)? {
                    contracts.insert(id, aggregates);
                }
            }
            if contracts.len() > most {
                return Ok(None);
            }
        }
        rank(&mut ranks, changed.and_then(|changed| changed.changed.sale()));
        for aggregates in contracts.values() {
            rank(&mut ranks, aggregates.contract().sale());
        }
        for (id, aggregates) in &contracts {
            let moved = changes_of(&ranks, &aggregates.contract(), aggregates);
            found.add(&keys::contract_partition(id), moved, Change::clone)?;
        }
        self.preview_apart(changed, &ranks, &mut found, Change::clone).await?;
        let Found { lines, entries, sums, largest, unreadable } = found;
        let largest = largest.into_iter().map(|(_, change)| change).collect();
        Ok(Some(Previewed { lines, entries, sums, largest, unreadable }))
    }

    /// The partners concerned, without their sales; one that cannot be read is left out.
    pub(crate) async fn partners_concerned<T>(
        &self,
        proposed: &Proposed,
        found: &mut Found<T>,
    ) -> Result<Ranks, LedgerError> {
        let mut ranks = Ranks::new();
        match proposed {
            Proposed::Registration { partner_id, agreements } => {
                ranks.insert(partner_id.clone(), under(agreements));
            }
            Proposed::Contract(contract) => {
                let claims = contract.now.contract();
                let sales = claims.sale_claims().chain(contract.changed.sale_claims());
                let partners: BTreeSet<&PartnerId> = sales.map(|sale| &sale.partner_id).to_set();
                for partner_id in partners {
                    let record = self.partner_record(partner_id).await;
                    let known = record.and_then(|record| record.known().map(|partner| under(&partner.agreements)));
                    if let Some(partner) = found.pass_over(known)? {
                        ranks.insert(partner_id.clone(), partner);
                    }
                }
            }
        }
        Ok(ranks)
    }

    /// Adds the changes of what no list of contracts has: the changed contract, and entry fees.
    pub(crate) async fn preview_apart<T>(
        &self,
        changed: Option<&ChangedContract>,
        ranks: &Ranks,
        found: &mut Found<T>,
        named: impl Fn(&Change) -> T,
    ) -> Result<(), LedgerError> {
        if let Some(ChangedContract { id, now, changed }) = changed {
            found.add(&keys::contract_partition(id), changes_of(ranks, changed, now), &named)?;
        }
        for (partner_id, partner) in ranks {
            let partition = keys::fees_partition(partner_id);
            let fees = self.aggregates(partition.clone()).await.and_then(Aggregates::whole);
            if let Some(fees) = found.pass_over(fees)? {
                let moved = of_entry_fees(partner_id, &partner.agreements, &recorded(&fees));
                found.add(&partition, moved, &named)?;
            }
        }
        Ok(())
    }
}

impl Proposed {
    /// The contract with other claims or choices.
    pub(crate) fn changed(&self) -> Option<&ChangedContract> {
        match self {
            Proposed::Registration { .. } => None,
            Proposed::Contract(contract) => Some(contract),
        }
    }
}

fn under(agreements: &Agreements) -> Partner {
    Partner { agreements: agreements.clone(), ..Partner::default() }
}
