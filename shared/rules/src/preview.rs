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
    /// The line before, once all that is due on it is booked; none: nothing is, or all of it is reversed.
    pub before: Option<Booked>,
    /// The line after; none: it would not be owed.
    pub after: Option<Line>,
    /// The entries that would be appended; at least one.
    pub entries: Vec<Entry>,
}

/// Lines that would change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The changes, by line.
    pub lines: Vec<Change>,
    /// The number of lines on which entries are due before the change: an earlier one is still being booked. Its amounts are
    /// not among the changes.
    pub being_booked: usize,
}

/// A contract, and the partner of its sale; none: no sale is effective.
pub type WithPartner<'a> = (&'a Contract, Option<&'a Partner>);

// `inline`: whoever previews is compiled for size, this crate for speed.

/// The lines of a contract that would change, if it and its partner became `then`. `recorded` are the entries of each line now.
#[inline]
pub fn of_contract(
    now: WithPartner<'_>,
    then: WithPartner<'_>,
    recorded: &BTreeMap<LineId, Vec<Entry>>,
) -> Result<Changes, Overflow> {
    let lines = |(contract, partner): WithPartner<'_>| -> Vec<Line> {
        let terms = contract.terms().into_iter();
        partner.map(|partner| terms.flat_map(|term| contract.lines(term, partner)).collect()).unwrap_or_default()
    };
    changes(lines(now), lines(then), recorded)
}

/// The entry fees of a partner that would change, if its agreements became `then`.
#[inline]
pub fn of_entry_fees(
    partner_id: &PartnerId,
    now: &Agreements,
    then: &Agreements,
    recorded: &BTreeMap<LineId, Vec<Entry>>,
) -> Result<Changes, Overflow> {
    let fees = |agreements: &Agreements| -> Vec<Line> {
        agreements.iter().filter_map(|agreement| entry_fee_line(partner_id, agreement)).collect()
    };
    changes(fees(now), fees(then), recorded)
}

#[inline]
fn changes(now: Vec<Line>, then: Vec<Line>, recorded: &BTreeMap<LineId, Vec<Entry>>) -> Result<Changes, Overflow> {
    let (now, mut then) = (by_id(now), by_id(then));
    let ids: BTreeSet<LineId> = recorded.keys().chain(now.keys()).chain(then.keys()).cloned().to_set();
    let mut changes = Changes::default();
    for id in ids {
        let after = then.remove(&id);
        let mut entries: Vec<&Entry> = recorded.get(&id).into_iter().flatten().collect();
        let due = entries_due(now.get(&id), &entries)?;
        changes.being_booked += usize::from(!due.is_empty());
        entries.extend(&due);
        changes.lines.extend(change(id, after, &entries)?);
    }
    Ok(changes)
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
