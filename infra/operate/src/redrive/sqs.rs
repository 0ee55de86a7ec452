//! The queues in SQS, and the attention list in the ledger.

use super::{BATCH, Letters};
use crate::Failure;
use crate::queue::Queue;
use crate::target::Target;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::Config;
use aws_sdk_sqs::config::timeout::TimeoutConfig;
use aws_sdk_sqs::error::BuildError;
use aws_sdk_sqs::types::{
    BatchResultErrorEntry, ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, Message,
    MessageSystemAttributeName, MessageSystemAttributeNameForSends, MessageSystemAttributeValue, QueueAttributeName,
    SendMessageBatchRequestEntry,
};
use futures_util::future::join_all;
use ledger::Ledger;
use ledger::dynamo::DynamoStore;
use std::time::Duration;

/// Time for SQS to answer beyond the requested wait.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Sqs<'a> {
    target: &'a Target,
    client: Client,
    /// The URL of the queue before.
    source: String,
    /// The URL of the dead-letter queue.
    dead: String,
    /// The ledger, opened once it is needed.
    ledger: Option<Ledger<DynamoStore>>,
}

impl Sqs<'_> {
    pub(super) async fn of(target: &Target, queue: Queue) -> Result<Sqs<'_>, Failure> {
        let source = target.queue_url(&queue.queue()).await?;
        let dead = target.queue_url(&queue.dead_letters()).await?;
        Ok(Sqs { target, client: target.sqs.clone(), source, dead, ledger: None })
    }
}

impl Letters for Sqs<'_> {
    async fn receive(&mut self, wait_seconds: i32, hidden_seconds: i32) -> Result<Vec<Message>, Failure> {
        let wait = Duration::from_secs(wait_seconds.unsigned_abs().into());
        let patience = TimeoutConfig::builder()
            .operation_attempt_timeout(wait + PATIENCE)
            .operation_timeout(wait + 2 * PATIENCE)
            .build();
        let receive = self
            .client
            .receive_message()
            .queue_url(&self.dead)
            .max_number_of_messages(10)
            .wait_time_seconds(wait_seconds)
            .visibility_timeout(hidden_seconds)
            .message_attribute_names("All")
            .message_system_attribute_names(MessageSystemAttributeName::AwsTraceHeader)
            .customize()
            .config_override(Config::builder().timeout_config(patience));
        Ok(receive.send().await?.messages.unwrap_or_default())
    }

    async fn count(&mut self) -> Result<usize, Failure> {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let request = self.client.get_queue_attributes().queue_url(&self.dead);
        let attributes = request.set_attribute_names(Some(names.to_vec())).send().await?.attributes.unwrap_or_default();
        let counts = names.iter().map(|name| attributes.get(name).ok_or("SQS does not say how many there are"));
        let mut sum = 0;
        for count in counts {
            sum += count?.parse::<usize>()?;
        }
        Ok(sum)
    }

    async fn hold(&mut self, receipts: &[&str], hidden_seconds: i32) -> Vec<Result<(), Failure>> {
        let hidden = match visible_in(receipts, hidden_seconds) {
            Ok(entries) => {
                let hide = self.client.change_message_visibility_batch().queue_url(&self.dead);
                hide.set_entries(Some(entries)).send().await.map(|answer| answer.failed).map_err(Into::into)
            }
            Err(error) => Err(error.into()),
        };
        each(receipts.len(), hidden)
    }

    async fn release(&mut self, receipts: &[&str]) -> Result<(), Failure> {
        for batch in receipts.chunks(BATCH) {
            let entries = visible_in(batch, 0)?;
            let show = self.client.change_message_visibility_batch().queue_url(&self.dead);
            show.set_entries(Some(entries)).send().await?;
        }
        Ok(())
    }

    async fn send(&mut self, messages: &[Message]) -> Vec<Result<(), Failure>> {
        let entries = messages.iter().enumerate().map(|(i, message)| entry(i, message)).collect::<Result<Vec<_>, _>>();
        let sent = match entries {
            Ok(entries) => {
                let send = self.client.send_message_batch().queue_url(&self.source);
                send.set_entries(Some(entries)).send().await.map(|answer| answer.failed).map_err(Into::into)
            }
            Err(error) => Err(error.into()),
        };
        each(messages.len(), sent)
    }

    async fn forget(&mut self, refused: &[&str]) -> Vec<Result<(), Failure>> {
        if refused.is_empty() {
            return Vec::new();
        }
        let ledger = match &self.ledger {
            Some(ledger) => ledger,
            None => match self.target.ledger().await {
                Ok(ledger) => self.ledger.insert(ledger),
                Err(error) => return each(refused.len(), Err(error)),
            },
        };
        join_all(refused.iter().map(async |id| Ok(ledger.sent_back(id).await?))).await
    }

    async fn delete(&mut self, receipts: &[&str]) -> Vec<Result<(), Failure>> {
        let entries = receipts.iter().enumerate().map(|(i, receipt)| {
            DeleteMessageBatchRequestEntry::builder().id(i.to_string()).receipt_handle(*receipt).build()
        });
        let deleted = match entries.collect::<Result<Vec<_>, _>>() {
            Ok(entries) => {
                let delete = self.client.delete_message_batch().queue_url(&self.dead);
                delete.set_entries(Some(entries)).send().await.map(|answer| answer.failed).map_err(Into::into)
            }
            Err(error) => Err(error.into()),
        };
        each(receipts.len(), deleted)
    }
}

fn visible_in(receipts: &[&str], seconds: i32) -> Result<Vec<ChangeMessageVisibilityBatchRequestEntry>, BuildError> {
    let entries = receipts.iter().enumerate().map(|(i, receipt)| {
        let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(i.to_string());
        entry.receipt_handle(*receipt).visibility_timeout(seconds).build()
    });
    entries.collect()
}

/// A message as part of a request.
fn entry(i: usize, message: &Message) -> Result<SendMessageBatchRequestEntry, BuildError> {
    let mut entry = SendMessageBatchRequestEntry::builder()
        .id(i.to_string())
        .message_body(message.body().unwrap_or_default())
        .set_message_attributes(message.message_attributes.clone());
    let trace = message.attributes().and_then(|known| known.get(&MessageSystemAttributeName::AwsTraceHeader));
    if let Some(trace) = trace {
        let value = MessageSystemAttributeValue::builder().data_type("String").string_value(trace).build()?;
        entry = entry.message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, value);
    }
    entry.build()
}

/// The outcome of each part of a request, of which SQS names those that failed; if the request failed, all did.
fn each(parts: usize, failed: Result<Vec<BatchResultErrorEntry>, Failure>) -> Vec<Result<(), Failure>> {
    let mut outcomes: Vec<Result<(), Failure>> = (0..parts).map(|_| Ok(())).collect();
    match failed {
        Ok(failed) => {
            for fault in failed {
                let outcome = fault.id.parse::<usize>().ok().and_then(|place| outcomes.get_mut(place));
                let said = format!("{}: {}", fault.code, fault.message.unwrap_or_default());
                if let Some(outcome) = outcome {
                    *outcome = Err(said.into());
                }
            }
        }
        Err(error) => {
            let said = runtime::chain(&*error);
            for outcome in &mut outcomes {
                *outcome = Err(said.clone().into());
            }
        }
    }
    outcomes
}
