//! Read access to a contract: the partner of its effective sale, and the partners that had it before.

use crate::aggregates::Aggregates;
use crate::bookings::Announce;
use crate::keys::{self, RowKey};
use crate::rows::{AggregateState, Row, first_annuity, text};
use crate::store::{Consistency, Item, Store};
use crate::{Ledger, LedgerError};
use rules::{ContractId, Fact, PartnerId};
use std::sync::Arc;

/// The partners that have or had a sale, as far as its first annuity tells.
enum Readers {
    /// No sale is known yet.
    Nobody,
    /// These partners and no others.
    Of(Vec<PartnerId>),
    /// A choice was made before such items named the partners: the rows of the contract must be read.
    InItsRows,
}

impl Readers {
    fn of(first: &Row, state: &AggregateState) -> Readers {
        if !state.holders.is_empty() {
            return Readers::Of(state.holders.clone());
        }
        if state.chosen {
            return Readers::InItsRows;
        }
        let seller = first.fact().as_ref().and_then(Fact::sale).map(|sale| sale.partner_id.clone());
        seller.map_or(Readers::Nobody, |seller| Readers::Of(vec![seller]))
    }
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// The aggregates of a contract whose sale is or was this partner's; none for any other contract. A missing
    /// contract and one that was never this partner's cannot be distinguished: in both cases only the first annuity is
    /// read.
    pub async fn contract_for(&self, id: &ContractId, partner: &PartnerId) -> Result<Option<Aggregates>, LedgerError> {
        let key = RowKey::from(first_annuity(id));
        let read = self.store.get(vec![key.key()], Consistency::Strong).await?;
        let Some(item) = read.into_iter().next() else { return Ok(None) };
        let listed = is_listed_under(&item, partner);
        let (first, state) = match Row::recorded(Arc::new(item)) {
            Ok((first, state)) => (first, state.unwrap_or_default()),
            Err(unreadable) if listed => return Err(unreadable.into()),
            // The partners are unknown; that the item is damaged must not be visible to a caller without read access.
            Err(_) => return Ok(None),
        };
        match Readers::of(&first, &state) {
            Readers::Of(readers) if readers.contains(partner) => self.contract(id).await.map(Some),
            Readers::Of(_) | Readers::Nobody => Ok(None),
            Readers::InItsRows => self.contract_if_listed(id, partner).await,
        }
    }

    /// The contract, if one of its rows is listed under this partner: the sale, an entry, or the row of a moved sale.
    async fn contract_if_listed(
        &self,
        id: &ContractId,
        partner: &PartnerId,
    ) -> Result<Option<Aggregates>, LedgerError> {
        let items = self.store.partition(keys::contract_partition(id)).await?;
        if !items.iter().any(|item| is_listed_under(item, partner)) {
            return Ok(None);
        }
        match Aggregates::read(items) {
            Ok(aggregates) => Ok(Some(aggregates)),
            Err(_) => self.contract(id).await.map(Some),
        }
    }
}

fn is_listed_under(item: &Item, partner: &PartnerId) -> bool {
    text(item, "gpk") == keys::partner_partition(partner)
}
