//! A queue of our own, as those see it who send to it.

use crate::aws::Aws;
use crate::context::traced;
use crate::environment::{SettingsError, variable};
use crate::steps::{self, Steps};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::operation::send_message::builders::SendMessageFluentBuilder;
use aws_sdk_sqs::types::MessageAttributeValue;
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
        let delay_seconds = i32::try_from(delay_seconds).unwrap_or(i32::MAX);
        let send = self.request(message)?.delay_seconds(delay_seconds);
        send.send().await.map_err(|error| self.failed(error))?;
        Ok(())
    }

    /// Sends the next step of a work, at once, with the number of steps before it.
    pub async fn go_on(&self, message: &impl Serialize, steps: Steps) -> Result<(), SendError> {
        let count = MessageAttributeValue::builder().data_type("Number").string_value(steps.count()).build();
        let count = count.map_err(|error| self.failed(error))?;
        let send = self.request(message)?.message_attributes(steps::ATTRIBUTE, count);
        send.send().await.map_err(|error| self.failed(error))?;
        Ok(())
    }

    fn request(&self, message: &impl Serialize) -> Result<SendMessageFluentBuilder, SendError> {
        let body = serde_json::to_string(message).map_err(|error| self.failed(error))?;
        Ok(traced(self.client.send_message().queue_url(&self.url).message_body(body)))
    }

    fn failed(&self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> SendError {
        SendError { url: self.url.clone(), source: source.into() }
    }
}
