//! Throttle of the HTTP API.

use crate::template::Limit;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A limit of requests a second, and of requests at once after a pause.
#[derive(Debug)]
pub(crate) struct Throttle {
    interval: Duration,
    /// Time by which requests may be early.
    allowance: Duration,
    /// Time at which the next request is due.
    due: Mutex<Instant>,
}

impl Throttle {
    pub(crate) fn new(Limit { per_second, burst }: Limit) -> Throttle {
        let interval = Duration::from_secs(1) / per_second.max(1);
        Throttle { interval, allowance: interval * burst.saturating_sub(1), due: Mutex::new(Instant::now()) }
    }

    /// Whether a request at this time is admitted.
    pub(crate) fn takes(&self, now: Instant) -> bool {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let begin = (*due).max(now);
        let is_taken = begin.duration_since(now) <= self.allowance;
        if is_taken {
            *due = begin + self.interval;
        }
        is_taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_and_then_so_many_a_second() {
        let throttle = Throttle::new(Limit { per_second: 10, burst: 3 });
        let start = Instant::now() + Duration::from_secs(5);
        let taken = |at: u64| (0..10).filter(|_| throttle.takes(start + Duration::from_millis(at))).count();
        assert_eq!((taken(0), taken(50), taken(100), taken(400), taken(5000)), (3, 0, 1, 3, 3));
    }
}
