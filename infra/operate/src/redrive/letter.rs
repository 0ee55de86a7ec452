//! A dead letter: its message, and why it is one.

use aws_sdk_sqs::types::Message;
use runtime::dead_letters::{FIELD, MESSAGE_ID, REASON};
use std::collections::BTreeMap;

/// Length of a message's body that is shown.
const SHOWN: usize = 160;

/// A dead letter that the filter selects.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) message: Message,
    /// The latest receipt of each of its copies, by SQS's id: a message that is refused and then comes back is refused
    /// again.
    pub(super) receipts: BTreeMap<String, String>,
}

impl std::fmt::Display for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let refused = Refused::of(&self.message).map(|refused| refused.message_id);
        let id = refused.or(self.message.message_id()).unwrap_or_default();
        let body = self.message.body().unwrap_or_default();
        let body: String = body.chars().filter(|c| !c.is_control()).take(SHOWN).collect();
        write!(f, "{id}\n  {}\n  {body}", why(&self.message))
    }
}

/// Refusal of a message by a function: the attributes that make it a dead letter, and are removed when it is sent back.
pub(super) struct Refused<'a> {
    field: &'a str,
    reason: &'a str,
    pub(super) message_id: &'a str,
}

impl Refused<'_> {
    const ATTRIBUTES: [&'static str; 3] = [FIELD, REASON, MESSAGE_ID];

    /// `None`: the message was received too often, and its attributes are its sender's.
    pub(super) fn of(message: &Message) -> Option<Refused<'_>> {
        let attribute = |name: &str| message.message_attributes()?.get(name)?.string_value();
        let [field, reason, message_id] = Refused::ATTRIBUTES.map(attribute);
        Some(Refused { field: field?, reason: reason?, message_id: message_id? })
    }
}

/// Removes the attributes that a function added to a message.
pub(super) fn as_it_was_sent(message: &Message) -> Message {
    let mut message = message.clone();
    if let (true, Some(attributes)) = (Refused::of(&message).is_some(), &mut message.message_attributes) {
        attributes.retain(|name, _| !Refused::ATTRIBUTES.contains(&name.as_str()));
    }
    message
}

pub(super) fn why(message: &Message) -> String {
    match Refused::of(message) {
        Some(Refused { field, reason, .. }) => format!("{field} {reason}"),
        None => "received too often without success; see the function's log".to_owned(),
    }
}
