//! The deadline of the current invocation: requests end before it, so that there is time left to answer.

use std::pin::Pin;
use std::time::{Duration, SystemTime};
use tokio::time::{Instant, timeout_at};

tokio::task_local! {
    static CURRENT: Deadline;
}

/// The time for an invocation to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Deadline {
    requests: Instant,
    answer: Instant,
}

impl Deadline {
    /// That of an invocation of Lambda.
    pub(crate) fn of(invocation: &lambda_runtime::Context) -> Deadline {
        let left = invocation.deadline().duration_since(SystemTime::now());
        Deadline::within(Instant::now(), left.unwrap_or_default())
    }

    /// The deadline of work that may take so long: a tenth of the time is kept, in which the batch ends what it can and the
    /// function answers.
    fn within(now: Instant, left: Duration) -> Deadline {
        Deadline { requests: now + left / 10 * 9, answer: now + left / 20 * 19 }
    }

    /// The deadline of the current work, if it has one.
    pub(crate) fn current() -> Option<Deadline> {
        CURRENT.try_with(|deadline| *deadline).ok()
    }

    /// The end of requests.
    pub(crate) fn requests(self) -> Instant {
        self.requests
    }

    /// Does work under this deadline; none: it is not done in time. The future is boxed, as in `context.rs`.
    pub(crate) async fn keep<T>(self, work: impl Future<Output = T> + Send) -> Option<T> {
        let work: Pin<Box<dyn Future<Output = T> + Send + '_>> = Box::pin(work);
        timeout_at(self.answer, CURRENT.scope(self, work)).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;

    #[tokio::test]
    async fn work_that_is_not_done_in_time_is_given_up() {
        assert_eq!(Deadline::current(), None);
        let (none, hour) = (Duration::ZERO, Duration::from_hours(1));
        assert_eq!(Deadline::within(Instant::now(), none).keep(pending::<()>()).await, None);
        let deadline = Deadline::within(Instant::now(), hour);
        assert_eq!(deadline.keep(async { Deadline::current() }).await, Some(Some(deadline)));
    }

    #[test]
    fn requests_end_before_the_answer_and_the_answer_before_the_time() {
        let now = Instant::now();
        for seconds in [1, 20, 30] {
            let left = Duration::from_secs(seconds);
            let Deadline { requests, answer } = Deadline::within(now, left);
            assert_eq!((requests - now, answer - now), (left / 10 * 9, left / 20 * 19));
            assert!(now + left - answer >= Duration::from_millis(50));
        }
    }
}
