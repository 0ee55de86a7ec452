//! The contracts of a partner, by day of signature: those whose sale is the partner's, pending ones too, and those
//! whose sale was.

use crate::bookings::Announce;
use crate::item::{key, text};
use crate::keys::{AggregateKey, RowKey};
use crate::queries::{Part, rows_of};
use crate::rows::Row;
use crate::store::{IndexKey, Item, Store};
use crate::{Ledger, LedgerError};
use rules::{AnnuityId, ContractId, Day, Fact, PartnerId, Term};

/// A row that lists a contract under a partner. A contract has several of them if its sale came back to the partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingRow {
    pub contract_id: ContractId,
    /// The row.
    pub row: RowKey,
}

impl ListingRow {
    /// A contract is listed by the row of its first annuity, and by each choice that moved the sale to a partner.
    pub(crate) fn of(row: RowKey) -> Option<ListingRow> {
        let contract_id = match &row {
            RowKey::Aggregate(AggregateKey::Annuity(AnnuityId { contract_id, term: Term::FIRST }))
            | RowKey::Choice(AggregateKey::Annuity(AnnuityId { contract_id, term: Term::FIRST }), _) => {
                contract_id.clone()
            }
            RowKey::Aggregate(_)
            | RowKey::Entry(..)
            | RowKey::Adjustment(..)
            | RowKey::AdjustmentEntry(..)
            | RowKey::Claim(..)
            | RowKey::Choice(..)
            | RowKey::SaleMoved(..)
            | RowKey::SetAside(..) => return None,
        };
        Some(ListingRow { contract_id, row })
    }
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// The rows that list a partner's contracts, by day of signature; at most `limit`. `is_wanted` is asked about the
    /// contract, the client and the client's name of a sale as first claimed, so that no contract is read in vain; a row
    /// by which a sale came back is always given.
    pub async fn contracts_listed(
        &self,
        is_wanted: impl Fn([&str; 3]) -> bool,
        partner: &PartnerId,
        limit: usize,
        after: Option<IndexKey>,
    ) -> Result<Part<ListingRow>, LedgerError> {
        let rows = rows_of(partner, (Day::MIN, Day::MAX), after);
        let listing = |item: &Item| {
            let Some(listing) = RowKey::parse(&key(item)).and_then(ListingRow::of) else { return Ok(None) };
            let claimed = if matches!(listing.row, RowKey::Aggregate(_)) { Row::listed(item)?.fact() } else { None };
            let is_listed = claimed.as_ref().and_then(Fact::sale).is_none_or(|sale| {
                is_wanted([listing.contract_id.as_str(), sale.customer_id.as_str(), text(item, "cn")])
            });
            Ok(is_listed.then_some(listing))
        };
        self.matching(rows, limit, listing).await
    }
}
