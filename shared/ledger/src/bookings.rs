//! Observers of bookings: told before a write that books entries, so that a crash after the write loses nothing, and
//! after it.

use crate::partner_month::PartnerMonth;
use crate::store::{StoreError, Write};
use rules::{Currency, Entry, Kind, Minor};
use std::collections::BTreeSet;
use std::future::Future;

/// A booked entry, as reported to an observer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booking {
    /// The partner, and the month of booking.
    pub within: PartnerMonth,
    /// The kind of the amount.
    pub kind: Kind,
    /// The partner's part, in minor units; negative for a reversal.
    pub amount: Minor,
    pub currency: Currency,
}

impl From<&Entry> for Booking {
    fn from(entry: &Entry) -> Booking {
        let posting = &entry.posting;
        let within = PartnerMonth { partner_id: posting.partner_id.clone(), month: posting.booked_on.into() };
        Booking { within, kind: posting.kind, amount: entry.amount, currency: posting.currency }
    }
}

/// An observer of bookings.
pub trait Announce: Send + Sync {
    /// Announces that entries are about to be booked in these months, or sales to be signed. The write is not made if this
    /// fails.
    fn before(&self, months: &BTreeSet<PartnerMonth>) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Reports entries that were booked durably.
    fn after(&self, booked: Vec<Booking>);
}

/// An observer that does nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nobody;

impl Announce for Nobody {
    async fn before(&self, _: &BTreeSet<PartnerMonth>) -> Result<(), StoreError> {
        Ok(())
    }

    fn after(&self, _: Vec<Booking>) {}
}

/// The writes of one transaction, and their bookings.
#[derive(Debug, Default)]
pub struct Writes {
    pub(crate) items: Vec<Write>,
    pub(crate) bookings: Vec<Booking>,
    /// The months whose number of sales changes.
    pub(crate) sales: BTreeSet<PartnerMonth>,
}

impl Writes {
    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}
