//! Reads of many contracts at once: their rows from the index, with their annuities from the table. A contract whose
//! rows are incomplete there is read on its own.

use crate::aggregates::Aggregates;
use crate::bookings::Announce;
use crate::keys::RowKey;
use crate::queries::{index_key, rows_of};
use crate::rows::text;
use crate::store::{Consistency, Index, Item, Key, Store};
use crate::{Ledger, LedgerError, keys};
use futures_util::stream::{self, StreamExt};
use rules::sorted::Sorted;
use rules::{ContractId, Day, PartnerId};
use std::collections::{BTreeMap, BTreeSet};

/// The number of contracts read concurrently, of those that must be read on their own.
const AT_ONCE: usize = 16;

/// Contracts with their entries, or the errors of reading them.
pub type Contracts = BTreeMap<ContractId, Result<Aggregates, LedgerError>>;

impl<S: Store, A: Announce> Ledger<S, A> {
    /// Every contract that is, or was, this partner's; `None` if there are more than `most`. A contract may lack
    /// annuities that owe nothing under any terms, because they are not billed, if it has others.
    pub async fn contracts_of(&self, partner: &PartnerId, most: usize) -> Result<Option<Contracts>, LedgerError> {
        let Some(listed) = self.listed_rows(partner, most).await? else { return Ok(None) };
        let aggregates: BTreeSet<Key> = listed.values().flatten().filter_map(aggregate_of).to_set();
        let mut now: BTreeMap<String, Vec<Item>> = BTreeMap::new();
        for aggregate in self.store.get(aggregates.into_iter().collect(), Consistency::Strong).await? {
            now.entry(text(&aggregate, "pk").to_owned()).or_default().push(aggregate);
        }
        let (mut contracts, mut alone) = (Contracts::new(), Vec::new());
        for (id, rows) in listed {
            let aggregates = now.remove(&keys::contract_partition(&id)).unwrap_or_default();
            match complete(aggregates, rows) {
                Some(aggregates) => drop(contracts.insert(id, Ok(aggregates))),
                None => alone.push(id),
            }
        }
        contracts.extend(self.contracts_alone(alone).await);
        Ok(Some(contracts))
    }

    /// Contracts, each read on its own, in any order.
    pub(crate) async fn contracts_alone(
        &self,
        ids: Vec<ContractId>,
    ) -> Vec<(ContractId, Result<Aggregates, LedgerError>)> {
        let read = stream::iter(ids).map(|id| async move {
            let aggregates = self.contract(&id).await.and_then(Aggregates::whole);
            (id, aggregates)
        });
        read.buffer_unordered(AT_ONCE).collect().await
    }

    /// A partner's rows by contract.
    async fn listed_rows(
        &self,
        partner: &PartnerId,
        most: usize,
    ) -> Result<Option<BTreeMap<ContractId, Vec<Item>>>, LedgerError> {
        let mut rows: BTreeMap<ContractId, Vec<Item>> = BTreeMap::new();
        let mut range = rows_of(partner, (Day::MIN, Day::MAX), None);
        loop {
            let page = self.store.index(range.clone()).await?;
            range.after = page.items.last().filter(|_| page.more).map(|item| index_key(Index::ByPartner, item));
            for item in page.items {
                if let Some(id) = keys::contract_of(text(&item, "pk")) {
                    rows.entry(id).or_default().push(item);
                }
            }
            if rows.len() > most {
                return Ok(None);
            }
            if range.after.is_none() {
                return Ok(Some(rows));
            }
        }
    }
}

fn row_key(item: &Item) -> Option<RowKey> {
    RowKey::parse(&Key { pk: text(item, "pk").to_owned(), sk: text(item, "sk").to_owned() })
}

/// The key of the annuity of a row.
fn aggregate_of(item: &Item) -> Option<Key> {
    Some(RowKey::Aggregate(row_key(item)?.aggregate().clone()).key())
}

/// A contract from its annuities as read now and its other rows as listed, if these are all its rows: an annuity stores
/// its row count. The list lacks chosen claims, claims that may be effective instead of a renewal, and renewals recorded
/// before their sale, until an entry is due for them.
fn complete(aggregates: Vec<Item>, listed: Vec<Item>) -> Option<Aggregates> {
    let mut items = aggregates;
    for item in listed {
        match row_key(&item)? {
            RowKey::Aggregate(_) => {}
            RowKey::Entry(_, _) | RowKey::Adjustment(_, _) | RowKey::AdjustmentEntry(_, _, _) => items.push(item),
            RowKey::Claim(_, _) | RowKey::Choice(_, _) | RowKey::SaleMoved(_, _) | RowKey::SetAside(_, _) => {
                return None;
            }
        }
    }
    let aggregates = Aggregates::read(items).ok()?;
    (aggregates.unreadable().next().is_none() && aggregates.sale_came_first()).then_some(aggregates)
}
