//! Facts from billing (§2): a sale signed, a year renewed, a credit note.

use crate::text::error;
use crate::{ContractId, CustomerId, Day, DocumentId, Minor, Money, PartnerId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The year of a contract: 1 is the first annuity, 2 the first renewal, up to 99.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct Term(u8);

error! {
    /// A number that is not a term.
    TermError =
        "is not a term: a whole number from 1 to 99 (2 to 99 for a renewal)"
}

impl Term {
    /// The first annuity, billed by the sale itself.
    pub const FIRST: Term = Term(1);

    /// The term before it; none before the first.
    pub fn before(self) -> Option<Term> {
        (self > Term::FIRST).then(|| Term(self.0 - 1))
    }

    /// The number, 1 to 99.
    pub fn number(self) -> u8 {
        self.0
    }
}

impl TryFrom<u64> for Term {
    type Error = TermError;
    fn try_from(number: u64) -> Result<Self, TermError> {
        u8::try_from(number).ok().filter(|n| (1..=99).contains(n)).map(Term).ok_or(TermError)
    }
}

impl From<Term> for u64 {
    fn from(term: Term) -> u64 {
        term.0.into()
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// One year of one contract (§3).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AnnuityId {
    /// The contract.
    pub contract_id: ContractId,
    /// Its year.
    pub term: Term,
}

impl fmt::Display for AnnuityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} term {}", self.contract_id, self.term)
    }
}

/// The owner of a contract's installation: a client, or the partner itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Instance {
    /// A client's installation.
    #[default]
    Customer,
    /// The partner's own installation; it does not count as a sale (§3.2).
    Partner,
}

/// `sale-signed`: a contract and its first annuity begin.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sale {
    /// The contract.
    pub contract_id: ContractId,
    /// The partner that sold the contract.
    pub partner_id: PartnerId,
    /// The client that bought it.
    pub customer_id: CustomerId,
    /// The day of signature, on which term 1 starts.
    pub signed_on: Day,
    /// The list price of the first year, before any share or discount.
    pub annual_fee: Money,
    /// The owner of the installation.
    pub instance: Instance,
}

/// `annual-renewal`: one more year of a contract.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Renewal {
    /// The contract.
    pub contract_id: ContractId,
    /// Its year, 2 to 99.
    pub term: Term,
    /// The first day of that year.
    pub starts_on: Day,
    /// The list price of that year.
    pub annual_fee: Money,
}

/// The kind of an adjustment. On one day supplements come first (§3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AdjustmentKind {
    /// A supplement raises the annuity.
    Supplement,
    /// A credit note lowers it.
    CreditNote,
}

impl AdjustmentKind {
    /// All kinds.
    pub const ALL: [AdjustmentKind; 2] = [AdjustmentKind::Supplement, AdjustmentKind::CreditNote];

    /// The kind's name on the wire: `credit-note`.
    pub fn as_str(self) -> &'static str {
        match self {
            AdjustmentKind::Supplement => "supplement",
            AdjustmentKind::CreditNote => "credit-note",
        }
    }

    /// The id of an adjustment of this kind.
    pub fn id(self, id: DocumentId) -> AdjustmentId {
        AdjustmentId { kind: self, id }
    }
}

/// The id of an adjustment within its annuity. Ids are apart by kind: a supplement and a credit note may have one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AdjustmentId {
    /// The kind.
    pub kind: AdjustmentKind,
    /// The id among those of the kind.
    pub id: DocumentId,
}

impl fmt::Display for AdjustmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.as_str(), self.id)
    }
}

/// `supplement`, `credit-note`: one annuity is raised, or a part of it is refunded to the client.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Adjustment {
    /// The contract.
    pub contract_id: ContractId,
    /// The year whose fee is adjusted.
    pub term: Term,
    /// The adjustment's kind and id, unique within the annuity.
    pub id: AdjustmentId,
    /// The day on which it is booked; it may precede the annuity's first day.
    pub issued_on: Day,
    /// The amount added or refunded; more than zero.
    pub amount: Money,
}

impl Adjustment {
    /// The amount at which the annuity stands after it, in minor units; never less than zero.
    pub fn after(&self, before: Minor) -> Minor {
        let amount = self.amount.minor().0;
        match self.id.kind {
            AdjustmentKind::Supplement => Minor(before.0 + amount),
            AdjustmentKind::CreditNote => Minor((before.0 - amount).max(0)),
        }
    }
}

/// `contract-ended`: no further year is expected. It changes no amount.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContractEnd {
    /// The contract.
    pub contract_id: ContractId,
    /// The last day of the contract.
    pub ended_on: Day,
}

/// One fact from billing. Two facts are duplicates if they are equal (§5).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// A sale signed.
    Sale(Sale),
    /// A year renewed.
    Renewal(Renewal),
    /// A supplement or a credit note.
    Adjustment(Adjustment),
    /// The end of a contract.
    ContractEnd(ContractEnd),
}

/// The subject of a fact. A later kind of fact need not concern a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'a> {
    /// An annuity; the fact bills or adjusts it. The end of a contract is kept with its first.
    Annuity(&'a ContractId, Term),
}

impl Fact {
    /// The sale, if it is one.
    pub fn sale(&self) -> Option<&Sale> {
        match self {
            Fact::Sale(sale) => Some(sale),
            Fact::Renewal(_) | Fact::Adjustment(_) | Fact::ContractEnd(_) => None,
        }
    }

    /// The renewal, if it is one.
    pub fn renewal(&self) -> Option<&Renewal> {
        match self {
            Fact::Renewal(renewal) => Some(renewal),
            Fact::Sale(_) | Fact::Adjustment(_) | Fact::ContractEnd(_) => None,
        }
    }

    /// The adjustment, if it is one.
    pub fn adjustment(&self) -> Option<&Adjustment> {
        match self {
            Fact::Adjustment(adjustment) => Some(adjustment),
            Fact::Sale(_) | Fact::Renewal(_) | Fact::ContractEnd(_) => None,
        }
    }

    /// The contract's end, if it is one.
    pub fn contract_end(&self) -> Option<&ContractEnd> {
        match self {
            Fact::ContractEnd(end) => Some(end),
            Fact::Sale(_) | Fact::Renewal(_) | Fact::Adjustment(_) => None,
        }
    }

    /// The subject of the fact.
    pub fn subject(&self) -> Subject<'_> {
        match self {
            Fact::Sale(sale) => Subject::Annuity(&sale.contract_id, Term::FIRST),
            Fact::Renewal(renewal) => Subject::Annuity(&renewal.contract_id, renewal.term),
            Fact::Adjustment(adjustment) => Subject::Annuity(&adjustment.contract_id, adjustment.term),
            Fact::ContractEnd(end) => Subject::Annuity(&end.contract_id, Term::FIRST),
        }
    }
}
