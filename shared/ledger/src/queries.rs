//! Reads: a partner's entries by period, the days of its sales, the registered partners, one contract. Unreadable items
//! are named and skipped.

use crate::aggregates::Aggregates;
use crate::bookings::Announce;
use crate::error::SHAPE;
use crate::keys::{self, AggregateKey};
use crate::lenient::UnknownEntry;
use crate::recorded::LedgerEntry;
use crate::rows::{Content, Row, text};
use crate::store::{Index, IndexKey, Item, Key, KeyRange, Store};
use crate::{Ledger, LedgerError};
use rules::line::LineId;
use rules::{AnnuityId, ContractId, Day, Fact, Instance, PartnerId, Term};
use std::collections::BTreeMap;

/// The number of index rows in one request.
const PAGE: usize = 500;

/// One entry and its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedEntry {
    /// The line of the entry.
    pub line: LineId,
    /// The entry as recorded.
    pub recorded: LedgerEntry,
}

/// A part of a list, and the key at which it continues.
#[derive(Debug, Clone)]
pub struct Part<T> {
    /// The items of the part.
    pub list: Vec<T>,
    /// The key after which the next part begins; none: the list is complete.
    pub next: Option<IndexKey>,
    /// The keys of the unreadable items that were skipped, as `PK SK`.
    pub unreadable: Vec<String>,
    /// The entries of a later release in this part, as text.
    pub unknown: Vec<UnknownEntry>,
}

/// The days of a partner's customer sales, from its readable rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerSales {
    /// The day of each sale, pending ones too.
    pub signed_on: Vec<Day>,
    /// The keys of the unreadable items that were skipped, as `PK SK`.
    pub unreadable: Vec<String>,
}

/// The sales found in a partner's rows: for each contract that is or was this partner's, the day of its customer sale,
/// if the effective sale is this partner's, and the number of the row that shows it.
#[derive(Debug, Default)]
struct Sales {
    contracts: BTreeMap<ContractId, (u32, Option<Day>)>,
    /// Whether a sale was chosen again, or reversed where it was booked: the effective sale may be listed under another
    /// day.
    moved: bool,
}

/// A registered partner, as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredPartner {
    /// The partner's id.
    pub id: PartnerId,
    /// The partner's name.
    pub name: String,
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// A partner's entries booked from one day to another, both included, by day; at most `limit`.
    pub async fn entries(
        &self,
        partner: &PartnerId,
        period: (Day, Day),
        limit: usize,
        after: Option<IndexKey>,
    ) -> Result<Part<ListedEntry>, LedgerError> {
        self.entries_that(|_| true, partner, period, limit, after).await
    }

    /// A partner's entries of a period that pass a filter, by day; at most `limit`.
    pub async fn entries_that(
        &self,
        is_wanted: impl Fn(&ListedEntry) -> bool,
        partner: &PartnerId,
        period: (Day, Day),
        limit: usize,
        after: Option<IndexKey>,
    ) -> Result<Part<ListedEntry>, LedgerError> {
        let entry = |item: &Item| {
            let row = Row::listed(item)?;
            let listed = row.recorded_entry().map(|recorded| ListedEntry { line: row.key().line(), recorded });
            Ok(listed.filter(&is_wanted))
        };
        self.matching(rows_of(partner, period, after), limit, entry).await
    }

    /// The days of a partner's customer sales signed on a day or later. Its rows are read from that day on, and those
    /// before it only if one of those sales was moved.
    pub async fn customer_sales(&self, partner: &PartnerId, from: Day) -> Result<CustomerSales, LedgerError> {
        let mut sales = Sales::default();
        let mut unreadable = self.take_sales(partner, (from, Day::MAX), &mut sales).await?;
        if let (true, Some(before)) = (sales.moved, day_before(from)) {
            unreadable.extend(self.take_sales(partner, (Day::MIN, before), &mut sales).await?);
        }
        let mut signed_on = sales.days();
        signed_on.retain(|day| *day >= from);
        Ok(CustomerSales { signed_on, unreadable })
    }

    async fn take_sales(
        &self,
        partner: &PartnerId,
        period: (Day, Day),
        sales: &mut Sales,
    ) -> Result<Vec<String>, LedgerError> {
        let all =
            self.matching(rows_of(partner, period, None), usize::MAX, |item| Ok(Row::listed(item).map(Some)?)).await?;
        all.list.iter().for_each(|row| sales.take(row));
        Ok(all.unreadable)
    }

    /// The registered partners that pass a filter, by id; at most `limit`.
    pub async fn partners(
        &self,
        is_wanted: impl Fn(&RegisteredPartner) -> bool,
        limit: usize,
        after: Option<IndexKey>,
    ) -> Result<Part<RegisteredPartner>, LedgerError> {
        let range = whole(Index::ByPartner, keys::PARTNERS.to_owned(), after);
        let partner = |item: &Item| {
            let registered =
                RegisteredPartner::read(item).ok_or_else(|| LedgerError::Damaged { key: name(item), why: SHAPE })?;
            Ok(Some(registered).filter(&is_wanted))
        };
        self.matching(range, limit, partner).await
    }

    /// All aggregates of a contract, strongly consistent.
    pub async fn contract(&self, id: &ContractId) -> Result<Aggregates, LedgerError> {
        self.aggregates(keys::contract_partition(id)).await
    }

    /// The items of an index range that `read` converts, at most `limit`. Whole pages are read and cut afterwards, so a
    /// filter with few matches costs no more requests than the rows have pages. Unreadable items are named.
    pub(crate) async fn matching<T>(
        &self,
        mut range: KeyRange,
        limit: usize,
        read: impl Fn(&Item) -> Result<Option<T>, LedgerError>,
    ) -> Result<Part<T>, LedgerError> {
        let mut part = Part { list: Vec::new(), next: None, unreadable: Vec::new(), unknown: Vec::new() };
        // The last item returned, and the unreadable ones after it.
        let (mut given, mut behind) = (None, Vec::new());
        loop {
            let page = self.store.index(range.clone()).await?;
            range.after = page.items.last().filter(|_| page.more).map(|last| index_key(range.index, last));
            for item in page.items {
                match read(&item) {
                    Ok(Some(_)) if part.list.len() == limit => return Ok(Part { next: given, ..part }),
                    Ok(Some(found)) => {
                        part.list.push(found);
                        part.leave_out(&mut behind);
                        given = Some(index_key(range.index, &item));
                    }
                    Ok(None) => {}
                    Err(_) => behind.push(item),
                }
            }
            if range.after.is_none() {
                part.leave_out(&mut behind);
                return Ok(part);
            }
        }
    }
}

impl<T> Part<T> {
    /// Adds unreadable items to the keys of skipped ones.
    fn leave_out(&mut self, items: &mut Vec<Item>) {
        for item in items.drain(..) {
            self.unreadable.push(name(&item));
            self.unknown.extend(UnknownEntry::read(&item));
        }
    }
}

/// A partner's rows of a period, a page of them.
pub(crate) fn rows_of(partner: &PartnerId, (from, to): (Day, Day), after: Option<IndexKey>) -> KeyRange {
    let (_, greatest) = keys::INDEX_WHOLE;
    let (from, to) = (from.to_string(), format!("{to}{greatest}"));
    KeyRange { from, to, ..whole(Index::ByPartner, keys::partner_partition(partner), after) }
}

/// A partition of an index, a page of it.
pub(crate) fn whole(index: Index, gpk: String, after: Option<IndexKey>) -> KeyRange {
    let (from, to) = keys::INDEX_WHOLE;
    KeyRange { index, gpk, from: from.to_owned(), to: to.to_owned(), after, limit: PAGE }
}

/// The key of an item in an index.
pub(crate) fn index_key(index: Index, item: &Item) -> IndexKey {
    let key = Key { pk: text(item, "pk").to_owned(), sk: text(item, "sk").to_owned() };
    IndexKey { gsk: text(item, index.keys().1).to_owned(), key }
}

/// The key of an item, readable for people.
pub(crate) fn name(item: &Item) -> String {
    format!("{} {}", text(item, "pk"), text(item, "sk"))
}

impl RegisteredPartner {
    fn read(item: &Item) -> Option<RegisteredPartner> {
        let name = item.get("nm")?.as_s().ok()?.clone();
        Some(RegisteredPartner { id: keys::partner_of(text(item, "pk"))?, name })
    }
}

impl Sales {
    fn days(&self) -> Vec<Day> {
        self.contracts.values().filter_map(|(_, signed_on)| *signed_on).collect()
    }

    fn take(&mut self, row: &Row) {
        let AggregateKey::Annuity(AnnuityId { contract_id, term: Term::FIRST }) = &row.aggregate else { return };
        let claim = match &row.content {
            Content::Own { fact, .. } => fact.as_ref(),
            Content::Choice { n: _, chosen } => {
                self.moved = true;
                chosen.claim.as_ref()
            }
            Content::SaleMoved { .. } => {
                self.moved = true;
                None
            }
            Content::Entry { n: _, entry } => {
                self.moved |= entry.reversal.is_some();
                return;
            }
            Content::Adjustment { .. }
            | Content::AdjustmentEntry { .. }
            | Content::Claim { .. }
            | Content::SetAside { .. } => return,
        };
        let signed_on = match claim {
            Some(Fact::Sale(sale)) if sale.instance == Instance::Customer => Some(sale.signed_on),
            Some(_) | None => None,
        };
        // The last row about the contract's sale holds.
        let said = self.contracts.entry(contract_id.clone()).or_insert((0, None));
        if row.n() >= said.0 {
            *said = (row.n(), signed_on);
        }
    }
}

fn day_before(day: Day) -> Option<Day> {
    Day::try_from(day.date().yesterday().ok()?).ok()
}
