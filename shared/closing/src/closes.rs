//! Closes (§8.2): a month is closed once, and the first close stored for it holds.

use crate::acts::{act, member};
use crate::cancelling::cancellations_of;
use crate::forms::CloseForm;
use crate::item::{self, revision};
use crate::keys::{self, ItemKey};
use crate::stored_close::StoredClose;
use crate::table::{ATTEMPTS, contended};
use crate::{Closing, ClosingError};
use jiff::Timestamp;
use ledger::item::key;
use ledger::journal::{Occasion, SettlementStep};
use ledger::store::{Item, Write};
use ledger::{Store, Unreadable};
use rules::{Currency, Month, PartnerId};
use serde::{Deserialize, Serialize};
use settlement::close::{Before, Cancel, Close, Moment, Opening, may_be_closed};
use settlement::settle::SettleError;
use settlement::vat::EurRate;
use std::collections::{BTreeMap, BTreeSet};

/// A manager's orders for a close.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// The accounts that it opens.
    pub opening: Opening,
    /// The partners whose documents are *final*.
    pub finals: BTreeSet<PartnerId>,
    /// The rates of exchange.
    pub rates: BTreeMap<Currency, EurRate>,
    /// The documents that it cancels.
    pub cancels: Vec<Cancel>,
}

impl Said {
    /// The close of a moment.
    pub(crate) fn at(self, moment: Moment) -> Close {
        let Said { opening, finals, rates, cancels } = self;
        Close { moment, opening, finals, rates, cancels, being_recomputed: BTreeSet::new() }
    }

    fn of(close: &Close) -> Said {
        let Close { moment: _, opening, finals, rates, cancels, being_recomputed: _ } = close.clone();
        Said { opening, finals, rates, cancels }
    }
}

/// The outcome of closing a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The close is stored. Its pass is to be asked for, to begin after the delay.
    Closed(StoredClose),
    /// The month was closed before, and the same was said.
    Already(StoredClose),
    /// The month was closed before, and something else was said: that holds.
    Other(StoredClose),
}

/// The last close: it is replaced with each, and by each document that arrives and each opening item that is recorded between two
/// closes, so that these cannot pass by each other.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct LastClose {
    #[serde(rename = "cm")]
    month: Month,
    at: Timestamp,
    cut: Timestamp,
    #[serde(rename = "ma")]
    pub(crate) is_made: bool,
    /// The last moment at which a partner's own document was recorded.
    #[serde(rename = "re", default, skip_serializing_if = "Option::is_none")]
    received_at: Option<Timestamp>,
}

/// The last close and the revision of its item.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Last {
    pub(crate) close: LastClose,
    revision: u64,
}

impl LastClose {
    fn of(moment: Moment, is_made: bool) -> LastClose {
        LastClose { month: moment.month(), at: moment.at(), cut: moment.cut(), is_made, received_at: None }
    }

    /// Its month.
    pub(crate) fn month(&self) -> Month {
        self.month
    }

    /// Its moment; none: this release does not know it so.
    fn moment(&self) -> Option<Moment> {
        Moment::stored(self.month, self.at, self.cut).ok()
    }

    fn before(&self) -> Result<Before, Unreadable> {
        let moment = self.moment().ok_or_else(|| item::unknown(keys::last_close()))?;
        Ok(Before { moment, is_made: self.is_made })
    }
}

impl Last {
    /// The write that notes a document that arrived, unless a close came meanwhile.
    pub(crate) fn received(&self, at: Timestamp) -> Result<Write, ClosingError> {
        if at <= self.close.at {
            // It would count as made before that close, which did not know it.
            return Err(ClosingError::NotSince { at, close: self.close.month });
        }
        self.replaced(LastClose { received_at: self.close.received_at.max(Some(at)), ..self.close })
    }

    /// The write that notes that the documents of the close are made.
    pub(crate) fn made(&self) -> Result<Write, ClosingError> {
        self.replaced(LastClose { is_made: true, ..self.close })
    }

    /// The write that changes nothing but the revision: what is recorded with it passes by no close and no document that arrives.
    pub(crate) fn kept(&self) -> Result<Write, ClosingError> {
        self.replaced(self.close)
    }

    fn replaced(&self, by: LastClose) -> Result<Write, ClosingError> {
        let next = self.revision.saturating_add(1);
        Ok(Write::Replace(item::revised(&keys::last_close(), &by, next)?, self.revision))
    }
}

/// Reads the item of a close.
pub(crate) fn read(item: &Item) -> Result<StoredClose, Unreadable> {
    let unknown = || item::unknown(key(item));
    let Some(ItemKey::Close(month)) = ItemKey::parse(&key(item)) else { return Err(unknown()) };
    item::read::<CloseForm>(item)?.read(month).ok_or_else(unknown)
}

impl<S: Store> Closing<S> {
    /// All closes so far, in order.
    pub async fn closes(&self) -> Result<Vec<StoredClose>, ClosingError> {
        let items = self.store().partition(keys::CLOSE.to_owned()).await?;
        let closes = items.iter().filter(|item| key(item) != keys::last_close());
        Ok(closes.map(read).collect::<Result<_, _>>()?)
    }

    /// The close of a month; none: the month is not closed.
    pub async fn stored_close(&self, month: Month) -> Result<Option<StoredClose>, ClosingError> {
        Ok(self.close_item(month).await?.map(|(close, _)| close))
    }

    pub(crate) async fn close_item(&self, month: Month) -> Result<Option<(StoredClose, u64)>, ClosingError> {
        let Some(item) = self.item(keys::close(month)).await? else { return Ok(None) };
        Ok(Some((read(&item)?, revision(&item))))
    }

    pub(crate) async fn last_close(&self) -> Result<Option<Last>, ClosingError> {
        let Some(item) = self.item(keys::last_close()).await? else { return Ok(None) };
        Ok(Some(Last { close: item::read(&item)?, revision: revision(&item) }))
    }

    /// The close before one of a month that may come next: the last one.
    pub(crate) async fn before(&self) -> Result<Option<Before>, ClosingError> {
        Ok(self.last_close().await?.map(|last| last.close.before()).transpose()?)
    }

    /// Closes a month at the moment of the occasion, once. The documents are made by the pass, which is to begin after the delay.
    pub async fn close(&self, month: Month, said: &Said, occasion: &Occasion) -> Result<Outcome, ClosingError> {
        let (by, now) = (member(occasion)?, occasion.at);
        for attempt in 0..ATTEMPTS {
            // The last close first: one that comes after it is found by its month.
            let last = self.last_close().await?;
            if let Some(stored) = self.stored_close(month).await? {
                let is_same = Said::of(&stored.close) == *said;
                return Ok(if is_same { Outcome::Already(stored) } else { Outcome::Other(stored) });
            }
            let before = last.map(|last| last.close.before()).transpose()?;
            let moment = may_be_closed(month, now, self.delay, before.as_ref())?;
            // It would count as made after this close, and be among what this close subtracts.
            if let Some(received_at) = last.and_then(|last| last.close.received_at).filter(|received| *received > now) {
                return Err(ClosingError::NotAfter { received_at });
            }
            let close = said.clone().at(moment);
            self.may_open(&close, before.is_none()).await?;
            cancellations_of(&close, &self.orders(&close).await?, &mut settlement::numbering::Numbering::default())?;
            let stored = StoredClose { close, by: by.clone(), made: None };
            let head = LastClose::of(moment, false);
            let head = match &last {
                None => Write::Insert(item::revised(&keys::last_close(), &head, 1)?),
                Some(last) => last.replaced(head)?,
            };
            let item = item::revised(&keys::close(month), &CloseForm::from(&stored), 1)?;
            let mut writes = act(occasion, SettlementStep::Close, None, &[&month])?;
            writes.extend([Write::Insert(item), head]);
            if self.applied(writes, attempt).await? {
                return Ok(Outcome::Closed(stored));
            }
        }
        Err(contended(keys::CLOSE))
    }

    /// An opening of all is the first close; one of a partner is before its first document.
    pub(crate) async fn may_open(&self, close: &Close, is_first: bool) -> Result<(), ClosingError> {
        let partners = match &close.opening {
            Opening::None => return Ok(()),
            Opening::All if is_first => return Ok(()),
            Opening::All => return Err(SettleError::LateOpening.into()),
            Opening::Partners(partners) => partners,
        };
        for partner in partners {
            let accounts = self.accounts_of(partner).await?;
            if accounts.iter().any(|(_, head)| head.opened.is_some() || head.documented.is_some()) {
                return Err(SettleError::OpenedTooLate { partner: partner.clone() }.into());
            }
        }
        Ok(())
    }
}
