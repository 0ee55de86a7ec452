//! One contract: all that was claimed of it, what of that stands (§5), and the lines that follow (§3).

use crate::claims::{Added, Claims};
use crate::decision::{Annuity, Decision, Pending, decide};
use crate::line::annuity_lines;
use crate::{CreditNote, CreditNoteId, Day, Fact, Line, Money, Partner, Renewal, Sale, Term};
use std::collections::BTreeMap;

/// The facts of one contract, in the order they were recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contract {
    sale: Claims<Sale>,
    renewals: BTreeMap<Term, Claims<Renewal>>,
    credit_notes: BTreeMap<Term, BTreeMap<CreditNoteId, Claims<CreditNote>>>,
}

/// What became of one annuity or of its credit notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It has a decision, and so lines.
    Decided(Decision),
    /// It waits.
    Pending(Pending),
    /// No claim of it may stand: it starts no later than its contract was signed (§5).
    Void,
}

/// What about an annuity's credit notes needs a person (§3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Oddity {
    /// More than is left of the fee was given back.
    OverCredited,
    /// A credit note in another currency than the fee.
    ForeignCurrency,
}

impl Contract {
    /// Adds a fact of this contract.
    pub fn add(&mut self, fact: Fact) -> Added {
        match fact {
            Fact::Sale(sale) => self.sale.add(sale),
            Fact::Renewal(renewal) => self.renewals.entry(renewal.term).or_default().add(renewal),
            Fact::CreditNote(note) => {
                let notes = self.credit_notes.entry(note.term).or_default();
                notes.entry(note.credit_note_id.clone()).or_default().add(note)
            }
        }
    }

    /// The sale that stands.
    pub fn sale(&self) -> Option<&Sale> {
        self.sale.standing(|_| true)
    }

    /// All claims of the sale, in the order recorded.
    pub fn sale_claims(&self) -> &Claims<Sale> {
        &self.sale
    }

    /// The claims of each renewal.
    pub fn renewal_claims(&self) -> &BTreeMap<Term, Claims<Renewal>> {
        &self.renewals
    }

    /// The claims of each credit note of an annuity.
    pub fn credit_note_claims(&self, term: Term) -> impl Iterator<Item = &Claims<CreditNote>> {
        self.credit_notes.get(&term).into_iter().flat_map(BTreeMap::values)
    }

    /// The renewal of a term that stands: the first claim that starts after the day of signature, if that is known.
    pub fn renewal(&self, term: Term) -> Option<&Renewal> {
        let signed_on = self.sale().map(|sale| sale.signed_on);
        self.renewals.get(&term)?.standing(|renewal| signed_on.is_none_or(|day| renewal.starts_on > day))
    }

    /// The first day and the fee of an annuity that stands.
    pub fn billed(&self, term: Term) -> Option<(Day, Money)> {
        if term == Term::FIRST {
            self.sale().map(|sale| (sale.signed_on, sale.annual_fee))
        } else {
            self.renewal(term).map(|renewal| (renewal.starts_on, renewal.annual_fee))
        }
    }

    /// The credit notes of an annuity that stand, in no particular order.
    pub fn credit_notes(&self, term: Term) -> impl Iterator<Item = &CreditNote> {
        self.credit_note_claims(term).filter_map(|claims| claims.standing(|_| true))
    }

    /// Every term something was said of.
    pub fn terms(&self) -> Vec<Term> {
        let first = self.sale().map(|_| Term::FIRST);
        let mut terms: Vec<Term> =
            first.into_iter().chain(self.renewals.keys().copied()).chain(self.credit_notes.keys().copied()).collect();
        terms.sort_unstable();
        terms.dedup();
        terms
    }

    /// Where an annuity stands. Its partner must [know](Partner::add) the sale that stands; with no sale known, any
    /// partner will do.
    pub fn state(&self, term: Term, partner: &Partner) -> State {
        let Some((starts_on, _)) = self.billed(term) else {
            let claimed = self.renewals.contains_key(&term);
            return if claimed { State::Void } else { State::Pending(Pending::TermNotBilled) };
        };
        let Some(sale) = self.sale() else {
            return State::Pending(Pending::ContractNotSigned);
        };
        match decide(Annuity { sale, term, starts_on }, partner) {
            Ok(decision) => State::Decided(decision),
            Err(pending) => State::Pending(pending),
        }
    }

    /// The lines of one annuity (§3.4); none while it is pending or void.
    pub fn lines(&self, term: Term, partner: &Partner) -> Vec<Line> {
        let (Some(sale), Some(billed)) = (self.sale(), self.billed(term)) else { return Vec::new() };
        match self.state(term, partner) {
            State::Decided(decision) => {
                annuity_lines(&sale.partner_id, (&sale.contract_id, term), billed, &decision, self.credit_notes(term))
            }
            State::Pending(_) | State::Void => Vec::new(),
        }
    }

    /// What about the credit notes of an annuity needs a person.
    pub fn oddities(&self, term: Term) -> Vec<Oddity> {
        let Some((_, fee)) = self.billed(term) else { return Vec::new() };
        let (same, foreign): (Vec<_>, Vec<_>) =
            self.credit_notes(term).partition(|note| note.amount.currency() == fee.currency());
        let credited: i128 = same.iter().map(|note| i128::from(note.amount.minor().0)).sum();
        let over = (credited > i128::from(fee.minor().0)).then_some(Oddity::OverCredited);
        over.into_iter().chain((!foreign.is_empty()).then_some(Oddity::ForeignCurrency)).collect()
    }
}
