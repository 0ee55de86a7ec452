//! Acts of settlement (RULEBOOK §8). They name what was recorded, and have nothing of its content: an identity has an IBAN, and
//! the ledger does not know documents.

use crate::act_id::ActId;
use rules::PartnerId;
use serde::{Deserialize, Serialize};

/// An act of settlement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementAct {
    #[serde(rename = "k")]
    pub step: SettlementStep,
    /// The partner that it concerns; none: the vendor alone, or all.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub partner_id: Option<PartnerId>,
    /// The names of what was recorded, as [`SettlementStep`] says.
    #[serde(rename = "s")]
    pub subject: Vec<String>,
}

impl SettlementAct {
    /// The id of the act.
    pub fn id(&self) -> ActId {
        ActId::of(("settlement", self))
    }
}

/// A step from what is owed to what is paid, and what names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SettlementStep {
    /// A version of the vendor's billing identity: its number, from 1.
    VendorIdentity,
    /// A version of a partner's billing identity: its number, from 1.
    PartnerIdentity,
    /// A close: its month.
    Close,
    /// A partner's own document: its number, currency, direction, and the month of its close.
    OwnDocument,
    /// A partner's own cancellation: its number, the number of what it cancels, currency, direction, and the month of the close of
    /// what it cancels.
    OwnCancellation,
    /// An opening item: its number, currency and direction.
    OpeningItem,
    /// A contest: the number of the document, and that of the contest, from 1.
    Contest,
    /// The answer to a contest: the same.
    ContestAnswer,
    /// A payment recorded by hand: its id.
    Payment,
    /// A batch of transfers: its id.
    Batch,
    /// A batch was sealed: its id.
    BatchSealed,
    /// A batch was sent: its id.
    BatchSent,
    /// A batch was made void: its id.
    BatchVoid,
    /// A transfer was executed or rejected: its end-to-end id.
    TransferFate,
    /// A transfer that was executed was returned: its end-to-end id.
    TransferReturned,
}

impl SettlementStep {
    /// True of the steps of paying; the others are of closing.
    pub fn is_of_paying(self) -> bool {
        match self {
            SettlementStep::Payment
            | SettlementStep::Batch
            | SettlementStep::BatchSealed
            | SettlementStep::BatchSent
            | SettlementStep::BatchVoid
            | SettlementStep::TransferFate
            | SettlementStep::TransferReturned => true,
            SettlementStep::VendorIdentity
            | SettlementStep::PartnerIdentity
            | SettlementStep::Close
            | SettlementStep::OwnDocument
            | SettlementStep::OwnCancellation
            | SettlementStep::OpeningItem
            | SettlementStep::Contest
            | SettlementStep::ContestAnswer => false,
        }
    }
}
