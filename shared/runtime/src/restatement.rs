//! The queue of partners whose agreements changed: who asks for a restatement, and who does it.

use crate::batch::{Message, Worker, serve};
use crate::context::traced;
use crate::dead_letters::DeadLetters;
use crate::metrics::Metrics;
use crate::settings::{Aws, SettingsError, number, variable};
use crate::totals::{BookingLedger, Refreshes};
use crate::{Error, chain, now, telemetry, warm_up};
use aws_sdk_sqs::Client;
use events::Refusal;
use ledger::choices::{Choice, Chosen};
use ledger::slots::Origin;
use ledger::store::IndexKey;
use rules::contract::Key;
use rules::text::Words;
use rules::{ContractId, CreditNoteId, PartnerId, Term};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::Arc;

/// What the queue carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// One step of a partner's restatement.
    Partner(PartnerStep),
    /// A manager's choice of what stands.
    Choice(ChoiceRequest),
}

impl Request {
    /// Logs that it is done.
    fn tell(&self) {
        let outcome = "restated";
        match self {
            Request::Partner(step) => {
                let partner_id = step.partner_id.as_str();
                tracing::info!(partner_id, agreements_version = step.agreements_version, outcome, "partner restated");
            }
            Request::Choice(choice) => {
                let (contract_id, term) = (choice.contract_id.as_str(), choice.term.number());
                tracing::info!(contract_id, term, choice = choice.number, outcome, "choice made");
            }
        }
    }
}

/// One step of a partner's restatement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerStep {
    /// Whose annuities and entry fees are decided again.
    pub partner_id: PartnerId,
    /// The version of its agreements that made it necessary.
    pub agreements_version: u64,
    /// Where the step before ended; none: from the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<IndexKey>,
}

/// A choice between the claims of one key (RULEBOOK §5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceRequest {
    /// The contract.
    pub contract_id: ContractId,
    /// The annuity.
    pub term: Term,
    /// The credit note; none: the annuity itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_note_id: Option<CreditNoteId>,
    /// 1 for the first choice of the key, and so on.
    pub number: usize,
    /// Which claim is to stand, counted from 1 in the order recorded; none: no one.
    pub claim: Option<usize>,
    /// The reason stated.
    pub why: String,
}

impl ChoiceRequest {
    /// What is chosen of.
    pub fn key(&self) -> Key {
        match (&self.credit_note_id, self.term) {
            (Some(note), term) => Key::CreditNote(term, note.clone()),
            (None, Term::FIRST) => Key::Sale,
            (None, term) => Key::Renewal(term),
        }
    }

    fn choice(&self) -> Choice {
        let ChoiceRequest { contract_id, term: _, credit_note_id: _, number, claim, why } = self.clone();
        Choice { contract_id, key: self.key(), number, claim, why }
    }
}

/// A request that could not be sent.
#[derive(Debug, thiserror::Error)]
#[error("the restatement queue could not take a message; trying again is safe")]
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
        traced(send).send().await.map_err(|error| SendError(error.into()))?;
        Ok(())
    }
}

/// Serves the queue for as long as the process lives.
pub async fn run() -> ExitCode {
    telemetry::start();
    telemetry::ended(started().await)
}

async fn started() -> Result<(), Error> {
    let (aws, metrics) = (Aws::from_env()?, Metrics::from_env()?);
    let queue = Queue::from_env(&aws)?;
    let refreshes = Refreshes::from_env(&aws, &metrics)?;
    let (ledger, dead_letters) = (refreshes.ledger(&aws)?, DeadLetters::from_env(&aws, &metrics)?);
    warm_up(&ledger).await;
    serve(&Restatement { ledger, refreshes, dead_letters, queue, metrics: metrics.clone() }, &metrics).await
}

struct Restatement {
    ledger: BookingLedger,
    refreshes: Refreshes,
    dead_letters: DeadLetters,
    queue: Queue,
    metrics: Metrics,
}

impl Worker for Restatement {
    async fn batch(&self, messages: Vec<Message>) -> Vec<String> {
        let mut back = Vec::new();
        for message in messages {
            if !Arc::clone(&message.context).scope(self.message(&message)).await {
                back.push(message.id);
            }
        }
        self.refreshes.ask().await;
        back
    }
}

impl Restatement {
    /// `false`: the message must come back.
    async fn message(&self, message: &Message) -> bool {
        let request: Request = match serde_json::from_str(&message.body) {
            Ok(request) => request,
            Err(_) => return self.dead_letters.bury(message, &Refusal::new("body", no_request())).await,
        };
        let done = match &request {
            Request::Partner(step) => self.step(step).await.map(|()| None),
            Request::Choice(choice) => self.choose(choice).await,
        };
        match done {
            Ok(None) => {
                self.metrics.message("restated");
                request.tell();
                true
            }
            Ok(Some(refusal)) => self.dead_letters.bury(message, &refusal).await,
            Err(error) => {
                self.metrics.message("failed");
                let error = chain(&*error);
                tracing::error!(
                    outcome = "failed",
                    error,
                    "not restated: it comes back; after the last attempt, see operate redrive"
                );
                false
            }
        }
    }

    /// One step; the rest is carried on by a message of its own.
    async fn step(&self, step: &PartnerStep) -> Result<(), Error> {
        let because = format!("agreements-{}", step.agreements_version);
        let origin = Origin { at: now(), because: &because };
        if let Some(after) = self.ledger.restate(&step.partner_id, step.after.clone(), origin).await? {
            self.queue.send(&Request::Partner(PartnerStep { after: Some(after), ..step.clone() })).await?;
        }
        Ok(())
    }

    /// A choice, between two passes over every partner that the sale was ever claimed for, as for a change of agreements.
    async fn choose(&self, request: &ChoiceRequest) -> Result<Option<Refusal>, Error> {
        let contract = self.ledger.contract(&request.contract_id).await?.contract();
        let partners: BTreeSet<&PartnerId> = contract.sale_claims().iter().map(|sale| &sale.partner_id).collect();
        let passes: Vec<Request> = partners
            .into_iter()
            .map(|id| Request::Partner(PartnerStep { partner_id: id.clone(), agreements_version: 0, after: None }))
            .collect();
        for pass in &passes {
            self.queue.send_delayed(pass).await?;
        }
        let because = format!("choice-{}", request.number);
        match self.ledger.choose(&request.choice(), Origin { at: now(), because: &because }).await? {
            Chosen::Now | Chosen::Already => {}
            Chosen::OutOfTurn { next } => {
                return Ok(Some(Refusal::new("number", taken(next))));
            }
            Chosen::UnknownClaim => return Ok(Some(Refusal::new("claim", unknown_claim()))),
        }
        for pass in &passes {
            self.queue.send(pass).await?;
        }
        Ok(None)
    }
}

fn no_request() -> Words {
    Words::new("n'est pas une demande de nouvelle décision", "is no restatement request")
}

fn taken(next: usize) -> Words {
    let fr = format!("est pris par un autre choix ; le prochain est {next}");
    Words::new(fr, format!("is taken by another choice; the next one is {next}"))
}

fn unknown_claim() -> Words {
    Words::new("n'est aucune des déclarations enregistrées", "is none that was recorded")
}
