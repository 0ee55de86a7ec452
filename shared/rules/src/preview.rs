//! Preview (§9): the entries that a change of agreements or of facts would append, before it is made.

use crate::entry::entries_due;
use crate::fold::{by_id, fold_contracts};
use crate::line::LineId;
use crate::money::Overflow;
use crate::{Agreements, Contract, ContractId, Entry, Line, Minor, PartnerId, PostingKey};
use std::collections::{BTreeMap, BTreeSet};

/// The amounts that the entries of a line add up to under one posting key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booked {
    /// The posting key.
    pub posting: PostingKey,
    /// The partner's part, in minor units.
    pub amount: Minor,
    /// The vendor's part, in minor units.
    pub vendor_share: Minor,
}

/// A line to which entries would be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The line.
    pub id: LineId,
    /// The line now; none: nothing was booked on it, or all of it was reversed.
    pub before: Option<Booked>,
    /// The line then; none: it would not be owed.
    pub after: Option<Line>,
    /// The entries that would be appended; at least one.
    pub entries: Vec<Entry>,
}

/// The lines that would change, each with its entries or with the error of their sum. Contracts and agreements are those after the
/// change, `recorded` are the entries of each line now. The registry has the partners concerned, one without agreements too: a
/// contract of any other partner is left out.
pub fn preview(
    mut contracts: BTreeMap<ContractId, Contract>,
    registry: &BTreeMap<PartnerId, Agreements>,
    recorded: &BTreeMap<LineId, Vec<Entry>>,
) -> BTreeMap<LineId, Result<Change, Overflow>> {
    contracts.retain(|_, contract| contract.sale().is_none_or(|sale| registry.contains_key(&sale.partner_id)));
    let mut lines = by_id(fold_contracts(&contracts, registry));
    let booked = recorded.keys().filter(|id| match id {
        LineId::Annuity { annuity, cause: _ } => contracts.contains_key(&annuity.contract_id),
        LineId::EntryFee { partner_id, agreement: _ } => registry.contains_key(partner_id),
    });
    let ids: BTreeSet<LineId> = booked.chain(lines.keys()).cloned().collect();
    let changes = ids.into_iter().filter_map(|id| {
        let after = lines.remove(&id);
        let entries: Vec<&Entry> = recorded.get(&id).into_iter().flatten().collect();
        let change = change(id.clone(), after, &entries).transpose()?;
        Some((id, change))
    });
    changes.collect()
}

fn change(id: LineId, after: Option<Line>, recorded: &[&Entry]) -> Result<Option<Change>, Overflow> {
    let entries = entries_due(after.as_ref(), recorded)?;
    if entries.is_empty() {
        return Ok(None);
    }
    Ok(Some(Change { id, before: booked(recorded)?, after, entries }))
}

/// The sum of the recorded entries of a line, under the posting key that was not reversed.
fn booked(recorded: &[&Entry]) -> Result<Option<Booked>, Overflow> {
    let mut current = None;
    for entry in recorded {
        match entry.reversal {
            None => current = Some(&entry.posting),
            Some(_) => current = current.filter(|posting| **posting != entry.posting),
        }
    }
    let Some(posting) = current else { return Ok(None) };
    let of_posting = || recorded.iter().filter(|entry| entry.posting == *posting);
    let amount = Minor::sum(of_posting().map(|entry| entry.amount))?;
    let vendor_share = Minor::sum(of_posting().map(|entry| entry.vendor_share))?;
    Ok(Some(Booked { posting: posting.clone(), amount, vendor_share }))
}
