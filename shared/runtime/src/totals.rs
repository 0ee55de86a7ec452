//! The queue of months whose totals are computed again: who asks, and who does it.
//!
//! Whoever books entries asks for a refresh before the write, delayed by more than a writer may take and the index may
//! lag, and again at once when the write is durable. Whatever happens in between, the delayed one comes.

use crate::batch::{Message, failures, flat, messages};
use crate::dead_letters::DeadLetters;
use crate::settings::{Aws, SettingsError, number, variable};
use crate::{Error, chain, telemetry};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use aws_sdk_sqs::Client;
use events::Refusal;
use lambda_runtime::{LambdaEvent, service_fn};
use ledger::Ledger;
use ledger::announce::{Announce, Announced};
use ledger::dynamo::DynamoStore;
use ledger::store::StoreError;
use ledger::totals::PartnerMonth;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The ledger as those write it who book entries.
pub type BookingLedger = Ledger<Announced<DynamoStore, Refreshes>>;

/// What the queue carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Refresh {
    months: BTreeSet<PartnerMonth>,
}

/// The refreshes that one invocation asks for.
#[derive(Debug, Clone)]
pub struct Refreshes {
    client: Client,
    queue_url: String,
    delay_seconds: i32,
    asked: Arc<Mutex<Asked>>,
}

#[derive(Debug, Default)]
struct Asked {
    /// Of which months the delayed refresh was asked for in this invocation.
    delayed: BTreeSet<PartnerMonth>,
    /// Of which months the refresh at once is to be asked for at its end.
    booked: BTreeSet<PartnerMonth>,
}

impl Refreshes {
    /// The queue that `TOTALS_QUEUE_URL` names; `RESTATEMENT_DELAY_SECONDS` is longer than any writer may take.
    pub fn from_env(aws: &Aws) -> Result<Refreshes, SettingsError> {
        let delay_seconds = i32::try_from(number("RESTATEMENT_DELAY_SECONDS")?).unwrap_or(i32::MAX);
        Ok(Refreshes {
            client: aws.sqs(),
            queue_url: variable("TOTALS_QUEUE_URL")?,
            delay_seconds,
            asked: Arc::default(),
        })
    }

    /// The ledger whose bookings ask for refreshes here.
    pub fn ledger(&self, aws: &Aws) -> Result<BookingLedger, SettingsError> {
        Ok(Ledger::new(Announced::new(aws.store()?, self.clone())))
    }

    /// At the end of an invocation: asks for the refresh at once. Should that fail, the delayed one comes.
    pub async fn ask(&self) {
        let Asked { delayed: _, booked } = std::mem::take(&mut *self.asked());
        if booked.is_empty() {
            return;
        }
        if let Err(error) = self.send(&booked, 0).await {
            tracing::warn!(error = chain(&*error), "month totals wait for the delayed refresh");
        }
    }

    fn asked(&self) -> MutexGuard<'_, Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(&self, months: &BTreeSet<PartnerMonth>, delay_seconds: i32) -> Result<(), Error> {
        let body = serde_json::to_string(&Refresh { months: months.clone() })?;
        let send = self.client.send_message().queue_url(&self.queue_url).message_body(body);
        send.delay_seconds(delay_seconds).send().await.map_err(Box::new)?;
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

    fn after(&self, months: BTreeSet<PartnerMonth>) {
        self.asked().booked.extend(months);
    }
}

/// Serves the queue for as long as the process lives.
pub async fn run() -> Result<(), Error> {
    telemetry::start();
    let aws = Aws::from_env()?;
    let totals = Totals { ledger: aws.ledger()?, dead_letters: DeadLetters::from_env(&aws)? };
    let totals = &totals;
    lambda_runtime::run(service_fn(|event: LambdaEvent<SqsEvent>| async move {
        Ok::<_, Error>(flat(totals.batch(event.payload)).await)
    }))
    .await
}

struct Totals {
    ledger: Ledger<DynamoStore>,
    dead_letters: DeadLetters,
}

impl Totals {
    /// Each month once, however many messages ask for it.
    async fn batch(&self, event: SqsEvent) -> SqsBatchResponse {
        let (mut back, mut wanted, mut asking) = (Vec::new(), BTreeSet::new(), Vec::new());
        for message in messages(event) {
            match serde_json::from_str::<Refresh>(&message.body) {
                Ok(Refresh { months }) => {
                    wanted.extend(months.iter().cloned());
                    asking.push((message, months));
                }
                Err(_) if self.refuse(&message).await => {}
                Err(_) => back.push(message.id),
            }
        }
        let mut failed = BTreeSet::new();
        for of in wanted {
            if let Err(error) = self.ledger.refresh_totals(&of).await {
                let (partner_id, month) = (of.partner_id.as_str(), of.month.to_string());
                tracing::error!(partner_id, month, error = chain(&error), "totals not refreshed: they come back");
                failed.insert(of);
            }
        }
        back.extend(
            asking.into_iter().filter(|(_, months)| !months.is_disjoint(&failed)).map(|(message, _)| message.id),
        );
        failures(back)
    }

    async fn refuse(&self, message: &Message) -> bool {
        self.dead_letters.bury(message, &Refusal::new("body", "names no months to add up")).await
    }
}
