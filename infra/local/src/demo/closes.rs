//! The demo's closes: played in this process, as the settlement function plays them from step to step.

use super::billing::RATES;
use super::error::{HistoryError, wrong};
use closing::closes::Said;
use closing::{Closing, PassMessage, Stepped};
use jiff::Timestamp;
use ledger::Store;
use ledger::bookings::{Announce, Booking};
use ledger::journal::Occasion;
use ledger::store::StoreError;
use ledger::totals::PartnerMonth;
use rules::Month;
use serde::de::DeserializeOwned;
use serde_json::Value;
use settlement::Version;
use settlement::close::Opening;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The months in which something was booked since they were last taken.
#[derive(Debug, Clone, Default)]
pub(super) struct Booked(Arc<Mutex<BTreeSet<PartnerMonth>>>);

impl Booked {
    pub(super) fn taken(&self) -> BTreeSet<PartnerMonth> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Announce for Booked {
    async fn before(&self, months: &BTreeSet<PartnerMonth>) -> Result<(), StoreError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(months.iter().cloned());
        Ok(())
    }

    fn after(&self, _: Vec<Booking>) {}
}

/// A version of an identity, recorded at a moment.
pub(super) fn version<T: DeserializeOwned>(said: &Value, at: Timestamp) -> Result<Version<T>, HistoryError> {
    let mut said = said.clone();
    if let Value::Object(fields) = &mut said {
        fields.insert("recorded_at".to_owned(), at.to_string().into());
    }
    serde_json::from_value(said).map_err(|error| wrong(&error))
}

/// Closes a month and makes its documents.
pub(super) async fn close<S: Store>(
    closing: &Closing<S>,
    month: Month,
    opening: Opening,
    occasion: &Occasion,
) -> Result<(), HistoryError> {
    let mut said = Said { opening, ..Said::default() };
    for (currency, rate) in RATES {
        said.rates
            .insert(currency.parse().map_err(|error| wrong(&error))?, rate.parse().map_err(|error| wrong(&error))?);
    }
    closing.close(month, &said, occasion).await?;
    let mut message = PassMessage::begin(month);
    while let Stepped::Next(next) = closing.step(message).await? {
        message = next;
    }
    Ok(())
}
