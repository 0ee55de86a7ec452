//! One contract: its claims, which of them are effective (§5), and the lines that follow (§3).

use crate::claims::{Choice, ClaimResult, Claims, MAX_CHOICES, MAX_CLAIMS, MAX_STATED, Source};
use crate::decision::{Annuity, Decision, Pending, decide};
use crate::line::annuity_lines;
use crate::sorted::Sorted;
use crate::{Adjustment, AdjustmentId, AnnuityId, ContractEnd, Day, Fact, Line, Money, Partner, Renewal, Sale, Term};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The most supplements and credit notes that one annuity can have, together.
pub const MAX_ADJUSTMENTS: usize = 100;

/// The facts of one contract: the claims of each key, in the order they were recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contract(BTreeMap<Key, Claims<Fact>>);

/// The key of a fact within a contract. Different claims of one key contradict each other (§5).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Key {
    /// The sale.
    Sale,
    /// The renewal of a term.
    Renewal(Term),
    /// A supplement or a credit note of a term.
    Adjustment(Term, AdjustmentId),
    /// The contract's end.
    End,
}

impl Key {
    /// The key of an annuity, or of one of its adjustments.
    pub fn of(term: Term, adjustment: Option<AdjustmentId>) -> Key {
        match adjustment {
            Some(id) => Key::Adjustment(term, id),
            None if term == Term::FIRST => Key::Sale,
            None => Key::Renewal(term),
        }
    }

    /// The term of the annuity that the key belongs to; the contract's end belongs to the first.
    pub fn term(&self) -> Term {
        match self {
            Key::Sale | Key::End => Term::FIRST,
            Key::Renewal(term) | Key::Adjustment(term, _) => *term,
        }
    }
}

impl From<&Fact> for Key {
    fn from(fact: &Fact) -> Key {
        match fact {
            Fact::Sale(_) => Key::Sale,
            Fact::Renewal(renewal) => Key::Renewal(renewal.term),
            Fact::Adjustment(adjustment) => Key::Adjustment(adjustment.term, adjustment.id.clone()),
            Fact::ContractEnd(_) => Key::End,
        }
    }
}

/// A bound of §2 that one more fact or choice would exceed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Bound {
    /// The bound of [`MAX_ADJUSTMENTS`] for each annuity.
    #[error(
        "is one too many: this annuity has {MAX_ADJUSTMENTS} supplements and credit notes, the most that are recorded"
    )]
    Adjustments,
    /// The bound of [`MAX_CLAIMS`] for each key.
    #[error("is one too many: {MAX_CLAIMS} different claims of this fact are recorded, the most")]
    Claims,
    /// The bound of [`MAX_STATED`] for each key.
    #[error("is one too many: managers have stated {MAX_STATED} different claims of this fact, the most")]
    Stated,
    /// The bound of [`MAX_CHOICES`] for each key.
    #[error("is one too many: {MAX_CHOICES} choices of this fact are recorded, the most")]
    Choices,
}

impl Bound {
    /// The bound's name in logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Bound::Adjustments => "too-many-adjustments",
            Bound::Claims => "too-many-claims",
            Bound::Stated => "too-many-stated-claims",
            Bound::Choices => "too-many-choices",
        }
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

impl Contract {
    /// Adds a recorded fact of this contract, reported by billing. Recorded facts are within the bounds.
    pub fn add(&mut self, fact: Fact) -> ClaimResult {
        self.add_from(fact, Source::Billing)
    }

    /// Adds a recorded fact of this contract from a source.
    pub fn add_from(&mut self, fact: Fact, source: Source) -> ClaimResult {
        self.0.entry(Key::from(&fact)).or_default().add(fact, source)
    }

    /// Adds a fact from billing that is not recorded yet, unless it exceeds a bound of §2. A duplicate never exceeds one.
    pub fn take(&mut self, fact: &Fact) -> Result<ClaimResult, Bound> {
        self.take_from(fact, Source::Billing)
    }

    /// The same for a fact from a source.
    pub fn take_from(&mut self, fact: &Fact, source: Source) -> Result<ClaimResult, Bound> {
        self.admit(fact, source)?;
        Ok(self.add_from(fact.clone(), source))
    }

    /// Checks that a fact from a source does not exceed a bound of §2. The claims of each source are counted apart.
    pub fn admit(&self, fact: &Fact, source: Source) -> Result<(), Bound> {
        let key = Key::from(fact);
        let known = self.claims(&key);
        if known.contains(fact) {
            return Ok(());
        }
        if self.sources(&key).iter().filter(|one| **one == source).count() >= source.most() {
            return Err(match source {
                Source::Billing => Bound::Claims,
                Source::Manager => Bound::Stated,
            });
        }
        if let (Key::Adjustment(term, _), true) = (&key, known.is_empty())
            && self.adjustment_keys(*term).count() >= MAX_ADJUSTMENTS
        {
            return Err(Bound::Adjustments);
        }
        Ok(())
    }

    /// Chooses the effective claim of a key (§5): one of its claims, or none. A claim of another key is ignored.
    pub fn choose(&mut self, key: &Key, claim: Option<Fact>) {
        if claim.as_ref().is_none_or(|claim| Key::from(claim) == *key) {
            self.0.entry(key.clone()).or_default().choose(claim);
        }
    }

    /// All claims of a key, in the order recorded.
    pub fn claims(&self, key: &Key) -> &[Fact] {
        self.0.get(key).map(Claims::all).unwrap_or_default()
    }

    /// The source of each claim of a key, in the same order.
    pub fn sources(&self, key: &Key) -> &[Source] {
        self.0.get(key).map(Claims::sources).unwrap_or_default()
    }

    /// The source of the effective claim of a key.
    pub fn effective_source(&self, key: &Key) -> Option<Source> {
        let number = self.effective(key)?;
        self.sources(key).get(number.checked_sub(1)?).copied()
    }

    /// The choices of a key, in order; the last one holds.
    pub fn choices(&self, key: &Key) -> &[Choice<Fact>] {
        self.0.get(key).map(Claims::choices).unwrap_or_default()
    }

    /// An unresolved contradiction of a key: several claims without a choice, or a claim after the last choice.
    pub fn is_contradicted(&self, key: &Key) -> bool {
        self.0.get(key).is_some_and(Claims::is_contradicted)
    }

    /// The effective claim of a key. Of a renewal, without a choice, the first that starts after the day of signature,
    /// if that is known.
    pub fn effective_claim(&self, key: &Key) -> Option<&Fact> {
        self.0.get(key)?.effective(|fact| {
            let starts_in_time = |renewal| self.sale().is_none_or(|sale| starts_after_signature(renewal, sale));
            fact.renewal().is_none_or(starts_in_time)
        })
    }

    /// The number of the effective claim of a key, counted from 1 in the order recorded; none: no claim is effective.
    pub fn effective(&self, key: &Key) -> Option<usize> {
        let effective = self.effective_claim(key)?;
        self.claims(key).iter().position(|claim| claim == effective).map(|before| before + 1)
    }

    /// The number of the next choice of a key.
    pub fn next_choice(&self, key: &Key) -> usize {
        self.choices(key).len() + 1
    }

    /// The keys of all claims of the contract.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.0.keys()
    }

    /// The effective sale.
    pub fn sale(&self) -> Option<&Sale> {
        self.effective_claim(&Key::Sale)?.sale()
    }

    /// All claims of the sale, in the order recorded.
    pub fn sale_claims(&self) -> impl Iterator<Item = &Sale> {
        self.claims(&Key::Sale).iter().filter_map(Fact::sale)
    }

    /// The effective renewal of a term.
    pub fn renewal(&self, term: Term) -> Option<&Renewal> {
        self.effective_claim(&Key::Renewal(term))?.renewal()
    }

    /// The keys of the supplements and credit notes of an annuity.
    fn adjustment_keys(&self, term: Term) -> impl Iterator<Item = &Key> {
        self.keys().filter(move |key| matches!(key, Key::Adjustment(of, _) if *of == term))
    }

    /// The effective supplements and credit notes of an annuity, by id.
    pub fn adjustments(&self, term: Term) -> impl Iterator<Item = &Adjustment> {
        self.adjustment_keys(term).filter_map(|key| self.effective_claim(key)?.adjustment())
    }

    /// The effective end of the contract.
    pub fn end(&self) -> Option<&ContractEnd> {
        self.effective_claim(&Key::End)?.contract_end()
    }

    /// The first day and the fee of an annuity, from its effective claim.
    pub fn billed(&self, term: Term) -> Option<(Day, Money)> {
        if term == Term::FIRST {
            self.sale().map(|sale| (sale.signed_on, sale.annual_fee))
        } else {
            self.renewal(term).map(|renewal| (renewal.starts_on, renewal.annual_fee))
        }
    }

    /// Every term that has a claim; the contract's end is none of a term.
    pub fn terms(&self) -> Vec<Term> {
        let terms: BTreeSet<Term> = self.keys().filter(|key| **key != Key::End).map(Key::term).to_set();
        terms.into_iter().collect()
    }

    /// The state of an annuity. Its partner must [know](Partner::add) the effective sale; if no sale is known, the
    /// partner does not matter.
    pub fn state(&self, term: Term, partner: &Partner) -> State {
        let Some((starts_on, _)) = self.billed(term) else {
            let claimed = !self.claims(&Key::of(term, None)).is_empty();
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
                annuity_lines(&sale.partner_id, annuity, billed, &decision, self.adjustments(term))
            }
            State::Pending(_) | State::Void => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AdjustmentKind;

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
        Fact::Adjustment(Adjustment {
            contract_id: "C".parse().unwrap(),
            term: term(number),
            id: AdjustmentKind::CreditNote.id(id.parse().unwrap()),
            issued_on: "2025-02-01".parse().unwrap(),
            amount: money(amount),
        })
    }

    /// Adds two claims of a key, then chooses each of them and none.
    fn check(key: &Key, one: &Fact, other: &Fact) {
        let mut contract = Contract::default();
        assert_eq!((contract.claims(key).len(), contract.choices(key).len()), (0, 0));
        let added = [one, one, other, one].map(|fact| contract.add(fact.clone()));
        assert_eq!(
            added,
            [ClaimResult::First, ClaimResult::Duplicate, ClaimResult::Contradiction, ClaimResult::Duplicate]
        );
        assert_eq!(contract.keys().collect::<Vec<_>>(), [key]);
        assert_eq!(contract.terms(), [key.term()]);
        for choice in [Some(other), None, Some(one)] {
            contract.choose(key, choice.cloned());
        }
        assert_eq!(contract.claims(key), [one.clone(), other.clone()]);
        let chosen: Vec<_> = contract.choices(key).iter().cloned().map(|choice| (choice.claim, choice.seen)).collect();
        assert_eq!(chosen, [(Some(other.clone()), 2), (None, 2), (Some(one.clone()), 2)]);
    }

    #[test]
    fn all_claims_of_a_key_and_all_choices_between_them_are_kept_in_order() {
        check(&Key::Sale, &sale("1"), &sale("2"));
        check(&Key::Renewal(term(2)), &renewal(2, "1"), &renewal(2, "2"));
        check(
            &Key::Adjustment(term(1), AdjustmentKind::CreditNote.id("N".parse().unwrap())),
            &note(1, "N", "1"),
            &note(1, "N", "2"),
        );
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
        assert_eq!((count, bound), (MAX_ADJUSTMENTS, Some(Bound::Adjustments)));
        assert_eq!(contract.take(&note(1, "7", "1")), Ok(ClaimResult::Duplicate));
        assert_eq!(contract.take(&note(1, "7", "2")), Ok(ClaimResult::Contradiction), "a claim of one that is there");
        assert_eq!(contract.take(&note(2, "1", "1")), Ok(ClaimResult::First), "another annuity has its own");
    }

    #[test]
    fn claims_of_billing_and_stated_ones_are_counted_apart() {
        let (count, _, mut contract) = taken((1..).map(|fee: u32| sale(&fee.to_string())));
        assert_eq!(count, MAX_CLAIMS);
        for fee in 1001..=1000 + MAX_STATED {
            assert_eq!(
                contract.take_from(&sale(&fee.to_string()), Source::Manager),
                Ok(ClaimResult::Contradiction),
                "{fee}"
            );
        }
        assert_eq!(contract.take_from(&sale("7000"), Source::Manager), Err(Bound::Stated));
        assert_eq!(contract.take_from(&sale("7"), Source::Manager), Ok(ClaimResult::Duplicate));
        let sources = contract.sources(&Key::Sale);
        assert_eq!((sources[MAX_CLAIMS - 1], sources[MAX_CLAIMS]), (Source::Billing, Source::Manager));
        assert_eq!(contract.effective_source(&Key::Sale), Some(Source::Billing));
        contract.choose(&Key::Sale, Some(sale("1001")));
        assert_eq!(contract.effective_source(&Key::Sale), Some(Source::Manager));
        let (_, bound, contract) = taken((1..).map(|id: u32| note(1, &id.to_string(), "1")));
        assert_eq!(bound, contract.admit(&note(1, "X", "1"), Source::Manager).err(), "an annuity's bound is one");
    }

    #[test]
    fn every_key_and_every_term_that_was_spoken_of_is_listed_once() {
        let mut contract = Contract::default();
        for fact in [note(3, "N", "1"), renewal(3, "9"), note(3, "M", "1"), renewal(2, "9"), sale("9")] {
            contract.add(fact);
        }
        let note = |id: &str| Key::Adjustment(term(3), AdjustmentKind::CreditNote.id(id.parse().unwrap()));
        let keys: Vec<Key> = contract.keys().cloned().collect();
        assert_eq!(keys, [Key::Sale, Key::Renewal(term(2)), Key::Renewal(term(3)), note("M"), note("N")]);
        assert_eq!(contract.terms(), [1, 2, 3].map(term));
        assert_eq!(contract.sale_claims().count(), 1);
    }
}
