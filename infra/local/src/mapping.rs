//! Event source mappings: messages from a queue, in batches, to a function; deleted if it does not name them as failed,
//! left to come back after the queue's visibility timeout otherwise.

use crate::gathering::{Arrivals, Gatherer, REQUEST, Received, payload};
use crate::lambda::{Invoker, new_trace};
use crate::template::Mapping;
use crate::{ACCOUNT, REGION};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::SdkError;
use aws_sdk_sqs::operation::receive_message::ReceiveMessageError;
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message, MessageAttributeValue, MessageSystemAttributeName};
use axum::body::Bytes;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::error::Error;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Time between two looks at an empty queue that is looked at often.
const GLANCE: Duration = Duration::from_millis(100);
/// Pause after an error of the queue.
const PAUSE: Duration = Duration::from_secs(1);

/// Starts to serve a queue. One poller, like the one process behind it.
pub fn start(
    mapping: &Mapping,
    function: Invoker,
    (client, queue_url): (Client, String),
    (tasks, stop): (&TaskTracker, &CancellationToken),
) {
    let queue_arn = format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{}", mapping.queue);
    let poller = Poller { client, queue_url, queue_arn, looks_often: mapping.window_seconds > 0, function };
    let mut gatherer = Gatherer::new(mapping.batch_size, mapping.window_seconds);
    let stop = stop.clone();
    tasks.spawn(async move {
        while !stop.is_cancelled() {
            if let Err(error) = poller.serve(&mut gatherer, &stop).await {
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
    /// Looks at an empty queue often instead of waiting for it: the embedded SQS shows a delayed message to a
    /// request that waits a second late, and a queue with a window has such messages.
    looks_often: bool,
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
    async fn serve(
        &self,
        gatherer: &mut Gatherer,
        stop: &CancellationToken,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let batch = tokio::select! {
            batch = gatherer.next(self) => batch?,
            () = stop.cancelled() => return Ok(()),
        };
        if batch.is_empty() {
            return Ok(());
        }
        // An error fails the whole batch; the function's log has the reason.
        let Ok(answer) = self.function.invoke(Bytes::from(payload(&batch)), new_trace()).await else { return Ok(()) };
        let failed: HashSet<String> = match serde_json::from_slice::<BatchResponse>(&answer) {
            Ok(response) => response.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect(),
            Err(error) => return Err(format!("its answer is no batch response: {error}").into()),
        };
        self.delete(batch, &failed).await
    }

    async fn delete(&self, batch: Vec<Received>, failed: &HashSet<String>) -> Result<(), Box<dyn Error + Send + Sync>> {
        if let Some(unknown) = failed.iter().find(|failed| !batch.iter().any(|message| message.id == **failed)) {
            return Err(
                format!("it names {unknown} as failed, which is not in the batch: the whole batch comes back").into()
            );
        }
        let done = batch.into_iter().filter(|message| !failed.contains(&message.id));
        let entries: Result<Vec<_>, _> = done
            .enumerate()
            .map(|(i, message)| {
                DeleteMessageBatchRequestEntry::builder().id(i.to_string()).set_receipt_handle(message.receipt).build()
            })
            .collect();
        for entries in entries?.chunks(REQUEST) {
            let delete = self.client.delete_message_batch().queue_url(&self.queue_url);
            delete.set_entries(Some(entries.to_vec())).send().await?;
        }
        Ok(())
    }

    fn received(&self, message: Message) -> Received {
        let record = self.record(&message).to_string();
        Received { id: message.message_id.unwrap_or_default(), receipt: message.receipt_handle, record }
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

impl Arrivals for Poller {
    type Error = SdkError<ReceiveMessageError>;

    async fn receive(&self, most: usize, wait_seconds: u64) -> Result<Vec<Received>, Self::Error> {
        if !self.looks_often {
            return self.request(most, wait_seconds).await;
        }
        let until = Instant::now() + Duration::from_secs(wait_seconds);
        loop {
            let received = self.request(most, 0).await?;
            if !received.is_empty() || Instant::now() >= until {
                return Ok(received);
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    async fn pause(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

impl Poller {
    async fn request(&self, most: usize, wait_seconds: u64) -> Result<Vec<Received>, SdkError<ReceiveMessageError>> {
        let receive = self
            .client
            .receive_message()
            .queue_url(&self.queue_url)
            .max_number_of_messages(i32::try_from(most).unwrap_or(i32::MAX))
            .wait_time_seconds(i32::try_from(wait_seconds).unwrap_or(i32::MAX))
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .message_attribute_names("All")
            .send();
        let messages = receive.await?.messages.unwrap_or_default();
        Ok(messages.into_iter().map(|message| self.received(message)).collect())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Queue;
    use crate::{HOST, queues};
    use aws_sdk_sqs::types::QueueAttributeName;
    use tokio::net::TcpListener;
    use tokio::sync::mpsc;

    /// Three requests' worth of messages are one batch once it is full; all are deleted but the one that failed.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_batch_is_gathered_by_several_requests_and_deleted_by_several() {
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let listener = TcpListener::bind((HOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        queues::serve(listener, port, (&tasks, &stop));
        let url = format!("http://{HOST}:{port}");
        let (sqs, queue_url) = (machine::sqs(&url), machine::queue_url(&url, "Q"));
        let queue = Queue { visibility_seconds: 600, retention_seconds: 3600, redrive: None };
        queues::create(&sqs, &[("Q".to_owned(), queue)].into()).await.unwrap();
        for i in 0..25 {
            sqs.send_message().queue_url(&queue_url).message_body(i.to_string()).send().await.unwrap();
        }

        let (invoked, mut batches) = mpsc::unbounded_channel();
        let function = Invoker::in_process(move |payload| {
            let payload: Value = serde_json::from_slice(payload).unwrap();
            let records = payload["Records"].as_array().unwrap();
            let failed = records.iter().find(|record| record["body"] == "7").unwrap()["messageId"].clone();
            let mut bodies: Vec<u32> =
                records.iter().map(|record| record["body"].as_str().unwrap().parse().unwrap()).collect();
            bodies.sort_unstable();
            invoked.send(bodies).unwrap();
            json!({ "batchItemFailures": [{ "itemIdentifier": failed }] }).to_string()
        });
        let mapping = Mapping { queue: "Q".to_owned(), batch_size: 25, window_seconds: 300 };
        start(&mapping, function, (sqs.clone(), queue_url.clone()), (&tasks, &stop));
        assert_eq!(batches.recv().await.unwrap(), (0..25).collect::<Vec<_>>());

        let counts = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let deleted = async {
            loop {
                let read = sqs.get_queue_attributes().queue_url(&queue_url).set_attribute_names(Some(counts.to_vec()));
                let read = read.send().await.unwrap().attributes.unwrap();
                if counts.each_ref().map(|count| read[count].as_str()) == ["0", "1"] {
                    return;
                }
            }
        };
        tokio::time::timeout(Duration::from_mins(1), deleted)
            .await
            .expect("24 messages are deleted, and one is hidden");
        stop.cancel();
    }
}
