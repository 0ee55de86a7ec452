//! Pages of a contract. The pieces of a contract have a fixed order. Each has a place of its own, which stays the same
//! whatever is appended: a page continues after the place of the last piece before it.

use jiff::Timestamp;
use ledger::aggregates::Aggregates;
use ledger::choices::ChoiceMade;
use ledger::recorded::LedgerEntry;
use rules::contract::Key;
use rules::line::LineId;
use rules::people::Role;
use rules::{Cause, Contract, PartnerId, Term};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};

/// The parts of a contract that a role may see. Nothing else decides this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum View {
    /// Everything, for a manager.
    Whole,
    /// Effective claims and this partner's entries; no other claims, no choices, no anomalies.
    Own(PartnerId),
    /// Only this partner's entries: the effective sale was once this partner's.
    Former(PartnerId, Left),
}

/// Reason why a sale is no longer the partner's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Left {
    /// The effective sale is another partner's.
    GivenToAnotherPartner,
    /// The contract has no effective sale.
    #[serde(rename = "none-stands")]
    NoneEffective,
}

impl View {
    /// Decides the view of a contract that the role may read.
    pub(crate) fn of(contract: &Contract, role: &Role) -> View {
        match (role, contract.sale()) {
            (Role::Manager | Role::Accountant, _) => View::Whole,
            (Role::Partner(own), Some(sale)) if sale.partner_id == *own => View::Own(own.clone()),
            (Role::Partner(own), Some(_)) => View::Former(own.clone(), Left::GivenToAnotherPartner),
            (Role::Partner(own), None) => View::Former(own.clone(), Left::NoneEffective),
        }
    }

    /// A manager's view, with every part.
    pub(crate) fn is_whole(&self) -> bool {
        *self == View::Whole
    }

    /// Reason why the sale is no longer the partner's, if it is not.
    pub(crate) fn left(&self) -> Option<Left> {
        match self {
            View::Whole | View::Own(_) => None,
            View::Former(_, left) => Some(*left),
        }
    }

    fn shows_entry_of(&self, partner: &PartnerId) -> bool {
        self.shows_entry_of_text(partner.as_str())
    }

    /// Visibility of an entry whose partner is known as text only, since a later release may have written it.
    pub(crate) fn shows_entry_of_text(&self, partner: &str) -> bool {
        match self {
            View::Whole => true,
            View::Own(own) | View::Former(own, _) => own.as_str() == partner,
        }
    }

    /// Visibility of the sale and its annuities.
    pub(crate) fn shows_sale(&self) -> bool {
        match self {
            View::Whole | View::Own(_) => true,
            View::Former(_, _) => false,
        }
    }
}

/// A part of a contract that is shown whole.
#[derive(Debug)]
pub(crate) enum Piece {
    /// An annuity with its adjustments.
    Annuity(Term),
    /// A key with its effective claim.
    Key(Key),
    /// All claims of a key.
    Contradiction(Key),
    /// A choice between claims.
    Choice(ChoiceMade),
    /// An entry.
    Entry(LineId, LedgerEntry),
}

/// Position of a piece within its contract; a cursor holds it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Place {
    Annuity(Term),
    Key(Key),
    Contradiction(Key),
    /// The n-th choice of a key.
    Choice(Key, usize),
    /// The n-th entry of a line, which is that of a key.
    Entry(Timestamp, Key, usize),
}

/// The pieces of a contract that a view shows, in their order.
pub(crate) struct Pieces(BTreeMap<Place, Piece>);

/// A page of pieces, and the place after which the next page begins.
pub(crate) struct PageOfPieces {
    pub(crate) pieces: Vec<Piece>,
    pub(crate) next: Option<Place>,
}

impl Pieces {
    pub(crate) fn of(contract: &Contract, aggregates: &Aggregates, view: &View) -> Pieces {
        let mut pieces = BTreeMap::new();
        if view.shows_sale() {
            pieces.extend(contract.terms().into_iter().map(|term| (Place::Annuity(term), Piece::Annuity(term))));
        }
        if view.is_whole() {
            let keys = contract.keys();
            pieces.extend(keys.map(|key| (Place::Key(key.clone()), Piece::Key(key.clone()))));
            let to_compare = |key: &&Key| contract.claims(key).len() > 1 || contract.effective(key).is_none();
            let several = contract.keys().filter(to_compare);
            pieces.extend(several.map(|key| (Place::Contradiction(key.clone()), Piece::Contradiction(key.clone()))));
            pieces.extend(choices(aggregates));
        }
        let entries = aggregates.entries().into_iter().flat_map(|(line, entries)| in_their_places(&line, entries));
        pieces.extend(entries.filter(|(_, piece)| match piece {
            Piece::Entry(_, recorded) => view.shows_entry_of(&recorded.entry.posting.partner_id),
            Piece::Annuity(_) | Piece::Key(_) | Piece::Contradiction(_) | Piece::Choice(_) => true,
        }));
        Pieces(pieces)
    }

    /// Takes the pieces after a place, until they weigh as much as `limit`.
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
    /// Weight of the piece on a page: the number of lines, claims or entries that it shows.
    fn weight(&self, contract: &Contract) -> usize {
        match self {
            Piece::Annuity(term) => 1 + contract.adjustments(*term).count(),
            Piece::Contradiction(key) => contract.claims(key).len(),
            Piece::Key(_) | Piece::Choice(_) | Piece::Entry(_, _) => 1,
        }
    }
}

/// Numbers each choice within its key.
fn choices(aggregates: &Aggregates) -> Vec<(Place, Piece)> {
    let mut made: BTreeMap<Key, usize> = BTreeMap::new();
    let choices = aggregates.choices().into_iter().map(|choice| {
        let number = made.entry(choice.key.clone()).and_modify(|number| *number += 1).or_insert(1);
        (Place::Choice(choice.key.clone(), *number), Piece::Choice(choice))
    });
    choices.collect()
}

/// Gives each entry of a line its place, in the order the entries were recorded.
fn in_their_places(line: &LineId, entries: Vec<LedgerEntry>) -> Vec<(Place, Piece)> {
    let key = match line {
        LineId::Annuity { annuity, cause: Cause::Annuity } => Key::of(annuity.term, None),
        LineId::Annuity { annuity, cause: Cause::Adjustment(id) } => Key::of(annuity.term, Some(id.clone())),
        // An entry fee belongs to no contract.
        LineId::EntryFee { .. } => return Vec::new(),
    };
    let placed = entries.into_iter().enumerate().map(|(n, recorded)| {
        (Place::Entry(recorded.recorded_at, key.clone(), n), Piece::Entry(line.clone(), recorded))
    });
    placed.collect()
}
