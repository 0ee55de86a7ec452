//! Reads: a partner's entries by period, the registered partners, one contract. Unreadable items
//! are named and skipped.

use crate::aggregates::Aggregates;
use crate::bookings::Announce;
use crate::error::{SHAPE, Unreadable};
use crate::item::key;
use crate::keys;
use crate::lenient::UnknownEntry;
use crate::partner_month::PartnerMonth;
use crate::recorded::LedgerEntry;
use crate::rows::{Row, text};
use crate::store::{Consistency, Index, IndexKey, Item, Key, KeyRange, Store};
use crate::{Ledger, LedgerError};
use rules::line::LineId;
use rules::sorted::Sorted;
use rules::{ContractId, Day, PartnerId};
use std::collections::BTreeSet;

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

    /// Every month in which an entry was booked for a partner, or a sale of it was signed.
    pub async fn months_of(&self, partner: &PartnerId) -> Result<BTreeSet<PartnerMonth>, LedgerError> {
        let month = |item: &Item| {
            let month = text(item, "gsk").get(.."YYYY-MM".len()).and_then(|month| month.parse().ok());
            Ok(month.map(|month| PartnerMonth { partner_id: partner.clone(), month }))
        };
        let rows = rows_of(partner, (Day::MIN, Day::MAX), None);
        Ok(self.matching(rows, usize::MAX, month).await?.list.into_iter().to_set())
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

    /// A page of an index range, each item as it is in the table now; at most `limit` places of the index.
    pub(crate) async fn listed_now<T>(
        &self,
        range: KeyRange,
        read: impl Fn(&Item) -> Result<Option<T>, Unreadable>,
    ) -> Result<Part<T>, LedgerError> {
        let index = range.index;
        let page = self.store.index(range).await?;
        let mut part = Part { list: Vec::new(), next: None, unreadable: Vec::new(), unknown: Vec::new() };
        part.next = page.items.last().filter(|_| page.more).map(|last| index_key(index, last));
        let listed: Vec<Key> = page.items.iter().map(key).collect();
        if listed.is_empty() {
            return Ok(part);
        }
        for item in self.store.get(listed, Consistency::Strong).await? {
            match read(&item) {
                Ok(found) => part.list.extend(found),
                Err(_) => part.unreadable.push(name(&item)),
            }
        }
        Ok(part)
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
