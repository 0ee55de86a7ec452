//! Choices of what stands (RULEBOOK §5): numbered, the last one holds.

use crate::keys::{RowKey, SlotKey};
use crate::rows::Row;
use jiff::Timestamp;
use rules::contract::Key;
use rules::{Contract, ContractId, Fact, Term};

/// What a choice is about, and the reason stated; none for any other row.
pub(crate) fn subject_of<'a>(key: &RowKey, row: &'a Row) -> Option<(Key, &'a str)> {
    let (RowKey::Choice(SlotKey::Annuity(_, term), _), Some(choice)) = (key, &row.choice) else { return None };
    let subject = match &choice.credit_note_id {
        Some(note) => Key::CreditNote(*term, note.clone()),
        None if *term == Term::FIRST => Key::Sale,
        None => Key::Renewal(*term),
    };
    Some((subject, &choice.why))
}

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
    /// The reason stated.
    pub why: String,
}

impl Choice {
    /// The claim it names, or that none stands; an error if there is no such claim.
    pub(crate) fn claim_of(&self, contract: &Contract) -> Result<Option<Fact>, Chosen> {
        let Some(number) = self.claim else { return Ok(None) };
        let claim = number.checked_sub(1).and_then(|before| contract.claims(&self.key).into_iter().nth(before));
        claim.map(Some).ok_or(Chosen::UnknownClaim)
    }
}

/// A choice as it stands in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoiceMade {
    /// The key.
    pub key: Key,
    /// The claim that was chosen to stand; none: no one.
    pub claim: Option<Fact>,
    /// The reason stated.
    pub why: String,
    /// When.
    pub at: Timestamp,
}

/// What became of a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chosen {
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
    UnknownClaim,
}
