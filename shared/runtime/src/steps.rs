//! Work that goes on from message to message, in its own queue. Lambda lets it (`RecursiveLoop: Allow` in the template), so it has a
//! bound of its own. The sums of a month need none: each step of them adds up rows behind those before it.

use crate::batch::Message;

/// The most steps of one work: a restatement of ten million rows. Whatever takes more does not end.
const MOST: u32 = 100_000;

/// The message attribute that counts steps.
pub(crate) const ATTRIBUTE: &str = "steps";

/// The number of steps that came before one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Steps(u32);

/// A work that does not end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it has taken {MOST} steps and would go on for ever; its message says what it is about")]
pub struct Endless;

impl Steps {
    /// The steps before the one that a message asks for; none: it is the first.
    pub fn before(message: &Message) -> Steps {
        let text = message.attributes.get(ATTRIBUTE).and_then(|attribute| attribute.string_value.as_deref());
        Steps(text.and_then(|text| text.parse().ok()).unwrap_or_default())
    }

    /// The steps before the next one.
    pub fn next(self) -> Result<Steps, Endless> {
        if self.0 >= MOST { Err(Endless) } else { Ok(Steps(self.0 + 1)) }
    }

    pub(crate) fn count(self) -> String {
        self.0.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Context;
    use std::collections::HashMap;
    use std::sync::Arc;

    fn message(steps: Option<&str>) -> Message {
        let attribute = |text: &str| {
            let value = serde_json::json!({
                "stringValue": text, "binaryValue": null, "stringListValues": [], "binaryListValues": [], "dataType": "Number",
            });
            (ATTRIBUTE.to_owned(), serde_json::from_value(value).unwrap())
        };
        Message {
            id: "m".to_owned(),
            body: String::new(),
            attributes: steps.map(attribute).into_iter().collect::<HashMap<_, _>>(),
            sent_at: None,
            context: Arc::new(Context::default()),
        }
    }

    #[test]
    fn steps_are_counted_up_to_a_bound() {
        assert_eq!(Steps::before(&message(None)), Steps(0));
        let next = Steps::before(&message(Some("41"))).next().unwrap();
        assert_eq!(next.count(), "42");
        assert_eq!(Steps::before(&message(Some("99999"))).next(), Ok(Steps(MOST)));
        assert_eq!(Steps::before(&message(Some("100000"))).next(), Err(Endless));
    }
}
