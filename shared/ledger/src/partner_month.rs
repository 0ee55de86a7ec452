//! A month of a partner.

use rules::{Month, PartnerId};
use serde::{Deserialize, Serialize};

/// A partner and a month in which entries were booked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartnerMonth {
    pub partner_id: PartnerId,
    /// The month of `booked_on`.
    pub month: Month,
}
