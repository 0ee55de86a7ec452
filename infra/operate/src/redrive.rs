//! Dead letters, shown one by one and sent back to the queue they came from.
//!
//! A redrive first reads all dead letters, and keeps them hidden; then it sends them back, ten at a time. A message that is refused
//! again comes into the dead-letter queue only after the last look, and so stays there until the next run, whatever
//! clocks say.

mod letter;
mod moving;
mod sqs;

use crate::Failure;
use crate::queue::Queue;
use crate::target::Target;
use aws_sdk_sqs::types::Message;
use letter::{Letter, Refused, why};
use moving::Moved;
use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::process::ExitCode;

/// Time that a look waits after so many empty ones, in seconds. SQS waits for all of its servers as soon as it waits at
/// all; the counts, which may lag for a minute, then have time to become right.
const WAITS: [i32; 8] = [1, 1, 2, 20, 20, 20, 20, 20];
/// Time for which dead letters are hidden, in seconds: longer each time that one is visible again before the last look,
/// up to SQS's maximum. So a search that is too slow is noticed without a clock.
const HIDDEN: [i32; 3] = [600, 3600, 43200];
/// Number of looks in a row without a new message after which the search may end, if the counts agree.
const LOOKS: usize = 3;
/// Number of looks in a row that may fail.
const FAILURES: usize = 5;
/// Number of looks beyond two for each message that SQS counts: a bound, so that messages that keep coming in are not
/// followed for ever.
const MORE_LOOKS: usize = 50;
/// Maximum number of dead letters read: SQS hides 120,000 of a queue at once.
const MOST: usize = 100_000;
/// Maximum size of the bodies held, in bytes.
const MOST_BYTES: usize = 256 * 1024 * 1024;
/// Number of parts of a request, as SQS admits.
const BATCH: usize = 10;

/// Requests of a redrive to a dead-letter queue, to the queue before it, and to the attention list. Those that have several
/// parts take at most [`BATCH`], and give an outcome for each, in order.
trait Letters {
    /// Receives some dead letters, after as long a wait at most. They are hidden from others.
    async fn receive(&mut self, wait_seconds: i32, hidden_seconds: i32) -> Result<Vec<Message>, Failure>;
    /// Counts the dead letters, the hidden ones included, as far as SQS knows.
    async fn count(&mut self) -> Result<usize, Failure>;
    /// Hides dead letters from now on; fails for one that is no longer hidden.
    async fn hold(&mut self, receipts: &[&str], hidden_seconds: i32) -> Vec<Result<(), Failure>>;
    /// Shows dead letters to others again.
    async fn release(&mut self, receipts: &[&str]) -> Result<(), Failure>;
    /// Sends messages back, with the attributes that they have here: together they fit in one request.
    async fn send(&mut self, messages: &[Message]) -> Vec<Result<(), Failure>>;
    /// Takes the refusals of messages off the attention list.
    async fn forget(&mut self, refused: &[&str]) -> Vec<Result<(), Failure>>;
    /// Deletes dead letters.
    async fn delete(&mut self, receipts: &[&str]) -> Vec<Result<(), Failure>>;
}

/// The treatment of the dead letters that were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    SendBack,
    Discard,
}

impl Action {
    fn done(self) -> &'static str {
        match self {
            Action::SendBack => "sent back",
            Action::Discard => "discarded",
        }
    }

    fn offer(self) -> &'static str {
        match self {
            Action::SendBack => "--yes sends them back",
            Action::Discard => "--yes deletes them for good",
        }
    }
}

pub(crate) async fn redrive(
    target: &Target,
    queue: Queue,
    action: Action,
    wanted: Option<&str>,
    yes: bool,
) -> Result<ExitCode, Failure> {
    let mut letters = sqs::Sqs::of(target, queue).await?;
    let outcome = run(&mut letters, (action, wanted), yes, &mut std::io::stdout()).await;
    match &outcome.unsure {
        Some(why) => eprintln!("error: there may be more dead letters: {why}; give the command again"),
        None if outcome.failed > 0 => eprintln!("error: {} messages need another try; see above", outcome.failed),
        None => return Ok(ExitCode::SUCCESS),
    }
    Ok(ExitCode::FAILURE)
}

/// Outcome of a run.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    shown: usize,
    sent: usize,
    /// Number of letters still in the dead-letter queue that should not be.
    failed: usize,
    /// Reason why some may not have been seen.
    unsure: Option<String>,
}

async fn run(
    letters: &mut impl Letters,
    (action, wanted): (Action, Option<&str>),
    yes: bool,
    out: &mut impl Write,
) -> Outcome {
    let mut seen = Seen { wanted, ..Seen::default() };
    let unsure = look(letters, &mut seen).await;
    let mut outcome = Outcome { unsure, ..Outcome::default() };
    let Seen { found, left, .. } = seen;
    let shown = found.iter().filter(|_| !yes).flat_map(|letter| letter.receipts.values());
    let receipts: Vec<&str> = left.values().chain(shown).map(String::as_str).collect();
    // A letter that cannot be shown again now becomes visible by itself a little later.
    drop(letters.release(&receipts).await);
    for batch in found.chunks(BATCH) {
        let moved = match (yes, action) {
            (false, _) => Vec::new(),
            (true, Action::SendBack) => moving::send_back(letters, batch).await,
            (true, Action::Discard) => moving::discard(letters, batch).await,
        };
        let moved = moved.into_iter().map(Some).chain(std::iter::repeat_with(|| None));
        for (letter, moved) in batch.iter().zip(moved) {
            outcome.shown += 1;
            outcome.note(moved.as_ref());
            // The output may be closed, which is no reason to stop.
            drop(write!(out, "{letter}\n{}", said_of(action, moved)));
        }
    }
    let said = if yes {
        format!("{} messages {}", outcome.sent, action.done())
    } else {
        format!("{} messages; {}", outcome.shown, action.offer())
    };
    drop(writeln!(out, "{said}"));
    outcome
}

impl Outcome {
    fn note(&mut self, moved: Option<&Moved>) {
        match moved {
            None => {}
            Some(Moved::Whole) => self.sent += 1,
            Some(Moved::Not(_)) => self.failed += 1,
            Some(Moved::Twice(_)) => {
                self.sent += 1;
                self.failed += 1;
            }
        }
    }
}

/// The fault of a letter, as a line; empty: there is none.
fn said_of(action: Action, moved: Option<Moved>) -> String {
    let done = action.done();
    match moved {
        None | Some(Moved::Whole) => String::new(),
        Some(Moved::Not(why)) => format!("  not {done}, and still in the dead-letter queue: {why}\n"),
        Some(Moved::Twice(why)) => {
            format!("  {done}, but still in the dead-letter queue as well; once more changes nothing: {why}\n")
        }
    }
}

/// The letters found, each once.
#[derive(Debug, Default)]
struct Seen<'a> {
    wanted: Option<&'a str>,
    found: Vec<Letter>,
    /// Index of each letter by the ids of its messages in the dead-letter queue.
    places: HashMap<String, usize>,
    /// Index of each letter by the ids of its messages in its first queue.
    origins: HashMap<String, usize>,
    /// The latest receipts of the letters not selected, by SQS's id.
    left: HashMap<String, String>,
    bytes: usize,
}

impl Seen<'_> {
    fn len(&self) -> usize {
        self.places.len() + self.left.len()
    }

    /// Takes a message in, and returns whether it is new.
    fn take(&mut self, message: &Message) -> bool {
        let id = message.message_id().unwrap_or_default().to_owned();
        let receipt = message.receipt_handle().unwrap_or_default().to_owned();
        if let Some(left) = self.left.get_mut(&id) {
            *left = receipt;
            return false;
        }
        if let Some(letter) = self.places.get(&id).and_then(|place| self.found.get_mut(*place)) {
            letter.receipts.insert(id, receipt);
            return false;
        }
        if self.wanted.is_some_and(|wanted| !why(message).contains(wanted)) {
            self.left.insert(id, receipt);
            return true;
        }
        let origin = Refused::of(message).map(|refused| refused.message_id.to_owned());
        let copied = origin.as_ref().and_then(|origin| self.origins.get(origin).copied());
        if let Some(place) = copied
            && let Some(letter) = self.found.get_mut(place)
            && letter.message.body() == message.body()
        {
            letter.receipts.insert(id.clone(), receipt);
            self.places.insert(id, place);
            return true;
        }
        let place = self.found.len();
        self.origins.extend(origin.map(|origin| (origin, place)));
        self.places.insert(id.clone(), place);
        self.bytes += message.body().map_or(0, str::len);
        self.found.push(Letter { message: message.clone(), receipts: BTreeMap::from([(id, receipt)]) });
        true
    }
}

/// Looks until nothing more is found. Returns the reason why there may be more all the same, if that cannot be
/// excluded. An empty answer alone proves nothing: SQS gives such though there are messages.
async fn look(letters: &mut impl Letters, seen: &mut Seen<'_>) -> Option<String> {
    let mut pace = Pace::default();
    loop {
        if seen.len() >= MOST || seen.bytes >= MOST_BYTES {
            return Some(format!("no more than {} are looked at in one run", seen.len()));
        }
        if pace.looks >= pace.budget {
            // The count lags, so it is read a second time.
            match letters.count().await {
                Ok(count) if pace.budgets > 0 && count <= seen.len() => return None,
                Ok(_) if pace.budgets == 2 => return Some("they keep coming in".to_owned()),
                Ok(count) => pace.budget = pace.looks + 2 * count + MORE_LOOKS,
                Err(error) => return Some(runtime::chain(&*error)),
            }
            pace.budgets += 1;
        }
        pace.looks += 1;
        let [wait, hidden] = [at(&WAITS, pace.empty), at(&HIDDEN, pace.again)];
        match letters.receive(wait, hidden).await {
            Ok(messages) => pace.note(messages.len(), messages.iter().filter(|message| seen.take(message)).count()),
            Err(error) if pace.failures + 1 == FAILURES => return Some(runtime::chain(&*error)),
            Err(_) => {
                pace.failures += 1;
                continue;
            }
        }
        if pace.idle < LOOKS {
            continue;
        }
        let more = match letters.count().await {
            Ok(count) => count.saturating_sub(seen.len()),
            Err(error) => return Some(runtime::chain(&*error)),
        };
        if more == 0 {
            return None;
        }
        if pace.empty == WAITS.len() {
            return Some(format!("SQS counts {more} that it does not give; somebody else may be looking at them"));
        }
    }
}

/// Progress of the looks so far.
#[derive(Debug, Default)]
struct Pace {
    looks: usize,
    /// Maximum number of looks, and the number of times that it was set.
    budget: usize,
    budgets: usize,
    /// Numbers of looks in a row that were empty, brought nothing new, failed.
    empty: usize,
    idle: usize,
    failures: usize,
    /// Number of looks that brought a letter again.
    again: usize,
}

impl Pace {
    fn note(&mut self, messages: usize, new: usize) {
        self.failures = 0;
        self.empty = if messages == 0 { self.empty + 1 } else { 0 };
        self.idle = if new == 0 { self.idle + 1 } else { 0 };
        self.again += usize::from(new < messages);
    }
}

/// The n-th of these, or the last.
fn at(seconds: &[i32], n: usize) -> i32 {
    seconds.get(n).or(seconds.last()).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests;
