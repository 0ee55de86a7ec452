//! Facts from billing (§2): a sale signed, a year renewed, a credit note.

use crate::text::error;
use crate::{ContractId, CreditNoteId, CustomerId, Day, Money, PartnerId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The year of a contract: 1 is the first annuity, 2 the first renewal, up to 99.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct Term(u8);

error! {
    /// A number that is not a term.
    TermError {
        fr: "n'est pas un terme : un entier de 1 à 99 (de 2 à 99 pour un renouvellement)",
        en: "is not a term: a whole number from 1 to 99 (2 to 99 for a renewal)"
    }
}

impl Term {
    /// The first annuity, billed by the sale itself.
    pub const FIRST: Term = Term(1);

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

/// `credit-note`: a part of one annuity is refunded to the client.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CreditNote {
    /// The contract.
    pub contract_id: ContractId,
    /// The year whose fee is refunded.
    pub term: Term,
    /// The credit note's id, unique within the annuity.
    pub credit_note_id: CreditNoteId,
    /// The day on which it is booked; it may precede the annuity's first day.
    pub issued_on: Day,
    /// The refunded part of the fee.
    pub amount: Money,
}

/// One fact from billing. Two facts are duplicates if they are equal (§5).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// A sale signed.
    Sale(Sale),
    /// A year renewed.
    Renewal(Renewal),
    /// A credit note.
    CreditNote(CreditNote),
}

/// The subject of a fact. A later kind of fact need not concern a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'a> {
    /// An annuity; the fact bills it or credits it.
    Annuity(&'a ContractId, Term),
}

impl Fact {
    /// The subject of the fact.
    pub fn subject(&self) -> Subject<'_> {
        match self {
            Fact::Sale(sale) => Subject::Annuity(&sale.contract_id, Term::FIRST),
            Fact::Renewal(renewal) => Subject::Annuity(&renewal.contract_id, renewal.term),
            Fact::CreditNote(note) => Subject::Annuity(&note.contract_id, note.term),
        }
    }
}
