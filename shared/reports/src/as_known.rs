//! The ledger as known on a day: the entries recorded until then (RULEBOOK §4).

use crate::{ReportError, overflow};
use jiff::civil::Date;
use ledger::months::Months;
use ledger::queries::{ListedEntry, Part};
use ledger::{Ledger, LedgerError, Store};
use rules::day::day_of;
use rules::{Day, Entry, Month, PartnerId, Totals};
use std::collections::BTreeMap;

/// The most entries of one partner that one report lists or adds up; the API lists more than that page by page.
pub const MAX_ENTRIES: usize = 5000;

/// A range of days of recording, both included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AsKnown {
    /// Recorded on this day or later.
    pub since: Option<Day>,
    /// Recorded on this day or earlier.
    pub as_of: Option<Day>,
}

impl AsKnown {
    fn includes(self, day: Date) -> bool {
        self.since.is_none_or(|since| since.date() <= day) && self.as_of.is_none_or(|as_of| day <= as_of.date())
    }
}

/// A partner's entries booked in a period and recorded in the wanted range. The limit counts only the returned entries.
pub async fn entries<S: Store>(
    ledger: &Ledger<S>,
    partner_id: &PartnerId,
    period: (Day, Day),
    recorded: AsKnown,
) -> Result<Part<ListedEntry>, ReportError> {
    let is_wanted = |listed: &ListedEntry| recorded.includes(day_of(listed.recorded.recorded_at));
    let part = ledger.entries_that(is_wanted, partner_id, period, MAX_ENTRIES, None).await?;
    if part.next.is_some() {
        return Err(ReportError::TooManyEntries { partner_id: partner_id.clone() });
    }
    Ok(part)
}

/// A partner's months as known on a day, added up from the entries, since the stored totals are as known now. The inner
/// error: an overflow.
pub async fn months<S: Store>(
    ledger: &Ledger<S>,
    partner_id: &PartnerId,
    (from, to): (Month, Month),
    as_of: Day,
) -> Result<Result<Months, LedgerError>, ReportError> {
    let recorded = AsKnown { since: None, as_of: Some(as_of) };
    let entries = entries(ledger, partner_id, (from.first(), to.last()), recorded).await?;
    let mut totals: BTreeMap<Month, Totals> = BTreeMap::new();
    for listed in &entries.list {
        let Entry { posting, amount, vendor_share, .. } = &listed.recorded.entry;
        let booked = totals.entry(posting.booked_on.into()).or_default().book(posting, *amount, *vendor_share);
        if let Err(source) = booked {
            return Ok(Err(overflow(partner_id, source)));
        }
    }
    Ok(Ok(Months { totals, unreadable: entries.unreadable, ..Months::default() }))
}
