//! The totals queue: what its messages ask for, and how a batch of them is processed.
//!
//! Whoever is about to book announces the months first, and looks no more. The batch that takes the announcements adds up
//! each month once, however many announce it, and asks for another sum of it later, when every writer that had announced
//! has ended and the index shows what it wrote. That sum makes the total right, whatever the first one saw.

use crate::bookings::Announce;
use crate::keys;
use crate::month_total::MonthTotal;
use crate::partner_month::PartnerMonth;
use crate::store::{Consistency, InsertResult, Item, Store, Write};
use crate::totals::{AddedUp, PartialSum, Summed};
use crate::{Ledger, LedgerError};
use futures_util::future::join_all;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The most months in one message: with ids of 64 bytes it stays below what SQS takes.
const MOST_MONTHS: usize = 1_000;
/// The number of months added up at once.
const AT_ONCE: usize = 8;
/// The number of months whose first totals are inserted in one request.
const MOST_INSERTS: usize = 24;
/// The longest delay of a message, in seconds (a limit of SQS).
const LONGEST_DELAY: u64 = 900;

/// A message of the totals queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum TotalsMessage {
    /// Entries are about to be booked in these months, or sales to be signed.
    Announced { months: BTreeSet<PartnerMonth> },
    /// These months were announced and added up; add them up again, now that everything announced is in the index.
    Confirm { months: BTreeSet<PartnerMonth> },
    /// A month has more rows than one step adds up: the sum so far.
    GoOn { partial: PartialSum },
}

/// The delay of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delay {
    /// None.
    None,
    /// Seconds, at most 900.
    Seconds(u32),
    /// As long as a writer may take and the index may lag.
    Confirm,
}

/// The result of a batch. The messages to send must be sent before the batch is deleted.
#[derive(Debug, Default)]
pub struct Batch {
    /// The messages to send.
    pub send: Vec<(TotalsMessage, Delay)>,
    /// The months that were added up, and whether their totals changed.
    pub added_up: BTreeMap<PartnerMonth, bool>,
    /// The months that could not be added up; the messages that name them come back.
    pub failed: BTreeMap<PartnerMonth, LedgerError>,
}

impl TotalsMessage {
    /// The months that it names.
    pub fn months(&self) -> impl Iterator<Item = &PartnerMonth> {
        let (many, one) = match self {
            TotalsMessage::Announced { months } | TotalsMessage::Confirm { months } => (Some(months), None),
            TotalsMessage::GoOn { partial } => (None, Some(&partial.of)),
        };
        many.into_iter().flatten().chain(one)
    }

    /// Announcements of these months, each of a size that can be sent.
    pub fn announcements(months: &BTreeSet<PartnerMonth>) -> Vec<TotalsMessage> {
        in_messages(months, |months| TotalsMessage::Announced { months })
    }
}

fn in_messages(
    months: &BTreeSet<PartnerMonth>,
    message: impl Fn(BTreeSet<PartnerMonth>) -> TotalsMessage,
) -> Vec<TotalsMessage> {
    let months: Vec<PartnerMonth> = months.iter().cloned().collect();
    months.chunks(MOST_MONTHS).map(|months| message(months.iter().cloned().collect())).collect()
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// Processes a batch of the totals queue at a time.
    pub async fn process_totals(&self, messages: &[TotalsMessage], at: Timestamp) -> Result<Batch, LedgerError> {
        let (mut announced, mut confirmed, mut begun) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        for message in messages {
            match message {
                TotalsMessage::Announced { months } => announced.extend(months.iter().cloned()),
                TotalsMessage::Confirm { months } => confirmed.extend(months.iter().cloned()),
                TotalsMessage::GoOn { partial } => begun.push(partial),
            }
        }
        let first: BTreeSet<PartnerMonth> = announced.difference(&confirmed).cloned().collect();
        // The first sum may miss the latest total, since another follows it.
        let mut stored = self.stored_totals(&first, Consistency::Eventual).await?;
        stored.extend(self.stored_totals(&confirmed, Consistency::Strong).await?);
        let mut batch = Batch::default();
        let mut later: BTreeMap<u32, BTreeSet<PartnerMonth>> = BTreeMap::new();
        let mut wanted = Vec::new();
        for of in first.into_iter().chain(confirmed.iter().cloned()) {
            let item = stored.remove(&of);
            match self.pause(item.as_ref(), at).filter(|_| !confirmed.contains(&of)) {
                Some(seconds) => drop(later.entry(seconds).or_default().insert(of)),
                None => wanted.push((of, item)),
            }
        }
        for some in wanted.chunks(MOST_INSERTS) {
            for (of, added_up) in self.add_up_all(some, at).await {
                batch.note(&of, added_up);
            }
        }
        for partial in begun {
            let result = match self.sum_on(partial, at).await {
                Ok(summed) => self.put_sum(summed).await,
                Err(error) => Err(error),
            };
            // What was added up over several steps may have begun before a row that others counted.
            let confirm = matches!(result, Ok(AddedUp::Done { changed: true }));
            announced.extend(confirm.then(|| partial.of.clone()));
            batch.note(&partial.of, result);
        }
        for (seconds, months) in later {
            announced.retain(|of| !months.contains(of));
            let again = TotalsMessage::announcements(&months);
            batch.send.extend(again.into_iter().map(|message| (message, Delay::Seconds(seconds))));
        }
        announced.retain(|of| !batch.failed.contains_key(of));
        let confirm = in_messages(&announced, |months| TotalsMessage::Confirm { months });
        batch.send.extend(confirm.into_iter().map(|message| (message, Delay::Confirm)));
        Ok(batch)
    }

    /// Adds up months; again, from the latest total, those whose total has changed meanwhile. First totals are inserted in
    /// one request.
    async fn add_up_all(
        &self,
        months: &[(PartnerMonth, Option<Item>)],
        at: Timestamp,
    ) -> Vec<(PartnerMonth, Result<AddedUp, LedgerError>)> {
        let (mut results, mut new, mut items) = (Vec::new(), Vec::new(), Vec::new());
        for some in months.chunks(AT_ONCE) {
            let sums = some.iter().map(async |(of, stored)| (of.clone(), self.sum(of, stored.clone(), at).await));
            for (of, summed) in join_all(sums).await {
                match summed {
                    Ok(Summed::New(Write::Insert(item))) => {
                        new.push(of);
                        items.push(item);
                    }
                    Ok(summed) => results.push((of, self.put_sum(summed).await)),
                    Err(error) => results.push((of, Err(error))),
                }
            }
        }
        if !items.is_empty() {
            let inserted = self.store.insert(items).await.into_iter().map(|inserted| match inserted {
                InsertResult::Done => Ok(AddedUp::Done { changed: true }),
                InsertResult::Exists => Ok(AddedUp::Overtaken),
                InsertResult::Failed(error) => Err(error.into()),
            });
            results.extend(new.into_iter().zip(inserted));
        }
        for (of, result) in &mut results {
            if matches!(result, Ok(AddedUp::Overtaken)) {
                *result = self.refresh_totals(of, at).await.map(|()| AddedUp::Done { changed: true });
            }
        }
        results
    }

    async fn stored_totals(
        &self,
        months: &BTreeSet<PartnerMonth>,
        consistency: Consistency,
    ) -> Result<BTreeMap<PartnerMonth, Item>, LedgerError> {
        if months.is_empty() {
            return Ok(BTreeMap::new());
        }
        let keys = months.iter().map(|of| keys::totals(&of.partner_id, of.month)).collect();
        let items = self.store.get(keys, consistency).await?;
        Ok(items.into_iter().filter_map(|item| Some((PartnerMonth::of_total(&item)?, item))).collect())
    }

    /// The seconds that a month waits before it is added up again: a thousandth for each of its rows since the last time.
    /// A long month would otherwise be added up again and again while it grows.
    fn pause(&self, stored: Option<&Item>, at: Timestamp) -> Option<u32> {
        let total = MonthTotal::read(stored?.clone()).ok()?;
        let pause = (total.rows / self.store.rows_added_up_per_second()).min(LONGEST_DELAY);
        let passed = at.as_second().saturating_sub(total.added_up_at?.as_second());
        let left = pause.saturating_sub(u64::try_from(passed).unwrap_or_default());
        u32::try_from(left).ok().filter(|left| *left > 0)
    }
}

impl Batch {
    fn note(&mut self, of: &PartnerMonth, result: Result<AddedUp, LedgerError>) {
        match result {
            Ok(AddedUp::Done { changed }) => drop(self.added_up.insert(of.clone(), changed)),
            Ok(AddedUp::InPart(partial)) => self.send.push((TotalsMessage::GoOn { partial }, Delay::None)),
            Ok(AddedUp::Overtaken) => {
                let again = TotalsMessage::announcements(&BTreeSet::from([of.clone()]));
                self.send.extend(again.into_iter().map(|message| (message, Delay::None)));
            }
            Err(error) => drop(self.failed.insert(of.clone(), error)),
        }
    }
}
