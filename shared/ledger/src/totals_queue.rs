//! The totals queue: what its messages ask for, and how a batch of them is processed.
//!
//! A writer announces its months before it books, and sends nothing after it. A batch adds up each announced month once,
//! however many messages name it, and asks for another sum of it later, when every writer that announced it has ended and
//! the index shows what they wrote. That sum makes the total right, whatever the first one saw.

use crate::bookings::Announce;
use crate::keys;
use crate::month_total::MonthTotal;
use crate::partner_month::PartnerMonth;
use crate::store::{Consistency, Item, Store, TransactError};
use crate::totals::{AddedUp, PartialSum, Summed};
use crate::{Ledger, LedgerError};
use futures_util::future::join_all;
use jiff::Timestamp;
use rules::sorted::Sorted;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The most months in one message: with ids of 64 bytes it stays below what SQS takes.
const MOST_MONTHS: usize = 1_000;
/// The most months that one batch adds up; the others are asked for again.
const MOST_SUMS: usize = 500;
/// The number of reads at once.
const AT_ONCE: usize = 8;
/// The number of totals that are written at once, in four requests.
const WRITES_AT_ONCE: usize = 100;
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

/// The result of a batch. The messages to send must be sent before the batch is deleted; those without a delay may be processed
/// instead.
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

/// Months in order, those of a partner together that follow each other.
fn successive<T>(months: Vec<(PartnerMonth, T)>) -> Vec<Vec<(PartnerMonth, T)>> {
    let mut runs: Vec<Vec<(PartnerMonth, T)>> = Vec::new();
    for (of, stored) in months {
        let follows = |last: &PartnerMonth| last.partner_id == of.partner_id && last.month.next() == Some(of.month);
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|(last, _)| follows(last)) => run.push((of, stored)),
            Some(_) | None => runs.push(vec![(of, stored)]),
        }
    }
    runs
}

fn in_messages(
    months: &BTreeSet<PartnerMonth>,
    message: impl Fn(BTreeSet<PartnerMonth>) -> TotalsMessage,
) -> Vec<TotalsMessage> {
    let months: Vec<PartnerMonth> = months.iter().cloned().collect();
    months.chunks(MOST_MONTHS).map(|months| message(months.iter().cloned().collect())).collect()
}

/// Requests of a batch: its months, and the sums that it goes on with.
#[derive(Debug, Default)]
struct Asked<'a> {
    announced: BTreeSet<PartnerMonth>,
    confirmed: BTreeSet<PartnerMonth>,
    begun: Vec<&'a PartialSum>,
}

impl Asked<'_> {
    fn of(messages: &[TotalsMessage]) -> Asked<'_> {
        let mut asked = Asked::default();
        for message in messages {
            match message {
                TotalsMessage::Announced { months } => asked.announced.extend(months.iter().cloned()),
                TotalsMessage::Confirm { months } => asked.confirmed.extend(months.iter().cloned()),
                TotalsMessage::GoOn { partial } => asked.begun.push(partial),
            }
        }
        asked
    }

    /// Every month to add up, in order.
    fn months(&self) -> BTreeSet<PartnerMonth> {
        self.announced.union(&self.confirmed).cloned().collect()
    }

    /// Takes away the months that are more than one batch adds up. Returns the messages that ask for them again.
    fn split_off(&mut self) -> Vec<TotalsMessage> {
        let rest: BTreeSet<PartnerMonth> = self.months().into_iter().skip(MOST_SUMS).to_set();
        let split = |all: &mut BTreeSet<PartnerMonth>| -> BTreeSet<PartnerMonth> {
            all.extract_if(.., |of| rest.contains(of)).collect()
        };
        let (announced, confirmed) = (split(&mut self.announced), split(&mut self.confirmed));
        let confirm = in_messages(&confirmed, |months| TotalsMessage::Confirm { months });
        TotalsMessage::announcements(&announced).into_iter().chain(confirm).collect()
    }

    /// Takes away announced months that are to wait. Returns the messages that announce them again, with their delays.
    fn postpone(&mut self, pauses: BTreeMap<u32, BTreeSet<PartnerMonth>>) -> Vec<(TotalsMessage, Delay)> {
        let mut again = Vec::new();
        for (seconds, months) in pauses {
            self.announced.retain(|of| !months.contains(of));
            let messages = TotalsMessage::announcements(&months).into_iter();
            again.extend(messages.map(|message| (message, Delay::Seconds(seconds))));
        }
        again
    }
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// Processes a batch of the totals queue at a time.
    pub async fn process_totals(&self, messages: &[TotalsMessage], at: Timestamp) -> Result<Batch, LedgerError> {
        let (mut asked, mut batch) = (Asked::of(messages), Batch::default());
        batch.send.extend(asked.split_off().into_iter().map(|message| (message, Delay::None)));
        let mut stored = self.stored_totals(&asked).await?;
        batch.send.extend(asked.postpone(self.pauses(&asked, &stored, at)));
        let wanted: Vec<(PartnerMonth, Option<Item>)> =
            asked.months().into_iter().map(|of| (of.clone(), stored.remove(&of))).collect();
        for (of, added_up) in self.add_up_all(wanted, at).await {
            batch.note(&of, added_up);
        }
        for partial in asked.begun {
            let result = match self.sum_on(partial, at).await {
                Ok(summed) => self.put_sum(summed).await,
                Err(error) => Err(error),
            };
            // What was added up over several steps may have begun before a row that others counted.
            let confirm = matches!(result, Ok(AddedUp::Done { changed: true }));
            asked.announced.extend(confirm.then(|| partial.of.clone()));
            batch.note(&partial.of, result);
        }
        asked.announced.retain(|of| !batch.failed.contains_key(of));
        let confirm = in_messages(&asked.announced, |months| TotalsMessage::Confirm { months });
        batch.send.extend(confirm.into_iter().map(|message| (message, Delay::Confirm)));
        Ok(batch)
    }

    /// Adds up months, successive ones of a partner together, and writes many of their totals in one request. Those that
    /// could not be written so are added up again, from the latest total.
    async fn add_up_all(
        &self,
        months: Vec<(PartnerMonth, Option<Item>)>,
        at: Timestamp,
    ) -> Vec<(PartnerMonth, Result<AddedUp, LedgerError>)> {
        let (mut results, mut changed, mut writes) = (Vec::new(), Vec::new(), Vec::new());
        let mut runs = successive(months).into_iter();
        loop {
            let some: Vec<_> = runs.by_ref().take(AT_ONCE).map(|run| self.sum_successive(run, at)).collect();
            if some.is_empty() {
                break;
            }
            for (of, summed) in join_all(some).await.into_iter().flatten() {
                match summed {
                    Ok(Summed::New(write)) => {
                        changed.push(of);
                        writes.push(write);
                    }
                    Ok(summed) => results.push((of, self.put_sum(summed).await)),
                    Err(error) => results.push((of, Err(error))),
                }
            }
        }
        let mut written = Vec::with_capacity(writes.len());
        for some in writes.chunks(WRITES_AT_ONCE) {
            written.extend(self.store.write_each(some.to_vec()).await);
        }
        results.extend(changed.into_iter().zip(written.into_iter().map(|written| match written {
            Ok(()) => Ok(AddedUp::Done { changed: true }),
            Err(TransactError::Conflict | TransactError::Failed(_)) => Ok(AddedUp::Overtaken),
        })));
        for (of, result) in &mut results {
            if matches!(result, Ok(AddedUp::Overtaken)) {
                *result = self.refresh_totals(of, at).await.map(|()| AddedUp::Done { changed: true });
            }
        }
        results
    }

    /// The totals of these months as stored. A sum that is confirmed later may miss the latest total; the confirmation may
    /// not.
    async fn stored_totals(&self, asked: &Asked<'_>) -> Result<BTreeMap<PartnerMonth, Item>, LedgerError> {
        let first: Vec<&PartnerMonth> = asked.announced.difference(&asked.confirmed).collect();
        let last: Vec<&PartnerMonth> = asked.confirmed.iter().collect();
        let mut stored = BTreeMap::new();
        for (months, consistency) in [(first, Consistency::Eventual), (last, Consistency::Strong)] {
            if months.is_empty() {
                continue;
            }
            let keys = months.iter().map(|of| keys::totals(&of.partner_id, of.month)).collect();
            let items = self.store.get(keys, consistency).await?;
            stored.extend(items.into_iter().filter_map(|item| Some((PartnerMonth::of_total(&item)?, item))));
        }
        Ok(stored)
    }

    /// The announced months that are to wait before they are added up again, by seconds.
    fn pauses(
        &self,
        asked: &Asked<'_>,
        stored: &BTreeMap<PartnerMonth, Item>,
        at: Timestamp,
    ) -> BTreeMap<u32, BTreeSet<PartnerMonth>> {
        let mut pauses: BTreeMap<u32, BTreeSet<PartnerMonth>> = BTreeMap::new();
        for of in asked.announced.difference(&asked.confirmed) {
            if let Some(seconds) = self.pause(stored.get(of), at) {
                pauses.entry(seconds).or_default().insert(of.clone());
            }
        }
        pauses
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
