//! The items of a aggregate: its own, and what is appended to it. Each holds what its kind of item holds, and nothing else.

use crate::keys::{self, AggregateKey, RowKey};
use crate::recorded::{LedgerEntry, Origin, Trigger};
use crate::store::{Item, Key};
use jiff::Timestamp;
use rules::contract::Key as Claimed;
use rules::{AnnuityId, CreditNote, CreditNoteId, Day, Entry, Fact, PartnerId, Sale, Subject, Term};
use std::sync::Arc;

pub(crate) use crate::item::text;

/// One item of a aggregate.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) aggregate: AggregateKey,
    pub(crate) content: Content,
    pub(crate) recorded_at: Timestamp,
    /// What caused it; none: it was read from an index, which does not say.
    pub(crate) because: Option<Trigger>,
    /// Where it stands in the index by partner.
    pub(crate) place: Option<(String, String)>,
    /// The item as it is stored; none: it is new.
    pub(crate) stored: Option<Arc<Item>>,
}

/// What a row holds, by its kind. `n` is unique within the aggregate.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// The aggregate's own fact with its first entry. Neither: a placeholder at which others wait. Of an entry fee, the entry alone.
    Own { fact: Option<Fact>, entry: Option<Entry> },
    /// A later entry of the aggregate's own line.
    Entry { n: u32, entry: Entry },
    /// A credit note with its first entry.
    CreditNote { note: CreditNote, entry: Option<Entry> },
    /// A later entry of a credit note's line.
    CreditNoteEntry { note: CreditNoteId, n: u32, entry: Entry },
    /// A contradicting claim.
    Claim { n: u32, fact: Fact },
    /// A choice of what stands.
    Choice { n: u32, chosen: ChosenClaim },
    /// That a sale stands for a partner no more.
    SaleMoved { n: u32 },
}

/// What a choice says.
#[derive(Debug, Clone)]
pub(crate) struct ChosenClaim {
    /// The key that it is about.
    pub(crate) about: Claimed,
    /// The claim that stands; none: no one.
    pub(crate) claim: Option<Fact>,
    /// The reason stated; none: it was read from an index, which does not say.
    pub(crate) why: Option<String>,
}

/// What a aggregate's own row says of the aggregate.
#[derive(Debug, Clone, Default)]
pub(crate) struct AggregateState {
    /// How often the aggregate was written; every write is conditional on it.
    pub(crate) revision: u64,
    /// How many rows were appended; a reader that counts others read half a transaction.
    pub(crate) appended: u32,
    /// Contracts whose lines a fact of this aggregate still changes.
    pub(crate) todo: Vec<rules::ContractId>,
    /// Whether a choice was made between claims: the aggregate's own fact may not be the one that stands.
    pub(crate) chosen: bool,
    /// The partners whose the sale is or was, in a first annuity about whose sale a choice was made.
    pub(crate) holders: Vec<PartnerId>,
    /// Where the aggregate stands among what needs a person, while it does.
    pub(crate) flag: Option<(String, String)>,
}

impl AggregateState {
    /// Whether the aggregate is listed as needing a person, at a place that is its own.
    pub(crate) fn is_flagged(&self, aggregate: &AggregateKey) -> bool {
        let own = RowKey::Aggregate(aggregate.clone()).key();
        let place = self.flag.as_ref();
        place.is_some_and(|(list, at)| list == keys::ATTENTION && keys::is_attention_sort_key(at, &own))
    }

    /// Lists the aggregate as needing a person since `at`, or lists it no more.
    pub(crate) fn flag(&mut self, aggregate: &AggregateKey, needs_a_person: bool, at: Timestamp) {
        let own = || RowKey::Aggregate(aggregate.clone()).key();
        self.flag = needs_a_person.then(|| (keys::ATTENTION.to_owned(), keys::attention_sort_key(at, &own())));
    }
}

impl Row {
    /// A new row. One with an entry is listed where the entry is booked.
    pub(crate) fn new(aggregate: AggregateKey, content: Content, origin: Origin<'_>) -> Row {
        let because = Some(origin.because.clone());
        let mut row = Row { aggregate, content, recorded_at: origin.at, because, place: None, stored: None };
        row.list_entry();
        row
    }

    pub(crate) fn key(&self) -> RowKey {
        let aggregate = self.aggregate.clone();
        match &self.content {
            Content::Own { .. } => RowKey::Aggregate(aggregate),
            Content::Entry { n, .. } => RowKey::Entry(aggregate, *n),
            Content::CreditNote { note, .. } => RowKey::CreditNote(aggregate, note.credit_note_id.clone()),
            Content::CreditNoteEntry { note, n, .. } => RowKey::CreditNoteEntry(aggregate, note.clone(), *n),
            Content::Claim { n, .. } => RowKey::Claim(aggregate, *n),
            Content::Choice { n, .. } => RowKey::Choice(aggregate, *n),
            Content::SaleMoved { n } => RowKey::SaleMoved(aggregate, *n),
        }
    }

    pub(crate) fn table_key(&self) -> Key {
        self.key().key()
    }

    /// In which order the aggregate's rows were written; 0 for its own row and for credit notes.
    pub(crate) fn n(&self) -> u32 {
        match &self.content {
            Content::Own { .. } | Content::CreditNote { .. } => 0,
            Content::Entry { n, .. }
            | Content::CreditNoteEntry { n, .. }
            | Content::Claim { n, .. }
            | Content::Choice { n, .. }
            | Content::SaleMoved { n } => *n,
        }
    }

    /// The fact that the row holds: one that was claimed, or one that was chosen.
    pub(crate) fn fact(&self) -> Option<Fact> {
        match &self.content {
            Content::Own { fact, .. } => fact.clone(),
            Content::CreditNote { note, .. } => Some(Fact::CreditNote(note.clone())),
            Content::Claim { fact, .. } => Some(fact.clone()),
            Content::Choice { chosen, .. } => chosen.claim.clone(),
            Content::Entry { .. } | Content::CreditNoteEntry { .. } | Content::SaleMoved { .. } => None,
        }
    }

    /// Whether the row is that of a fact which stands unless another is chosen.
    pub(crate) fn is_own_fact(&self) -> bool {
        match &self.content {
            Content::Own { .. } | Content::CreditNote { .. } => true,
            Content::Entry { .. }
            | Content::CreditNoteEntry { .. }
            | Content::Claim { .. }
            | Content::Choice { .. }
            | Content::SaleMoved { .. } => false,
        }
    }

    /// The entry that the row holds.
    pub(crate) fn entry(&self) -> Option<&Entry> {
        match &self.content {
            Content::Own { entry, .. } | Content::CreditNote { entry, .. } => entry.as_ref(),
            Content::Entry { entry, .. } | Content::CreditNoteEntry { entry, .. } => Some(entry),
            Content::Claim { .. } | Content::Choice { .. } | Content::SaleMoved { .. } => None,
        }
    }

    /// The same, as it stands in the ledger.
    pub(crate) fn recorded_entry(&self) -> Option<LedgerEntry> {
        let entry = self.entry()?.clone();
        Some(LedgerEntry { entry, recorded_at: self.recorded_at, because: self.because.clone() })
    }

    /// Puts the first entry of a fact into the fact's row, and lists the row where the entry is booked. `false`: the row has no
    /// room for one.
    pub(crate) fn put_first_entry(&mut self, first: &Entry) -> bool {
        let free = match &mut self.content {
            Content::Own { entry, .. } | Content::CreditNote { entry, .. } if entry.is_none() => entry,
            Content::Own { .. }
            | Content::CreditNote { .. }
            | Content::Entry { .. }
            | Content::CreditNoteEntry { .. }
            | Content::Claim { .. }
            | Content::Choice { .. }
            | Content::SaleMoved { .. } => return false,
        };
        *free = Some(first.clone());
        self.list_entry();
        true
    }

    fn list_entry(&mut self) {
        let place = self.entry().map(|entry| place(&self.key(), &entry.posting.partner_id, entry.posting.booked_on));
        self.place = place.or_else(|| self.place.take());
    }

    /// Lists the row under a partner, on a day.
    pub(crate) fn list_under(&mut self, partner: &PartnerId, day: Day) {
        self.place = Some(place(&self.key(), partner, day));
    }

    /// The partner that the row is listed under.
    pub(crate) fn partner(&self) -> Option<PartnerId> {
        keys::partner_of(&self.place.as_ref()?.0)
    }
}

/// A place in the index by partner.
pub(crate) fn place(key: &RowKey, partner_id: &PartnerId, day: Day) -> (String, String) {
    (keys::partner_partition(partner_id), key.index_sort_key(day))
}

/// The annuity of a fact that arrives with everything it needs: fact, decision and first entry in one new row, and the state of
/// its aggregate. Without an entry it is pending, and somebody may have to do something about it.
pub(crate) fn fresh_annuity(
    fact: &Fact,
    sale: &Sale,
    entry: Option<Entry>,
    origin: Origin<'_>,
) -> (Row, AggregateState) {
    let aggregate = AggregateKey::Annuity(annuity_of(fact));
    let mut state = AggregateState { revision: 1, ..AggregateState::default() };
    state.flag(&aggregate, entry.is_none(), origin.at);
    let mut row = Row::new(aggregate, Content::Own { fact: Some(fact.clone()), entry }, origin);
    if row.place.is_none() {
        row.list_under(&sale.partner_id, day_of(fact));
    }
    (row, state)
}

/// The annuity that a fact is about.
pub(crate) fn annuity_of(fact: &Fact) -> AnnuityId {
    let Subject::Annuity(contract_id, term) = fact.subject();
    AnnuityId { contract_id: contract_id.clone(), term }
}

/// The first annuity of a contract.
pub(crate) fn first_annuity(contract_id: &rules::ContractId) -> AnnuityId {
    AnnuityId { contract_id: contract_id.clone(), term: Term::FIRST }
}

/// The day a fact is booked on.
pub(crate) fn day_of(fact: &Fact) -> Day {
    match fact {
        Fact::Sale(sale) => sale.signed_on,
        Fact::Renewal(renewal) => renewal.starts_on,
        Fact::CreditNote(note) => note.issued_on,
    }
}
