//! An account that a close carried, as stored.

use rules::{Minor, Month};
use serde::{Deserialize, Serialize};
use settlement::{Account, Carried, Reason};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CarriedForm {
    #[serde(rename = "to")]
    total: Minor,
    #[serde(rename = "re")]
    reason: Reason,
}

impl From<&Carried> for CarriedForm {
    fn from(Carried { account: _, close: _, total, reason }: &Carried) -> CarriedForm {
        CarriedForm { total: *total, reason: *reason }
    }
}

impl CarriedForm {
    /// The account that a close carried.
    pub(crate) fn read(self, account: Account, close: Month) -> Carried {
        let CarriedForm { total, reason } = self;
        Carried { account, close, total, reason }
    }
}
