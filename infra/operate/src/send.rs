//! Events from a file to the queues of their types.

use crate::Failure;
use crate::target::Target;
use events::EventType;
use events::input::{self, Event, Source};
use machine::queue_of;
use machine::sending::{self, BATCH, send_batch};
use std::process::ExitCode;

pub(crate) async fn send(target: &Target, file: &Source) -> Result<ExitCode, Failure> {
    let events = input::events(&file.to_string(), &file.read()?)?;
    let bar = sending::bar("sending events", events.len());
    let mut accepted = 0;
    for event_type in EventType::ALL.iter().copied() {
        let of_type: Vec<&Event> = events.iter().filter(|event| event.event_type == event_type).collect();
        if of_type.is_empty() {
            continue;
        }
        let url = target.queue_url(&queue_of(event_type)).await?;
        for batch in of_type.chunks(BATCH) {
            send_batch(&target.sqs, &url, batch).await?;
            accepted += batch.len();
            bar.inc(u64::try_from(batch.len()).unwrap_or_default());
        }
    }
    bar.finish_and_clear();
    println!("{accepted} events accepted");
    Ok(ExitCode::SUCCESS)
}
