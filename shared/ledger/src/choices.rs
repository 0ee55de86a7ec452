//! Choices of the effective claim (RULEBOOK §5), numbered; the last one holds.

use crate::journal::Change;
use jiff::Timestamp;
use rules::claims::{self, MAX_CHOICES};
use rules::contract::{Bound, Key};
use rules::{Contract, ContractId, Fact};
use serde::{Deserialize, Serialize};

/// A manager's choice of the effective claim of a key (RULEBOOK §5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub contract_id: ContractId,
    pub key: Key,
    /// 1 for the first choice of the key, and so on; the last one holds.
    pub number: usize,
    /// The number of the chosen claim, counted from 1 in the order recorded; none: no claim becomes effective.
    pub claim: Option<usize>,
    /// The number of claims that the manager saw. A choice between fewer than there are is refused.
    pub seen: usize,
    /// The reason stated.
    pub why: String,
}

impl Choice {
    /// The result of the choice in a contract as it is now and, if the choice can be made, the chosen claim. The
    /// recording and any check in advance share this function.
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

    /// The change that it makes in a contract as it is now, for the journal. `chosen`: the claim that becomes effective.
    pub fn change(&self, contract: &Contract, chosen: Option<Fact>) -> Change {
        Change::Choice {
            contract_id: self.contract_id.clone(),
            key: self.key.clone(),
            number: self.number,
            before: contract.effective_claim(&self.key).cloned(),
            after: chosen,
            is_stated: false,
        }
    }
}

/// A recorded choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoiceMade {
    pub key: Key,
    /// The chosen claim; none: no claim is effective.
    pub claim: Option<Fact>,
    /// The number of claims recorded at that time.
    pub seen: usize,
    /// The reason stated.
    pub why: String,
    /// The time of recording.
    pub at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChoiceResult {
    /// The choice holds from now on.
    Now,
    /// The choice was made before.
    Already,
    /// The number is taken by another choice, or the number before it is still free.
    OutOfTurn {
        /// The next number.
        next: usize,
    },
    /// The claim does not exist.
    UnknownClaim {
        /// The number of claims.
        claims: usize,
    },
    /// The contract has claims that the manager did not see.
    Unseen {
        /// The number of claims.
        claims: usize,
    },
    /// The choice exceeds the bound of the key.
    TooMany(Bound),
}
