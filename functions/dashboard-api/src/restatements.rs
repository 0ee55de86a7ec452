//! The restatement queue, as far as the API needs it.

use futures_util::future::{BoxFuture, FutureExt};
use runtime::restatement::{Queue, Request, SendError};

/// When a restatement is to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// At once.
    Now,
    /// When every writer that is still at work has ended.
    Delayed,
}

/// Where restatements are asked for.
pub trait Restatements: Send + Sync {
    /// Asks for one.
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
