//! What a partner's entries of a month add up to, kept so that nobody must read them all to know. Recomputed from the
//! entries, never incremented: a message twice, late or out of order changes nothing.

use crate::keys;
use crate::store::{Consistency, Item, Store, TransactError, Write};
use crate::{Ledger, LedgerError, SHAPE, UNSTORABLE};
use rules::totals::{Group, Total};
use rules::{Kind, Minor, Model, Month, PartnerId, Totals};
use serde::{Deserialize, Serialize};

/// How often a total is computed anew because somebody else has just put another one.
const ATTEMPTS: u32 = 12;

/// A partner and a month in which something was booked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartnerMonth {
    /// Who.
    pub partner_id: PartnerId,
    /// The month of `booked_on`.
    pub month: Month,
}

/// A month's totals as stored.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct StoredTotals {
    pk: String,
    sk: String,
    gpk: String,
    gsk: String,
    #[serde(rename = "tt")]
    totals: Vec<StoredTotal>,
    /// Not in the index.
    #[serde(rename = "v", default)]
    revision: u64,
}

/// One total, in one text: `commission referrer EUR 12 120000 0`, the group, the count, the amounts in minor units. A
/// summary reads thousands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
struct StoredTotal(Group, Total);

/// A text that is no total.
#[derive(Debug, thiserror::Error)]
#[error("a stored total is written in another way")]
struct NoTotal;

impl From<StoredTotal> for String {
    fn from(StoredTotal(Group { kind, model, currency }, total): StoredTotal) -> String {
        let Total { count, amount, vendor_share } = total;
        format!("{kind} {model} {currency} {count} {} {}", amount.0, vendor_share.0)
    }
}

impl TryFrom<String> for StoredTotal {
    type Error = NoTotal;

    fn try_from(text: String) -> Result<StoredTotal, NoTotal> {
        let mut words = text.split(' ');
        let mut word = || words.next().ok_or(NoTotal);
        let kind = word().map(|name| Kind::ALL.into_iter().find(|kind| kind.as_str() == name))?.ok_or(NoTotal)?;
        let model = word().map(|name| Model::ALL.into_iter().find(|model| model.as_str() == name))?.ok_or(NoTotal)?;
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

impl StoredTotals {
    pub(crate) fn read(item: Item) -> Result<(PartnerMonth, Totals, u64), LedgerError> {
        let key = format!("{} {}", crate::rows::text(&item, "pk"), crate::rows::text(&item, "sk"));
        let damaged = |why| LedgerError::Damaged { key: key.clone(), why };
        let stored: StoredTotals = serde_dynamo::from_item(item).map_err(|_| damaged(SHAPE))?;
        let of = keys::totals_of(&stored.pk).zip(stored.sk.parse().ok());
        let (partner_id, month) = of.ok_or_else(|| damaged("its key is none of a month's totals"))?;
        let totals = stored.totals.into_iter().map(|StoredTotal(group, total)| (group, total));
        Ok((PartnerMonth { partner_id, month }, Totals(totals.collect()), stored.revision))
    }

    fn write(of: &PartnerMonth, totals: &Totals, read: Option<u64>) -> Result<Write, LedgerError> {
        let PartnerMonth { partner_id, month } = of;
        let key = keys::totals(partner_id, *month);
        let stored = StoredTotals {
            pk: key.pk,
            sk: key.sk,
            gpk: keys::month_partition(*month),
            gsk: partner_id.to_string(),
            totals: totals.0.iter().map(|(group, total)| StoredTotal(*group, *total)).collect(),
            revision: read.unwrap_or(0) + 1,
        };
        let item = serde_dynamo::to_item(stored)
            .map_err(|_| LedgerError::Damaged { key: keys::totals_partition(partner_id), why: UNSTORABLE })?;
        Ok(match read {
            Some(revision) => Write::Replace(item, revision),
            None => Write::Insert(item),
        })
    }
}

impl<S: Store> Ledger<S> {
    /// Computes a partner's totals of a month from its entries. The total is read first and put on condition that it is
    /// still that one: who read the entries earlier cannot put an older sum over a newer one.
    pub async fn refresh_totals(&self, of: &PartnerMonth) -> Result<(), LedgerError> {
        for attempt in 0..ATTEMPTS {
            let key = keys::totals(&of.partner_id, of.month);
            let stored = self.store.get(vec![key], Consistency::Strong).await?.into_iter().next();
            let stored = stored.map(StoredTotals::read).transpose()?;
            let totals = self.totals_of_entries(of).await?;
            let read = match &stored {
                Some((_, known, _)) if *known == totals => return Ok(()),
                None if totals.0.is_empty() => return Ok(()),
                Some((_, _, revision)) => Some(*revision),
                None => None,
            };
            match self.store.transact(vec![StoredTotals::write(of, &totals, read)?]).await {
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
        // A sum without them would pass for the whole.
        if let Some(key) = all.unreadable.into_iter().next() {
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

    #[test]
    fn a_total_is_stored_as_one_text() {
        let group = Group { kind: Kind::RevenueShare, model: Model::Affiliate, currency: "JPY".parse().unwrap() };
        let total = Total { count: 3, amount: Minor(-600), vendor_share: Minor(i64::MAX) };
        let text = String::from(StoredTotal(group, total));
        assert_eq!(text, "revenue-share affiliate JPY 3 -600 9223372036854775807");
        assert_eq!(StoredTotal::try_from(text.clone()).unwrap(), StoredTotal(group, total));
        for (part, other) in [
            (" 3 ", " -3 "),
            ("affiliate", "affiliates"),
            ("JPY", "jpy"),
            ("807", "808"),
            ("807", "807 0"),
            (" -600", ""),
        ] {
            assert!(StoredTotal::try_from(text.replace(part, other)).is_err(), "{other}");
        }
    }
}
