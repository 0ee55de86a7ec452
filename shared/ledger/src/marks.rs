//! Marks of an aggregate: values derived from the facts of its contract and kept in its own row.

use crate::aggregate::Aggregate;
use crate::aggregates::Aggregates;
use crate::anomalies::Attention;
use crate::keys::AggregateKey;
use crate::recorded::Origin;
use crate::rows::AggregateState;
use jiff::Timestamp;
use rules::contract::Key;
use rules::{AnnuityId, Contract, Partner, PartnerId, Term};

/// A difference between the marks in an aggregate's row and those derived from its contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Difference {
    /// The marks are wrong.
    Wrong,
    /// The attention list lacks an implausible fact that the write did not see, or has one that is plausible by now.
    Unseen,
}

/// The derived values in an aggregate's row.
pub(crate) struct Marks {
    attention: Attention,
    chosen: bool,
    holders: Vec<PartnerId>,
}

impl Marks {
    pub(crate) fn of(
        aggregates: &Aggregates,
        aggregate: &Aggregate,
        (contract, partner): (&Contract, &Partner),
        holders: &[PartnerId],
    ) -> Marks {
        let AggregateKey::Annuity(AnnuityId { contract_id: _, term }) = aggregate.key else {
            return Marks { attention: Attention::Nothing, chosen: false, holders: Vec::new() };
        };
        let said = aggregate.own.fact().is_some() || aggregate.state.appended > 0;
        let sale_chosen = term == Term::FIRST && !contract.choices(&Key::Sale).is_empty();
        Marks {
            attention: if said { aggregates.attention(aggregate, contract, partner) } else { Attention::Nothing },
            chosen: aggregate.is_chosen(),
            holders: if sale_chosen { holders.to_vec() } else { Vec::new() },
        }
    }

    /// Whether the aggregate's row has these values.
    pub(crate) fn are_stored(&self, aggregate: &Aggregate) -> bool {
        self.is_listed_as_needed(&aggregate.key, &aggregate.state) && self.others_are_stored(&aggregate.state)
    }

    /// The way in which the aggregate's row differs from these values.
    pub(crate) fn difference(&self, Aggregate { key, state, .. }: &Aggregate) -> Option<Difference> {
        let is_well_formed = state.flag.is_none() || state.is_flagged(key);
        let must_be_listed = self.attention == Attention::Listed && state.flag.is_none();
        if !is_well_formed || must_be_listed || !self.others_are_stored(state) {
            return Some(Difference::Wrong);
        }
        (!self.is_listed_as_needed(key, state)).then_some(Difference::Unseen)
    }

    fn is_listed_as_needed(&self, key: &AggregateKey, state: &AggregateState) -> bool {
        if self.needs_a_person() { state.is_flagged(key) } else { state.flag.is_none() }
    }

    fn others_are_stored(&self, state: &AggregateState) -> bool {
        state.chosen == self.chosen && state.holders == self.holders
    }

    fn needs_a_person(&self) -> bool {
        match self.attention {
            Attention::Nothing => false,
            Attention::Implausible | Attention::Listed => true,
        }
    }

    pub(crate) fn store(self, aggregate: &mut Aggregate, at: Timestamp) {
        let needs_a_person = self.needs_a_person();
        let Aggregate { key, state, .. } = aggregate;
        if needs_a_person != state.is_flagged(key) || !needs_a_person {
            state.flag(key, needs_a_person, at);
        }
        state.chosen = self.chosen;
        state.holders = self.holders;
    }
}

impl Aggregates {
    /// Updates the derived marks in each aggregate's row: whether it has an anomaly, whether a choice was made, and the
    /// present and earlier partners of the sale. `false`: not all of them fit.
    pub(crate) fn mark(&mut self, contract: &Contract, partner: &Partner, origin: Origin<'_>, room: usize) -> bool {
        let mut left = room.saturating_sub(self.write_count());
        let all = self.marks(contract, partner);
        for (aggregate, marks) in self.by_key.values_mut().zip(all) {
            if marks.are_stored(aggregate) {
                continue;
            }
            if !aggregate.dirty && left == 0 {
                return false;
            }
            left = left.saturating_sub(usize::from(!aggregate.dirty));
            aggregate.dirty = true;
            marks.store(aggregate, origin.at);
        }
        true
    }

    /// The aggregates whose marks differ from those derived from the facts.
    pub(crate) fn wrongly_marked(&self, contract: &Contract, partner: &Partner) -> Vec<(&AggregateKey, Difference)> {
        let all = self.by_key.values().zip(self.marks(contract, partner));
        all.filter_map(|(aggregate, marks)| Some((&aggregate.key, marks.difference(aggregate)?))).collect()
    }

    /// The derived marks of every aggregate.
    fn marks(&self, contract: &Contract, partner: &Partner) -> Vec<Marks> {
        let holders = self.holders();
        let of = |aggregate| Marks::of(self, aggregate, (contract, partner), &holders);
        self.by_key.values().map(of).collect()
    }
}
