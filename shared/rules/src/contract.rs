//! One contract: its claims, which of them are effective (§5), and the lines that follow (§3).

use crate::claims::{Choice, ClaimResult, Claims, MAX_CHOICES, MAX_CLAIMS};
use crate::decision::{Annuity, Decision, Pending, decide};
use crate::line::annuity_lines;
use crate::text::Words;
use crate::{AnnuityId, CreditNote, CreditNoteId, Day, Fact, Line, Money, Partner, Renewal, Sale, Term};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// The most credit notes that one annuity can have.
pub const MAX_CREDIT_NOTES: usize = 100;

/// The facts of one contract, in the order they were recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contract {
    sale: Claims<Sale>,
    renewals: BTreeMap<Term, Claims<Renewal>>,
    credit_notes: BTreeMap<Term, BTreeMap<CreditNoteId, Claims<CreditNote>>>,
}

/// The key of a sale, a renewal or a credit note within a contract. Different claims of one key contradict each other
/// (§5).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// The sale.
    Sale,
    /// The renewal of a term.
    Renewal(Term),
    /// A credit note of a term.
    CreditNote(Term, CreditNoteId),
}

impl Key {
    /// The key of an annuity, or of one of its credit notes.
    pub fn of(term: Term, credit_note: Option<CreditNoteId>) -> Key {
        match credit_note {
            Some(note) => Key::CreditNote(term, note),
            None if term == Term::FIRST => Key::Sale,
            None => Key::Renewal(term),
        }
    }

    /// The term of the annuity that the key belongs to.
    pub fn term(&self) -> Term {
        match self {
            Key::Sale => Term::FIRST,
            Key::Renewal(term) | Key::CreditNote(term, _) => *term,
        }
    }
}

impl From<&Fact> for Key {
    fn from(fact: &Fact) -> Key {
        match fact {
            Fact::Sale(_) => Key::Sale,
            Fact::Renewal(renewal) => Key::Renewal(renewal.term),
            Fact::CreditNote(note) => Key::CreditNote(note.term, note.credit_note_id.clone()),
        }
    }
}

/// A bound of §2 that one more fact or choice would exceed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Bound {
    /// The bound of [`MAX_CREDIT_NOTES`] for each annuity.
    #[error("is one too many: this annuity has {MAX_CREDIT_NOTES} credit notes, the most that are recorded")]
    CreditNotes,
    /// The bound of [`MAX_CLAIMS`] for each key.
    #[error(
        "is one too many: {MAX_CLAIMS} different claims are recorded of this sale, renewal or credit note, the most"
    )]
    Claims,
    /// The bound of [`MAX_CHOICES`] for each key.
    #[error("is one too many: {MAX_CHOICES} choices are recorded of this sale, renewal or credit note, the most")]
    Choices,
}

impl Bound {
    /// The bound's name in logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Bound::CreditNotes => "too-many-credit-notes",
            Bound::Claims => "too-many-claims",
            Bound::Choices => "too-many-choices",
        }
    }
}

impl From<Bound> for Words {
    fn from(bound: Bound) -> Words {
        let fr = match bound {
            Bound::CreditNotes => {
                format!("est de trop : cette annuité a {MAX_CREDIT_NOTES} avoirs, le maximum enregistré")
            }
            Bound::Claims => format!(
                "est de trop : {MAX_CLAIMS} déclarations différentes de cette vente, de ce renouvellement ou de cet avoir sont enregistrées, le maximum"
            ),
            Bound::Choices => format!(
                "est de trop : {MAX_CHOICES} choix sont enregistrés pour cette vente, ce renouvellement ou cet avoir, le maximum"
            ),
        };
        Words::new(fr, bound.to_string())
    }
}

/// §5: whether a renewal starts after the signature of its contract; otherwise it is never effective.
pub fn starts_after_signature(renewal: &Renewal, sale: &Sale) -> bool {
    renewal.starts_on > sale.signed_on
}

/// The state of one annuity or of its credit notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Decided: it has lines.
    Decided(Decision),
    /// Waiting for another fact or for an agreement.
    Pending(Pending),
    /// No claim is effective: a manager chose none, or the year starts no later than the contract was signed (§5).
    Void,
}

/// An anomaly of an annuity, which a manager should look at (§3.1, §3.4, §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Anomaly {
    /// The annuity or one of its credit notes is pending.
    Pending(Pending),
    /// There are claims, but none of them is effective.
    Void,
    /// Several claims of one key without a choice, or a claim after the last choice.
    Contradiction,
    /// The credit notes exceed the fee.
    OverCredited,
    /// A credit note in another currency than the fee's.
    ForeignCurrency,
}

impl Anomaly {
    /// All anomalies.
    pub const ALL: [Anomaly; 7] = [
        Anomaly::Pending(Pending::NoAgreement),
        Anomaly::Pending(Pending::ContractNotSigned),
        Anomaly::Pending(Pending::TermNotBilled),
        Anomaly::Void,
        Anomaly::Contradiction,
        Anomaly::OverCredited,
        Anomaly::ForeignCurrency,
    ];

    /// The anomaly's name on the wire: `over-credited`.
    pub fn as_str(self) -> &'static str {
        match self {
            Anomaly::Pending(Pending::NoAgreement) => "pending-no-agreement",
            Anomaly::Pending(Pending::ContractNotSigned) => "pending-contract-not-signed",
            Anomaly::Pending(Pending::TermNotBilled) => "pending-term-not-billed",
            Anomaly::Void => "void",
            Anomaly::Contradiction => "contradiction",
            Anomaly::OverCredited => "over-credited",
            Anomaly::ForeignCurrency => "credit-note-in-another-currency",
        }
    }
}

impl Serialize for Anomaly {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Contract {
    /// Adds a recorded fact of this contract. Recorded facts are within the bounds.
    pub fn add(&mut self, fact: Fact) -> ClaimResult {
        match fact {
            Fact::Sale(sale) => self.sale.add(sale),
            Fact::Renewal(renewal) => self.renewals.entry(renewal.term).or_default().add(renewal),
            Fact::CreditNote(note) => {
                let notes = self.credit_notes.entry(note.term).or_default();
                notes.entry(note.credit_note_id.clone()).or_default().add(note)
            }
        }
    }

    /// Adds a fact that is not recorded yet, unless it exceeds a bound of §2. A duplicate never exceeds one.
    pub fn take(&mut self, fact: &Fact) -> Result<ClaimResult, Bound> {
        let key = Key::from(fact);
        let known = self.claims(&key);
        if known.contains(fact) {
            return Ok(ClaimResult::Duplicate);
        }
        if known.len() >= MAX_CLAIMS {
            return Err(Bound::Claims);
        }
        if let (Key::CreditNote(term, _), true) = (&key, known.is_empty()) {
            let notes = self.credit_notes.get(term).map_or(0, BTreeMap::len);
            if notes >= MAX_CREDIT_NOTES {
                return Err(Bound::CreditNotes);
            }
        }
        Ok(self.add(fact.clone()))
    }

    /// Chooses the effective claim of a key (§5): one of its claims, or none. A claim of another key is ignored.
    pub fn choose(&mut self, key: &Key, claim: Option<Fact>) {
        match (key, claim) {
            (Key::Sale, None) => self.sale.choose(None),
            (Key::Sale, Some(Fact::Sale(sale))) => self.sale.choose(Some(sale)),
            (Key::Renewal(term), None) => self.renewals.entry(*term).or_default().choose(None),
            (Key::Renewal(term), Some(Fact::Renewal(renewal))) => {
                self.renewals.entry(*term).or_default().choose(Some(renewal));
            }
            (Key::CreditNote(term, note), None) => self.claims_of(*term, note).choose(None),
            (Key::CreditNote(term, note), Some(Fact::CreditNote(claim))) => {
                self.claims_of(*term, note).choose(Some(claim));
            }
            (Key::Sale, Some(Fact::Renewal(_) | Fact::CreditNote(_)))
            | (Key::Renewal(_), Some(Fact::Sale(_) | Fact::CreditNote(_)))
            | (Key::CreditNote(..), Some(Fact::Sale(_) | Fact::Renewal(_))) => {}
        }
    }

    fn claims_of(&mut self, term: Term, note: &CreditNoteId) -> &mut Claims<CreditNote> {
        self.credit_notes.entry(term).or_default().entry(note.clone()).or_default()
    }

    /// All claims of a key, in the order recorded.
    pub fn claims(&self, key: &Key) -> Vec<Fact> {
        match key {
            Key::Sale => self.sale.iter().cloned().map(Fact::Sale).collect(),
            Key::Renewal(term) => {
                self.renewals.get(term).into_iter().flat_map(Claims::iter).cloned().map(Fact::Renewal).collect()
            }
            Key::CreditNote(term, note) => {
                let claims = self.credit_notes.get(term).and_then(|notes| notes.get(note));
                claims.into_iter().flat_map(Claims::iter).cloned().map(Fact::CreditNote).collect()
            }
        }
    }

    /// The choices of a key, in order; the last one holds.
    pub fn choices(&self, key: &Key) -> Vec<Choice<Fact>> {
        match key {
            Key::Sale => self.sale.choices().iter().cloned().map(|choice| choice.map(Fact::Sale)).collect(),
            Key::Renewal(term) => {
                let choices = self.renewals.get(term).map(Claims::choices).unwrap_or_default();
                choices.iter().cloned().map(|choice| choice.map(Fact::Renewal)).collect()
            }
            Key::CreditNote(term, note) => {
                let claims = self.credit_notes.get(term).and_then(|notes| notes.get(note));
                let choices = claims.map(Claims::choices).unwrap_or_default();
                choices.iter().cloned().map(|choice| choice.map(Fact::CreditNote)).collect()
            }
        }
    }

    /// An unresolved contradiction of a key: several claims without a choice, or a claim after the last choice.
    pub fn is_contested(&self, key: &Key) -> bool {
        match key {
            Key::Sale => self.sale.is_contested(),
            Key::Renewal(term) => self.renewals.get(term).is_some_and(Claims::is_contested),
            Key::CreditNote(term, note) => {
                let claims = self.credit_notes.get(term).and_then(|notes| notes.get(note));
                claims.is_some_and(Claims::is_contested)
            }
        }
    }

    /// The number of the effective claim of a key, counted from 1 in the order recorded; none: no claim is effective.
    pub fn effective(&self, key: &Key) -> Option<usize> {
        let standing = match key {
            Key::Sale => self.sale().cloned().map(Fact::Sale),
            Key::Renewal(term) => self.renewal(*term).cloned().map(Fact::Renewal),
            Key::CreditNote(term, note) => {
                let claims = self.credit_notes.get(term).and_then(|notes| notes.get(note));
                claims.and_then(|claims| claims.standing(|_| true)).cloned().map(Fact::CreditNote)
            }
        };
        self.claims(key).iter().position(|claim| Some(claim) == standing.as_ref()).map(|before| before + 1)
    }

    /// The number of the next choice of a key.
    pub fn next_choice(&self, key: &Key) -> usize {
        self.choices(key).len() + 1
    }

    /// The keys of all claims of the contract.
    pub fn keys(&self) -> Vec<Key> {
        let sale = (self.sale.iter().next().is_some()).then_some(Key::Sale);
        let renewals = self.renewals.keys().map(|term| Key::Renewal(*term));
        let notes = self.credit_notes.iter();
        let notes = notes.flat_map(|(term, notes)| notes.keys().map(|note| Key::CreditNote(*term, note.clone())));
        sale.into_iter().chain(renewals).chain(notes).collect()
    }

    /// The effective sale.
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

    /// The effective renewal of a term: without a choice, the first claim that starts after the day of signature, if
    /// that is known.
    pub fn renewal(&self, term: Term) -> Option<&Renewal> {
        let sale = self.sale();
        self.renewals.get(&term)?.standing(|renewal| sale.is_none_or(|sale| starts_after_signature(renewal, sale)))
    }

    /// The first day and the fee of an annuity, from its effective claim.
    pub fn billed(&self, term: Term) -> Option<(Day, Money)> {
        if term == Term::FIRST {
            self.sale().map(|sale| (sale.signed_on, sale.annual_fee))
        } else {
            self.renewal(term).map(|renewal| (renewal.starts_on, renewal.annual_fee))
        }
    }

    /// The effective credit notes of an annuity, in no particular order.
    pub fn credit_notes(&self, term: Term) -> impl Iterator<Item = &CreditNote> {
        self.credit_note_claims(term).filter_map(|claims| claims.standing(|_| true))
    }

    /// Every term that has a claim.
    pub fn terms(&self) -> Vec<Term> {
        let first = self.sale.iter().next().map(|_| Term::FIRST);
        let mut terms: Vec<Term> =
            first.into_iter().chain(self.renewals.keys().copied()).chain(self.credit_notes.keys().copied()).collect();
        terms.sort_unstable();
        terms.dedup();
        terms
    }

    /// The state of an annuity. Its partner must [know](Partner::add) the effective sale; if no sale is known, the
    /// partner does not matter.
    pub fn state(&self, term: Term, partner: &Partner) -> State {
        let Some((starts_on, _)) = self.billed(term) else {
            let sold = term == Term::FIRST && self.sale.iter().next().is_some();
            let claimed = sold || self.renewals.contains_key(&term);
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
                let annuity = AnnuityId { contract_id: sale.contract_id.clone(), term };
                annuity_lines(&sale.partner_id, annuity, billed, &decision, self.credit_notes(term))
            }
            State::Pending(_) | State::Void => Vec::new(),
        }
    }

    /// The anomalies of an annuity.
    pub fn anomalies(&self, term: Term, partner: &Partner) -> Vec<Anomaly> {
        let mut anomalies = Vec::new();
        match self.state(term, partner) {
            State::Pending(pending) => anomalies.push(Anomaly::Pending(pending)),
            State::Void if !self.is_chosen_void(term) => anomalies.push(Anomaly::Void),
            State::Void | State::Decided(_) => {}
        }
        let contested = (term == Term::FIRST && self.sale.is_contested())
            || self.renewals.get(&term).is_some_and(Claims::is_contested)
            || self.credit_note_claims(term).any(Claims::is_contested);
        if contested {
            anomalies.push(Anomaly::Contradiction);
        }
        if let Some((_, fee)) = self.billed(term) {
            let (same, foreign): (Vec<_>, Vec<_>) =
                self.credit_notes(term).partition(|note| note.amount.currency() == fee.currency());
            let credited: i128 = same.iter().map(|note| i128::from(note.amount.minor().0)).sum();
            if credited > i128::from(fee.minor().0) {
                anomalies.push(Anomaly::OverCredited);
            }
            if !foreign.is_empty() {
                anomalies.push(Anomaly::ForeignCurrency);
            }
        }
        anomalies
    }

    /// Whether a manager chose no claim of the annuity.
    fn is_chosen_void(&self, term: Term) -> bool {
        if term == Term::FIRST {
            self.sale.choices().last().is_some_and(|choice| choice.claim.is_none())
        } else {
            let choices = self.renewals.get(&term).map(Claims::choices).unwrap_or_default();
            choices.last().is_some_and(|choice| choice.claim.is_none())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pending_has_one_name() {
        for anomaly in Anomaly::ALL {
            if let Anomaly::Pending(pending) = anomaly {
                let name = serde_json::to_value(pending).unwrap();
                assert_eq!(anomaly.as_str(), format!("pending-{}", name.as_str().unwrap()));
            }
            assert_eq!(serde_json::to_value(anomaly).unwrap(), anomaly.as_str());
        }
    }

    #[test]
    fn the_effective_claim_is_the_one_that_stands() {
        let mut contract = Contract::default();
        let check = |contract: &Contract, key: &Key, effective: Option<usize>, next: usize| {
            assert_eq!((contract.effective(key), contract.next_choice(key)), (effective, next), "{key:?}");
        };
        let second = Key::Renewal(term(2));
        check(&contract, &Key::Sale, None, 1);
        for fact in [sale("100"), sale("90"), renewal(2, "100"), renewal(2, "80")] {
            contract.add(fact);
        }
        check(&contract, &Key::Sale, Some(1), 1);
        check(&contract, &second, Some(1), 1);
        contract.choose(&Key::Sale, Some(sale("90")));
        check(&contract, &Key::Sale, Some(2), 2);
        contract.choose(&Key::Sale, None);
        check(&contract, &Key::Sale, None, 3);
        contract.choose(&second, Some(renewal(2, "80")));
        check(&contract, &second, Some(2), 2);
    }

    fn money(amount: &str) -> Money {
        Money::parse(amount, "EUR".parse().unwrap()).unwrap()
    }

    fn term(number: u64) -> Term {
        number.try_into().unwrap()
    }

    fn sale(fee: &str) -> Fact {
        Fact::Sale(Sale {
            contract_id: "C".parse().unwrap(),
            partner_id: "P".parse().unwrap(),
            customer_id: "K".parse().unwrap(),
            signed_on: "2024-01-01".parse().unwrap(),
            annual_fee: money(fee),
            instance: crate::Instance::Customer,
        })
    }

    fn renewal(number: u64, fee: &str) -> Fact {
        Fact::Renewal(Renewal {
            contract_id: "C".parse().unwrap(),
            term: term(number),
            starts_on: "2025-01-01".parse().unwrap(),
            annual_fee: money(fee),
        })
    }

    fn note(number: u64, id: &str, amount: &str) -> Fact {
        Fact::CreditNote(CreditNote {
            contract_id: "C".parse().unwrap(),
            term: term(number),
            credit_note_id: id.parse().unwrap(),
            issued_on: "2025-02-01".parse().unwrap(),
            amount: money(amount),
        })
    }

    /// Adds two claims of a key, then chooses each of them and none.
    fn check(key: &Key, one: &Fact, other: &Fact) {
        let mut contract = Contract::default();
        assert_eq!((contract.claims(key), contract.choices(key)), (vec![], vec![]));
        let added = [one, one, other, one].map(|fact| contract.add(fact.clone()));
        assert_eq!(
            added,
            [ClaimResult::First, ClaimResult::Duplicate, ClaimResult::Contradiction, ClaimResult::Duplicate]
        );
        assert_eq!(contract.keys().iter().collect::<Vec<_>>(), [key]);
        assert_eq!(contract.terms(), [key.term()]);
        for choice in [Some(other), None, Some(one)] {
            contract.choose(key, choice.cloned());
        }
        assert_eq!(contract.claims(key), [one.clone(), other.clone()]);
        let chosen: Vec<_> = contract.choices(key).into_iter().map(|choice| (choice.claim, choice.seen)).collect();
        assert_eq!(chosen, [(Some(other.clone()), 2), (None, 2), (Some(one.clone()), 2)]);
    }

    #[test]
    fn all_claims_of_a_key_and_all_choices_between_them_are_kept_in_order() {
        check(&Key::Sale, &sale("1"), &sale("2"));
        check(&Key::Renewal(term(2)), &renewal(2, "1"), &renewal(2, "2"));
        check(&Key::CreditNote(term(1), "N".parse().unwrap()), &note(1, "N", "1"), &note(1, "N", "2"));
    }

    #[test]
    fn a_claim_of_another_key_is_no_choice() {
        let facts = [sale("1"), renewal(2, "1"), note(1, "N", "1")];
        for (key, own) in facts.iter().map(|fact| (Key::from(fact), fact)) {
            let mut contract = Contract::default();
            contract.add(own.clone());
            for other in facts.iter().filter(|other| *other != own) {
                contract.choose(&key, Some(other.clone()));
            }
            assert_eq!(contract.choices(&key), [], "{key:?}");
        }
    }

    /// Takes facts until one is refused; returns the number taken and the bound.
    fn taken(facts: impl Iterator<Item = Fact>) -> (usize, Option<Bound>, Contract) {
        let mut contract = Contract::default();
        for (i, fact) in facts.enumerate() {
            if let Err(bound) = contract.take(&fact) {
                return (i, Some(bound), contract);
            }
        }
        (usize::MAX, None, contract)
    }

    #[test]
    fn one_more_than_a_bound_is_refused_by_name_and_a_duplicate_never_is() {
        for claim in [|fee: &str| sale(fee), |fee: &str| renewal(2, fee), |fee: &str| note(1, "N", fee)] {
            let (count, bound, mut contract) = taken((1..).map(|fee: u32| claim(&fee.to_string())));
            assert_eq!((count, bound), (MAX_CLAIMS, Some(Bound::Claims)));
            assert_eq!(contract.take(&claim("7")), Ok(ClaimResult::Duplicate));
        }
        let (count, bound, mut contract) = taken((1..).map(|id: u32| note(1, &id.to_string(), "1")));
        assert_eq!((count, bound), (MAX_CREDIT_NOTES, Some(Bound::CreditNotes)));
        assert_eq!(contract.take(&note(1, "7", "1")), Ok(ClaimResult::Duplicate));
        assert_eq!(contract.take(&note(1, "7", "2")), Ok(ClaimResult::Contradiction), "a claim of one that is there");
        assert_eq!(contract.take(&note(2, "1", "1")), Ok(ClaimResult::First), "another annuity has its own");
    }

    #[test]
    fn every_key_and_every_term_that_was_spoken_of_is_listed_once() {
        let mut contract = Contract::default();
        for fact in [note(3, "N", "1"), renewal(3, "9"), note(3, "M", "1"), renewal(2, "9"), sale("9")] {
            contract.add(fact);
        }
        let note = |id: &str| Key::CreditNote(term(3), id.parse().unwrap());
        assert_eq!(contract.keys(), [Key::Sale, Key::Renewal(term(2)), Key::Renewal(term(3)), note("M"), note("N")]);
        assert_eq!(contract.terms(), [1, 2, 3].map(term));
        assert_eq!(contract.sale_claims().iter().count(), 1);
        assert_eq!(contract.renewal_claims().keys().copied().collect::<Vec<_>>(), [2, 3].map(term));
    }
}
