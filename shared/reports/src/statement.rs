//! Statements (RULEBOOK §4): the entries and totals of a month and, separately, those for earlier months that were
//! recorded since a day.

use crate::as_known::{self, AsKnown};
use crate::{ReportError, Unreadable, balances, overflow};
use ledger::queries::ListedEntry;
use ledger::{Ledger, LedgerError, Store};
use rules::balance::Balances;
use rules::{Day, Month, PartnerId, Totals};

#[derive(Debug, Clone)]
pub struct Statement {
    pub partner_id: PartnerId,
    /// The partner's name.
    pub name: String,
    pub month: Month,
    /// The range of days of recording. `as_of`: the ledger as known on this day; `since`: with entries for earlier
    /// months that were recorded then or later.
    pub recorded: AsKnown,
    /// The entries of the month.
    pub entries: Section,
    /// The entries for earlier months.
    pub earlier: Section,
    /// The unreadable items, which are in neither section.
    pub unreadable: Unreadable,
}

/// Entries and their totals.
#[derive(Debug, Clone, Default)]
pub struct Section {
    /// The entries, by day.
    pub entries: Vec<ListedEntry>,
    /// Their sums.
    pub totals: Totals,
    /// The amounts due from the totals, by currency.
    pub balances: Balances,
}

impl Section {
    fn of(partner_id: &PartnerId, entries: Vec<ListedEntry>) -> Result<Section, LedgerError> {
        let mut totals = Totals::default();
        for listed in &entries {
            let entry = &listed.recorded.entry;
            let booked = totals.book(&entry.posting, entry.amount, entry.vendor_share);
            booked.map_err(|source| overflow(partner_id, source))?;
        }
        let balances = balances::of_totals([&totals]).map_err(|source| overflow(partner_id, source))?;
        Ok(Section { entries, totals, balances })
    }
}

/// The statement of a partner for a month.
pub async fn of_partner<S: Store>(
    ledger: &Ledger<S>,
    (partner_id, name): (PartnerId, String),
    month: Month,
    recorded: AsKnown,
) -> Result<Statement, ReportError> {
    let AsKnown { since, as_of } = recorded;
    let mut unreadable = Unreadable::default();
    let whole_month = (month.first(), month.last());
    let of_month = as_known::entries(ledger, &partner_id, whole_month, AsKnown { since: None, as_of }).await?;
    unreadable.add(of_month.unreadable);
    let earlier = match (since, day_before(month.first())) {
        (Some(_), Some(last)) => {
            let earlier = as_known::entries(ledger, &partner_id, (Day::MIN, last), recorded).await?;
            unreadable.add(earlier.unreadable);
            earlier.list
        }
        (Some(_), None) | (None, _) => Vec::new(),
    };
    let entries = Section::of(&partner_id, of_month.list)?;
    let earlier = Section::of(&partner_id, earlier)?;
    Ok(Statement { partner_id, name, month, recorded, entries, earlier, unreadable })
}

/// The day before; none before the first valid day.
fn day_before(day: Day) -> Option<Day> {
    Day::try_from(day.date().yesterday().ok()?).ok()
}
