//! Previews (RULEBOOK §9): the sums of what a change would append, by partner and month, and its largest lines.

use crate::balances;
use ledger::journal::Moved;
use ledger::totals::PartnerMonth;
use rules::balance::Balances;
use rules::money::Overflow;
use rules::preview::Change;
use rules::{Entry, Month, PartnerId, Totals};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// The most lines that a preview lists.
pub const MAX_LINES: usize = 20;

/// The most decimals of a currency.
const MAX_DECIMALS: u32 = 4;

/// The amounts that a change would move.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preview {
    /// The number of lines to which entries would be appended.
    pub lines: usize,
    /// The number of these entries.
    pub entries: usize,
    /// The sums of these entries by partner and month, without those of nothing.
    pub sums: Moved,
    /// The differences of the balances by partner.
    pub balances: BTreeMap<PartnerId, Balances>,
    /// The months with such a sum before the present one.
    pub past_months: BTreeSet<Month>,
    /// The lines with the largest changes, the largest first.
    pub largest: Vec<Change>,
}

/// Adds up changes; `present` is the present month.
pub fn of_changes(mut changes: Vec<Change>, present: Month) -> Result<Preview, Overflow> {
    let entries = || changes.iter().flat_map(|change| &change.entries);
    let mut preview = Preview { lines: changes.len(), entries: entries().count(), ..Preview::default() };
    for Entry { posting, amount, vendor_share, .. } in entries() {
        let at = PartnerMonth { partner_id: posting.partner_id.clone(), month: posting.booked_on.into() };
        preview.sums.entry(at).or_default().book(posting, *amount, *vendor_share)?;
    }
    for totals in preview.sums.values_mut() {
        totals.0.retain(|_, total| total.amount.0 != 0 || total.vendor_share.0 != 0);
    }
    preview.sums.retain(|_, totals| !totals.0.is_empty());
    preview.past_months = preview.sums.keys().map(|of| of.month).filter(|month| *month < present).collect();
    let mut by_partner: BTreeMap<&PartnerId, Vec<&Totals>> = BTreeMap::new();
    for (of, totals) in &preview.sums {
        by_partner.entry(&of.partner_id).or_default().push(totals);
    }
    for (partner_id, totals) in by_partner {
        preview.balances.insert(partner_id.clone(), balances::of_totals(totals)?);
    }
    // The sort is stable: lines of one size stay in order.
    changes.sort_by_key(|change| Reverse(change.entries.iter().map(size).max()));
    changes.truncate(MAX_LINES);
    preview.largest = changes;
    Ok(preview)
}

/// The size of an entry, comparable across currencies by the number alone.
fn size(entry: &Entry) -> u128 {
    let minor = entry.amount.0.unsigned_abs().max(entry.vendor_share.0.unsigned_abs());
    u128::from(minor) * 10_u128.pow(MAX_DECIMALS.saturating_sub(entry.posting.currency.decimals()))
}
