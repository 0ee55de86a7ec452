//! A partition as it was read, and the plan of what to append to it. Planning is pure: the same rows, facts and partner
//! give the same writes.
//!
//! Every write to a slot is conditional on the revision that was read, and raises it; a slot also counts the rows
//! appended to it, so that a reader who saw half a transaction notices.

use crate::choices::{Choice, ChoiceMade, Chosen, subject_of};
use crate::keys::{self, RowKey, SlotKey};
use crate::lenient::UnknownEntry;
use crate::rows::{Row, StoredChoice, annuity, day_of};
use crate::store::{Item, Key as StoredKey, Write};
use crate::{LedgerError, Unreadable};
use jiff::Timestamp;
use rules::claims::Added;
use rules::contract::{Bound, Key};
use rules::entry::{Recorded, entries_due};
use rules::line::{LineId, entry_fee_line};
use rules::{Cause, Contract, ContractId, CreditNoteId, Day, Entry, Fact, Line, Partner, PartnerId, Sale, Term};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// When something is recorded, and the event that caused it.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// Now.
    pub at: Timestamp,
    /// The id of the event, at most 64 bytes.
    pub because: &'a str,
}

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

/// One slot with its rows.
#[derive(Debug, Clone)]
struct Slot {
    key: SlotKey,
    row: Row,
    /// The revision that was read; none: the slot is new.
    read: Option<u64>,
    dirty: bool,
    stored: Vec<(RowKey, Row)>,
    new: Vec<(RowKey, Row)>,
}

impl Slot {
    fn new(key: SlotKey, origin: Origin<'_>) -> Slot {
        let row = Row::new(&RowKey::Slot(key.clone()), origin.at, origin.because);
        Slot { key, row, read: None, dirty: true, stored: Vec::new(), new: Vec::new() }
    }

    fn rows(&self) -> impl Iterator<Item = (&RowKey, &Row)> {
        self.stored.iter().chain(&self.new).map(|(key, row)| (key, row))
    }

    /// Its own row, credit notes as they were first said, then what was appended, as it was appended.
    pub(crate) fn in_order(&self) -> Vec<(RowKey, &Row)> {
        let own = (RowKey::Slot(self.key.clone()), &self.row);
        let mut rows: Vec<(RowKey, &Row)> =
            std::iter::once(own).chain(self.rows().map(|(key, row)| (key.clone(), row))).collect();
        rows.sort_by_key(|(key, _)| key.n());
        rows
    }

    /// Whether a choice was made between the claims of the slot.
    pub(crate) fn is_chosen(&self) -> bool {
        self.rows().any(|(key, _)| matches!(key, RowKey::Choice(_, _)))
    }

    /// What is appended to the slot: a row under the key that `n`, unique within it, makes.
    fn append(
        &mut self,
        origin: Origin<'_>,
        key: impl FnOnce(SlotKey, u32) -> RowKey,
        fill: impl FnOnce(&RowKey, &mut Row),
    ) {
        self.dirty = true;
        self.row.appended += 1;
        let key = key(self.key.clone(), self.row.appended);
        let mut row = Row::new(&key, origin.at, origin.because);
        fill(&key, &mut row);
        self.new.push((key, row));
    }

    /// The row of the fact that a line begins with, if it is being written just now and has no entry yet.
    fn fresh_row(&mut self, line: &LineId) -> Option<(RowKey, &mut Row)> {
        let (key, row) = match note_of(line) {
            None => self.read.is_none().then_some((RowKey::Slot(self.key.clone()), &mut self.row))?,
            Some(note) => {
                let key = RowKey::CreditNote(self.key.clone(), note.clone());
                self.new.iter_mut().find(|(new, _)| *new == key).map(|(_, row)| (key, row))?
            }
        };
        (!row.has_entry()).then_some((key, row))
    }

    /// An entry goes into the row of the fact it is the first entry of, if that row is being written just now; else
    /// into a row of its own.
    fn append_entry(&mut self, line: &LineId, entry: &Entry, origin: Origin<'_>) {
        if let Some((key, row)) = self.fresh_row(line) {
            row.set_entry(&key, entry);
            return;
        }
        let key = |slot, n| match note_of(line) {
            None => RowKey::Entry(slot, n),
            Some(note) => RowKey::CreditNoteEntry(slot, note.clone(), n),
        };
        self.append(origin, key, |key, row| row.set_entry(key, entry));
    }

    /// How many writes more the slot needs for so many entries of a line.
    fn writes_for(&mut self, line: &LineId, entries: usize) -> usize {
        let rows = entries - usize::from(entries > 0 && self.fresh_row(line).is_some());
        rows + usize::from(rows > 0 && !self.dirty)
    }

    /// How many writes the slot needs.
    fn write_count(&self) -> usize {
        usize::from(self.dirty) + self.new.len()
    }

    fn writes(&self, writes: &mut Vec<Write>) -> Result<(), LedgerError> {
        if self.dirty {
            let mut row = self.row.clone();
            row.revision = self.read.unwrap_or(0) + 1;
            let item = row.item()?;
            writes.push(match self.read {
                Some(revision) => Write::Replace(item, revision),
                None => Write::Insert(item),
            });
        }
        for (_, row) in &self.new {
            writes.push(Write::Insert(row.item()?));
        }
        Ok(())
    }
}

/// The slots of one partition: a contract, or a partner's entry fees.
#[derive(Debug, Clone, Default)]
pub struct Slots {
    slots: BTreeMap<SlotKey, Slot>,
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
            match Row::read_whole(Arc::clone(&item)) {
                Ok((RowKey::Slot(key), row)) => {
                    let read = Some(row.revision);
                    let slot = Slot { key: key.clone(), row, read, dirty: false, stored: Vec::new(), new: Vec::new() };
                    slots.slots.insert(key, slot);
                }
                Ok(other) => appended.push(other),
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
        for (key, row) in appended {
            match slots.slots.get_mut(key.slot()) {
                Some(slot) => slot.stored.push((key, row)),
                None if broken.contains(key.slot()) => {}
                None => return Err(Torn),
            }
        }
        let is_whole = |slot: &Slot| {
            let unreadable = unreadable_rows.get(&slot.key).copied().unwrap_or_default();
            usize::try_from(slot.row.appended) == Ok(slot.stored.len() + unreadable)
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
        for slot in self.slots.values() {
            for (key, row) in slot.in_order() {
                match (subject_of(&key, row), row.fact(&key)) {
                    (Some((subject, _)), chosen) => contract.choose(&subject, chosen),
                    (None, Some(fact)) => drop(contract.add(fact)),
                    (None, None) => {}
                }
            }
        }
        contract
    }

    /// The partners whose the sale of a contract is or was, in that order.
    pub fn holders(&self) -> Vec<PartnerId> {
        let mut holders: Vec<PartnerId> = Vec::new();
        let mut contract = Contract::default();
        let first = self.slots.iter().find(|(key, _)| matches!(key, SlotKey::Annuity(_, Term::FIRST)));
        for (key, row) in first.into_iter().flat_map(|(_, slot)| slot.in_order()) {
            match (subject_of(&key, row), row.fact(&key)) {
                (Some((Key::Sale, _)), chosen) => contract.choose(&Key::Sale, chosen),
                (None, Some(sale @ Fact::Sale(_))) => drop(contract.add(sale)),
                (Some(_) | None, _) => {}
            }
            let holder = contract.sale().map(|sale| sale.partner_id.clone());
            holders.extend(holder.filter(|holder| !holders.contains(holder)));
        }
        holders
    }

    /// The facts that still have something to do.
    pub(crate) fn unfinished(&self) -> Vec<(ContractId, Term, Vec<ContractId>)> {
        let with_todo = self.slots.values().filter(|slot| !slot.row.todo.is_empty());
        let of_annuities = with_todo.filter_map(|slot| match &slot.key {
            SlotKey::Annuity(contract_id, term) => Some((contract_id.clone(), *term, slot.row.todo.clone())),
            SlotKey::EntryFee(..) => None,
        });
        of_annuities.collect()
    }

    /// The rows that stand in the index by partner where they do not belong, with where they stand.
    pub(crate) fn wrongly_placed(&self) -> Vec<(StoredKey, Option<(String, String)>)> {
        let sales = self.sale_places();
        let holders = self.holders();
        let mut wrong = Vec::new();
        for (key, row) in self.slots.values().flat_map(Slot::in_order) {
            let expected = Slots::expected_place(&key, row, &sales);
            // A later fact that decided nothing yet is listed when it is next written; it is found through its first annuity.
            let may_wait =
                expected.is_none() && !row.has_entry() && row.partner().is_some_and(|one| holders.contains(&one));
            let own = row.fact(&key).zip(row.partner()).map(|(fact, partner)| place(&key, &partner, day_of(&fact)));
            if row.place() != expected && !(may_wait && row.place() == own && is_own_fact(&key)) {
                wrong.push((key.key(), row.place()));
            }
        }
        wrong
    }

    /// Where a row belongs in the index by partner.
    pub(crate) fn place_of(&self, key: &RowKey) -> Option<(String, String)> {
        let sales = self.sale_places();
        let rows = self.slots.values().flat_map(Slot::in_order);
        let (key, row) = rows.into_iter().find(|(one, _)| one == key)?;
        Slots::expected_place(&key, row, &sales)
    }

    fn expected_place(key: &RowKey, row: &Row, sales: &BTreeMap<RowKey, (PartnerId, Day)>) -> Option<(String, String)> {
        match (row.entry(), sales.get(key)) {
            (Some(entry), _) => Some(place(key, &entry.posting.partner_id, entry.posting.booked_on)),
            (None, Some((partner_id, signed_on))) => Some(place(key, partner_id, *signed_on)),
            (None, None) => None,
        }
    }

    /// The rows that list a contract under the partners whose its sale is or was.
    fn sale_places(&self) -> BTreeMap<RowKey, (PartnerId, Day)> {
        let mut places = BTreeMap::new();
        let mut contract = Contract::default();
        let first = self.slots.values().find(|slot| matches!(slot.key, SlotKey::Annuity(_, Term::FIRST)));
        let mut left = None;
        for (key, row) in first.into_iter().flat_map(Slot::in_order) {
            let before = contract.sale().cloned();
            let chosen = match (subject_of(&key, row), row.fact(&key)) {
                (Some((Key::Sale, _)), chosen) => {
                    contract.choose(&Key::Sale, chosen.clone());
                    let after = contract.sale().map(|sale| sale.partner_id.clone());
                    left = before.filter(|before| after.as_ref() != Some(&before.partner_id));
                    chosen
                }
                (None, Some(sale @ Fact::Sale(_))) => {
                    contract.add(sale.clone());
                    Some(sale).filter(|_| matches!(key, RowKey::Slot(_)))
                }
                (Some(_) | None, _) => None,
            };
            let listed = match (&key, chosen) {
                (RowKey::Left(..), _) => left.take(),
                (_, Some(Fact::Sale(sale))) => Some(sale),
                (_, Some(Fact::Renewal(_) | Fact::CreditNote(_)) | None) => None,
            };
            places.extend(listed.map(|sale| (key, (sale.partner_id, sale.signed_on))));
        }
        places
    }

    /// Whether anything is booked for a partner.
    pub(crate) fn books_for(&self, partner: &PartnerId) -> bool {
        let mut rows =
            self.slots.values().flat_map(|slot| std::iter::once(&slot.row).chain(slot.rows().map(|(_, row)| row)));
        rows.any(|row| row.has_entry() && row.partner().as_ref() == Some(partner))
    }

    /// The choices of what stands, with the reason stated and when, in their order.
    pub fn choices(&self) -> Vec<ChoiceMade> {
        let contract = self.contract();
        let mut choices = Vec::new();
        let mut made: BTreeMap<Key, usize> = BTreeMap::new();
        for (key, row) in self.slots.values().flat_map(Slot::in_order) {
            let Some((subject, why)) = subject_of(&key, row) else { continue };
            let number = made.entry(subject.clone()).or_default();
            let seen = contract.choices(&subject).get(*number).map_or(0, |choice| choice.seen);
            *number += 1;
            let (claim, why, at) = (row.fact(&key), why.to_owned(), row.recorded_at);
            choices.push(ChoiceMade { key: subject, claim, seen, why, at });
        }
        choices.sort_by(|one, other| one.key.cmp(&other.key));
        choices
    }

    /// The entries of every line, in the order they were recorded, those planned included.
    pub fn entries(&self) -> BTreeMap<LineId, Vec<Recorded>> {
        let mut entries: BTreeMap<LineId, Vec<Recorded>> = BTreeMap::new();
        for (key, row) in self.slots.values().flat_map(Slot::in_order) {
            if let Some(entry) = row.entry() {
                let recorded = Recorded { entry, recorded_at: row.recorded_at, because: row.because.clone() };
                entries.entry(key.line()).or_default().push(recorded);
            }
        }
        entries
    }

    /// Takes a fact in: into its slot if that is empty, behind it otherwise. A duplicate changes nothing, and so does one that
    /// is too many.
    pub fn place(&mut self, fact: &Fact, origin: Origin<'_>) -> Result<Added, Bound> {
        let added = self.contract().take(fact)?;
        let key = annuity(fact.contract_id(), fact.term());
        if added == Added::Duplicate {
            return Ok(added);
        }
        let slot = self.slots.entry(key.clone()).or_insert_with(|| Slot::new(key, origin));
        slot.dirty = true;
        match (fact, added) {
            (_, Added::Duplicate) => {}
            (Fact::Sale(_) | Fact::Renewal(_), Added::First) => {
                slot.row.set_fact(fact);
                (slot.row.recorded_at, slot.row.because) = (origin.at, origin.because.to_owned());
            }
            (Fact::CreditNote(note), Added::First) => {
                let note = note.credit_note_id.clone();
                slot.append(origin, |slot, _| RowKey::CreditNote(slot, note), |_, row| row.set_fact(fact));
            }
            (_, Added::Contradiction) => slot.append(origin, RowKey::Claim, |_, row| row.set_fact(fact)),
        }
        Ok(added)
    }

    /// Takes a choice in, if it is the next one of its key. A sale that leaves its partner, or comes to another, is listed
    /// under both.
    pub fn choose(&mut self, choice: &Choice, origin: Origin<'_>) -> Chosen {
        let contract = self.contract();
        let (outcome, claim) = choice.judge(&contract);
        if outcome != Chosen::Now {
            return outcome;
        }
        let key = annuity(&choice.contract_id, choice.key.term());
        let Some(slot) = self.slots.get_mut(&key) else { return Chosen::UnknownClaim { claims: 0 } };
        let credit_note_id = match &choice.key {
            Key::Sale | Key::Renewal(_) => None,
            Key::CreditNote(_, note) => Some(note.clone()),
        };
        let stored = StoredChoice { credit_note_id, why: choice.why.clone() };
        slot.row.chosen = true;
        slot.append(origin, RowKey::Choice, |key, row| {
            row.choice = Some(stored);
            if let Some(fact) = &claim {
                row.set_fact(fact);
            }
            if let Some(Fact::Sale(sale)) = &claim {
                row.list_under(key, &sale.partner_id, sale.signed_on);
            }
        });
        let after = match claim {
            Some(Fact::Sale(sale)) => Some(sale.partner_id),
            Some(Fact::Renewal(_) | Fact::CreditNote(_)) | None => None,
        };
        if let (Key::Sale, Some(before)) = (&choice.key, contract.sale())
            && after.as_ref() != Some(&before.partner_id)
        {
            slot.append(origin, RowKey::Left, |key, row| row.list_under(key, &before.partner_id, before.signed_on));
        }
        Chosen::Now
    }

    /// Makes sure that a slot is written, so that whoever read it before must read it again. Where there is none, a
    /// placeholder is put: what arrives there finds it, and settles what waits.
    pub fn touch(&mut self, contract: &ContractId, term: Term, origin: Origin<'_>) {
        let key = annuity(contract, term);
        self.slots.entry(key.clone()).or_insert_with(|| Slot::new(key, origin)).dirty = true;
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
        for slot in self.slots.values_mut().filter(|slot| slot.dirty) {
            let own = RowKey::Slot(slot.key.clone());
            for (key, row) in
                std::iter::once((&own, &mut slot.row)).chain(slot.new.iter_mut().map(|(key, row)| (&*key, row)))
            {
                let own = matches!(key, RowKey::Slot(_) | RowKey::CreditNote(_, _));
                if let Some(fact) = row.fact(key).filter(|_| own && !row.is_listed()) {
                    row.list_under(key, &sale.partner_id, day_of(&fact));
                }
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
    pub fn todo(&self, contract: &ContractId, term: Term) -> Vec<ContractId> {
        self.slots.get(&annuity(contract, term)).map(|slot| slot.row.todo.clone()).unwrap_or_default()
    }

    /// Adds to what the fact of an annuity leaves to do, or, with nothing, marks it done.
    pub fn set_todo(&mut self, contract: &ContractId, term: Term, todo: Vec<ContractId>) {
        if let Some(slot) = self.slots.get_mut(&annuity(contract, term)) {
            slot.dirty = true;
            slot.row.todo = todo;
        }
    }

    /// How many writes the plan has.
    pub fn write_count(&self) -> usize {
        self.slots.values().map(Slot::write_count).sum()
    }

    /// The plan.
    pub fn writes(&self) -> Result<Vec<Write>, LedgerError> {
        let mut writes = Vec::with_capacity(self.write_count());
        for slot in self.slots.values() {
            slot.writes(&mut writes)?;
        }
        Ok(writes)
    }

    fn name(&self) -> String {
        self.slots.keys().next().map_or_else(String::new, |key| RowKey::Slot(key.clone()).key().pk)
    }

    /// When the first that was said of an annuity was recorded.
    pub fn recorded_at(&self, contract: &ContractId, term: Term) -> Option<Timestamp> {
        self.slots.get(&annuity(contract, term)).map(|slot| slot.row.recorded_at)
    }
}

/// What is derived in a slot's row from the facts of its contract.
struct Marks {
    needs_a_person: bool,
    chosen: bool,
    holders: Vec<PartnerId>,
}

impl Marks {
    fn of(slot: &Slot, contract: &Contract, partner: &Partner, holders: &[PartnerId]) -> Marks {
        let SlotKey::Annuity(_, term) = slot.key else {
            return Marks { needs_a_person: false, chosen: false, holders: Vec::new() };
        };
        let said = slot.row.has_fact() || slot.row.appended > 0;
        let sale_chosen = term == Term::FIRST && !contract.choices(&Key::Sale).is_empty();
        Marks {
            needs_a_person: said && !contract.oddities(term, partner).is_empty(),
            chosen: slot.is_chosen(),
            holders: if sale_chosen { holders.to_vec() } else { Vec::new() },
        }
    }

    fn are_stored(&self, slot: &Slot) -> bool {
        let flag = if self.needs_a_person { slot.row.is_flagged() } else { !slot.row.has_flag() };
        flag && slot.row.chosen == self.chosen && slot.row.holders == self.holders
    }

    fn store(self, slot: &mut Slot, at: Timestamp) {
        if self.needs_a_person != slot.row.is_flagged() || !self.needs_a_person {
            slot.row.flag(self.needs_a_person, at);
        }
        slot.row.chosen = self.chosen;
        slot.row.holders = self.holders;
    }
}

/// A place in the index by partner.
fn place(key: &RowKey, partner_id: &PartnerId, day: Day) -> (String, String) {
    (keys::partner_partition(partner_id), key.index_sort_key(day))
}

/// Whether a row holds a fact that stands unless another is chosen.
fn is_own_fact(key: &RowKey) -> bool {
    matches!(key, RowKey::Slot(_) | RowKey::CreditNote(..))
}

/// The credit note that a line is of.
fn note_of(line: &LineId) -> Option<&CreditNoteId> {
    match line {
        LineId::Annuity { cause: Cause::CreditNote(note), .. } => Some(note),
        LineId::Annuity { cause: Cause::Annuity, .. } | LineId::EntryFee { .. } => None,
    }
}

fn slot_of(line: &LineId) -> SlotKey {
    match line.clone() {
        LineId::Annuity { contract_id, term, cause: _ } => SlotKey::Annuity(contract_id, term),
        LineId::EntryFee { partner_id, agreement } => SlotKey::EntryFee(partner_id, agreement),
    }
}
