//! Events to queues, a request's worth at a time.

use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use events::input::Event;
use indicatif::{ProgressBar, ProgressStyle};

/// Maximum number of messages in one request (a limit of SQS).
pub const BATCH: usize = 10;

/// The queue did not answer.
#[derive(Debug, thiserror::Error)]
#[error("SQS request failed")]
pub struct QueueError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl QueueError {
    /// Wraps an error of the client.
    pub fn new(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> QueueError {
        QueueError(source.into())
    }
}

/// A progress bar; nothing where there is no terminal.
pub fn bar(what: &'static str, length: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:20} {bar:40} {pos}/{len}");
    let bar = ProgressBar::new(u64::try_from(length).unwrap_or(u64::MAX)).with_message(what);
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Sends at most [`BATCH`] events in one request.
pub async fn send_batch(sqs: &aws_sdk_sqs::Client, queue_url: &str, batch: &[&Event]) -> Result<(), QueueError> {
    let entries: Result<Vec<_>, _> = batch
        .iter()
        .enumerate()
        .map(|(i, event)| SendMessageBatchRequestEntry::builder().id(i.to_string()).message_body(&event.body).build())
        .collect();
    let entries = entries.map_err(QueueError::new)?;
    let sent = sqs.send_message_batch().queue_url(queue_url).set_entries(Some(entries)).send().await;
    match sent.map_err(QueueError::new)?.failed.first() {
        Some(failed) => Err(QueueError::new(failed.message.clone().unwrap_or_else(|| failed.code.clone()))),
        None => Ok(()),
    }
}
