//! Previews (RULEBOOK §9): the entries that a registration, or a change of a contract's claims and choices, and the passes that
//! follow it would append. Writes nothing.

use crate::aggregates::Aggregates;
use crate::bookings::Announce;
use crate::store::Store;
use crate::{Ledger, LedgerError, keys};
use rules::line::LineId;
use rules::preview::{Change, preview};
use rules::{Agreements, Contract, ContractId, Entry, PartnerId};
use std::collections::{BTreeMap, BTreeSet};

/// The changes that a request would make.
#[derive(Debug, Default)]
pub struct Previewed {
    /// The lines to which entries would be appended.
    pub changes: Vec<Change>,
    /// The errors of what could not be read or added up, and is left out.
    pub unreadable: Vec<LedgerError>,
}

/// A contract after a change that was not made.
#[derive(Debug, Clone)]
pub struct ChangedContract {
    pub id: ContractId,
    /// The contract as it is.
    pub now: Aggregates,
    /// The contract as it would be.
    pub changed: Contract,
}

/// The facts after a change, and the entries now.
#[derive(Default)]
struct World {
    registry: BTreeMap<PartnerId, Agreements>,
    contracts: BTreeMap<ContractId, Contract>,
    recorded: BTreeMap<LineId, Vec<Entry>>,
    /// The partners whose entry fees could not be read.
    without_fees: BTreeSet<PartnerId>,
    unreadable: Vec<LedgerError>,
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// The changes if a partner had these agreements. `None`: it has more than `most` contracts.
    pub async fn preview_registration(
        &self,
        partner_id: &PartnerId,
        agreements: Agreements,
        most: usize,
    ) -> Result<Option<Previewed>, LedgerError> {
        let registry = [(partner_id.clone(), agreements)].into_iter().collect();
        self.preview_in(World { registry, ..World::default() }, None, most).await
    }

    /// The changes if a contract had other claims or choices. `None`: the partners that its sale's claims name have more than
    /// `most` contracts.
    pub async fn preview_contract(
        &self,
        contract: ChangedContract,
        most: usize,
    ) -> Result<Option<Previewed>, LedgerError> {
        let mut world = World::default();
        let claims = contract.now.contract();
        let sales = claims.sale_claims().chain(contract.changed.sale_claims());
        let partners: BTreeSet<&PartnerId> = sales.map(|sale| &sale.partner_id).collect();
        for partner_id in partners {
            let record = self.partner_record(partner_id).await;
            let known = record.and_then(|record| record.known().map(|partner| partner.agreements.clone()));
            if let Some(agreements) = world.pass_over(known)? {
                world.registry.insert(partner_id.clone(), agreements);
            }
        }
        self.preview_in(world, Some(contract), most).await
    }

    async fn preview_in(
        &self,
        mut world: World,
        changed: Option<ChangedContract>,
        most: usize,
    ) -> Result<Option<Previewed>, LedgerError> {
        let partners: Vec<PartnerId> = world.registry.keys().cloned().collect();
        for partner_id in partners {
            let Some(contracts) = self.contracts_of(&partner_id, most).await? else { return Ok(None) };
            for (id, aggregates) in contracts {
                if changed.as_ref().is_some_and(|changed| changed.id == id) {
                    continue;
                }
                if let Some(aggregates) = world.pass_over(aggregates)? {
                    world.record(&aggregates);
                    world.contracts.insert(id, aggregates.contract());
                }
            }
            if world.contracts.len() > most {
                return Ok(None);
            }
            let fees = self.aggregates(keys::fees_partition(&partner_id)).await.and_then(Aggregates::whole);
            match world.pass_over(fees)? {
                Some(fees) => world.record(&fees),
                None => drop(world.without_fees.insert(partner_id)),
            }
        }
        if let Some(ChangedContract { id, now, changed }) = changed {
            world.record(&now);
            world.contracts.insert(id, changed);
        }
        Ok(Some(world.preview()))
    }
}

impl World {
    /// The value read; none, and its error is noted, if it is damaged or of a later release. Any other error ends the preview.
    fn pass_over<T>(&mut self, read: Result<T, LedgerError>) -> Result<Option<T>, LedgerError> {
        match read {
            Ok(read) => Ok(Some(read)),
            Err(error) if error.is_contained() => {
                self.unreadable.push(error);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn record(&mut self, aggregates: &Aggregates) {
        let entries = aggregates.entries().into_iter();
        self.recorded
            .extend(entries.map(|(id, entries)| (id, entries.into_iter().map(|recorded| recorded.entry).collect())));
    }

    /// A contract, or a partner's entry fees, with a line whose entries cannot be added up is left out as a whole, as a pass
    /// leaves it out.
    fn preview(self) -> Previewed {
        let World { registry, contracts, recorded, without_fees, mut unreadable } = self;
        let mut changes = Vec::new();
        let mut failed: BTreeSet<String> = without_fees.iter().map(keys::fees_partition).collect();
        for (id, change) in preview(contracts, &registry, &recorded) {
            match change {
                Ok(change) => changes.push(change),
                Err(source) => {
                    let what = partition(&id);
                    failed.insert(what.clone());
                    unreadable.push(LedgerError::Overflow { what, source });
                }
            }
        }
        changes.retain(|change| !failed.contains(&partition(&change.id)));
        Previewed { changes, unreadable }
    }
}

fn partition(line: &LineId) -> String {
    match line {
        LineId::Annuity { annuity, cause: _ } => keys::contract_partition(&annuity.contract_id),
        LineId::EntryFee { partner_id, agreement: _ } => keys::fees_partition(partner_id),
    }
}
