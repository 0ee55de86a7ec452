//! The record of a whole table: facts and choices as they can be recorded again, partners, and the sums booked.

use crate::aggregates::Aggregates;
use crate::choices::{Choice, Pick, Stated};
use crate::item::key;
use crate::journal::Registered;
use crate::partners::PartnerRecord;
use crate::rows::{ChosenClaim, Content, Row};
use crate::store::Item;
use crate::{LedgerError, ReportedFact, keys};
use jiff::Timestamp;
use rules::claims::Source;
use rules::contract::Key;
use rules::money::Overflow;
use rules::{ContractId, Day, Fact, PartnerId, Totals};
use std::collections::BTreeMap;

/// A fact or a choice on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recording {
    Fact(ReportedFact),
    Choice(Choice),
}

/// The record of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OnRecord {
    /// The claims and choices of each key, in the order that decides which claim is effective (RULEBOOK §5).
    pub recordings: Vec<Vec<Recording>>,
    pub partners: BTreeMap<PartnerId, Registered>,
    /// The sums of all entries of each partner.
    pub booked: BTreeMap<PartnerId, Totals>,
    /// The first and the last day on which an entry is booked.
    pub booked_on: Option<(Day, Day)>,
    /// The time at which the first of all rows was recorded.
    pub since: Option<Timestamp>,
}

impl OnRecord {
    /// Reads all items of a table. An item that cannot be read is an error: nothing can be recorded again without it.
    pub fn read(items: Vec<Item>) -> Result<OnRecord, LedgerError> {
        let mut partitions: BTreeMap<String, Vec<Item>> = BTreeMap::new();
        for item in items {
            partitions.entry(key(&item).pk).or_default().push(item);
        }
        let mut on_record = OnRecord::default();
        for (partition, items) in partitions {
            if let Some(contract_id) = keys::contract_of(&partition) {
                let aggregates = read(&partition, items)?;
                on_record.recordings.extend(recordings(&contract_id, &aggregates));
                on_record.book(&partition, &aggregates)?;
            } else if keys::fees_of(&partition).is_some() {
                on_record.book(&partition, &read(&partition, items)?)?;
            } else if let Some(partner_id) = keys::partner_of(&partition) {
                on_record.partner(&partner_id, items)?;
            }
        }
        Ok(on_record)
    }

    /// The number of facts.
    pub fn facts(&self) -> usize {
        self.recordings.iter().flatten().filter(|recording| matches!(recording, Recording::Fact(_))).count()
    }

    fn partner(&mut self, partner_id: &PartnerId, items: Vec<Item>) -> Result<(), LedgerError> {
        for item in items.into_iter().filter(|item| key(item) == keys::partner_record(partner_id)) {
            let record = PartnerRecord::read(item)?;
            let agreements = record.known()?.agreements.clone();
            self.partners.extend(record.name.map(|name| (record.id, Registered { name, agreements })));
        }
        Ok(())
    }

    /// Adds up the entries of a partition.
    fn book(&mut self, partition: &str, aggregates: &Aggregates) -> Result<(), LedgerError> {
        let overflow = |source: Overflow| LedgerError::Overflow { what: partition.to_owned(), source };
        for recorded in aggregates.entries().values().flatten() {
            let entry = &recorded.entry;
            let totals = self.booked.entry(entry.posting.partner_id.clone()).or_default();
            totals.book(&entry.posting, entry.amount, entry.vendor_share).map_err(overflow)?;
            let day = entry.posting.booked_on;
            let (first, last) = self.booked_on.unwrap_or((day, day));
            self.booked_on = Some((first.min(day), last.max(day)));
        }
        let first = aggregates.rows().map(|row| row.recorded_at).min();
        self.since = [self.since, first].into_iter().flatten().min();
        Ok(())
    }
}

fn read(partition: &str, items: Vec<Item>) -> Result<Aggregates, LedgerError> {
    let torn = |_| LedgerError::Contended { what: partition.to_owned(), attempts: 1 };
    Aggregates::read(items).map_err(torn)?.whole()
}

/// The claims and choices of each key of a contract.
fn recordings(contract_id: &ContractId, aggregates: &Aggregates) -> impl Iterator<Item = Vec<Recording>> + use<> {
    let mut keys: BTreeMap<Key, KeyOnRecord> = BTreeMap::new();
    for row in aggregates.rows() {
        match &row.content {
            Content::Choice { n: _, chosen } => {
                keys.entry(chosen.about.clone()).or_default().choose(contract_id, chosen, row);
            }
            Content::Own { .. } | Content::Adjustment { .. } | Content::Claim { .. } => {
                if let (Some(fact), Some(because)) = (row.fact(), &row.because) {
                    let reported = ReportedFact::recorded(fact.clone(), because.clone(), row.customer_name.clone());
                    let key = keys.entry(Key::from(&fact)).or_default();
                    match row.source {
                        Source::Billing => key.claim(fact, reported),
                        Source::Manager => key.state(fact),
                    }
                }
            }
            Content::Entry { .. }
            | Content::AdjustmentEntry { .. }
            | Content::SaleMoved { .. }
            | Content::SetAside { .. } => {}
        }
    }
    keys.into_values().map(|key| key.recordings)
}

/// The claims and choices of one key up to a row.
#[derive(Default)]
struct KeyOnRecord {
    claims: Vec<Fact>,
    /// True: a choice that follows states the last claim.
    stated: bool,
    choices: usize,
    recordings: Vec<Recording>,
}

impl KeyOnRecord {
    fn claim(&mut self, fact: Fact, reported: ReportedFact) {
        self.claims.push(fact);
        self.recordings.push(Recording::Fact(reported));
    }

    /// Takes in a stated claim. The choice that follows records it again.
    fn state(&mut self, fact: Fact) {
        self.claims.push(fact);
        self.stated = true;
    }

    fn choose(&mut self, contract_id: &ContractId, chosen: &ChosenClaim, row: &Row) {
        self.choices += 1;
        let place = |claim: &Fact| self.claims.iter().position(|known| known == claim).map(|before| before + 1);
        let claim = match (row.source, &chosen.claim) {
            (Source::Manager, Some(fact)) => {
                Pick::Stated(Stated { fact: fact.clone(), customer_name: row.customer_name.clone() })
            }
            (Source::Billing, _) | (Source::Manager, None) => Pick::Recorded(chosen.claim.as_ref().and_then(place)),
        };
        let seen = self.claims.len() - usize::from(std::mem::take(&mut self.stated));
        self.recordings.push(Recording::Choice(Choice {
            contract_id: contract_id.clone(),
            key: chosen.about.clone(),
            number: self.choices,
            claim,
            seen,
            why: chosen.why.clone().unwrap_or_default(),
        }));
    }
}
