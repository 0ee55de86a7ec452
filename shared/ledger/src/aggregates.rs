//! The aggregates of a partition as read, and the plan of the rows to append. Planning is pure: the same rows, facts
//! and partner give the same writes.
//!
//! Every write to an aggregate is conditional on the revision read, and raises it. An aggregate also stores the number
//! of rows appended to it: if the row count differs from the stored count, the read was torn.

use crate::aggregate::Aggregate;
use crate::bookings::Writes;
use crate::choices::{Choice, ChoiceMade, ChoiceResult, Stated};
use crate::keys::{self, AggregateKey, RowKey};
use crate::lenient::UnknownEntry;
use crate::recorded::{LedgerEntry, Origin};
use crate::rows::{ChosenClaim, Content, Row, annuity_of, day_of, first_annuity};
use crate::store::Item;
use crate::{LedgerError, Unreadable};
use jiff::Timestamp;
use rules::claims::{ClaimResult, Source};
use rules::contract::{Bound, Key};
use rules::entry::entries_due;
use rules::line::{LineId, entry_fee_line};
use rules::sorted::Sorted;
use rules::{AnnuityId, Contract, ContractId, CustomerName, Entry, Fact, Line, Partner, PartnerId, Sale};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A torn read: the number of rows differs from the count that the aggregate stores. The reader retries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Torn;

/// The result of planning within a bounded number of writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posted {
    /// The writes include everything due.
    Completely,
    /// More is due than fits one transaction.
    InPart,
}

/// The aggregates of one partition: a contract, or a partner's entry fees.
#[derive(Debug, Clone, Default)]
pub struct Aggregates {
    pub(crate) by_key: BTreeMap<AggregateKey, Aggregate>,
    /// The unreadable items. The rest can be shown; nothing can be decided.
    unreadable: Vec<(Unreadable, Arc<Item>)>,
}

impl Aggregates {
    /// Groups the items of a partition into aggregates.
    pub fn read(items: Vec<Item>) -> Result<Aggregates, Torn> {
        let mut aggregates = Aggregates::default();
        let mut appended = Vec::new();
        // Aggregates whose own row cannot be read, so that their row count is unknown.
        let mut broken = BTreeSet::new();
        let mut unreadable_rows: BTreeMap<AggregateKey, usize> = BTreeMap::new();
        for item in items {
            let item = Arc::new(item);
            match Row::recorded(Arc::clone(&item)) {
                Ok((row, Some(state))) => {
                    aggregates.by_key.insert(row.aggregate.clone(), Aggregate::read(row, state));
                }
                Ok((row, None)) => appended.push(row),
                Err(unreadable) => {
                    match keys::aggregate_of_row(&unreadable.key) {
                        Some(aggregate) if RowKey::Aggregate(aggregate.clone()).key() == unreadable.key => {
                            broken.insert(aggregate);
                        }
                        Some(aggregate) => *unreadable_rows.entry(aggregate).or_default() += 1,
                        None => {}
                    }
                    aggregates.unreadable.push((unreadable, item));
                }
            }
        }
        for row in appended {
            match aggregates.by_key.get_mut(&row.aggregate) {
                Some(aggregate) => aggregate.stored.push(row),
                None if broken.contains(&row.aggregate) => {}
                None => return Err(Torn),
            }
        }
        let is_whole = |aggregate: &Aggregate| {
            let unreadable = unreadable_rows.get(&aggregate.key).copied().unwrap_or_default();
            usize::try_from(aggregate.state.appended) == Ok(aggregate.stored.len() + unreadable)
        };
        let whole = aggregates.by_key.values().all(is_whole)
            && unreadable_rows
                .keys()
                .all(|aggregate| aggregates.by_key.contains_key(aggregate) || broken.contains(aggregate));
        if whole { Ok(aggregates) } else { Err(Torn) }
    }

    /// The unreadable items of the partition.
    pub fn unreadable(&self) -> impl Iterator<Item = &Unreadable> {
        self.unreadable.iter().map(|(unreadable, _)| unreadable)
    }

    /// The entries written by a later release.
    pub fn unknown_entries(&self) -> Vec<UnknownEntry> {
        self.unreadable.iter().filter_map(|(_, item)| UnknownEntry::read(item)).collect()
    }

    /// The same aggregates, as the basis of a decision; an error if an item cannot be read.
    pub fn whole(self) -> Result<Aggregates, LedgerError> {
        match self.unreadable.first() {
            Some((unreadable, _)) => Err(unreadable.clone().into()),
            None => Ok(self),
        }
    }

    /// All rows: those of each aggregate in order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.by_key.values().flat_map(Aggregate::in_order)
    }

    /// The facts of a contract, from its rows: for each aggregate its own fact and adjustments, then claims and
    /// choices as appended, so that a choice follows the claims that it saw.
    pub fn contract(&self) -> Contract {
        let mut contract = Contract::default();
        for row in self.rows() {
            match &row.content {
                Content::Choice { n: _, chosen } => contract.choose(&chosen.about, chosen.claim.clone()),
                Content::Own { .. } | Content::Adjustment { .. } | Content::Claim { .. } => {
                    if let Some(fact) = row.fact() {
                        contract.add_from(fact, row.source);
                    }
                }
                Content::Entry { .. }
                | Content::AdjustmentEntry { .. }
                | Content::SaleMoved { .. }
                | Content::SetAside { .. } => {}
            }
        }
        contract
    }

    /// The facts with contracts still in `todo`.
    pub(crate) fn unfinished(&self) -> Vec<(AnnuityId, Vec<ContractId>)> {
        let with_todo = self.by_key.values().filter(|aggregate| !aggregate.state.todo.is_empty());
        let of_annuities = with_todo.filter_map(|aggregate| match &aggregate.key {
            AggregateKey::Annuity(annuity) => Some((annuity.clone(), aggregate.state.todo.clone())),
            AggregateKey::EntryFee(..) => None,
        });
        of_annuities.collect()
    }

    /// Whether a choice is to be appended.
    pub(crate) fn adds_choice(&self) -> bool {
        let mut new = self.by_key.values().flat_map(|aggregate| &aggregate.new);
        new.any(|row| matches!(row.content, Content::Choice { .. }))
    }

    /// Whether any entry is booked for a partner.
    pub(crate) fn books_for(&self, partner: &PartnerId) -> bool {
        let mut rows = self.rows();
        rows.any(|row| row.entry().is_some_and(|entry| entry.posting.partner_id == *partner))
    }

    /// The choices in order, each with its reason and time.
    pub fn choices(&self) -> Vec<ChoiceMade> {
        let contract = self.contract();
        let mut choices = Vec::new();
        let mut made: BTreeMap<Key, usize> = BTreeMap::new();
        for row in self.rows() {
            let Content::Choice { n: _, chosen: ChosenClaim { about, claim, why } } = &row.content else { continue };
            let number = made.entry(about.clone()).or_default();
            let seen = contract.choices(about).get(*number).map_or(0, |choice| choice.seen);
            *number += 1;
            let (claim, why, at) = (claim.clone(), why.clone().unwrap_or_default(), row.recorded_at);
            let is_stated = row.source == Source::Manager;
            choices.push(ChoiceMade { key: about.clone(), claim, seen, why, at, is_stated });
        }
        choices.sort_by(|one, other| one.key.cmp(&other.key));
        choices
    }

    /// The entries of every line, in the order they were recorded, planned ones included.
    pub fn entries(&self) -> BTreeMap<LineId, Vec<LedgerEntry>> {
        let mut entries: BTreeMap<LineId, Vec<LedgerEntry>> = BTreeMap::new();
        for row in self.rows() {
            if let Some(recorded) = row.recorded_entry() {
                entries.entry(row.key().line()).or_default().push(recorded);
            }
        }
        entries
    }

    /// Adds a fact from billing: as its aggregate's own fact if that is empty, as a contradicting claim otherwise. A
    /// duplicate changes nothing, nor does a fact beyond a bound.
    pub fn place(
        &mut self,
        fact: &Fact,
        customer_name: Option<&CustomerName>,
        origin: Origin<'_>,
    ) -> Result<ClaimResult, Bound> {
        let added = self.place_from(fact, Source::Billing, origin)?;
        if let (ClaimResult::First | ClaimResult::Contradiction, Some(name)) = (added, customer_name) {
            self.aggregate_mut(AggregateKey::Annuity(annuity_of(fact)), origin).label(fact, name);
        }
        Ok(added)
    }

    /// The same for a fact from a source.
    fn place_from(&mut self, fact: &Fact, source: Source, origin: Origin<'_>) -> Result<ClaimResult, Bound> {
        let added = self.contract().take_from(fact, source)?;
        if added == ClaimResult::Duplicate {
            return Ok(added);
        }
        let aggregate = self.aggregate_mut(AggregateKey::Annuity(annuity_of(fact)), origin);
        match (fact, added) {
            (_, ClaimResult::Duplicate) => {}
            (Fact::Sale(_) | Fact::Renewal(_), ClaimResult::First) => aggregate.put_fact(fact.clone(), origin),
            (Fact::Adjustment(adjustment), ClaimResult::First) => {
                aggregate.append(origin, |_| Content::Adjustment { adjustment: adjustment.clone(), entry: None });
            }
            (Fact::ContractEnd(_), ClaimResult::First) | (_, ClaimResult::Contradiction) => {
                aggregate.append(origin, |n| Content::Claim { n, fact: fact.clone() });
            }
        }
        aggregate.name_source(fact, source);
        Ok(added)
    }

    /// The name of the client: the last one that a manager wrote with the effective sale, else that of its first event, else the
    /// last one that any claim of the sale gives this client.
    pub fn customer_name(&self) -> Option<&CustomerName> {
        let contract = self.contract();
        let effective = Fact::Sale(contract.sale()?.clone());
        let is_chosen = |row: &Row| match &row.content {
            Content::Choice { n: _, chosen } => chosen.claim.as_ref() == Some(&effective),
            Content::Own { .. }
            | Content::Entry { .. }
            | Content::Adjustment { .. }
            | Content::AdjustmentEntry { .. }
            | Content::Claim { .. }
            | Content::SaleMoved { .. }
            | Content::SetAside { .. } => false,
        };
        let written = self.rows().filter(|row| is_chosen(row)).filter_map(|row| row.customer_name.as_ref()).last();
        let reported = || self.rows().find(|row| row.claims(&effective))?.customer_name.as_ref();
        let client = &contract.sale()?.customer_id;
        let is_of_client =
            |row: &&Row| row.fact().as_ref().and_then(Fact::sale).is_some_and(|sale| sale.customer_id == *client);
        let known = || self.rows().filter(is_of_client).filter_map(|row| row.customer_name.as_ref()).last();
        written.or_else(reported).or_else(known)
    }

    /// The aggregate of a key; a placeholder is added if there is none.
    fn aggregate_mut(&mut self, key: AggregateKey, origin: Origin<'_>) -> &mut Aggregate {
        self.by_key.entry(key.clone()).or_insert_with(|| Aggregate::new(key, origin))
    }

    /// Adds a choice, if it is the next one of its key, and before it the claim that it states, if it was not said yet. A sale that moves from one partner to another is listed under
    /// both.
    pub fn choose(&mut self, choice: &Choice, origin: Origin<'_>) -> ChoiceResult {
        let contract = self.contract();
        let (outcome, claim) = choice.judge(&contract);
        if outcome != ChoiceResult::Now {
            return outcome;
        }
        let stated = choice.claim.stated();
        if let Some(Stated { fact, customer_name: _ }) = stated {
            if let Err(bound) = self.place_from(fact, Source::Manager, origin) {
                return ChoiceResult::TooMany(bound);
            }
            if contract.sale().is_none() && matches!(choice.key, Key::Renewal(_)) {
                self.touch(first_annuity(&choice.contract_id), origin);
            }
        }
        let annuity = AnnuityId { contract_id: choice.contract_id.clone(), term: choice.key.term() };
        let Some(aggregate) = self.by_key.get_mut(&AggregateKey::Annuity(annuity)) else {
            return ChoiceResult::UnknownClaim { claims: 0 };
        };
        let after = claim.as_ref().and_then(Fact::sale).cloned();
        aggregate.state.chosen = true;
        let chosen = ChosenClaim { about: choice.key.clone(), claim, why: Some(choice.why.clone()) };
        let list = after.as_ref().map(|sale| (&sale.partner_id, sale.signed_on));
        aggregate.append_under(list, origin, |n| Content::Choice { n, chosen });
        if let (Some(row), Some(Stated { fact: _, customer_name })) = (aggregate.new.last_mut(), stated) {
            row.source = Source::Manager;
            row.customer_name.clone_from(customer_name);
        }
        let holder = after.as_ref().map(|sale| &sale.partner_id);
        if let (Key::Sale, Some(before)) = (&choice.key, contract.sale())
            && holder != Some(&before.partner_id)
        {
            let list = Some((&before.partner_id, before.signed_on));
            aggregate.append_under(list, origin, |n| Content::SaleMoved { n });
        }
        ChoiceResult::Now
    }

    /// Writes the aggregate, so that a plan made from an earlier read conflicts and is made again. If there is none, a
    /// placeholder is written: the awaited fact then takes the slow path, and decides the pending ones.
    pub fn touch(&mut self, annuity: AnnuityId, origin: Origin<'_>) {
        self.aggregate_mut(AggregateKey::Annuity(annuity), origin).dirty = true;
    }

    /// Plans the entries due on every line of the contract (§4), up to `room` writes in all.
    pub fn post_due(&mut self, partner: &Partner, origin: Origin<'_>, room: usize) -> Result<Posted, LedgerError> {
        let contract = self.contract();
        if let Some(sale) = contract.sale() {
            self.list(sale);
        }
        let lines = contract.terms().into_iter().flat_map(|term| contract.lines(term, partner)).collect();
        let posted = self.post_lines(lines, origin, room)?;
        Ok(if self.mark(&contract, partner, origin, room) { posted } else { Posted::InPart })
    }

    /// Plans the entries due on every entry fee (§6).
    pub fn post_fees_due(
        &mut self,
        partner_id: &PartnerId,
        partner: &Partner,
        origin: Origin<'_>,
        room: usize,
    ) -> Result<Posted, LedgerError> {
        let fees = partner.agreements.iter().filter_map(|agreement| entry_fee_line(partner_id, agreement));
        self.post_lines(fees.collect(), origin, room)
    }

    /// Lists the rows of facts under the sale's partner, decided or not, when they are next written.
    fn list(&mut self, sale: &Sale) {
        for row in self.by_key.values_mut().flat_map(Aggregate::written_rows) {
            if let Some(fact) = row.fact().filter(|_| row.is_own_fact() && row.place.is_none()) {
                row.list_under(&sale.partner_id, day_of(&fact));
            }
        }
    }

    fn post_lines(&mut self, lines: Vec<Line>, origin: Origin<'_>, room: usize) -> Result<Posted, LedgerError> {
        let recorded = self.entries();
        let mut targets: BTreeMap<LineId, Option<Line>> = recorded.keys().cloned().map(|line| (line, None)).to_map();
        targets.extend(lines.into_iter().map(|line| (line.id.clone(), Some(line))));
        let mut posted = Posted::Completely;
        let mut count = self.write_count();
        for (id, line) in targets {
            let entries: Vec<&Entry> =
                recorded.get(&id).into_iter().flatten().map(|recorded| &recorded.entry).collect();
            let due = entries_due(line.as_ref(), &entries)
                .map_err(|source| LedgerError::Overflow { what: self.name(), source })?;
            if due.is_empty() {
                continue;
            }
            let key = aggregate_of(&id);
            let is_new = !self.by_key.contains_key(&key);
            let aggregate = self.by_key.entry(key.clone()).or_insert_with(|| Aggregate::new(key.clone(), origin));
            let writes = aggregate.writes_for(&id, due.len()) + usize::from(is_new);
            if count + writes > room {
                posted = Posted::InPart;
                if is_new {
                    self.by_key.remove(&key);
                }
                continue;
            }
            count += writes;
            for entry in &due {
                aggregate.append_entry(&id, entry, origin);
            }
        }
        Ok(posted)
    }

    /// The contracts whose lines the fact of an annuity still changes.
    pub fn todo(&self, annuity: &AnnuityId) -> Vec<ContractId> {
        let aggregate = self.by_key.get(&AggregateKey::Annuity(annuity.clone()));
        aggregate.map(|aggregate| aggregate.state.todo.clone()).unwrap_or_default()
    }

    /// Adds contracts to the `todo` of an annuity's fact; with none, clears it.
    pub fn set_todo(&mut self, annuity: &AnnuityId, todo: Vec<ContractId>) {
        if let Some(aggregate) = self.by_key.get_mut(&AggregateKey::Annuity(annuity.clone())) {
            aggregate.dirty = true;
            aggregate.state.todo = todo;
        }
    }

    /// The number of planned writes.
    pub fn write_count(&self) -> usize {
        self.by_key.values().map(Aggregate::write_count).sum()
    }

    /// The planned writes.
    pub fn writes(&self) -> Result<Writes, LedgerError> {
        let mut writes = Writes::default();
        self.add_writes(&mut writes)?;
        Ok(writes)
    }

    /// Adds the planned writes to others.
    pub(crate) fn add_writes(&self, writes: &mut Writes) -> Result<(), LedgerError> {
        self.by_key.values().try_for_each(|aggregate| aggregate.write(writes))
    }

    fn name(&self) -> String {
        self.by_key.keys().next().map_or_else(String::new, |key| RowKey::Aggregate(key.clone()).key().pk)
    }

    /// The time at which the first fact of an annuity was recorded.
    pub fn recorded_at(&self, annuity: &AnnuityId) -> Option<Timestamp> {
        self.by_key.get(&AggregateKey::Annuity(annuity.clone())).map(|aggregate| aggregate.own.recorded_at)
    }
}

fn aggregate_of(line: &LineId) -> AggregateKey {
    match line.clone() {
        LineId::Annuity { annuity, cause: _ } => AggregateKey::Annuity(annuity),
        LineId::EntryFee { partner_id, agreement } => AggregateKey::EntryFee(partner_id, agreement),
    }
}
