//! Dead letters, shown one by one and sent back to the queue they came from.

use crate::Failure;
use crate::target::Target;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use clap::ValueEnum;
use runtime::dead_letters::{FIELD, MESSAGE_ID, REASON};
use std::process::ExitCode;

/// How long a message that is looked at stays hidden from others, in seconds.
const HIDDEN_SECONDS: i32 = 30;
/// How much of a message's body is shown.
const SHOWN: usize = 160;

/// A queue with a dead-letter queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Queue {
    SaleSigned,
    AnnualRenewal,
    CreditNote,
    Restatement,
    Totals,
}

impl Queue {
    fn logical_id(self) -> &'static str {
        match self {
            Queue::SaleSigned => "SaleSigned",
            Queue::AnnualRenewal => "AnnualRenewal",
            Queue::CreditNote => "CreditNote",
            Queue::Restatement => "Restatement",
            Queue::Totals => "Totals",
        }
    }
}

pub(crate) async fn redrive(
    target: &Target,
    queue: Queue,
    wanted: Option<&str>,
    yes: bool,
) -> Result<ExitCode, Failure> {
    let source = target.queue_url(&format!("{}Queue", queue.logical_id())).await?;
    let dead = target.queue_url(&format!("{}DeadLetters", queue.logical_id())).await?;
    let (mut shown, mut moved) = (0, 0);
    let mut left = Vec::new();
    let began = runtime::now().as_millisecond();
    loop {
        // Each is hidden while the others are looked at.
        let received = target
            .sqs
            .receive_message()
            .queue_url(&dead)
            .max_number_of_messages(10)
            .visibility_timeout(HIDDEN_SECONDS)
            .message_attribute_names("All")
            .message_system_attribute_names(MessageSystemAttributeName::SentTimestamp)
            .send()
            .await?;
        let messages = received.messages.unwrap_or_default();
        if messages.is_empty() {
            break;
        }
        for message in messages {
            let why = why(&message);
            // What is refused again comes back here meanwhile: it is left for the next time.
            let is_new = sent_at(&message).is_some_and(|sent_at| sent_at > began);
            let is_wanted = !is_new && wanted.is_none_or(|wanted| why.contains(wanted));
            if !is_wanted || !yes {
                left.extend(message.receipt_handle.clone());
            }
            if !is_wanted {
                continue;
            }
            shown += 1;
            show(&message, &why);
            if yes {
                move_back(target, &source, &dead, &message).await?;
                moved += 1;
            }
        }
    }
    for receipt in left {
        // One that cannot be shown again now shows by itself a little later.
        let show =
            target.sqs.change_message_visibility().queue_url(&dead).receipt_handle(receipt).visibility_timeout(0);
        drop(show.send().await);
    }
    if yes {
        println!("{moved} messages sent back");
    } else {
        println!("{shown} messages; --yes sends them back");
    }
    Ok(ExitCode::SUCCESS)
}

/// Sent first, deleted after: a message may be there twice, which changes nothing, but is never lost.
async fn move_back(target: &Target, source: &str, dead: &str, message: &Message) -> Result<(), Failure> {
    let body = message.body.clone().unwrap_or_default();
    target.sqs.send_message().queue_url(source).message_body(body).send().await?;
    if let Some(refused) = attribute(message, MESSAGE_ID) {
        target.ledger().await?.sent_back(refused).await?;
    }
    let receipt = message.receipt_handle.clone().unwrap_or_default();
    target.sqs.delete_message().queue_url(dead).receipt_handle(receipt).send().await?;
    Ok(())
}

fn attribute<'a>(message: &'a Message, name: &str) -> Option<&'a str> {
    message.message_attributes.as_ref()?.get(name)?.string_value.as_deref()
}

/// When the message came into this queue, in milliseconds since 1970.
fn sent_at(message: &Message) -> Option<i64> {
    message.attributes.as_ref()?.get(&MessageSystemAttributeName::SentTimestamp)?.parse().ok()
}

fn why(message: &Message) -> String {
    match (attribute(message, FIELD), attribute(message, REASON)) {
        (Some(field), Some(reason)) => format!("{field} {reason}"),
        _ => "received too often without success; see the function's log".to_owned(),
    }
}

fn show(message: &Message, why: &str) {
    let id = attribute(message, MESSAGE_ID).or(message.message_id.as_deref()).unwrap_or_default();
    let body: String =
        message.body.as_deref().unwrap_or_default().chars().filter(|c| !c.is_control()).take(SHOWN).collect();
    println!("{id}\n  {why}\n  {body}");
}
