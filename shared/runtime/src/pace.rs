//! The pace at which a function on a queue makes requests again that the table refused: until the invocation's deadline.

use crate::deadline::Deadline;
use ledger::dynamo::DynamoStore;
use ledger::patience::{Pace, Patient};
use std::time::Duration;
use tokio::time::{Instant, sleep_until, timeout_at};

/// The table as functions on queues use it.
pub type Table = Patient<DynamoStore, InvocationPace>;

/// The pace of the current invocation. Outside of one, each request is made once.
#[derive(Debug, Clone, Copy)]
pub struct InvocationPace;

impl Pace for InvocationPace {
    async fn again(&self, longest: Duration) -> bool {
        let next = Instant::now() + longest * fastrand::u32(..1000) / 1000;
        let has_time = Deadline::current().is_some_and(|deadline| next < deadline.requests());
        if has_time {
            sleep_until(next).await;
        }
        has_time
    }

    async fn in_time<T: Send>(&self, request: impl Future<Output = T> + Send) -> Option<T> {
        match Deadline::current() {
            Some(deadline) => timeout_at(deadline.requests(), request).await.ok(),
            None => Some(request.await),
        }
    }
}
