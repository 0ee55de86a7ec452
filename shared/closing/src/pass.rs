//! The pass that makes the documents of a close (§8.2): bounded steps, each safe to repeat. Cancellations first, then the partners
//! in the order of their ids, so that numbers are given in that order, however many passes run at once.

use crate::cancelling::cancellations_of;
use crate::forms::CloseForm;
use crate::item;
use crate::stored_close::{Made, StoredClose};
use crate::table::contended;
use crate::{Closing, ClosingError, keys};
use ledger::queries::{Part, RegisteredPartner};
use ledger::store::{IndexKey, Write};
use ledger::{LedgerError, Store};
use rules::Month;
use serde::{Deserialize, Serialize};
use settlement::close::Close;
use settlement::numbering::Numbering;

/// The most partners, or cancellations, of one step.
pub const STEP: usize = 20;

/// A pass under way, as a message carries it from step to step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassMessage {
    /// The month of the close.
    pub month: Month,
    place: Place,
    made: Made,
}

/// The place at which the next step begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Place {
    /// Among the cancellations, after so many.
    Cancellations(usize),
    /// Among the partners, after this one; none: the first.
    Partners(Option<IndexKey>),
}

/// The result of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stepped {
    /// Another step is to follow.
    Next(PassMessage),
    /// All documents of the close are made.
    Made(Made),
}

impl PassMessage {
    /// The first step of the pass of a close.
    pub fn begin(month: Month) -> PassMessage {
        PassMessage { month, place: Place::Cancellations(0), made: Made::default() }
    }

    fn next(self, place: Place) -> Stepped {
        Stepped::Next(PassMessage { place, ..self })
    }
}

impl<S: Store> Closing<S> {
    /// Makes one step of a pass. It stops at a partner of whom something cannot be read, since the numbers of those after it
    /// would come too early.
    pub async fn step(&self, mut message: PassMessage) -> Result<Stepped, ClosingError> {
        let month = message.month;
        let (stored, revision) = self.close_item(month).await?.ok_or(ClosingError::NotClosed { month })?;
        if let Some(made) = stored.made {
            return Ok(Stepped::Made(made));
        }
        match message.place.clone() {
            Place::Cancellations(after) => {
                let is_last = self.cancel_some(&stored.close, after, &mut message.made).await?;
                let next = after.saturating_add(STEP);
                Ok(message.next(if is_last { Place::Partners(None) } else { Place::Cancellations(next) }))
            }
            Place::Partners(after) => match self.play_some(&stored.close, after, &mut message.made).await? {
                Some(last) => Ok(message.next(Place::Partners(Some(last)))),
                None => self.end_pass(StoredClose { made: Some(message.made), ..stored }, revision).await,
            },
        }
    }

    /// Makes some of the cancellations; true: no other is left.
    async fn cancel_some(&self, close: &Close, after: usize, made: &mut Made) -> Result<bool, ClosingError> {
        if close.cancels.is_empty() {
            return Ok(true);
        }
        let orders = self.orders(close).await?;
        let cancellations = cancellations_of(close, &orders, &mut Numbering::default())?;
        for cancellation in cancellations.iter().skip(after).take(STEP) {
            self.cancel(cancellation, &orders, made).await?;
        }
        Ok(cancellations.len() <= after.saturating_add(STEP))
    }

    /// Plays the close for some of the partners; gives the key after which others follow.
    async fn play_some(
        &self,
        close: &Close,
        after: Option<IndexKey>,
        made: &mut Made,
    ) -> Result<Option<IndexKey>, ClosingError> {
        let part = self.partners(after).await?;
        let vendor = self.vendor().await?;
        for partner in part.list {
            self.play(&partner.id, close, &vendor, made).await?;
        }
        Ok(part.next)
    }

    /// Some of the registered partners: nobody else is owed anything.
    pub async fn partners(&self, after: Option<IndexKey>) -> Result<Part<RegisteredPartner>, ClosingError> {
        let part = self.ledger.partners(|_| true, STEP, after).await?;
        match part.unreadable.first() {
            None => Ok(part),
            Some(key) => Err(ClosingError::Ledger(LedgerError::Damaged {
                key: key.clone(),
                why: "the partner cannot be read, so it cannot be billed",
            })),
        }
    }

    /// Stores what the close made, once.
    async fn end_pass(&self, made: StoredClose, revision: u64) -> Result<Stepped, ClosingError> {
        let month = made.close.moment.month();
        let next = revision.saturating_add(1);
        let close = Write::Replace(item::revised(&keys::close(month), &CloseForm::from(&made), next)?, revision);
        let last = self.last_close().await?.ok_or(ClosingError::NotClosed { month })?;
        if self.applied(vec![close, last.made()?], 0).await? {
            return Ok(Stepped::Made(made.made.unwrap_or_default()));
        }
        // Another pass of the same close ended first, or all is to be done again.
        match self.stored_close(month).await?.and_then(|stored| stored.made) {
            Some(made) => Ok(Stepped::Made(made)),
            None => Err(contended(keys::CLOSE)),
        }
    }
}
