//! A partner's partition: its record, its years that were set aside, and the days on which it took perks.

use crate::bookings::Announce;
use crate::item::text;
use crate::missed_years::{self, SetAside, YearOf};
use crate::partner_files;
use crate::perks::{self, PerkDay};
use crate::queries::name;
use crate::store::Store;
use crate::{Ledger, LedgerError, PartnerRecord, keys};
use rules::PartnerId;
use std::collections::{BTreeMap, BTreeSet};

/// Everything in a partner's partition.
#[derive(Debug, Clone)]
pub struct WholePartner {
    /// The partner.
    pub record: PartnerRecord,
    /// The years that were set aside.
    pub set_aside: BTreeMap<YearOf, SetAside>,
    /// The perks that were taken.
    pub perks: BTreeSet<PerkDay>,
    /// The keys of the unreadable items that were skipped, as `PK SK`.
    pub unreadable: Vec<String>,
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// A partner's partition, strongly consistent, in one request.
    pub async fn whole_partner(&self, id: &PartnerId) -> Result<WholePartner, LedgerError> {
        let head_key = keys::partner_record(id);
        let mut partner = WholePartner {
            record: PartnerRecord::unknown(id.clone()),
            set_aside: BTreeMap::new(),
            perks: BTreeSet::new(),
            unreadable: Vec::new(),
        };
        for item in self.store.partition(head_key.pk).await? {
            if text(&item, "sk") == head_key.sk {
                partner.record = PartnerRecord::read(item)?;
                continue;
            }
            // For whoever runs the programme alone: it has requests of its own.
            if partner_files::is_file(&item) {
                continue;
            }
            let is_read = if perks::is_perk(&item) {
                perks::read(&item).map(|(day, taken, _)| partner.perks.extend(Some(day).filter(|_| taken)))
            } else {
                missed_years::read(&item).map(|year| partner.set_aside.extend([year]))
            };
            if is_read.is_err() {
                partner.unreadable.push(name(&item));
            }
        }
        Ok(partner)
    }
}
