//! Month totals: the sum of a partner's entries of a month, stored so that it can be read without them. It is computed
//! again from the entries, never incremented: a repeated, late or reordered message changes nothing.

pub use crate::partner_month::PartnerMonth;

use crate::bookings::Announce;
use crate::error::{SHAPE, UNSTORABLE};
use crate::item;
use crate::keys;
use crate::lenient::is_unknown_total;
use crate::store::{Consistency, Item, Key, Store, TransactError, Write};
use crate::{Ledger, LedgerError, Unreadable};
use rules::totals::{Group, Total};
use rules::{Minor, Totals};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// The most attempts at a refresh whose total changes concurrently.
const ATTEMPTS: u32 = 12;

/// A month's totals as stored.
#[derive(Debug, Serialize, Deserialize)]
struct StoredTotals {
    pk: String,
    sk: String,
    gpk: String,
    gsk: String,
    #[serde(rename = "tt")]
    totals: Vec<String>,
    /// The revision; the index does not have it.
    #[serde(rename = "v", default)]
    revision: u64,
}

/// One total as text: `commission referrer EUR 12 120000 0`, the group, the count, the amounts in minor units. A short
/// form, since a summary reads thousands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct StoredTotal(Group, Total);

/// A text that is not a total.
#[derive(Debug, thiserror::Error)]
#[error("a stored total is written in another way")]
struct NoTotal;

impl From<StoredTotal> for String {
    fn from(StoredTotal(Group { kind, model, currency }, total): StoredTotal) -> String {
        let Total { count, amount, vendor_share } = total;
        format!("{kind} {model} {currency} {count} {} {}", amount.0, vendor_share.0)
    }
}

impl FromStr for StoredTotal {
    type Err = NoTotal;

    fn from_str(text: &str) -> Result<StoredTotal, NoTotal> {
        let mut words = text.split(' ');
        let mut word = || words.next().ok_or(NoTotal);
        let kind = word()?.parse().map_err(|_| NoTotal)?;
        let model = word()?.parse().map_err(|_| NoTotal)?;
        let currency = word()?.parse().map_err(|_| NoTotal)?;
        let count = word()?.parse().map_err(|_| NoTotal)?;
        let mut minor = || word()?.parse().map(Minor).map_err(|_| NoTotal);
        let (amount, vendor_share) = (minor()?, minor()?);
        match words.next() {
            None => Ok(StoredTotal(Group { kind, model, currency }, Total { count, amount, vendor_share })),
            Some(_) => Err(NoTotal),
        }
    }
}

/// A partner's totals of a month, as stored.
#[derive(Debug)]
pub(crate) struct MonthTotals {
    /// The partner and the month.
    pub(crate) of: PartnerMonth,
    /// The totals with known names.
    pub(crate) totals: Totals,
    /// The totals of a later release, as text.
    unknown: Vec<String>,
    revision: u64,
}

impl MonthTotals {
    pub(crate) fn read(item: Item) -> Result<MonthTotals, Unreadable> {
        let key = item::key(&item);
        let of = keys::totals_of(&key.pk).zip(key.sk.parse().ok());
        let Some((partner_id, month)) = of else {
            return Err(Unreadable::damaged(key, "its key is not that of a month total"));
        };
        let stored: Result<StoredTotals, _> = serde_dynamo::from_item(item);
        let Ok(stored) = stored else { return Err(Unreadable::damaged(key, SHAPE)) };
        let (unknown, known): (Vec<_>, Vec<_>) = stored.totals.into_iter().partition(|text| is_unknown_total(text));
        let known: Result<Vec<StoredTotal>, NoTotal> = known.iter().map(|text| text.parse()).collect();
        let Ok(known) = known else { return Err(Unreadable::damaged(key, SHAPE)) };
        let totals = Totals(known.into_iter().map(|StoredTotal(group, total)| (group, total)).collect());
        Ok(MonthTotals { of: PartnerMonth { partner_id, month }, totals, unknown, revision: stored.revision })
    }

    /// Whether there are totals that this release does not know.
    pub(crate) fn has_unknown(&self) -> bool {
        !self.unknown.is_empty()
    }

    /// Whether the stored item equals the item that would be written now.
    pub(crate) fn is_stored_as(&self, item: &Item) -> bool {
        attributes(&self.of, &self.totals, &self.unknown, self.revision)
            .is_ok_and(|read| read.iter().all(|(name, value)| item.get(name) == Some(value)))
    }

    /// The write of new totals in place of the stored item; the totals that this release does not know stay.
    fn replaced_by(&self, totals: &Totals, stored: &Item) -> Result<Write, LedgerError> {
        let read = attributes(&self.of, &self.totals, &self.unknown, self.revision)?;
        let changed = attributes(&self.of, totals, &self.unknown, self.revision + 1)?;
        let mut item = item::rewrite(stored, &read, changed.clone());
        // These are derived, so the stored values do not matter.
        item.extend(["gpk", "gsk"].iter().filter_map(|name| Some(((*name).to_owned(), changed.get(*name)?.clone()))));
        Ok(match stored.get("v") {
            Some(_) => Write::Replace(item, self.revision),
            None => Write::Mend(item, None),
        })
    }
}

/// A month's totals as an item of this release.
fn attributes(of: &PartnerMonth, totals: &Totals, unknown: &[String], revision: u64) -> Result<Item, LedgerError> {
    let PartnerMonth { partner_id, month } = of;
    let Key { pk, sk } = keys::totals(partner_id, *month);
    let known = totals.0.iter().map(|(group, total)| String::from(StoredTotal(*group, *total)));
    let stored = StoredTotals {
        pk,
        sk,
        gpk: keys::month_partition(*month),
        gsk: partner_id.to_string(),
        totals: known.chain(unknown.iter().cloned()).collect(),
        revision,
    };
    serde_dynamo::to_item(stored)
        .map_err(|_| LedgerError::Damaged { key: keys::totals_partition(partner_id), why: UNSTORABLE })
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// Computes a partner's totals of a month from its entries. It reads the total first, and writes on condition that
    /// the total has not changed: so an older sum never replaces a newer one. An unreadable total is written again: all
    /// of it is derived.
    pub async fn refresh_totals(&self, of: &PartnerMonth) -> Result<(), LedgerError> {
        for attempt in 0..ATTEMPTS {
            let key = keys::totals(&of.partner_id, of.month);
            let item = self.store.get(vec![key], Consistency::Strong).await?.into_iter().next();
            let totals = self.totals_of_entries(of).await?;
            let write = match item {
                None if totals.0.is_empty() => return Ok(()),
                None => Write::Insert(attributes(of, &totals, &[], 1)?),
                Some(mut item) => match MonthTotals::read(item.clone()) {
                    Ok(known) if known.totals == totals && known.is_stored_as(&item) => return Ok(()),
                    Ok(known) => known.replaced_by(&totals, &item)?,
                    Err(_) => Write::Mend(attributes(of, &totals, &[], 1)?, item.remove("v")),
                },
            };
            match self.store.transact(vec![write]).await {
                Ok(()) => return Ok(()),
                Err(TransactError::Conflict) => self.store.back_off(attempt).await,
                Err(TransactError::Failed(error)) => return Err(error.into()),
            }
        }
        Err(LedgerError::Contended { what: keys::totals_partition(&of.partner_id), attempts: ATTEMPTS })
    }

    async fn totals_of_entries(&self, of: &PartnerMonth) -> Result<Totals, LedgerError> {
        let mut totals = Totals::default();
        let days = (of.month.first(), of.month.last());
        let all = self.entries(&of.partner_id, days, usize::MAX, None).await?;
        // A sum without the unreadable entries would look complete. Entries of a later release have totals of their
        // own, which stay.
        if all.unreadable.len() > all.unknown.len() {
            let key = all.unreadable.into_iter().next().unwrap_or_default();
            return Err(LedgerError::Damaged { key, why: SHAPE });
        }
        for listed in all.list {
            let entry = &listed.recorded.entry;
            totals
                .book(&entry.posting, entry.amount, entry.vendor_share)
                .map_err(|source| LedgerError::Overflow { what: keys::totals_partition(&of.partner_id), source })?;
        }
        Ok(totals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rules::{Kind, Model};

    #[test]
    fn a_total_is_stored_as_one_text() {
        let group = Group { kind: Kind::RevenueShare, model: Model::Affiliate, currency: "JPY".parse().unwrap() };
        let total = Total { count: 3, amount: Minor(-600), vendor_share: Minor(i64::MAX) };
        let text = String::from(StoredTotal(group, total));
        assert_eq!(text, "revenue-share affiliate JPY 3 -600 9223372036854775807");
        assert_eq!(text.parse::<StoredTotal>().unwrap(), StoredTotal(group, total));
        for (part, other) in [
            (" 3 ", " -3 "),
            ("affiliate", "affiliates"),
            ("JPY", "jpy"),
            ("807", "808"),
            ("807", "807 0"),
            (" -600", ""),
        ] {
            assert!(text.replace(part, other).parse::<StoredTotal>().is_err(), "{other}");
        }
    }
}
