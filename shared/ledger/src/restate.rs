//! After a partner's agreements changed (RULEBOOK §6): what is owed follows, for past facts too. In bounded steps, each
//! safe to repeat. The index only lists the contracts; each is then read strongly consistent.

use crate::keys::{self, RowKey, SlotKey};
use crate::rows::Row;
use crate::slots::Origin;
use crate::store::{Index, IndexKey, Store, Stretch};
use crate::{Ledger, LedgerError};
use rules::line::LineId;
use rules::{PartnerId, Term};

/// How many rows of the index one step looks at.
const STEP: usize = 100;

impl<S: Store> Ledger<S> {
    /// Appends whatever a line still differs by: of its contract, or of its partner's entry fees.
    pub async fn repair(&self, line: &LineId, origin: Origin<'_>) -> Result<(), LedgerError> {
        match line {
            LineId::Annuity { contract_id, .. } => self.adjust(contract_id.clone(), origin).await,
            LineId::EntryFee { partner_id, .. } => self.adjust_entry_fees(partner_id, origin).await,
        }
    }

    /// Decides a partner's entry fees and annuities again, as far as one step goes. `after` is what the step before
    /// returned; `None` back means that nothing is left.
    pub async fn restate(
        &self,
        partner_id: &PartnerId,
        after: Option<IndexKey>,
        origin: Origin<'_>,
    ) -> Result<Option<IndexKey>, LedgerError> {
        if after.is_none() {
            self.adjust_entry_fees(partner_id, origin).await?;
        }
        let (from, to) = keys::INDEX_WHOLE;
        let gpk = keys::partner_partition(partner_id);
        let page = self
            .store
            .index(Stretch {
                index: Index::ByPartner,
                gpk,
                from: from.to_owned(),
                to: to.to_owned(),
                after,
                limit: STEP,
            })
            .await?;
        let mut last = None;
        for item in page.items {
            let (key, row) = Row::read(item)?;
            // A contract is listed by the row of its first annuity, and by each choice that made the sale this partner's.
            if let RowKey::Slot(SlotKey::Annuity(contract_id, Term::FIRST))
            | RowKey::Choice(SlotKey::Annuity(contract_id, Term::FIRST), _) = key
            {
                self.adjust(contract_id, origin).await?;
            }
            last = row.index_key();
        }
        Ok(last.filter(|_| page.more))
    }
}
