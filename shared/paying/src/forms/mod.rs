//! Forms in which the values of this crate are stored. A value is read back by parsing, as it was checked when it was recorded; what
//! the key says is not repeated.

mod batch;
mod fate;
mod payment;

pub(crate) use batch::{BatchForm, LeftOutForm};
pub(crate) use fate::FateForm;
pub(crate) use payment::PaymentForm;

use crate::batch::TransferId;
use serde::{Deserialize, Serialize};

/// The head of a partner's payments, as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HeadForm {
    /// The number of its payments.
    #[serde(rename = "n")]
    pub(crate) count: u32,
    /// The transfer that reserves it. It does no more once its batch is void.
    #[serde(rename = "uw", default, skip_serializing_if = "Option::is_none")]
    pub(crate) under_way: Option<TransferId>,
}

/// Money that a bank's file said came in, as stored: the payments that it made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MovementForm {
    #[serde(rename = "id")]
    pub(crate) payments: Vec<String>,
}
