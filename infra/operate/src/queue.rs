//! The queues that work waits in.

use events::EventType;
use std::str::FromStr;

/// A queue with a dead-letter queue, by the name of its function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Queue {
    Events(EventType),
    Restatement,
    Totals,
    Settlement,
}

impl Queue {
    pub(crate) fn all() -> impl Iterator<Item = Queue> {
        EventType::ALL.iter().copied().map(Queue::Events).chain([Queue::Restatement, Queue::Totals, Queue::Settlement])
    }

    fn name(self) -> &'static str {
        match self {
            Queue::Events(event_type) => event_type.name(),
            Queue::Restatement => "restatement",
            Queue::Totals => "totals",
            Queue::Settlement => "settlement",
        }
    }

    fn function(self) -> &'static str {
        match self {
            Queue::Events(event_type) => event_type.logical_id(),
            Queue::Restatement => "Restatement",
            Queue::Totals => "Totals",
            Queue::Settlement => "Settlement",
        }
    }

    /// The logical id of the queue in the template.
    pub(crate) fn queue(self) -> String {
        format!("{}Queue", self.function())
    }

    /// The logical id of its dead-letter queue.
    pub(crate) fn dead_letters(self) -> String {
        format!("{}DeadLetters", self.function())
    }
}

impl FromStr for Queue {
    type Err = String;

    fn from_str(name: &str) -> Result<Queue, String> {
        let names = || Queue::all().map(Queue::name).collect::<Vec<_>>().join(", ");
        Queue::all().find(|queue| queue.name() == name).ok_or_else(|| format!("is none of {}", names()))
    }
}
