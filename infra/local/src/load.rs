//! Loading: registers partners through the API, sends events through SQS, and waits until every message is processed.

use crate::client::{ClientError, Http};
use crate::report;
use crate::stack::Stack;
use aws_sdk_sqs::types::{MessageSystemAttributeName, QueueAttributeName};
use axum::http::Method;
use closing::{Closing, ClosingError};
use events::EventType;
use events::input::{Event, Partner};
use ledger::dynamo::DynamoStore;
use ledger::totals_queue::TotalsMessage;
use ledger::{Ledger, LedgerError};
use machine::queue_of;
use machine::sending::{BATCH, QueueError, bar, send_batch};
use runtime::restatement::{PartnerStep, Request};
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// The queue of months to add up, by its logical id.
const TOTALS_QUEUE: &str = "TotalsQueue";
/// Time within which the embedded SQS shows a message whose delay is over, since the queue is looked at more often.
const SHOWN: Duration = Duration::from_millis(300);
/// Time between two looks at the queues.
const GLANCE: Duration = Duration::from_millis(50);
/// Longest time for which a dead letter is hidden after it was read, in seconds: until all have been read.
const PEEK_SECONDS: i32 = 600;

/// A failure to load.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The API did not answer.
    #[error(transparent)]
    Api(#[from] ClientError),
    /// The API refused a partner.
    #[error("partner {id} was refused with status {status}: {detail}")]
    Partner {
        /// The partner's id.
        id: String,
        status: u16,
        /// The reason.
        detail: String,
    },
    /// The table did not answer.
    #[error(transparent)]
    Table(#[from] LedgerError),
    /// The closes cannot be read.
    #[error(transparent)]
    Closes(#[from] ClosingError),
    /// The queue did not answer.
    #[error(transparent)]
    Queue(#[from] QueueError),
}

fn queue_error(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> LoadError {
    QueueError::new(error).into()
}

/// A message that could not be processed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The dead-letter queue it is in.
    pub queue: String,
    /// Its id in its first queue.
    pub message_id: String,
    /// The reason of the refusal.
    pub reason: String,
    pub body: String,
}

/// Registers partners through the API. A partner that is registered with other data is not changed, unless `replace`.
pub async fn register(api: &Http, partners: &[Partner], replace: bool) -> Result<(), LoadError> {
    let bar = bar("registering partners", partners.len());
    for partner in partners {
        let path = format!("/partners/{}", partner.id);
        let mut answer = api.put(&path, partner.body.clone()).await?;
        if answer.status == 428 && replace {
            let known = api.get(&path).await?;
            let etag = known.headers.get("etag").and_then(|etag| etag.to_str().ok()).unwrap_or("*").to_owned();
            answer = api.send(Method::PUT, &path, &[("if-match", &etag)], partner.body.clone()).await?;
        }
        if !matches!(answer.status, 200 | 201 | 428) {
            let detail = answer.json.get("detail").and_then(|detail| detail.as_str()).unwrap_or("no reason given");
            let (id, detail) = (partner.id.to_string(), detail.to_owned());
            return Err(LoadError::Partner { id, status: answer.status, detail });
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

/// Asks for a pass over every registered partner, for the totals of every month, and for the documents of the last close if they
/// are not all made. The messages of an earlier run are lost, and among them perhaps those that were to follow a registration,
/// a booking or a close.
pub async fn resume(stack: &Stack, api: &Http) -> Result<(), LoadError> {
    let partners = report::partner_ids(api).await?;
    for partner_id in &partners {
        let request = Request::Partner(PartnerStep::first(partner_id.clone(), 0));
        ask(stack, "RestatementQueue", &request).await?;
    }
    let ledger = Ledger::new(DynamoStore::new(stack.dynamodb(), &stack.template.table.name));
    for partner_id in partners {
        for message in TotalsMessage::announcements(&ledger.months_of(&partner_id).await?) {
            ask(stack, TOTALS_QUEUE, &message).await?;
        }
    }
    let delay = stack.settlement_delay();
    let closes = Closing::new(ledger.store().clone(), delay).closes().await?;
    if let Some(last) = closes.last().filter(|last| last.made.is_none()) {
        let queue = settling::Queue::new(stack.sqs(), stack.queue_url("SettlementQueue"));
        queue.begin(last.close.moment.month(), delay).await.map_err(queue_error)?;
    }
    Ok(())
}

/// Sends a message of one of our own queues.
async fn ask(stack: &Stack, queue: &str, message: &impl Serialize) -> Result<(), LoadError> {
    let body = serde_json::to_string(message).map_err(queue_error)?;
    let send = stack.sqs().send_message().queue_url(stack.queue_url(queue)).message_body(body);
    send.send().await.map_err(queue_error)?;
    Ok(())
}

/// Sends events to the queues of their types, in their order.
pub async fn send(stack: &Stack, events: &[Event]) -> Result<(), LoadError> {
    let bar = bar("sending events", events.len());
    let sqs = stack.sqs();
    let mut open: BTreeMap<EventType, Vec<&Event>> = BTreeMap::new();
    for (i, event) in events.iter().enumerate() {
        let batch = open.entry(event.event_type).or_default();
        batch.push(event);
        if batch.len() == BATCH || i + 1 == events.len() {
            let full: Vec<EventType> = open
                .iter()
                .filter(|(_, batch)| batch.len() == BATCH || i + 1 == events.len())
                .map(|(event_type, _)| *event_type)
                .collect();
            for event_type in full {
                let batch = open.remove(&event_type).unwrap_or_default();
                send_batch(&sqs, &stack.queue_url(&queue_of(event_type)), &batch).await?;
                bar.inc(u64::try_from(batch.len()).unwrap_or_default());
            }
        }
    }
    bar.finish_and_clear();
    Ok(())
}

/// Waits until no message is waiting or in work, and every month that was announced is added up: each message was
/// processed, or is a dead letter. What is delayed for longer is a second look: it finds work only if a function died, or
/// if one could not see what it had to. So where reads lag, second looks are waited for too, and then the lag.
pub async fn wait_until_idle(stack: &Stack) -> Result<(), LoadError> {
    if stack.lags() {
        wait_for_delayed(stack).await?;
        while stack.faults().lagging > 0 {
            tokio::time::sleep(GLANCE).await;
        }
        return Ok(());
    }
    wait_until_recorded(stack).await?;
    // Whoever announced has ended by now, so all announcements can be received after their delay.
    tokio::time::sleep(stack.announcement_delay() + SHOWN).await;
    wait_for_queue(stack, TOTALS_QUEUE).await
}

/// Waits until no message is waiting or in work but those about months to add up.
pub async fn wait_until_recorded(stack: &Stack) -> Result<(), LoadError> {
    let queues: Vec<&str> = served(stack).into_iter().filter(|queue| *queue != TOTALS_QUEUE).collect();
    wait_for(stack, &queues, &LEFT).await
}

/// Waits likewise, and until every second look has been taken.
pub async fn wait_for_delayed(stack: &Stack) -> Result<(), LoadError> {
    let [waiting, in_work] = LEFT;
    wait_for(stack, &served(stack), &[waiting, in_work, QueueAttributeName::ApproximateNumberOfMessagesDelayed]).await
}

/// Waits until no message of one queue, by its logical id, is waiting or in work.
pub async fn wait_for_queue(stack: &Stack, queue: &str) -> Result<(), LoadError> {
    wait_for(stack, &[queue], &LEFT).await
}

/// Counts of the messages that are left: those waiting, and those in work.
const LEFT: [QueueAttributeName; 2] =
    [QueueAttributeName::ApproximateNumberOfMessages, QueueAttributeName::ApproximateNumberOfMessagesNotVisible];

/// The queues that functions serve. Totals come last, since all others send to it: a message that is not yet in one
/// queue is in one before.
fn served(stack: &Stack) -> Vec<&str> {
    let mappings = stack.template.functions.values().filter_map(|function| function.mapping.as_ref());
    let mut queues: Vec<&str> = mappings.map(|mapping| mapping.queue.as_str()).collect();
    queues.sort_by_key(|queue| *queue == TOTALS_QUEUE);
    queues
}

async fn wait_for(stack: &Stack, queues: &[&str], counts: &[QueueAttributeName]) -> Result<(), LoadError> {
    let sqs = stack.sqs();
    let queues: Vec<String> = queues.iter().map(|queue| stack.queue_url(queue)).collect();
    let mut bar = None;
    loop {
        let mut left = 0;
        for queue in &queues {
            left += messages_in(&sqs, queue, counts).await?;
        }
        let most = left;
        let bar = bar.get_or_insert_with(|| machine::sending::bar("processing messages", most));
        bar.set_length(bar.length().unwrap_or(0).max(u64::try_from(left).unwrap_or_default()));
        bar.set_position(bar.length().unwrap_or(0).saturating_sub(u64::try_from(left).unwrap_or_default()));
        if left == 0 {
            bar.finish_and_clear();
            return Ok(());
        }
        tokio::time::sleep(GLANCE).await;
    }
}

async fn messages_in(
    sqs: &aws_sdk_sqs::Client,
    queue_url: &str,
    counts: &[QueueAttributeName],
) -> Result<usize, LoadError> {
    let request = sqs.get_queue_attributes().queue_url(queue_url).set_attribute_names(Some(counts.to_vec()));
    let attributes = request.send().await.map_err(queue_error)?.attributes.unwrap_or_default();
    Ok(counts.iter().filter_map(|name| attributes.get(name)?.parse::<usize>().ok()).sum())
}

/// Reads every message in a dead-letter queue, with its reason. The messages stay there.
pub async fn dead_letters(stack: &Stack) -> Result<Vec<DeadLetter>, LoadError> {
    let sqs = stack.sqs();
    let mut letters = Vec::new();
    let targets = stack.template.queues.values().filter_map(|queue| queue.redrive.as_ref());
    for (name, _) in targets {
        let mut receipts = Vec::new();
        loop {
            let received = sqs
                .receive_message()
                .queue_url(stack.queue_url(name))
                .max_number_of_messages(10)
                .visibility_timeout(PEEK_SECONDS)
                .message_attribute_names("All")
                .message_system_attribute_names(MessageSystemAttributeName::All)
                .send()
                .await
                .map_err(queue_error)?;
            let messages = received.messages.unwrap_or_default();
            if messages.is_empty() {
                break;
            }
            for message in messages {
                let attribute = |name: &str| {
                    let value = message.message_attributes.as_ref().and_then(|attributes| attributes.get(name));
                    value.and_then(|value| value.string_value.clone())
                };
                let reason = match (attribute("field"), attribute("reason")) {
                    (Some(field), Some(reason)) => format!("{field} {reason}"),
                    _ => "received too often without success; see the function's log".to_owned(),
                };
                let message_id = attribute("message_id").or(message.message_id.clone()).unwrap_or_default();
                let body = message.body.clone().unwrap_or_default();
                letters.push(DeadLetter { queue: name.clone(), message_id, reason, body });
                receipts.extend(message.receipt_handle);
            }
        }
        for receipt in receipts {
            let show = sqs.change_message_visibility().queue_url(stack.queue_url(name)).receipt_handle(receipt);
            show.visibility_timeout(0).send().await.map_err(queue_error)?;
        }
    }
    Ok(letters)
}
