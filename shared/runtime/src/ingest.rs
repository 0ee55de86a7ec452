//! The ingest functions: batch → message → event → fact → ledger.

use crate::announcements::Bookings;
use crate::aws::Aws;
use crate::batch::{Message, Worker, serve};
use crate::dead_letters::DeadLetters;
use crate::metrics::Metrics;
use crate::{Error, chain, now, telemetry, warm_up};
use events::{EventType, Refusal, cloud_event};
use ledger::{LedgerError, Outcome, ReportedFact};
use rules::Subject;
use std::process::ExitCode;
use std::sync::Arc;

/// Serves a queue that carries one type of event, for as long as the process lives.
pub async fn run(event_type: EventType) -> ExitCode {
    telemetry::start();
    telemetry::ended(started(event_type).await)
}

async fn started(event_type: EventType) -> Result<(), Error> {
    let (aws, metrics) = (Aws::from_env()?, Metrics::from_env()?);
    let table = aws.patient_table(&metrics)?;
    let bookings = Bookings::from_env(&aws, &table, &metrics)?;
    let dead_letters = DeadLetters::from_env(&aws, &table, &metrics)?;
    warm_up(&bookings.invocation()).await;
    serve(&Ingest { event_type, bookings, dead_letters, metrics: metrics.clone() }, &metrics).await
}

struct Ingest {
    event_type: EventType,
    bookings: Bookings,
    dead_letters: DeadLetters,
    metrics: Metrics,
}

impl Worker for Ingest {
    /// Records the events of a batch; messages without a durable outcome return to the queue.
    async fn batch(&self, messages: Vec<Message>) -> Vec<String> {
        let mut back = Vec::new();
        let mut accepted = Vec::new();
        for message in messages {
            match cloud_event::parse(&message.body, self.event_type) {
                Ok(event) => {
                    event.time.or(message.sent_at).into_iter().for_each(|since| self.metrics.age(since));
                    accepted.push((
                        message,
                        ReportedFact::new(event.fact, &event.id).with_customer_name(event.customer_name),
                    ));
                }
                Err(refusal) if self.dead_letters.move_to_dead_letters(&message, &refusal).await => {}
                Err(_) => back.push(message.id),
            }
        }
        back.extend(self.record(accepted).await);
        back
    }
}

impl Ingest {
    /// Records facts, and returns the messages that return to the queue.
    async fn record(&self, accepted: Vec<(Message, ReportedFact)>) -> Vec<String> {
        let (messages, reported): (Vec<Message>, Vec<ReportedFact>) = accepted.into_iter().unzip();
        let outcomes = self.bookings.invocation().record(&reported, now()).await;
        let mut back = Vec::new();
        for ((message, reported), outcome) in messages.into_iter().zip(&reported).zip(outcomes) {
            let is_durable = match &outcome {
                Ok(Outcome::TooMany(bound)) => {
                    let refusal = Refusal::new(self.event_type.key_field(), *bound);
                    self.dead_letters.move_to_dead_letters(&message, &refusal).await
                }
                Ok(
                    Outcome::Decided
                    | Outcome::Pending(_)
                    | Outcome::Duplicate
                    | Outcome::Contradiction
                    | Outcome::Void
                    | Outcome::Recorded,
                ) => true,
                Err(_) => false,
            };
            Arc::clone(&message.context).enter(|| self.log(reported, outcome));
            back.extend((!is_durable).then_some(message.id));
        }
        back
    }

    fn log(&self, reported: &ReportedFact, outcome: Result<Outcome, LedgerError>) {
        let Subject::Annuity(contract_id, _) = reported.fact().subject();
        let (event_id, contract_id) = (reported.trigger().to_string(), contract_id.as_str());
        match outcome {
            // Already logged and counted as refused.
            Ok(Outcome::TooMany(_)) => {}
            Ok(outcome) => {
                self.metrics.event(outcome);
                tracing::info!(event_id, contract_id, outcome = outcome.as_str(), "event recorded");
            }
            Err(error) => {
                self.metrics.message("failed");
                let error = chain(&error);
                tracing::error!(
                    event_id,
                    contract_id,
                    outcome = "failed",
                    error,
                    "event not recorded: it comes back; after the last attempt, see operate redrive"
                );
            }
        }
    }
}
