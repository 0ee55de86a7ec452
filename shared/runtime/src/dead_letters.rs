//! Dead letters: a message that can never be processed is put on the attention list and sent to the dead-letter queue
//! at once, with the reason, and delays no other message.

use crate::aws::Aws;
use crate::batch::Message;
use crate::context::traced;
use crate::environment::{SettingsError, variable};
use crate::metrics::Metrics;
use crate::pace::Table;
use crate::trace::TRACEPARENT;
use crate::{chain, now};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::BuildError;
use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::MessageAttributeValue;
use events::Refusal;
use ledger::Ledger;
use ledger::attention::{DeadLetter, Wording};
use rules::ContractId;
use rules::text::Language;
use std::sync::Arc;

/// The message attribute with the reason of the refusal, in English.
pub const REASON: &str = "reason";
/// The message attribute with the name of the field at fault.
pub const FIELD: &str = "field";
/// The message attribute with the message's id in its first queue.
pub const MESSAGE_ID: &str = "message_id";

/// The most attributes of a message (a limit of SQS).
const MAX_ATTRIBUTES: usize = 10;

/// A function's dead-letter queue, and the attention list.
#[derive(Debug, Clone)]
pub struct DeadLetters {
    ledger: Ledger<Table>,
    client: Client,
    queue_url: String,
    function: String,
    metrics: Metrics,
}

impl DeadLetters {
    /// The queue that `DEAD_LETTER_QUEUE_URL` names.
    pub fn from_env(aws: &Aws, table: &Table, metrics: &Metrics) -> Result<DeadLetters, SettingsError> {
        Ok(DeadLetters {
            ledger: Ledger::new(table.clone()),
            client: aws.sqs(),
            queue_url: variable("DEAD_LETTER_QUEUE_URL")?,
            function: variable("AWS_LAMBDA_FUNCTION_NAME")?,
            metrics: metrics.clone(),
        })
    }

    /// Puts a message on the attention list as refused, and sends it to the dead-letter queue. `false`: not both
    /// succeeded, so the message returns to the queue.
    pub(crate) async fn move_to_dead_letters(&self, message: &Message, refusal: &Refusal) -> bool {
        self.move_one_about(None, message, refusal).await
    }

    /// The same for a message about a contract.
    pub(crate) async fn move_one_about(
        &self,
        contract_id: Option<ContractId>,
        message: &Message,
        refusal: &Refusal,
    ) -> bool {
        let moved = Arc::clone(&message.context).scope(self.list_and_send(contract_id, message, refusal)).await;
        self.metrics.message(if moved { "refused" } else { "failed" });
        moved
    }

    async fn list_and_send(&self, contract_id: Option<ContractId>, message: &Message, refusal: &Refusal) -> bool {
        let dead_letter = DeadLetter {
            message_id: message.id.clone(),
            function: self.function.clone(),
            contract_id,
            field: refusal.field.clone(),
            reason: Wording { fr: refusal.reason.in_language(Language::Fr), en: refusal.reason.to_string() },
            at: now(),
        };
        if let Err(error) = self.ledger.record_dead_letter(&dead_letter).await {
            let error = chain(&error);
            tracing::error!(
                outcome = "failed",
                error,
                "a refused message could not be put on the attention list: it comes back"
            );
            return false;
        }
        self.send(message, refusal).await
    }

    async fn send(&self, message: &Message, refusal: &Refusal) -> bool {
        let sent = async {
            let request = self.client.send_message().queue_url(&self.queue_url).message_body(&message.body);
            let request = request
                .message_attributes(REASON, text(&refusal.reason.to_string())?)
                .message_attributes(FIELD, text(&refusal.field)?)
                .message_attributes(MESSAGE_ID, text(&message.id)?);
            let mut request = traced(request);
            for (name, attribute) in senders(message) {
                request = request.message_attributes(name, attribute);
            }
            request.send().await.map_err(Box::new)?;
            Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
        };
        match sent.await {
            Ok(()) => {
                let (field, reason) = (&*refusal.field, refusal.reason.to_string());
                tracing::warn!(
                    outcome = "refused",
                    field,
                    reason,
                    "message refused: it is in the dead-letter queue; have it corrected, or see operate redrive"
                );
                true
            }
            Err(error) => {
                let error = chain(&*error);
                tracing::error!(
                    outcome = "failed",
                    error,
                    "a refused message could not be sent to the dead-letter queue: it comes back"
                );
                false
            }
        }
    }
}

/// The attributes set by the message's sender, as many as SQS takes beside ours.
fn senders(message: &Message) -> impl Iterator<Item = (&String, MessageAttributeValue)> {
    const OURS: [&str; 4] = [REASON, FIELD, MESSAGE_ID, TRACEPARENT];
    let mut attributes: Vec<_> = message.attributes.iter().filter(|(name, _)| !OURS.contains(&name.as_str())).collect();
    attributes.sort_by_key(|(name, _)| *name);
    attributes.into_iter().take(MAX_ATTRIBUTES - OURS.len()).filter_map(|(name, attribute)| {
        let value = MessageAttributeValue::builder()
            .data_type(attribute.data_type.as_deref().unwrap_or("String"))
            .set_string_value(attribute.string_value.clone())
            .set_binary_value(attribute.binary_value.clone().map(|value| Blob::new(value.0)));
        Some((name, value.build().ok()?))
    })
}

fn text(value: &str) -> Result<MessageAttributeValue, BuildError> {
    MessageAttributeValue::builder().data_type("String").string_value(value).build()
}
