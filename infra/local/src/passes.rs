//! Registrations and restatement passes in this process, for a table that no function serves.

use ledger::bookings::Announce;
use ledger::journal::{Occasion, Registered};
use ledger::passes::EndedPasses;
use ledger::recorded::{Origin, Trigger};
use ledger::{Ledger, LedgerError, PartnerRecord, Store};
use rules::PartnerId;

/// Registers a partner in place of the record `read`, and restates what a change of its agreements changes.
pub(crate) async fn register<S: Store, A: Announce>(
    ledger: &Ledger<S, A>,
    read: PartnerRecord,
    registered: Registered,
    occasion: &Occasion,
) -> Result<(), LedgerError> {
    let (partner_id, before) = (read.id.clone(), read.agreements_version);
    let contended = || LedgerError::Contended { what: partner_id.to_string(), attempts: 1 };
    let version = ledger.register(read, registered, occasion, None).await?.ok_or_else(contended)?.agreements_version;
    if version == before {
        return Ok(());
    }
    let because = Trigger::Agreements(version);
    restate(ledger, &partner_id, version, Origin { at: occasion.at, because: &because }).await
}

/// Recomputes a partner's entry fees and annuities, all steps of them; version 0: the cause is another than agreements.
pub(crate) async fn restate<S: Store, A: Announce>(
    ledger: &Ledger<S, A>,
    partner_id: &PartnerId,
    version: u64,
    Origin { at, because }: Origin<'_>,
) -> Result<(), LedgerError> {
    let caused_by = Some(version).filter(|version| *version > 0);
    let moved = ledger.restate_all(partner_id, caused_by, Origin { at, because }).await?;
    if let (Some(moved), Some(of)) = (moved, because.passes()) {
        ledger.end_passes(&EndedPasses { partner_id: partner_id.clone(), of, at, moved }).await?;
    }
    Ok(())
}
