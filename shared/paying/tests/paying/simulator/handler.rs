//! Handlers: one message, worked on by the real code.

use super::Message;
use super::table::SimStore;
use crate::world::{NOW, batch_id, by, order, partner, paying, time, transfer_id};
use paying::batches::Filling;
use paying::{PayingError, fates, record};
use std::pin::Pin;

/// The end of a handler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Done {
    /// All is done.
    Ended,
    /// The table did not answer: the message comes again.
    Failed,
    /// It cannot be done now: somebody tries again later, but not for ever.
    Refused,
    /// The batch would differ now, or has no transfer.
    Stale(String),
}

fn done(batch: &str, error: &PayingError) -> Done {
    match error {
        PayingError::Closing(_) => Done::Failed,
        PayingError::Stale { .. } | PayingError::Batch(_) => Done::Stale(batch.to_owned()),
        PayingError::Refused(_)
        | PayingError::SetOff(_)
        | PayingError::Overflow(_)
        | PayingError::UnderWay(_)
        | PayingError::GivenId
        | PayingError::NoBatch(_)
        | PayingError::NoTransfer(_)
        | PayingError::Payer(_)
        | PayingError::PastDay(_)
        | PayingError::State { .. }
        | PayingError::SecondPerson { .. }
        | PayingError::NotExecuted(_) => Done::Refused,
    }
}

/// Works on a message.
pub(super) fn work(store: SimStore, message: Message) -> Pin<Box<dyn Future<Output = Done>>> {
    Box::pin(async move {
        let batch = match &message {
            Message::Fill(batch) | Message::Seal(batch) | Message::Send(batch) | Message::Void(batch) => batch.clone(),
            Message::Papers(_) | Message::Pay(..) | Message::Fate(..) => String::new(),
        };
        take(store, message).await.unwrap_or_else(|error| done(&batch, &error))
    })
}

async fn take(store: SimStore, message: Message) -> Result<Done, PayingError> {
    let at = time(NOW) + jiff::SignedDuration::from_secs(i64::try_from(store.table().now).unwrap());
    let paying = paying(store);
    match message {
        Message::Papers(_) => {}
        Message::Pay(id, payment) => match paying.record(&partner(id), &payment, &by(1, at)).await? {
            record::Outcome::Recorded | record::Outcome::Already => {}
            record::Outcome::Other { .. } => return Ok(Done::Refused),
        },
        Message::Fill(batch) => while paying.fill(&batch_id(&batch), &order(), &by(1, at)).await? == Filling::More {},
        Message::Seal(batch) => drop(paying.seal(&batch_id(&batch), &by(1, at)).await?),
        Message::Send(batch) => drop(paying.send(&batch_id(&batch), &by(2, at)).await?),
        Message::Void(batch) => drop(paying.void(&batch_id(&batch), &by(1, at)).await?),
        Message::Fate(id, fate) => match paying.record_fate(&transfer_id(&id), &fate, &by(2, at)).await? {
            fates::Outcome::Recorded | fates::Outcome::Already => {}
            fates::Outcome::Other(_) => return Ok(Done::Refused),
        },
    }
    Ok(Done::Ended)
}
