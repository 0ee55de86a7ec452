//! Repairs of audit findings. Derived values are written again; no entry is booked because of a damaged item; the rest
//! is reported for a person to decide. Every repair may be repeated.

use super::Finding;
use crate::aggregates::Aggregates;
use crate::bookings::Announce;
use crate::item::{self, Hash, key};
use crate::keys::{self, RowKey};
use crate::partners::PartnerRecord;
use crate::recorded::Origin;
use crate::store::{Consistency, Item, Key, Store, TransactError, Write};
use crate::{Ledger, LedgerError, Unreadable, Why};
use aws_sdk_dynamodb::types::AttributeValue;
use rules::rank::Earliest;
use rules::{ContractId, PartnerId};

/// The most attempts at a repair whose item changes concurrently.
const ATTEMPTS: u32 = 12;

/// The result of a repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mended {
    /// Repaired, or found correct by now.
    Done,
    /// A person must decide; the text says what to decide.
    ForAPerson(&'static str),
}

const RESTORE: &str = "restore it from a backup: what it held cannot be derived";
const LATER_RELEASE: &str = "run the audit of the release that wrote it";
const LOST_ITEM: &str = "restore the partition from a backup: an item of it is lost, or one was added to it";
const LOST_PARTNER: &str = "restore the partner's item from a backup; until then nothing of the partner is decided";
const DOUBTFUL: &str = "mend first what cannot be read of this partner, then look again";
const LOST_ACT: &str = "restore the journal's items from a backup: who did it cannot be derived";
const OVERFLOW: &str = "an entry of it must be wrong: compare it with a backup";

impl Finding {
    /// The order of repairs: findings that others depend on come first.
    pub fn rank(&self) -> u8 {
        match self {
            Finding::Unreadable(_)
            | Finding::Torn { .. }
            | Finding::Lost { .. }
            | Finding::Overflow { .. }
            | Finding::NoHash { .. }
            | Finding::NoAct { .. }
            | Finding::NoVersion { .. }
            | Finding::Moved { .. }
            | Finding::ActUnlisted { .. }
            | Finding::NoRevision { .. }
            | Finding::RankKey { .. } => 0,
            Finding::List { .. } => 1,
            Finding::Unfinished { .. } => 2,
            Finding::Mark { .. } | Finding::Unseen { .. } | Finding::Difference { .. } => 3,
            Finding::Totals { .. } => 4,
        }
    }
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// Repairs a finding, if the correct value can be derived.
    pub async fn mend(&self, finding: &Finding, origin: Origin<'_>) -> Result<Mended, LedgerError> {
        match finding {
            Finding::Unreadable(Unreadable { why: Why::Damaged(_), .. }) => return Ok(Mended::ForAPerson(RESTORE)),
            Finding::Unreadable(Unreadable { why: Why::Unknown, .. }) => return Ok(Mended::ForAPerson(LATER_RELEASE)),
            Finding::Torn { .. } => return Ok(Mended::ForAPerson(LOST_ITEM)),
            Finding::Lost { .. } => return Ok(Mended::ForAPerson(LOST_PARTNER)),
            Finding::NoAct { .. } | Finding::NoVersion { .. } | Finding::Moved { .. } | Finding::ActUnlisted { .. } => {
                return Ok(Mended::ForAPerson(LOST_ACT));
            }
            Finding::Overflow { .. } => return Ok(Mended::ForAPerson(OVERFLOW)),
            Finding::Difference { doubtful: true, .. } => return Ok(Mended::ForAPerson(DOUBTFUL)),
            Finding::NoHash { key } => self.give_hash(key).await?,
            Finding::NoRevision { key } => self.give_revision(key).await?,
            Finding::RankKey { key, .. } => self.put_in_place(key).await?,
            Finding::List { partner_id, earliest, .. } => self.list_again(partner_id, earliest, origin).await?,
            Finding::Unfinished { annuity, .. } => self.finish(annuity, origin).await?,
            Finding::Mark { contract_id, .. } | Finding::Unseen { contract_id, .. } => {
                self.mark_again(contract_id, origin).await?;
            }
            Finding::Difference { line, .. } => self.repair(line, origin).await?,
            Finding::Totals { of, .. } => self.refresh_totals(of, origin.at).await?,
        }
        Ok(Mended::Done)
    }

    async fn mark_again(&self, contract_id: &ContractId, origin: Origin<'_>) -> Result<(), LedgerError> {
        self.adjust(contract_id.clone(), origin).await.map(drop)
    }

    async fn give_hash(&self, key: &Key) -> Result<(), LedgerError> {
        self.change(key, |item| {
            if Hash::of(item) == Hash::Missing {
                item::hash(item);
            }
        })
        .await
    }

    async fn give_revision(&self, key: &Key) -> Result<(), LedgerError> {
        let first = AttributeValue::N("1".to_owned());
        self.change(key, |item| drop(item.insert("v".to_owned(), first.clone()))).await
    }

    /// Writes an item's correct key in the index by partner.
    async fn put_in_place(&self, key: &Key) -> Result<(), LedgerError> {
        let place = if let Some(partner_id) = keys::partner_of(&key.pk) {
            self.partner_record(&partner_id).await?.place()
        } else {
            let items = self.store.partition(key.pk.clone()).await?;
            let row = RowKey::parse(key).zip(Aggregates::read(items).ok());
            let Some((row, aggregates)) = row else { return Ok(()) };
            aggregates.place_of(&row)
        };
        self.change(key, |item| {
            for (name, value) in ["gpk", "gsk"].into_iter().zip(places(place.as_ref())) {
                match value {
                    Some(value) => drop(item.insert(name.to_owned(), AttributeValue::S(value.to_owned()))),
                    None => drop(item.remove(name)),
                }
            }
        })
        .await
    }

    /// Removes wrong sales from a partner's lists; the restatement pass that follows adds the missing ones, as after a
    /// choice.
    async fn list_again(
        &self,
        partner_id: &PartnerId,
        (sales, instances): &(Earliest, Earliest),
        origin: Origin<'_>,
    ) -> Result<(), LedgerError> {
        for attempt in 0..ATTEMPTS {
            let mut record = self.partner_record(partner_id).await?;
            let lists = (record.partner.sales.also_in(sales), record.partner.instances.also_in(instances));
            if (&record.partner.sales, &record.partner.instances) == (&lists.0, &lists.1) {
                break;
            }
            (record.partner.sales, record.partner.instances) = lists;
            match self.store.transact(vec![record.write()?]).await {
                Ok(()) => break,
                Err(TransactError::Conflict) => self.store.back_off(attempt).await,
                Err(TransactError::Failed(error)) => return Err(error.into()),
            }
        }
        let mut after = None;
        loop {
            let step = self.restate(partner_id, None, after, origin).await?;
            if let Some(failure) = step.failed.into_iter().next() {
                return Err(failure.error);
            }
            after = step.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    /// Changes an item, on condition that it has not changed since it was read. A damaged item is left unchanged.
    async fn change(&self, key: &Key, change: impl Fn(&mut Item)) -> Result<(), LedgerError> {
        for attempt in 0..ATTEMPTS {
            let read = self.store.get(vec![key.clone()], Consistency::Strong).await?;
            let Some(stored) = read.into_iter().next() else { return Ok(()) };
            if Hash::of(&stored) == Hash::Differs {
                return Err(Unreadable::damaged(item::key(&stored), crate::error::CHANGED).into());
            }
            let mut item = stored.clone();
            change(&mut item);
            if item == stored {
                return Ok(());
            }
            match self.store.transact(vec![Write::Mend(item, stored.get("v").cloned())]).await {
                Ok(()) => return Ok(()),
                Err(TransactError::Conflict) => self.store.back_off(attempt).await,
                Err(TransactError::Failed(error)) => return Err(error.into()),
            }
        }
        Err(LedgerError::Contended { what: format!("{} {}", key.pk, key.sk), attempts: ATTEMPTS })
    }

    /// Accepts a damaged item as it is, after a person has checked it.
    pub async fn accept(&self, wanted: &Key) -> Result<bool, LedgerError> {
        for attempt in 0..ATTEMPTS {
            let read = self.store.get(vec![wanted.clone()], Consistency::Strong).await?;
            let Some(stored) = read.into_iter().next() else { return Ok(false) };
            let mut item = stored.clone();
            item::hash(&mut item);
            let is_readable = match keys::partner_of(&key(&item).pk) {
                Some(_) => PartnerRecord::read(item.clone()).map(drop),
                None => crate::rows::Row::whole(&item).map(drop),
            };
            is_readable?;
            match self.store.transact(vec![Write::Mend(item, stored.get("v").cloned())]).await {
                Ok(()) => return Ok(true),
                Err(TransactError::Conflict) => self.store.back_off(attempt).await,
                Err(TransactError::Failed(error)) => return Err(error.into()),
            }
        }
        Err(LedgerError::Contended { what: format!("{} {}", wanted.pk, wanted.sk), attempts: ATTEMPTS })
    }
}

fn places(place: Option<&(String, String)>) -> [Option<&str>; 2] {
    match place {
        Some((partition, at)) => [Some(partition), Some(at)],
        None => [None, None],
    }
}
