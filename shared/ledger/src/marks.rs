//! Marks of an aggregate: values derived from the facts of its contract and kept in its own row.

use crate::aggregate::Aggregate;
use crate::keys::AggregateKey;
use jiff::Timestamp;
use rules::contract::Key;
use rules::{AnnuityId, Contract, Partner, PartnerId, Term};

/// The derived values in an aggregate's row.
pub(crate) struct Marks {
    needs_a_person: bool,
    chosen: bool,
    holders: Vec<PartnerId>,
}

impl Marks {
    pub(crate) fn of(aggregate: &Aggregate, contract: &Contract, partner: &Partner, holders: &[PartnerId]) -> Marks {
        let AggregateKey::Annuity(AnnuityId { contract_id: _, term }) = aggregate.key else {
            return Marks { needs_a_person: false, chosen: false, holders: Vec::new() };
        };
        let said = aggregate.own.fact().is_some() || aggregate.state.appended > 0;
        let sale_chosen = term == Term::FIRST && !contract.choices(&Key::Sale).is_empty();
        Marks {
            needs_a_person: said && !contract.anomalies(term, partner).is_empty(),
            chosen: aggregate.is_chosen(),
            holders: if sale_chosen { holders.to_vec() } else { Vec::new() },
        }
    }

    pub(crate) fn are_stored(&self, aggregate: &Aggregate) -> bool {
        let Aggregate { key, state, .. } = aggregate;
        let flag = if self.needs_a_person { state.is_flagged(key) } else { state.flag.is_none() };
        flag && state.chosen == self.chosen && state.holders == self.holders
    }

    pub(crate) fn store(self, aggregate: &mut Aggregate, at: Timestamp) {
        let Aggregate { key, state, .. } = aggregate;
        if self.needs_a_person != state.is_flagged(key) || !self.needs_a_person {
            state.flag(key, self.needs_a_person, at);
        }
        state.chosen = self.chosen;
        state.holders = self.holders;
    }
}
