//! The functions that take events in: batch → message → event → fact → ledger.

use crate::batch::{failures, flat, messages};
use crate::dead_letters::DeadLetters;
use crate::settings::Aws;
use crate::totals::{BookingLedger, Refreshes};
use crate::{Error, chain, now, telemetry};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use events::{EventType, cloud_event};
use lambda_runtime::{LambdaEvent, service_fn};
use ledger::Reported;

/// Serves a queue that carries one type of event, for as long as the process lives.
pub async fn run(event_type: EventType) -> Result<(), Error> {
    telemetry::start();
    let aws = Aws::from_env()?;
    let refreshes = Refreshes::from_env(&aws)?;
    let (ledger, dead_letters) = (refreshes.ledger(&aws)?, DeadLetters::from_env(&aws)?);
    let ingest = Ingest { event_type, ledger, refreshes, dead_letters };
    let ingest = &ingest;
    lambda_runtime::run(service_fn(|event: LambdaEvent<SqsEvent>| async move {
        Ok::<_, Error>(flat(ingest.batch(event.payload)).await)
    }))
    .await
}

struct Ingest {
    event_type: EventType,
    ledger: BookingLedger,
    refreshes: Refreshes,
    dead_letters: DeadLetters,
}

impl Ingest {
    /// Deletes what is durable, and leaves the rest in the queue.
    async fn batch(&self, event: SqsEvent) -> SqsBatchResponse {
        let mut back = Vec::new();
        let mut accepted = Vec::new();
        for message in messages(event) {
            match cloud_event::parse(&message.body, self.event_type) {
                Ok(event) => accepted.push((message.id, Reported::new(event.fact, &event.id))),
                Err(refusal) if self.dead_letters.bury(&message, &refusal).await => {}
                Err(_) => back.push(message.id),
            }
        }
        back.extend(self.record(accepted).await);
        self.refreshes.ask().await;
        failures(back)
    }

    /// Takes events in, and returns the messages that must come back.
    async fn record(&self, accepted: Vec<(String, Reported)>) -> Vec<String> {
        let (ids, reported): (Vec<String>, Vec<Reported>) = accepted.into_iter().unzip();
        let outcomes = self.ledger.record(&reported, now()).await;
        let mut back = Vec::new();
        for ((message_id, reported), outcome) in ids.into_iter().zip(&reported).zip(outcomes) {
            let (event_id, contract_id) = (reported.event_id(), reported.fact().contract_id().as_str());
            match outcome {
                Ok(outcome) => {
                    tracing::info!(message_id, event_id, contract_id, outcome = outcome.as_str(), "event recorded");
                }
                Err(error) => {
                    let error = chain(&error);
                    tracing::error!(message_id, event_id, contract_id, error, "event not recorded: it comes back");
                    back.push(message_id);
                }
            }
        }
        back
    }
}
