//! A world in memory: what is recorded, played close by close.

use jiff::Timestamp;
use rules::{Day, Minor, Month, PartnerId, PostingKey};
use serde_json::{Value, json};
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

    fn record_vendor(&mut self) {
        let mut vendor = json!({"from": "2020-01-01", "recorded_at": "2020-01-01T00:00:00Z", "legal_name": "Vendor"});
        let french = json!({"address": "Beziers", "country": "FR", "regime": "fr-vat", "siren": "448765438", "vat_id": "FR55448765438"});
        merge(&mut vendor, &french);
        self.vendor.0.push(serde_json::from_value(vendor).unwrap());
    }

    /// Records a version of a partner's identity: a complete French one, changed.
    pub(crate) fn record(&mut self, id: &str, (from, recorded_at): (&str, &str), change: impl FnOnce(&mut Value)) {
        let mut billing = french_billing(&id.replace('-', ""));
        change(&mut billing);
        merge(&mut billing, &json!({"from": from, "recorded_at": recorded_at}));
        let version = serde_json::from_value(billing).unwrap();
        self.partners.entry(partner(id)).or_default().0.push(version);
    }

    /// Books an entry in EUR of `P-1`: `("commission", "referrer")`.
    pub(crate) fn book(&mut self, (kind, model): (&str, &str), amount: i64, booked_on: &str, recorded_at: &str) {
        self.book_for(("P-1", kind, model, "EUR"), amount, booked_on, recorded_at);
    }

    /// Books an entry, the vendor's part as large as the partner's.
    pub(crate) fn book_for(
        &mut self,
        posting: (&str, &str, &str, &str),
        amount: i64,
        booked_on: &str,
        recorded_at: &str,
    ) {
        self.entries.push(booking(posting, (amount, amount), booked_on, recorded_at));
    }

    /// Closes a month at a moment of which nothing else is said.
    pub(crate) fn close_at(&mut self, month: &str, at: &str) -> Closed {
        self.close_with(month, at, |_| {})
    }

    /// Closes a month at a moment, with what a manager says of it.
    pub(crate) fn close_with(&mut self, month: &str, at: &str, say: impl FnOnce(&mut Close)) -> Closed {
        let mut close = Close::plain(self.moment(month, at));
        say(&mut close);
        self.close(&close).unwrap()
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

/// A world with complete identities: the vendor's, and that of `P-1`, which gave a mandate.
pub(crate) fn identities(minimum: i64) -> World {
    let mut world = World::default();
    world.record_vendor();
    world.record("P-1", ("2020-01-01", "2020-01-01T00:00:00Z"), |billing| {
        billing["minimum_minor"] = json!({"EUR": minimum});
    });
    world
}

/// A complete identity of a French partner with a mandate.
pub(crate) fn french_billing(series: &str) -> Value {
    json!({
        "legal_name": "Partner", "address": "1 rue de Paris, 34500 Beziers", "country": "FR", "regime": "fr-vat",
        "siren": "512345612", "vat_id": "FR68512345612", "series": series,
        "mandate": {"signed_on": "2020-01-01", "days_to_contest": 15},
    })
}

fn merge(into: &mut Value, from: &Value) {
    for (name, value) in from.as_object().unwrap() {
        into[name] = value.clone();
    }
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
        contract_id: None,
    }
}
