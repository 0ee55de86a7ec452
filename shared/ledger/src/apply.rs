//! The slow path: a fact that displaces sales, waits for a fact, is awaited, contradicts, or is a duplicate; and
//! choices.
//!
//! Every attempt reads the contract's rows first, then its partner, both strongly consistent.

use crate::aggregates::{Aggregates, Posted};
use crate::bookings::{Announce, Writes};
use crate::choices::{Choice, ChoiceResult};
use crate::error::LOST;
use crate::partner_month::PartnerMonth;
use crate::record::{Outcome, ReportedFact};
use crate::recorded::{Origin, Trigger};
use crate::rows::{annuity_of, first_annuity};
use crate::set_aside;
use crate::store::{Store, TransactError};
use crate::{Ledger, LedgerError, PartnerRecord, Unreadable, keys};
use jiff::Timestamp;
use rules::claims::ClaimResult;
use rules::contract::State;
use rules::rank::RankKey;
use rules::{AnnuityId, Anomaly, ContractId, Fact, Instance, Partner, PartnerId, Sale};
use std::collections::{BTreeMap, BTreeSet};

/// The most attempts at a plan before conflicts are reported as [`LedgerError::Contended`].
pub(crate) const ATTEMPTS: u32 = 12;

impl<S: Store, A: Announce> Ledger<S, A> {
    /// Adds a fact in any state of its contract, and appends the resulting differences.
    pub(crate) async fn apply(&self, reported: &ReportedFact, at: Timestamp) -> Result<Outcome, LedgerError> {
        let (fact, origin) = (reported.fact(), reported.origin(at));
        let annuity = annuity_of(fact);
        let contract_id = &annuity.contract_id;
        for attempt in 0..ATTEMPTS {
            let mut aggregates = self.whole_aggregates(keys::contract_partition(contract_id)).await?;
            let before = aggregates.contract().sale().cloned();
            let added = match aggregates.place(fact, reported.customer_name(), origin) {
                Ok(added) => added,
                Err(bound) => return Ok(Outcome::TooMany(bound)),
            };
            if added == ClaimResult::Duplicate {
                self.finish(&annuity, origin).await?;
                return Ok(Outcome::Duplicate);
            }
            let waits = before.is_none() && matches!(fact, Fact::Renewal(_));
            if waits {
                aggregates.touch(first_annuity(contract_id), origin);
            }
            let (plan, state) = self.plan_for((aggregates, before.as_ref()), &annuity, origin).await?;
            if self.carry_out(plan, &annuity, origin, attempt).await? {
                return Ok(Outcome::of(fact, added, &state));
            }
        }
        Err(contended(keys::contract_partition(contract_id)))
    }

    /// Applies a choice of the effective claim and appends the differences, for both partners if the sale moves from
    /// one to another. The caller requests a restatement of each partner, before and after, as for a change of
    /// agreements: a sale that ranked behind the listed ones may now belong on the list.
    pub async fn choose(&self, choice: &Choice, origin: Origin<'_>) -> Result<ChoiceResult, LedgerError> {
        let annuity = AnnuityId { contract_id: choice.contract_id.clone(), term: choice.key.term() };
        let contract_id = &annuity.contract_id;
        for attempt in 0..ATTEMPTS {
            let mut aggregates = self.whole_aggregates(keys::contract_partition(contract_id)).await?;
            let before = aggregates.contract().sale().cloned();
            match aggregates.choose(choice, origin) {
                ChoiceResult::Now => {}
                ChoiceResult::Already => {
                    self.finish(&annuity, origin).await?;
                    return Ok(ChoiceResult::Already);
                }
                refused @ (ChoiceResult::OutOfTurn { .. }
                | ChoiceResult::UnknownClaim { .. }
                | ChoiceResult::Unseen { .. }
                | ChoiceResult::TooMany(_)) => return Ok(refused),
            }
            let (plan, _) = self.plan_for((aggregates, before.as_ref()), &annuity, origin).await?;
            if self.carry_out(plan, &annuity, origin, attempt).await? {
                return Ok(ChoiceResult::Now);
            }
        }
        Err(contended(keys::contract_partition(contract_id)))
    }

    /// Sets an anomaly of an annuity aside, if the facts that `seen` is the digest of still show it.
    pub(crate) async fn set_anomaly_aside(
        &self,
        (annuity, anomaly, seen): (&AnnuityId, Anomaly, &str),
        why: &str,
        origin: Origin<'_>,
    ) -> Result<set_aside::Outcome, LedgerError> {
        for attempt in 0..ATTEMPTS {
            let mut aggregates = self.whole_aggregates(keys::contract_partition(&annuity.contract_id)).await?;
            let contract = aggregates.contract();
            let partner = self.partner_of(&contract).await?;
            match aggregates.set_aside((annuity, anomaly, seen), why, &partner, origin) {
                set_aside::Outcome::Now => {}
                other @ (set_aside::Outcome::Already | set_aside::Outcome::Changed) => return Ok(other),
            }
            let (plan, _) = self.plan_for((aggregates, contract.sale()), annuity, origin).await?;
            if self.carry_out(plan, annuity, origin, attempt).await? {
                return Ok(set_aside::Outcome::Now);
            }
        }
        Err(contended(keys::contract_partition(&annuity.contract_id)))
    }

    /// The plan for what was added to an aggregate; changes that do not fit one transaction go into the `todo` of that
    /// aggregate.
    async fn plan_for(
        &self,
        (aggregates, before): (Aggregates, Option<&Sale>),
        annuity: &AnnuityId,
        origin: Origin<'_>,
    ) -> Result<(Plan, State), LedgerError> {
        let mut plan = self.plan(aggregates, before, &annuity.contract_id, (None, origin)).await?;
        if !plan.left.is_empty() {
            let mut todo = plan.left.clone();
            todo.extend(plan.aggregates.todo(annuity));
            plan.aggregates.set_todo(annuity, todo);
        }
        let state = plan.aggregates.contract().state(annuity.term, &plan.partner);
        Ok((plan, state))
    }

    /// Applies a plan, then the rest of its `todo`. `false`: a conflict; plan again.
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

    /// Plans one transaction: the aggregates' new rows, the partners whose lists change, the entries due, and a raised
    /// revision for every sale that is decided otherwise by the new list, whether its entries change or not: whoever
    /// computed it by the old list conflicts. `before` is the sale effective before.
    pub(crate) async fn plan(
        &self,
        mut aggregates: Aggregates,
        before: Option<&Sale>,
        contract_id: &ContractId,
        (pass, origin): (Option<&PartnerId>, Origin<'_>),
    ) -> Result<Plan, LedgerError> {
        let after = aggregates.contract().sale().cloned();
        let mut lists = Lists::default();
        for sale in before.into_iter().chain(after.as_ref()) {
            if !lists.partner_records.contains_key(&sale.partner_id) {
                let record = self.partner_record_of(&sale.partner_id, &aggregates).await?;
                lists.partner_records.insert(sale.partner_id.clone(), (record, false));
            }
        }
        let because = match (pass, after.as_ref().and_then(|sale| lists.partner_records.get(&sale.partner_id))) {
            (Some(of), Some((record, _))) => trigger_in_pass(of, record, origin.because),
            (Some(_), None) | (None, _) => origin.because.clone(),
        };
        let origin = Origin { because: &because, ..origin };
        if lists.change(before, after.as_ref()) {
            // A plan made from a read before the sale was listed must be made again.
            aggregates.touch(first_annuity(contract_id), origin);
        }
        let (mut others, mut left) = (Vec::new(), Vec::new());
        for key in lists.decided_otherwise.iter().filter(|key| key.contract_id != *contract_id) {
            match self.whole_aggregates(keys::contract_partition(&key.contract_id)).await {
                Ok(mut other) => {
                    other.touch(first_annuity(&key.contract_id), origin);
                    others.push((key.contract_id.clone(), other));
                }
                // An unreadable contract delays neither this one nor the others; it stays in `todo`.
                Err(error) if error.is_contained() => left.push(key.contract_id.clone()),
                Err(error) => return Err(error),
            }
        }
        let reserved = lists.write_count() + others.iter().map(|(_, other)| other.write_count()).sum::<usize>();
        let mut room = self.store.max_writes().saturating_sub(reserved);
        let partner = lists.partner_of(after.as_ref());
        if aggregates.post_due(&partner, origin, room)? == Posted::InPart {
            left.push(contract_id.clone());
        }
        room = room.saturating_sub(aggregates.write_count());
        for (id, other) in &mut others {
            let touched = other.write_count();
            let partner = lists.partner_of(other.contract().sale());
            if other.post_due(&partner, origin, room + touched)? == Posted::InPart {
                left.push(id.clone());
            }
            room = room.saturating_sub(other.write_count() - touched);
        }
        let others = others.into_iter().map(|(_, other)| other).collect();
        // A choice of the same claim, too: the row that counts a chosen sale is its last.
        let is_counted_anew = before != after.as_ref() || aggregates.adds_choice();
        let counted = before.into_iter().chain(after.as_ref()).filter(|_| is_counted_anew);
        let sales = counted.filter_map(PartnerMonth::of_sale).collect();
        Ok(Plan { aggregates, others, partner_records: lists.written(), partner, sales, left })
    }

    /// Processes the `todo` of a fact or a choice, then clears it. Safe to repeat, and to run concurrently. Contracts
    /// that cannot be read stay in `todo`, and are the error at the end.
    pub(crate) async fn finish(&self, annuity: &AnnuityId, origin: Origin<'_>) -> Result<(), LedgerError> {
        let contract_id = &annuity.contract_id;
        for attempt in 0..ATTEMPTS {
            let todo = self.whole_aggregates(keys::contract_partition(contract_id)).await?.todo(annuity);
            let (mut failed, mut undone) = (None, Vec::new());
            for id in &todo {
                match self.adjust(id.clone(), origin).await {
                    Ok(_) => {}
                    Err(error) if error.is_contained() => {
                        undone.push(id);
                        failed = Some(error);
                    }
                    Err(error) => return Err(error),
                }
            }
            let mut aggregates = self.whole_aggregates(keys::contract_partition(contract_id)).await?;
            let known = aggregates.todo(annuity);
            let is_left = |id: &ContractId| !todo.contains(id) || undone.contains(&id);
            let left: Vec<ContractId> = known.iter().filter(|id| is_left(id)).cloned().collect();
            if left == known {
                return failed.map_or(Ok(()), Err);
            }
            aggregates.set_todo(annuity, left);
            match self.transact(aggregates.writes()?).await {
                Ok(()) => {}
                Err(TransactError::Conflict) => self.store.back_off(attempt).await,
                Err(TransactError::Failed(error)) => return Err(error.into()),
            }
        }
        Err(contended(keys::contract_partition(contract_id)))
    }

    /// The partner as the basis of a decision; it must be stored if these aggregates have entries booked for it.
    pub(crate) async fn partner_record_of(
        &self,
        partner_id: &PartnerId,
        aggregates: &Aggregates,
    ) -> Result<PartnerRecord, LedgerError> {
        let record = self.partner_record(partner_id).await?;
        record.known()?;
        if !record.is_stored() && aggregates.books_for(partner_id) {
            return Err(Unreadable::damaged(keys::partner_record(partner_id), LOST).into());
        }
        Ok(record)
    }

    /// The rows of a partition; an error if one cannot be read.
    pub(crate) async fn whole_aggregates(&self, partition: String) -> Result<Aggregates, LedgerError> {
        self.aggregates(partition).await?.whole()
    }

    /// The rows of a partition; a torn read is retried.
    pub(crate) async fn aggregates(&self, partition: String) -> Result<Aggregates, LedgerError> {
        for attempt in 0..ATTEMPTS {
            if let Ok(aggregates) = Aggregates::read(self.store.partition(partition.clone()).await?) {
                return Ok(aggregates);
            }
            self.store.back_off(attempt).await;
        }
        Err(contended(partition))
    }
}

/// The trigger of an entry that a pass of a partner appends, decided under a partner's record: the registration that made its
/// agreements, which may be newer than the one that the pass was requested for.
pub(crate) fn trigger_in_pass(of: &PartnerId, record: &PartnerRecord, because: &Trigger) -> Trigger {
    match because {
        Trigger::Agreements(0) => Trigger::Agreements(0),
        Trigger::Agreements(version) if record.id == *of => {
            Trigger::Agreements(record.agreements_version.max(*version))
        }
        // The sale went to another partner: no registration of that one is the cause.
        Trigger::Agreements(_) => Trigger::Agreements(0),
        Trigger::Event(_) | Trigger::Choice(..) | Trigger::SetAside | Trigger::Audit => because.clone(),
    }
}

/// The partners affected by a change of the effective sale, and the sales that are decided otherwise for it.
#[derive(Default)]
struct Lists {
    /// Each partner record, and whether it must be written.
    partner_records: BTreeMap<PartnerId, (PartnerRecord, bool)>,
    decided_otherwise: Vec<RankKey>,
}

impl Lists {
    /// Removes the sale effective before from its partner's list, if it no longer is, and adds the one effective now to
    /// its partner's list, if it belongs there and is missing: then `true`. A partner instance raises the revision in
    /// any case.
    fn change(&mut self, before: Option<&Sale>, after: Option<&Sale>) -> bool {
        if let Some(sale) = before.filter(|sale| after != Some(*sale)) {
            self.change_list(sale, Partner::remove);
        }
        after.is_some_and(|sale| self.change_list(sale, Partner::add))
    }

    fn change_list(&mut self, sale: &Sale, change: impl FnOnce(&mut Partner, &Sale) -> Option<Vec<RankKey>>) -> bool {
        let Some((record, written)) = self.partner_records.get_mut(&sale.partner_id) else { return false };
        let decided_otherwise = change(&mut record.partner, sale);
        let changed = decided_otherwise.is_some();
        *written |= decided_otherwise.is_some() || sale.instance == Instance::Partner;
        for key in decided_otherwise.into_iter().flatten() {
            if !self.decided_otherwise.contains(&key) {
                self.decided_otherwise.push(key);
            }
        }
        changed
    }

    /// Without a sale, the partner does not matter.
    fn partner_of(&self, sale: Option<&Sale>) -> Partner {
        let record = sale.and_then(|sale| self.partner_records.get(&sale.partner_id));
        record.map(|(record, _)| record.partner.clone()).unwrap_or_default()
    }

    fn write_count(&self) -> usize {
        self.partner_records.values().filter(|(_, written)| *written).count()
    }

    fn written(self) -> Vec<PartnerRecord> {
        self.partner_records.into_values().filter(|(_, written)| *written).map(|(record, _)| record).collect()
    }
}

/// The plan of one transaction.
pub(crate) struct Plan {
    pub(crate) aggregates: Aggregates,
    others: Vec<Aggregates>,
    partner_records: Vec<PartnerRecord>,
    /// The partner of the effective sale.
    partner: Partner,
    /// The months whose number of sales changes.
    sales: BTreeSet<PartnerMonth>,
    /// The contracts whose changes did not all fit.
    pub(crate) left: Vec<ContractId>,
}

impl Plan {
    pub(crate) fn changes_aggregates(&self) -> bool {
        self.aggregates.write_count() > 0 || self.others.iter().any(|other| other.write_count() > 0)
    }

    pub(crate) fn writes(&self) -> Result<Writes, LedgerError> {
        let mut writes = self.aggregates.writes()?;
        writes.sales.clone_from(&self.sales);
        for record in &self.partner_records {
            writes.items.push(record.write()?);
        }
        for other in &self.others {
            other.add_writes(&mut writes)?;
        }
        Ok(writes)
    }
}

pub(crate) fn contended(what: String) -> LedgerError {
    LedgerError::Contended { what, attempts: ATTEMPTS }
}
