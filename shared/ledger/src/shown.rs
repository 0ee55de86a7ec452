//! Acts that another function carries out, as the table shows them: choices, and items of the attention list that were set
//! aside. The act is in the journal before that function is asked, and stays there if it refuses the change after all.

use crate::aggregates::Aggregates;
use crate::bookings::Announce;
use crate::choices::ChoiceMade;
use crate::journal::{Act, ActId, Change};
use crate::keys::{AggregateKey, RowKey};
use crate::rows::{Content, Row};
use crate::set_aside::ItemId;
use crate::store::Store;
use crate::{Ledger, LedgerError};
use jiff::Timestamp;
use rules::contract::Key as Claimed;
use rules::sorted::Sorted;
use rules::{AnnuityId, Anomaly, ContractId};
use std::collections::{BTreeMap, BTreeSet};

/// An act that a contract shows.
pub(crate) struct Shown {
    /// The row that shows it, or the annuity that it is about.
    pub(crate) row: RowKey,
    pub(crate) act: ActId,
    pub(crate) at: Timestamp,
}

/// The acts that a contract shows: its choices, and its anomalies that were set aside.
pub(crate) fn shown_by(contract_id: &ContractId, contract: &Aggregates) -> Vec<Shown> {
    choices(contract_id, contract).into_iter().chain(contract.rows().filter_map(set_aside)).collect()
}

fn choices(contract_id: &ContractId, contract: &Aggregates) -> Vec<Shown> {
    let mut numbers: BTreeMap<Claimed, usize> = BTreeMap::new();
    let shown = contract.choices().into_iter().filter_map(|made| {
        let ChoiceMade { key, claim: after, seen, why, at, is_stated } = made;
        let number = numbers.entry(key.clone()).or_default();
        *number += 1;
        let (contract_id, number, reason) = (contract_id.clone(), *number, why.parse().ok()?);
        let seen = u32::try_from(seen).ok()?;
        let annuity = AnnuityId { contract_id: contract_id.clone(), term: key.term() };
        let change = Change::Choice {
            contract_id,
            key,
            number,
            seen,
            partners: BTreeSet::new(),
            before: None,
            after,
            is_stated,
        };
        let row = RowKey::Aggregate(AggregateKey::Annuity(annuity));
        Some(Shown { row, act: change.id(Some(&reason)), at })
    });
    shown.collect()
}

fn set_aside(row: &Row) -> Option<Shown> {
    let Content::SetAside { n: _, set_aside } = &row.content else { return None };
    let AggregateKey::Annuity(annuity) = &row.aggregate else { return None };
    let anomaly: Anomaly = set_aside.anomaly.parse().ok()?;
    let item = ItemId::Anomaly { annuity: annuity.clone(), anomaly, seen: set_aside.digest.clone() };
    let reason = set_aside.why.parse().ok()?;
    Some(Shown { row: row.key(), act: Change::item_set_aside(item).id(Some(&reason)), at: row.recorded_at })
}

/// The contract that shows an act, if another function carries it out.
fn contract_of(change: &Change) -> Option<&ContractId> {
    match change {
        Change::Choice { contract_id, .. } => Some(contract_id),
        Change::ItemSetAside { item: ItemId::Anomaly { annuity, .. }, partners: _ } => Some(&annuity.contract_id),
        Change::ItemSetAside { item: ItemId::DeadLetter { .. } | ItemId::Unreadable { .. }, partners: _ }
        | Change::Registration { .. }
        | Change::YearSetAside { .. }
        | Change::PartnerFile { .. }
        | Change::Perk { .. }
        | Change::Inquiry { .. }
        | Change::Answer { .. }
        | Change::Invitation { .. }
        | Change::Member { .. }
        | Change::Settlement(_) => None,
    }
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// The time at which an act was carried out; none: its contract does not show it.
    pub async fn carried_out_at(
        &self,
        contract_id: &ContractId,
        act: &ActId,
    ) -> Result<Option<Timestamp>, LedgerError> {
        let contract = self.contract(contract_id).await?;
        Ok(shown_by(contract_id, &contract).into_iter().find(|shown| shown.act == *act).map(|shown| shown.at))
    }

    /// Those of these acts that their contracts do not show: they are still to be carried out, or were refused. A contract that
    /// cannot be read tells nothing.
    pub async fn not_carried_out(&self, acts: &[&Act]) -> Result<BTreeSet<ActId>, LedgerError> {
        let contracts: BTreeSet<ContractId> = acts.iter().filter_map(|act| contract_of(&act.change)).cloned().to_set();
        let (mut shown, mut unread) = (BTreeSet::new(), BTreeSet::new());
        for (id, contract) in self.contracts_alone(contracts.into_iter().collect()).await {
            match contract {
                Ok(contract) => shown.extend(shown_by(&id, &contract).into_iter().map(|shown| shown.act)),
                Err(error) if error.is_contained() => drop(unread.insert(id)),
                Err(error) => return Err(error),
            }
        }
        let is_told = |act: &&&Act| contract_of(&act.change).is_some_and(|id| !unread.contains(id));
        let told = acts.iter().filter(is_told).map(|act| act.id());
        Ok(told.filter(|act| !shown.contains(act)).to_set())
    }
}
