//! Bringing contracts and entry fees up to date: each attempt reads them again, and plans what is due.

use crate::aggregates::{Aggregates, Posted};
use crate::apply::{ATTEMPTS, Plan, contended, trigger_in_pass};
use crate::bookings::Announce;
use crate::recorded::Origin;
use crate::store::{Store, TransactError};
use crate::{Ledger, LedgerError, keys};
use rules::{ContractId, PartnerId};

impl<S: Store, A: Announce> Ledger<S, A> {
    /// Brings every line of a contract up to date, in as many transactions as needed; also the contracts that its sale
    /// displaces, if it is among the earliest of its partner. An unreadable contract is skipped, and is the error at
    /// the end. Gives the aggregates of the contract as they are then.
    pub(crate) async fn adjust(&self, asked: ContractId, origin: Origin<'_>) -> Result<Aggregates, LedgerError> {
        self.adjust_in(None, asked, origin).await
    }

    /// The same in a pass of a partner.
    pub(crate) async fn adjust_in(
        &self,
        pass: Option<&PartnerId>,
        asked: ContractId,
        origin: Origin<'_>,
    ) -> Result<Aggregates, LedgerError> {
        let mut to_do = vec![asked.clone()];
        let (mut attempt, mut failed, mut adjusted) = (0, None, Aggregates::default());
        while let Some(contract_id) = to_do.last().cloned() {
            let plan = match self.plan_again(pass, &contract_id, origin).await {
                Ok(plan) => plan,
                Err(error) if error.is_contained() => {
                    failed = Some(error);
                    to_do.pop();
                    continue;
                }
                Err(error) => return Err(error),
            };
            if !plan.changes_aggregates() {
                to_do.pop();
                if contract_id == asked {
                    adjusted = plan.aggregates;
                }
                continue;
            }
            match self.transact(plan.writes()?).await {
                Ok(()) => {
                    attempt = 0;
                    if contract_id == asked {
                        adjusted = plan.aggregates;
                    }
                    if !plan.left.contains(&contract_id) {
                        to_do.pop();
                    }
                    to_do.extend(plan.left.into_iter().filter(|id| *id != contract_id));
                }
                Err(TransactError::Conflict) if attempt < ATTEMPTS => {
                    self.store.back_off(attempt).await;
                    attempt += 1;
                }
                Err(TransactError::Conflict) => return Err(contended(keys::contract_partition(&contract_id))),
                Err(TransactError::Failed(error)) => return Err(error.into()),
            }
        }
        failed.map_or(Ok(adjusted), Err)
    }

    async fn plan_again(
        &self,
        pass: Option<&PartnerId>,
        contract_id: &ContractId,
        origin: Origin<'_>,
    ) -> Result<Plan, LedgerError> {
        let aggregates = self.whole_aggregates(keys::contract_partition(contract_id)).await?;
        let sale = aggregates.contract().sale().cloned();
        self.plan(aggregates, sale.as_ref(), contract_id, (pass, origin)).await
    }

    /// Brings every entry fee of a partner up to date, and gives their aggregates as they are then.
    pub(crate) async fn adjust_entry_fees(
        &self,
        partner_id: &PartnerId,
        origin: Origin<'_>,
    ) -> Result<Aggregates, LedgerError> {
        let mut attempt = 0;
        while attempt < ATTEMPTS {
            let mut aggregates = self.whole_aggregates(keys::fees_partition(partner_id)).await?;
            let record = self.partner_record_of(partner_id, &aggregates).await?;
            let because = trigger_in_pass(partner_id, &record, origin.because);
            let origin = Origin { because: &because, ..origin };
            let posted = aggregates.post_fees_due(partner_id, record.known()?, origin, self.store.max_writes())?;
            let writes = aggregates.writes()?;
            if writes.is_empty() {
                return Ok(aggregates);
            }
            match (self.transact(writes).await, posted) {
                (Ok(()), Posted::Completely) => return Ok(aggregates),
                (Ok(()), Posted::InPart) => attempt = 0,
                (Err(TransactError::Conflict), _) => {
                    self.store.back_off(attempt).await;
                    attempt += 1;
                }
                (Err(TransactError::Failed(error)), _) => return Err(error.into()),
            }
        }
        Err(contended(keys::fees_partition(partner_id)))
    }
}
