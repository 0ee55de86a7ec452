//! The way out: a partner's entries by period, its history in one pass, the registered partners, one contract.

use crate::keys::{self, RowKey, SlotKey};
use crate::rows::{Row, text};
use crate::slots::Slots;
use crate::store::{Index, IndexKey, Store, Stretch};
use crate::{Ledger, LedgerError};
use rules::entry::Recorded;
use rules::fold::Balances;
use rules::line::LineId;
use rules::{ContractId, Day, Fact, Instance, PartnerId, Term};
use std::collections::{BTreeMap, BTreeSet};

/// How many rows of the index one request asks for.
const PAGE: usize = 500;

/// One entry and its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Which line it belongs to.
    pub line: LineId,
    /// The entry as recorded.
    pub recorded: Recorded,
}

/// A part of a list, and where the rest begins.
#[derive(Debug, Clone)]
pub struct Part<T> {
    /// What was asked for.
    pub list: Vec<T>,
    /// Ask again behind this for the rest; none: this was all.
    pub next: Option<IndexKey>,
}

/// All of a partner's history that its page sums up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// Everything ever booked, future days included.
    pub balances: Balances,
    /// For each contract that is or was this partner's: the day of its customer sale, if it stands for this partner, and
    /// which row of the contract says so.
    sales: BTreeMap<ContractId, (u32, Option<Day>)>,
}

/// A registered partner, as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// Who.
    pub id: PartnerId,
    /// What the partner is called.
    pub name: String,
}

impl<S: Store> Ledger<S> {
    /// A partner's entries booked from one day to another, both included, by day; at most `limit` of them.
    pub async fn entries(
        &self,
        partner: &PartnerId,
        (from, to): (Day, Day),
        limit: usize,
        after: Option<IndexKey>,
    ) -> Result<Part<Listed>, LedgerError> {
        let mut list = Vec::new();
        let mut next = after;
        loop {
            let wanted = limit - list.len();
            let (rows, more) = self.rows(partner, (from, to), next, wanted).await?;
            next = rows.last().and_then(|(_, row)| row.index_key()).filter(|_| more);
            list.extend(rows.into_iter().filter_map(|(key, row)| listed(&key, &row)));
            if next.is_none() || list.len() == limit {
                return Ok(Part { list, next });
            }
        }
    }

    /// A partner's whole history, read once through.
    pub async fn history(&self, partner: &PartnerId) -> Result<History, LedgerError> {
        let mut history = History::default();
        let mut next = None;
        loop {
            let (rows, more) = self.rows(partner, (Day::MIN, Day::MAX), next, PAGE).await?;
            for (key, row) in &rows {
                history.take(partner, key, row)?;
            }
            next = rows.last().and_then(|(_, row)| row.index_key()).filter(|_| more);
            if next.is_none() {
                return Ok(history);
            }
        }
    }

    /// Every contract that is, or was, this partner's; `None` if there are more than `most`.
    pub async fn contracts_of(
        &self,
        partner: &PartnerId,
        most: usize,
    ) -> Result<Option<BTreeSet<ContractId>>, LedgerError> {
        let mut contracts = BTreeSet::new();
        let mut next = None;
        loop {
            let (rows, more) = self.rows(partner, (Day::MIN, Day::MAX), next, PAGE).await?;
            contracts.extend(rows.iter().filter_map(|(key, _)| match key.slot() {
                SlotKey::Annuity(contract_id, _) => Some(contract_id.clone()),
                SlotKey::EntryFee(_, _) => None,
            }));
            if contracts.len() > most {
                return Ok(None);
            }
            next = rows.last().and_then(|(_, row)| row.index_key()).filter(|_| more);
            if next.is_none() {
                return Ok(Some(contracts));
            }
        }
    }

    /// The registered partners, by id; at most `limit` of them.
    pub async fn partners(&self, limit: usize, after: Option<IndexKey>) -> Result<Part<Registered>, LedgerError> {
        let (from, to) = keys::INDEX_WHOLE;
        let (gpk, from, to) = (keys::PARTNERS.to_owned(), from.to_owned(), to.to_owned());
        let page = self.store.index(Stretch { index: Index::ByPartner, gpk, from, to, after, limit }).await?;
        let mut list = Vec::with_capacity(page.items.len());
        for item in page.items {
            let id = keys::partner_of(text(&item, "pk")).ok_or_else(|| LedgerError::Damaged {
                key: text(&item, "pk").to_owned(),
                why: "its key is none of a partner",
            })?;
            list.push(Registered { id, name: text(&item, "nm").to_owned() });
        }
        let next = list
            .last()
            .filter(|_| page.more)
            .map(|last| IndexKey { gsk: last.id.to_string(), key: keys::head(&last.id) });
        Ok(Part { list, next })
    }

    /// Everything recorded of a contract, as it is now.
    pub async fn contract(&self, id: &ContractId) -> Result<Slots, LedgerError> {
        self.slots(keys::contract_partition(id)).await
    }

    async fn rows(
        &self,
        partner: &PartnerId,
        (from, to): (Day, Day),
        after: Option<IndexKey>,
        limit: usize,
    ) -> Result<(Vec<(RowKey, Row)>, bool), LedgerError> {
        let gpk = keys::partner_partition(partner);
        let (_, greatest) = keys::INDEX_WHOLE;
        let (from, to) = (from.to_string(), format!("{to}{greatest}"));
        let stretch = Stretch { index: Index::ByPartner, gpk, from, to, after, limit };
        let page = self.store.index(stretch).await?;
        let rows = page.items.into_iter().map(Row::read).collect::<Result<_, _>>()?;
        Ok((rows, page.more))
    }
}

impl History {
    /// The day of each customer sale, pending ones too.
    pub fn customer_sales(&self) -> Vec<Day> {
        self.sales.values().filter_map(|(_, signed_on)| *signed_on).collect()
    }

    fn take(&mut self, partner: &PartnerId, key: &RowKey, row: &Row) -> Result<(), LedgerError> {
        if let Some(entry) = row.entry() {
            self.balances
                .book(&entry.posting, entry.amount, entry.vendor_share)
                .map_err(|source| LedgerError::Overflow { what: keys::partner_partition(partner), source })?;
        }
        if let SlotKey::Annuity(contract_id, Term::FIRST) = key.slot()
            && let RowKey::Slot(_) | RowKey::Choice(_, _) | RowKey::Left(_, _) = key
        {
            let signed_on = match row.fact(key) {
                Some(Fact::Sale(sale)) if sale.instance == Instance::Customer => Some(sale.signed_on),
                Some(_) | None => None,
            };
            // The last that was said of the contract's sale holds.
            let said = self.sales.entry(contract_id.clone()).or_insert((0, None));
            if key.n() >= said.0 {
                *said = (key.n(), signed_on);
            }
        }
        Ok(())
    }
}

fn listed(key: &RowKey, row: &Row) -> Option<Listed> {
    let entry = row.entry()?;
    let recorded = Recorded { entry, recorded_at: row.recorded_at, because: row.because.clone() };
    Some(Listed { line: key.line(), recorded })
}
