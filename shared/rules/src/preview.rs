//! Preview (§9): the entries that a change of agreements or of facts would append, before it is made.

use crate::entry::entries_due;
use crate::fold::by_id;
use crate::line::{LineId, entry_fee_line};
use crate::money::Overflow;
use crate::sorted::Sorted;
use crate::{Agreements, Contract, Entry, Line, Minor, Partner, PartnerId, PostingKey};
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

// `inline`: whoever previews is compiled for size, this crate for speed.

/// The lines of a contract that would change, if it and the partner of its sale were like this. `partner`: none if no sale is
/// effective. `recorded` are the entries of each line now.
#[inline]
pub fn of_contract(
    contract: &Contract,
    partner: Option<&Partner>,
    recorded: &BTreeMap<LineId, Vec<Entry>>,
) -> Result<Vec<Change>, Overflow> {
    let terms = contract.terms().into_iter();
    let lines = partner.map(|partner| terms.flat_map(|term| contract.lines(term, partner)).collect());
    changes(lines.unwrap_or_default(), recorded)
}

/// The entry fees of a partner that would change, if it had these agreements.
#[inline]
pub fn of_entry_fees(
    partner_id: &PartnerId,
    agreements: &Agreements,
    recorded: &BTreeMap<LineId, Vec<Entry>>,
) -> Result<Vec<Change>, Overflow> {
    changes(agreements.iter().filter_map(|agreement| entry_fee_line(partner_id, agreement)).collect(), recorded)
}

#[inline]
fn changes(lines: Vec<Line>, recorded: &BTreeMap<LineId, Vec<Entry>>) -> Result<Vec<Change>, Overflow> {
    let mut lines = by_id(lines);
    let ids: BTreeSet<LineId> = recorded.keys().chain(lines.keys()).cloned().to_set();
    let changes = ids.into_iter().filter_map(|id| {
        let after = lines.remove(&id);
        let entries: Vec<&Entry> = recorded.get(&id).into_iter().flatten().collect();
        change(id, after, &entries).transpose()
    });
    changes.collect()
}

#[inline]
fn change(id: LineId, after: Option<Line>, recorded: &[&Entry]) -> Result<Option<Change>, Overflow> {
    let entries = entries_due(after.as_ref(), recorded)?;
    if entries.is_empty() {
        return Ok(None);
    }
    Ok(Some(Change { id, before: booked(recorded)?, after, entries }))
}

/// The sum of the recorded entries of a line, under the posting key that was not reversed.
#[inline]
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
