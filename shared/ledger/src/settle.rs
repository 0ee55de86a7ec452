//! The slow path: a fact that displaces others, waits for others, is waited for, contradicts, or is there already.
//!
//! Whoever adjusts a contract reads its rows first, then its partner, strongly consistent, again for each attempt.

use crate::record::Outcome;
use crate::slots::{Origin, Settled, Slots};
use crate::store::{MAX_WRITES, Store, TransactError, Write};
use crate::{Ledger, LedgerError, keys};
use rules::claims::Added;
use rules::contract::State;
use rules::{ContractId, Fact, Instance, Partner, PartnerId, Term};

/// How often a plan is made anew because others changed what it was made from.
const ATTEMPTS: u32 = 12;

impl<S: Store> Ledger<S> {
    /// Takes a fact in, whatever is there already, and appends what it changes.
    pub(crate) async fn settle(&self, fact: &Fact, origin: Origin<'_>) -> Result<Outcome, LedgerError> {
        let (contract_id, term) = (fact.contract_id(), fact.term());
        for attempt in 0..ATTEMPTS {
            let mut slots = self.slots(keys::contract_partition(contract_id)).await?;
            let added = slots.place(fact, origin);
            if added == Added::Duplicate {
                self.finish(contract_id, term, origin).await?;
                return Ok(Outcome::Duplicate);
            }
            let plan = self.plan(slots, fact, origin).await?;
            match self.store.transact(plan.writes).await {
                Ok(()) if plan.complete => return Ok(outcome(added, plan.state)),
                Ok(()) => {
                    self.finish(contract_id, term, origin).await?;
                    return Ok(outcome(added, plan.state));
                }
                Err(TransactError::Conflict) => self.store.back_off(attempt).await,
                Err(TransactError::Failed(error)) => return Err(error.into()),
            }
        }
        Err(LedgerError::Contended { what: keys::contract_partition(contract_id), attempts: ATTEMPTS })
    }

    /// One transaction: the fact, the partner if the fact changes it, the entries due, and a bump of every sale that
    /// the fact displaces, whether its amount changes or not. What does not fit is left to do.
    async fn plan(&self, mut slots: Slots, fact: &Fact, origin: Origin<'_>) -> Result<Plan, LedgerError> {
        let (contract_id, term) = (fact.contract_id(), fact.term());
        let contract = slots.contract();
        let Some(sale) = contract.sale() else {
            if matches!(fact, Fact::Renewal(_)) {
                slots.touch(contract_id, Term::FIRST, origin);
            }
            let state = contract.state(term, &Partner::default());
            return Ok(Plan { writes: slots.writes()?, complete: true, state });
        };
        let mut head = self.head(&sale.partner_id).await?;
        let displaced = head.partner.add(sale);
        let writes_head = displaced.is_some() || sale.instance == Instance::Partner;
        let mut others = Vec::new();
        for place in displaced.into_iter().flatten() {
            let mut other = self.slots(keys::contract_partition(&place.contract_id)).await?;
            other.touch(&place.contract_id, Term::FIRST, origin);
            others.push((place.contract_id, other));
        }
        let reserved = usize::from(writes_head) + others.iter().map(|(_, other)| other.write_count()).sum::<usize>();
        let mut room = MAX_WRITES.saturating_sub(reserved);
        let mut todo = Vec::new();
        if slots.settle(&head.partner, origin, room)? == Settled::InPart {
            todo.push(contract_id.clone());
        }
        room = room.saturating_sub(slots.write_count());
        for (id, other) in &mut others {
            let touched = other.write_count();
            if other.settle(&head.partner, origin, room + touched)? == Settled::InPart {
                todo.push(id.clone());
            }
            room = room.saturating_sub(other.write_count() - touched);
        }
        let complete = todo.is_empty();
        if !complete {
            todo.extend(slots.todo(contract_id, term));
            slots.set_todo(contract_id, term, todo);
        }
        let state = contract.state(term, &head.partner);
        let mut writes = slots.writes()?;
        if writes_head {
            writes.push(head.write()?);
        }
        for (_, other) in &others {
            writes.extend(other.writes()?);
        }
        Ok(Plan { writes, complete, state })
    }

    /// Does what a fact left to do, then says so in its slot. Safe to repeat, and to be done by several at once.
    async fn finish(&self, contract_id: &ContractId, term: Term, origin: Origin<'_>) -> Result<(), LedgerError> {
        for attempt in 0..ATTEMPTS {
            let todo = self.slots(keys::contract_partition(contract_id)).await?.todo(contract_id, term);
            for id in &todo {
                self.adjust(&Account::Contract(id.clone()), origin).await?;
            }
            if todo.is_empty() {
                return Ok(());
            }
            let mut slots = self.slots(keys::contract_partition(contract_id)).await?;
            let left = slots.todo(contract_id, term).into_iter().filter(|id| !todo.contains(id)).collect();
            slots.set_todo(contract_id, term, left);
            match self.store.transact(slots.writes()?).await {
                Ok(()) => {}
                Err(TransactError::Conflict) => self.store.back_off(attempt).await,
                Err(TransactError::Failed(error)) => return Err(error.into()),
            }
        }
        Err(LedgerError::Contended { what: keys::contract_partition(contract_id), attempts: ATTEMPTS })
    }

    /// Brings every line of an account to what it is now, in as many transactions as it takes.
    pub(crate) async fn adjust(&self, account: &Account, origin: Origin<'_>) -> Result<(), LedgerError> {
        let mut attempt = 0;
        while attempt < ATTEMPTS {
            let mut slots = self.slots(account.partition()).await?;
            let (partner_id, writes_head) = match account {
                Account::EntryFees(partner_id) => (partner_id.clone(), false),
                Account::Contract(_) => match slots.contract().sale() {
                    Some(sale) => (sale.partner_id.clone(), sale.instance == Instance::Partner),
                    None => return Ok(()),
                },
            };
            let head = self.head(&partner_id).await?;
            let settled = match account {
                Account::EntryFees(_) => slots.settle_fees(&partner_id, &head.partner, origin, MAX_WRITES)?,
                Account::Contract(_) => slots.settle(&head.partner, origin, MAX_WRITES - usize::from(writes_head))?,
            };
            let mut writes = slots.writes()?;
            if writes.is_empty() {
                return Ok(());
            }
            if writes_head {
                writes.push(head.write()?);
            }
            match (self.store.transact(writes).await, settled) {
                (Ok(()), Settled::Completely) => return Ok(()),
                (Ok(()), Settled::InPart) => attempt = 0,
                (Err(TransactError::Conflict), _) => {
                    self.store.back_off(attempt).await;
                    attempt += 1;
                }
                (Err(TransactError::Failed(error)), _) => return Err(error.into()),
            }
        }
        Err(LedgerError::Contended { what: account.partition(), attempts: ATTEMPTS })
    }

    /// The rows of a partition; read again while half a transaction shows.
    pub(crate) async fn slots(&self, partition: String) -> Result<Slots, LedgerError> {
        for attempt in 0..ATTEMPTS {
            if let Ok(slots) = Slots::read(self.store.partition(partition.clone()).await?)? {
                return Ok(slots);
            }
            self.store.back_off(attempt).await;
        }
        Err(LedgerError::Contended { what: partition, attempts: ATTEMPTS })
    }
}

/// What has lines of its own in a partition of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Account {
    /// The annuities and credit notes of a contract.
    Contract(ContractId),
    /// The entry fees of a partner.
    EntryFees(PartnerId),
}

impl Account {
    fn partition(&self) -> String {
        match self {
            Account::Contract(id) => keys::contract_partition(id),
            Account::EntryFees(id) => keys::fees_partition(id),
        }
    }
}

struct Plan {
    writes: Vec<Write>,
    complete: bool,
    state: State,
}

fn outcome(added: Added, state: State) -> Outcome {
    match (added, state) {
        (Added::Contradiction, _) => Outcome::Contradiction,
        (Added::Duplicate, _) => Outcome::Duplicate,
        (Added::First, State::Pending(pending)) => Outcome::Pending(pending),
        (Added::First, State::Void) => Outcome::Void,
        (Added::First, State::Decided(_)) => Outcome::Decided,
    }
}
