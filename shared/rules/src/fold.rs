//! The fold: all facts in, all lines out, no storage. It is the oracle of the tests and of the audit.

use crate::fact::Subject;
use crate::line::{LineId, entry_fee_line};
use crate::sorted::Sorted;
use crate::{Agreements, Contract, ContractId, Fact, Line, Partner, PartnerId};
use std::collections::BTreeMap;

/// All lines (§3, §6) of `facts`, given in the order they were recorded. The order decides only which of two
/// contradicting claims is effective, and which facts exceed the bounds of §2 and are ignored.
pub fn fold(facts: impl IntoIterator<Item = Fact>, registry: &BTreeMap<PartnerId, Agreements>) -> Vec<Line> {
    let mut contracts: BTreeMap<ContractId, Contract> = BTreeMap::new();
    for fact in facts {
        let Subject::Annuity(contract_id, _) = fact.subject();
        // A fact beyond a bound is ignored.
        let _ = contracts.entry(contract_id.clone()).or_default().take(&fact);
    }
    fold_contracts(&contracts, registry)
}

/// All lines of contracts, with the choices between their claims applied.
// `inline`: whoever folds is compiled for size, this crate for speed.
#[inline]
pub fn fold_contracts(
    contracts: &BTreeMap<ContractId, Contract>,
    registry: &BTreeMap<PartnerId, Agreements>,
) -> Vec<Line> {
    let mut partners: BTreeMap<&PartnerId, Partner> = registry
        .iter()
        .map(|(id, agreements)| (id, Partner { agreements: agreements.clone(), ..Partner::default() }))
        .to_map();
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

/// Lines by their id.
#[inline]
pub fn by_id(lines: Vec<Line>) -> BTreeMap<LineId, Line> {
    lines.into_iter().map(|line| (line.id.clone(), line)).collect()
}
