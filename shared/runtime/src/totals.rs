//! The function on the totals queue: adds up the months that its messages name.

use crate::announcements::TOTALS_QUEUE;
use crate::aws::Aws;
use crate::batch::{Message, Worker, serve};
use crate::dead_letters::DeadLetters;
use crate::environment::number;
use crate::metrics::Metrics;
use crate::own_messages::{Own, UNKNOWN, own_message};
use crate::own_queue::OwnQueue;
use crate::pace::Table;
use crate::{Error, chain, now, telemetry, warm_up};
use events::Refusal;
use ledger::Ledger;
use ledger::totals::PartnerMonth;
use ledger::totals_queue::{Batch, Delay, TotalsMessage};
use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use texts::Code;

/// The outcome of a message with months to add up.
const ADDED_UP: &str = "added-up";
const FAILED: &str = "failed";
/// Time for which an invocation goes on with what is to be done at once: a small part of any function's timeout, since what it
/// begins then may take much longer.
const AT_ONCE: Duration = Duration::from_secs(1);

/// The months that could not be added up.
type Failed = BTreeSet<PartnerMonth>;

/// Serves the queue for as long as the process lives.
pub async fn run() -> ExitCode {
    telemetry::start();
    telemetry::ended(started().await)
}

async fn started() -> Result<(), Error> {
    let (aws, metrics) = (Aws::from_env()?, Metrics::from_env()?);
    let table = aws.patient_table(&metrics)?;
    let (dead_letters, ledger) = (DeadLetters::from_env(&aws, &table, &metrics)?, Ledger::new(table));
    let (queue, confirm_seconds) = (OwnQueue::from_env(&aws, TOTALS_QUEUE)?, number("TOTALS_CONFIRM_SECONDS")?);
    warm_up(&ledger).await;
    serve(&Totals { ledger, queue, confirm_seconds, dead_letters, metrics: metrics.clone() }, &metrics).await
}

struct Totals {
    ledger: Ledger<Table>,
    queue: OwnQueue,
    /// The delay of a confirmation: longer than a writer that announced may take and the index may lag.
    confirm_seconds: u32,
    dead_letters: DeadLetters,
    metrics: Metrics,
}

impl Worker for Totals {
    /// Adds up each month once, however many messages name it. What is to come later is sent before any message of the
    /// batch is done.
    async fn batch(&self, messages: Vec<Message>) -> Vec<String> {
        let (mut back, mut asked) = (Vec::new(), Vec::new());
        for message in messages {
            match own_message::<TotalsMessage>(&message.body) {
                Own::Known(request) => asked.push((message, request)),
                Own::Unknown(error) => {
                    self.metrics.message(UNKNOWN);
                    let context = Arc::clone(&message.context);
                    context.enter(|| {
                        tracing::error!(
                            outcome = UNKNOWN,
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
        let (messages, requests): (Vec<Message>, Vec<TotalsMessage>) = asked.into_iter().unzip();
        let failed = self.process(requests.clone()).await;
        for (message, request) in messages.into_iter().zip(requests) {
            let is_done = failed.as_ref().is_ok_and(|failed| request.months().all(|of| !failed.contains(of)));
            self.metrics.message(if is_done { ADDED_UP } else { FAILED });
            back.extend((!is_done).then_some(message.id));
        }
        back
    }
}

impl Totals {
    /// Adds up, and sends what is to come later. What is to be done at once is done here while there is time for it: a message
    /// would wait for another window. An error: nothing of the batch is done.
    async fn process(&self, requests: Vec<TotalsMessage>) -> Result<Failed, ()> {
        let (started, mut failed, mut requests) = (Instant::now(), Failed::new(), requests);
        while !requests.is_empty() {
            let batch = self.ledger.process_totals(&requests, now()).await.map_err(|error| log_failure(&error))?;
            log(&batch);
            requests = Vec::new();
            for (message, delay) in batch.send {
                let seconds = match delay {
                    Delay::None if started.elapsed() < AT_ONCE => {
                        requests.push(message);
                        continue;
                    }
                    Delay::None => 0,
                    Delay::Seconds(seconds) => seconds,
                    Delay::Confirm => self.confirm_seconds,
                };
                self.queue.send(&message, seconds).await.map_err(|error| log_failure(&error))?;
            }
            failed.extend(batch.failed.into_keys());
        }
        Ok(failed)
    }

    async fn refuse(&self, message: &Message) -> bool {
        self.dead_letters.move_to_dead_letters(message, &Refusal::new("body", Code::NoMonths)).await
    }
}

fn log(batch: &Batch) {
    for PartnerMonth { partner_id, month } in batch.added_up.keys() {
        tracing::info!(
            partner_id = partner_id.as_str(),
            month = month.to_string(),
            outcome = ADDED_UP,
            "month added up"
        );
    }
    for (PartnerMonth { partner_id, month }, error) in &batch.failed {
        let (partner_id, month, error) = (partner_id.as_str(), month.to_string(), chain(error));
        tracing::error!(
            partner_id,
            month,
            outcome = FAILED,
            error,
            "month not added up: it comes back; after the last attempt, see operate redrive"
        );
    }
}

/// Logs why a whole batch comes back.
fn log_failure(error: &dyn std::error::Error) {
    let error = chain(error);
    tracing::error!(
        outcome = FAILED,
        error,
        "no month added up: all come back; after the last attempt, see operate redrive"
    );
}
