//! Simulation, *what if* (§7): the same facts under other terms. Entry fees are left out: the fee under another model
//! is not known.

use crate::balance::Balances;
use crate::fold::fold_contracts;
use crate::line::LineId;
use crate::money::Overflow;
use crate::programme::FromSale;
use crate::{Agreement, Agreements, Contract, ContractId, Day, Line, Minor, Model, PartnerId, ProgrammeVersion, Rate};
use serde::Serialize;
use std::collections::BTreeMap;

/// The agreements that a simulation changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// All agreements of one partner.
    PartnerId(PartnerId),
    /// All agreements under one model, of any partner.
    Model(Model),
    /// All agreements under one version of the programme; with one version, all agreements.
    Programme(ProgrammeVersion),
}

impl Who {
    /// Whether the simulation changes an agreement.
    pub fn includes(&self, partner_id: &PartnerId, agreement: &Agreement) -> bool {
        match self {
            Who::PartnerId(id) => id == partner_id,
            Who::Model(model) => agreement.model() == *model,
            Who::Programme(version) => agreement.programme() == *version,
        }
    }
}

/// The terms that a simulation changes; those left out stay unchanged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Another model. The terms negotiated under the old model are dropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<Model>,
    /// Another rate, a fraction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// Another first paid sale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_sale: Option<FromSale>,
}

/// A line as it is, and as simulated. None: the line is not owed, not even as zero.
pub type Pair = (Option<Line>, Option<Line>);

/// The lines of these contracts today and after a change, in pairs. From a day on: the other terms hold for the annuities that
/// start on that day or later, each by its own start, with their adjustments; without one, for all.
#[inline]
pub fn simulation(
    contracts: &BTreeMap<ContractId, Contract>,
    registry: &BTreeMap<PartnerId, Agreements>,
    who: &Who,
    change: Change,
    from: Option<Day>,
) -> BTreeMap<LineId, Pair> {
    let changed = registry.iter().map(|(id, agreements)| {
        (
            id.clone(),
            agreements.map(
                |agreement| if who.includes(id, agreement) { under(agreement, change) } else { agreement.clone() },
            ),
        )
    });
    let mut pairs: BTreeMap<LineId, Pair> = BTreeMap::new();
    for line in annuity_lines(contracts, registry) {
        let pair = pairs.entry(line.id.clone()).or_default();
        pair.0 = Some(line);
    }
    for line in annuity_lines(contracts, &changed.collect()) {
        let pair = pairs.entry(line.id.clone()).or_default();
        pair.1 = Some(line);
    }
    for (id, pair) in &mut pairs {
        if from.is_some_and(|from| starts_on(contracts, id).is_none_or(|starts_on| starts_on < from)) {
            pair.1.clone_from(&pair.0);
        }
    }
    pairs
}

/// The first day of the annuity of a line.
fn starts_on(contracts: &BTreeMap<ContractId, Contract>, line: &LineId) -> Option<Day> {
    match line {
        LineId::Annuity { annuity, cause: _ } => {
            contracts.get(&annuity.contract_id)?.billed(annuity.term).map(|(starts_on, _)| starts_on)
        }
        LineId::EntryFee { .. } => None,
    }
}

/// The cost of other terms: the balances as simulated less those of today, of the lines booked from one day to another,
/// both included.
pub fn cost<'a>(pairs: impl IntoIterator<Item = &'a Pair>, (first, last): (Day, Day)) -> Result<Balances, Overflow> {
    let is_booked_then = |line: &&Line| (first..=last).contains(&line.posting.booked_on);
    let mut cost = Balances::default();
    for (today, simulated) in pairs {
        if let Some(line) = simulated.as_ref().filter(is_booked_then) {
            cost.book(&line.posting, line.amount(), line.vendor_share())?;
        }
        if let Some(line) = today.as_ref().filter(is_booked_then) {
            let negated = |minor: Minor| Minor::ZERO.minus(minor);
            cost.book(&line.posting, negated(line.amount())?, negated(line.vendor_share())?)?;
        }
    }
    Ok(cost)
}

fn annuity_lines(contracts: &BTreeMap<ContractId, Contract>, registry: &BTreeMap<PartnerId, Agreements>) -> Vec<Line> {
    let is_annuity = |line: &Line| matches!(line.id, LineId::Annuity { .. });
    fold_contracts(contracts, registry).into_iter().filter(is_annuity).collect()
}

/// The agreement as simulated; its conditions are assumed to be met. If its programme has no such model, it stays
/// unchanged.
fn under(agreement: &Agreement, change: Change) -> Agreement {
    let other = change.model.filter(|model| *model != agreement.model());
    let Some(agreement) = other.map_or_else(|| Some(agreement.clone()), |model| agreement.under(model)) else {
        return agreement.clone();
    };
    let rate = change.rate.or(agreement.negotiated_rate());
    let from_sale = change.from_sale.or(agreement.negotiated_from_sale());
    agreement.negotiated(rate, from_sale)
}
