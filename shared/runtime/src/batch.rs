//! A batch of messages from SQS, as Lambda delivers it, and the answer: which of them must come back.

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use std::pin::Pin;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The id SQS gave it.
    pub id: String,
    /// What it says.
    pub body: String,
}

/// The messages of a batch. One without an id could not be reported back; SQS gives every message one.
pub fn messages(event: SqsEvent) -> Vec<Message> {
    let messages = event.records.into_iter();
    messages
        .filter_map(|message| Some(Message { id: message.message_id?, body: message.body.unwrap_or_default() }))
        .collect()
}

/// The answer that leaves these messages in the queue and deletes the others. It names failed messages only: an unknown
/// id would bring the whole batch back.
pub fn failures(ids: impl IntoIterator<Item = String>) -> SqsBatchResponse {
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

/// A future as one of unknown type: the compiler refuses futures that are nested too deep.
pub(crate) fn flat<'a, T>(work: impl Future<Output = T> + Send + 'a) -> Pin<Box<dyn Future<Output = T> + Send + 'a>> {
    Box::pin(work)
}
