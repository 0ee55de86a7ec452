//! Dead letters, shown one by one and sent back to the queue they came from.
//!
//! A redrive first reads all dead letters, and keeps them hidden; then it sends them back. A message that is refused
//! again comes into the dead-letter queue only after the last look, and so stays there until the next run, whatever
//! clocks say.

mod sqs;

use crate::Failure;
use crate::queue::Queue;
use crate::target::Target;
use aws_sdk_sqs::types::Message;
use runtime::dead_letters::{FIELD, MESSAGE_ID, REASON};
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
/// Length of a message's body that is shown.
const SHOWN: usize = 160;

/// Requests of a redrive to a dead-letter queue, to the queue before it, and to the attention list.
trait Letters {
    /// Receives some dead letters, after as long a wait at most. They are hidden from others.
    async fn receive(&mut self, wait_seconds: i32, hidden_seconds: i32) -> Result<Vec<Message>, Failure>;
    /// Counts the dead letters, the hidden ones included, as far as SQS knows.
    async fn count(&mut self) -> Result<usize, Failure>;
    /// Hides a dead letter from now on; fails if it is no longer hidden.
    async fn hold(&mut self, receipt: &str, hidden_seconds: i32) -> Result<(), Failure>;
    /// Shows dead letters to others again.
    async fn release(&mut self, receipts: &[&str]) -> Result<(), Failure>;
    /// Sends a message back, with the attributes that it has here.
    async fn send(&mut self, message: &Message) -> Result<(), Failure>;
    /// Takes the refusal of a message off the attention list.
    async fn forget(&mut self, refused: &str) -> Result<(), Failure>;
    /// Deletes a dead letter.
    async fn delete(&mut self, receipt: &str) -> Result<(), Failure>;
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
    for letter in &found {
        // The output may be closed, which is no reason to stop.
        drop(writeln!(out, "{letter}"));
        outcome.shown += 1;
        if !yes {
            continue;
        }
        let moved = match action {
            Action::SendBack => letter.send_back(letters).await,
            Action::Discard => letter.discard(letters).await,
        };
        outcome.sent += usize::from(!matches!(moved, Moved::Not(_)));
        match moved {
            Moved::Whole => {}
            Moved::Not(why) => {
                outcome.failed += 1;
                drop(writeln!(out, "  not {}, and still in the dead-letter queue: {why}", action.done()));
            }
            Moved::Twice(why) => {
                outcome.failed += 1;
                let twice = "but still in the dead-letter queue as well; once more changes nothing";
                drop(writeln!(out, "  {}, {twice}: {why}", action.done()));
            }
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

/// A dead letter that the filter selects.
#[derive(Debug)]
struct Letter {
    message: Message,
    /// The latest receipt of each of its copies, by SQS's id: a message that is refused and then comes back is refused
    /// again.
    receipts: BTreeMap<String, String>,
}

/// Outcome of sending a letter back.
enum Moved {
    /// The letter is in its queue alone.
    Whole,
    /// The letter is where it was.
    Not(String),
    /// The letter is in both.
    Twice(String),
}

impl Letter {
    /// Sends the message first, and deletes it after: it may be there twice, which changes nothing, but is never lost.
    /// A message that cannot be held is not sent, since it could not be deleted.
    async fn send_back(&self, letters: &mut impl Letters) -> Moved {
        for receipt in self.receipts.values() {
            if let Err(error) = letters.hold(receipt, at(&HIDDEN, 0)).await {
                return Moved::Not(runtime::chain(&*error));
            }
        }
        if let Err(error) = letters.send(&as_it_was_sent(&self.message)).await {
            let receipts: Vec<&str> = self.receipts.values().map(String::as_str).collect();
            drop(letters.release(&receipts).await);
            return Moved::Not(runtime::chain(&*error));
        }
        match self.clear(letters).await {
            Ok(()) => Moved::Whole,
            Err(error) => Moved::Twice(runtime::chain(&*error)),
        }
    }

    /// Takes the refusal off the attention list, then deletes the message, so that a list item without its message is not
    /// left behind.
    async fn discard(&self, letters: &mut impl Letters) -> Moved {
        for receipt in self.receipts.values() {
            if let Err(error) = letters.hold(receipt, at(&HIDDEN, 0)).await {
                return Moved::Not(runtime::chain(&*error));
            }
        }
        match self.clear(letters).await {
            Ok(()) => Moved::Whole,
            Err(error) => Moved::Not(runtime::chain(&*error)),
        }
    }

    async fn clear(&self, letters: &mut impl Letters) -> Result<(), Failure> {
        if let Some(Refused { message_id, .. }) = Refused::of(&self.message) {
            letters.forget(message_id).await?;
        }
        for receipt in self.receipts.values() {
            letters.delete(receipt).await?;
        }
        Ok(())
    }
}

impl std::fmt::Display for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let refused = Refused::of(&self.message).map(|refused| refused.message_id);
        let id = refused.or(self.message.message_id()).unwrap_or_default();
        let body = self.message.body().unwrap_or_default();
        let body: String = body.chars().filter(|c| !c.is_control()).take(SHOWN).collect();
        write!(f, "{id}\n  {}\n  {body}", why(&self.message))
    }
}

/// Refusal of a message by a function: the attributes that make it a dead letter, and are removed when it is sent back.
struct Refused<'a> {
    field: &'a str,
    reason: &'a str,
    message_id: &'a str,
}

impl Refused<'_> {
    const ATTRIBUTES: [&'static str; 3] = [FIELD, REASON, MESSAGE_ID];

    /// `None`: the message was received too often, and its attributes are its sender's.
    fn of(message: &Message) -> Option<Refused<'_>> {
        let attribute = |name: &str| message.message_attributes()?.get(name)?.string_value();
        let [field, reason, message_id] = Refused::ATTRIBUTES.map(attribute);
        Some(Refused { field: field?, reason: reason?, message_id: message_id? })
    }
}

/// Removes the attributes that a function added to a message.
fn as_it_was_sent(message: &Message) -> Message {
    let mut message = message.clone();
    if let (true, Some(attributes)) = (Refused::of(&message).is_some(), &mut message.message_attributes) {
        attributes.retain(|name, _| !Refused::ATTRIBUTES.contains(&name.as_str()));
    }
    message
}

fn why(message: &Message) -> String {
    match Refused::of(message) {
        Some(Refused { field, reason, .. }) => format!("{field} {reason}"),
        None => "received too often without success; see the function's log".to_owned(),
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
