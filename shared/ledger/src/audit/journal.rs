//! Acts of people that the table shows, which the journal must have. What is older than the journal's first act was done
//! before the journal.

use crate::aggregates::Aggregates;
use crate::item::key;
use crate::journal::{self, ActId, Change, Registered};
use crate::partners::PartnerRecord;
use crate::shown::{Shown, shown_by};
use crate::store::{Item, Key};
use crate::{attention, inquiries, invitations, members, missed_years, set_aside};
use jiff::Timestamp;
use rules::{ContractId, PartnerId};
use std::collections::{BTreeMap, BTreeSet};

/// An act that must be in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Done {
    /// The item that shows it.
    pub(super) key: Key,
    pub(super) act: ActId,
    pub(super) at: Timestamp,
}

/// The acts of a journal, as the second pass needs them.
#[derive(Debug, Default)]
pub(super) struct Kept {
    acts: BTreeSet<ActId>,
    /// The time of the first act.
    begun: Option<Timestamp>,
    /// The versions of each partner's agreements, and whether the first of them is the partner's first.
    versions: BTreeMap<PartnerId, BTreeMap<u64, bool>>,
}

impl Kept {
    /// Takes in a partition of the journal.
    pub(super) fn take(&mut self, items: &[Item]) {
        for item in items.iter().filter(|item| journal::is_act(item)) {
            // Damage is found by the second pass: the act is there.
            self.acts.extend(ActId::of_partition(&key(item).pk));
            let Ok(act) = journal::read(item) else { continue };
            let at = act.occasion.at;
            self.begun = Some(self.begun.map_or(at, |begun| begun.min(at)));
            if let Change::Registration { partner_id, version, before, .. } = act.change {
                self.versions.entry(partner_id).or_default().insert(version, before.is_none());
            }
        }
    }

    /// Tells an act that the journal lacks.
    pub(super) fn lacks(&self, done: &Done) -> bool {
        self.begun.is_some_and(|begun| done.at >= begun) && !self.acts.contains(&done.act)
    }

    /// The versions of a partner's agreements that the journal lacks, between its first one and the present one.
    pub(super) fn versions_lacking(&self, record: &PartnerRecord) -> Vec<u64> {
        let Some(kept) = self.versions.get(&record.id) else { return Vec::new() };
        let first = kept.keys().next().copied().unwrap_or(record.agreements_version);
        (first..record.agreements_version).filter(|version| !kept.contains_key(version)).collect()
    }
}

/// The acts that a partner record shows: its last registration.
pub(super) fn of_record(record: &PartnerRecord) -> Option<Done> {
    let after = record.registered()?;
    let (partner_id, version) = (record.id.clone(), record.agreements_version);
    let change = Change::Registration { partner_id, version, before: None::<Registered>, after };
    let key = crate::keys::partner_record(&record.id);
    Some(Done { key, act: change.id(None), at: record.registered_at? })
}

/// The acts that a contract shows.
pub(super) fn of_contract(contract_id: &ContractId, aggregates: &Aggregates) -> Vec<Done> {
    shown_by(contract_id, aggregates)
        .into_iter()
        .map(|Shown { row, act, at }| Done { key: row.key(), act, at })
        .collect()
}

/// The acts that any other item shows.
pub(super) fn of_item(item: &Item) -> Vec<Done> {
    let acts = [
        members::acts(item),
        invitations::acts(item),
        inquiries::acts(item),
        missed_years::acts(item),
        set_aside::acts(item),
        attention::acts(item),
    ];
    let key = key(item);
    acts.into_iter().flatten().map(|(act, at)| Done { key: key.clone(), act, at }).collect()
}
