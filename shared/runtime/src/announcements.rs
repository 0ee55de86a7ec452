//! Announcements to the totals queue: the months in which an invocation is about to book.

use crate::aws::Aws;
use crate::environment::{SettingsError, number};
use crate::metrics::Metrics;
use crate::own_queue::OwnQueue;
use crate::pace::Table;
use ledger::Ledger;
use ledger::bookings::{Announce, Booking};
use ledger::store::StoreError;
use ledger::totals::PartnerMonth;
use ledger::totals_queue::TotalsMessage;
use rules::sorted::Sorted;
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The ledger of one invocation, which announces its bookings.
pub(crate) type BookingLedger = Ledger<Table, Announcements>;

/// The variable with the URL of the totals queue.
pub(crate) const TOTALS_QUEUE: &str = "TOTALS_QUEUE_URL";

/// A function that books: its table and the totals queue.
#[derive(Debug, Clone)]
pub(crate) struct Bookings {
    table: Table,
    queue: OwnQueue,
    delay_seconds: u32,
    metrics: Metrics,
}

impl Bookings {
    /// `TOTALS_DELAY_SECONDS`: the delay of an announcement, so that the first sum already finds most of what was booked.
    pub(crate) fn from_env(aws: &Aws, table: &Table, metrics: &Metrics) -> Result<Bookings, SettingsError> {
        let (table, queue) = (table.clone(), OwnQueue::from_env(aws, TOTALS_QUEUE)?);
        Ok(Bookings { table, queue, delay_seconds: number("TOTALS_DELAY_SECONDS")?, metrics: metrics.clone() })
    }

    /// The ledger of an invocation. A month is announced once in it, which holds for as long as the invocation may run and
    /// no longer: so the next one has a ledger of its own.
    pub(crate) fn invocation(&self) -> BookingLedger {
        Ledger::announcing(self.table.clone(), Announcements { of: self.clone(), announced: Mutex::default() })
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
            sent.map_err(|error| StoreError { operation: "SendMessage to the totals queue", source: error.into() })?;
        }
        self.announced().extend(new);
        Ok(())
    }

    fn after(&self, booked: Vec<Booking>) {
        self.of.metrics.booked(&booked);
    }
}
