//! A world of entries, closes and payments in few words, and its journal in few words.

use accounting::entry::{JournalEntry, JournalLine};
use accounting::*;
use jiff::Timestamp;
use payments::event::AccountKey;
use payments::*;
use rules::{Currency, Day, Minor, Month, PartnerId, PostingKey};
use serde_json::{Value, json};
use settlement::close::{Close, DELAY};
use settlement::document::Document;
use settlement::identity::{Billing, Identity};
use settlement::number::{Number, OwnNumber};
use settlement::opening::{OpeningItem, Settled};
use settlement::records::Records;
use settlement::versions::Versions;
use settlement::{Booking, Carried, Direction, Moment, settle};
use std::collections::BTreeMap;

pub(crate) const TO: Direction = Direction::ToPartner;
pub(crate) const FROM: Direction = Direction::FromPartner;

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(crate) fn partner(text: &str) -> PartnerId {
    text.parse().unwrap()
}

pub(crate) fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

pub(crate) fn amount(minor: i64) -> Amount {
    Minor(minor).try_into().unwrap()
}

/// Everything recorded so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    pub(crate) entries: Vec<Booking>,
    pub(crate) vendor: Versions<Identity>,
    pub(crate) partners: BTreeMap<PartnerId, Versions<Billing>>,
    pub(crate) closes: Vec<Moment>,
    pub(crate) documents: Vec<Document>,
    pub(crate) settled: Vec<Settled>,
    pub(crate) items: Vec<OpeningItem>,
    pub(crate) carried: Vec<Carried>,
    pub(crate) accruals: Vec<Accrual>,
    pub(crate) events: Vec<Recorded>,
    pub(crate) opening_eur: BTreeMap<(PartnerId, OwnNumber), Amount>,
    pub(crate) books: BTreeMap<PartnerId, Books>,
}

impl World {
    /// A vendor and two partners, each with a mandate and set-off agreed: `P-1` in France and `P-2` in Switzerland.
    pub(crate) fn new() -> World {
        let always = json!({"from": "2020-01-01", "recorded_at": "2020-01-01T00:00:00Z"});
        let with = |fields: Value| {
            let mut all = always.clone();
            all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            all
        };
        let vendor = with(json!({
            "legal_name": "Vendor", "address": "34500 Beziers", "country": "FR", "regime": "fr-vat", "siren": "448765438",
            "vat_id": "FR55448765438",
        }));
        let mandate = json!({"signed_on": "2020-01-01", "days_to_contest": 15});
        let french = with(json!({
            "legal_name": "Éditions Cœur", "address": "34500 Beziers", "country": "FR", "regime": "fr-vat", "series": "P1",
            "siren": "512345612", "vat_id": "FR68512345612", "mandate": mandate.clone(), "set_off": true,
        }));
        let swiss = with(json!({
            "legal_name": "Alpen", "address": "Zurich", "country": "CH", "regime": "outside-eu", "series": "P2",
            "mandate": mandate, "set_off": true,
        }));
        let versions = |value| Versions(vec![serde_json::from_value(value).unwrap()]);
        World {
            vendor: Versions(vec![serde_json::from_value(vendor).unwrap()]),
            partners: [("P-1", french), ("P-2", swiss)].map(|(id, value)| (partner(id), versions(value))).into(),
            ..World::default()
        }
    }

    /// Books an entry, recorded at noon of its day: `("P-1", "commission", "EUR")`. Its vendor's part is as large as the partner's.
    pub(crate) fn book(&mut self, (id, kind, code): (&str, &str, &str), minor: i64, booked_on: &str) {
        let recorded_at: Timestamp = format!("{booked_on}T12:00:00Z").parse().unwrap();
        let model = if kind == "commission" { "referrer" } else { "affiliate" };
        let posting = PostingKey {
            partner_id: partner(id),
            kind: kind.parse().unwrap(),
            model: model.parse().unwrap(),
            currency: currency(code),
            booked_on: day(booked_on),
        };
        self.entries.push(Booking {
            posting,
            amount: Minor(minor),
            vendor_share: Minor(minor),
            recorded_at,
            contract_id: None,
        });
    }

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

    /// Closes a month at noon of a day with a rate for CHF, and keeps its accruals.
    pub(crate) fn close(&mut self, month: &str, on: &str, chf: &str, say: impl FnOnce(&mut Close)) {
        let at: Timestamp = format!("{on}T12:00:00Z").parse().unwrap();
        let month: Month = month.parse().unwrap();
        let mut close = Close::plain(Moment::stored(month, at, at - DELAY).unwrap());
        close.rates.insert(currency("CHF"), chf.parse().unwrap());
        say(&mut close);
        self.play(&close);
    }

    /// Plays a close, keeps its accruals and the events that its documents are.
    pub(crate) fn play(&mut self, close: &Close) {
        let closed = settle(close, &self.records()).unwrap();
        self.closes.push(close.moment);
        for document in closed.documents {
            let event = Event::of(&document).unwrap();
            let id = document.account.partner_id.clone();
            self.documents.push(document);
            if let Some(event) = event {
                assert!(self.event(&id, event));
            }
        }
        self.settled.extend(closed.settled);
        self.carried.extend(closed.carried);
        let accruals = accruals(close, &self.records()).unwrap();
        self.accruals.extend(accruals);
    }

    /// Records an event, if it is taken.
    pub(crate) fn event(&mut self, id: &PartnerId, event: Event) -> bool {
        let is_taken = self.books.entry(id.clone()).or_default().record(&event) == Ok(Answer::Taken);
        if is_taken {
            let place = u64::try_from(self.events.len()).unwrap();
            self.events.push(Recorded { partner_id: id.clone(), place, event });
        }
        is_taken
    }

    /// Records a payment: its sum is `("CHF", 40000, Some(43000))`.
    pub(crate) fn pay(&mut self, id: &str, name: &str, kind: PaymentKind, sum: (&str, i64, Option<i64>), on: &str) {
        let (code, minor, eur) = sum;
        let sum = Sum::new(amount(minor), currency(code), eur.map(amount)).unwrap();
        let reference = "VIR".parse().unwrap();
        let payment = Payment { id: name.parse().unwrap(), kind, sum, value_day: day(on), reference };
        assert!(self.event(&partner(id), Event::Payment(payment)), "{name}");
    }

    /// Records an opening item from a partner in CHF.
    pub(crate) fn opening_item(&mut self, id: &str, number: &str, chf: i64, (date, due): (&str, &str)) {
        let account = settlement::Account { partner_id: partner(id), currency: currency("CHF"), direction: FROM };
        let money = rules::Money::new(Minor(chf), currency("CHF")).unwrap();
        let item = OpeningItem::new(
            account,
            number.parse().unwrap(),
            (day(date), day(due)),
            (money, money),
            "2026-01-01T00:00:00Z".parse().unwrap(),
        );
        let event = Event::of_item(&item.unwrap()).unwrap();
        assert!(self.event(&partner(id), event));
    }

    pub(crate) fn journal(&self) -> Vec<JournalEntry> {
        self.journal_of("2000-01-01", "2099-12-31")
    }

    pub(crate) fn journal_of(&self, from: &str, through: &str) -> Vec<JournalEntry> {
        let chart = Chart::standard().unwrap();
        journal(&self.items(&chart), (day(from), day(through))).unwrap()
    }

    pub(crate) fn items<'a>(&'a self, chart: &'a Chart) -> Items<'a> {
        Items {
            chart,
            partners: Partners(&self.partners),
            documents: &self.documents,
            events: &self.events,
            opening_eur: &self.opening_eur,
            accruals: &self.accruals,
        }
    }

    /// A number of the world's documents.
    pub(crate) fn number(&self, text: &str) -> Number {
        let numbers = self.documents.iter().map(|document| &document.number);
        numbers.clone().find(|number| number.to_string() == text).unwrap_or_else(|| panic!("{text}")).clone()
    }
}

pub(crate) fn account(code: &str, direction: Direction) -> AccountKey {
    AccountKey { currency: currency(code), direction }
}

/// An entry as a French accountant would note it: `2026-02-03 AC AF-P1-000001: 6222 1000,00 D; 401/P-1 1200,00 C`.
pub(crate) fn noted(entry: &JournalEntry) -> String {
    let line = |line: &JournalLine| {
        let JournalLine { account, party, eur, foreign } = line;
        let party = party.as_ref().map(|party| format!("/{}", party.id)).unwrap_or_default();
        let foreign = foreign.map(|(minor, code)| format!(" ({} {code})", code.decimal(minor))).unwrap_or_default();
        let side = if eur.0 > 0 { "D" } else { "C" };
        let eur = Currency::EUR.decimal(Minor(eur.0.abs())).replace('.', ",");
        format!("{}{party} {eur} {side}{foreign}", account.number)
    };
    let lines: Vec<String> = entry.lines.iter().map(line).collect();
    format!("{} {} {}: {}", entry.day, entry.journal.code, entry.piece, lines.join("; "))
}

pub(crate) fn all_noted(entries: &[JournalEntry]) -> Vec<String> {
    entries.iter().map(noted).collect()
}
