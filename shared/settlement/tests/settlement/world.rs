//! A world in memory: what is recorded, played close by close.

use jiff::Timestamp;
use rules::{Day, Minor, Month, PartnerId, PostingKey};
use settlement::close::{Before, DELAY};
use settlement::opening::{OpeningItem, Settled};
use settlement::settle::SettleError;
use settlement::*;
use std::collections::BTreeMap;

/// Everything recorded so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    pub(crate) closes: Vec<Moment>,
    pub(crate) entries: Vec<Booking>,
    pub(crate) vendor: Versions<Identity>,
    pub(crate) partners: BTreeMap<PartnerId, Versions<Billing>>,
    pub(crate) documents: Vec<Document>,
    pub(crate) settled: Vec<Settled>,
    pub(crate) items: Vec<OpeningItem>,
    pub(crate) carried: Vec<Carried>,
}

impl World {
    pub(crate) fn records(&self) -> Records<'_> {
        Records {
            closes: &self.closes,
            entries: &self.entries,
            vendor: &self.vendor,
            partners: &self.partners,
            documents: &self.documents,
            settled: &self.settled,
            items: &self.items,
        }
    }

    /// The moment of a close now, if it may be.
    pub(crate) fn moment(&self, close: &str, at: &str) -> Moment {
        let before = self.closes.last().map(|moment| Before { moment: *moment, is_made: true });
        may_be_closed(month(close), time(at), DELAY, before.as_ref()).unwrap()
    }

    /// Plays a close and records what it makes.
    pub(crate) fn close(&mut self, close: &Close) -> Result<Closed, SettleError> {
        let closed = settle(close, &self.records())?;
        self.closes.push(close.moment);
        self.documents.extend(closed.documents.iter().cloned());
        self.carried.extend(closed.carried.iter().cloned());
        self.settled.extend(closed.settled.iter().cloned());
        Ok(closed)
    }
}

pub(crate) fn month(text: &str) -> Month {
    text.parse().unwrap()
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn partner(text: &str) -> PartnerId {
    text.parse().unwrap()
}

/// An entry: `("P-1", "commission", "referrer", "EUR")`, its amounts, and its days.
pub(crate) fn booking(
    (partner, kind, model, currency): (&str, &str, &str, &str),
    (amount, vendor_share): (i64, i64),
    booked_on: &str,
    recorded_at: &str,
) -> Booking {
    Booking {
        posting: PostingKey {
            partner_id: partner.parse().unwrap(),
            kind: kind.parse().unwrap(),
            model: model.parse().unwrap(),
            currency: currency.parse().unwrap(),
            booked_on: day(booked_on),
        },
        amount: Minor(amount),
        vendor_share: Minor(vendor_share),
        recorded_at: time(recorded_at),
    }
}
