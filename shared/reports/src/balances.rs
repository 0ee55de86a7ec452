//! Balances: the amounts due from everything ever booked (RULEBOOK §4).

use rules::Totals;
use rules::balance::Balances;
use rules::money::Overflow;

/// The balances that totals add up to, by currency.
pub fn of_totals<'a>(all: impl IntoIterator<Item = &'a Totals>) -> Result<Balances, Overflow> {
    let mut balances = Balances::default();
    for (group, total) in all.into_iter().flat_map(|totals| &totals.0) {
        let due = total.due(group.kind);
        let balance = balances.0.entry(group.currency).or_default();
        balance.due_to_partner = balance.due_to_partner.plus(due.due_to_partner)?;
        balance.due_from_partner = balance.due_from_partner.plus(due.due_from_partner)?;
    }
    Ok(balances)
}
