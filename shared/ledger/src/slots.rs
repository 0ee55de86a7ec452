//! A partition as it was read, and the plan of what to append to it. Planning is pure: the same rows, facts and partner
//! give the same writes.
//!
//! Every write to a slot is conditional on the revision that was read, and raises it; a slot also counts the rows
//! appended to it, so that a reader who saw half a transaction notices.

use crate::LedgerError;
use crate::choices::{Choice, ChoiceMade, Chosen, subject_of};
use crate::keys::{RowKey, SlotKey};
use crate::rows::{Row, StoredChoice, annuity, day_of};
use crate::store::{Item, Write};
use jiff::Timestamp;
use rules::claims::Added;
use rules::contract::Key;
use rules::entry::{Recorded, entries_due};
use rules::line::{LineId, entry_fee_line};
use rules::{Cause, Contract, ContractId, Entry, Fact, Line, Partner, PartnerId, Sale, Term};
use std::collections::BTreeMap;

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

    /// An entry goes into the row of the fact it is the first entry of, if that row is being written just now; else
    /// into a row of its own.
    fn append_entry(&mut self, line: &LineId, entry: &Entry, origin: Origin<'_>) {
        let note = match line {
            LineId::Annuity { cause: Cause::CreditNote(note), .. } => Some(note),
            LineId::Annuity { cause: Cause::Annuity, .. } | LineId::EntryFee { .. } => None,
        };
        let fresh = match note {
            None => self.read.is_none().then_some((RowKey::Slot(self.key.clone()), &mut self.row)),
            Some(note) => {
                let key = RowKey::CreditNote(self.key.clone(), note.clone());
                self.new.iter_mut().find(|(new, _)| *new == key).map(|(_, row)| (key, row))
            }
        };
        match fresh {
            Some((key, row)) if !row.has_entry() => row.set_entry(&key, entry),
            _ => {
                let key = |slot, n| match note {
                    None => RowKey::Entry(slot, n),
                    Some(note) => RowKey::CreditNoteEntry(slot, note.clone(), n),
                };
                self.append(origin, key, |key, row| row.set_entry(key, entry));
            }
        }
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
pub struct Slots(BTreeMap<SlotKey, Slot>);

impl Slots {
    /// Takes the items of a partition apart.
    pub fn read(items: Vec<Item>) -> Result<Result<Slots, Torn>, LedgerError> {
        let mut slots = BTreeMap::new();
        let mut appended = Vec::new();
        for item in items {
            match Row::read(item)? {
                (RowKey::Slot(key), row) => {
                    let read = Some(row.revision);
                    let slot = Slot { key: key.clone(), row, read, dirty: false, stored: Vec::new(), new: Vec::new() };
                    slots.insert(key, slot);
                }
                other => appended.push(other),
            }
        }
        for (key, row) in appended {
            match slots.get_mut(key.slot()) {
                Some(slot) => slot.stored.push((key, row)),
                None => return Ok(Err(Torn)),
            }
        }
        let whole = slots.values().all(|slot| usize::try_from(slot.row.appended) == Ok(slot.stored.len()));
        Ok(if whole { Ok(Slots(slots)) } else { Err(Torn) })
    }

    /// The facts of a contract, as its rows hold them: first the slots' own, then credit notes and claims as appended;
    /// then the choices.
    pub fn contract(&self) -> Contract {
        let mut contract = Contract::default();
        for slot in self.0.values() {
            let own = RowKey::Slot(slot.key.clone());
            let mut rows: Vec<(&RowKey, &Row)> = std::iter::once((&own, &slot.row)).chain(slot.rows()).collect();
            // A credit note's own row comes before any claim that contradicts it.
            rows.sort_by_key(|(key, _)| key.n());
            for (key, row) in &rows {
                if let (false, Some(fact)) = (matches!(key, RowKey::Choice(_, _)), row.fact(key)) {
                    contract.add(fact);
                }
            }
            for (key, row) in rows {
                if let Some((subject, _)) = subject_of(key, row) {
                    contract.choose(&subject, row.fact(key));
                }
            }
        }
        contract
    }

    /// The choices of what stands, with the reason stated and when, in their order.
    pub fn choices(&self) -> Vec<ChoiceMade> {
        let rows = self.0.values().flat_map(Slot::rows);
        let mut choices: Vec<(u32, ChoiceMade)> = rows
            .filter_map(|(key, row)| {
                let (subject, why) = subject_of(key, row)?;
                let made = ChoiceMade { key: subject, claim: row.fact(key), why: why.to_owned(), at: row.recorded_at };
                Some((key.n(), made))
            })
            .collect();
        choices.sort_by_key(|(n, made)| (made.key.clone(), *n));
        choices.into_iter().map(|(_, made)| made).collect()
    }

    /// The entries of every line, in the order they were recorded, those planned included.
    pub fn entries(&self) -> BTreeMap<LineId, Vec<Recorded>> {
        let mut entries: BTreeMap<LineId, Vec<(u32, Recorded)>> = BTreeMap::new();
        for slot in self.0.values() {
            let own = RowKey::Slot(slot.key.clone());
            for (key, row) in std::iter::once((&own, &slot.row)).chain(slot.rows()) {
                let n = key.n();
                if let Some(entry) = row.entry() {
                    let recorded = Recorded { entry, recorded_at: row.recorded_at, because: row.because.clone() };
                    entries.entry(key.line()).or_default().push((n, recorded));
                }
            }
        }
        entries
            .into_iter()
            .map(|(line, mut entries)| {
                entries.sort_by_key(|(n, _)| *n);
                (line, entries.into_iter().map(|(_, recorded)| recorded).collect())
            })
            .collect()
    }

    /// Takes a fact in: into its slot if that is empty, behind it otherwise. A duplicate changes nothing.
    pub fn place(&mut self, fact: &Fact, origin: Origin<'_>) -> Added {
        let added = self.contract().add(fact.clone());
        let key = annuity(fact.contract_id(), fact.term());
        if added == Added::Duplicate {
            return added;
        }
        let slot = self.0.entry(key.clone()).or_insert_with(|| Slot::new(key, origin));
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
        added
    }

    /// Takes a choice in, if it is the next one of its key. A sale that leaves its partner, or comes to another, is listed
    /// under both.
    pub fn choose(&mut self, choice: &Choice, origin: Origin<'_>) -> Chosen {
        let contract = self.contract();
        let made = contract.choices(&choice.key);
        let claim = match choice.claim_of(&contract) {
            Ok(claim) => claim,
            Err(refused) => return refused,
        };
        match choice.number.checked_sub(1) {
            Some(before) if before == made.len() => {}
            Some(before) if made.get(before) == Some(&claim) => return Chosen::Already,
            Some(_) | None => return Chosen::OutOfTurn { next: made.len() + 1 },
        }
        let key = annuity(&choice.contract_id, choice.key.term());
        let Some(slot) = self.0.get_mut(&key) else { return Chosen::UnknownClaim };
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
        self.0.entry(key.clone()).or_insert_with(|| Slot::new(key, origin)).dirty = true;
    }

    /// Plans what is due on every line of the contract (§4), as far as it fits into `room` writes in all.
    pub fn settle(&mut self, partner: &Partner, origin: Origin<'_>, room: usize) -> Result<Settled, LedgerError> {
        let contract = self.contract();
        if let Some(sale) = contract.sale() {
            self.list(sale);
        }
        let lines = contract.terms().into_iter().flat_map(|term| contract.lines(term, partner)).collect();
        let settled = self.settle_lines(lines, origin, room)?;
        Ok(if self.flag(&contract, partner, origin, room) { settled } else { Settled::InPart })
    }

    /// Lists each annuity that needs a person, and no other. `false`: there was no room for all of them.
    fn flag(&mut self, contract: &Contract, partner: &Partner, origin: Origin<'_>, room: usize) -> bool {
        let mut left = room.saturating_sub(self.write_count());
        for slot in self.0.values_mut() {
            let SlotKey::Annuity(_, term) = slot.key else { continue };
            let said = slot.row.has_fact() || slot.row.appended > 0;
            let needs_a_person = said && !contract.oddities(term, partner).is_empty();
            if slot.row.is_flagged() == needs_a_person {
                continue;
            }
            if !slot.dirty && left == 0 {
                return false;
            }
            left = left.saturating_sub(usize::from(!slot.dirty));
            slot.dirty = true;
            slot.row.flag(needs_a_person, origin.at);
        }
        true
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
        for slot in self.0.values_mut().filter(|slot| slot.dirty) {
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
        let mut targets: BTreeMap<LineId, Option<Line>> = self.entries().into_keys().map(|line| (line, None)).collect();
        targets.extend(lines.into_iter().map(|line| (line.id.clone(), Some(line))));
        let recorded = self.entries();
        let mut settled = Settled::Completely;
        for (id, line) in targets {
            let entries: Vec<&Entry> =
                recorded.get(&id).into_iter().flatten().map(|recorded| &recorded.entry).collect();
            let due = entries_due(line.as_ref(), &entries)
                .map_err(|source| LedgerError::Overflow { what: self.name(), source })?;
            if due.is_empty() {
                continue;
            }
            let key = slot_of(&id);
            let mut planned = self.0.get(&key).cloned().unwrap_or_else(|| Slot::new(key.clone(), origin));
            for entry in &due {
                planned.append_entry(&id, entry, origin);
            }
            let before = self.0.get(&key).map_or(0, Slot::write_count);
            if self.write_count() + planned.write_count() - before > room {
                settled = Settled::InPart;
            } else {
                self.0.insert(key, planned);
            }
        }
        Ok(settled)
    }

    /// Contracts whose lines the fact of an annuity still changes.
    pub fn todo(&self, contract: &ContractId, term: Term) -> Vec<ContractId> {
        self.0.get(&annuity(contract, term)).map(|slot| slot.row.todo.clone()).unwrap_or_default()
    }

    /// Adds to what the fact of an annuity leaves to do, or, with nothing, marks it done.
    pub fn set_todo(&mut self, contract: &ContractId, term: Term, todo: Vec<ContractId>) {
        if let Some(slot) = self.0.get_mut(&annuity(contract, term)) {
            slot.dirty = true;
            slot.row.todo = todo;
        }
    }

    /// How many writes the plan has.
    pub fn write_count(&self) -> usize {
        self.0.values().map(Slot::write_count).sum()
    }

    /// The plan.
    pub fn writes(&self) -> Result<Vec<Write>, LedgerError> {
        let mut writes = Vec::with_capacity(self.write_count());
        for slot in self.0.values() {
            slot.writes(&mut writes)?;
        }
        Ok(writes)
    }

    fn name(&self) -> String {
        self.0.keys().next().map_or_else(String::new, |key| RowKey::Slot(key.clone()).key().pk)
    }

    /// When the first that was said of an annuity was recorded.
    pub fn recorded_at(&self, contract: &ContractId, term: Term) -> Option<Timestamp> {
        self.0.get(&annuity(contract, term)).map(|slot| slot.row.recorded_at)
    }
}

fn slot_of(line: &LineId) -> SlotKey {
    match line.clone() {
        LineId::Annuity { contract_id, term, cause: _ } => SlotKey::Annuity(contract_id, term),
        LineId::EntryFee { partner_id, agreement } => SlotKey::EntryFee(partner_id, agreement),
    }
}
