//! The functions that take events in: batch → message → event → fact → ledger.

use crate::batch::{Message, failures, messages};
use crate::dead_letters::DeadLetters;
use crate::settings::{Aws, variable};
use crate::{Error, chain, now, telemetry};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use events::{EventType, Refusal, cloud_event};
use lambda_runtime::{LambdaEvent, service_fn};
use ledger::attention::Rejected;
use ledger::dynamo::DynamoStore;
use ledger::{Ledger, Reported};

/// Serves a queue that carries one type of event, for as long as the process lives.
pub async fn run(event_type: EventType) -> Result<(), Error> {
    telemetry::start();
    let aws = Aws::from_env()?;
    let function = variable("AWS_LAMBDA_FUNCTION_NAME")?;
    let ingest = Ingest { event_type, function, ledger: aws.ledger()?, dead_letters: DeadLetters::from_env(&aws)? };
    let ingest = &ingest;
    lambda_runtime::run(service_fn(|event: LambdaEvent<SqsEvent>| async move {
        Ok::<_, Error>(ingest.batch(event.payload).await)
    }))
    .await
}

struct Ingest {
    event_type: EventType,
    function: String,
    ledger: Ledger<DynamoStore>,
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
                Err(refusal) if self.refuse(&message, &refusal).await => {}
                Err(_) => back.push(message.id),
            }
        }
        back.extend(self.record(accepted).await);
        failures(back)
    }

    /// Onto the attention list, and into the dead-letter queue. `false`: not both, so that the message must come back.
    async fn refuse(&self, message: &Message, refusal: &Refusal) -> bool {
        let rejected = Rejected {
            message_id: message.id.clone(),
            function: self.function.clone(),
            field: refusal.field.clone(),
            reason: refusal.reason.clone(),
            at: now(),
        };
        if let Err(error) = self.ledger.reject(&rejected).await {
            tracing::error!(
                message_id = message.id,
                error = chain(&error),
                "a refused message could not be listed: it comes back"
            );
            return false;
        }
        self.dead_letters.bury(message, refusal).await
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
