//! A queue of our own, as those see it who send to it.

use crate::aws::Aws;
use crate::context::traced;
use crate::environment::{SettingsError, variable};
use aws_sdk_sqs::Client;
use serde::Serialize;

/// A message that could not be sent.
#[derive(Debug, thiserror::Error)]
#[error("the queue {url} could not take a message; trying again is safe")]
pub struct SendError {
    url: String,
    #[source]
    source: Box<dyn std::error::Error + Send + Sync>,
}

/// A queue of our own.
#[derive(Debug, Clone)]
pub struct OwnQueue {
    client: Client,
    url: String,
}

impl OwnQueue {
    /// The queue at a URL.
    pub fn new(client: Client, url: String) -> OwnQueue {
        OwnQueue { client, url }
    }

    /// The queue whose URL a variable has.
    pub fn from_env(aws: &Aws, name: &'static str) -> Result<OwnQueue, SettingsError> {
        Ok(OwnQueue::new(aws.sqs(), variable(name)?))
    }

    /// Sends a message that can be received after some seconds; SQS takes 900 at most.
    pub async fn send(&self, message: &impl Serialize, delay_seconds: u32) -> Result<(), SendError> {
        let failed = |source| SendError { url: self.url.clone(), source };
        let body = serde_json::to_string(message).map_err(|error| failed(error.into()))?;
        let send = self.client.send_message().queue_url(&self.url).message_body(body);
        let delay_seconds = i32::try_from(delay_seconds).unwrap_or(i32::MAX);
        traced(send.delay_seconds(delay_seconds)).send().await.map_err(|error| failed(error.into()))?;
        Ok(())
    }
}
