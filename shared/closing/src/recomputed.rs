//! Whether a partner's annuities were being decided again at a cut (§8.4).

use crate::{Closing, ClosingError};
use jiff::Timestamp;
use ledger::Store;
use ledger::recorded::PassesOf;
use rules::PartnerId;

impl<S: Store> Closing<S> {
    /// A registration of the partner was recorded by the cut, and its passes had not ended by then. Of registrations only the last
    /// says when it was made; if that was after the cut, the passes of the one before must have ended by the cut.
    pub(crate) async fn is_being_recomputed(&self, partner: &PartnerId, cut: Timestamp) -> Result<bool, ClosingError> {
        let record = self.ledger.partner_record(partner).await?;
        // Registrations from before the journal have long been worked off.
        let Some(registered_at) = record.registered_at else { return Ok(false) };
        let version =
            if registered_at <= cut { record.agreements_version } else { record.agreements_version.saturating_sub(1) };
        if version == 0 {
            return Ok(false);
        }
        let ended = self.ledger.ended_passes(&[(partner, PassesOf::Registration(version))]).await?;
        Ok(!ended.into_values().any(|ended| ended.at <= cut))
    }
}
