//! The totals queue: requests for refreshes of month totals, and the function that computes them.
//!
//! A function that books entries first sends a delayed refresh, then writes, then asks for an immediate one once the
//! write is durable. The delay is longer than a writer may take and the index may lag. After a crash at any point, the
//! delayed refresh still arrives.

use crate::aws::Aws;
use crate::batch::{Message, Worker, serve};
use crate::context::traced;
use crate::dead_letters::DeadLetters;
use crate::environment::{SettingsError, number, variable};
use crate::metrics::Metrics;
use crate::own_messages::{Own, own_message};
use crate::{Error, chain, telemetry, warm_up};
use aws_sdk_sqs::Client;
use events::Refusal;
use ledger::Ledger;
use ledger::bookings::{Announce, Booking};
use ledger::dynamo::DynamoStore;
use ledger::store::StoreError;
use ledger::totals::PartnerMonth;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use texts::Code;

/// The outcome of a message with months to refresh.
const ADDED_UP: &str = "added-up";

/// A ledger that reports its bookings.
pub type BookingLedger = Ledger<DynamoStore, Refreshes>;

/// A message of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// The months to compute again.
    pub months: BTreeSet<PartnerMonth>,
}

/// The refreshes requested in one invocation, and the metrics of its bookings.
#[derive(Debug, Clone)]
pub struct Refreshes {
    client: Client,
    queue_url: String,
    delay_seconds: i32,
    asked: Arc<Mutex<RequestedMonths>>,
    metrics: Metrics,
}

#[derive(Debug, Default)]
struct RequestedMonths {
    /// The months with a delayed refresh requested in this invocation.
    delayed: BTreeSet<PartnerMonth>,
    /// The months with an immediate refresh to request at the end of the invocation.
    booked: BTreeSet<PartnerMonth>,
}

impl Refreshes {
    /// The queue in `TOTALS_QUEUE_URL`; `RESTATEMENT_DELAY_SECONDS` is longer than the requesting writer may run.
    pub fn from_env(aws: &Aws, metrics: &Metrics) -> Result<Refreshes, SettingsError> {
        let delay_seconds = i32::try_from(number("RESTATEMENT_DELAY_SECONDS")?).unwrap_or(i32::MAX);
        Ok(Refreshes {
            client: aws.sqs(),
            queue_url: variable("TOTALS_QUEUE_URL")?,
            delay_seconds,
            asked: Arc::default(),
            metrics: metrics.clone(),
        })
    }

    /// The ledger whose bookings request refreshes here.
    pub fn ledger(&self, aws: &Aws) -> Result<BookingLedger, SettingsError> {
        Ok(Ledger::announcing(aws.store(&self.metrics)?, self.clone()))
    }

    /// Requests the immediate refreshes at the end of an invocation. If that fails, the delayed ones still arrive.
    pub async fn ask(&self) {
        let RequestedMonths { delayed: _, booked } = std::mem::take(&mut *self.asked());
        if booked.is_empty() {
            return;
        }
        if let Err(error) = self.send(&booked, 0).await {
            let error = chain(&*error);
            tracing::warn!(error, "month totals are right only after the delayed refresh, which comes by itself");
        }
    }

    fn asked(&self) -> MutexGuard<'_, RequestedMonths> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(&self, months: &BTreeSet<PartnerMonth>, delay_seconds: i32) -> Result<(), Error> {
        let body = serde_json::to_string(&Refresh { months: months.clone() })?;
        let send = self.client.send_message().queue_url(&self.queue_url).message_body(body);
        traced(send.delay_seconds(delay_seconds)).send().await.map_err(Box::new)?;
        Ok(())
    }
}

impl Announce for Refreshes {
    async fn before(&self, months: &BTreeSet<PartnerMonth>) -> Result<(), StoreError> {
        let new: BTreeSet<PartnerMonth> = months.difference(&self.asked().delayed).cloned().collect();
        if new.is_empty() {
            return Ok(());
        }
        let sent = self.send(&new, self.delay_seconds).await;
        sent.map_err(|source| StoreError { operation: "SendMessage to the totals queue", source })?;
        self.asked().delayed.extend(new);
        Ok(())
    }

    fn after(&self, booked: Vec<Booking>) {
        self.metrics.booked(&booked);
        self.asked().booked.extend(booked.into_iter().map(|booked| booked.within));
    }
}

/// Serves the queue for as long as the process lives.
pub async fn run() -> ExitCode {
    telemetry::start();
    telemetry::ended(started().await)
}

async fn started() -> Result<(), Error> {
    let (aws, metrics) = (Aws::from_env()?, Metrics::from_env()?);
    let (ledger, dead_letters) = (aws.ledger(&metrics)?, DeadLetters::from_env(&aws, &metrics)?);
    warm_up(&ledger).await;
    serve(&Totals { ledger, dead_letters, metrics: metrics.clone() }, &metrics).await
}

struct Totals {
    ledger: Ledger<DynamoStore>,
    dead_letters: DeadLetters,
    metrics: Metrics,
}

impl Worker for Totals {
    /// Refreshes each month once, however many messages name it.
    async fn batch(&self, messages: Vec<Message>) -> Vec<String> {
        let (mut back, mut wanted, mut asking) = (Vec::new(), BTreeSet::new(), Vec::new());
        for message in messages {
            match own_message::<Refresh>(&message.body) {
                Own::Known(Refresh { months }) => {
                    wanted.extend(months.iter().cloned());
                    asking.push((message, months));
                }
                Own::Unknown(error) => {
                    self.metrics.message("failed");
                    let context = Arc::clone(&message.context);
                    context.enter(|| {
                        tracing::error!(
                            outcome = "failed",
                            error,
                            "this release does not know the request: it comes back, for another"
                        );
                    });
                    back.push(message.id);
                }
                Own::Garbage if self.refuse(&message).await => {}
                Own::Garbage => back.push(message.id),
            }
        }
        let mut failed = BTreeSet::new();
        for of in wanted {
            let (partner_id, month) = (of.partner_id.as_str(), of.month.to_string());
            match self.ledger.refresh_totals(&of).await {
                Ok(()) => tracing::info!(partner_id, month, outcome = ADDED_UP, "month added up"),
                Err(error) => {
                    let error = chain(&error);
                    tracing::error!(
                        partner_id,
                        month,
                        outcome = "failed",
                        error,
                        "month not added up: it comes back; after the last attempt, see operate redrive"
                    );
                    failed.insert(of);
                }
            }
        }
        for (message, months) in asking {
            let is_done = months.is_disjoint(&failed);
            self.metrics.message(if is_done { ADDED_UP } else { "failed" });
            back.extend((!is_done).then_some(message.id));
        }
        back
    }
}

impl Totals {
    async fn refuse(&self, message: &Message) -> bool {
        self.dead_letters.move_to_dead_letters(message, &Refusal::new("body", Code::NoMonths)).await
    }
}
