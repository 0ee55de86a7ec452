//! A partition as it was read, and the plan of what to append to it. Planning is pure: the same rows, facts and partner
//! give the same writes.
//!
//! Every write to a slot is conditional on the revision that was read, and raises it; a slot also counts the rows
//! appended to it, so that a reader who saw half a transaction notices.

use crate::bookings::Writes;
use crate::choices::{Choice, ChoiceMade, Chosen};
use crate::keys::{self, RowKey, SlotKey};
use crate::lenient::UnknownEntry;
use crate::marks::Marks;
use crate::recorded::{Origin, Recorded};
use crate::rows::{ChosenClaim, Content, Row, annuity_of, day_of};
use crate::slot::Slot;
use crate::store::Item;
use crate::{LedgerError, Unreadable};
use jiff::Timestamp;
use rules::claims::Added;
use rules::contract::{Bound, Key};
use rules::entry::entries_due;
use rules::line::{LineId, entry_fee_line};
use rules::{AnnuityId, Contract, ContractId, Entry, Fact, Line, Partner, PartnerId, Sale};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Half a transaction was read: a slot counts other rows than there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Torn;

/// Whether everything due fitted into the room there was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// The lines and the ledger agree once the writes are applied.
    Completely,
    /// More is due than fits one transaction.
    InPart,
}

/// The slots of one partition: a contract, or a partner's entry fees.
#[derive(Debug, Clone, Default)]
pub struct Slots {
    pub(crate) slots: BTreeMap<SlotKey, Slot>,
    /// What cannot be read. The rest can be shown; nothing can be decided.
    unreadable: Vec<(Unreadable, Arc<Item>)>,
}

impl Slots {
    /// Takes the items of a partition apart.
    pub fn read(items: Vec<Item>) -> Result<Slots, Torn> {
        let mut slots = Slots::default();
        let mut appended = Vec::new();
        // Slots whose own row cannot be read, so that nobody knows how many rows they count.
        let mut broken = BTreeSet::new();
        let mut unreadable_rows: BTreeMap<SlotKey, usize> = BTreeMap::new();
        for item in items {
            let item = Arc::new(item);
            match Row::recorded(Arc::clone(&item)) {
                Ok((row, Some(state))) => drop(slots.slots.insert(row.slot.clone(), Slot::read(row, state))),
                Ok((row, None)) => appended.push(row),
                Err(unreadable) => {
                    match keys::slot_of_row(&unreadable.key) {
                        Some(slot) if RowKey::Slot(slot.clone()).key() == unreadable.key => drop(broken.insert(slot)),
                        Some(slot) => *unreadable_rows.entry(slot).or_default() += 1,
                        None => {}
                    }
                    slots.unreadable.push((unreadable, item));
                }
            }
        }
        for row in appended {
            match slots.slots.get_mut(&row.slot) {
                Some(slot) => slot.stored.push(row),
                None if broken.contains(&row.slot) => {}
                None => return Err(Torn),
            }
        }
        let is_whole = |slot: &Slot| {
            let unreadable = unreadable_rows.get(&slot.key).copied().unwrap_or_default();
            usize::try_from(slot.state.appended) == Ok(slot.stored.len() + unreadable)
        };
        let whole = slots.slots.values().all(is_whole)
            && unreadable_rows.keys().all(|slot| slots.slots.contains_key(slot) || broken.contains(slot));
        if whole { Ok(slots) } else { Err(Torn) }
    }

    /// What of the partition cannot be read.
    pub fn unreadable(&self) -> impl Iterator<Item = &Unreadable> {
        self.unreadable.iter().map(|(unreadable, _)| unreadable)
    }

    /// The entries that a later release wrote.
    pub fn unknown_entries(&self) -> Vec<UnknownEntry> {
        self.unreadable.iter().filter_map(|(_, item)| UnknownEntry::read(item)).collect()
    }

    /// The same, to decide by; not if anything cannot be read.
    pub fn whole(self) -> Result<Slots, LedgerError> {
        match self.unreadable.first() {
            Some((unreadable, _)) => Err(unreadable.clone().into()),
            None => Ok(self),
        }
    }

    /// The facts of a contract, as its rows hold them: of each slot its own and credit notes, then claims and choices as
    /// appended, so that a choice comes after the claims that it saw.
    pub fn contract(&self) -> Contract {
        let mut contract = Contract::default();
        for row in self.slots.values().flat_map(Slot::in_order) {
            match &row.content {
                Content::Choice { n: _, chosen } => contract.choose(&chosen.about, chosen.claim.clone()),
                Content::Own { .. } | Content::CreditNote { .. } | Content::Claim { .. } => {
                    if let Some(fact) = row.fact() {
                        contract.add(fact);
                    }
                }
                Content::Entry { .. } | Content::CreditNoteEntry { .. } | Content::Left { .. } => {}
            }
        }
        contract
    }

    /// The facts that still have something to do.
    pub(crate) fn unfinished(&self) -> Vec<(AnnuityId, Vec<ContractId>)> {
        let with_todo = self.slots.values().filter(|slot| !slot.state.todo.is_empty());
        let of_annuities = with_todo.filter_map(|slot| match &slot.key {
            SlotKey::Annuity(annuity) => Some((annuity.clone(), slot.state.todo.clone())),
            SlotKey::EntryFee(..) => None,
        });
        of_annuities.collect()
    }

    /// Whether anything is booked for a partner.
    pub(crate) fn books_for(&self, partner: &PartnerId) -> bool {
        let mut rows = self.slots.values().flat_map(Slot::in_order);
        rows.any(|row| row.entry().is_some_and(|entry| entry.posting.partner_id == *partner))
    }

    /// The choices of what stands, with the reason stated and when, in their order.
    pub fn choices(&self) -> Vec<ChoiceMade> {
        let contract = self.contract();
        let mut choices = Vec::new();
        let mut made: BTreeMap<Key, usize> = BTreeMap::new();
        for row in self.slots.values().flat_map(Slot::in_order) {
            let Content::Choice { n: _, chosen: ChosenClaim { about, claim, why } } = &row.content else { continue };
            let number = made.entry(about.clone()).or_default();
            let seen = contract.choices(about).get(*number).map_or(0, |choice| choice.seen);
            *number += 1;
            let (claim, why, at) = (claim.clone(), why.clone().unwrap_or_default(), row.recorded_at);
            choices.push(ChoiceMade { key: about.clone(), claim, seen, why, at });
        }
        choices.sort_by(|one, other| one.key.cmp(&other.key));
        choices
    }

    /// The entries of every line, in the order they were recorded, those planned included.
    pub fn entries(&self) -> BTreeMap<LineId, Vec<Recorded>> {
        let mut entries: BTreeMap<LineId, Vec<Recorded>> = BTreeMap::new();
        for row in self.slots.values().flat_map(Slot::in_order) {
            if let Some(recorded) = row.recorded_entry() {
                entries.entry(row.key().line()).or_default().push(recorded);
            }
        }
        entries
    }

    /// Takes a fact in: into its slot if that is empty, behind it otherwise. A duplicate changes nothing, and so does one that
    /// is too many.
    pub fn place(&mut self, fact: &Fact, origin: Origin<'_>) -> Result<Added, Bound> {
        let added = self.contract().take(fact)?;
        if added == Added::Duplicate {
            return Ok(added);
        }
        let slot = self.slot_mut(SlotKey::Annuity(annuity_of(fact)), origin);
        match (fact, added) {
            (_, Added::Duplicate) => {}
            (Fact::Sale(_) | Fact::Renewal(_), Added::First) => slot.put_fact(fact.clone(), origin),
            (Fact::CreditNote(note), Added::First) => {
                slot.append(origin, |_| Content::CreditNote { note: note.clone(), entry: None });
            }
            (_, Added::Contradiction) => slot.append(origin, |n| Content::Claim { n, fact: fact.clone() }),
        }
        Ok(added)
    }

    /// A slot; a placeholder where there is none.
    fn slot_mut(&mut self, key: SlotKey, origin: Origin<'_>) -> &mut Slot {
        self.slots.entry(key.clone()).or_insert_with(|| Slot::new(key, origin))
    }

    /// Takes a choice in, if it is the next one of its key. A sale that leaves its partner, or comes to another, is listed
    /// under both.
    pub fn choose(&mut self, choice: &Choice, origin: Origin<'_>) -> Chosen {
        let contract = self.contract();
        let (outcome, claim) = choice.judge(&contract);
        if outcome != Chosen::Now {
            return outcome;
        }
        let annuity = AnnuityId { contract_id: choice.contract_id.clone(), term: choice.key.term() };
        let Some(slot) = self.slots.get_mut(&SlotKey::Annuity(annuity)) else {
            return Chosen::UnknownClaim { claims: 0 };
        };
        let after = match &claim {
            Some(Fact::Sale(sale)) => Some(sale.clone()),
            Some(Fact::Renewal(_) | Fact::CreditNote(_)) | None => None,
        };
        slot.state.chosen = true;
        let chosen = ChosenClaim { about: choice.key.clone(), claim, why: Some(choice.why.clone()) };
        let list = after.as_ref().map(|sale| (&sale.partner_id, sale.signed_on));
        slot.append_under(list, origin, |n| Content::Choice { n, chosen });
        let holder = after.as_ref().map(|sale| &sale.partner_id);
        if let (Key::Sale, Some(before)) = (&choice.key, contract.sale())
            && holder != Some(&before.partner_id)
        {
            let list = Some((&before.partner_id, before.signed_on));
            slot.append_under(list, origin, |n| Content::Left { n });
        }
        Chosen::Now
    }

    /// Makes sure that a slot is written, so that whoever read it before must read it again. Where there is none, a
    /// placeholder is put: what arrives there finds it, and settles what waits.
    pub fn touch(&mut self, annuity: AnnuityId, origin: Origin<'_>) {
        self.slot_mut(SlotKey::Annuity(annuity), origin).dirty = true;
    }

    /// Plans what is due on every line of the contract (§4), as far as it fits into `room` writes in all.
    pub fn settle(&mut self, partner: &Partner, origin: Origin<'_>, room: usize) -> Result<Settled, LedgerError> {
        let contract = self.contract();
        if let Some(sale) = contract.sale() {
            self.list(sale);
        }
        let lines = contract.terms().into_iter().flat_map(|term| contract.lines(term, partner)).collect();
        let settled = self.settle_lines(lines, origin, room)?;
        Ok(if self.mark(&contract, partner, origin, room) { settled } else { Settled::InPart })
    }

    /// Brings what is derived in each slot's row to what it is now: whether it needs a person, whether a choice was made, whose
    /// the sale is or was. `false`: there was no room for all of them.
    fn mark(&mut self, contract: &Contract, partner: &Partner, origin: Origin<'_>, room: usize) -> bool {
        let holders = self.holders();
        let mut left = room.saturating_sub(self.write_count());
        for slot in self.slots.values_mut() {
            let marks = Marks::of(slot, contract, partner, &holders);
            if marks.are_stored(slot) {
                continue;
            }
            if !slot.dirty && left == 0 {
                return false;
            }
            left = left.saturating_sub(usize::from(!slot.dirty));
            slot.dirty = true;
            marks.store(slot, origin.at);
        }
        true
    }

    /// The slots whose marks are not what the facts make of them.
    pub(crate) fn wrongly_marked(&self, contract: &Contract, partner: &Partner) -> Vec<&SlotKey> {
        let holders = self.holders();
        let wrong = self.slots.values().filter(|slot| !Marks::of(slot, contract, partner, &holders).are_stored(slot));
        wrong.map(|slot| &slot.key).collect()
    }

    /// Plans what is due on every entry fee (§6).
    pub fn settle_fees(
        &mut self,
        partner_id: &PartnerId,
        partner: &Partner,
        origin: Origin<'_>,
        room: usize,
    ) -> Result<Settled, LedgerError> {
        let fees = partner.agreements.iter().filter_map(|agreement| entry_fee_line(partner_id, agreement));
        self.settle_lines(fees.collect(), origin, room)
    }

    /// Rows that hold a fact are listed under the sale's partner, decided or not, when they are next written.
    fn list(&mut self, sale: &Sale) {
        for row in self.slots.values_mut().flat_map(Slot::written_rows) {
            if let Some(fact) = row.fact().filter(|_| row.is_own_fact() && row.place.is_none()) {
                row.list_under(&sale.partner_id, day_of(&fact));
            }
        }
    }

    fn settle_lines(&mut self, lines: Vec<Line>, origin: Origin<'_>, room: usize) -> Result<Settled, LedgerError> {
        let recorded = self.entries();
        let mut targets: BTreeMap<LineId, Option<Line>> = recorded.keys().cloned().map(|line| (line, None)).collect();
        targets.extend(lines.into_iter().map(|line| (line.id.clone(), Some(line))));
        let mut settled = Settled::Completely;
        let mut count = self.write_count();
        for (id, line) in targets {
            let entries: Vec<&Entry> =
                recorded.get(&id).into_iter().flatten().map(|recorded| &recorded.entry).collect();
            let due = entries_due(line.as_ref(), &entries)
                .map_err(|source| LedgerError::Overflow { what: self.name(), source })?;
            if due.is_empty() {
                continue;
            }
            let key = slot_of(&id);
            let is_new = !self.slots.contains_key(&key);
            let slot = self.slots.entry(key.clone()).or_insert_with(|| Slot::new(key.clone(), origin));
            let writes = slot.writes_for(&id, due.len()) + usize::from(is_new);
            if count + writes > room {
                settled = Settled::InPart;
                if is_new {
                    self.slots.remove(&key);
                }
                continue;
            }
            count += writes;
            for entry in &due {
                slot.append_entry(&id, entry, origin);
            }
        }
        Ok(settled)
    }

    /// Contracts whose lines the fact of an annuity still changes.
    pub fn todo(&self, annuity: &AnnuityId) -> Vec<ContractId> {
        let slot = self.slots.get(&SlotKey::Annuity(annuity.clone()));
        slot.map(|slot| slot.state.todo.clone()).unwrap_or_default()
    }

    /// Adds to what the fact of an annuity leaves to do, or, with nothing, marks it done.
    pub fn set_todo(&mut self, annuity: &AnnuityId, todo: Vec<ContractId>) {
        if let Some(slot) = self.slots.get_mut(&SlotKey::Annuity(annuity.clone())) {
            slot.dirty = true;
            slot.state.todo = todo;
        }
    }

    /// How many writes the plan has.
    pub fn write_count(&self) -> usize {
        self.slots.values().map(Slot::write_count).sum()
    }

    /// The plan.
    pub fn writes(&self) -> Result<Writes, LedgerError> {
        let mut writes = Writes::default();
        self.add_writes(&mut writes)?;
        Ok(writes)
    }

    /// Adds the plan to other writes.
    pub(crate) fn add_writes(&self, writes: &mut Writes) -> Result<(), LedgerError> {
        self.slots.values().try_for_each(|slot| slot.write(writes))
    }

    fn name(&self) -> String {
        self.slots.keys().next().map_or_else(String::new, |key| RowKey::Slot(key.clone()).key().pk)
    }

    /// When the first that was said of an annuity was recorded.
    pub fn recorded_at(&self, annuity: &AnnuityId) -> Option<Timestamp> {
        self.slots.get(&SlotKey::Annuity(annuity.clone())).map(|slot| slot.own.recorded_at)
    }
}

fn slot_of(line: &LineId) -> SlotKey {
    match line.clone() {
        LineId::Annuity { annuity, cause: _ } => SlotKey::Annuity(annuity),
        LineId::EntryFee { partner_id, agreement } => SlotKey::EntryFee(partner_id, agreement),
    }
}
