//! Reads of month totals, by partner and by month. Unreadable items are named and skipped.

use crate::bookings::Announce;
use crate::keys;
use crate::queries::{Part, name, whole};
use crate::store::{Index, Item, KeyRange, Store};
use crate::totals::{MonthTotals, PartnerMonth};
use crate::{Ledger, LedgerError};
use rules::{Month, PartnerId, Totals};
use std::collections::BTreeMap;

/// The number of partners' totals in one request; they are small.
const PAGE: usize = 1000;

/// A partner's months that can be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Months {
    /// The totals of each month.
    pub totals: BTreeMap<Month, Totals>,
    /// The keys of the unreadable items that were skipped, as `PK SK`.
    pub unreadable: Vec<String>,
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// The totals of every month in which an entry of the partner was booked.
    pub async fn totals_of_partner(&self, partner: &PartnerId) -> Result<Months, LedgerError> {
        let mut months = Months::default();
        for item in self.store.partition(keys::totals_partition(partner)).await? {
            match read(&item) {
                Ok((of, totals, whole)) => {
                    months.totals.insert(of.month, totals);
                    months.unreadable.extend((!whole).then(|| name(&item)));
                }
                Err(_) => months.unreadable.push(name(&item)),
            }
        }
        Ok(months)
    }

    /// A month's totals of every partner with an entry booked in it, by partner.
    pub async fn totals_of_month(&self, month: Month) -> Result<Part<(PartnerId, Totals)>, LedgerError> {
        let range = KeyRange { limit: PAGE, ..whole(Index::ByPartner, keys::month_partition(month), None) };
        let of_partner = |item: &Item| {
            let (of, totals, whole) = read(item)?;
            Ok(Some((of.partner_id, totals, whole.then_some(()).ok_or_else(|| name(item)))))
        };
        let Part { list, next, mut unreadable, unknown } = self.matching(range, usize::MAX, of_partner).await?;
        unreadable.extend(list.iter().filter_map(|(_, _, whole)| whole.clone().err()));
        let list = list.into_iter().map(|(partner_id, totals, _)| (partner_id, totals)).collect();
        Ok(Part { list, next, unreadable, unknown })
    }
}

/// The totals of an item, and whether they are complete: false if a later release added some.
fn read(item: &Item) -> Result<(PartnerMonth, Totals, bool), LedgerError> {
    let read = MonthTotals::read(item.clone())?;
    let whole = !read.has_unknown();
    Ok((read.of, read.totals, whole))
}
