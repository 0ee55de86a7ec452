//! One aggregate with its rows, recorded and planned.

use crate::LedgerError;
use crate::bookings::{Booking, Writes};
use crate::keys::AggregateKey;
use crate::recorded::Origin;
use crate::rows::{AggregateState, Content, Row};
use crate::store::Write;
use rules::claims::Source;
use rules::line::LineId;
use rules::{AdjustmentId, Cause, CustomerName, Day, Entry, Fact, PartnerId};

/// An annuity or an entry fee, with all rows appended to it.
#[derive(Debug, Clone)]
pub(crate) struct Aggregate {
    pub(crate) key: AggregateKey,
    pub(crate) own: Row,
    pub(crate) state: AggregateState,
    /// The revision read; none: the aggregate is new.
    pub(crate) read: Option<u64>,
    pub(crate) dirty: bool,
    pub(crate) stored: Vec<Row>,
    pub(crate) new: Vec<Row>,
}

impl Aggregate {
    /// A new aggregate, not stored yet.
    pub(crate) fn new(key: AggregateKey, origin: Origin<'_>) -> Aggregate {
        let own = Row::new(key.clone(), Content::Own { fact: None, entry: None }, origin);
        Aggregate {
            key,
            own,
            state: AggregateState::default(),
            read: None,
            dirty: true,
            stored: Vec::new(),
            new: Vec::new(),
        }
    }

    /// An aggregate as stored.
    pub(crate) fn read(own: Row, state: AggregateState) -> Aggregate {
        let (key, read) = (own.aggregate.clone(), Some(state.revision));
        Aggregate { key, own, state, read, dirty: false, stored: Vec::new(), new: Vec::new() }
    }

    /// All rows in order: its own row, adjustments in the order they were recorded, then the appended rows.
    pub(crate) fn in_order(&self) -> Vec<&Row> {
        let mut rows: Vec<&Row> = std::iter::once(&self.own).chain(&self.stored).chain(&self.new).collect();
        rows.sort_by_key(|row| row.n());
        rows
    }

    /// The rows to be written.
    pub(crate) fn written_rows(&mut self) -> impl Iterator<Item = &mut Row> {
        let own = self.dirty.then_some(&mut self.own);
        own.into_iter().chain(&mut self.new)
    }

    /// Whether a choice was made between the claims of the aggregate.
    pub(crate) fn is_chosen(&self) -> bool {
        self.stored.iter().chain(&self.new).any(|row| matches!(row.content, Content::Choice { .. }))
    }

    /// Sets the aggregate's own fact.
    pub(crate) fn put_fact(&mut self, fact: Fact, origin: Origin<'_>) {
        let because = Some(origin.because.clone());
        let content = Content::Own { fact: Some(fact), entry: self.own.entry().cloned() };
        self.dirty = true;
        self.own = Row { content, recorded_at: origin.at, because, ..self.own.clone() };
    }

    /// Appends a row; `content` receives a number that is unique within the aggregate.
    pub(crate) fn append(&mut self, origin: Origin<'_>, content: impl FnOnce(u32) -> Content) {
        self.append_under(None, origin, content);
    }

    /// Appends a row that is listed under a partner and a day.
    pub(crate) fn append_under(
        &mut self,
        list: Option<(&PartnerId, Day)>,
        origin: Origin<'_>,
        content: impl FnOnce(u32) -> Content,
    ) {
        self.dirty = true;
        self.state.appended += 1;
        let mut row = Row::new(self.key.clone(), content(self.state.appended), origin);
        if let Some((partner_id, day)) = list {
            row.list_under(partner_id, day);
        }
        self.new.push(row);
    }

    /// Appends an entry: as the first entry of a fact whose row is being written, into that row; otherwise as a row of
    /// its own.
    pub(crate) fn append_entry(&mut self, line: &LineId, entry: &Entry, origin: Origin<'_>) {
        if self.fresh_row(line).is_some_and(|row| row.put_first_entry(entry)) {
            return;
        }
        let entry = entry.clone();
        self.append(origin, |n| match adjustment_of(line) {
            None => Content::Entry { n, entry },
            Some(id) => Content::AdjustmentEntry { id: id.clone(), n, entry },
        });
    }

    /// The number of further writes that `entries` entries of a line need.
    pub(crate) fn writes_for(&mut self, line: &LineId, entries: usize) -> usize {
        let rows = entries - usize::from(entries > 0 && self.fresh_row(line).is_some());
        rows + usize::from(rows > 0 && !self.dirty)
    }

    /// Puts the name of a client beside a fact that was just added.
    pub(crate) fn label(&mut self, fact: &Fact, customer_name: &CustomerName) {
        if let Some(row) = self.new.iter_mut().chain([&mut self.own]).find(|row| row.claims(fact)) {
            row.customer_name = Some(customer_name.clone());
        }
    }

    /// Names the source of a fact that was just added.
    pub(crate) fn name_source(&mut self, fact: &Fact, source: Source) {
        if let Some(row) = self.new.iter_mut().chain([&mut self.own]).find(|row| row.claims(fact)) {
            row.source = source;
        }
    }

    /// The row of the fact that caused a line, if the row is being written and has no entry yet.
    fn fresh_row(&mut self, line: &LineId) -> Option<&mut Row> {
        let row = match adjustment_of(line) {
            None => self.read.is_none().then_some(&mut self.own)?,
            Some(id) => self
                .new
                .iter_mut()
                .find(|row| matches!(&row.content, Content::Adjustment { adjustment, .. } if adjustment.id == *id))?,
        };
        row.entry().is_none().then_some(row)
    }

    /// The number of writes of the aggregate.
    pub(crate) fn write_count(&self) -> usize {
        usize::from(self.dirty) + self.new.len()
    }

    pub(crate) fn write(&self, writes: &mut Writes) -> Result<(), LedgerError> {
        if self.dirty {
            let state = AggregateState { revision: self.read.unwrap_or(0) + 1, ..self.state.clone() };
            let item = self.own.item(Some(&state))?;
            if let Some(revision) = self.read {
                // An entry never changes: the replaced item had this entry before, or has none.
                writes.items.push(Write::Replace(item, revision));
            } else {
                writes.bookings.extend(self.own.entry().map(Booking::from));
                writes.items.push(Write::Insert(item));
            }
        }
        for row in &self.new {
            writes.bookings.extend(row.entry().map(Booking::from));
            writes.items.push(Write::Insert(row.item(None)?));
        }
        Ok(())
    }
}

/// The supplement or credit note of a line.
fn adjustment_of(line: &LineId) -> Option<&AdjustmentId> {
    match line {
        LineId::Annuity { annuity: _, cause: Cause::Adjustment(id) } => Some(id),
        LineId::Annuity { annuity: _, cause: Cause::Annuity } | LineId::EntryFee { .. } => None,
    }
}
