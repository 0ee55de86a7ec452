//! The way in for events. In the steady state a sale or a renewal costs one insert and nothing shared is written: its
//! rank can only grow, so *not among the earliest* needs no lock, no counter and no second look.

use crate::bookings::{Announce, Booking};
use crate::keys::{self, RowKey};
use crate::recorded::{EventId, Origin, Trigger};
use crate::rows::{AggregateState, Row, annuity_of, day_of, first_annuity, fresh_annuity};
use crate::store::{Consistency, InsertResult, Store};
use crate::{Ledger, LedgerError, PartnerRecord};
use futures_util::future::join_all;
use jiff::Timestamp;
use rules::contract::{Anomaly, Bound, starts_after_signature};
use rules::decision::{Annuity, Pending, decide};
use rules::entry::entries_due;
use rules::line::annuity_lines;
use rules::rank::RankKey;
use rules::{ContractId, CreditNote, Fact, Instance, PartnerId, Renewal, Sale};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A fact, and the id of the event that reported it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedFact {
    fact: Fact,
    trigger: Trigger,
}

impl ReportedFact {
    /// A fact as an event reported it; an id over 64 bytes is known by its SHA-256 from here on.
    pub fn new(fact: Fact, event_id: &str) -> ReportedFact {
        ReportedFact { fact, trigger: Trigger::Event(EventId::new(event_id)) }
    }

    /// What was said.
    pub fn fact(&self) -> &Fact {
        &self.fact
    }

    /// What it is recorded by.
    pub fn trigger(&self) -> &Trigger {
        &self.trigger
    }

    fn origin(&self, at: Timestamp) -> Origin<'_> {
        Origin { at, because: &self.trigger }
    }
}

/// What became of a fact. All of it is durable, but for what is too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is decided, and its line booked.
    Decided,
    /// It waits for another fact, or for an agreement.
    Pending(Pending),
    /// It was there already.
    Duplicate,
    /// Another fact with its key stands; this one is kept beside it.
    Contradiction,
    /// It can never stand: a renewal that starts no later than its contract was signed.
    Void,
    /// It is one more than is recorded, and so no fact.
    TooMany(Bound),
}

impl Outcome {
    /// The name in logs: `pending-no-agreement`.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Decided => "decided",
            Outcome::Pending(pending) => Anomaly::Pending(pending).as_str(),
            Outcome::Duplicate => "duplicate",
            Outcome::Contradiction => "contradiction",
            Outcome::Void => "void",
            Outcome::TooMany(bound) => bound.as_str(),
        }
    }
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// Takes a batch in; one answer for each, in their order. One that failed was not lost half-way: the same event
    /// again does the rest.
    pub async fn record(&self, batch: &[ReportedFact], now: Timestamp) -> Vec<Result<Outcome, LedgerError>> {
        let mut results = self.insert_steady(batch, now).await;
        let mut groups: BTreeMap<String, Vec<(usize, &ReportedFact)>> = BTreeMap::new();
        for (i, reported) in batch.iter().enumerate().filter(|(i, _)| !results.contains_key(i)) {
            groups.entry(contended(&reported.fact)).or_default().push((i, reported));
        }
        // One after the other where they would only conflict, side by side otherwise.
        let applied = join_all(groups.into_values().map(async |group| {
            let mut results = Vec::with_capacity(group.len());
            for (i, reported) in group {
                results.push((i, self.apply(&reported.fact, reported.origin(now)).await));
            }
            results
        }));
        results.extend(applied.await.into_iter().flatten());
        results.into_values().collect()
    }

    /// Inserts, in one request, what needs nothing but an insert. What is not in the answer takes the slow path.
    async fn insert_steady(
        &self,
        batch: &[ReportedFact],
        now: Timestamp,
    ) -> BTreeMap<usize, Result<Outcome, LedgerError>> {
        // A batch whose facts could not even be read is read again one by one, and fails one by one.
        let Ok(known) = self.read_context(batch).await else { return BTreeMap::new() };
        let mut keys = BTreeSet::new();
        let (mut planned, mut new) = (Vec::new(), Vec::new());
        for (i, reported) in batch.iter().enumerate() {
            if let Some((row, state, outcome)) = known.steady(&reported.fact, reported.origin(now))
                && let Ok(item) = row.item(Some(&state))
                && keys.insert(row.table_key())
            {
                planned.push((i, outcome));
                new.push((item, row.entry().map(Booking::from)));
            }
        }
        if planned.is_empty() {
            return BTreeMap::new();
        }
        let inserted = self.insert(new).await;
        let results = planned.into_iter().zip(inserted).filter_map(|((i, outcome), inserted)| match inserted {
            InsertResult::Done => Some((i, Ok(outcome))),
            InsertResult::Exists => None,
            InsertResult::Failed(error) => Some((i, Err(error.into()))),
        });
        results.collect()
    }

    /// What the steady path needs to know. It may be stale: a sale never becomes one of the earliest later on, and
    /// agreements are looked at once more by whoever changes them.
    async fn read_context(&self, batch: &[ReportedFact]) -> Result<BatchContext, LedgerError> {
        let renewed: BTreeSet<&ContractId> = batch
            .iter()
            .filter_map(|reported| match &reported.fact {
                Fact::Renewal(renewal) => Some(&renewal.contract_id),
                Fact::Sale(_) | Fact::CreditNote(_) => None,
            })
            .collect();
        let sales = self.first_annuities(renewed).await?;
        let sellers = batch.iter().filter_map(|reported| match &reported.fact {
            Fact::Sale(sale) => Some(&sale.partner_id),
            Fact::Renewal(_) | Fact::CreditNote(_) => None,
        });
        let partners: BTreeSet<&PartnerId> = sellers.chain(sales.values().map(|sale| &sale.partner_id)).collect();
        let partner_records = self.readable_heads(partners.into_iter().cloned().collect()).await?;
        Ok(BatchContext { sales, partner_records })
    }

    /// The sales of contracts that have one, and about which nobody has chosen anything.
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
            // What cannot be read is looked at again, alone, on the slow path.
            let Ok((row, Some(state))) = Row::recorded(Arc::new(item)) else { continue };
            if let Some(Fact::Sale(sale)) = row.fact().filter(|_| !state.chosen) {
                sales.insert(sale.contract_id.clone(), sale);
            }
        }
        Ok(sales)
    }
}

/// What was read for a batch.
struct BatchContext {
    sales: BTreeMap<ContractId, Sale>,
    partner_records: BTreeMap<PartnerId, PartnerRecord>,
}

impl BatchContext {
    /// The one row a fact needs in the steady state; none if it is not that simple.
    fn steady(&self, fact: &Fact, origin: Origin<'_>) -> Option<(Row, AggregateState, Outcome)> {
        let (sale, fee) = match fact {
            Fact::Sale(sale) => (sale, sale.annual_fee),
            Fact::Renewal(renewal) => {
                let sale = self.sales.get(&renewal.contract_id).filter(|sale| starts_after_signature(renewal, sale))?;
                (sale, renewal.annual_fee)
            }
            Fact::CreditNote(_) => return None,
        };
        let record = self.partner_records.get(&sale.partner_id)?;
        let is_sale = matches!(fact, Fact::Sale(_));
        if sale.instance == Instance::Partner || (is_sale && record.partner.sales.admits(&RankKey::from(sale))) {
            return None;
        }
        let id = annuity_of(fact);
        let annuity = Annuity { sale, term: id.term, starts_on: day_of(fact) };
        let (entry, outcome) = match decide(annuity, &record.partner) {
            Ok(decision) => {
                let lines = annuity_lines(&sale.partner_id, id, (day_of(fact), fee), &decision, []);
                (entries_due(lines.first(), &[]).ok()?.pop(), Outcome::Decided)
            }
            Err(pending) => (None, Outcome::Pending(pending)),
        };
        let (row, state) = fresh_annuity(fact, sale, entry, origin);
        Some((row, state, outcome))
    }
}

/// Facts with the same answer would only conflict with each other: early sales of one partner, facts of one contract.
fn contended(fact: &Fact) -> String {
    match fact {
        Fact::Sale(sale) => keys::partner_partition(&sale.partner_id),
        Fact::Renewal(Renewal { contract_id, .. }) | Fact::CreditNote(CreditNote { contract_id, .. }) => {
            keys::contract_partition(contract_id)
        }
    }
}
