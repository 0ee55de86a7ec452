//! The steady path for events: a sale or a renewal costs one insert and writes no shared item. A rank can only grow, so
//! *not among the earliest* needs no lock, no counter and no second check.

use crate::bookings::{Announce, Booking};
use crate::keys::{self, RowKey};
use crate::partner_month::PartnerMonth;
use crate::recorded::{EventId, Origin, Trigger};
use crate::rows::{AggregateState, Row, annuity_of, day_of, first_annuity, fresh_annuity};
use crate::store::{Consistency, InsertResult, Store};
use crate::{Ledger, LedgerError};
use futures_util::future::join_all;
use jiff::Timestamp;
use rules::claims::ClaimResult;
use rules::contract::{Bound, State, starts_after_signature};
use rules::decision::{Annuity, Pending, decide};
use rules::entry::entries_due;
use rules::line::annuity_lines;
use rules::sorted::Sorted;
use rules::{Anomaly, ContractId, CustomerName, Fact, Instance, Partner, PartnerId, Sale, Subject};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A fact, and the id of the event that reported it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedFact {
    fact: Fact,
    trigger: Trigger,
    customer_name: Option<CustomerName>,
}

impl ReportedFact {
    /// A fact with its event id; an id over 64 bytes is replaced by its SHA-256.
    pub fn new(fact: Fact, event_id: &str) -> ReportedFact {
        ReportedFact { fact, trigger: Trigger::Event(EventId::new(event_id)), customer_name: None }
    }

    /// A fact as it is on record.
    pub(crate) fn recorded(fact: Fact, trigger: Trigger, customer_name: Option<CustomerName>) -> ReportedFact {
        ReportedFact { fact, trigger, customer_name }
    }

    /// The same fact with a name of the client, which is recorded beside it if it is a new claim.
    #[must_use]
    pub fn with_customer_name(self, customer_name: Option<CustomerName>) -> ReportedFact {
        ReportedFact { customer_name, ..self }
    }

    pub(crate) fn customer_name(&self) -> Option<&CustomerName> {
        self.customer_name.as_ref()
    }

    pub fn fact(&self) -> &Fact {
        &self.fact
    }

    /// The trigger under which it is recorded.
    pub fn trigger(&self) -> &Trigger {
        &self.trigger
    }

    pub(crate) fn origin(&self, at: Timestamp) -> Origin<'_> {
        Origin { at, because: &self.trigger }
    }
}

/// The outcome of a fact. It is durable, except for a fact beyond a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The fact is decided and its line booked.
    Decided,
    /// The fact is pending.
    Pending(Pending),
    /// The fact was recorded before.
    Duplicate,
    /// Another claim of the key is effective; this one is kept beside it.
    Contradiction,
    /// The fact is recorded; it changes no amount: the end of a contract.
    Recorded,
    /// The fact can never be effective: a renewal that starts no later than its contract was signed.
    Void,
    /// The fact exceeds a bound and is not recorded.
    TooMany(Bound),
}

impl Outcome {
    /// The outcome of a fact that was taken in, with the state of its annuity then.
    pub(crate) fn of(fact: &Fact, added: ClaimResult, state: &State) -> Outcome {
        match (added, fact, state) {
            (ClaimResult::Contradiction, _, _) => Outcome::Contradiction,
            (ClaimResult::Duplicate, _, _) => Outcome::Duplicate,
            (ClaimResult::First, Fact::ContractEnd(_), _) => Outcome::Recorded,
            (ClaimResult::First, _, State::Pending(pending)) => Outcome::Pending(*pending),
            (ClaimResult::First, _, State::Void) => Outcome::Void,
            (ClaimResult::First, _, State::Decided(_)) => Outcome::Decided,
        }
    }

    /// The outcome's name in logs: `pending-no-agreement`.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Decided => "decided",
            Outcome::Pending(pending) => Anomaly::Pending(pending).as_str(),
            Outcome::Duplicate => "duplicate",
            Outcome::Contradiction => "contradiction",
            Outcome::Recorded => "recorded",
            Outcome::Void => "void",
            Outcome::TooMany(bound) => bound.as_str(),
        }
    }
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// Records a batch; the results are in the order of the facts. A failed fact is safe to retry: the same event
    /// completes it.
    pub async fn record(&self, batch: &[ReportedFact], now: Timestamp) -> Vec<Result<Outcome, LedgerError>> {
        let mut results = self.insert_steady(batch, now).await;
        let mut groups: BTreeMap<String, Vec<(usize, &ReportedFact)>> = BTreeMap::new();
        for (i, reported) in batch.iter().enumerate().filter(|(i, _)| !results.contains_key(i)) {
            groups.entry(contended(&reported.fact)).or_default().push((i, reported));
        }
        // Facts that would conflict with each other are applied in sequence, the groups concurrently.
        let applied = join_all(groups.into_values().map(async |group| {
            let mut results = Vec::with_capacity(group.len());
            for (i, reported) in group {
                results.push((i, self.apply(reported, now).await));
            }
            results
        }));
        results.extend(applied.await.into_iter().flatten());
        results.into_values().collect()
    }

    /// Inserts, in one request, the facts that need only an insert. Facts without a result take the slow path.
    async fn insert_steady(
        &self,
        batch: &[ReportedFact],
        now: Timestamp,
    ) -> BTreeMap<usize, Result<Outcome, LedgerError>> {
        // If the read for the whole batch fails, each fact is read, and fails, on its own.
        let Ok(known) = self.read_context(batch).await else { return BTreeMap::new() };
        let mut keys = BTreeSet::new();
        let (mut planned, mut new, mut sales) = (Vec::new(), Vec::new(), BTreeSet::new());
        for (i, reported) in batch.iter().enumerate() {
            if let Some((row, state, outcome)) = known.steady(reported, now)
                && let Ok(item) = row.item(Some(&state))
                && keys.insert(row.table_key())
            {
                planned.push((i, outcome));
                new.push((item, row.entry().map(Booking::from)));
                sales.extend(reported.fact.sale().and_then(PartnerMonth::of_sale));
            }
        }
        if planned.is_empty() {
            return BTreeMap::new();
        }
        let inserted = self.insert(new, sales).await;
        let results = planned.into_iter().zip(inserted).filter_map(|((i, outcome), inserted)| match inserted {
            InsertResult::Done => Some((i, Ok(outcome))),
            InsertResult::Exists => None,
            InsertResult::Failed(error) => Some((i, Err(error.into()))),
        });
        results.collect()
    }

    /// Reads the data for the steady path. It may be stale: a sale never becomes one of the earliest later on, and a
    /// change of agreements is followed by restatement passes.
    async fn read_context(&self, batch: &[ReportedFact]) -> Result<BatchContext, LedgerError> {
        let renewals = batch.iter().filter_map(|reported| reported.fact.renewal());
        let renewed: BTreeSet<&ContractId> = renewals.map(|renewal| &renewal.contract_id).to_set();
        let sales = self.first_annuities(renewed).await?;
        let sellers = batch.iter().filter_map(|reported| Some(&reported.fact.sale()?.partner_id));
        let partners: BTreeSet<&PartnerId> = sellers.chain(sales.values().map(|sale| &sale.partner_id)).to_set();
        let partners = self.readable_partners(partners.into_iter().cloned().collect()).await?;
        Ok(BatchContext { sales, partners })
    }

    /// The sales of contracts that have one, and no choice about it.
    async fn first_annuities(
        &self,
        contracts: BTreeSet<&ContractId>,
    ) -> Result<BTreeMap<ContractId, Sale>, LedgerError> {
        if contracts.is_empty() {
            return Ok(BTreeMap::new());
        }
        let keys = contracts.into_iter().map(|id| RowKey::from(first_annuity(id)).key()).collect();
        let mut sales = BTreeMap::new();
        for item in self.store.get(keys, Consistency::Eventual).await? {
            // An unreadable item is read again, alone, on the slow path.
            let Ok((row, Some(state))) = Row::recorded(Arc::new(item)) else { continue };
            if let Some(Fact::Sale(sale)) = row.fact().filter(|_| !state.chosen) {
                sales.insert(sale.contract_id.clone(), sale);
            }
        }
        Ok(sales)
    }
}

/// The data read for a batch.
struct BatchContext {
    sales: BTreeMap<ContractId, Sale>,
    partners: BTreeMap<PartnerId, Partner>,
}

impl BatchContext {
    /// The only row of a fact on the steady path; none if the fact needs the slow path.
    fn steady(&self, reported: &ReportedFact, now: Timestamp) -> Option<(Row, AggregateState, Outcome)> {
        let fact = &reported.fact;
        let (sale, fee) = match fact {
            Fact::Sale(sale) => (sale, sale.annual_fee),
            Fact::Renewal(renewal) => {
                let sale = self.sales.get(&renewal.contract_id).filter(|sale| starts_after_signature(renewal, sale))?;
                (sale, renewal.annual_fee)
            }
            Fact::Adjustment(_) | Fact::ContractEnd(_) => return None,
        };
        let partner = self.partners.get(&sale.partner_id)?;
        let is_sale = matches!(fact, Fact::Sale(_));
        if sale.instance == Instance::Partner || (is_sale && partner.admits(sale)) {
            return None;
        }
        let id = annuity_of(fact);
        let annuity = Annuity { sale, term: id.term, starts_on: day_of(fact) };
        let (entry, outcome) = match decide(annuity, partner) {
            Ok(decision) => {
                let lines = annuity_lines(&sale.partner_id, id, (day_of(fact), fee), &decision, []);
                (entries_due(lines.first(), &[]).ok()?.pop(), Outcome::Decided)
            }
            Err(pending) => (None, Outcome::Pending(pending)),
        };
        let (mut row, state) = fresh_annuity(fact, sale, entry, reported.origin(now));
        row.customer_name.clone_from(&reported.customer_name);
        Some((row, state, outcome))
    }
}

/// The conflict group of a fact: early sales of one partner, or facts of one contract, would only conflict with each
/// other.
fn contended(fact: &Fact) -> String {
    let Subject::Annuity(contract_id, _) = fact.subject();
    fact.sale().map_or_else(|| keys::contract_partition(contract_id), |sale| keys::partner_partition(&sale.partner_id))
}
