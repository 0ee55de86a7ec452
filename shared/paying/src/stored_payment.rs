//! A payment as it is stored: its place among those of its partner, and what it saw.

use crate::batch::Signed;
use payments::Payment;

/// A payment as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPayment {
    /// Its place among the payments of its partner, from 1.
    pub n: u32,
    /// The documents, contests and answers recorded since the payment before, by their names here, in order.
    pub(crate) seen: Vec<String>,
    /// The payment.
    pub payment: Payment,
    /// Whoever recorded it.
    pub by: Signed,
}
