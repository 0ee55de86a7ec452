//! Previews (RULEBOOK §9): the entries that a registration, or a change of a contract's claims and choices, and the passes that
//! follow it would append. Writes nothing.
//!
//! The sales of each partner concerned are ranked first, as they are and as they would be; then each contract is decided under
//! both ranks. The difference is that of the change alone, also while an earlier change is still being booked.

use crate::aggregates::Aggregates;
use crate::bookings::Announce;
use crate::journal::Moved;
use crate::store::Store;
use crate::{Ledger, LedgerError, keys, passes};
use rules::line::LineId;
use rules::money::Overflow;
use rules::preview::{Change, Changes, of_contract, of_entry_fees};
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
    /// The number of lines on which an earlier change is still being booked; its amounts are not in this.
    pub being_booked: usize,
    /// The sums of these entries by partner and month.
    pub sums: Moved,
    /// The lines with the largest changes, the largest first; at most [`MAX_LINES`].
    pub largest: Vec<Change>,
    /// The keys of what could not be read or added up, and is left out.
    pub unreadable: BTreeSet<String>,
}

/// A partner concerned: as it is, and as it would be.
#[derive(Debug, Clone)]
pub(crate) struct Concerned {
    pub(crate) now: Partner,
    pub(crate) then: Partner,
}

/// The partners concerned, each with its agreements and the ranks of its sales.
pub(crate) type Ranks = BTreeMap<PartnerId, Concerned>;

/// Ranks the effective sale of a contract that does not change, if its partner is concerned.
pub(crate) fn rank(ranks: &mut Ranks, sale: Option<&Sale>) {
    rank_changed(ranks, sale, sale);
}

/// Ranks the effective sale of a contract as it is, and as it would be.
fn rank_changed(ranks: &mut Ranks, now: Option<&Sale>, then: Option<&Sale>) {
    let mut add = |sale: Option<&Sale>, side: fn(&mut Concerned) -> &mut Partner| {
        if let Some((partner, sale)) = sale.and_then(|sale| Some((ranks.get_mut(&sale.partner_id)?, sale))) {
            side(partner).add(sale);
        }
    };
    add(now, |concerned| &mut concerned.now);
    add(then, |concerned| &mut concerned.then);
}

/// The changes of a contract that does not change itself.
pub(crate) fn changes_of(ranks: &Ranks, now: &Aggregates) -> Result<Changes, Overflow> {
    let contract = now.contract();
    changes_between(ranks, now, (&contract, &contract))
}

/// The changes of a contract; none if a sale is of a partner who is not concerned.
fn changes_between(ranks: &Ranks, now: &Aggregates, sides: (&Contract, &Contract)) -> Result<Changes, Overflow> {
    let concerned = |contract: &Contract| match contract.sale() {
        Some(sale) => ranks.get(&sale.partner_id).map(Some),
        None => Some(None),
    };
    let (Some(before), Some(after)) = (concerned(sides.0), concerned(sides.1)) else { return Ok(Changes::default()) };
    let before = (sides.0, before.map(|concerned| &concerned.now));
    of_contract(before, (sides.1, after.map(|concerned| &concerned.then)), &recorded(now))
}

impl ChangedContract {
    /// Ranks its sales.
    pub(crate) fn rank(&self, ranks: &mut Ranks) {
        rank_changed(ranks, self.now.contract().sale(), self.changed.sale());
    }

    /// Its changes.
    pub(crate) fn changes(&self, ranks: &Ranks) -> Result<Changes, Overflow> {
        changes_between(ranks, &self.now, (&self.now.contract(), &self.changed))
    }
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
    pub(crate) being_booked: usize,
    pub(crate) sums: Moved,
    pub(crate) largest: Vec<(u64, T)>,
    pub(crate) unreadable: BTreeSet<String>,
}

impl<T> Default for Found<T> {
    fn default() -> Found<T> {
        let (sums, largest, unreadable) = (Moved::new(), Vec::new(), BTreeSet::new());
        Found { lines: 0, entries: 0, being_booked: 0, sums, largest, unreadable }
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
        changes: Result<Changes, Overflow>,
        named: impl Fn(&Change) -> T,
    ) -> Result<(), LedgerError> {
        let overflow = |source| LedgerError::Overflow { what: partition.to_owned(), source };
        let Some(changes) = self.pass_over(changes.map_err(overflow))? else { return Ok(()) };
        self.being_booked += changes.being_booked;
        for change in &changes.lines {
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
        if let Some(changed) = changed {
            changed.rank(&mut ranks);
        }
        for aggregates in contracts.values() {
            rank(&mut ranks, aggregates.contract().sale());
        }
        for (id, aggregates) in &contracts {
            found.add(&keys::contract_partition(id), changes_of(&ranks, aggregates), Change::clone)?;
        }
        self.preview_apart(changed, &ranks, &mut found, Change::clone).await?;
        let Found { lines, entries, being_booked, sums, largest, unreadable } = found;
        let largest = largest.into_iter().map(|(_, change)| change).collect();
        Ok(Some(Previewed { lines, entries, being_booked, sums, largest, unreadable }))
    }

    /// The partners concerned, without their sales; one that cannot be read is left out.
    pub(crate) async fn partners_concerned<T>(
        &self,
        proposed: &Proposed,
        found: &mut Found<T>,
    ) -> Result<Ranks, LedgerError> {
        let agreements = match proposed {
            Proposed::Registration { partner_id: _, agreements } => Some(agreements),
            Proposed::Contract(_) => None,
        };
        let mut ranks = Ranks::new();
        for partner_id in proposed.partners() {
            let record = self.partner_record(&partner_id).await;
            let now = record.and_then(|record| record.known().map(|partner| partner.agreements.clone()));
            if let Some(now) = found.pass_over(now)? {
                let then = under(agreements.unwrap_or(&now));
                ranks.insert(partner_id, Concerned { now: under(&now), then });
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
        if let Some(changed) = changed {
            found.add(&keys::contract_partition(&changed.id), changed.changes(ranks), &named)?;
        }
        for (partner_id, Concerned { now, then }) in ranks {
            let partition = keys::fees_partition(partner_id);
            let fees = self.aggregates(partition.clone()).await.and_then(Aggregates::whole);
            if let Some(fees) = found.pass_over(fees)? {
                let moved = of_entry_fees(partner_id, &now.agreements, &then.agreements, &recorded(&fees));
                found.add(&partition, moved, &named)?;
            }
        }
        Ok(())
    }
}

impl Proposed {
    /// The partners concerned: the one registered, or those of every claim of the contract's sale.
    pub fn partners(&self) -> BTreeSet<PartnerId> {
        match self {
            Proposed::Registration { partner_id, agreements: _ } => std::iter::once(partner_id.clone()).to_set(),
            Proposed::Contract(contract) => {
                let claims = contract.now.contract();
                let sales = claims.sale_claims().chain(contract.changed.sale_claims());
                sales.map(|sale| sale.partner_id.clone()).to_set()
            }
        }
    }

    /// The partner to whom a changed contract's sale would belong.
    pub fn seller(&self) -> Option<&PartnerId> {
        Some(&self.changed()?.changed.sale()?.partner_id)
    }

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
