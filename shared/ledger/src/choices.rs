//! Choices of the effective claim (RULEBOOK §5), numbered; the last one holds.

use crate::journal::{ActId, Change};
use crate::stored_fact::StoredFact;
use jiff::Timestamp;
use rules::claims::{self, MAX_CHOICES, Source};
use rules::contract::{Bound, Key};
use rules::sorted::Sorted;
use rules::{AnnuityId, Contract, ContractId, CustomerName, Fact, PartnerId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A manager's choice of the effective claim of a key (RULEBOOK §5). It may be of a claim that it states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "SentChoice", into = "SentChoice")]
pub struct Choice {
    pub contract_id: ContractId,
    pub key: Key,
    /// 1 for the first choice of the key, and so on; the last one holds.
    pub number: usize,
    pub claim: Pick,
    /// The number of claims that the manager saw. A choice between fewer than there are is refused.
    pub seen: usize,
    /// The reason stated.
    pub why: String,
}

/// The claim that a choice makes effective.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pick {
    /// The claim with this number, counted from 1 in the order recorded; none: no claim.
    Recorded(Option<usize>),
    /// The claim that the manager states. It is recorded, unless it was said before.
    Stated(Stated),
}

/// A claim that a manager states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// The fact, of the key that the choice concerns.
    pub fact: Fact,
    /// Another name of the client, with a sale.
    pub customer_name: Option<CustomerName>,
}

impl Pick {
    /// The claim that the manager states.
    pub fn stated(&self) -> Option<&Stated> {
        match self {
            Pick::Stated(stated) => Some(stated),
            Pick::Recorded(_) => None,
        }
    }
}

/// A choice as sent: a fact without the parts that its key contains.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SentChoice {
    contract_id: ContractId,
    key: Key,
    number: usize,
    claim: SentPick,
    seen: usize,
    why: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum SentPick {
    Recorded(Option<usize>),
    Stated(SentClaim),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SentClaim {
    stated: StoredFact,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    customer_name: Option<CustomerName>,
}

/// A stated claim of another key than the one chosen about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the claim stated is not of the key that the choice concerns")]
struct OtherKey;

impl From<Choice> for SentChoice {
    fn from(Choice { contract_id, key, number, claim, seen, why }: Choice) -> SentChoice {
        let claim = match claim {
            Pick::Recorded(number) => SentPick::Recorded(number),
            Pick::Stated(Stated { fact, customer_name }) => {
                SentPick::Stated(SentClaim { stated: StoredFact::of(&fact), customer_name })
            }
        };
        SentChoice { contract_id, key, number, claim, seen, why }
    }
}

impl TryFrom<SentChoice> for Choice {
    type Error = OtherKey;

    fn try_from(sent: SentChoice) -> Result<Choice, OtherKey> {
        let SentChoice { contract_id, key, number, claim, seen, why } = sent;
        let claim = match claim {
            SentPick::Recorded(number) => Pick::Recorded(number),
            SentPick::Stated(SentClaim { stated, customer_name }) => {
                let annuity = AnnuityId { contract_id: contract_id.clone(), term: key.term() };
                let fact = stated.read(&annuity).filter(|fact| Key::from(fact) == key).ok_or(OtherKey)?;
                Pick::Stated(Stated { fact, customer_name })
            }
        };
        Ok(Choice { contract_id, key, number, claim, seen, why })
    }
}

impl Choice {
    /// The result of the choice in a contract as it is now and, if the choice can be made, the chosen claim. The
    /// recording and any check in advance share this function.
    pub fn judge(&self, contract: &Contract) -> (ChoiceResult, Option<Fact>) {
        let claims = contract.claims(&self.key);
        let made = contract.choices(&self.key);
        let claim = match &self.claim {
            Pick::Recorded(None) => None,
            Pick::Recorded(Some(number)) => match number.checked_sub(1).and_then(|before| claims.get(before)) {
                Some(claim) => Some(claim.clone()),
                None => return (ChoiceResult::UnknownClaim { claims: claims.len() }, None),
            },
            Pick::Stated(Stated { fact, customer_name: _ }) => Some(fact.clone()),
        };
        let choice = claims::Choice { claim, seen: self.seen_in(contract) };
        let outcome = match self.number.checked_sub(1) {
            Some(before) if made.get(before) == Some(&choice) => ChoiceResult::Already,
            Some(before) if before != made.len() => ChoiceResult::OutOfTurn { next: made.len() + 1 },
            None => ChoiceResult::OutOfTurn { next: made.len() + 1 },
            Some(_) if self.seen != claims.len() => ChoiceResult::Unseen { claims: claims.len() },
            Some(_) if made.len() >= MAX_CHOICES => ChoiceResult::TooMany(Bound::Choices),
            Some(_) => match &self.claim {
                Pick::Recorded(_) if claims.is_empty() => ChoiceResult::Unseen { claims: claims.len() },
                Pick::Recorded(_) => ChoiceResult::Now,
                Pick::Stated(Stated { fact, customer_name: _ }) => {
                    contract.admit(fact, Source::Manager).map_or_else(ChoiceResult::TooMany, |()| ChoiceResult::Now)
                }
            },
        };
        (outcome, choice.claim)
    }

    /// The number of claims once the choice is made. A claim stated that was not said before is one more; so it is where this
    /// choice has recorded it.
    fn seen_in(&self, contract: &Contract) -> usize {
        let is_one_more = self.claim.stated().is_some_and(|Stated { fact, customer_name: _ }| {
            contract.claims(&self.key).iter().position(|claim| claim == fact).is_none_or(|before| before == self.seen)
        });
        self.seen + usize::from(is_one_more)
    }

    /// The contract after the choice, if it can be made.
    pub fn made_in(&self, contract: &Contract) -> Contract {
        let mut made = contract.clone();
        if let (ChoiceResult::Now, claim) = self.judge(contract) {
            if let Pick::Stated(Stated { fact, customer_name: _ }) = &self.claim {
                made.add_from(fact.clone(), Source::Manager);
            }
            made.choose(&self.key, claim);
        }
        made
    }

    /// The partners of every claim of the sale, before the choice and after it.
    pub fn partners(&self, contract: &Contract) -> BTreeSet<PartnerId> {
        let stated = self.claim.stated().and_then(|stated| stated.fact.sale());
        contract.sale_claims().chain(stated).map(|sale| sale.partner_id.clone()).to_set()
    }

    /// The id of its act in the journal. `chosen`: the claim that becomes effective.
    pub fn act(&self, contract: &Contract, chosen: Option<Fact>) -> ActId {
        self.change(contract, chosen).id(self.why.parse().ok().as_ref())
    }

    /// The change that it makes in a contract as it is now, for the journal. `chosen`: the claim that becomes effective.
    pub fn change(&self, contract: &Contract, chosen: Option<Fact>) -> Change {
        Change::Choice {
            contract_id: self.contract_id.clone(),
            key: self.key.clone(),
            number: self.number,
            seen: u32::try_from(self.seen_in(contract)).unwrap_or(u32::MAX),
            partners: self.partners(contract),
            before: contract.effective_claim(&self.key).cloned(),
            after: chosen,
            is_stated: self.claim.stated().is_some(),
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
    /// True: the manager stated the claim.
    pub is_stated: bool,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn check(claim: Pick, sent: &str) {
        let (contract_id, why) = ("C".parse().unwrap(), "r".to_owned());
        let choice = Choice { contract_id, key: Key::Sale, number: 1, claim, seen: 2, why };
        let text = serde_json::to_string(&choice).unwrap();
        assert_eq!(text, format!(r#"{{"contract_id":"C","key":"sale","number":1,"claim":{sent},"seen":2,"why":"r"}}"#));
        assert_eq!(serde_json::from_str::<Choice>(&text).unwrap(), choice);
    }

    #[test]
    fn a_choice_reads_back_as_sent() {
        check(Pick::Recorded(None), "null");
        check(Pick::Recorded(Some(2)), "2");
        let fact = Fact::Sale(rules::Sale {
            contract_id: "C".parse().unwrap(),
            partner_id: "P".parse().unwrap(),
            customer_id: "K".parse().unwrap(),
            signed_on: "2024-01-01".parse().unwrap(),
            annual_fee: rules::Money::parse("1", "EUR".parse().unwrap()).unwrap(),
            instance: rules::Instance::Customer,
        });
        let stored = r#"{"s":{"p":"P","c":"K","d":"2024-01-01","m":{"m":100,"c":"EUR"}}}"#;
        let name = "Mairie".parse().ok();
        let stated = |customer_name| Pick::Stated(Stated { fact: fact.clone(), customer_name });
        check(stated(None), &format!(r#"{{"stated":{stored}}}"#));
        check(stated(name), &format!(r#"{{"stated":{stored},"customer_name":"Mairie"}}"#));
        // A claim of another key.
        let other = format!(
            r#"{{"contract_id":"C","key":{{"renewal":2}},"number":1,"claim":{{"stated":{stored}}},"seen":2,"why":"r"}}"#
        );
        assert!(serde_json::from_str::<Choice>(&other).is_err());
    }
}
