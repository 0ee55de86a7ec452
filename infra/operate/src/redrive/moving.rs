//! Letters on their way out of the dead-letter queue: ten in a request, and each for itself where a part of a request fails.

use super::letter::{Letter, Refused, as_it_was_sent};
use super::{BATCH, HIDDEN, Letters, at};
use crate::Failure;
use aws_sdk_sqs::types::Message;
use std::collections::BTreeMap;

/// Size of the messages of a request, in bytes: the smallest limit that SQS has had. A message alone may be larger.
const MOST_BYTES: usize = 256 * 1024;

/// Outcome of moving a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Moved {
    /// The letter is no longer in the dead-letter queue.
    Whole,
    /// The letter is where it was.
    Not(String),
    /// The letter is in its queue and in the dead-letter queue.
    Twice(String),
}

/// The letters of a batch that nothing has gone wrong with, by their place in it.
type Going<'a> = BTreeMap<usize, &'a Letter>;

/// Sends the messages first, and deletes them after: one may be there twice, which changes nothing, but is never lost. A
/// message that cannot be held is not sent, since it could not be deleted.
pub(super) async fn send_back(letters: &mut impl Letters, batch: &[Letter]) -> Vec<Moved> {
    let mut moved = vec![Moved::Whole; batch.len()];
    let mut going = batch.iter().enumerate().collect();
    hold(letters, &mut going, &mut moved).await;
    let sent: Vec<(usize, Message)> =
        going.iter().map(|(place, letter)| (*place, as_it_was_sent(&letter.message))).collect();
    let mut unsent = Vec::new();
    for request in requests(sent) {
        let (places, messages): (Vec<usize>, Vec<Message>) = request.into_iter().unzip();
        for (place, outcome) in places.into_iter().zip(letters.send(&messages).await) {
            let Err(error) = outcome else { continue };
            unsent.extend(going.remove(&place));
            note(&mut moved, place, Moved::Not(runtime::chain(&*error)));
        }
    }
    let receipts: Vec<&str> = unsent.iter().flat_map(|letter| letter.receipts.values()).map(String::as_str).collect();
    // One that cannot be shown again now becomes visible by itself a little later.
    drop(letters.release(&receipts).await);
    clear(letters, going, &mut moved, Moved::Twice).await;
    moved
}

/// Takes the refusals off the attention list, then deletes the messages, so that a list item without its message is not left
/// behind.
pub(super) async fn discard(letters: &mut impl Letters, batch: &[Letter]) -> Vec<Moved> {
    let mut moved = vec![Moved::Whole; batch.len()];
    let mut going = batch.iter().enumerate().collect();
    hold(letters, &mut going, &mut moved).await;
    clear(letters, going, &mut moved, Moved::Not).await;
    moved
}

async fn hold(letters: &mut impl Letters, going: &mut Going<'_>, moved: &mut [Moved]) {
    for request in receipts(going).chunks(BATCH) {
        let (places, receipts): (Vec<usize>, Vec<&str>) = request.iter().copied().unzip();
        let outcomes = letters.hold(&receipts, at(&HIDDEN, 0)).await;
        stop(places.into_iter().zip(outcomes), going, moved, Moved::Not);
    }
}

/// Off the attention list, and out of the dead-letter queue.
async fn clear(letters: &mut impl Letters, mut going: Going<'_>, moved: &mut [Moved], failed: fn(String) -> Moved) {
    let refused = going.iter().filter_map(|(place, letter)| Some((*place, Refused::of(&letter.message)?.message_id)));
    let (places, refused): (Vec<usize>, Vec<&str>) = refused.unzip();
    let outcomes = letters.forget(&refused).await;
    stop(places.into_iter().zip(outcomes), &mut going, moved, failed);
    for request in receipts(&going).chunks(BATCH) {
        let (places, receipts): (Vec<usize>, Vec<&str>) = request.iter().copied().unzip();
        let outcomes = letters.delete(&receipts).await;
        stop(places.into_iter().zip(outcomes), &mut going, moved, failed);
    }
}

/// The receipts of the letters, each with its letter's place.
fn receipts<'a>(going: &Going<'a>) -> Vec<(usize, &'a str)> {
    let of = |(place, letter): (&usize, &&'a Letter)| {
        let place = *place;
        letter.receipts.values().map(move |receipt| (place, receipt.as_str())).collect::<Vec<_>>()
    };
    going.iter().flat_map(of).collect()
}

/// Goes no further with the letters of which a part failed.
fn stop(
    outcomes: impl Iterator<Item = (usize, Result<(), Failure>)>,
    going: &mut Going<'_>,
    moved: &mut [Moved],
    failed: fn(String) -> Moved,
) {
    for (place, outcome) in outcomes {
        if let Err(error) = outcome {
            going.remove(&place);
            note(moved, place, failed(runtime::chain(&*error)));
        }
    }
}

fn note(moved: &mut [Moved], place: usize, outcome: Moved) {
    if let Some(moved) = moved.get_mut(place) {
        *moved = outcome;
    }
}

/// Messages by the request in which they are sent, each as large as SQS admits.
fn requests(messages: Vec<(usize, Message)>) -> Vec<Vec<(usize, Message)>> {
    let (mut requests, mut bytes) = (Vec::new(), 0);
    for (place, message) in messages {
        let size = size(&message);
        bytes += size;
        match requests.last_mut() {
            Some(request) if bytes <= MOST_BYTES => Vec::push(request, (place, message)),
            Some(_) | None => {
                requests.push(vec![(place, message)]);
                bytes = size;
            }
        }
    }
    requests
}

/// The size of a message as SQS counts it: its body, and the name, type and value of each attribute.
fn size(message: &Message) -> usize {
    let attributes = message.message_attributes().into_iter().flatten().map(|(name, value)| {
        let text = value.string_value().map_or(0, str::len);
        let bytes = value.binary_value().map_or(0, |blob| blob.as_ref().len());
        name.len() + value.data_type().len() + text + bytes
    });
    message.body().map_or(0, str::len) + attributes.sum::<usize>()
}
