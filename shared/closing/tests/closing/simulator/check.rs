//! Checks after every run: what is stored is what the pure fold over the same facts makes, sums add up, numbers have no hole.

use super::Seen;
use super::handler::{lists_of, partners};
use super::scenario::{Scenario, at_once};
use super::table::Table;
use crate::world::{Lists, closing};
use closing::StoredClose;
use closing::audit::journal::unmatched;
use fixtures::memory::MemoryStore;
use jiff::Timestamp;
use ledger::Ledger;
use ledger::journal::{Act, Concerned, Period};
use ledger::recorded::PassesOf;
use rules::PartnerId;
use settlement::close::Moment;
use settlement::lines::LineKey;
use settlement::number::{Number, Series};
use settlement::opening::Settled;
use settlement::received::{OwnDocument, receive, receive_cancellation};
use settlement::{Account, Booking, Carried, Document, DocumentKind, settle};
use std::collections::{BTreeMap, BTreeSet};

/// The document is the partner's own: nothing here has made it.
fn is_own(document: &Document) -> bool {
    matches!(document.number, Number::Own(_))
}

/// Fails, and says so, if two things differ.
fn same<T: PartialEq + std::fmt::Debug>(what: impl std::fmt::Display, stored: &T, expected: &T) -> Result<(), String> {
    if stored == expected { Ok(()) } else { Err(format!("{what}:\n  {stored:?}\ninstead of\n  {expected:?}")) }
}

pub(super) fn check(table: &Table, scenario: &Scenario) -> Result<Seen, String> {
    if let Some(broken) = table.broken.first() {
        return Err(broken.clone());
    }
    same("the steps and the acts that lack each other", &unmatched(&table.items()), &Vec::new())?;
    let store = MemoryStore::of(table.items());
    let closes = at_once(closing(&store).closes()).map_err(|error| error.to_string())?;
    check_closes(&closes, scenario)?;
    for id in partners() {
        let findings = at_once(closing(&store).audit(&id)).map_err(|error| error.to_string())?;
        same(format!("the audit of {id}"), &findings, &Vec::new())?;
    }
    let stored = Stored::read(&store, closes);
    stored.check_fold(&store)?;
    stored.check_own()?;
    stored.check_sums()?;
    stored.check_numbers(table)?;
    let kinds = stored.lists.documents.iter().map(|document| document.kind.name().into());
    Ok(kinds.chain(stored.lists.carried.iter().map(|carried| carried.reason.into())).collect())
}

/// Closes are consecutive, each once, up to the last, whichever was the first; each is made; cuts strictly increase.
fn check_closes(closes: &[StoredClose], scenario: &Scenario) -> Result<(), String> {
    let months: Vec<_> = closes.iter().map(|close| close.close.moment.month()).collect();
    let asked = scenario.closed();
    let first = asked.iter().position(|month| Some(month) == months.first()).ok_or("no month is closed")?;
    same("the closed months", &months.as_slice(), &&asked[first..])?;
    let cuts: Vec<Timestamp> = closes.iter().map(|close| close.close.moment.cut()).collect();
    let increase = cuts.iter().zip(cuts.iter().skip(1)).all(|(one, other)| one < other);
    same("cuts increase", &increase, &true)?;
    same("every close is made", &closes.iter().all(|close| close.made.is_some()), &true)
}

/// All that is stored.
struct Stored {
    lists: Lists,
    closes: Vec<StoredClose>,
}

impl Stored {
    fn read(store: &MemoryStore, closes: Vec<StoredClose>) -> Stored {
        let mut lists = Lists::default();
        for id in partners() {
            let of = at_once(lists_of(&Ledger::new(store), &closing(store), &id)).unwrap();
            lists.entries.extend(of.entries);
            lists.vendor = of.vendor;
            lists.partners.extend(of.partners);
            lists.documents.extend(of.documents);
            lists.carried.extend(of.carried);
            lists.settled.extend(of.settled);
            lists.items.extend(of.items);
        }
        lists.documents.sort_by_key(|document| document.made_at);
        lists.items.sort_by_key(settlement::opening::OpeningItem::recorded_at);
        Stored { lists, closes }
    }

    /// The documents and carried accounts of each close are those of the fold.
    fn check_fold(&self, store: &MemoryStore) -> Result<(), String> {
        let Lists { entries, vendor, partners, documents, carried, settled, items, .. } = &self.lists;
        let mut known = Lists {
            entries: entries.clone(),
            vendor: vendor.clone(),
            partners: partners.clone(),
            items: items.clone(),
            documents: documents.iter().filter(|document| is_own(document)).cloned().collect(),
            ..Lists::default()
        };
        for StoredClose { close, by: _, made } in &self.closes {
            let (month, mut close) = (close.moment.month(), close.clone());
            close.being_recomputed = being_recomputed(store, close.moment.cut());
            let folded = settle(&close, &known.records()).map_err(|error| error.to_string())?;
            let issued = documents.iter().filter(|document| document.close.month() == month && !is_own(document));
            let by_number = |document: &Document| (document.account.clone(), document.number.clone());
            let expected = folded.documents.iter().cloned();
            same(
                format!("the documents of {month}"),
                &sorted(issued.cloned(), by_number),
                &sorted(expected, by_number),
            )?;
            let of_close = carried.iter().filter(|carried| carried.close == month).cloned();
            let by_account = |carried: &Carried| carried.account.clone();
            same(
                format!("what {month} carried"),
                &sorted(of_close, by_account),
                &sorted(folded.carried.iter().cloned(), by_account),
            )?;
            let of_close = settled.iter().filter(|settled| settled.close.month() == month).cloned();
            let by_account = |settled: &Settled| settled.account.clone();
            same(
                format!("what {month} opened"),
                &sorted(of_close, by_account),
                &sorted(folded.settled.iter().cloned(), by_account),
            )?;
            let counts = [folded.documents.len(), folded.carried.len(), folded.settled.len()];
            let made = made.clone().unwrap_or_default();
            let made = [made.documents, made.carried, made.opened].map(|count| usize::try_from(count).unwrap());
            same(format!("the counts of {month}"), &made, &counts)?;
            known.documents.extend(folded.documents);
            known.documents.sort_by_key(|document| document.made_at);
            known.settled.extend(folded.settled);
            known.closes.push(close.moment);
        }
        Ok(())
    }

    /// Partners' own documents are what the pure rules make of them, given what was recorded before.
    fn check_own(&self) -> Result<(), String> {
        let documents = &self.lists.documents;
        for document in documents.iter().filter(|document| is_own(document)) {
            let (account, at) = (document.account.clone(), document.made_at);
            let Number::Own(number) = document.number.clone() else { continue };
            let mut lists = self.lists.clone();
            lists.documents = documents.iter().take_while(|other| *other != document).cloned().collect();
            let expected = if let DocumentKind::ReceivedCancellation { of } = &document.kind {
                receive_cancellation(&account, of, (number, document.date), at, &lists.records())
            } else {
                let month = document.close.month();
                let close = self.closes.iter().find(|close| close.close.moment.month() == month).unwrap();
                let vat = document.amounts.vat.iter().map(|sum| ((sum.regime, sum.rate), sum.vat)).collect();
                let lines = document.lines().copied().collect();
                let own = OwnDocument { account, number, date: document.date, lines, vat, recorded_at: at };
                receive(own, &close.close, &lists.records())
            };
            same("a partner's own document", &Ok(document.clone()), &expected)?;
        }
        Ok(())
    }

    /// For each account and close: what is earned up to the cut is settled, documented and carried; and key by key, once a
    /// document is made, all of it is documented.
    fn check_sums(&self) -> Result<(), String> {
        let accounts: BTreeSet<Account> = self.lists.entries.iter().filter_map(Booking::account).collect();
        for (account, StoredClose { close, .. }) in
            accounts.iter().flat_map(|account| self.closes.iter().map(move |close| (account, close)))
        {
            let moment = &close.moment;
            let left = self.left(account, moment);
            let carried = self
                .lists
                .carried
                .iter()
                .find(|carried| (&carried.account, carried.close) == (account, moment.month()));
            let total = carried.map_or(0, |carried| carried.total.0);
            same(format!("what {account:?} carries at {}", moment.month()), &total, &left.values().sum())?;
            if carried.is_none() {
                same(format!("what {account:?} has left at {}", moment.month()), &left, &BTreeMap::new())?;
            }
        }
        Ok(())
    }

    /// The part of what is earned that is neither settled nor documented at a close, by key, without zeros.
    fn left(&self, account: &Account, moment: &Moment) -> BTreeMap<LineKey, i64> {
        let mut left = BTreeMap::new();
        for entry in &self.lists.entries {
            let key = settlement::lines::key(entry);
            let counts = key.month <= moment.month() && entry.recorded_at <= moment.cut();
            if counts && entry.account().as_ref() == Some(account) {
                *left.entry(key).or_default() += entry.due().unwrap().1.0;
            }
        }
        let settled = self.lists.settled.iter().filter(|settled| settled.account == *account);
        let settled = settled.filter(|settled| settled.close.month() <= moment.month()).flat_map(|of| &of.lines);
        let by_then = |document: &&Document| {
            document.account == *account && document.close.month() <= moment.month() && document.made_at <= moment.at()
        };
        for line in settled.chain(self.lists.documents.iter().filter(by_then).flat_map(Document::lines)) {
            *left.entry(line.key).or_default() -= line.amount.0;
        }
        left.retain(|_, amount: &mut i64| *amount != 0);
        left
    }

    /// Numbers of each series are 1, 2, 3…, as far as its end says; dates do not go back.
    fn check_numbers(&self, table: &Table) -> Result<(), String> {
        let mut series: BTreeMap<Series, BTreeMap<u64, &Document>> = BTreeMap::new();
        for document in &self.lists.documents {
            if let Number::Given(number) = &document.number {
                let twice = series.entry(number.series().clone()).or_default().insert(number.place(), document);
                same(format!("another document {}", document.number), &twice, &None)?;
            }
        }
        let ends: u64 = table.ends_of_series().sum();
        let last = series.values().filter_map(|of| of.last_key_value().map(|(place, _)| *place)).sum();
        same("the ends of series", &ends, &last)?;
        for (series, documents) in series {
            let places: Vec<u64> = documents.keys().copied().collect();
            same(format!("the numbers of {series:?}"), &places, &(1..).take(places.len()).collect())?;
            let dates = documents.values().map(|document| document.date);
            same(format!("the dates of {series:?} do not go back"), &dates.is_sorted(), &true)?;
        }
        Ok(())
    }
}

fn sorted<T, K: Ord>(all: impl Iterator<Item = T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let mut all: Vec<T> = all.collect();
    all.sort_by_key(key);
    all
}

/// The partners whose annuities were being decided again at a cut, from all acts and all ends of passes (§8.4).
fn being_recomputed(store: &MemoryStore, cut: Timestamp) -> BTreeSet<PartnerId> {
    let ledger = Ledger::new(store);
    let is_recomputed = |id: &PartnerId| {
        let acts = at_once(ledger.acts(Some(Concerned::Partner(id)), Period::default(), 1_000, None)).unwrap().list;
        let by_then = |act: &&Act| act.occasion.at <= cut && cut.duration_since(act.occasion.at).as_hours() < 24;
        let of: Vec<PassesOf> = acts.iter().filter(by_then).filter_map(Act::passes).collect();
        let last = of.iter().filter(|of| matches!(of, PassesOf::Registration(_))).max();
        let choices = of.iter().filter(|of| matches!(of, PassesOf::Choice(_)));
        let mut waited_for = last.into_iter().chain(choices);
        waited_for.any(|of| {
            let ended = at_once(ledger.ended_passes(&[(id, of.clone())])).unwrap();
            ended.values().all(|ended| ended.at > cut)
        })
    };
    partners().into_iter().filter(is_recomputed).collect()
}
