//! The items of the accountant's files: everything that is recorded, in any order.

use crate::chart::Chart;
use crate::entry::Party;
use jiff::Timestamp;
use payments::{Amount, Event};
use rules::{Day, PartnerId};
use settlement::document::Document;
use settlement::identity::{Billing, Identity};
use settlement::number::OwnNumber;
use settlement::versions::Versions;
use std::collections::BTreeMap;

/// An event of a partner, with its place in the order recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The partner.
    pub partner_id: PartnerId,
    /// Its place among the events of the partner that were taken: a later event has a larger one.
    pub place: u64,
    /// The event.
    pub event: Event,
}

/// The partners' billing identities, by which they are named.
#[derive(Debug, Clone, Copy)]
pub struct Partners<'a>(pub &'a BTreeMap<PartnerId, Versions<Billing>>);

impl<'a> Partners<'a> {
    /// The identity of a partner on a day, by everything recorded; before the first version, the first.
    pub fn identity(&self, id: &PartnerId, on: Day) -> Option<&'a Identity> {
        self.0.get(id)?.holds_or_first(on, Timestamp::MAX).map(Billing::identity)
    }

    /// The partner as it is named on a day.
    pub fn party(&self, id: &PartnerId, on: Day) -> Party {
        Party::of(id, self.identity(id, on))
    }
}

impl Party {
    /// A partner with the name of an identity; without one, its id.
    pub(crate) fn of(id: &PartnerId, identity: Option<&Identity>) -> Party {
        let name = identity.and_then(Identity::legal_name).map_or(id.as_str(), |name| name.as_str());
        Party { id: id.clone(), name: name.to_owned() }
    }
}

/// The items of the accounting journal.
#[derive(Debug, Clone, Copy)]
pub struct Items<'a> {
    /// The chart of accounts.
    pub chart: &'a Chart,
    /// The partners' billing identities.
    pub partners: Partners<'a>,
    /// All documents.
    pub documents: &'a [Document],
    /// All events of the partners' accounts that were taken.
    pub events: &'a [Recorded],
    /// The amounts in EUR at which opening items in other currencies stand in the books.
    pub opening_eur: &'a BTreeMap<(PartnerId, OwnNumber), Amount>,
    /// The accruals of every close.
    pub accruals: &'a [crate::accruals::Accrual],
}

/// The events by partner, in the order recorded.
pub(crate) fn by_partner(events: &[Recorded]) -> BTreeMap<&PartnerId, Vec<&Recorded>> {
    let mut all: BTreeMap<&PartnerId, Vec<&Recorded>> = BTreeMap::new();
    for recorded in events {
        all.entry(&recorded.partner_id).or_default().push(recorded);
    }
    for of_one in all.values_mut() {
        of_one.sort_by_key(|recorded| recorded.place);
    }
    all
}
