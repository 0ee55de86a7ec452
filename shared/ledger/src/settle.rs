//! The slow path: a fact that displaces others, waits for others, is waited for, contradicts, or is there already; and a
//! choice of what stands.
//!
//! Whoever adjusts a contract reads its rows first, then its partner, strongly consistent, again for each attempt.

use crate::bookings::{Announce, Writes};
use crate::choices::{Choice, Chosen};
use crate::error::LOST;
use crate::record::Outcome;
use crate::recorded::Origin;
use crate::rows::{annuity_of, first_annuity};
use crate::slots::{Settled, Slots};
use crate::store::{Store, TransactError};
use crate::{Head, Ledger, LedgerError, Unreadable, keys};
use rules::claims::Added;
use rules::contract::State;
use rules::rank::Place;
use rules::{AnnuityId, ContractId, Fact, Instance, Partner, PartnerId, Sale};
use std::collections::BTreeMap;

/// How often a plan is made anew because others changed what it was made from.
const ATTEMPTS: u32 = 12;

impl<S: Store, A: Announce> Ledger<S, A> {
    /// Takes a fact in, whatever is there already, and appends what it changes.
    pub(crate) async fn settle(&self, fact: &Fact, origin: Origin<'_>) -> Result<Outcome, LedgerError> {
        let annuity = annuity_of(fact);
        let contract_id = &annuity.contract_id;
        for attempt in 0..ATTEMPTS {
            let mut slots = self.whole_slots(keys::contract_partition(contract_id)).await?;
            let before = slots.contract().sale().cloned();
            let added = match slots.place(fact, origin) {
                Ok(added) => added,
                Err(bound) => return Ok(Outcome::TooMany(bound)),
            };
            if added == Added::Duplicate {
                self.finish(&annuity, origin).await?;
                return Ok(Outcome::Duplicate);
            }
            let waits = before.is_none() && matches!(fact, Fact::Renewal(_));
            if waits {
                slots.touch(first_annuity(contract_id), origin);
            }
            let (plan, state) = self.plan_for((slots, before.as_ref()), &annuity, origin).await?;
            if self.carry_out(plan, &annuity, origin, attempt).await? {
                return Ok(outcome(added, &state));
            }
        }
        Err(contended(keys::contract_partition(contract_id)))
    }

    /// Takes a choice of what stands in, and appends what it changes, for both partners if the sale goes from one to
    /// another. The caller asks for a restatement of each, before and after, as after a change of agreements: what ranked
    /// behind the sales that are listed may come to be listed.
    pub async fn choose(&self, choice: &Choice, origin: Origin<'_>) -> Result<Chosen, LedgerError> {
        let annuity = AnnuityId { contract_id: choice.contract_id.clone(), term: choice.key.term() };
        let contract_id = &annuity.contract_id;
        for attempt in 0..ATTEMPTS {
            let mut slots = self.whole_slots(keys::contract_partition(contract_id)).await?;
            let before = slots.contract().sale().cloned();
            match slots.choose(choice, origin) {
                Chosen::Now => {}
                Chosen::Already => {
                    self.finish(&annuity, origin).await?;
                    return Ok(Chosen::Already);
                }
                refused @ (Chosen::OutOfTurn { .. }
                | Chosen::UnknownClaim { .. }
                | Chosen::Unseen { .. }
                | Chosen::TooMany(_)) => return Ok(refused),
            }
            let (plan, _) = self.plan_for((slots, before.as_ref()), &annuity, origin).await?;
            if self.carry_out(plan, &annuity, origin, attempt).await? {
                return Ok(Chosen::Now);
            }
        }
        Err(contended(keys::contract_partition(contract_id)))
    }

    /// The plan for what was placed in a slot; what does not fit one transaction is left to do in that slot.
    async fn plan_for(
        &self,
        (slots, before): (Slots, Option<&Sale>),
        annuity: &AnnuityId,
        origin: Origin<'_>,
    ) -> Result<(Plan, State), LedgerError> {
        let mut plan = self.plan(slots, before, &annuity.contract_id, origin).await?;
        if !plan.left.is_empty() {
            let mut todo = plan.left.clone();
            todo.extend(plan.slots.todo(annuity));
            plan.slots.set_todo(annuity, todo);
        }
        let state = plan.slots.contract().state(annuity.term, &plan.partner);
        Ok((plan, state))
    }

    /// Applies a plan and finishes what it left. `false`: others were faster; plan again.
    async fn carry_out(
        &self,
        plan: Plan,
        annuity: &AnnuityId,
        origin: Origin<'_>,
        attempt: u32,
    ) -> Result<bool, LedgerError> {
        match self.transact(plan.writes()?).await {
            Ok(()) if plan.left.is_empty() => Ok(true),
            Ok(()) => {
                self.finish(annuity, origin).await?;
                Ok(true)
            }
            Err(TransactError::Conflict) => {
                self.store.back_off(attempt).await;
                Ok(false)
            }
            Err(TransactError::Failed(error)) => Err(error.into()),
        }
    }

    /// One transaction: what was placed in the slots, the partners whose lists it changes, the entries due, and a bump of
    /// every sale that it displaces, whether its amount changes or not. `before` is the sale that stood.
    async fn plan(
        &self,
        mut slots: Slots,
        before: Option<&Sale>,
        contract_id: &ContractId,
        origin: Origin<'_>,
    ) -> Result<Plan, LedgerError> {
        let after = slots.contract().sale().cloned();
        let mut lists = Lists::default();
        for sale in before.into_iter().chain(after.as_ref()) {
            if !lists.heads.contains_key(&sale.partner_id) {
                let head = self.head_of(&sale.partner_id, &slots).await?;
                lists.heads.insert(sale.partner_id.clone(), (head, false));
            }
        }
        if lists.change(before, after.as_ref()) {
            // Whoever read the sale before it was listed must read it again.
            slots.touch(first_annuity(contract_id), origin);
        }
        let (mut others, mut left) = (Vec::new(), Vec::new());
        for place in lists.displaced.iter().filter(|place| place.contract_id != *contract_id) {
            match self.whole_slots(keys::contract_partition(&place.contract_id)).await {
                Ok(mut other) => {
                    other.touch(first_annuity(&place.contract_id), origin);
                    others.push((place.contract_id.clone(), other));
                }
                // One that cannot be read holds up neither this one nor the others; it stays to be done.
                Err(error) if error.is_contained() => left.push(place.contract_id.clone()),
                Err(error) => return Err(error),
            }
        }
        let reserved = lists.write_count() + others.iter().map(|(_, other)| other.write_count()).sum::<usize>();
        let mut room = self.store.max_writes().saturating_sub(reserved);
        let partner = lists.partner_of(after.as_ref());
        if slots.settle(&partner, origin, room)? == Settled::InPart {
            left.push(contract_id.clone());
        }
        room = room.saturating_sub(slots.write_count());
        for (id, other) in &mut others {
            let touched = other.write_count();
            let partner = lists.partner_of(other.contract().sale());
            if other.settle(&partner, origin, room + touched)? == Settled::InPart {
                left.push(id.clone());
            }
            room = room.saturating_sub(other.write_count() - touched);
        }
        let others = others.into_iter().map(|(_, other)| other).collect();
        Ok(Plan { slots, others, heads: lists.written(), partner, left })
    }

    /// Does what a fact or a choice left to do, then says so in its slot. Safe to repeat, and to be done by several at once.
    /// What cannot be read stays to be done, and is the error in the end.
    pub(crate) async fn finish(&self, annuity: &AnnuityId, origin: Origin<'_>) -> Result<(), LedgerError> {
        let contract_id = &annuity.contract_id;
        for attempt in 0..ATTEMPTS {
            let todo = self.whole_slots(keys::contract_partition(contract_id)).await?.todo(annuity);
            let (mut failed, mut undone) = (None, Vec::new());
            for id in &todo {
                match self.adjust(id.clone(), origin).await {
                    Ok(()) => {}
                    Err(error) if error.is_contained() => {
                        undone.push(id);
                        failed = Some(error);
                    }
                    Err(error) => return Err(error),
                }
            }
            let mut slots = self.whole_slots(keys::contract_partition(contract_id)).await?;
            let known = slots.todo(annuity);
            let is_left = |id: &ContractId| !todo.contains(id) || undone.contains(&id);
            let left: Vec<ContractId> = known.iter().filter(|id| is_left(id)).cloned().collect();
            if left == known {
                return failed.map_or(Ok(()), Err);
            }
            slots.set_todo(annuity, left);
            match self.transact(slots.writes()?).await {
                Ok(()) => {}
                Err(TransactError::Conflict) => self.store.back_off(attempt).await,
                Err(TransactError::Failed(error)) => return Err(error.into()),
            }
        }
        Err(contended(keys::contract_partition(contract_id)))
    }

    /// Brings every line of a contract to what it is now, in as many transactions as it takes; and those of the contracts
    /// it displaces, if its sale turns out to be among the earliest of its partner. One that cannot be read is passed over,
    /// and is the error in the end.
    pub(crate) async fn adjust(&self, contract_id: ContractId, origin: Origin<'_>) -> Result<(), LedgerError> {
        let mut to_do = vec![contract_id];
        let (mut attempt, mut failed) = (0, None);
        while let Some(contract_id) = to_do.last().cloned() {
            let plan = match self.plan_again(&contract_id, origin).await {
                Ok(plan) => plan,
                Err(error) if error.is_contained() => {
                    failed = Some(error);
                    to_do.pop();
                    continue;
                }
                Err(error) => return Err(error),
            };
            if !plan.changes_slots() {
                to_do.pop();
                continue;
            }
            match self.transact(plan.writes()?).await {
                Ok(()) => {
                    attempt = 0;
                    if !plan.left.contains(&contract_id) {
                        to_do.pop();
                    }
                    to_do.extend(plan.left.into_iter().filter(|id| *id != contract_id));
                }
                Err(TransactError::Conflict) if attempt < ATTEMPTS => {
                    self.store.back_off(attempt).await;
                    attempt += 1;
                }
                Err(TransactError::Conflict) => return Err(contended(keys::contract_partition(&contract_id))),
                Err(TransactError::Failed(error)) => return Err(error.into()),
            }
        }
        failed.map_or(Ok(()), Err)
    }

    async fn plan_again(&self, contract_id: &ContractId, origin: Origin<'_>) -> Result<Plan, LedgerError> {
        let slots = self.whole_slots(keys::contract_partition(contract_id)).await?;
        let sale = slots.contract().sale().cloned();
        self.plan(slots, sale.as_ref(), contract_id, origin).await
    }

    /// Brings every entry fee of a partner to what it is now.
    pub(crate) async fn adjust_entry_fees(
        &self,
        partner_id: &PartnerId,
        origin: Origin<'_>,
    ) -> Result<(), LedgerError> {
        let mut attempt = 0;
        while attempt < ATTEMPTS {
            let mut slots = self.whole_slots(keys::fees_partition(partner_id)).await?;
            let head = self.head_of(partner_id, &slots).await?;
            let settled = slots.settle_fees(partner_id, head.known()?, origin, self.store.max_writes())?;
            let writes = slots.writes()?;
            if writes.is_empty() {
                return Ok(());
            }
            match (self.transact(writes).await, settled) {
                (Ok(()), Settled::Completely) => return Ok(()),
                (Ok(()), Settled::InPart) => attempt = 0,
                (Err(TransactError::Conflict), _) => {
                    self.store.back_off(attempt).await;
                    attempt += 1;
                }
                (Err(TransactError::Failed(error)), _) => return Err(error.into()),
            }
        }
        Err(contended(keys::fees_partition(partner_id)))
    }

    /// A partner, to decide by, of whom these slots may book something already.
    async fn head_of(&self, partner_id: &PartnerId, slots: &Slots) -> Result<Head, LedgerError> {
        let head = self.head(partner_id).await?;
        head.known()?;
        if !head.is_stored() && slots.books_for(partner_id) {
            return Err(Unreadable::damaged(keys::head(partner_id), LOST).into());
        }
        Ok(head)
    }

    /// The rows of a partition, all of which can be read.
    async fn whole_slots(&self, partition: String) -> Result<Slots, LedgerError> {
        self.slots(partition).await?.whole()
    }

    /// The rows of a partition; read again while half a transaction shows.
    pub(crate) async fn slots(&self, partition: String) -> Result<Slots, LedgerError> {
        for attempt in 0..ATTEMPTS {
            if let Ok(slots) = Slots::read(self.store.partition(partition.clone()).await?) {
                return Ok(slots);
            }
            self.store.back_off(attempt).await;
        }
        Err(contended(partition))
    }
}

/// The partners that a change of what stands concerns, and the sales whose rank it changes.
#[derive(Default)]
struct Lists {
    /// Each with whether it must be written.
    heads: BTreeMap<PartnerId, (Head, bool)>,
    displaced: Vec<Place>,
}

impl Lists {
    /// Takes the sale that stood off its partner's list, if it stands no more, and puts the one that stands on its
    /// partner's, if it belongs there and is not there yet: `true` if so. A partner instance raises the revision in any
    /// case.
    fn change(&mut self, before: Option<&Sale>, after: Option<&Sale>) -> bool {
        if let Some(sale) = before.filter(|sale| after != Some(*sale)) {
            self.change_list(sale, Partner::remove);
        }
        after.is_some_and(|sale| self.change_list(sale, Partner::add))
    }

    fn change_list(&mut self, sale: &Sale, change: impl FnOnce(&mut Partner, &Sale) -> Option<Vec<Place>>) -> bool {
        let Some((head, written)) = self.heads.get_mut(&sale.partner_id) else { return false };
        let displaced = change(&mut head.partner, sale);
        let changed = displaced.is_some();
        *written |= displaced.is_some() || sale.instance == Instance::Partner;
        for place in displaced.into_iter().flatten() {
            if !self.displaced.contains(&place) {
                self.displaced.push(place);
            }
        }
        changed
    }

    /// With no sale, any partner will do.
    fn partner_of(&self, sale: Option<&Sale>) -> Partner {
        let head = sale.and_then(|sale| self.heads.get(&sale.partner_id));
        head.map(|(head, _)| head.partner.clone()).unwrap_or_default()
    }

    fn write_count(&self) -> usize {
        self.heads.values().filter(|(_, written)| *written).count()
    }

    fn written(self) -> Vec<Head> {
        self.heads.into_values().filter(|(_, written)| *written).map(|(head, _)| head).collect()
    }
}

/// What one transaction does.
struct Plan {
    slots: Slots,
    others: Vec<Slots>,
    heads: Vec<Head>,
    /// The partner of the sale that stands.
    partner: Partner,
    /// The contracts of which not everything fitted.
    left: Vec<ContractId>,
}

impl Plan {
    fn changes_slots(&self) -> bool {
        self.slots.write_count() > 0 || self.others.iter().any(|other| other.write_count() > 0)
    }

    fn writes(&self) -> Result<Writes, LedgerError> {
        let mut writes = self.slots.writes()?;
        for head in &self.heads {
            writes.writes.push(head.write()?);
        }
        for other in &self.others {
            other.add_writes(&mut writes)?;
        }
        Ok(writes)
    }
}

fn contended(what: String) -> LedgerError {
    LedgerError::Contended { what, attempts: ATTEMPTS }
}

fn outcome(added: Added, state: &State) -> Outcome {
    match (added, state) {
        (Added::Contradiction, _) => Outcome::Contradiction,
        (Added::Duplicate, _) => Outcome::Duplicate,
        (Added::First, State::Pending(pending)) => Outcome::Pending(*pending),
        (Added::First, State::Void) => Outcome::Void,
        (Added::First, State::Decided(_)) => Outcome::Decided,
    }
}
