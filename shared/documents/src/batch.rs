//! A sealed batch as the bank gets it (§8.7). Each value is checked when it is made, so a batch that exists has a file.

use crate::characters::{is_known, transliterated};
use jiff::Timestamp;
use rules::money::Overflow;
use rules::{Currency, Day, Minor};
use settlement::document::Named;
use settlement::iban::Iban;
use settlement::terms::PrintedText;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// The reason why a text is not an id for a bank. It never quotes the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BankIdError {
    /// It is empty or too long.
    #[error("has {0} characters, but banks take ids of 1 to 35: give a shorter one")]
    Length(usize),
    /// It has a character that banks do not take.
    #[error("has a character that banks do not take: use a-z, A-Z, 0-9, the space and / - ? : ( ) . , ' +")]
    Character,
    /// Its slashes or spaces are where banks do not take them.
    #[error("begins or ends with / or a space, or has //, which banks do not take: leave those out")]
    Place,
}

/// An id that the bank repeats in its answers: 1 to 35 of the characters that banks take.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BankId(String);

impl FromStr for BankId {
    type Err = BankIdError;
    fn from_str(text: &str) -> Result<Self, BankIdError> {
        let length = text.chars().count();
        if !(1..=35).contains(&length) {
            return Err(BankIdError::Length(length));
        }
        if !text.chars().all(is_known) {
            return Err(BankIdError::Character);
        }
        let edges = ['/', ' '];
        if text.starts_with(edges) || text.ends_with(edges) || text.contains("//") {
            return Err(BankIdError::Place);
        }
        Ok(BankId(text.to_owned()))
    }
}

impl BankId {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BankId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is not a BIC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not a BIC: 8 or 11 capital letters and digits, as on the bank's own paper; or leave it out")]
pub struct BicError;

/// The code of a bank (ISO 9362).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bic(String);

impl FromStr for Bic {
    type Err = BicError;
    fn from_str(text: &str) -> Result<Self, BicError> {
        let is_good = |(place, b): (usize, u8)| {
            // The country is in the fifth and sixth places.
            b.is_ascii_uppercase() || b.is_ascii_digit() && !(4..6).contains(&place)
        };
        let has_length = text.len() == 8 || text.len() == 11;
        (has_length && text.bytes().enumerate().all(is_good)).then(|| Bic(text.to_owned())).ok_or(BicError)
    }
}

impl Bic {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A name that is nothing in the characters of banks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("has no letter or digit that banks read: record the name in Latin letters, as the holder's bank has it")]
pub struct HolderError;

/// The name of the holder of an account, in the characters of banks, cut after 70 of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Holder(String);

impl TryFrom<&PrintedText> for Holder {
    type Error = HolderError;
    fn try_from(name: &PrintedText) -> Result<Self, HolderError> {
        let name: String = transliterated(name.as_str()).chars().take(70).collect();
        let name = name.trim();
        name.contains(|c: char| c.is_ascii_alphanumeric()).then(|| Holder(name.to_owned())).ok_or(HolderError)
    }
}

impl Holder {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An IBAN that SEPA does not reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is of a country that SEPA does not reach: pay by hand, and record the payment")]
pub struct SepaIbanError;

/// An IBAN that SEPA reaches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SepaIban(Iban);

impl TryFrom<Iban> for SepaIban {
    type Error = SepaIbanError;
    fn try_from(iban: Iban) -> Result<Self, SepaIbanError> {
        if iban.is_sepa() { Ok(SepaIban(iban)) } else { Err(SepaIbanError) }
    }
}

impl SepaIban {
    /// The IBAN.
    pub fn iban(&self) -> &Iban {
        &self.0
    }
}

/// An amount that no transfer can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is {} EUR, but a SEPA transfer has 0.01 to 999999999.99: pay another amount by hand", Currency::EUR.decimal(*.0))]
pub struct TransferAmountError(pub Minor);

/// The amount of a transfer in EUR: 0.01 to 999,999,999.99.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransferAmount(Minor);

impl TryFrom<Minor> for TransferAmount {
    type Error = TransferAmountError;
    fn try_from(cents: Minor) -> Result<Self, TransferAmountError> {
        let is_good = (Minor(1)..=Minor(99_999_999_999)).contains(&cents);
        is_good.then_some(TransferAmount(cents)).ok_or(TransferAmountError(cents))
    }
}

impl TransferAmount {
    /// The amount in cents.
    pub fn minor(self) -> Minor {
        self.0
    }
}

/// A transfer that pays no document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("names no document: a transfer says at least one number of what it pays")]
pub struct RemittanceError;

/// The text that goes with a transfer: the numbers of what it pays, in the characters of banks, at most 140 of them. It ends
/// with `...` if some are left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Remittance(String);

const MAX_REMITTANCE: usize = 140;
const LEFT_OUT: &str = ", ...";

impl TryFrom<&[Named]> for Remittance {
    type Error = RemittanceError;
    fn try_from(paid: &[Named]) -> Result<Self, RemittanceError> {
        let numbers: Vec<String> = paid.iter().map(|named| transliterated(&named.to_string())).collect();
        let (first, others) = numbers.split_first().ok_or(RemittanceError)?;
        let whole = numbers.join(", ");
        if whole.len() <= MAX_REMITTANCE {
            return Ok(Remittance(whole));
        }
        // A number of 35 characters becomes 105 at most, so the first always fits.
        let mut text = first.clone();
        for number in others {
            if text.len() + 2 + number.len() + LEFT_OUT.len() > MAX_REMITTANCE {
                break;
            }
            text = format!("{text}, {number}");
        }
        Ok(Remittance(text + LEFT_OUT))
    }
}

impl Remittance {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The lines of a batch in the statement of the debtor's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Booking {
    /// One for all transfers.
    Together,
    /// One for each transfer.
    Each,
}

/// The one who pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Debtor {
    /// The holder of its account.
    pub holder: Holder,
    /// Its account.
    pub iban: SepaIban,
    /// Its bank, if that wants to be named.
    pub bic: Option<Bic>,
    /// The lines of a batch in its statement.
    pub booking: Booking,
}

/// A transfer to a partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// The id that reaches the partner, and that the bank's answers repeat.
    pub id: BankId,
    /// The amount.
    pub amount: TransferAmount,
    /// The holder of the partner's account.
    pub holder: Holder,
    /// The partner's account.
    pub iban: SepaIban,
    /// The numbers of what it pays.
    pub remittance: Remittance,
}

/// The part of a batch that all its transfers share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The batch's id, by which the bank knows a file that it already has.
    pub id: BankId,
    /// The moment of sealing.
    pub sealed_at: Timestamp,
    /// The day of execution.
    pub on: Day,
    /// The one who pays.
    pub debtor: Debtor,
}

/// The reason why transfers make no batch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// There is none.
    #[error("the batch has no transfer: void it")]
    Empty,
    /// Two have the same id.
    #[error("two transfers have the id {0}: give each its own, since the bank's answers name it")]
    SameId(BankId),
    /// Their sum is too large.
    #[error("the transfers add up to more than 18 digits, which no file can say: make several batches")]
    Sum,
}

/// A batch whose transfers are final: at least one, each with an id of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedBatch {
    head: Head,
    transfers: Vec<Transfer>,
    sum: Minor,
}

/// The largest sum that a file can say: 18 digits.
const MAX_SUM: Minor = Minor(999_999_999_999_999_999);

fn fitting(sum: Result<Minor, Overflow>) -> Result<Minor, BatchError> {
    sum.ok().filter(|sum| *sum <= MAX_SUM).ok_or(BatchError::Sum)
}

impl SealedBatch {
    /// A batch of these transfers, in their order.
    pub fn new(head: Head, transfers: Vec<Transfer>) -> Result<SealedBatch, BatchError> {
        if transfers.is_empty() {
            return Err(BatchError::Empty);
        }
        let mut ids = BTreeSet::new();
        if let Some(again) = transfers.iter().find(|transfer| !ids.insert(&transfer.id)) {
            return Err(BatchError::SameId(again.id.clone()));
        }
        let sum = fitting(Minor::sum(transfers.iter().map(|transfer| transfer.amount.minor())))?;
        Ok(SealedBatch { head, transfers, sum })
    }

    /// The part that all its transfers share.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Its transfers.
    pub fn transfers(&self) -> &[Transfer] {
        &self.transfers
    }

    /// The sum of its transfers in cents.
    pub fn sum(&self) -> Minor {
        self.sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without a batch, since that would need ten million transfers.
    #[test]
    fn a_sum_of_more_than_18_digits_is_refused() {
        assert_eq!(fitting(Ok(MAX_SUM)), Ok(MAX_SUM));
        assert_eq!(fitting(MAX_SUM.plus(Minor(1))), Err(BatchError::Sum));
        assert_eq!(fitting(Err(Overflow)), Err(BatchError::Sum));
    }
}
