//! Random worlds, played by stored passes and by the pure fold over all records: the same documents with the same numbers, the same
//! carried accounts and openings, whatever was late, cancelled, received or recorded again in between.

use crate::world::{
    FIRST, Lists, book, by, close, closing, entry, month, on, partner, pass, register, time, varied, vendor_version,
};
use closing::closes::Said;
use closing::received::Outcome;
use fastrand::Rng;
use fixtures::memory::MemoryStore;
use jiff::{SignedDuration, Timestamp};
use rules::{Currency, Month};
use serde_json::json;
use settlement::close::{Cancel, Close, DELAY, Moment, Opening};
use settlement::number::{Number, OwnNumber, Series};
use settlement::received::{OwnDocument, receive, receive_cancellation};
use settlement::settle::opening_may_be;
use settlement::*;
use std::collections::{BTreeMap, BTreeSet};

const PARTNERS: [&str; 5] = ["P-1", "P-10", "P-2", "P-3", "P-4"];

/// A world that is played both ways.
struct World {
    store: MemoryStore,
    lists: Lists,
    chance: Rng,
    own_numbers: usize,
}

impl World {
    async fn new(seed: u64) -> World {
        let store = MemoryStore::default();
        let mut lists = Lists::default();
        let vendor: Version<Identity> = serde_json::from_value(vendor_version()).unwrap();
        closing(&store).record_vendor(1, vendor.clone(), &on(FIRST)).await.unwrap();
        lists.vendor.0.push(vendor);
        for id in PARTNERS {
            register(&store, id).await;
        }
        World { store, lists, chance: Rng::with_seed(seed), own_numbers: 0 }
    }

    /// Records a random version of a partner's identity: without a mandate, of another regime, incomplete, with a minimum.
    async fn record_identity(&mut self, id: &str, at: Timestamp) {
        let mut version = varied(&mut self.chance, id);
        version["recorded_at"] = json!(at.to_string());
        let version: Version<Billing> = serde_json::from_value(version).unwrap();
        let known = self.lists.partners.entry(partner(id)).or_default();
        let n = u32::try_from(known.0.len()).unwrap() + 1;
        closing(&self.store).record_billing(&partner(id), n, version.clone(), &by(at)).await.unwrap();
        known.0.push(version);
    }

    /// Books random entries of months up to one after the close, recorded up to its moment; some take back what is booked.
    async fn book(&mut self, at: Timestamp, months: &[Month]) {
        let mut new = Vec::new();
        for _ in 0..self.chance.usize(5..25) {
            let recorded = at - SignedDuration::from_mins(self.chance.i64(0..=40));
            if self.chance.u8(0..5) == 0
                && let Some(known) = self.chance.choice(&self.lists.entries)
            {
                let mut back = known.clone();
                (back.amount, back.vendor_share) = (rules::Minor(-known.amount.0), rules::Minor(-known.vendor_share.0));
                back.recorded_at = recorded;
                new.push(back);
                continue;
            }
            let kinds = [
                ("commission", "referrer"),
                ("commission", "independent-integrator"),
                ("revenue-share", "affiliate"),
                ("entry-fee", "affiliate"),
                ("instance-discount", "referrer"),
            ];
            let (kind, amount) = (*self.chance.choice(&kinds).unwrap(), self.chance.i64(-2000..9000));
            let booked_on = self.chance.choice(months).unwrap().first().to_string();
            let mut entry =
                entry(self.chance.choice(PARTNERS).unwrap(), kind, amount, &booked_on, &recorded.to_string());
            entry.posting.currency = if self.chance.u8(0..4) == 0 { "CHF".parse().unwrap() } else { Currency::EUR };
            new.push(entry);
        }
        book(&self.store, &new).await;
        self.lists.entries.extend(new);
    }

    /// Orders of a manager by chance.
    fn said(&mut self, moment: Moment) -> Said {
        let mut said = Said::default();
        if self.chance.u8(0..4) > 0 {
            said.rates.insert("CHF".parse().unwrap(), "1.0735".parse().unwrap());
        }
        said.finals = PARTNERS.iter().filter(|_| self.chance.u8(0..3) == 0).map(|id| partner(id)).collect();
        let cancelled: BTreeSet<&Number> =
            self.lists.documents.iter().filter_map(|document| document.kind.cancels()).collect();
        for document in &self.lists.documents {
            let is_vendor_s = matches!(&document.number, Number::Given(number) if *number.series() == Series::Vendor);
            let can_be = is_vendor_s && document.kind.is_invoice() && !cancelled.contains(&document.number);
            if can_be && self.chance.u8(0..8) == 0 {
                let reason = "Wrong client".parse().unwrap();
                said.cancels.push(Cancel { number: document.number.clone(), reason });
            }
        }
        let opening = match self.chance.u8(0..4) {
            0 => Opening::All,
            1 => Opening::Partners([partner(self.chance.choice(PARTNERS).unwrap())].into()),
            _ => Opening::None,
        };
        let close = Close { opening, ..Close::plain(moment) };
        if opening_may_be(&close, &self.lists.records()).is_ok() {
            said.opening = close.opening;
        }
        said
    }

    /// Closes a month both ways, and compares.
    async fn close(&mut self, of: Month, at: Timestamp) {
        let moment = Moment::stored(of, at, at - DELAY).unwrap();
        let said = self.said(moment);
        let Said { opening, finals, rates, cancels } = said.clone();
        let played = Close { moment, opening, finals, rates, cancels, being_recomputed: BTreeSet::new() };
        let closed = settle(&played, &self.lists.records()).unwrap();
        close(&self.store, of, &said, at).await;
        let made = pass(&self.store, of).await;
        let expected = (closed.documents.len(), closed.carried.len(), closed.settled.len());
        let counted = [made.documents, made.carried, made.opened].map(|count| usize::try_from(count).unwrap());
        assert_eq!(counted, <[usize; 3]>::from(expected), "{of}");
        let documents = closing(&self.store).documents_at(of, 1000, None).await.unwrap().list;
        let by_account = |documents: &[Document]| {
            let mut documents = documents.to_vec();
            documents.sort_by_key(|document| (document.account.clone(), document.number.clone()));
            documents
        };
        for (document, expected) in by_account(&documents).iter().zip(&by_account(&closed.documents)) {
            assert_eq!(document, expected);
        }
        assert_eq!(closing(&self.store).carried_at(of, 1000, None).await.unwrap().list, closed.carried);
        for settled in &closed.settled {
            let (stored, _) = closing(&self.store).opening(&settled.account).await.unwrap();
            assert_eq!(stored.as_ref(), Some(settled));
        }
        self.lists.closes.push(moment);
        self.lists.documents.extend(closed.documents);
        self.lists.carried.extend(closed.carried);
        self.lists.settled.extend(closed.settled);
        self.receive(&played, at + SignedDuration::from_hours(1)).await;
    }

    fn own_number(&mut self) -> OwnNumber {
        self.own_numbers += 1;
        format!("F {}", self.own_numbers).parse().unwrap()
    }

    /// Partners' own documents for what a close carried, and cancellations of what is theirs.
    async fn receive(&mut self, closed: &Close, at: Timestamp) {
        let month = closed.moment.month();
        let carried: Vec<Carried> =
            self.lists.carried.iter().filter(|carried| carried.close == month).cloned().collect();
        for Carried { account, .. } in carried {
            let number = self.own_number();
            let Ok(lines) = self.lists.records().lines(&account, &closed.moment, &[]) else { continue };
            let Some(taxed) = self.lists.records().taxed(&account, &lines, &closed.moment) else { continue };
            let vat = vat::vat(&taxed).unwrap().into_iter().map(|sum| ((sum.regime, sum.rate), sum.vat)).collect();
            let own = OwnDocument { account, number, date: closed.moment.day(), lines, vat, recorded_at: at };
            let expected = receive(own.clone(), closed, &self.lists.records());
            let received = closing(&self.store).receive(&own, month, &by(at)).await;
            assert_eq!(received.is_ok(), expected.is_ok(), "{received:?} {expected:?}");
            if let (Ok(Outcome::Recorded(document)), Ok(expected)) = (received, expected) {
                assert_eq!(*document, expected);
                self.lists.documents.push(expected);
            }
        }
        let all = self.lists.documents.clone();
        for document in all.iter().filter(|document| document.account.direction == Direction::ToPartner) {
            if self.chance.u8(0..10) > 0 {
                continue;
            }
            let (of, own) = (&document.number, (self.own_number(), closed.moment.day()));
            let at = at + SignedDuration::from_secs(1);
            let expected = receive_cancellation(&document.account, of, own.clone(), at, &self.lists.records());
            let received = closing(&self.store).receive_cancellation(&document.account, of, own, &by(at)).await;
            assert_eq!(received.is_ok(), expected.is_ok(), "{received:?} {expected:?}");
            self.lists.documents.extend(expected);
        }
    }
}

/// The annex of a document has the entries that the fold finds, in whatever order, each with the contract that it was stored for.
async fn annex_is_the_same(world: &World, document: &Document) {
    let sorted = |mut entries: Vec<Booking>| {
        entries.sort_by_key(|entry| (entry.posting.clone(), entry.recorded_at, entry.amount));
        entries
    };
    let annex = closing(&world.store).annex(document).await.unwrap();
    let records = world.lists.records();
    let expected = settlement::annex::annex(document, &records).unwrap();
    assert_eq!(annex.due_again, expected.due_again);
    assert!(annex.entries.iter().all(|entry| entry.contract_id.is_some()));
    let entries = annex.entries.into_iter().map(|entry| Booking { contract_id: None, ..entry });
    assert_eq!(sorted(entries.collect()), sorted(expected.entries.into_iter().cloned().collect()));
}

#[tokio::test]
async fn stored_passes_make_what_the_fold_over_all_records_makes() {
    let mut kinds: BTreeMap<&'static str, usize> = BTreeMap::new();
    for seed in 0..60 {
        let mut world = World::new(seed).await;
        let early = time("2026-01-02T08:00:00Z");
        for id in &PARTNERS[..4] {
            world.record_identity(id, early).await;
        }
        let months = ["2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06"].map(month);
        for (n, of) in months.iter().enumerate().skip(1).take(5) {
            let at = time(&format!("{}T07:00:00Z", of.next().unwrap().first()));
            let id = world.chance.choice(PARTNERS).unwrap();
            let before = SignedDuration::from_mins(world.chance.i64(0..30));
            world.record_identity(id, at - before).await;
            world.book(at, &months[..=n + 1]).await;
            world.close(*of, at).await;
        }
        for id in PARTNERS {
            let found = closing(&world.store).audit(&partner(id)).await.unwrap();
            assert_eq!(found, [], "seed {seed}");
        }
        for document in &world.lists.documents {
            if document.kind.cancels().is_none() {
                annex_is_the_same(&world, document).await;
            }
            *kinds.entry(document.kind.name().into()).or_default() += 1;
        }
    }
    assert_eq!(kinds.len(), 7, "{kinds:?}");
}
