//! The first pass: what the judgement of one partition needs to know of others.

use crate::aggregates::Aggregates;
use crate::item::{key, text};
use crate::partners::PartnerRecord;
use crate::store::Item;
use crate::{LedgerError, keys};
use rules::{Partner, PartnerId};
use std::collections::BTreeMap;

/// What is known of each partner, however long its history.
#[derive(Debug, Default)]
pub struct Survey {
    pub(super) partners: BTreeMap<PartnerId, Surveyed>,
}

/// What is known of one partner.
#[derive(Debug, Default)]
pub(super) struct Surveyed {
    /// Its record; none: there is none. An error: it cannot be read.
    pub(super) record: Option<Result<PartnerRecord, ()>>,
    /// Its earliest sales and instances, as its contracts say; without agreements.
    pub(super) earliest: Partner,
    /// Whether something of one of its contracts cannot be read, so that its earliest sales are not known for sure.
    pub(super) doubtful: bool,
    /// Whether anything is booked for it.
    pub(super) booked: bool,
}

impl Survey {
    /// Takes a partition in.
    pub fn take(&mut self, partition: &str, items: &[Item]) {
        if keys::contract_of(partition).is_some() {
            self.take_contract(items);
        } else if keys::fees_of(partition).is_some() {
            self.note_bookings(items);
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
                self.of(&sale.partner_id).earliest.add(sale);
            }
            return;
        }
        // Whoever has anything of it is in doubt.
        let claimed = aggregates.iter().flat_map(|aggregates| {
            let contract = aggregates.contract();
            contract.sale_claims().iter().map(|sale| sale.partner_id.clone()).collect::<Vec<_>>()
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
    /// The partner as its lines are judged: by the earliest sales that its contracts say or, in doubt, that its record
    /// lists. None: nobody can judge by a record that cannot be read.
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
