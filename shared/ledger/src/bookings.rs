//! Whoever is told of bookings: before a write that books entries, so that nothing is forgotten if the writer ends here,
//! and after it.

use crate::partner_month::PartnerMonth;
use crate::store::{StoreError, Write};
use rules::{Currency, Entry, Kind, Minor};
use std::collections::BTreeSet;
use std::future::Future;

/// An entry that is booked, as far as it is of interest to whoever is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booking {
    /// Whose it is, and the month it is booked in.
    pub within: PartnerMonth,
    /// What it is for.
    pub kind: Kind,
    /// The partner's part, less than nothing if it takes something back.
    pub amount: Minor,
    /// Its currency.
    pub currency: Currency,
}

impl From<&Entry> for Booking {
    fn from(entry: &Entry) -> Booking {
        let posting = &entry.posting;
        let within = PartnerMonth { partner_id: posting.partner_id.clone(), month: posting.booked_on.into() };
        Booking { within, kind: posting.kind, amount: entry.amount, currency: posting.currency }
    }
}

/// Who is told.
pub trait Announce: Send + Sync {
    /// Entries are about to be booked there. The write is not made if this fails.
    fn before(&self, months: &BTreeSet<PartnerMonth>) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// These entries were booked, durably.
    fn after(&self, booked: Vec<Booking>);
}

/// Nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nobody;

impl Announce for Nobody {
    async fn before(&self, _: &BTreeSet<PartnerMonth>) -> Result<(), StoreError> {
        Ok(())
    }

    fn after(&self, _: Vec<Booking>) {}
}

/// The writes of one transaction, and what they book.
#[derive(Debug, Default)]
pub struct Writes {
    pub(crate) writes: Vec<Write>,
    pub(crate) bookings: Vec<Booking>,
}

impl Writes {
    pub(crate) fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }
}
