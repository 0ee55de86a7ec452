//! Marks of a slot: what is derived from the facts of its contract and kept in its own row.

use crate::keys::SlotKey;
use crate::slot::Slot;
use jiff::Timestamp;
use rules::contract::Key;
use rules::{AnnuityId, Contract, Partner, PartnerId, Term};

/// What is derived in a slot's row from the facts of its contract.
pub(crate) struct Marks {
    needs_a_person: bool,
    chosen: bool,
    holders: Vec<PartnerId>,
}

impl Marks {
    pub(crate) fn of(slot: &Slot, contract: &Contract, partner: &Partner, holders: &[PartnerId]) -> Marks {
        let SlotKey::Annuity(AnnuityId { contract_id: _, term }) = slot.key else {
            return Marks { needs_a_person: false, chosen: false, holders: Vec::new() };
        };
        let said = slot.own.fact().is_some() || slot.state.appended > 0;
        let sale_chosen = term == Term::FIRST && !contract.choices(&Key::Sale).is_empty();
        Marks {
            needs_a_person: said && !contract.oddities(term, partner).is_empty(),
            chosen: slot.is_chosen(),
            holders: if sale_chosen { holders.to_vec() } else { Vec::new() },
        }
    }

    pub(crate) fn are_stored(&self, slot: &Slot) -> bool {
        let Slot { key, state, .. } = slot;
        let flag = if self.needs_a_person { state.is_flagged(key) } else { state.flag.is_none() };
        flag && state.chosen == self.chosen && state.holders == self.holders
    }

    pub(crate) fn store(self, slot: &mut Slot, at: Timestamp) {
        let Slot { key, state, .. } = slot;
        if self.needs_a_person != state.is_flagged(key) || !self.needs_a_person {
            state.flag(key, self.needs_a_person, at);
        }
        state.chosen = self.chosen;
        state.holders = self.holders;
    }
}
