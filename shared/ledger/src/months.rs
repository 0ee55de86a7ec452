//! Reads of month totals, by partner and by month. Unreadable items are named and skipped.

use crate::bookings::Announce;
use crate::keys;
use crate::month_total::MonthTotal;
use crate::queries::{Part, name, whole};
use crate::sales_by_day::SalesByDay;
use crate::store::{Index, Item, KeyRange, Store};
use crate::{Ledger, LedgerError};
use rules::{Day, Month, PartnerId, Totals};
use std::collections::BTreeMap;

/// The number of partners' totals in one request; they are small.
const PAGE: usize = 1000;

/// A partner's months that can be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Months {
    /// The totals of each month in which an entry was booked.
    pub totals: BTreeMap<Month, Totals>,
    /// The customer sales of each month in which one was signed.
    pub sales: BTreeMap<Month, SalesByDay>,
    /// The keys of month totals written before sales were counted, as `PK SK`: the audit mends them.
    pub without_sales: Vec<String>,
    /// The keys of the unreadable items that were skipped, as `PK SK`.
    pub unreadable: Vec<String>,
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// The totals and the sales of every month of a partner.
    pub async fn totals_of_partner(&self, partner: &PartnerId) -> Result<Months, LedgerError> {
        let mut months = Months::default();
        for item in self.store.partition(keys::totals_partition(partner)).await? {
            let Ok(read) = MonthTotal::read(item.clone()) else {
                months.unreadable.push(name(&item));
                continue;
            };
            months.unreadable.extend(read.has_unknown().then(|| name(&item)));
            let month = read.of.month;
            match read.sales {
                Some(sales) if sales.is_empty() => {}
                Some(sales) => drop(months.sales.insert(month, sales)),
                None => months.without_sales.push(name(&item)),
            }
            if !read.totals.0.is_empty() {
                months.totals.insert(month, read.totals);
            }
        }
        Ok(months)
    }

    /// A month's totals of every partner with an entry booked in it, by partner.
    pub async fn totals_of_month(&self, month: Month) -> Result<Part<(PartnerId, Totals)>, LedgerError> {
        let range = KeyRange { limit: PAGE, ..whole(Index::ByPartner, keys::month_partition(month), None) };
        let of_partner = |item: &Item| {
            let read = MonthTotal::read(item.clone())?;
            let whole = if read.has_unknown() { Err(name(item)) } else { Ok(()) };
            let is_booked = !read.totals.0.is_empty() || whole.is_err();
            Ok(is_booked.then_some((read.of.partner_id, read.totals, whole)))
        };
        let Part { list, next, mut unreadable, unknown } = self.matching(range, usize::MAX, of_partner).await?;
        unreadable.extend(list.iter().filter_map(|(_, _, whole)| whole.clone().err()));
        let list = list.into_iter().map(|(partner_id, totals, _)| (partner_id, totals)).collect();
        Ok(Part { list, next, unreadable, unknown })
    }
}

impl Months {
    /// The days of the partner's customer sales, pending and credited ones too, in order.
    pub fn signed_on(&self) -> Vec<Day> {
        self.sales.iter().flat_map(|(month, sales)| sales.days(*month)).collect()
    }
}
