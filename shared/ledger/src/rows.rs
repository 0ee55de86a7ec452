//! The rows of an aggregate: its own row, and the rows appended to it. Each kind of row has only its own fields.

use crate::keys::{self, AggregateKey, RowKey};
use crate::recorded::{LedgerEntry, Origin, Trigger};
use crate::store::{Item, Key};
use jiff::Timestamp;
use rules::claims::Source;
use rules::contract::Key as Claimed;
use rules::day::day_of as day_of_recording;
use rules::plausible::is_implausible_beside;
use rules::{Adjustment, AdjustmentId, AnnuityId, CustomerName, Day, Entry, Fact, PartnerId, Sale, Subject, Term};
use std::sync::Arc;

pub(crate) use crate::item::text;

/// One row of an aggregate.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) aggregate: AggregateKey,
    pub(crate) content: Content,
    pub(crate) recorded_at: Timestamp,
    /// The trigger; none: read from an index, which does not include it.
    pub(crate) because: Option<Trigger>,
    /// Its key in the index by partner.
    pub(crate) place: Option<(String, String)>,
    /// The name of the client that came with the row's fact.
    pub(crate) customer_name: Option<CustomerName>,
    /// The source of the row's fact; of a choice, the manager, if it chose a claim by stating it.
    pub(crate) source: Source,
    /// The item as stored; none: new.
    pub(crate) stored: Option<Arc<Item>>,
}

/// The content of a row, by kind. `n` is unique within the aggregate.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// The aggregate's own fact with its first entry. Neither: a placeholder for an awaited fact. An entry fee has the
    /// entry alone.
    Own { fact: Option<Fact>, entry: Option<Entry> },
    /// A later entry of the aggregate's own line.
    Entry { n: u32, entry: Entry },
    /// A supplement or a credit note with its first entry.
    Adjustment { adjustment: Adjustment, entry: Option<Entry> },
    /// A later entry of its line.
    AdjustmentEntry { id: AdjustmentId, n: u32, entry: Entry },
    /// A contradicting claim, or the contract's end.
    Claim { n: u32, fact: Fact },
    /// A choice of the effective claim.
    Choice { n: u32, chosen: ChosenClaim },
    /// The mark that a sale left its partner.
    SaleMoved { n: u32 },
    /// An anomaly that a manager set aside.
    SetAside { n: u32, set_aside: AnomalySetAside },
}

/// An anomaly of an annuity that a manager set aside, as it was then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AnomalySetAside {
    /// The anomaly's name.
    pub(crate) anomaly: String,
    /// The digest of the facts that showed it.
    pub(crate) digest: String,
    /// The reason stated.
    pub(crate) why: String,
}

/// The content of a choice.
#[derive(Debug, Clone)]
pub(crate) struct ChosenClaim {
    /// The key that it concerns.
    pub(crate) about: Claimed,
    /// The effective claim; none: no claim is effective.
    pub(crate) claim: Option<Fact>,
    /// The reason stated; none: read from an index, which does not include it.
    pub(crate) why: Option<String>,
}

/// The state of an aggregate, stored in its own row.
#[derive(Debug, Clone, Default)]
pub(crate) struct AggregateState {
    /// The revision, raised by every write; every write is conditional on it.
    pub(crate) revision: u64,
    /// The number of rows appended. If the row count differs from it, the read was torn: retry.
    pub(crate) appended: u32,
    /// The contracts whose lines a fact of this aggregate still changes.
    pub(crate) todo: Vec<rules::ContractId>,
    /// Whether a choice was made between claims: the aggregate's own fact may not be the effective claim.
    pub(crate) chosen: bool,
    /// The partners that have or had the sale, in a first annuity with a choice of the sale.
    pub(crate) holders: Vec<PartnerId>,
    /// Its key in the attention list, while it is listed.
    pub(crate) flag: Option<(String, String)>,
}

impl AggregateState {
    /// Whether the aggregate is on the attention list, under its own key.
    pub(crate) fn is_flagged(&self, aggregate: &AggregateKey) -> bool {
        let own = RowKey::Aggregate(aggregate.clone()).key();
        let place = self.flag.as_ref();
        place.is_some_and(|(list, at)| list == keys::ATTENTION && keys::is_attention_sort_key(at, &own))
    }

    /// Puts the aggregate on the attention list since `at`, or removes it.
    pub(crate) fn flag(&mut self, aggregate: &AggregateKey, needs_a_person: bool, at: Timestamp) {
        let own = || RowKey::Aggregate(aggregate.clone()).key();
        self.flag = needs_a_person.then(|| (keys::ATTENTION.to_owned(), keys::attention_sort_key(at, &own())));
    }
}

impl Row {
    /// A new row. A row with an entry is listed where the entry is booked.
    pub(crate) fn new(aggregate: AggregateKey, content: Content, origin: Origin<'_>) -> Row {
        let because = Some(origin.because.clone());
        let (place, customer_name, source, stored) = (None, None, Source::default(), None);
        let mut row = Row { aggregate, content, recorded_at: origin.at, because, place, customer_name, source, stored };
        row.list_entry();
        row
    }

    pub(crate) fn key(&self) -> RowKey {
        let aggregate = self.aggregate.clone();
        match &self.content {
            Content::Own { .. } => RowKey::Aggregate(aggregate),
            Content::Entry { n, .. } => RowKey::Entry(aggregate, *n),
            Content::Adjustment { adjustment, .. } => RowKey::Adjustment(aggregate, adjustment.id.clone()),
            Content::AdjustmentEntry { id, n, .. } => RowKey::AdjustmentEntry(aggregate, id.clone(), *n),
            Content::Claim { n, .. } => RowKey::Claim(aggregate, *n),
            Content::Choice { n, .. } => RowKey::Choice(aggregate, *n),
            Content::SaleMoved { n } => RowKey::SaleMoved(aggregate, *n),
            Content::SetAside { n, .. } => RowKey::SetAside(aggregate, *n),
        }
    }

    pub(crate) fn table_key(&self) -> Key {
        self.key().key()
    }

    /// The number of an appended row, in the order written; 0 for the aggregate's own row and for credit notes.
    pub(crate) fn n(&self) -> u32 {
        match &self.content {
            Content::Own { .. } | Content::Adjustment { .. } => 0,
            Content::Entry { n, .. }
            | Content::AdjustmentEntry { n, .. }
            | Content::Claim { n, .. }
            | Content::Choice { n, .. }
            | Content::SaleMoved { n }
            | Content::SetAside { n, .. } => *n,
        }
    }

    /// The fact in the row, either claimed or chosen.
    pub(crate) fn fact(&self) -> Option<Fact> {
        match &self.content {
            Content::Own { fact, .. } => fact.clone(),
            Content::Adjustment { adjustment, .. } => Some(Fact::Adjustment(adjustment.clone())),
            Content::Claim { fact, .. } => Some(fact.clone()),
            Content::Choice { chosen, .. } => chosen.claim.clone(),
            Content::Entry { .. }
            | Content::AdjustmentEntry { .. }
            | Content::SaleMoved { .. }
            | Content::SetAside { .. } => None,
        }
    }

    /// Looks for this fact among what was claimed in the row; a choice is no claim.
    pub(crate) fn claims(&self, fact: &Fact) -> bool {
        match &self.content {
            Content::Own { fact: claimed, .. } => claimed.as_ref() == Some(fact),
            Content::Claim { fact: claimed, .. } => claimed == fact,
            Content::Adjustment { adjustment, .. } => fact.adjustment() == Some(adjustment),
            Content::Entry { .. }
            | Content::AdjustmentEntry { .. }
            | Content::Choice { .. }
            | Content::SaleMoved { .. }
            | Content::SetAside { .. } => false,
        }
    }

    /// Whether the row's fact is effective unless a manager chooses another.
    pub(crate) fn is_own_fact(&self) -> bool {
        match &self.content {
            Content::Own { .. } | Content::Adjustment { .. } => true,
            Content::Entry { .. }
            | Content::AdjustmentEntry { .. }
            | Content::Claim { .. }
            | Content::Choice { .. }
            | Content::SaleMoved { .. }
            | Content::SetAside { .. } => false,
        }
    }

    /// The anomaly that was set aside in the row.
    pub(crate) fn set_aside(&self) -> Option<&AnomalySetAside> {
        match &self.content {
            Content::SetAside { n: _, set_aside } => Some(set_aside),
            Content::Own { .. }
            | Content::Entry { .. }
            | Content::Adjustment { .. }
            | Content::AdjustmentEntry { .. }
            | Content::Claim { .. }
            | Content::Choice { .. }
            | Content::SaleMoved { .. } => None,
        }
    }

    /// The entry in the row.
    pub(crate) fn entry(&self) -> Option<&Entry> {
        match &self.content {
            Content::Own { entry, .. } | Content::Adjustment { entry, .. } => entry.as_ref(),
            Content::Entry { entry, .. } | Content::AdjustmentEntry { entry, .. } => Some(entry),
            Content::Claim { .. } | Content::Choice { .. } | Content::SaleMoved { .. } | Content::SetAside { .. } => {
                None
            }
        }
    }

    /// The entry in the row, with time and trigger.
    pub(crate) fn recorded_entry(&self) -> Option<LedgerEntry> {
        let entry = self.entry()?.clone();
        Some(LedgerEntry { entry, recorded_at: self.recorded_at, because: self.because.clone() })
    }

    /// Adds the first entry of a fact to the fact's row, and lists the row where the entry is booked. `false`: the row
    /// cannot hold one.
    pub(crate) fn put_first_entry(&mut self, first: &Entry) -> bool {
        let free = match &mut self.content {
            Content::Own { entry, .. } | Content::Adjustment { entry, .. } if entry.is_none() => entry,
            Content::Own { .. }
            | Content::Adjustment { .. }
            | Content::Entry { .. }
            | Content::AdjustmentEntry { .. }
            | Content::Claim { .. }
            | Content::Choice { .. }
            | Content::SaleMoved { .. }
            | Content::SetAside { .. } => return false,
        };
        *free = Some(first.clone());
        self.list_entry();
        true
    }

    fn list_entry(&mut self) {
        let place = self.entry().map(|entry| place(&self.key(), &entry.posting.partner_id, entry.posting.booked_on));
        self.place = place.or_else(|| self.place.take());
    }

    /// Lists the row under a partner and a day.
    pub(crate) fn list_under(&mut self, partner: &PartnerId, day: Day) {
        self.place = Some(place(&self.key(), partner, day));
    }

    /// The partner that the row is listed under.
    pub(crate) fn partner(&self) -> Option<PartnerId> {
        keys::partner_of(&self.place.as_ref()?.0)
    }
}

/// The key of a row in the index by partner.
pub(crate) fn place(key: &RowKey, partner_id: &PartnerId, day: Day) -> (String, String) {
    (keys::partner_partition(partner_id), key.index_sort_key(day))
}

/// The annuity of a fact that arrives after all it needs: fact, decision and first entry in one new row, and the state
/// of its aggregate. It needs attention without an entry, since it is pending then, or if it is implausible beside the
/// sale.
pub(crate) fn fresh_annuity(
    fact: &Fact,
    sale: &Sale,
    entry: Option<Entry>,
    origin: Origin<'_>,
) -> (Row, AggregateState) {
    let aggregate = AggregateKey::Annuity(annuity_of(fact));
    let mut state = AggregateState { revision: 1, ..AggregateState::default() };
    let needs_a_person = entry.is_none() || is_implausible_beside(sale, fact, day_of_recording(origin.at));
    state.flag(&aggregate, needs_a_person, origin.at);
    let mut row = Row::new(aggregate, Content::Own { fact: Some(fact.clone()), entry }, origin);
    if row.place.is_none() {
        row.list_under(&sale.partner_id, day_of(fact));
    }
    (row, state)
}

/// The annuity of a fact.
pub(crate) fn annuity_of(fact: &Fact) -> AnnuityId {
    let Subject::Annuity(contract_id, term) = fact.subject();
    AnnuityId { contract_id: contract_id.clone(), term }
}

/// The first annuity of a contract.
pub(crate) fn first_annuity(contract_id: &rules::ContractId) -> AnnuityId {
    AnnuityId { contract_id: contract_id.clone(), term: Term::FIRST }
}

/// The day a fact is booked on.
pub(crate) fn day_of(fact: &Fact) -> Day {
    match fact {
        Fact::Sale(sale) => sale.signed_on,
        Fact::Renewal(renewal) => renewal.starts_on,
        Fact::Adjustment(adjustment) => adjustment.issued_on,
        Fact::ContractEnd(end) => end.ended_on,
    }
}
