//! The queues in SQS, and the attention list in the ledger.

use super::Letters;
use crate::Failure;
use crate::queue::Queue;
use crate::target::Target;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::Config;
use aws_sdk_sqs::config::timeout::TimeoutConfig;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, Message, MessageSystemAttributeName, MessageSystemAttributeNameForSends,
    MessageSystemAttributeValue, QueueAttributeName,
};
use ledger::Ledger;
use ledger::dynamo::DynamoStore;
use std::time::Duration;

/// Time for SQS to answer beyond the requested wait.
const PATIENCE: Duration = Duration::from_secs(30);
/// Maximum number of entries in one request.
const BATCH: usize = 10;

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

    async fn hold(&mut self, receipt: &str, hidden_seconds: i32) -> Result<(), Failure> {
        let hide = self.client.change_message_visibility().queue_url(&self.dead).receipt_handle(receipt);
        hide.visibility_timeout(hidden_seconds).send().await?;
        Ok(())
    }

    async fn release(&mut self, receipts: &[&str]) -> Result<(), Failure> {
        for batch in receipts.chunks(BATCH) {
            let entries = batch.iter().enumerate().map(|(i, receipt)| {
                let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(i.to_string());
                entry.receipt_handle(*receipt).visibility_timeout(0).build()
            });
            let entries = entries.collect::<Result<Vec<_>, _>>()?;
            let show = self.client.change_message_visibility_batch().queue_url(&self.dead);
            show.set_entries(Some(entries)).send().await?;
        }
        Ok(())
    }

    async fn send(&mut self, message: &Message) -> Result<(), Failure> {
        let body = message.body().unwrap_or_default();
        let mut send = self.client.send_message().queue_url(&self.source).message_body(body);
        send = send.set_message_attributes(message.message_attributes.clone());
        let trace = message.attributes().and_then(|known| known.get(&MessageSystemAttributeName::AwsTraceHeader));
        if let Some(trace) = trace {
            let value = MessageSystemAttributeValue::builder().data_type("String").string_value(trace).build()?;
            send = send.message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, value);
        }
        send.send().await?;
        Ok(())
    }

    async fn forget(&mut self, refused: &str) -> Result<(), Failure> {
        let ledger = match &self.ledger {
            Some(ledger) => ledger,
            None => self.ledger.insert(self.target.ledger().await?),
        };
        ledger.sent_back(refused).await?;
        Ok(())
    }

    async fn delete(&mut self, receipt: &str) -> Result<(), Failure> {
        self.client.delete_message().queue_url(&self.dead).receipt_handle(receipt).send().await?;
        Ok(())
    }
}
