//! Batches and transfers as values (§8.7).

use documents::batch::{Bic, BicError, Booking, Debtor, Holder, HolderError, SepaIban, SepaIbanError};
use jiff::Timestamp;
use ledger::members::MemberId;
use payments::{NotPayable, Reference};
use rules::money::Minor;
use rules::people::MemberName;
use rules::{Day, PartnerId};
use serde::{Deserialize, Serialize};
use settlement::document::Named;
use settlement::iban::Iban;
use settlement::terms::PrintedText;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// The longest id of a batch, in characters: with the number of a transfer, an id for the bank.
pub const MAX_BATCH_ID: usize = 30;
/// The most transfers of a batch.
pub const MAX_TRANSFERS: u32 = 9_999;

/// A text that is not the id of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not the id of a batch: 1 to 30 of A-Z, a-z, 0-9 and -, not - at either end")]
pub struct BatchIdError;

/// The id that its maker gives to a batch. The bank knows a file by it, so it is one batch for ever.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BatchId(String);

impl FromStr for BatchId {
    type Err = BatchIdError;
    fn from_str(text: &str) -> Result<Self, BatchIdError> {
        let is_known = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let has_edge = text.starts_with('-') || text.ends_with('-');
        let is_good = (1..=MAX_BATCH_ID).contains(&text.len()) && is_known && !has_edge;
        is_good.then(|| BatchId(text.to_owned())).ok_or(BatchIdError)
    }
}

impl TryFrom<String> for BatchId {
    type Error = BatchIdError;
    fn try_from(text: String) -> Result<Self, BatchIdError> {
        text.parse()
    }
}

impl From<BatchId> for String {
    fn from(BatchId(text): BatchId) -> String {
        text
    }
}

impl fmt::Display for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id of a transfer: its batch and its number there, from 1. As text it is the end-to-end id that the bank repeats:
/// `2026-06-0001`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TransferId {
    /// The batch.
    pub batch: BatchId,
    /// The number.
    pub n: u32,
}

/// A text that is not the id of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not the id of a transfer: the id of its batch, - and its number in 4 digits")]
pub struct TransferIdError;

impl FromStr for TransferId {
    type Err = TransferIdError;
    fn from_str(text: &str) -> Result<Self, TransferIdError> {
        let (batch, n) = text.rsplit_once('-').ok_or(TransferIdError)?;
        let id = TransferId {
            batch: batch.parse().map_err(|_| TransferIdError)?,
            n: n.parse().map_err(|_| TransferIdError)?,
        };
        // One text for each id.
        if id.to_string() == text { Ok(id) } else { Err(TransferIdError) }
    }
}

impl TryFrom<String> for TransferId {
    type Error = TransferIdError;
    fn try_from(text: String) -> Result<Self, TransferIdError> {
        text.parse()
    }
}

impl From<TransferId> for String {
    fn from(id: TransferId) -> String {
        id.to_string()
    }
}

impl fmt::Display for TransferId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:04}", self.batch, self.n)
    }
}

/// The reason why an account cannot pay by transfers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PayerError {
    /// The holder's name.
    #[error("the holder's name {0}")]
    Holder(#[from] HolderError),
    /// The IBAN.
    #[error("the IBAN {0}")]
    Iban(#[from] SepaIbanError),
    /// The BIC.
    #[error("the BIC {0}")]
    Bic(#[from] BicError),
}

/// The account that pays, as it was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payer {
    /// The holder.
    #[serde(rename = "ho")]
    pub holder: PrintedText,
    /// The account.
    #[serde(rename = "ib")]
    pub iban: Iban,
    /// Its bank, if that wants to be named.
    #[serde(rename = "bi", default, skip_serializing_if = "Option::is_none")]
    pub bic: Option<String>,
    /// One line for all transfers in its statement, or one for each.
    #[serde(rename = "to")]
    pub is_booked_together: bool,
}

impl Payer {
    /// The account as the bank's file has it.
    pub fn debtor(&self) -> Result<Debtor, PayerError> {
        Ok(Debtor {
            holder: Holder::try_from(&self.holder)?,
            iban: SepaIban::try_from(self.iban.clone())?,
            bic: self.bic.as_deref().map(str::parse::<Bic>).transpose()?,
            booking: if self.is_booked_together { Booking::Together } else { Booking::Each },
        })
    }
}

/// The member who did a step, and the moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// The member.
    #[serde(rename = "id")]
    pub member: MemberId,
    /// Its name then.
    #[serde(rename = "by")]
    pub name: MemberName,
    /// The moment.
    pub at: Timestamp,
}

/// The order for a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The day of execution.
    pub on: Day,
    /// The partners to pay; none: all.
    #[serde(rename = "pa", default, skip_serializing_if = "Option::is_none")]
    pub partners: Option<BTreeSet<PartnerId>>,
    /// The account that pays.
    #[serde(rename = "fr")]
    pub payer: Payer,
}

/// Sealing: the file is final from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// Whoever sealed.
    #[serde(rename = "by")]
    pub signed: Signed,
    /// The SHA-256 of the file, in hexadecimal digits.
    #[serde(rename = "sh")]
    pub sha256: String,
}

/// The state of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Partners are still to be looked at.
    Filling,
    /// All transfers are there.
    Filled,
    /// Its transfers and its file are final.
    Sealed(Seal),
    /// It was given to the bank.
    Sent(Seal, Signed),
    /// It was given up before it was sent, sealed or not: its transfers are not made.
    Void(Option<Seal>, Signed),
}

/// A batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The id.
    pub id: BatchId,
    /// The order.
    pub order: Order,
    /// Whoever began it.
    pub begun: Signed,
    /// The number of its transfers.
    pub count: u32,
    /// Their sum in cents.
    pub sum: Minor,
    /// The state.
    pub state: State,
}

/// A transfer of a batch to a partner, in cents of EUR.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// The partner.
    #[serde(rename = "pa")]
    pub partner_id: PartnerId,
    /// The sum open, due and not contested.
    #[serde(rename = "du")]
    pub due: Minor,
    /// The part retained for what is negative and not documented.
    #[serde(rename = "re")]
    pub retained: Minor,
    /// The part set off.
    #[serde(rename = "so")]
    pub set_off: Minor,
    /// The amount of the transfer.
    #[serde(rename = "am")]
    pub amount: Minor,
    /// The holder of the partner's account.
    #[serde(rename = "ho")]
    pub holder: PrintedText,
    /// The partner's account.
    #[serde(rename = "ib")]
    pub iban: Iban,
    /// The documents that it pays, in order.
    #[serde(rename = "do")]
    pub documents: Vec<Named>,
}

/// The reason why a partner is in no transfer of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Why {
    /// Nothing is payable.
    #[error(transparent)]
    NotPayable(#[from] NotPayable),
    /// The account has no holder whose name banks can read.
    #[error("the partner's account has no holder whose name banks can read: record one in its billing identity")]
    NoHolder,
    /// No transfer is so large.
    #[error("the amount is more than a SEPA transfer can have: pay by hand, and record the payments")]
    TooLarge,
}

/// A partner that a batch leaves out although something is open to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The partner.
    pub partner_id: PartnerId,
    /// The sum open, due and not contested, in cents.
    pub due: Minor,
    /// Every reason.
    pub why: Vec<Why>,
}

/// The outcome of a transfer. Nothing is assumed after silence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It was executed.
    Executed {
        /// The value day.
        on: Day,
    },
    /// It was rejected: nothing was paid.
    Rejected {
        /// The bank's reason.
        reason: Option<Reference>,
    },
    /// It was executed, and returned.
    Returned {
        /// The value day.
        on: Day,
        /// The bank's reason.
        reason: Option<Reference>,
    },
}

/// A recorded fate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedFate {
    /// The fate.
    pub fate: Fate,
    /// Whoever recorded it.
    pub by: Signed,
}

/// A transfer, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The id.
    pub id: TransferId,
    /// The transfer.
    pub transfer: Transfer,
    /// Executed or rejected; none: it is under way, or its batch is void.
    pub fate: Option<RecordedFate>,
    /// Returned.
    pub returned: Option<RecordedFate>,
}

/// All of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeBatch {
    /// The batch.
    pub batch: Batch,
    /// Its transfers by number.
    pub transfers: Vec<Placed>,
    /// The partners left out, by id.
    pub left_out: Vec<LeftOut>,
}
