//! Announcements to the totals queue: the months in which an invocation is about to book.

use crate::Error;
use crate::aws::Aws;
use crate::context::traced;
use crate::environment::{SettingsError, number, variable};
use crate::metrics::Metrics;
use aws_sdk_sqs::Client;
use ledger::Ledger;
use ledger::bookings::{Announce, Booking};
use ledger::dynamo::DynamoStore;
use ledger::store::StoreError;
use ledger::totals::PartnerMonth;
use ledger::totals_queue::TotalsMessage;
use rules::sorted::Sorted;
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The ledger of one invocation, which announces its bookings.
pub(crate) type BookingLedger = Ledger<DynamoStore, Announcements>;

/// The totals queue, as those see it who send to it.
#[derive(Debug, Clone)]
pub(crate) struct TotalsQueue {
    client: Client,
    url: String,
}

impl TotalsQueue {
    /// The queue in `TOTALS_QUEUE_URL`.
    pub(crate) fn from_env(aws: &Aws) -> Result<TotalsQueue, SettingsError> {
        Ok(TotalsQueue { client: aws.sqs(), url: variable("TOTALS_QUEUE_URL")? })
    }

    /// Sends a message that can be received after some seconds; SQS takes 900 at most.
    pub(crate) async fn send(&self, message: &TotalsMessage, delay_seconds: u32) -> Result<(), Error> {
        let body = serde_json::to_string(message)?;
        let send = self.client.send_message().queue_url(&self.url).message_body(body);
        let delay_seconds = i32::try_from(delay_seconds).unwrap_or(i32::MAX);
        traced(send.delay_seconds(delay_seconds)).send().await.map_err(Box::new)?;
        Ok(())
    }
}

/// A function that books: its table and the totals queue.
#[derive(Debug, Clone)]
pub(crate) struct Bookings {
    store: DynamoStore,
    queue: TotalsQueue,
    delay_seconds: u32,
    metrics: Metrics,
}

impl Bookings {
    /// `TOTALS_DELAY_SECONDS`: the delay of an announcement, so that the first sum already finds most of what was booked.
    pub(crate) fn from_env(aws: &Aws, metrics: &Metrics) -> Result<Bookings, SettingsError> {
        let (store, queue) = (aws.store(metrics)?, TotalsQueue::from_env(aws)?);
        Ok(Bookings { store, queue, delay_seconds: number("TOTALS_DELAY_SECONDS")?, metrics: metrics.clone() })
    }

    /// The ledger of an invocation. A month is announced once in it, which holds for as long as the invocation may run and
    /// no longer: so the next one has a ledger of its own.
    pub(crate) fn invocation(&self) -> BookingLedger {
        Ledger::announcing(self.store.clone(), Announcements { of: self.clone(), announced: Mutex::default() })
    }
}

/// The months announced in one invocation.
#[derive(Debug)]
pub(crate) struct Announcements {
    of: Bookings,
    announced: Mutex<BTreeSet<PartnerMonth>>,
}

impl Announcements {
    fn announced(&self) -> MutexGuard<'_, BTreeSet<PartnerMonth>> {
        self.announced.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Announce for Announcements {
    async fn before(&self, months: &BTreeSet<PartnerMonth>) -> Result<(), StoreError> {
        let new: BTreeSet<PartnerMonth> = months.difference(&self.announced()).cloned().to_set();
        for message in TotalsMessage::announcements(&new) {
            let sent = self.of.queue.send(&message, self.of.delay_seconds).await;
            sent.map_err(|source| StoreError { operation: "SendMessage to the totals queue", source })?;
        }
        self.announced().extend(new);
        Ok(())
    }

    fn after(&self, booked: Vec<Booking>) {
        self.of.metrics.booked(&booked);
    }
}
