//! Previews (RULEBOOK §9): the sums of what a change would append, by partner and month, and its largest lines.

use crate::balances;
use ledger::journal::Moved;
use ledger::preview::Previewed;
use rules::balance::Balances;
use rules::money::Overflow;
use rules::preview::Change;
use rules::sorted::Sorted;
use rules::{Month, PartnerId, Totals};
use std::collections::{BTreeMap, BTreeSet};

/// The amounts that a change would move.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preview {
    /// The number of lines to which entries would be appended.
    pub lines: usize,
    /// The number of these entries.
    pub entries: usize,
    /// The number of lines on which an earlier change is still being booked; its amounts are not in this.
    pub being_booked: usize,
    /// The sums of these entries by partner and month, without those of nothing.
    pub sums: Moved,
    /// The differences of the balances by partner.
    pub balances: BTreeMap<PartnerId, Balances>,
    /// The months with such a sum before the present one.
    pub past_months: BTreeSet<Month>,
    /// The lines with the largest changes, the largest first.
    pub largest: Vec<Change>,
}

/// The balances and past months of what a preview found; `present` is the present month.
pub fn of(previewed: Previewed, present: Month) -> Result<Preview, Overflow> {
    let Previewed { lines, entries, being_booked, sums, largest, unreadable: _ } = previewed;
    let sums = sums.into_iter().map(|(of, totals)| (of, totals.that_move()));
    let sums: Moved = sums.filter(|(_, totals)| !totals.0.is_empty()).collect();
    let past_months = sums.keys().map(|of| of.month).filter(|month| *month < present).to_set();
    let mut by_partner: BTreeMap<&PartnerId, Vec<&Totals>> = BTreeMap::new();
    for (of, totals) in &sums {
        by_partner.entry(&of.partner_id).or_default().push(totals);
    }
    let balances = by_partner.into_iter().map(|(id, totals)| Ok((id.clone(), balances::of_totals(totals)?)));
    let balances = balances.collect::<Result<_, Overflow>>()?;
    Ok(Preview { lines, entries, being_booked, sums, balances, past_months, largest })
}
