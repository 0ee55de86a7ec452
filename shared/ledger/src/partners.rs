//! The registry (RULEBOOK §6): one item for each partner, whether registered or known from a sale only.

use crate::bookings::Announce;
use crate::error::{CHANGED, SHAPE, UNSTORABLE};
use crate::item::{self, Hash};
use crate::journal::{Act, Change, Moved, Occasion, Registered};
use crate::keys;
use crate::lenient::{UnknownAgreement, is_of_later_release};
use crate::store::{Consistency, Item, Key, Store, TransactError, Write};
use crate::stored::Stored;
use crate::{Ledger, LedgerError, Unreadable};
use jiff::Timestamp;
use rules::rank::Earliest;
use rules::sorted::Sorted;
use rules::{Agreements, Contract, Partner, PartnerId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The stored record of a partner.
#[derive(Debug, Clone)]
pub struct PartnerRecord {
    /// The partner's id.
    pub id: PartnerId,
    /// The partner's name; none: not registered, known from a sale only.
    pub name: Option<String>,
    /// Agreements, earliest sales, earliest instances.
    pub partner: Partner,
    /// Agreements that a later release registered and this one does not know. As long as there are any, this release
    /// decides nothing for the partner.
    pub unknown: Vec<UnknownAgreement>,
    /// The version of name and agreements, raised by each change of them only; 0 before the first registration.
    pub agreements_version: u64,
    /// The time of that change; none: it was made before the journal was kept.
    pub registered_at: Option<Timestamp>,
    /// The revision, raised by every write; none: nothing is stored yet.
    revision: Option<u64>,
    /// The item as stored.
    stored: Option<Arc<Item>>,
}

#[derive(Serialize, Deserialize)]
struct StoredPartnerRecord {
    pk: String,
    sk: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    gpk: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gsk: Option<String>,
    #[serde(rename = "nm", skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(rename = "ag")]
    agreements: Stored<Agreements>,
    #[serde(rename = "av")]
    agreements_version: u64,
    #[serde(rename = "at", default, skip_serializing_if = "Option::is_none")]
    registered_at: Option<Timestamp>,
    #[serde(rename = "sa")]
    sales: Stored<Earliest>,
    #[serde(rename = "in")]
    instances: Stored<Earliest>,
    #[serde(rename = "v")]
    revision: u64,
}

impl PartnerRecord {
    /// The record of a partner without a stored item.
    pub fn unknown(id: PartnerId) -> PartnerRecord {
        let (partner, unknown) = (Partner::default(), Vec::new());
        PartnerRecord {
            id,
            name: None,
            partner,
            unknown,
            agreements_version: 0,
            registered_at: None,
            revision: None,
            stored: None,
        }
    }

    /// Its key in the index of registered partners.
    pub(crate) fn place(&self) -> Option<(String, String)> {
        self.name.is_some().then(|| (keys::PARTNERS.to_owned(), self.id.to_string()))
    }

    /// Whether the item it was read from has that key.
    pub(crate) fn is_placed(&self) -> bool {
        let place = self.place();
        let [partition, at] = match &place {
            Some((partition, at)) => [Some(partition.as_str()), Some(at.as_str())],
            None => [None, None],
        };
        let stored = |name: &str| self.stored.as_ref().and_then(|item| item.get(name));
        let stands = |name, at: Option<&str>| match (stored(name), at) {
            (None, None) => true,
            (Some(value), Some(at)) => value.as_s().is_ok_and(|value| value == at),
            (Some(_), None) | (None, Some(_)) => false,
        };
        stands("gpk", partition) && stands("gsk", at)
    }

    /// Whether the partner has a stored item.
    pub fn is_stored(&self) -> bool {
        self.revision.is_some()
    }

    /// Reads a partner's item.
    pub fn read(item: Item) -> Result<PartnerRecord, Unreadable> {
        let key = item::key(&item);
        let id = keys::partner_of(&key.pk).filter(|id| keys::partner_record(id) == key);
        let Some(id) = id else { return Err(Unreadable::damaged(key, "its key is not that of a partner record")) };
        if Hash::of(&item) == Hash::Differs {
            return Err(Unreadable::damaged(key, CHANGED));
        }
        let stored = match StoredPartnerRecord::parse(item.clone()) {
            Some(stored) => stored,
            None if is_of_later_release(&item, |item| StoredPartnerRecord::parse(item).is_some()) => {
                return PartnerRecord::of_later_release(id, item).ok_or_else(|| Unreadable::unknown(key));
            }
            None => return Err(Unreadable::damaged(key, SHAPE)),
        };
        Ok(PartnerRecord {
            id,
            name: stored.name,
            partner: Partner { agreements: stored.agreements.0, sales: stored.sales.0, instances: stored.instances.0 },
            unknown: Vec::new(),
            agreements_version: stored.agreements_version,
            registered_at: stored.registered_at,
            revision: Some(stored.revision),
            stored: Some(Arc::new(item)),
        })
    }

    /// The record of a partner that has unknown agreements: the parts that can be shown.
    fn of_later_release(id: PartnerId, item: Item) -> Option<PartnerRecord> {
        let unknown = UnknownAgreement::all(&item);
        let version = item.get("av")?.as_n().ok()?.parse().ok()?;
        let revision = item.get("v")?.as_n().ok()?.parse().ok()?;
        let name = item.get("nm").and_then(|name| name.as_s().ok()).cloned();
        let partner = Partner::default();
        let stored = Some(Arc::new(item));
        Some(PartnerRecord {
            id,
            name,
            partner,
            unknown,
            agreements_version: version,
            registered_at: None,
            revision: Some(revision),
            stored,
        })
    }

    /// Name and agreements; none: not registered.
    pub fn registered(&self) -> Option<Registered> {
        Some(Registered { name: self.name.clone()?, agreements: self.partner.agreements.clone() })
    }

    /// The partner as the basis of a decision; an error if this release does not know all of its agreements.
    pub fn known(&self) -> Result<&Partner, LedgerError> {
        if self.unknown.is_empty() {
            Ok(&self.partner)
        } else {
            Err(Unreadable::unknown(keys::partner_record(&self.id)).into())
        }
    }

    /// The write that replaces the item read.
    pub(crate) fn write(&self) -> Result<Write, LedgerError> {
        self.known()?;
        let mut changed = self.attributes(self.revision.unwrap_or(0) + 1)?;
        let Some((stored, revision)) = self.stored.as_ref().zip(self.revision) else {
            item::hash(&mut changed);
            return Ok(Write::Insert(changed));
        };
        let read = PartnerRecord::read(Item::clone(stored))?.attributes(revision)?;
        let mut item = item::rewrite(stored, &read, changed);
        if !item::is_recorded_alike(stored, &item) {
            item::hash(&mut item);
        }
        Ok(Write::Replace(item, revision))
    }

    fn attributes(&self, revision: u64) -> Result<Item, LedgerError> {
        let Key { pk, sk } = keys::partner_record(&self.id);
        let (gpk, gsk) = self.place().unzip();
        let stored = StoredPartnerRecord {
            pk,
            sk,
            gpk,
            gsk,
            name: self.name.clone(),
            agreements: Stored(self.partner.agreements.clone()),
            agreements_version: self.agreements_version,
            registered_at: self.registered_at,
            sales: Stored(self.partner.sales.clone()),
            instances: Stored(self.partner.instances.clone()),
            revision,
        };
        serde_dynamo::to_item(stored).map_err(|_| LedgerError::Damaged { key: self.id.to_string(), why: UNSTORABLE })
    }
}

impl StoredPartnerRecord {
    /// Parses a partner's item. A partner with agreements has a name.
    fn parse(item: Item) -> Option<StoredPartnerRecord> {
        let stored: StoredPartnerRecord = serde_dynamo::from_item(item).ok()?;
        let registered = stored.agreements_version > 0;
        (stored.name.is_some() == registered && (registered || stored.agreements.0.iter().next().is_none()))
            .then_some(stored)
    }
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// The record of a partner, strongly consistent.
    pub async fn partner_record(&self, id: &PartnerId) -> Result<PartnerRecord, LedgerError> {
        let partner_records = self.partner_records(vec![id.clone()], Consistency::Strong).await?;
        Ok(partner_records.into_values().next().unwrap_or_else(|| PartnerRecord::unknown(id.clone())))
    }

    /// The partner of a contract's effective sale, as the basis of a decision; one without history if no sale is
    /// effective.
    pub async fn partner_of(&self, contract: &Contract) -> Result<Partner, LedgerError> {
        match contract.sale() {
            Some(sale) => Ok(self.partner_record(&sale.partner_id).await?.known()?.clone()),
            None => Ok(Partner::default()),
        }
    }

    /// The records of these partners, read in one request; those without an item are left out.
    pub async fn records_of(
        &self,
        ids: BTreeSet<PartnerId>,
    ) -> Result<BTreeMap<PartnerId, Result<PartnerRecord, Unreadable>>, LedgerError> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let items = self.store.get(ids.iter().map(keys::partner_record).collect(), Consistency::Eventual).await?;
        let read = items.into_iter().filter_map(|item| {
            let id = keys::partner_of(item::text(&item, "pk"))?;
            Some((id, PartnerRecord::read(item)))
        });
        Ok(read.to_map())
    }

    /// These partners as the basis of a decision, eventually consistent. One without an item has no agreements; one that
    /// cannot be read is left out.
    pub(crate) async fn readable_partners(
        &self,
        ids: BTreeSet<PartnerId>,
    ) -> Result<BTreeMap<PartnerId, Partner>, LedgerError> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let items = self.store.get(ids.iter().map(keys::partner_record).collect(), Consistency::Eventual).await?;
        let mut partners: BTreeMap<_, _> = ids.into_iter().map(|id| (id, Partner::default())).to_map();
        for item in items {
            let Some(id) = keys::partner_of(item::text(&item, "pk")) else { continue };
            match PartnerRecord::read(item).ok().and_then(|record| record.known().ok().cloned()) {
                Some(known) => drop(partners.insert(id, known)),
                None => drop(partners.remove(&id)),
            }
        }
        Ok(partners)
    }

    /// The records of these partners; those without an item are left out.
    pub(crate) async fn partner_records(
        &self,
        ids: Vec<PartnerId>,
        consistency: Consistency,
    ) -> Result<BTreeMap<PartnerId, PartnerRecord>, LedgerError> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let items = self.store.get(ids.iter().map(keys::partner_record).collect(), consistency).await?;
        let partner_records =
            items.into_iter().map(|item| Ok(PartnerRecord::read(item).map(|record| (record.id.clone(), record))?));
        partner_records.collect()
    }

    /// Registers a partner in place of the record `read`, and returns the new record. `None`: the record has changed
    /// since it was read; read again. The same name and agreements change nothing. `foreseen`: the amounts that it moves,
    /// for the journal.
    pub async fn register(
        &self,
        read: PartnerRecord,
        registered: Registered,
        occasion: &Occasion,
        foreseen: Option<Moved>,
    ) -> Result<Option<PartnerRecord>, LedgerError> {
        let before = read.registered();
        if before.as_ref() == Some(&registered) {
            return Ok(Some(read));
        }
        let mut record = read;
        record.name = Some(registered.name.clone());
        record.partner.sales.cut(registered.agreements.most_listed());
        record.partner.agreements = registered.agreements.clone();
        record.agreements_version += 1;
        record.registered_at = Some(occasion.at);
        let (partner_id, version) = (record.id.clone(), record.agreements_version);
        let change = Change::Registration { partner_id, version, before, after: registered };
        let write = record.write()?;
        let registered = PartnerRecord::read(write.item().clone())?;
        let mut writes = vec![write];
        writes.extend(Act { foreseen, ..Act::new(occasion, change) }.writes()?);
        match self.store.transact(writes).await {
            Ok(()) => Ok(Some(registered)),
            Err(TransactError::Conflict) => Ok(None),
            Err(TransactError::Failed(error)) => Err(error.into()),
        }
    }
}
