//! Event source mappings: messages from a queue, in batches, to a function; deleted if it does not name them as failed,
//! left to come back after the queue's visibility timeout otherwise.

use crate::lambda::{Invoker, new_trace};
use crate::template::Mapping;
use crate::{ACCOUNT, REGION};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message, MessageAttributeValue, MessageSystemAttributeName};
use axum::body::Bytes;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::error::Error;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Time for which a request waits at an empty queue, in seconds.
const LONG_POLL_SECONDS: i32 = 20;
/// Pause after an error of the queue.
const PAUSE: Duration = Duration::from_secs(1);

/// Starts to serve a queue. One poller, like the one process behind it.
pub fn start(
    mapping: &Mapping,
    function: Invoker,
    (client, queue_url): (Client, String),
    (tasks, stop): (&TaskTracker, &CancellationToken),
) {
    let poller = Poller {
        client,
        queue_url,
        queue_arn: format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{}", mapping.queue),
        batch_size: i32::try_from(mapping.batch_size).unwrap_or(1),
        function,
    };
    let stop = stop.clone();
    tasks.spawn(async move {
        while !stop.is_cancelled() {
            if let Err(error) = poller.serve(&stop).await {
                eprintln!("{}: {error}", poller.function.name);
                tokio::time::sleep(PAUSE).await;
            }
        }
    });
}

struct Poller {
    client: Client,
    queue_url: String,
    queue_arn: String,
    batch_size: i32,
    function: Invoker,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BatchResponse {
    #[serde(default)]
    batch_item_failures: Vec<BatchItemFailure>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BatchItemFailure {
    item_identifier: String,
}

impl Poller {
    /// Serves one batch, if there is one.
    async fn serve(&self, stop: &CancellationToken) -> Result<(), Box<dyn Error + Send + Sync>> {
        let receive = self
            .client
            .receive_message()
            .queue_url(&self.queue_url)
            .max_number_of_messages(self.batch_size)
            .wait_time_seconds(LONG_POLL_SECONDS)
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .message_attribute_names("All")
            .send();
        let messages = tokio::select! {
            received = receive => received?.messages.unwrap_or_default(),
            () = stop.cancelled() => return Ok(()),
        };
        if messages.is_empty() {
            return Ok(());
        }
        let records: Vec<Value> = messages.iter().map(|message| self.record(message)).collect();
        let payload = Bytes::from(json!({ "Records": records }).to_string());
        // An error fails the whole batch; the function's log has the reason.
        let Ok(answer) = self.function.invoke(payload, new_trace()).await else { return Ok(()) };
        let failed: HashSet<String> = match serde_json::from_slice::<BatchResponse>(&answer) {
            Ok(response) => response.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect(),
            Err(error) => return Err(format!("its answer is no batch response: {error}").into()),
        };
        self.delete(&messages, &failed).await
    }

    async fn delete(&self, messages: &[Message], failed: &HashSet<String>) -> Result<(), Box<dyn Error + Send + Sync>> {
        let id = |message: &Message| message.message_id().unwrap_or_default().to_owned();
        if let Some(unknown) = failed.iter().find(|failed| !messages.iter().any(|message| id(message) == **failed)) {
            return Err(
                format!("it names {unknown} as failed, which is not in the batch: the whole batch comes back").into()
            );
        }
        let done = messages.iter().filter(|message| !failed.contains(&id(message)));
        let entries: Result<Vec<_>, _> = done
            .enumerate()
            .map(|(i, message)| {
                DeleteMessageBatchRequestEntry::builder()
                    .id(i.to_string())
                    .set_receipt_handle(message.receipt_handle.clone())
                    .build()
            })
            .collect();
        let entries = entries?;
        if !entries.is_empty() {
            self.client.delete_message_batch().queue_url(&self.queue_url).set_entries(Some(entries)).send().await?;
        }
        Ok(())
    }

    fn record(&self, message: &Message) -> Value {
        let attributes = message.attributes.iter().flatten();
        let attributes: serde_json::Map<String, Value> =
            attributes.map(|(name, value)| (name.as_str().to_owned(), json!(value))).collect();
        let message_attributes = message.message_attributes.iter().flatten();
        let message_attributes: serde_json::Map<String, Value> =
            message_attributes.map(|(name, value)| (name.clone(), attribute(value))).collect();
        json!({
            "messageId": message.message_id,
            "receiptHandle": message.receipt_handle,
            "body": message.body,
            "md5OfBody": message.md5_of_body,
            "attributes": attributes,
            "messageAttributes": message_attributes,
            "eventSource": "aws:sqs",
            "eventSourceARN": self.queue_arn,
            "awsRegion": REGION,
        })
    }
}

fn attribute(value: &MessageAttributeValue) -> Value {
    let binary = value.binary_value().map(|blob| BASE64_STANDARD.encode(blob));
    json!({
        "stringValue": value.string_value,
        "binaryValue": binary,
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": value.data_type,
    })
}
