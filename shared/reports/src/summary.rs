//! Summaries: totals of months, of one partner and of the whole programme, now or as known on a day.

use crate::{ReportError, Unreadable, as_known, names};
use futures_util::future::try_join_all;
use ledger::months::Months;
use ledger::{Ledger, LedgerError, Store, keys};
use rules::money::Overflow;
use rules::sorted::Sorted;
use rules::{Day, Model, Month, PartnerId, Totals, totals};
use std::collections::{BTreeMap, BTreeSet};

/// The number of partners whose entries are read concurrently.
const AT_ONCE: usize = 16;

/// The months of a summary: first and last, both included, now or as known on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first month.
    pub from: Month,
    /// The last month.
    pub to: Month,
    /// As known on this day; none: now.
    pub as_of: Option<Day>,
}

impl Period {
    fn months(self) -> impl Iterator<Item = Month> {
        std::iter::successors(Some(self.from), |month| month.next()).take_while(move |month| *month <= self.to)
    }
}

/// One partner's months in a period.
pub async fn of_partner<S: Store>(
    ledger: &Ledger<S>,
    partner_id: &PartnerId,
    period: Period,
) -> Result<Months, ReportError> {
    let mut known = if let Some(day) = period.as_of {
        as_known::months(ledger, partner_id, (period.from, period.to), day).await??
    } else {
        ledger.totals_of_partner(partner_id).await?
    };
    known.totals.retain(|month, _| (period.from..=period.to).contains(month));
    Ok(known)
}

/// One partner's month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub month: Month,
    pub partner_id: PartnerId,
    /// The totals of the booked entries.
    pub totals: Totals,
}

/// Months of partners, by month and partner, and the items left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Everyone {
    /// The months.
    pub rows: Vec<Row>,
    /// The items that could not be read or added up.
    pub unreadable: Unreadable,
}

/// All partners' months in a period, without those that cannot be added up.
pub async fn of_everyone<S: Store>(ledger: &Ledger<S>, period: Period) -> Result<Everyone, ReportError> {
    let mut everyone = match period.as_of {
        Some(day) => as_known(ledger, period, day).await?,
        None => as_stored(ledger, period).await?,
    };
    everyone.leave_out_what_cannot_be_added();
    Ok(everyone)
}

async fn as_stored<S: Store>(ledger: &Ledger<S>, period: Period) -> Result<Everyone, LedgerError> {
    let months: Vec<Month> = period.months().collect();
    let read = try_join_all(months.iter().map(|month| ledger.totals_of_month(*month))).await?;
    let mut everyone = Everyone::default();
    for (month, part) in months.into_iter().zip(read) {
        everyone.unreadable.add(part.unreadable);
        let row = |(partner_id, totals)| Row { month, partner_id, totals };
        everyone.rows.extend(part.list.into_iter().map(row));
    }
    Ok(everyone)
}

async fn as_known<S: Store>(ledger: &Ledger<S>, period: Period, day: Day) -> Result<Everyone, ReportError> {
    let (names, unreadable) = names(ledger).await?;
    let partners: Vec<PartnerId> = names.into_keys().collect();
    let mut everyone = Everyone { rows: Vec::new(), unreadable };
    for some in partners.chunks(AT_ONCE) {
        let months = some.iter().map(|partner_id| as_known::months(ledger, partner_id, (period.from, period.to), day));
        for (partner_id, months) in some.iter().zip(try_join_all(months).await?) {
            let Some(months) = everyone.unreadable.pass_over(months)? else { continue };
            everyone.unreadable.add(months.unreadable);
            let row = |(month, totals)| Row { month, partner_id: partner_id.clone(), totals };
            everyone.rows.extend(months.totals.into_iter().map(row));
        }
    }
    // The sort is stable: within a month, partners stay in order.
    everyone.rows.sort_by_key(|row| row.month);
    Ok(everyone)
}

impl Everyone {
    /// One partner's months.
    pub fn only(partner_id: &PartnerId, known: Months) -> Everyone {
        let row = |(month, totals)| Row { month, partner_id: partner_id.clone(), totals };
        let mut only = Everyone { rows: known.totals.into_iter().map(row).collect(), ..Everyone::default() };
        only.unreadable.add(known.unreadable);
        only
    }

    /// Leaves out, and names, the partners with the largest amounts until all sums fit 64 bits: no sum of some amounts
    /// is larger than that of all their absolute values.
    fn leave_out_what_cannot_be_added(&mut self) {
        let mut sizes: BTreeMap<&PartnerId, u128> = BTreeMap::new();
        for Row { partner_id, totals, .. } in &self.rows {
            let size = |total: &totals::Total| {
                let [amount, share] =
                    [total.amount, total.vendor_share].map(|minor| u128::from(minor.0.unsigned_abs()));
                amount + share
            };
            *sizes.entry(partner_id).or_default() += totals.0.values().map(size).sum::<u128>();
        }
        let mut by_size: Vec<(u128, &PartnerId)> = sizes.into_iter().map(|(id, size)| (size, id)).collect();
        by_size.sort_unstable();
        let mut sum: u128 = 0;
        let fits = |(size, _): &&(u128, &PartnerId)| {
            sum += size;
            i64::try_from(sum).is_ok()
        };
        let fitting = by_size.iter().take_while(fits).count();
        let left_out: BTreeSet<PartnerId> = by_size.into_iter().skip(fitting).map(|(_, id)| id.clone()).to_set();
        self.rows.retain(|row| !left_out.contains(&row.partner_id));
        self.unreadable.add(left_out.iter().map(keys::totals_partition));
    }

    /// The sums by month, model and partner.
    pub fn sums(&self) -> Result<Sums<'_>, Overflow> {
        let mut sums = Sums::default();
        for Row { month, partner_id, totals } in &self.rows {
            sums.months.entry(*month).or_default().add_all(totals)?;
            sums.partners.entry(partner_id).or_default().add_all(totals)?;
            for (group, total) in &totals.0 {
                sums.models.entry(group.model).or_default().add(*group, total)?;
            }
        }
        sums.all = sum(sums.months.values())?;
        Ok(sums)
    }
}

/// Sums of all partners' months.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sums<'a> {
    /// The sum of all rows.
    pub all: Totals,
    /// The sums by month.
    pub months: BTreeMap<Month, Totals>,
    /// The sums by model.
    pub models: BTreeMap<Model, Totals>,
    /// The sums by partner.
    pub partners: BTreeMap<&'a PartnerId, Totals>,
}

/// The sum of totals.
fn sum<'a>(all: impl Iterator<Item = &'a Totals>) -> Result<Totals, Overflow> {
    let mut sum = Totals::default();
    for totals in all {
        sum.add_all(totals)?;
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rules::totals::Group;
    use rules::{Currency, Kind, Minor};

    fn row(partner: &str, month: &str, amount: i64) -> Row {
        let group = Group { kind: Kind::Commission, model: Model::Referrer, currency: Currency::EUR };
        let total = totals::Total { count: 1, amount: Minor(amount), vendor_share: Minor::ZERO };
        let totals = Totals(std::iter::once((group, total)).to_map());
        let (Ok(month), Ok(partner_id)) = (month.parse(), partner.parse()) else { unreachable!("{month} {partner}") };
        Row { month, partner_id, totals }
    }

    fn check(rows: Vec<Row>, left: &[&str], unreadable: &[&str]) {
        let mut everyone = Everyone { rows, ..Everyone::default() };
        everyone.leave_out_what_cannot_be_added();
        let partners: BTreeSet<&str> = everyone.rows.iter().map(|row| row.partner_id.as_str()).collect();
        assert_eq!(partners.into_iter().collect::<Vec<_>>(), left);
        assert_eq!(everyone.unreadable.keys().collect::<Vec<_>>(), unreadable);
        assert!(everyone.sums().is_ok());
    }

    #[test]
    fn a_partner_at_the_end_of_64_bits_is_left_out_and_named() {
        let both = || vec![row("P-1", "2026-01", 100), row("P-3", "2026-01", -7), row("P-3", "2026-02", 8)];
        check(both(), &["P-1", "P-3"], &[]);
        for end in [i64::MAX, i64::MIN, i64::MAX - 100] {
            let mut rows = both();
            rows.insert(1, row("P-2", "2026-01", end));
            check(rows, &["P-1", "P-3"], &["TOTALS#P-2"]);
        }
        let mut rows = both();
        rows.insert(1, row("P-2", "2026-01", i64::MAX - 115));
        check(rows, &["P-1", "P-2", "P-3"], &[]);
        // Its own months cannot be added up either.
        let mut rows = both();
        rows.extend([row("P-2", "2026-03", i64::MAX), row("P-2", "2026-04", i64::MAX)]);
        check(rows, &["P-1", "P-3"], &["TOTALS#P-2"]);
    }
}
