//! What a partner's entries of a month add up to, kept so that nobody must read them all to know. Recomputed from the
//! entries, never incremented: a message twice, late or out of order changes nothing.

use crate::keys;
use crate::queries::Part;
use crate::store::{Consistency, Index, IndexKey, Item, Store, Stretch, TransactError, Write};
use crate::{Ledger, LedgerError, SHAPE, UNSTORABLE};
use rules::totals::{Group, Total};
use rules::{Currency, Kind, Model, Month, PartnerId, Totals};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How often a total is computed anew because somebody else has just put another one.
const ATTEMPTS: u32 = 12;
/// How many rows one request asks for.
const PAGE: usize = 1000;

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

#[derive(Debug, Serialize, Deserialize)]
struct StoredTotal {
    #[serde(rename = "k")]
    kind: Kind,
    #[serde(rename = "mo")]
    model: Model,
    #[serde(rename = "c")]
    currency: Currency,
    #[serde(flatten)]
    total: Total,
}

impl StoredTotals {
    pub(crate) fn read(item: Item) -> Result<(PartnerMonth, Totals, u64), LedgerError> {
        let key = format!("{} {}", crate::rows::text(&item, "pk"), crate::rows::text(&item, "sk"));
        let damaged = |why| LedgerError::Damaged { key: key.clone(), why };
        let stored: StoredTotals = serde_dynamo::from_item(item).map_err(|_| damaged(SHAPE))?;
        let of = keys::totals_of(&stored.pk).zip(stored.sk.parse().ok());
        let (partner_id, month) = of.ok_or_else(|| damaged("its key is none of a month's totals"))?;
        let totals = stored
            .totals
            .into_iter()
            .map(|StoredTotal { kind, model, currency, total }| (Group { kind, model, currency }, total));
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
            totals: totals
                .0
                .iter()
                .map(|(Group { kind, model, currency }, total)| StoredTotal {
                    kind: *kind,
                    model: *model,
                    currency: *currency,
                    total: *total,
                })
                .collect(),
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
        let mut after = None;
        loop {
            let days = (of.month.first(), of.month.last());
            let part = self.entries(&of.partner_id, days, PAGE, after).await?;
            for listed in part.list {
                let entry = &listed.recorded.entry;
                totals
                    .book(&entry.posting, entry.amount, entry.vendor_share)
                    .map_err(|source| LedgerError::Overflow { what: keys::totals_partition(&of.partner_id), source })?;
            }
            after = part.next;
            if after.is_none() {
                return Ok(totals);
            }
        }
    }

    /// A partner's totals of every month in which something was booked.
    pub async fn totals_of_partner(&self, partner: &PartnerId) -> Result<BTreeMap<Month, Totals>, LedgerError> {
        let items = self.store.partition(keys::totals_partition(partner)).await?;
        let months = items.into_iter().map(|item| StoredTotals::read(item).map(|(of, totals, _)| (of.month, totals)));
        months.collect()
    }

    /// A month's totals of every partner for whom something was booked in it, by partner; a page of them.
    pub async fn totals_of_month(
        &self,
        month: Month,
        after: Option<IndexKey>,
    ) -> Result<Part<(PartnerId, Totals)>, LedgerError> {
        let (from, to) = keys::INDEX_WHOLE;
        let (gpk, from, to) = (keys::month_partition(month), from.to_owned(), to.to_owned());
        let page = self.store.index(Stretch { index: Index::ByPartner, gpk, from, to, after, limit: PAGE }).await?;
        let list = page.items.into_iter().map(|item| StoredTotals::read(item).map(|(of, totals, _)| (of, totals)));
        let list = list.collect::<Result<Vec<_>, _>>()?;
        let behind =
            |of: &PartnerMonth| IndexKey { gsk: of.partner_id.to_string(), key: keys::totals(&of.partner_id, month) };
        let next = list.last().filter(|_| page.more).map(|(of, _)| behind(of));
        let list = list.into_iter().map(|(of, totals)| (of.partner_id, totals)).collect();
        Ok(Part { list, next })
    }
}
