//! The anomalies of an annuity as its contract is now, and those that a manager set aside (RULEBOOK §5): a row of the
//! annuity, which holds for the facts that showed the anomaly then. If other facts show it, it is back on the attention
//! list.

use crate::aggregate::Aggregate;
use crate::aggregates::Aggregates;
use crate::keys::AggregateKey;
use crate::recorded::Origin;
use crate::rows::{AnomalySetAside, Content, annuity_of};
use crate::set_aside::Outcome;
use crate::stored_fact::digest;
use jiff::Timestamp;
use jiff::civil::Date;
use rules::anomaly::anomalies;
use rules::day::day_of;
use rules::{AnnuityId, Anomaly, Contract, Fact, Partner, Term};

/// An anomaly of an annuity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundAnomaly {
    pub anomaly: Anomaly,
    /// The facts that show it.
    pub facts: Vec<Fact>,
    /// A digest of these facts, by which a manager says what was seen.
    pub digest: String,
    /// The reason and the time of setting it aside; none: it was not, or for other facts.
    pub set_aside: Option<(String, Timestamp)>,
}

/// The place on the attention list that an annuity should have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attention {
    /// It has no anomaly that is not set aside.
    Nothing,
    /// It has an implausible fact, which the write may not have seen.
    Implausible,
    /// It has another anomaly, which is listed by whoever writes it.
    Listed,
}

impl Aggregates {
    /// The anomalies of an annuity, in the order of their keys.
    pub fn anomalies(&self, contract: &Contract, term: Term, partner: &Partner) -> Vec<FoundAnomaly> {
        let Some(aggregate) = self.annuity(term) else { return Vec::new() };
        let found = anomalies(contract, term, partner, |fact| self.recorded_on(fact)).into_iter();
        found
            .map(|(anomaly, facts)| {
                let digest = digest(&facts);
                let set_aside = aggregate.set_aside(anomaly, &digest);
                FoundAnomaly { anomaly, facts, digest, set_aside }
            })
            .collect()
    }

    /// The place on the attention list that an aggregate should have.
    pub(crate) fn attention(&self, aggregate: &Aggregate, contract: &Contract, partner: &Partner) -> Attention {
        let AggregateKey::Annuity(AnnuityId { contract_id: _, term }) = aggregate.key else {
            return Attention::Nothing;
        };
        let found = anomalies(contract, term, partner, |fact| self.recorded_on(fact));
        let open = found.iter().filter(|(anomaly, facts)| !aggregate.is_set_aside(**anomaly, facts));
        let open: Vec<Anomaly> = open.map(|(anomaly, _)| *anomaly).collect();
        match open.iter().any(|anomaly| !anomaly.is_implausible()) {
            true => Attention::Listed,
            false if open.is_empty() => Attention::Nothing,
            false => Attention::Implausible,
        }
    }

    /// Sets an anomaly aside, if the same facts still show it.
    pub(crate) fn set_aside(
        &mut self,
        (annuity, anomaly, seen): (&AnnuityId, Anomaly, &str),
        why: &str,
        partner: &Partner,
        origin: Origin<'_>,
    ) -> Outcome {
        let contract = self.contract();
        let present = self.anomalies(&contract, annuity.term, partner).into_iter();
        let Some(found) = present.into_iter().find(|found| found.anomaly == anomaly) else { return Outcome::Already };
        if found.digest != seen {
            return Outcome::Changed;
        }
        match self.by_key.get_mut(&AggregateKey::Annuity(annuity.clone())) {
            Some(aggregate) if found.set_aside.is_none() => {
                let set_aside =
                    AnomalySetAside { anomaly: anomaly.as_str().to_owned(), digest: found.digest, why: why.to_owned() };
                aggregate.append(origin, |n| Content::SetAside { n, set_aside });
                Outcome::Now
            }
            Some(_) | None => Outcome::Already,
        }
    }

    fn annuity(&self, term: Term) -> Option<&Aggregate> {
        let is_it = |key: &AggregateKey| matches!(key, AggregateKey::Annuity(annuity) if annuity.term == term);
        self.by_key.iter().find(|(key, _)| is_it(key)).map(|(_, aggregate)| aggregate)
    }

    /// The vendor's day on which a claim was recorded.
    fn recorded_on(&self, fact: &Fact) -> Option<Date> {
        let aggregate = self.by_key.get(&AggregateKey::Annuity(annuity_of(fact)))?;
        let mut rows = std::iter::once(&aggregate.own).chain(&aggregate.stored).chain(&aggregate.new);
        rows.find(|row| row.claims(fact)).map(|row| day_of(row.recorded_at))
    }
}

impl Aggregate {
    fn is_set_aside(&self, anomaly: Anomaly, facts: &[Fact]) -> bool {
        self.all_set_aside().next().is_some() && self.set_aside(anomaly, &digest(facts)).is_some()
    }

    /// The reason and the time of setting an anomaly aside that these facts showed.
    fn set_aside(&self, anomaly: Anomaly, digest: &str) -> Option<(String, Timestamp)> {
        let mut all = self.all_set_aside();
        let (found, at) = all.find(|(one, _)| one.anomaly == anomaly.as_str() && one.digest == digest)?;
        Some((found.why.clone(), at))
    }

    fn all_set_aside(&self) -> impl Iterator<Item = (&AnomalySetAside, Timestamp)> {
        let rows = self.stored.iter().chain(&self.new);
        rows.filter_map(|row| Some((row.set_aside()?, row.recorded_at)))
    }
}
