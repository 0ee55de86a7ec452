//! Adding up a partner's month: the totals of its entries and its customer sales, stored so that they can be read without
//! them. They are computed again from the rows, never incremented: a repeated, late or reordered message changes nothing.

pub use crate::month_total::MonthSum;
pub use crate::partner_month::PartnerMonth;
pub use crate::sales_by_day::SalesByDay;

use crate::bookings::Announce;
use crate::error::SHAPE;
use crate::keys;
use crate::lenient::UnknownEntry;
use crate::month_total::{SumText, replacement, revision_of};
use crate::partner_contracts::ListingRow;
use crate::queries::{index_key, name, rows_of};
use crate::rows::{Content, Row, text};
use crate::store::{Consistency, IndexKey, Item, Store, TransactError, Write};
use crate::{Ledger, LedgerError};
use jiff::Timestamp;
use rules::{Fact, Month, Sale};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The most attempts at a sum whose total changes concurrently.
const ATTEMPTS: u32 = 12;

/// A sum of which a part of the rows is added up, as a message carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartialSum {
    /// The partner and the month.
    pub of: PartnerMonth,
    /// The revision of the total when the sum began; none: there was none.
    revision: Option<u64>,
    /// The last row added up.
    after: IndexKey,
    sum: SumText,
    /// The number of rows added up.
    rows: u64,
}

/// The sum of a month's rows, not written yet.
#[derive(Debug)]
pub(crate) enum Summed {
    /// The total is the sum of the rows.
    Unchanged,
    /// The total that replaces the one that was read.
    New(Write),
    /// More rows than fit a step: go on with this.
    InPart(PartialSum),
    /// The total has changed since the sum began: begin again.
    Overtaken,
}

/// The result of adding up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AddedUp {
    /// The total is that of the rows; whether it had been another.
    Done { changed: bool },
    /// More rows than fit a step: go on with this.
    InPart(PartialSum),
    /// The total has changed since the sum began: begin again.
    Overtaken,
}

/// Rows added up so far.
#[derive(Debug, Default)]
struct Progress {
    sum: MonthSum,
    rows: u64,
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// Adds up a partner's month to the end, however many rows it has.
    pub async fn refresh_totals(&self, of: &PartnerMonth, at: Timestamp) -> Result<(), LedgerError> {
        for attempt in 0..ATTEMPTS {
            let stored = self.stored_total(of).await?;
            let mut summed = self.sum(of, stored, at).await?;
            while let Summed::InPart(partial) = summed {
                summed = self.sum_on(&partial, at).await?;
            }
            match self.put_sum(summed).await? {
                AddedUp::Done { .. } => return Ok(()),
                AddedUp::Overtaken | AddedUp::InPart(_) => self.store.back_off(attempt).await,
            }
        }
        Err(LedgerError::Contended { what: keys::totals_partition(&of.partner_id), attempts: ATTEMPTS })
    }

    /// Adds up a month's rows, for the total that was read before. The total is to be written on condition that it has not
    /// changed: so an older sum never replaces a newer one.
    pub(crate) async fn sum(
        &self,
        of: &PartnerMonth,
        stored: Option<Item>,
        at: Timestamp,
    ) -> Result<Summed, LedgerError> {
        let mut progress = Progress::default();
        match self.take_rows(of, None, &mut progress).await? {
            None => progress.summed(of, stored, at),
            Some(after) => Ok(Summed::InPart(progress.stopped(of, revision_of(stored.as_ref()), after))),
        }
    }

    /// Adds up successive months of a partner, of which each was read before, in one pass over their rows; each by itself if
    /// they have more rows than one step adds up, or cannot be read together.
    pub(crate) async fn sum_successive(
        &self,
        months: Vec<(PartnerMonth, Option<Item>)>,
        at: Timestamp,
    ) -> Vec<(PartnerMonth, Result<Summed, LedgerError>)> {
        let mut sums = if months.len() > 1 { self.rows_by_month(&months).await } else { None };
        let mut results = Vec::with_capacity(months.len());
        for (of, stored) in months {
            let summed =
                match sums.as_mut().map(|sums| sums.remove(&of.month).unwrap_or_else(|| Ok(Progress::default()))) {
                    Some(Ok(progress)) => progress.summed(&of, stored, at),
                    Some(Err(error)) => Err(error),
                    None => self.sum(&of, stored, at).await,
                };
            results.push((of, summed));
        }
        results
    }

    /// The sums of successive months; none if they have more rows than one step adds up, or cannot be read. A row that
    /// cannot be added up fails its month.
    async fn rows_by_month(
        &self,
        months: &[(PartnerMonth, Option<Item>)],
    ) -> Option<BTreeMap<Month, Result<Progress, LedgerError>>> {
        let ((first, _), (last, _)) = (months.first()?, months.last()?);
        let mut range = rows_of(&first.partner_id, (first.month.first(), last.month.last()), None);
        let (mut sums, mut rows) = (BTreeMap::new(), 0);
        loop {
            let page = self.store.index(range.clone()).await.ok()?;
            rows += page.items.len();
            if rows > self.store.most_added_up() {
                return None;
            }
            for item in &page.items {
                let month: Month = text(item, "gsk").get(.."YYYY-MM".len())?.parse().ok()?;
                let of = PartnerMonth { partner_id: first.partner_id.clone(), month };
                let sum: &mut Result<Progress, LedgerError> =
                    sums.entry(month).or_insert_with(|| Ok(Progress::default()));
                if let Ok(progress) = sum
                    && let Err(error) = self.take_row(&of, item, progress).await
                {
                    *sum = Err(error);
                }
            }
            range.after = page.items.last().filter(|_| page.more).map(|last| index_key(range.index, last));
            if range.after.is_none() {
                return Some(sums);
            }
        }
    }

    /// Adds up the next step of a month.
    pub(crate) async fn sum_on(&self, partial: &PartialSum, at: Timestamp) -> Result<Summed, LedgerError> {
        let PartialSum { of, revision, after, sum, rows } = partial;
        let Some(sum) = sum.read() else { return Ok(Summed::Overtaken) };
        let mut progress = Progress { sum, rows: *rows };
        if let Some(after) = self.take_rows(of, Some(after.clone()), &mut progress).await? {
            return Ok(Summed::InPart(progress.stopped(of, *revision, after)));
        }
        let stored = self.stored_total(of).await?;
        if revision_of(stored.as_ref()) != *revision {
            return Ok(Summed::Overtaken);
        }
        progress.summed(of, stored, at)
    }

    async fn stored_total(&self, of: &PartnerMonth) -> Result<Option<Item>, LedgerError> {
        let key = keys::totals(&of.partner_id, of.month);
        Ok(self.store.get(vec![key], Consistency::Strong).await?.into_iter().next())
    }

    /// Writes a sum.
    pub(crate) async fn put_sum(&self, summed: Summed) -> Result<AddedUp, LedgerError> {
        let write = match summed {
            Summed::Unchanged => return Ok(AddedUp::Done { changed: false }),
            Summed::InPart(partial) => return Ok(AddedUp::InPart(partial)),
            Summed::Overtaken => return Ok(AddedUp::Overtaken),
            Summed::New(write) => write,
        };
        match self.store.transact(vec![write]).await {
            Ok(()) => Ok(AddedUp::Done { changed: true }),
            Err(TransactError::Conflict) => Ok(AddedUp::Overtaken),
            Err(TransactError::Failed(error)) => Err(error.into()),
        }
    }

    /// Adds up the rows of a month after one of them, as many as one step takes. Returns the last of them if more follow.
    async fn take_rows(
        &self,
        of: &PartnerMonth,
        after: Option<IndexKey>,
        progress: &mut Progress,
    ) -> Result<Option<IndexKey>, LedgerError> {
        let most = self.store.most_added_up();
        let mut range = rows_of(&of.partner_id, (of.month.first(), of.month.last()), after);
        let mut left = most;
        loop {
            range.limit = range.limit.min(left);
            let page = self.store.index(range.clone()).await?;
            for item in &page.items {
                self.take_row(of, item, progress).await?;
            }
            let last = page.items.last().filter(|_| page.more).map(|last| index_key(range.index, last));
            left = left.saturating_sub(page.items.len());
            if last.is_none() || left == 0 {
                return Ok(last);
            }
            range.after = last;
        }
    }

    async fn take_row(&self, of: &PartnerMonth, item: &Item, progress: &mut Progress) -> Result<(), LedgerError> {
        let (row, is_chosen) = match Row::listed_with_choice(item) {
            Ok(read) => read,
            // A sum without a damaged entry would look complete. Entries of a later release have totals of their own,
            // which stay.
            Err(_) if UnknownEntry::read(item).is_some() => return Ok(()),
            Err(_) => return Err(LedgerError::Damaged { key: name(item), why: SHAPE }),
        };
        progress.rows += 1;
        if let Some(entry) = row.entry() {
            let booked = progress.sum.totals.book(&entry.posting, entry.amount, entry.vendor_share);
            booked.map_err(|source| LedgerError::Overflow { what: keys::totals_partition(&of.partner_id), source })?;
        }
        if self.counts_sale(of, &row, is_chosen).await? {
            row.fact().iter().filter_map(Fact::sale).for_each(|sale| progress.sum.sales.count(sale.signed_on));
        }
        Ok(())
    }

    /// Tells a row that shows a customer sale of the partner, signed in the month. Whose sale a contract with a choice is, only
    /// the contract itself says, and its last row under the partner counts it.
    async fn counts_sale(&self, of: &PartnerMonth, row: &Row, is_chosen: bool) -> Result<bool, LedgerError> {
        let counted = |sale: &Sale| PartnerMonth::of_sale(sale).as_ref() == Some(of);
        match &row.content {
            Content::Own { fact: Some(Fact::Sale(sale)), .. } if !is_chosen => Ok(counted(sale)),
            Content::Own { fact: Some(Fact::Sale(_)), .. } | Content::Choice { .. } => {
                let Some(ListingRow { contract_id, row }) = ListingRow::of(row.key()) else { return Ok(false) };
                let aggregates = self.aggregates(keys::contract_partition(&contract_id)).await?.whole()?;
                let effective = aggregates.contract();
                Ok(effective.sale().is_some_and(counted) && aggregates.is_last_listing(&row, &of.partner_id))
            }
            Content::Own { .. }
            | Content::Entry { .. }
            | Content::Adjustment { .. }
            | Content::AdjustmentEntry { .. }
            | Content::Claim { .. }
            | Content::SaleMoved { .. }
            | Content::SetAside { .. } => Ok(false),
        }
    }
}

impl Progress {
    fn summed(self, of: &PartnerMonth, stored: Option<Item>, at: Timestamp) -> Result<Summed, LedgerError> {
        let replacement = replacement(of, stored, (&self.sum, self.rows), at)?;
        Ok(replacement.map_or(Summed::Unchanged, Summed::New))
    }

    fn stopped(self, of: &PartnerMonth, revision: Option<u64>, after: IndexKey) -> PartialSum {
        PartialSum { of: of.clone(), revision, after, sum: SumText::from(&self.sum), rows: self.rows }
    }
}
