//! A month of a partner.

use crate::item;
use crate::keys;
use crate::store::Item;
use rules::{Instance, Month, PartnerId, Sale};
use serde::{Deserialize, Serialize};

/// A partner and a month in which entries were booked, or sales signed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartnerMonth {
    pub partner_id: PartnerId,
    /// The month of `booked_on` or `signed_on`.
    pub month: Month,
}

impl PartnerMonth {
    /// The month in which a customer sale counts: that of its signature. None: an instance of the partner's own.
    pub fn of_sale(sale: &Sale) -> Option<PartnerMonth> {
        match sale.instance {
            Instance::Customer => {
                Some(PartnerMonth { partner_id: sale.partner_id.clone(), month: sale.signed_on.into() })
            }
            Instance::Partner => None,
        }
    }

    /// The month of a month total, by its key.
    pub(crate) fn of_total(item: &Item) -> Option<PartnerMonth> {
        let key = item::key(item);
        Some(PartnerMonth { partner_id: keys::totals_of(&key.pk)?, month: key.sk.parse().ok()? })
    }
}
