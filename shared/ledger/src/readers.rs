//! Who may read a contract: the partner its sale stands for, and whoever it stood for before.

use crate::aggregates::Aggregates;
use crate::bookings::Announce;
use crate::keys::{self, RowKey};
use crate::rows::{AggregateState, Row, first_annuity, text};
use crate::store::{Consistency, Item, Store};
use crate::{Ledger, LedgerError};
use rules::{ContractId, Fact, PartnerId};
use std::sync::Arc;

/// Whose a sale is or was, as far as its first annuity tells.
enum Readers {
    /// Nobody's: no sale is known yet.
    Nobody,
    /// Theirs, and never another's.
    Of(Vec<PartnerId>),
    /// Somebody chose what stands before such items named whose the sale is: the rows of the contract tell.
    InItsRows,
}

impl Readers {
    fn of(first: &Row, state: &AggregateState) -> Readers {
        match first.fact() {
            _ if !state.holders.is_empty() => Readers::Of(state.holders.clone()),
            _ if state.chosen => Readers::InItsRows,
            Some(Fact::Sale(sale)) => Readers::Of(vec![sale.partner_id]),
            Some(Fact::Renewal(_) | Fact::CreditNote(_)) | None => Readers::Nobody,
        }
    }
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// Everything recorded of a contract whose sale stands, or once stood, for this partner; none for any other contract.
    /// One that is not there and one of which nothing was ever this partner's are told apart by nobody: both are known
    /// from the first annuity alone.
    pub async fn contract_for(&self, id: &ContractId, partner: &PartnerId) -> Result<Option<Aggregates>, LedgerError> {
        let key = RowKey::from(first_annuity(id));
        let read = self.store.get(vec![key.key()], Consistency::Strong).await?;
        let Some(item) = read.into_iter().next() else { return Ok(None) };
        let listed = is_listed_under(&item, partner);
        let (first, state) = match Row::recorded(Arc::new(item)) {
            Ok((first, state)) => (first, state.unwrap_or_default()),
            Err(unreadable) if listed => return Err(unreadable.into()),
            // Whose it is cannot be told; that it is damaged is nobody's to know who may not read it.
            Err(_) => return Ok(None),
        };
        match Readers::of(&first, &state) {
            Readers::Of(readers) if readers.contains(partner) => self.contract(id).await.map(Some),
            Readers::Of(_) | Readers::Nobody => Ok(None),
            Readers::InItsRows => self.contract_if_listed(id, partner).await,
        }
    }

    /// A contract of which some row is listed under this partner: the sale, or an entry, or that it left.
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
