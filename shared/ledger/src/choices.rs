//! Choices of what stands (RULEBOOK §5): numbered, the last one holds.

use jiff::Timestamp;
use rules::claims::{self, MAX_CHOICES};
use rules::contract::{Bound, Key};
use rules::{Contract, ContractId, Fact};

/// A manager's choice of what stands of a key (RULEBOOK §5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The contract.
    pub contract_id: ContractId,
    /// The key.
    pub key: Key,
    /// 1 for the first choice of the key, and so on; the last one holds.
    pub number: usize,
    /// Which claim stands, counted from 1 in the order recorded; none: no one.
    pub claim: Option<usize>,
    /// How many claims the manager saw. A choice between fewer than there are is refused.
    pub seen: usize,
    /// The reason stated.
    pub why: String,
}

impl Choice {
    /// What becomes of the choice in a contract as it is, and, if it is made now, the claim that it chooses. Decided here for
    /// whoever records it and for whoever asks beforehand.
    pub fn judge(&self, contract: &Contract) -> (ChoiceResult, Option<Fact>) {
        let claims = contract.claims(&self.key);
        let made = contract.choices(&self.key);
        let claim = match self.claim {
            None => None,
            Some(number) => match number.checked_sub(1).and_then(|before| claims.get(before)) {
                Some(claim) => Some(claim.clone()),
                None => return (ChoiceResult::UnknownClaim { claims: claims.len() }, None),
            },
        };
        let choice = claims::Choice { claim, seen: self.seen };
        let outcome = match self.number.checked_sub(1) {
            Some(before) if made.get(before) == Some(&choice) => ChoiceResult::Already,
            Some(before) if before != made.len() => ChoiceResult::OutOfTurn { next: made.len() + 1 },
            None => ChoiceResult::OutOfTurn { next: made.len() + 1 },
            Some(_) if self.seen != claims.len() || claims.is_empty() => ChoiceResult::Unseen { claims: claims.len() },
            Some(_) if made.len() >= MAX_CHOICES => ChoiceResult::TooMany(Bound::Choices),
            Some(_) => ChoiceResult::Now,
        };
        (outcome, choice.claim)
    }
}

/// A choice as it stands in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoiceMade {
    /// The key.
    pub key: Key,
    /// The claim that was chosen to stand; none: no one.
    pub claim: Option<Fact>,
    /// How many claims were recorded then.
    pub seen: usize,
    /// The reason stated.
    pub why: String,
    /// When.
    pub at: Timestamp,
}

/// What became of a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChoiceResult {
    /// It holds from now on.
    Now,
    /// It was made before.
    Already,
    /// Another choice has its number, or the number before it is not taken yet.
    OutOfTurn {
        /// The number that comes next.
        next: usize,
    },
    /// There is no such claim.
    UnknownClaim {
        /// How many there are.
        claims: usize,
    },
    /// Other claims are recorded than the manager saw.
    Unseen {
        /// How many there are.
        claims: usize,
    },
    /// It is one more than the key can have.
    TooMany(Bound),
}
