//! The queue of partners whose agreements changed: who asks for a restatement, and who does it.

use crate::batch::{Message, failures, messages};
use crate::dead_letters::DeadLetters;
use crate::settings::{Aws, SettingsError, number, variable};
use crate::{Error, chain, now, telemetry};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use aws_sdk_sqs::Client;
use events::Refusal;
use lambda_runtime::{LambdaEvent, service_fn};
use ledger::Ledger;
use ledger::dynamo::DynamoStore;
use ledger::slots::Origin;
use ledger::store::IndexKey;
use rules::PartnerId;
use serde::{Deserialize, Serialize};

/// One step of a partner's restatement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Whose annuities and entry fees are decided again.
    pub partner_id: PartnerId,
    /// The version of its agreements that made it necessary.
    pub agreements_version: u64,
    /// Where the step before ended; none: from the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<IndexKey>,
}

/// A request that could not be sent.
#[derive(Debug, thiserror::Error)]
#[error("the restatement queue could not take a message; try again")]
pub struct SendError(#[source] Box<dyn std::error::Error + Send + Sync>);

/// The restatement queue.
#[derive(Debug, Clone)]
pub struct Queue {
    client: Client,
    url: String,
    delay_seconds: i32,
}

impl Queue {
    /// The queue that `RESTATEMENT_QUEUE_URL` names. `RESTATEMENT_DELAY_SECONDS` is longer than any writer that had read
    /// the agreements before a change can still be at work; SQS takes 900 at most.
    pub fn from_env(aws: &Aws) -> Result<Queue, SettingsError> {
        let delay_seconds = i32::try_from(number("RESTATEMENT_DELAY_SECONDS")?).unwrap_or(i32::MAX);
        Ok(Queue { client: aws.sqs(), url: variable("RESTATEMENT_QUEUE_URL")?, delay_seconds })
    }

    /// Asks for a pass at once.
    pub async fn send(&self, request: &Request) -> Result<(), SendError> {
        self.send_after(request, 0).await
    }

    /// Asks for the pass that catches whoever was still at work with the old agreements.
    pub async fn send_delayed(&self, request: &Request) -> Result<(), SendError> {
        self.send_after(request, self.delay_seconds).await
    }

    async fn send_after(&self, request: &Request, delay_seconds: i32) -> Result<(), SendError> {
        let body = serde_json::to_string(request).map_err(|error| SendError(error.into()))?;
        let send = self.client.send_message().queue_url(&self.url).message_body(body).delay_seconds(delay_seconds);
        send.send().await.map_err(|error| SendError(error.into()))?;
        Ok(())
    }
}

/// Serves the queue for as long as the process lives.
pub async fn run() -> Result<(), Error> {
    telemetry::start();
    let aws = Aws::from_env()?;
    let queue = Queue::from_env(&aws)?;
    let restatement = Restatement { ledger: aws.ledger()?, dead_letters: DeadLetters::from_env(&aws)?, queue };
    let restatement = &restatement;
    lambda_runtime::run(service_fn(|event: LambdaEvent<SqsEvent>| async move {
        Ok::<_, Error>(restatement.batch(event.payload).await)
    }))
    .await
}

struct Restatement {
    ledger: Ledger<DynamoStore>,
    dead_letters: DeadLetters,
    queue: Queue,
}

impl Restatement {
    async fn batch(&self, event: SqsEvent) -> SqsBatchResponse {
        let mut back = Vec::new();
        for message in messages(event) {
            if !self.message(&message).await {
                back.push(message.id);
            }
        }
        failures(back)
    }

    /// One step; the rest is carried on by a message of its own. `false`: the step must be repeated.
    async fn message(&self, message: &Message) -> bool {
        let request: Request = match serde_json::from_str(&message.body) {
            Ok(request) => request,
            Err(_) => return self.dead_letters.bury(message, &Refusal::new("body", "is no restatement request")).await,
        };
        match self.step(&request).await {
            Ok(()) => {
                tracing::info!(
                    message_id = message.id,
                    partner_id = request.partner_id.as_str(),
                    agreements_version = request.agreements_version,
                    "partner restated"
                );
                true
            }
            Err(error) => {
                tracing::error!(
                    message_id = message.id,
                    partner_id = request.partner_id.as_str(),
                    error = chain(&*error),
                    "partner not restated: the step comes back"
                );
                false
            }
        }
    }

    async fn step(&self, request: &Request) -> Result<(), Error> {
        let because = format!("agreements-{}", request.agreements_version);
        let origin = Origin { at: now(), because: &because };
        if let Some(after) = self.ledger.restate(&request.partner_id, request.after.clone(), origin).await? {
            self.queue.send(&Request { after: Some(after), ..request.clone() }).await?;
        }
        Ok(())
    }
}
