//! The settlement queue (RULEBOOK §8.2): messages that carry the pass of a close from step to step, and the function that makes
//! the steps. Each message is one step; whoever closes a month sends the first.

use closing::{Closing, Made, PassMessage, Stepped};
use jiff::SignedDuration;
use ledger::Ledger;
use rules::Month;
use runtime::aws::Aws;
use runtime::batch::{Message, Worker, one_by_one, serve};
use runtime::dead_letters::DeadLetters;
use runtime::environment::{SettingsError, number};
use runtime::metrics::Metrics;
use runtime::own_messages::known;
use runtime::own_queue::OwnQueue;
pub use runtime::own_queue::SendError;
use runtime::pace::Table;
use runtime::steps::Steps;
use runtime::{Error, chain, telemetry, warm_up};
use serde::{Deserialize, Serialize};
use std::process::ExitCode;
use texts::Code;

/// A message of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Request {
    /// One step of the pass of a close.
    Pass(PassMessage),
}

/// The settlement queue.
#[derive(Debug, Clone)]
pub struct Queue(OwnQueue);

impl Queue {
    /// The queue at a URL.
    pub fn new(client: aws_sdk_sqs::Client, url: String) -> Queue {
        Queue(OwnQueue::new(client, url))
    }

    /// The queue in `SETTLEMENT_QUEUE_URL`.
    pub fn from_env(aws: &Aws) -> Result<Queue, SettingsError> {
        Ok(Queue(OwnQueue::from_env(aws, "SETTLEMENT_QUEUE_URL")?))
    }

    /// Asks for the pass of a close, to begin after a delay of whole seconds, at most 900. Asked for twice, it makes the same
    /// documents once.
    pub async fn begin(&self, month: Month, delay: SignedDuration) -> Result<(), SendError> {
        let seconds = u32::try_from(delay.as_secs()).unwrap_or_default();
        self.0.send(&Request::Pass(PassMessage::begin(month)), seconds).await
    }

    /// Asks for the next step of a pass, at once.
    async fn go_on(&self, next: PassMessage, steps: Steps) -> Result<(), SendError> {
        self.0.go_on(&Request::Pass(next), steps).await
    }
}

/// The delay in `SETTLEMENT_DELAY_SECONDS`: that of a cut before its close, and of the pass after it.
pub fn delay() -> Result<SignedDuration, SettingsError> {
    Ok(SignedDuration::from_secs(number("SETTLEMENT_DELAY_SECONDS")?.into()))
}

/// Serves the queue for as long as the process lives.
pub async fn run() -> ExitCode {
    telemetry::start();
    telemetry::ended(started().await)
}

async fn started() -> Result<(), Error> {
    let (aws, metrics) = (Aws::from_env()?, Metrics::from_env()?);
    let (queue, table) = (Queue::from_env(&aws)?, aws.patient_table(&metrics)?);
    let dead_letters = DeadLetters::from_env(&aws, &table, &metrics)?;
    warm_up(&Ledger::new(table.clone())).await;
    let closing = Closing::new(table, delay()?);
    serve(&Settlement { closing, queue, dead_letters, metrics: metrics.clone() }, &metrics).await
}

struct Settlement {
    closing: Closing<Table>,
    queue: Queue,
    dead_letters: DeadLetters,
    metrics: Metrics,
}

impl Worker for Settlement {
    async fn batch(&self, messages: Vec<Message>) -> Vec<String> {
        one_by_one(&messages, |message| self.message(message)).await
    }
}

impl Settlement {
    /// Processes a message. `false`: it returns to the queue.
    async fn message(&self, message: &Message) -> bool {
        let Request::Pass(pass) = match known(message, &self.dead_letters, &self.metrics, Code::NotAPass).await {
            Ok(request) => request,
            Err(is_done) => return is_done,
        };
        let month = pass.month;
        match self.step(pass, Steps::before(message)).await {
            Ok(made) => {
                let outcome = if made.is_some() { "documents-made" } else { "step-made" };
                self.metrics.message(outcome);
                log(month, outcome, made.as_ref());
                true
            }
            Err(error) => {
                self.metrics.message("failed");
                let (month, error) = (month.to_string(), chain(&*error));
                tracing::error!(
                    month,
                    outcome = "failed",
                    error,
                    "step of a close not made: it comes back; after the last attempt, see operate redrive"
                );
                false
            }
        }
    }

    /// Makes one step; another message continues the pass. Gives what the close made once its pass has ended.
    async fn step(&self, pass: PassMessage, steps: Steps) -> Result<Option<Made>, Error> {
        match self.closing.step(pass).await? {
            Stepped::Next(next) => {
                self.queue.go_on(next, steps.next()?).await?;
                Ok(None)
            }
            Stepped::Made(made) => Ok(Some(made)),
        }
    }
}

/// Logs a step that was made.
fn log(month: Month, outcome: &str, made: Option<&Made>) {
    let month = month.to_string();
    match made {
        None => tracing::info!(month, outcome, "step of a close made"),
        Some(Made { documents, carried, opened, sums: _ }) => {
            tracing::info!(month, outcome, documents, carried, opened, "documents of a close made");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_says_what_it_is_and_nothing_else() {
        let text =
            r#"{"kind":"pass","month":"2026-01","place":{"cancellations":0},"made":{"do":0,"ca":0,"op":0,"su":[]}}"#;
        let first = Request::Pass(PassMessage::begin("2026-01".parse().unwrap()));
        assert_eq!(serde_json::to_string(&first).unwrap(), text);
        assert_eq!(serde_json::from_str::<Request>(text).unwrap(), first);
        let is_known = |body: &str| serde_json::from_str::<Request>(body).is_ok();
        assert!(!is_known(&text.replace("\"pass\"", "\"later\"")));
        assert!(!is_known(&text.replace("\"month\"", "\"later\":1,\"month\"")));
        let among_partners =
            text.replace(r#"{"cancellations":0}"#, r#"{"partners":{"gsk":"P-1","pk":"PARTNER#P-1","sk":"HEAD"}}"#);
        assert!(is_known(&among_partners), "{among_partners}");
    }
}
