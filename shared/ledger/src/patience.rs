//! Patience: a request that the table has no room for now, or does not answer, is made again for as long as there is time.
//! Trouble of the table is no failure of what is recorded: only what is still undone when the time is over comes back.

use crate::store::{
    Consistency, Item, Key, KeyRange, Page, Passing, Store, StoreError, TransactError, Write, longest_pause,
};
use std::future::Future;
use std::time::Duration;

/// The time for requests; the ledger has no clock.
pub trait Pace: Send + Sync {
    /// Waits for a random part of a time before another attempt; false, without waiting: no time is left for one.
    fn again(&self, longest: Duration) -> impl Future<Output = bool> + Send;

    /// The result of a request; none if the time is over before it answers.
    fn in_time<T: Send>(&self, request: impl Future<Output = T> + Send) -> impl Future<Output = Option<T>> + Send;
}

/// A store that makes refused requests again. What was applied although its answer was lost is then a conflict, after which
/// everybody reads again.
#[derive(Debug, Clone)]
pub struct Patient<S, P> {
    store: S,
    pace: P,
}

impl<S: Store, P: Pace> Patient<S, P> {
    /// A store with the pace at which requests are made again.
    pub fn new(store: S, pace: P) -> Patient<S, P> {
        Patient { store, pace }
    }

    /// Makes a request until it is answered, refused for good, or out of time. Requests are boxed, since the futures around them
    /// would hold them several times.
    async fn ask<T: Send, F: Future<Output = Result<T, StoreError>> + Send>(
        &self,
        operation: &'static str,
        request: impl Fn() -> F + Send + Sync,
    ) -> Result<T, StoreError> {
        let (mut attempt, mut refused) = (0, None);
        loop {
            match self.pace.in_time(Box::pin(request())).await {
                Some(Err(error)) if error.is_passing() => refused = Some(error),
                Some(answered) => return answered,
                None => return Err(refused.unwrap_or_else(|| out_of_time(operation))),
            }
            if !self.pace.again(longest_pause(attempt)).await {
                return Err(refused.unwrap_or_else(|| out_of_time(operation)));
            }
            attempt += 1;
        }
    }

    /// Applies each of some writes on its own, once.
    async fn write_once(&self, writes: Vec<Write>) -> Vec<Result<(), TransactError>> {
        let number = writes.len();
        let written = self.pace.in_time(Box::pin(self.store.write_each(writes))).await;
        written.unwrap_or_else(|| (0..number).map(|_| Err(out_of_time("BatchExecuteStatement").into())).collect())
    }
}

fn out_of_time(operation: &'static str) -> StoreError {
    StoreError { operation, source: Passing::new("no time was left").into() }
}

/// True of a failed write that may succeed when it is made again.
fn is_refused(written: &Result<(), TransactError>) -> bool {
    match written {
        Err(TransactError::Failed(error)) => error.is_passing(),
        Ok(()) | Err(TransactError::Conflict) => false,
    }
}

impl<S: Store, P: Pace> Store for Patient<S, P> {
    async fn get(&self, keys: Vec<Key>, consistency: Consistency) -> Result<Vec<Item>, StoreError> {
        self.ask("BatchGetItem", || self.store.get(keys.clone(), consistency)).await
    }

    async fn partition(&self, pk: String) -> Result<Vec<Item>, StoreError> {
        self.ask("Query", || self.store.partition(pk.clone())).await
    }

    async fn beginning_with(&self, pk: String, prefix: String) -> Result<Vec<Item>, StoreError> {
        self.ask("Query", || self.store.beginning_with(pk.clone(), prefix.clone())).await
    }

    async fn index(&self, range: KeyRange) -> Result<Page, StoreError> {
        self.ask("Query", || self.store.index(range.clone())).await
    }

    /// Of several writes, those that were refused are made again, and no others.
    async fn write_each(&self, writes: Vec<Write>) -> Vec<Result<(), TransactError>> {
        let mut results = self.write_once(writes.clone()).await;
        let mut attempt = 0;
        while results.iter().any(is_refused) && self.pace.again(longest_pause(attempt)).await {
            let refused = writes.iter().zip(&results).filter(|(_, result)| is_refused(result));
            let again = self.write_once(refused.map(|(write, _)| write.clone()).collect()).await;
            for (result, again) in results.iter_mut().filter(|result| is_refused(result)).zip(again) {
                *result = again;
            }
            attempt += 1;
        }
        results
    }

    fn max_writes(&self) -> usize {
        self.store.max_writes()
    }

    fn most_added_up(&self) -> usize {
        self.store.most_added_up()
    }

    fn rows_added_up_per_second(&self) -> u64 {
        self.store.rows_added_up_per_second()
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<(), TransactError> {
        let request = async || match self.store.transact(writes.clone()).await {
            Ok(()) => Ok(Ok(())),
            Err(TransactError::Conflict) => Ok(Err(TransactError::Conflict)),
            Err(TransactError::Failed(error)) => Err(error),
        };
        self.ask("TransactWriteItems", request).await?
    }

    async fn back_off(&self, attempt: u32) {
        // Without time the next request says so.
        self.pace.again(longest_pause(attempt)).await;
    }
}
