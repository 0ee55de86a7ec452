//! Gathering of a batch, as AWS's event source for SQS does it: after the first message arrives, messages are received
//! until there are enough of them, they fill a payload, or the mapping's window is over.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The most messages that one request receives (a limit of SQS).
pub(crate) const REQUEST: usize = 10;
/// Maximum size of a function's input, in bytes: Lambda's.
const MAX_PAYLOAD: usize = 6 * 1024 * 1024;
/// The payload around its records, in bytes.
const ENVELOPE: usize = r#"{"Records":[]}"#.len();
/// Time for which a request waits at an empty queue, in seconds.
const LONG_POLL_SECONDS: u64 = 20;
/// Time between two requests where less than a second is left, since a request waits for whole seconds.
const GLANCE: Duration = Duration::from_millis(100);

/// A message that was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) id: String,
    /// Its handle, for deleting it.
    pub(crate) receipt: Option<String>,
    /// Its record in the payload, as JSON.
    pub(crate) record: String,
}

/// A queue, and the time.
pub(crate) trait Arrivals {
    type Error;

    /// Receives at most `most` messages; waits for the first for so many seconds.
    fn receive(
        &self,
        most: usize,
        wait_seconds: u64,
    ) -> impl Future<Output = Result<Vec<Received>, Self::Error>> + Send;

    fn now(&self) -> Instant;

    fn pause(&self, time: Duration) -> impl Future<Output = ()> + Send;
}

/// Gathers one batch after the other.
#[derive(Debug)]
pub(crate) struct Gatherer {
    batch_size: usize,
    window: Duration,
    /// The messages that are in no batch yet.
    waiting: VecDeque<Received>,
    /// The end of the window that the first of them opened.
    until: Option<Instant>,
}

impl Gatherer {
    pub(crate) fn new(batch_size: u32, window_seconds: u32) -> Gatherer {
        Gatherer {
            batch_size: usize::try_from(batch_size).unwrap_or(usize::MAX),
            window: Duration::from_secs(window_seconds.into()),
            waiting: VecDeque::new(),
            until: None,
        }
    }

    /// The next batch; empty if no message came. An error of the queue ends the gathering, and is returned only if there
    /// is nothing to process: the next request meets it again if it lasts.
    pub(crate) async fn next<A: Arrivals>(&mut self, arrivals: &A) -> Result<Vec<Received>, A::Error> {
        while !self.is_enough() {
            let left = self.until.map(|until| until.saturating_duration_since(arrivals.now()));
            if left == Some(Duration::ZERO) {
                break;
            }
            let most = REQUEST.min(self.batch_size - self.waiting.len());
            let wait = left.map_or(LONG_POLL_SECONDS, |left| left.as_secs().min(LONG_POLL_SECONDS));
            match (arrivals.receive(most, wait).await, left) {
                (Ok(received), None) if received.is_empty() => break,
                (Ok(received), Some(left)) if received.is_empty() => {
                    if wait == 0 {
                        arrivals.pause(left.min(GLANCE)).await;
                    }
                }
                (Ok(received), _) => {
                    self.until.get_or_insert(arrivals.now() + self.window);
                    self.waiting.extend(received);
                }
                (Err(error), _) if self.waiting.is_empty() => return Err(error),
                (Err(_), _) => break,
            }
        }
        Ok(self.take())
    }

    fn is_enough(&self) -> bool {
        self.waiting.len() >= self.batch_size || self.fitting() < self.waiting.len()
    }

    /// The number of waiting messages that fit in one payload; at least one.
    fn fitting(&self) -> usize {
        let ends = self.waiting.iter().scan(ENVELOPE, |end, message| {
            // A comma follows each record but the last.
            *end += message.record.len() + 1;
            Some(*end - 1)
        });
        ends.take_while(|end| *end <= MAX_PAYLOAD).count().max(1)
    }

    /// Takes a batch of the waiting messages. The window of the others is the one that is open: they are hidden since then.
    fn take(&mut self) -> Vec<Received> {
        let count = self.fitting().min(self.batch_size).min(self.waiting.len());
        let batch = self.waiting.drain(..count).collect();
        if self.waiting.is_empty() {
            self.until = None;
        }
        batch
    }
}

/// The payload of a batch.
pub(crate) fn payload(batch: &[Received]) -> String {
    let records: Vec<&str> = batch.iter().map(|message| message.record.as_str()).collect();
    format!(r#"{{"Records":[{}]}}"#, records.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// Messages that arrive at given milliseconds, and a clock that only requests and pauses move.
    struct Script {
        start: Instant,
        passed: Mutex<Duration>,
        to_come: Mutex<VecDeque<(Duration, Result<Received, &'static str>)>>,
        /// Each request: when it was made, the most messages, how long it would wait.
        requests: Mutex<Vec<(u128, usize, u64)>>,
    }

    impl Script {
        fn new(to_come: impl IntoIterator<Item = (u64, Result<Received, &'static str>)>) -> Script {
            let to_come = to_come.into_iter().map(|(at, message)| (Duration::from_millis(at), message)).collect();
            Script {
                start: Instant::now(),
                passed: Mutex::default(),
                to_come: Mutex::new(to_come),
                requests: Mutex::default(),
            }
        }

        fn passed(&self) -> Duration {
            *self.passed.lock().unwrap()
        }

        fn pass_until(&self, time: Duration) {
            let mut passed = self.passed.lock().unwrap();
            *passed = passed.max(time);
        }
    }

    impl Arrivals for Script {
        type Error = &'static str;

        async fn receive(&self, most: usize, wait_seconds: u64) -> Result<Vec<Received>, &'static str> {
            let asked = self.passed();
            self.requests.lock().unwrap().push((asked.as_millis(), most, wait_seconds));
            let mut to_come = self.to_come.lock().unwrap();
            let end = asked + Duration::from_secs(wait_seconds);
            let first = to_come.front().map(|(at, _)| *at).filter(|at| *at <= end);
            self.pass_until(first.unwrap_or(end));
            let mut received = Vec::new();
            while received.len() < most && to_come.front().is_some_and(|(at, _)| *at <= self.passed()) {
                received.push(to_come.pop_front().unwrap().1?);
            }
            Ok(received)
        }

        fn now(&self) -> Instant {
            self.start + self.passed()
        }

        async fn pause(&self, time: Duration) {
            self.pass_until(self.passed() + time);
        }
    }

    fn message(id: usize, bytes: usize) -> Received {
        Received { id: id.to_string(), receipt: None, record: "x".repeat(bytes) }
    }

    /// Small messages, each at its time.
    fn at(times: impl IntoIterator<Item = u64>) -> Script {
        Script::new(times.into_iter().enumerate().map(|(id, at)| (at, Ok(message(id, 1)))))
    }

    /// The sizes of the batches, each with the time at which it was complete, until no message comes.
    async fn batches(script: &Script, batch_size: u32, window_seconds: u32) -> Vec<(usize, u128)> {
        let mut gatherer = Gatherer::new(batch_size, window_seconds);
        let mut batches = Vec::new();
        loop {
            let batch = gatherer.next(script).await.unwrap();
            if batch.is_empty() {
                return batches;
            }
            batches.push((batch.len(), script.passed().as_millis()));
        }
    }

    #[tokio::test]
    async fn without_a_window_one_request_is_a_batch() {
        let script = at([5000, 5000, 5000, 5001, 5001]);
        assert_eq!(batches(&script, 2, 0).await, [(2, 5000), (1, 5000), (2, 5001)]);
        assert_eq!(script.requests.lock().unwrap()[0], (0, 2, 20));
    }

    #[tokio::test]
    async fn a_batch_is_gathered_until_it_is_full_or_its_window_is_over() {
        // The window begins with the first message, not with the request.
        let script = at([1000, 1500, 2400, 3001]);
        assert_eq!(batches(&script, 100, 2).await, [(3, 3000), (1, 5001)]);
        // 25 messages at once, ten in a request; the last request asks for no more than the batch has room for.
        let script = at([0; 25]);
        assert_eq!(batches(&script, 24, 300).await, [(24, 0), (1, 300_000)]);
        let most: Vec<usize> = script.requests.lock().unwrap().iter().take(4).map(|asked| asked.1).collect();
        assert_eq!(most, [10, 10, 4, 10]);
        assert_eq!(batches(&at([]), 24, 300).await, []);
    }

    #[tokio::test]
    async fn no_request_waits_beyond_the_window() {
        let script = at([0, 1400]);
        assert_eq!(batches(&script, 100, 3).await, [(2, 3000)]);
        let requests = script.requests.lock().unwrap();
        for (asked, _, wait) in requests.iter().filter(|(asked, ..)| (1..3000).contains(asked)) {
            assert!(asked + u128::from(*wait) * 1000 <= 3000, "{requests:?}");
        }
    }

    #[tokio::test]
    async fn a_payload_is_never_too_large_and_the_rest_is_the_next_batch() {
        let mebibyte = 1024 * 1024;
        let script = Script::new((0..13).map(|id| (0, Ok(message(id, mebibyte)))));
        let mut gatherer = Gatherer::new(100, 300);
        let mut ids = Vec::new();
        for expected in [5, 5, 3] {
            let batch = gatherer.next(&script).await.unwrap();
            assert!(batch.len() == expected && payload(&batch).len() <= MAX_PAYLOAD, "{}", batch.len());
            ids.extend(batch.into_iter().map(|message| message.id));
        }
        assert_eq!(ids, (0..13).map(|id| id.to_string()).collect::<Vec<_>>());
        // To the byte; and a message that fits in no payload is a batch of its own.
        let room = MAX_PAYLOAD - ENVELOPE - 1;
        for (sizes, expected) in
            [(vec![room, 0], vec![2]), (vec![room, 1], vec![1, 1]), (vec![room + 2, 1], vec![1, 1])]
        {
            let messages = sizes.iter().enumerate().map(|(id, bytes)| (0, Ok(message(id, *bytes))));
            let counts: Vec<usize> = batches(&Script::new(messages), 10, 1).await.iter().map(|batch| batch.0).collect();
            assert_eq!(counts, expected, "{sizes:?}");
        }
    }

    /// Messages that had no room in a batch are hidden since their own window opened.
    #[tokio::test]
    async fn the_rest_waits_for_no_second_window() {
        let half = MAX_PAYLOAD / 2;
        let script = Script::new([(0, 1), (1000, half), (9500, half)].map(|(at, size)| (at, Ok(message(0, size)))));
        assert_eq!(batches(&script, 100, 10).await, [(2, 9500), (1, 10_000)]);
    }

    #[tokio::test]
    async fn an_error_loses_no_message() {
        let script = Script::new([(0, Ok(message(0, 1))), (500, Err("broken")), (500, Err("still broken"))]);
        let mut gatherer = Gatherer::new(100, 10);
        assert_eq!(gatherer.next(&script).await.unwrap().len(), 1);
        assert_eq!(gatherer.next(&script).await, Err("still broken"));
    }
}
