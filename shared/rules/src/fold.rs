//! The whole set at once: all facts in, all lines out, no storage. The oracle of the tests and of the audit.

use crate::line::{LineId, entry_fee_line};
use crate::money::Overflow;
use crate::totals::Total;
use crate::{Agreements, Contract, ContractId, Currency, Fact, Line, Minor, Partner, PartnerId, Posting};
use std::collections::BTreeMap;

/// Every line there is (§3, §6). `facts` in the order they were recorded: it decides which of two contradicting claims
/// stands, and which are one more than §2 allows and so no facts, and nothing else.
pub fn fold(facts: impl IntoIterator<Item = Fact>, registry: &BTreeMap<PartnerId, Agreements>) -> Vec<Line> {
    let mut contracts: BTreeMap<ContractId, Contract> = BTreeMap::new();
    for fact in facts {
        // One too many is no fact.
        let _ = contracts.entry(fact.contract_id().clone()).or_default().take(&fact);
    }
    fold_contracts(&contracts, registry)
}

/// The same from contracts, what was chosen of their claims included.
pub fn fold_contracts(
    contracts: &BTreeMap<ContractId, Contract>,
    registry: &BTreeMap<PartnerId, Agreements>,
) -> Vec<Line> {
    let mut partners: BTreeMap<&PartnerId, Partner> = registry
        .iter()
        .map(|(id, agreements)| (id, Partner { agreements: agreements.clone(), ..Partner::default() }))
        .collect();
    for sale in contracts.values().filter_map(Contract::sale) {
        partners.entry(&sale.partner_id).or_default().add(sale);
    }
    let entry_fees = registry
        .iter()
        .flat_map(|(id, agreements)| agreements.iter().filter_map(move |agreement| entry_fee_line(id, agreement)));
    let annuities = contracts.values().filter_map(|contract| {
        let partner = partners.get(&contract.sale()?.partner_id)?;
        Some(contract.terms().into_iter().flat_map(move |term| contract.lines(term, partner)))
    });
    let mut lines: Vec<Line> = annuities.flatten().chain(entry_fees).collect();
    lines.sort_by(|a, b| a.id.cmp(&b.id));
    lines
}

/// What is due between a partner and the vendor, in one currency (§3.5).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Balance {
    /// What the vendor owes the partner, in minor units.
    pub due_to_partner: Minor,
    /// What the partner owes the vendor, in minor units.
    pub due_from_partner: Minor,
}

/// Balances by currency; never added across currencies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Balances(pub BTreeMap<Currency, Balance>);

impl Balances {
    /// Adds what an entry or a line books (§3.5).
    pub fn book(&mut self, posting: &Posting, amount: Minor, vendor_share: Minor) -> Result<(), Overflow> {
        let due = Total { count: 1, amount, vendor_share }.due(posting.kind);
        let balance = self.0.entry(posting.currency).or_default();
        balance.due_to_partner = balance.due_to_partner.plus(due.due_to_partner)?;
        balance.due_from_partner = balance.due_from_partner.plus(due.due_from_partner)?;
        Ok(())
    }
}

/// Each partner's balances, from lines.
pub fn balances<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Result<BTreeMap<PartnerId, Balances>, Overflow> {
    let mut balances: BTreeMap<PartnerId, Balances> = BTreeMap::new();
    for line in lines {
        let of_partner = balances.entry(line.posting.partner_id.clone()).or_default();
        of_partner.book(&line.posting, line.amount(), line.vendor_share())?;
    }
    Ok(balances)
}

/// Lines by their id.
pub fn by_id(lines: Vec<Line>) -> BTreeMap<LineId, Line> {
    lines.into_iter().map(|line| (line.id.clone(), line)).collect()
}
