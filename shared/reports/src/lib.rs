//! Reports over the ledger (RULEBOOK §4, §6): a month's statement, months and their sums, balances, the ledger as known
//! on a day, sales against the minimum, and what a change would move. Amounts and words of the domain; the caller renders them.

pub mod as_known;
pub mod balances;
pub mod minimum_sales;
pub mod preview;
pub mod search;
pub mod statement;
pub mod summary;
pub mod unreadable;

pub use statement::Statement;
pub use unreadable::Unreadable;

use as_known::MAX_ENTRIES;
use ledger::{Ledger, LedgerError, Store, keys};
use rules::PartnerId;
use rules::money::Overflow;
use rules::sorted::Sorted;
use std::collections::BTreeMap;

/// The reason why a report could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The ledger could not be read or added up.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The partner has more entries than a report lists or adds up.
    #[error("{partner_id} has more than {MAX_ENTRIES} entries; read them page by page")]
    TooManyEntries { partner_id: PartnerId },
}

/// The name of every registered partner.
pub async fn names<S: Store>(ledger: &Ledger<S>) -> Result<(BTreeMap<PartnerId, String>, Unreadable), LedgerError> {
    let all = ledger.partners(|_| true, usize::MAX, None).await?;
    let mut unreadable = Unreadable::default();
    unreadable.add(all.unreadable);
    Ok((all.list.into_iter().map(|partner| (partner.id, partner.name)).to_map(), unreadable))
}

/// The error of a partner's sum that overflows.
pub fn overflow(partner_id: &PartnerId, source: Overflow) -> LedgerError {
    LedgerError::Overflow { what: keys::totals_partition(partner_id), source }
}

/// The error of a sum over several partners that overflows.
pub fn overflow_of_several(source: Overflow) -> LedgerError {
    LedgerError::Overflow { what: "several partners".to_owned(), source }
}
