//! A contract in pages. Its pieces have a fixed order, and each a place of its own, which stays the same whatever is
//! appended: a page goes on behind the place of the last piece before it.

use crate::access::Caller;
use jiff::Timestamp;
use ledger::aggregates::Aggregates;
use ledger::choices::ChoiceMade;
use ledger::recorded::LedgerEntry;
use rules::contract::Key;
use rules::line::LineId;
use rules::{Cause, Contract, CreditNoteId, PartnerId, Term};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};

/// What of a contract is answered to whoever asks. Nothing else decides it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum View {
    /// Everything, to a manager.
    Whole,
    /// What stands, and this partner's entries: nothing of claims, of choices, or of what needs a person.
    Own(PartnerId),
    /// This partner's entries alone: the sale stood for it once.
    Former(PartnerId, Left),
}

/// Why a sale is a partner's no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Left {
    /// It stands for another partner.
    GivenToAnotherPartner,
    /// No sale of the contract stands.
    NoneStands,
}

impl View {
    /// Of a contract that the caller may read.
    pub(crate) fn of(contract: &Contract, caller: &Caller) -> View {
        match (caller, contract.sale()) {
            (Caller::Admin, _) => View::Whole,
            (Caller::Partner(own), Some(sale)) if sale.partner_id == *own => View::Own(own.clone()),
            (Caller::Partner(own), Some(_)) => View::Former(own.clone(), Left::GivenToAnotherPartner),
            (Caller::Partner(own), None) => View::Former(own.clone(), Left::NoneStands),
        }
    }

    /// Whether what is said for managers is shown.
    pub(crate) fn is_whole(&self) -> bool {
        *self == View::Whole
    }

    fn shows_entry_of(&self, partner: &PartnerId) -> bool {
        self.shows_entry_of_text(partner.as_str())
    }

    /// The same of a partner that a later release may have named.
    pub(crate) fn shows_entry_of_text(&self, partner: &str) -> bool {
        match self {
            View::Whole => true,
            View::Own(own) | View::Former(own, _) => own.as_str() == partner,
        }
    }

    /// Whether the sale and its annuities are shown.
    pub(crate) fn shows_what_stands(&self) -> bool {
        match self {
            View::Whole | View::Own(_) => true,
            View::Former(_, _) => false,
        }
    }
}

/// A part of a contract that is shown whole.
#[derive(Debug)]
pub(crate) enum Piece {
    /// An annuity with its credit notes.
    Annuity(Term),
    /// Something that was claimed, and which claim of it stands.
    Key(Key),
    /// Everything that was claimed of a key.
    Contradiction(Key),
    /// A choice between claims.
    Choice(ChoiceMade),
    /// An entry.
    Entry(LineId, LedgerEntry),
}

/// Where a piece stands: what a cursor holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Place {
    Annuity(Term),
    Key(PlaceOfKey),
    Contradiction(PlaceOfKey),
    /// The n-th of a key.
    Choice(PlaceOfKey, usize),
    /// The n-th of a line; a line is an annuity's own, or a credit note's.
    Entry(Timestamp, Term, Option<CreditNoteId>, usize),
}

/// A key: the sale and the renewals by their term, credit notes behind them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum PlaceOfKey {
    Annuity(Term),
    CreditNote(Term, CreditNoteId),
}

impl From<&Key> for PlaceOfKey {
    fn from(key: &Key) -> PlaceOfKey {
        match key {
            Key::Sale => PlaceOfKey::Annuity(Term::FIRST),
            Key::Renewal(term) => PlaceOfKey::Annuity(*term),
            Key::CreditNote(term, note) => PlaceOfKey::CreditNote(*term, note.clone()),
        }
    }
}

/// The pieces of a contract that a view shows, in their order.
pub(crate) struct Pieces(BTreeMap<Place, Piece>);

/// A page of pieces, and behind which place the next one begins.
pub(crate) struct PageOfPieces {
    pub(crate) pieces: Vec<Piece>,
    pub(crate) next: Option<Place>,
}

impl Pieces {
    pub(crate) fn of(contract: &Contract, aggregates: &Aggregates, view: &View) -> Pieces {
        let mut pieces = BTreeMap::new();
        if view.shows_what_stands() {
            pieces.extend(contract.terms().into_iter().map(|term| (Place::Annuity(term), Piece::Annuity(term))));
        }
        if view.is_whole() {
            let keys = contract.keys().into_iter();
            pieces.extend(keys.map(|key| (Place::Key((&key).into()), Piece::Key(key))));
            let several = contract.keys().into_iter().filter(|key| contract.claims(key).len() > 1);
            pieces.extend(several.map(|key| (Place::Contradiction((&key).into()), Piece::Contradiction(key))));
            pieces.extend(choices(aggregates));
        }
        let entries = aggregates.entries().into_iter().flat_map(|(line, entries)| in_their_places(&line, entries));
        pieces.extend(entries.filter(|(_, piece)| match piece {
            Piece::Entry(_, recorded) => view.shows_entry_of(&recorded.entry.posting.partner_id),
            Piece::Annuity(_) | Piece::Key(_) | Piece::Contradiction(_) | Piece::Choice(_) => true,
        }));
        Pieces(pieces)
    }

    /// The pieces behind a place, until they weigh as much as `limit`.
    pub(crate) fn page(mut self, contract: &Contract, after: Option<Place>, limit: usize) -> PageOfPieces {
        if let Some(after) = after {
            self.0 = self.0.split_off(&after);
            self.0.remove(&after);
        }
        let mut weight = 0;
        let last = self.0.iter().find_map(|(place, piece)| {
            weight += piece.weight(contract);
            (weight >= limit).then(|| place.clone())
        });
        let next = last.filter(|last| self.0.range((Excluded(last), Unbounded)).next().is_some());
        if let Some(next) = &next {
            self.0.retain(|place, _| place <= next);
        }
        PageOfPieces { pieces: self.0.into_values().collect(), next }
    }
}

impl Piece {
    /// How much of a page it takes: as many lines, claims or entries as it shows.
    fn weight(&self, contract: &Contract) -> usize {
        match self {
            Piece::Annuity(term) => 1 + contract.credit_notes(*term).count(),
            Piece::Contradiction(key) => contract.claims(key).len(),
            Piece::Key(_) | Piece::Choice(_) | Piece::Entry(_, _) => 1,
        }
    }
}

/// Each choice with its number within its key.
fn choices(aggregates: &Aggregates) -> Vec<(Place, Piece)> {
    let mut made: BTreeMap<PlaceOfKey, usize> = BTreeMap::new();
    let choices = aggregates.choices().into_iter().map(|choice| {
        let key = PlaceOfKey::from(&choice.key);
        let number = made.entry(key.clone()).and_modify(|number| *number += 1).or_insert(1);
        (Place::Choice(key, *number), Piece::Choice(choice))
    });
    choices.collect()
}

/// The entries of a line, in the order they were recorded.
fn in_their_places(line: &LineId, entries: Vec<LedgerEntry>) -> Vec<(Place, Piece)> {
    let (term, note) = match line {
        LineId::Annuity { annuity, cause: Cause::Annuity } => (annuity.term, None),
        LineId::Annuity { annuity, cause: Cause::CreditNote(note) } => (annuity.term, Some(note.clone())),
        // Is none of a contract.
        LineId::EntryFee { .. } => return Vec::new(),
    };
    let placed = entries.into_iter().enumerate().map(|(n, recorded)| {
        (Place::Entry(recorded.recorded_at, term, note.clone(), n), Piece::Entry(line.clone(), recorded))
    });
    placed.collect()
}
