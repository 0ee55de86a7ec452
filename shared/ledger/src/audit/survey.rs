//! The first pass: collects the data of each partition that the check of another one needs.

use super::journal::Kept;
use crate::aggregates::Aggregates;
use crate::item::{key, text};
use crate::journal::is_journal;
use crate::partners::PartnerRecord;
use crate::store::Item;
use crate::{LedgerError, keys};
use rules::rank::{EARLIEST, RankKey};
use rules::{Instance, Partner, PartnerId, Sale};
use std::collections::BTreeMap;

/// The surveyed data of each partner, whose size is bounded, and the ids of all acts.
#[derive(Debug, Default)]
pub struct Survey {
    pub(super) partners: BTreeMap<PartnerId, Surveyed>,
    /// The acts of the journal.
    pub(super) journal: Kept,
}

/// The surveyed data of one partner.
#[derive(Debug, Default)]
pub(super) struct Surveyed {
    /// Its record; none: missing. An error: unreadable.
    pub(super) record: Option<Result<PartnerRecord, ()>>,
    /// Its earliest sales and instances, from its contracts; without agreements.
    pub(super) earliest: Partner,
    /// Whether one of its contracts is unreadable, so that its earliest sales are uncertain.
    pub(super) doubtful: bool,
    /// Whether any entry is booked for it.
    pub(super) booked: bool,
}

impl Survey {
    /// Surveys a partition.
    pub fn take(&mut self, partition: &str, items: &[Item]) {
        if keys::contract_of(partition).is_some() {
            self.take_contract(items);
        } else if keys::fees_of(partition).is_some() {
            self.note_bookings(items);
        } else if is_journal(partition) {
            self.journal.take(items);
        } else if let Some(partner_id) = keys::partner_of(partition) {
            for item in items.iter().filter(|item| key(item) == keys::partner_record(&partner_id)) {
                self.of(&partner_id).record = Some(PartnerRecord::read(item.clone()).map_err(|_| ()));
            }
        }
    }

    fn take_contract(&mut self, items: &[Item]) {
        self.note_bookings(items);
        let aggregates = Aggregates::read(items.to_vec());
        if let Ok(aggregates) = &aggregates
            && aggregates.unreadable().next().is_none()
        {
            if let Some(sale) = aggregates.contract().sale() {
                self.of(&sale.partner_id).list(sale);
            }
            return;
        }
        // Every partner with a claim or an entry in it becomes doubtful.
        let claimed = aggregates.iter().flat_map(|aggregates| {
            let contract = aggregates.contract();
            contract.sale_claims().map(|sale| sale.partner_id.clone()).collect::<Vec<_>>()
        });
        let listed = items.iter().filter_map(|item| keys::partner_of(text(item, "gpk")));
        for partner_id in claimed.chain(listed).collect::<Vec<_>>() {
            self.of(&partner_id).doubtful = true;
        }
    }

    fn note_bookings(&mut self, items: &[Item]) {
        for item in items.iter().filter(|item| item.contains_key("e")) {
            if let Some(partner_id) = keys::partner_of(text(item, "gpk")) {
                self.of(&partner_id).booked = true;
            }
        }
    }

    fn of(&mut self, partner_id: &PartnerId) -> &mut Surveyed {
        self.partners.entry(partner_id.clone()).or_default()
    }
}

impl Surveyed {
    /// Lists a sale, whatever the agreements need.
    fn list(&mut self, sale: &Sale) {
        let list = match sale.instance {
            Instance::Customer => &mut self.earliest.sales,
            Instance::Partner => &mut self.earliest.instances,
        };
        list.add(RankKey::from(sale), EARLIEST);
    }

    /// The partner used to check its lines: with the earliest sales from its contracts or, if doubtful, from its
    /// record. None: the record is unreadable, so the lines cannot be checked.
    pub(super) fn partner(&self) -> Option<Partner> {
        match &self.record {
            None if self.booked => None,
            None => Some(self.earliest.clone()),
            Some(Err(())) => None,
            Some(Ok(record)) => {
                let known: Result<&Partner, LedgerError> = record.known();
                let known = known.ok()?;
                if self.doubtful {
                    return Some(known.clone());
                }
                Some(Partner { agreements: known.agreements.clone(), ..self.earliest.clone() })
            }
        }
    }
}
