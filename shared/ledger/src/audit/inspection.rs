//! The second pass: checks each partition by itself.

use super::journal::{self, Done};
use super::survey::{Survey, Surveyed};
use super::{Audit, Finding};
use crate::aggregates::Aggregates;
use crate::item::{Hash, key, text};
use crate::journal::{Moved, is_journal, is_listed};
use crate::keys::{self, RowKey};
use crate::marks::Difference;
use crate::month_total::{MonthSum, MonthTotal};
use crate::partner_month::PartnerMonth;
use crate::passes::EndedPasses;
use crate::recorded::{PassesOf, Trigger};
use crate::rows::Row;
use crate::store::Item;
use crate::{
    Unreadable, attention, inquiries, invitations, members, missed_years, partner_files, passes, perks, preview_steps,
    set_aside,
};
use jiff::Timestamp;
use rules::line::{LineId, entry_fee_line};
use rules::rank::Earliest;
use rules::{Entry, Line, Minor, Partner, PartnerId, PostingKey};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A table under inspection.
#[derive(Debug)]
pub struct Inspection {
    survey: Survey,
    audit: Audit,
    /// The sums of the entries and the sales, by partner and month.
    booked: BTreeMap<PartnerMonth, MonthSum>,
    /// The months with an entry that cannot be read or added up.
    unsure: BTreeSet<PartnerMonth>,
    /// The months with stored totals.
    stored: BTreeMap<PartnerMonth, Option<MonthSum>>,
    /// The partners whose entry fees were checked.
    fees: BTreeSet<PartnerId>,
    /// The sums of the entries that registrations and choices caused, by time, and what the journal says that they moved.
    caused: BTreeMap<(PartnerId, PassesOf), BTreeMap<Timestamp, Moved>>,
    moved: Vec<EndedPasses>,
}

type Sums = BTreeMap<(LineId, PostingKey), (Minor, Minor)>;

impl Inspection {
    /// An inspection that uses the result of a survey.
    pub fn new(survey: Survey) -> Inspection {
        Inspection {
            survey,
            audit: Audit::default(),
            booked: BTreeMap::new(),
            unsure: BTreeSet::new(),
            stored: BTreeMap::new(),
            fees: BTreeSet::new(),
            caused: BTreeMap::new(),
            moved: Vec::new(),
        }
    }

    /// Checks a partition.
    pub fn take(&mut self, partition: &str, items: Vec<Item>) {
        if keys::contract_of(partition).is_some() {
            self.contract(partition, items);
        } else if let Some(partner_id) = keys::fees_of(partition) {
            self.entry_fees(&partner_id, partition, items);
        } else if let Some(partner_id) = keys::totals_of(partition) {
            for item in &items {
                self.totals(&partner_id, item);
            }
        } else if is_journal(partition) {
            self.acts(partition, &items);
        } else if let Some(partner_id) = keys::partner_of(partition) {
            for item in &items {
                self.partner(&partner_id, item);
            }
        } else {
            for item in &items {
                self.other(item);
            }
        }
    }

    /// Finishes the audit.
    pub fn end(mut self) -> Audit {
        let partners: Vec<PartnerId> = self.survey.partners.keys().cloned().collect();
        for partner_id in &partners {
            if !self.fees.contains(partner_id) {
                self.entry_fees(partner_id, &keys::fees_partition(partner_id), Vec::new());
            }
            let surveyed = self.survey.partners.get(partner_id);
            let found = surveyed.and_then(|surveyed| lists_of(partner_id, surveyed));
            self.audit.findings.extend(found);
        }
        for ended in std::mem::take(&mut self.moved) {
            if self.moved_otherwise(&ended) {
                let EndedPasses { partner_id, of, at: _, moved: _ } = ended;
                self.audit.findings.push(Finding::Moved { partner_id, of });
            }
        }
        let months: BTreeSet<&PartnerMonth> = self.booked.keys().chain(self.stored.keys()).collect();
        for of in months.into_iter().filter(|of| !self.unsure.contains(of)) {
            let booked = self.booked.get(of).cloned().unwrap_or_default();
            let stored = self.stored.get(of).cloned();
            // A missing month total equals an empty one.
            if stored.clone().unwrap_or(Some(MonthSum::default())).as_ref() != Some(&booked) {
                let stored = stored.flatten();
                self.audit.findings.push(Finding::Totals { of: of.clone(), stored, booked });
            }
        }
        self.audit
    }

    fn find(&mut self, finding: Finding) {
        self.audit.findings.push(finding);
    }

    fn contract(&mut self, partition: &str, items: Vec<Item>) {
        let Some((aggregates, sums)) = self.aggregates_and_sums(partition, items) else { return };
        if let Some(contract_id) = keys::contract_of(partition) {
            self.expect(journal::of_contract(&contract_id, &aggregates));
        }
        let contract = aggregates.contract();
        let surveyed = contract.sale().and_then(|sale| self.survey.partners.get(&sale.partner_id));
        let doubtful = surveyed.is_some_and(|surveyed| surveyed.doubtful);
        let partner = match surveyed {
            Some(surveyed) => surveyed.partner(),
            None => Some(Partner::default()),
        };
        let Some(partner) = partner else { return };
        let lines = contract.terms().into_iter().flat_map(|term| contract.lines(term, &partner)).collect();
        self.compare(lines, sums, doubtful);
        if let (Some(contract_id), false) = (keys::contract_of(partition), doubtful) {
            for (aggregate, difference) in aggregates.wrongly_marked(&contract, &partner) {
                let (key, contract_id) = (RowKey::Aggregate(aggregate.clone()).key(), contract_id.clone());
                self.find(match difference {
                    Difference::Wrong => Finding::Mark { key, contract_id },
                    Difference::Unseen => Finding::Unseen { key, contract_id },
                });
            }
        }
    }

    fn entry_fees(&mut self, partner_id: &PartnerId, partition: &str, items: Vec<Item>) {
        self.fees.insert(partner_id.clone());
        let Some((_, sums)) = self.aggregates_and_sums(partition, items) else { return };
        let partner = match self.survey.partners.get(partner_id) {
            Some(surveyed) => surveyed.partner(),
            None => Some(Partner::default()),
        };
        let Some(partner) = partner else { return };
        let fees = partner.agreements.iter().filter_map(|agreement| entry_fee_line(partner_id, agreement));
        self.compare(fees.collect(), sums, false);
    }

    /// The rows of a partition and the sums of its entries, if all of it can be read and added up. Reports the findings
    /// within the partition.
    fn aggregates_and_sums(&mut self, partition: &str, items: Vec<Item>) -> Option<(Aggregates, Sums)> {
        let aggregates = self.aggregates(partition, items)?;
        for (annuity, todo) in aggregates.unfinished() {
            self.find(Finding::Unfinished { annuity, todo });
        }
        let sums = self.book(partition, &aggregates)?;
        self.count_sale(&aggregates);
        if aggregates.unreadable().next().is_some() {
            return None;
        }
        let wrong = aggregates.wrongly_placed().into_iter();
        let places: Vec<Finding> = wrong.map(|(key, stands)| Finding::RankKey { key, stands }).collect();
        self.audit.findings.extend(places);
        Some((aggregates, sums))
    }

    /// The readable rows of a partition; reports the unreadable ones.
    fn aggregates(&mut self, partition: &str, items: Vec<Item>) -> Option<Aggregates> {
        for item in &items {
            let found = check_row(item);
            self.audit.findings.extend(found);
        }
        let count = items.len();
        let months: Vec<PartnerMonth> = items.iter().filter_map(month_of).collect();
        let Ok(aggregates) = Aggregates::read(items.clone()) else {
            self.unsure.extend(months);
            let unreadable = items.into_iter().filter_map(|item| Row::recorded(Arc::new(item)).err());
            self.audit.findings.extend(unreadable.map(Finding::Unreadable));
            self.find(Finding::Torn { partition: partition.to_owned(), items: count });
            return None;
        };
        let unreadable: Vec<Finding> = aggregates.unreadable().cloned().map(Finding::Unreadable).collect();
        if !unreadable.is_empty() {
            self.unsure.extend(months);
        }
        self.audit.findings.extend(unreadable);
        Some(aggregates)
    }

    /// Tells whether the entries that name an act as their trigger add up to other amounts than the journal says.
    fn moved_otherwise(&self, EndedPasses { partner_id, of, at, moved }: &EndedPasses) -> bool {
        let is_comparable = match of {
            // A pass that was at work when a later version came may have appended entries after the last one had counted.
            PassesOf::Registration(version) => {
                let surveyed = self.survey.partners.get(partner_id);
                let record = surveyed.and_then(|surveyed| surveyed.record.as_ref()?.as_ref().ok());
                record.is_some_and(|record| record.agreements_version == *version)
            }
            PassesOf::Choice(_) => true,
        };
        if !is_comparable || moved.keys().any(|month| self.unsure.contains(month)) {
            return false;
        }
        let mut caused = Moved::new();
        let entries = self.caused.get(&(partner_id.clone(), of.clone()));
        for (recorded_at, sums) in entries.into_iter().flatten() {
            // A choice that was delivered again later may have appended more.
            let is_counted = recorded_at <= at || matches!(of, PassesOf::Registration(_));
            if is_counted && passes::add(&mut caused, sums.clone()).is_err() {
                return true;
            }
        }
        caused != *moved
    }

    /// Adds up the entries of a partition, by line and by month.
    fn book(&mut self, partition: &str, aggregates: &Aggregates) -> Option<Sums> {
        let mut sums = Sums::new();
        let mut overflow = false;
        for (line, entries) in aggregates.entries() {
            for recorded in entries {
                let Entry { posting, amount, vendor_share, .. } = &recorded.entry;
                let of = PartnerMonth { partner_id: posting.partner_id.clone(), month: posting.booked_on.into() };
                if self.booked.entry(of.clone()).or_default().totals.book(posting, *amount, *vendor_share).is_err() {
                    self.unsure.insert(of);
                    overflow = true;
                }
                if let Some(of) = recorded.because.as_ref().and_then(Trigger::passes) {
                    let caused = self.caused.entry((posting.partner_id.clone(), of)).or_default();
                    let caused = caused.entry(recorded.recorded_at).or_default();
                    overflow |= passes::count(caused, &recorded.entry).is_err();
                }
                let sum = sums.entry((line.clone(), posting.clone())).or_default();
                match (sum.0.plus(*amount), sum.1.plus(*vendor_share)) {
                    (Ok(amount), Ok(vendor_share)) => *sum = (amount, vendor_share),
                    (Err(_), _) | (_, Err(_)) => overflow = true,
                }
            }
        }
        if overflow {
            self.find(Finding::Overflow { partition: partition.to_owned() });
            return None;
        }
        Some(sums)
    }

    /// Counts the effective sale of a contract in the month of its signature.
    fn count_sale(&mut self, aggregates: &Aggregates) {
        let contract = aggregates.contract();
        if let Some((sale, of)) = contract.sale().and_then(|sale| Some((sale, PartnerMonth::of_sale(sale)?))) {
            self.booked.entry(of).or_default().sales.count(sale.signed_on);
        }
    }

    fn compare(&mut self, lines: Vec<Line>, mut sums: Sums, doubtful: bool) {
        self.audit.lines += lines.len();
        for line in lines {
            let owed = (line.amount(), line.vendor_share());
            let booked = sums.remove(&(line.id.clone(), line.posting.clone()));
            if booked != Some(owed) {
                let (line, posting) = (line.id, line.posting);
                self.find(Finding::Difference { line, posting, owed: Some(owed), booked, doubtful });
            }
        }
        for ((line, posting), booked) in sums.into_iter().filter(|(_, sum)| *sum != (Minor::ZERO, Minor::ZERO)) {
            self.find(Finding::Difference { line, posting, owed: None, booked: Some(booked), doubtful });
        }
    }

    fn partner(&mut self, partner_id: &PartnerId, item: &Item) {
        let key = key(item);
        if key != keys::partner_record(partner_id) {
            return self.other(item);
        }
        let found = match crate::partners::PartnerRecord::read(item.clone()) {
            Err(unreadable) => vec![Finding::Unreadable(unreadable)],
            Ok(record) if record.known().is_err() => vec![Finding::Unreadable(Unreadable::unknown(key))],
            Ok(record) => {
                let place = (!record.is_placed()).then(|| Finding::RankKey { key: key.clone(), stands: stands(item) });
                let hash = (Hash::of(item) == Hash::Missing).then_some(Finding::NoHash { key });
                self.expect(journal::of_record(&record));
                let lacking = self.survey.journal.versions_lacking(&record).into_iter();
                let lacking = lacking.map(|version| Finding::NoVersion { partner_id: partner_id.clone(), version });
                place.into_iter().chain(hash).chain(lacking).collect()
            }
        };
        self.audit.findings.extend(found);
    }

    fn totals(&mut self, partner_id: &PartnerId, item: &Item) {
        let key = key(item);
        let Ok(month) = key.sk.parse() else {
            return self.find(Finding::Unreadable(Unreadable::damaged(key, "its key is not that of a month total")));
        };
        let of = PartnerMonth { partner_id: partner_id.clone(), month };
        let stored = match MonthTotal::read(item.clone()) {
            Ok(total) => {
                if total.has_unknown() {
                    self.find(Finding::Unreadable(Unreadable::unknown(key)));
                }
                total.sum().filter(|_| total.is_stored_as(item))
            }
            Err(_) => None,
        };
        self.stored.insert(of, stored);
    }

    /// Checks a partition of the journal: an act, and the items that list it.
    fn acts(&mut self, partition: &str, items: &[Item]) {
        for item in items {
            self.other(item);
        }
        if !is_listed(items) {
            self.find(Finding::ActUnlisted { partition: partition.to_owned() });
        }
    }

    /// Reports the acts that the journal lacks.
    fn expect(&mut self, done: impl IntoIterator<Item = Done>) {
        let lacking = done.into_iter().filter(|done| self.survey.journal.lacks(done));
        let lacking: Vec<Finding> = lacking.map(|Done { key, act, .. }| Finding::NoAct { key, act }).collect();
        self.audit.findings.extend(lacking);
    }

    /// Checks an item outside the partitions that are checked as a whole.
    fn other(&mut self, item: &Item) {
        let key = key(item);
        let found = match attention::check(item)
            .or_else(|| missed_years::check(item))
            .or_else(|| set_aside::check(item))
            .or_else(|| inquiries::check(item))
            .or_else(|| perks::check(item))
            .or_else(|| partner_files::check(item))
            .or_else(|| members::check(item))
            .or_else(|| invitations::check(item))
            .or_else(|| crate::journal::check(item))
            .or_else(|| passes::check(item))
            .or_else(|| preview_steps::check(item))
        {
            Some(Err(unreadable)) => Some(Finding::Unreadable(unreadable)),
            Some(Ok(())) if Hash::of(item) == Hash::Missing => Some(Finding::NoHash { key }),
            Some(Ok(())) => None,
            None => Some(Finding::Unreadable(Unreadable::unknown(key))),
        };
        self.expect(journal::of_item(item));
        if keys::passes_of(text(item, "pk")).is_some()
            && let Ok(ended) = passes::read(item)
        {
            self.moved.push(ended);
        }
        self.audit.findings.extend(found);
    }
}

/// The findings about a row by itself, if it can be read.
fn check_row(item: &Item) -> Vec<Finding> {
    let key = key(item);
    let counts_writes = matches!(RowKey::parse(&key), Some(RowKey::Aggregate(_)));
    let revision = item.get("v").and_then(|v| v.as_n().ok()).and_then(|v| v.parse::<u64>().ok());
    let no_revision = counts_writes && revision.unwrap_or_default() == 0;
    let mut found = Vec::new();
    if Hash::of(item) == Hash::Missing {
        found.push(Finding::NoHash { key: key.clone() });
    }
    if no_revision {
        found.push(Finding::NoRevision { key });
    }
    found
}

/// The partner and month in which an item is booked, if known.
fn month_of(item: &Item) -> Option<PartnerMonth> {
    let partner_id = keys::partner_of(text(item, "gpk"))?;
    Some(PartnerMonth { partner_id, month: text(item, "gsk").get(..7)?.parse().ok()? })
}

/// The key of an item in the index by partner.
pub(super) fn stands(item: &Item) -> Option<(String, String)> {
    let at = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
    match (at("gpk"), at("gsk")) {
        (None, None) => None,
        (partition, at) => Some((partition.unwrap_or_default(), at.unwrap_or_default())),
    }
}

/// A finding if a partner's record is missing, or does not list the partner's earliest sales.
fn lists_of(partner_id: &PartnerId, surveyed: &Surveyed) -> Option<Finding> {
    match &surveyed.record {
        None => surveyed.booked.then(|| Finding::Lost { partner_id: partner_id.clone() }),
        Some(Err(())) => None,
        Some(Ok(_)) if surveyed.doubtful => None,
        Some(Ok(record)) => {
            let known = record.known().ok()?;
            // A list is longer than the agreements need if it was made for others.
            let needed = |sales: &Earliest| {
                let mut sales = sales.clone();
                sales.cut(known.agreements.most_listed());
                sales
            };
            let listed = (needed(&known.sales), known.instances.clone());
            let earliest = (needed(&surveyed.earliest.sales), surveyed.earliest.instances.clone());
            (listed != earliest).then(|| Finding::List { partner_id: partner_id.clone(), listed, earliest })
        }
    }
}
