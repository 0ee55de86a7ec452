//! The queue of passes, as far as the API needs it.

use futures_util::future::{BoxFuture, FutureExt};
use jiff::SignedDuration;
use rules::Month;
use settling::{Queue, SendError};

/// A queue that takes the first step of a pass.
pub trait Passes: Send + Sync {
    /// Begins the pass of a close, once every writer that was at work at its cut has ended.
    fn begin(&self, month: Month) -> BoxFuture<'_, Result<(), SendError>>;
}

/// The settlement queue, and the delay after which a pass begins.
#[derive(Debug)]
pub struct Delayed(pub Queue, pub SignedDuration);

impl Passes for Delayed {
    fn begin(&self, month: Month) -> BoxFuture<'_, Result<(), SendError>> {
        self.0.begin(month, self.1).boxed()
    }
}
