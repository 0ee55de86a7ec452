//! Filling a batch in bounded steps (§8.7), reading it and its file, and making it void.

use crate::batch::{
    Batch, BatchId, LeftOut, MAX_TRANSFERS, Order, Placed, Signed, State, Transfer, TransferId, WholeBatch,
};
use crate::fates::read_fate;
use crate::forms::{BatchForm, LeftOutForm};
use crate::keys::{self, ItemKey};
use crate::partner::{PartnerBooks, signed};
use crate::{Paying, PayingError};
use closing::acts::act;
use closing::documents::Part;
use closing::item::{self, revision};
use closing::table::{ATTEMPTS, contended};
use ledger::Store;
use ledger::item::key;
use ledger::journal::{Occasion, SettlementStep};
use ledger::store::{IndexKey, Item, Write};
use payments::{AccountKey, Book};
use rules::day::day_of;
use rules::money::Minor;
use rules::{Currency, PartnerId};
use settlement::Direction;
use std::collections::BTreeMap;

/// A batch as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredBatch {
    pub(crate) batch: Batch,
    /// The place among all partners up to which it is filled.
    after: Option<IndexKey>,
    revision: u64,
}

/// The outcome of a step that fills a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filling {
    /// Other partners are still to be looked at: ask again.
    More,
    /// All transfers are there, or the batch is past filling.
    Done(Box<Batch>),
    /// Another order has this id for ever.
    Other(Box<Batch>),
}

impl StoredBatch {
    /// The write of the batch in another state; it conflicts if others wrote it.
    pub(crate) fn replaced(&self, batch: &Batch, after: Option<IndexKey>) -> Result<Write, PayingError> {
        let next = self.revision.saturating_add(1);
        let listed = Some(keys::listed_batch(&batch.id, batch.begun.at));
        let item = item::revised_in_list(&keys::batch(&batch.id), &BatchForm::of(batch, after), next, listed)?;
        Ok(Write::Replace(item, self.revision))
    }
}

/// Reads the item of a batch.
pub(crate) fn read_batch(item: &Item) -> Result<StoredBatch, PayingError> {
    let Some(ItemKey::Batch(id)) = ItemKey::parse(&key(item)) else { return Err(item::unknown(key(item)).into()) };
    let (batch, after) = item::read::<BatchForm>(item)?.read(id);
    Ok(StoredBatch { batch, after, revision: revision(item) })
}

fn read_whole(batch: Batch, items: &[Item]) -> Result<WholeBatch, PayingError> {
    let (mut transfers, mut fates, mut returns) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
    let mut left_out = Vec::new();
    for item in items {
        match ItemKey::parse(&key(item)) {
            Some(ItemKey::Batch(_)) => {}
            Some(ItemKey::Transfer(id)) => transfers.push((id, item::read::<Transfer>(item)?)),
            Some(ItemKey::Fate(id)) => _ = fates.insert(id, read_fate(item)?),
            Some(ItemKey::Returned(id)) => _ = returns.insert(id, read_fate(item)?),
            Some(ItemKey::LeftOut(_, partner)) => left_out.push(item::read::<LeftOutForm>(item)?.read(partner)),
            Some(ItemKey::Head(_) | ItemKey::Payment(..) | ItemKey::Movement) | None => {
                return Err(item::unknown(key(item)).into());
            }
        }
    }
    transfers.retain(|(id, _)| id.n <= batch.count);
    transfers.sort_by_key(|(id, _)| id.n);
    let placed = |(id, transfer): (TransferId, Transfer)| {
        let (fate, returned) = (fates.remove(&id), returns.remove(&id));
        Placed { id, transfer, fate, returned }
    };
    Ok(WholeBatch { batch, transfers: transfers.into_iter().map(placed).collect(), left_out })
}

/// Something is open to the partner in EUR.
fn has_open(of: &PartnerBooks) -> bool {
    let account = AccountKey { currency: Currency::EUR, direction: Direction::ToPartner };
    of.books.book(account).into_iter().flat_map(Book::invoices).any(|owing| owing.open() > Minor::ZERO)
}

impl<S: Store> Paying<S> {
    /// Begins a batch, or goes on filling it, for some of the partners; to be repeated until it is done. Each transfer, the
    /// reservation of its partner and the sum of the batch are one transaction.
    pub async fn fill(&self, id: &BatchId, order: &Order, occasion: &Occasion) -> Result<Filling, PayingError> {
        let by = signed(occasion)?;
        let stored = match self.batch_or_none(id).await? {
            Some(stored) => stored,
            None => self.begin(id, order, &by, occasion).await?,
        };
        if stored.batch.order != *order {
            return Ok(Filling::Other(Box::new(stored.batch)));
        }
        match stored.batch.state {
            State::Filling => {}
            State::Filled | State::Sealed(_) | State::Sent(..) | State::Void(..) => {
                return Ok(Filling::Done(Box::new(stored.batch)));
            }
        }
        let part = self.closing.partners(stored.after.clone()).await?;
        for partner in part.list.iter().filter(|partner| is_wanted(order, &partner.id)) {
            if !self.fill_partner(id, &partner.id, &by).await? {
                break;
            }
        }
        self.end_step(id, part.next).await
    }

    async fn begin(
        &self,
        id: &BatchId,
        order: &Order,
        by: &Signed,
        occasion: &Occasion,
    ) -> Result<StoredBatch, PayingError> {
        order.payer.debtor()?;
        if order.on.date() < day_of(by.at) {
            return Err(PayingError::PastDay(order.on));
        }
        let (id, order, begun) = (id.clone(), order.clone(), by.clone());
        let batch = Batch { id: id.clone(), order, begun, count: 0, sum: Minor::ZERO, state: State::Filling };
        let listed = Some(keys::listed_batch(&id, by.at));
        let item = item::revised_in_list(&keys::batch(&id), &BatchForm::of(&batch, None), 1, listed)?;
        let mut writes = act(occasion, SettlementStep::Batch, None, &[&id])?;
        writes.push(Write::Insert(item));
        self.closing.applied(writes, 0).await?;
        // It is there now, begun here or by another.
        self.stored_batch(&id).await
    }

    /// Decides about a partner, once; false: the batch is filled no more.
    async fn fill_partner(&self, id: &BatchId, partner: &PartnerId, by: &Signed) -> Result<bool, PayingError> {
        for attempt in 0..ATTEMPTS {
            let stored = self.stored_batch(id).await?;
            if stored.batch.state != State::Filling {
                return Ok(false);
            }
            let of = self.partner(partner).await?;
            let is_in = of.under_way.as_ref().is_some_and(|transfer| transfer.batch == *id);
            let out = keys::left_out(id, partner);
            if is_in || self.closing.item(out.clone()).await?.is_some() {
                return Ok(true);
            }
            let due = self.due(&of, stored.batch.order.on, (by.at, of.under_way.is_some())).await?;
            let writes = match due.transfer {
                Ok(transfer) if stored.batch.count < MAX_TRANSFERS => {
                    Self::transfer_writes(&stored, &of, &transfer, by)?
                }
                Err(why) if has_open(&of) => {
                    let left_out = LeftOut { partner_id: partner.clone(), due: due.payable.due, why };
                    let item = item::once(&out, &LeftOutForm::from(&left_out), None)?;
                    vec![Write::Insert(item), stored.replaced(&stored.batch, stored.after.clone())?]
                }
                Ok(_) | Err(_) => return Ok(true),
            };
            if self.closing.applied(writes, attempt).await? {
                return Ok(true);
            }
        }
        Err(contended(keys::batch_partition(id)).into())
    }

    /// The writes of a transfer: itself, the batch that counts it, and the partner that it reserves.
    fn transfer_writes(
        stored: &StoredBatch,
        of: &PartnerBooks,
        transfer: &Transfer,
        by: &Signed,
    ) -> Result<Vec<Write>, PayingError> {
        let mut batch = stored.batch.clone();
        batch.count = batch.count.saturating_add(1);
        batch.sum = batch.sum.plus(transfer.amount)?;
        let id = TransferId { batch: batch.id.clone(), n: batch.count };
        let mut writes = of.writes(&[], by, Some(&id))?;
        writes.push(Write::Insert(item::once(&keys::transfer(&id), transfer, None)?));
        writes.push(stored.replaced(&batch, stored.after.clone())?);
        Ok(writes)
    }

    /// Notes how far a batch is filled.
    async fn end_step(&self, id: &BatchId, next: Option<IndexKey>) -> Result<Filling, PayingError> {
        for attempt in 0..ATTEMPTS {
            let stored = self.stored_batch(id).await?;
            if stored.batch.state != State::Filling {
                return Ok(Filling::Done(Box::new(stored.batch)));
            }
            let mut batch = stored.batch.clone();
            if next.is_none() {
                batch.state = State::Filled;
            }
            if self.closing.applied(vec![stored.replaced(&batch, next.clone())?], attempt).await? {
                return Ok(if next.is_none() { Filling::Done(Box::new(batch)) } else { Filling::More });
            }
        }
        Err(contended(keys::batch_partition(id)).into())
    }

    /// Makes a batch void before it is sent; its partners are free from then on. Repeated, it changes nothing.
    pub async fn void(&self, id: &BatchId, occasion: &Occasion) -> Result<Batch, PayingError> {
        let by = signed(occasion)?;
        for attempt in 0..ATTEMPTS {
            let stored = self.stored_batch(id).await?;
            let seal = match &stored.batch.state {
                State::Filling | State::Filled => None,
                State::Sealed(seal) => Some(seal.clone()),
                State::Void(..) => return Ok(stored.batch),
                State::Sent(..) => {
                    let needed = "wait for the outcome of its transfers";
                    return Err(PayingError::State { id: id.clone(), is: "sent", needed });
                }
            };
            let batch = Batch { state: State::Void(seal, by.clone()), ..stored.batch.clone() };
            let mut writes = act(occasion, SettlementStep::BatchVoid, None, &[id])?;
            writes.push(stored.replaced(&batch, None)?);
            if self.closing.applied(writes, attempt).await? {
                return Ok(batch);
            }
        }
        Err(contended(keys::batch_partition(id)).into())
    }

    /// All of a batch: its transfers and their fates, and who is left out and why; none: there is none with this id.
    pub async fn batch(&self, id: &BatchId) -> Result<Option<WholeBatch>, PayingError> {
        // The head first: what it counts is there by then.
        let Some(stored) = self.batch_or_none(id).await? else { return Ok(None) };
        let items = self.closing.store().partition(keys::batch_partition(id)).await?;
        Ok(Some(read_whole(stored.batch, &items)?))
    }

    /// The batches by moment, a part of them.
    pub async fn batches(&self, limit: usize, after: Option<IndexKey>) -> Result<Part<Batch>, PayingError> {
        let (items, next) = self.closing.listed(keys::BATCHES.to_owned(), limit, after).await?;
        let list = items.iter().map(|item| Ok(read_batch(item)?.batch)).collect::<Result<_, PayingError>>()?;
        Ok(Part { list, next })
    }

    pub(crate) async fn batch_or_none(&self, id: &BatchId) -> Result<Option<StoredBatch>, PayingError> {
        self.closing.item(keys::batch(id)).await?.as_ref().map(read_batch).transpose()
    }

    pub(crate) async fn stored_batch(&self, id: &BatchId) -> Result<StoredBatch, PayingError> {
        self.batch_or_none(id).await?.ok_or_else(|| PayingError::NoBatch(id.clone()))
    }

    /// The partners for whom a batch that is filled would differ if it were filled now.
    pub(crate) async fn stale(&self, whole: &WholeBatch, by: &Signed) -> Result<Vec<PartnerId>, PayingError> {
        let (id, order) = (&whole.batch.id, &whole.batch.order);
        let stored: BTreeMap<&PartnerId, &Transfer> =
            whole.transfers.iter().map(|placed| (&placed.transfer.partner_id, &placed.transfer)).collect();
        let (mut stale, mut after) = (Vec::new(), None);
        loop {
            let part = self.closing.partners(after).await?;
            for partner in part.list.iter().filter(|partner| is_wanted(order, &partner.id)) {
                let of = self.partner(&partner.id).await?;
                let is_elsewhere = of.under_way.as_ref().is_some_and(|transfer| transfer.batch != *id);
                let due = self.due(&of, order.on, (by.at, is_elsewhere)).await?;
                if due.transfer.ok().as_ref() != stored.get(&partner.id).copied() {
                    stale.push(partner.id.clone());
                }
            }
            match part.next {
                Some(next) => after = Some(next),
                None => return Ok(stale),
            }
        }
    }
}

fn is_wanted(Order { partners, .. }: &Order, partner: &PartnerId) -> bool {
    partners.as_ref().is_none_or(|wanted| wanted.contains(partner))
}
