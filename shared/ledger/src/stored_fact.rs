//! Facts as stored: short names, and nothing that a key already contains.

use crate::item;
use crate::stored::Stored;
use rules::contract::Key as Claimed;
use rules::{
    Adjustment, AdjustmentKind, AnnuityId, ContractEnd, CustomerId, Day, DocumentId, Fact, Instance, Money, PartnerId,
    Renewal, Sale, Term,
};
use serde::{Deserialize, Serialize};

/// A fact without the parts that its key contains.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum StoredFact {
    #[serde(rename = "s")]
    Sale {
        #[serde(rename = "p")]
        partner_id: PartnerId,
        #[serde(rename = "c")]
        customer_id: CustomerId,
        #[serde(rename = "d")]
        signed_on: Day,
        #[serde(rename = "m")]
        annual_fee: Stored<Money>,
        #[serde(rename = "i", default, skip_serializing_if = "is_default")]
        instance: Instance,
    },
    #[serde(rename = "r")]
    Renewal {
        #[serde(rename = "d")]
        starts_on: Day,
        #[serde(rename = "m")]
        annual_fee: Stored<Money>,
    },
    #[serde(rename = "n")]
    CreditNote(StoredAdjustment),
    #[serde(rename = "u")]
    Supplement(StoredAdjustment),
    #[serde(rename = "e")]
    End {
        #[serde(rename = "d")]
        ended_on: Day,
    },
}

/// An adjustment without its kind.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StoredAdjustment {
    #[serde(rename = "n")]
    id: DocumentId,
    #[serde(rename = "d")]
    issued_on: Day,
    #[serde(rename = "m")]
    amount: Stored<Money>,
}

impl StoredAdjustment {
    fn read(self, kind: AdjustmentKind, annuity: AnnuityId) -> Option<Fact> {
        let StoredAdjustment { id, issued_on, amount: Stored(amount) } = self;
        let AnnuityId { contract_id, term } = annuity;
        let adjustment = Adjustment { contract_id, term, id: kind.id(id), issued_on, amount };
        (!amount.is_zero()).then_some(Fact::Adjustment(adjustment))
    }
}

impl StoredFact {
    pub(crate) fn of(fact: &Fact) -> StoredFact {
        match fact.clone() {
            Fact::Sale(Sale { contract_id: _, partner_id, customer_id, signed_on, annual_fee, instance }) => {
                let annual_fee = Stored(annual_fee);
                StoredFact::Sale { partner_id, customer_id, signed_on, annual_fee, instance }
            }
            Fact::Renewal(Renewal { contract_id: _, term: _, starts_on, annual_fee }) => {
                StoredFact::Renewal { starts_on, annual_fee: Stored(annual_fee) }
            }
            Fact::Adjustment(Adjustment { contract_id: _, term: _, id, issued_on, amount }) => {
                let stored = StoredAdjustment { id: id.id, issued_on, amount: Stored(amount) };
                match id.kind {
                    AdjustmentKind::CreditNote => StoredFact::CreditNote(stored),
                    AdjustmentKind::Supplement => StoredFact::Supplement(stored),
                }
            }
            Fact::ContractEnd(ContractEnd { contract_id: _, ended_on }) => StoredFact::End { ended_on },
        }
    }

    /// The fact, if it can belong to this annuity.
    pub(crate) fn read(self, annuity: &AnnuityId) -> Option<Fact> {
        let AnnuityId { contract_id, term } = annuity.clone();
        Some(match self {
            StoredFact::Sale { partner_id, customer_id, signed_on, annual_fee: Stored(annual_fee), instance }
                if term == Term::FIRST =>
            {
                Fact::Sale(Sale { contract_id, partner_id, customer_id, signed_on, annual_fee, instance })
            }
            StoredFact::Renewal { starts_on, annual_fee: Stored(annual_fee) } if term > Term::FIRST => {
                Fact::Renewal(Renewal { contract_id, term, starts_on, annual_fee })
            }
            StoredFact::CreditNote(stored) => return stored.read(AdjustmentKind::CreditNote, annuity.clone()),
            StoredFact::Supplement(stored) => return stored.read(AdjustmentKind::Supplement, annuity.clone()),
            StoredFact::End { ended_on } if term == Term::FIRST => {
                Fact::ContractEnd(ContractEnd { contract_id, ended_on })
            }
            StoredFact::Sale { .. } | StoredFact::Renewal { .. } | StoredFact::End { .. } => return None,
        })
    }
}

/// A digest of facts and their keys, as stored.
pub(crate) fn digest(facts: &[Fact]) -> String {
    let stored: Vec<(Claimed, StoredFact)> =
        facts.iter().map(|fact| (Claimed::from(fact), StoredFact::of(fact))).collect();
    // A fact that was recorded can be stored.
    serde_dynamo::to_attribute_value(stored).map(|value| item::digest_of(&value)).unwrap_or_default()
}

pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
