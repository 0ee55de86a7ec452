//! The restatement queue, as far as the API needs it.

use futures_util::future::{BoxFuture, FutureExt};
use runtime::restatement::{Queue, Request, SendError};

/// Time at which a restatement is to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// At once.
    Now,
    /// After every writer that is still at work has ended.
    Delayed,
}

/// A queue that takes requests for restatements.
pub trait Restatements: Send + Sync {
    /// Asks for a restatement.
    fn send<'a>(&'a self, request: &'a Request, when: When) -> BoxFuture<'a, Result<(), SendError>>;
}

impl Restatements for Queue {
    fn send<'a>(&'a self, request: &'a Request, when: When) -> BoxFuture<'a, Result<(), SendError>> {
        match when {
            When::Now => Queue::send(self, request).boxed(),
            When::Delayed => self.send_delayed(request).boxed(),
        }
    }
}
