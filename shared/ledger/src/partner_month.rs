//! A month of a partner's.

use rules::{Month, PartnerId};
use serde::{Deserialize, Serialize};

/// A partner and a month in which something was booked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartnerMonth {
    /// Who.
    pub partner_id: PartnerId,
    /// The month of `booked_on`.
    pub month: Month,
}
