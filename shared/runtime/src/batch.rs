//! A batch of messages from SQS, as Lambda delivers it, and the response: the messages that return to the queue.

use crate::Error;
use crate::context::Context;
use crate::deadline::Deadline;
use crate::metrics::Metrics;
use crate::trace::{AWS_TRACE_HEADER, TRACEPARENT, Trace};
use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage, SqsMessageAttribute};
use jiff::Timestamp;
use lambda_runtime::{LambdaEvent, service_fn};
use std::collections::HashMap;
use std::sync::Arc;

/// A message of a batch.
#[derive(Debug, Clone)]
pub struct Message {
    /// The message id from SQS.
    pub(crate) id: String,
    pub(crate) body: String,
    /// The message attributes set by the sender.
    pub(crate) attributes: HashMap<String, SqsMessageAttribute>,
    /// The time of sending.
    pub(crate) sent_at: Option<Timestamp>,
    /// The context: the message's own trace or, if it has none, the invocation's.
    pub(crate) context: Arc<Context>,
}

impl Message {
    /// Reads a message; one without an id is skipped, since it could not be reported as failed. SQS gives every message
    /// an id.
    fn read(message: SqsMessage, invocation: &Context) -> Option<Message> {
        let id = message.message_id?;
        let sent_at = message.attributes.get("SentTimestamp").and_then(|millis| millis.parse().ok());
        let x_ray = message.attributes.get(AWS_TRACE_HEADER).and_then(|header| Trace::x_ray(header));
        let w3c = || Trace::w3c(message.message_attributes.get(TRACEPARENT)?.string_value.as_deref()?);
        let trace = x_ray.or_else(w3c).or_else(|| invocation.trace.clone());
        let context = Context { message_id: Some(id.clone()), trace, ..invocation.clone() };
        Some(Message {
            id,
            body: message.body.unwrap_or_default(),
            attributes: message.message_attributes,
            sent_at: sent_at.and_then(|millis| Timestamp::from_millisecond(millis).ok()),
            context: Arc::new(context),
        })
    }
}

/// A function on a queue.
pub trait Worker {
    /// Processes a batch, and returns the ids of the messages that return to the queue.
    fn batch(&self, messages: Vec<Message>) -> impl Future<Output = Vec<String>> + Send;
}

/// Serves a queue for as long as the process lives. Work for a whole batch has the trace of its first message. A batch is
/// answered before its time is up: if its work is not done by then, all of it comes back, and what was done is found so.
pub async fn serve(worker: &(impl Worker + Sync), metrics: &Metrics) -> Result<(), Error> {
    lambda_runtime::run(service_fn(|event: LambdaEvent<SqsEvent>| async move {
        let invocation = Context::of(&event.context);
        let messages = event.payload.records.into_iter().filter_map(|message| Message::read(message, &invocation));
        let messages: Vec<Message> = messages.collect();
        let trace = messages.first().and_then(|message| message.context.trace.clone());
        let batch = Arc::new(Context { trace, ..invocation });
        let ids: Vec<String> = messages.iter().map(|message| message.id.clone()).collect();
        let in_time = Deadline::of(&event.context).keep(Arc::clone(&batch).scope(worker.batch(messages))).await;
        let back = in_time.unwrap_or_else(|| batch.enter(|| given_up(metrics, ids)));
        metrics.write();
        Ok::<_, Error>(failures(back))
    }))
    .await
}

/// Counts and logs a batch whose time was over.
fn given_up(metrics: &Metrics, ids: Vec<String>) -> Vec<String> {
    for _ in &ids {
        metrics.message("failed");
    }
    tracing::error!(outcome = "failed", messages = ids.len(), "the time was over: the whole batch comes back");
    ids
}

/// Processes messages one after the other, each in its own context; the result is that of [`Worker::batch`]. `process` gives
/// `false` for a message that returns to the queue.
pub async fn one_by_one<'a, F: Future<Output = bool> + Send + 'a>(
    messages: &'a [Message],
    process: impl Fn(&'a Message) -> F,
) -> Vec<String> {
    let mut back = Vec::new();
    for message in messages {
        if !Arc::clone(&message.context).scope(process(message)).await {
            back.push(message.id.clone());
        }
    }
    back
}

/// The response that leaves these messages in the queue and deletes the others. It contains ids of failed messages
/// only: an unknown id would return the whole batch.
fn failures(ids: impl IntoIterator<Item = String>) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = ids
        .into_iter()
        .map(|id| {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id;
            failure
        })
        .collect();
    response
}
