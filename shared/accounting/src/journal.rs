//! The accounting journal (§8.9): documents, payments and month-end accruals, each entry in balance.

use crate::accruals::accrual_entries;
use crate::document::document_entry;
use crate::entry::{JournalEntry, JournalError};
use crate::items::{Items, by_partner};
use crate::payment::payment_entries;
use rules::Day;

/// The entries of the days from one to another, both included, in the order of the journal. The items are all that is recorded,
/// since what a payment pays follows from what came before; their order does not matter.
pub fn journal(items: &Items<'_>, (from, through): (Day, Day)) -> Result<Vec<JournalEntry>, JournalError> {
    let mut entries = Vec::new();
    for document in items.documents {
        entries.extend(document_entry(document, items.chart)?);
    }
    for accrual in items.accruals {
        entries.extend(accrual_entries(accrual, items.partners, items.chart)?);
    }
    for (partner_id, events) in by_partner(items.events) {
        entries.extend(payment_entries(partner_id, &events, items)?);
    }
    entries.retain(|entry| (from..=through).contains(&entry.day));
    entries.sort();
    Ok(entries)
}
