//! Dead letters, shown one by one and sent back to the queue they came from.
//!
//! First everything that is there is looked at, and kept hidden; then it is sent back. What is refused again comes into the
//! dead-letter queue only after the last look, and so stays there until the next run, whatever clocks say.

mod sqs;

use crate::Failure;
use crate::target::Target;
use aws_sdk_sqs::types::Message;
use clap::ValueEnum;
use runtime::dead_letters::{FIELD, MESSAGE_ID, REASON};
use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::process::ExitCode;

/// How long each look waits that follows so many empty ones, in seconds. SQS waits for all of its servers as
/// soon as it waits at all; the counts, which may lag for a minute, then have time to become right.
const WAITS: [i32; 8] = [1, 1, 2, 20, 20, 20, 20, 20];
/// How long what is looked at is hidden, in seconds: longer each time that something is visible again before the last look,
/// up to the longest there is. What was sought too slowly shows so, without a clock.
const HIDDEN: [i32; 3] = [600, 3600, 43200];
/// After how many looks in a row that brought nothing new that may be all, if the counts agree.
const LOOKS: usize = 3;
/// How many looks in a row may fail.
const FAILURES: usize = 5;
/// How many looks there may be beyond two for each message that SQS counts, lest messages that keep coming in be followed
/// for ever.
const MORE_LOOKS: usize = 50;
/// How many dead letters are looked at: SQS hides 120,000 of a queue at once.
const MOST: usize = 100_000;
/// How many bytes of bodies are held.
const MOST_BYTES: usize = 256 * 1024 * 1024;
/// How much of a message's body is shown.
const SHOWN: usize = 160;

/// A queue with a dead-letter queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Queue {
    SaleSigned,
    AnnualRenewal,
    CreditNote,
    Restatement,
    Totals,
}

impl Queue {
    fn logical_id(self) -> &'static str {
        match self {
            Queue::SaleSigned => "SaleSigned",
            Queue::AnnualRenewal => "AnnualRenewal",
            Queue::CreditNote => "CreditNote",
            Queue::Restatement => "Restatement",
            Queue::Totals => "Totals",
        }
    }
}

/// What a redrive asks of a dead-letter queue, of the queue before it, and of the attention list.
trait Letters {
    /// Some dead letters, after as long a wait at most. They are hidden from others.
    async fn receive(&mut self, wait_seconds: i32, hidden_seconds: i32) -> Result<Vec<Message>, Failure>;
    /// How many there are, the hidden ones included, as far as SQS knows.
    async fn count(&mut self) -> Result<usize, Failure>;
    /// Hides one from now on; fails if it is no longer hidden.
    async fn hold(&mut self, receipt: &str, hidden_seconds: i32) -> Result<(), Failure>;
    /// Shows some to others again.
    async fn release(&mut self, receipts: &[&str]) -> Result<(), Failure>;
    /// Sends one back, with the attributes that it has here.
    async fn send(&mut self, message: &Message) -> Result<(), Failure>;
    /// Takes the refusal of a message off the attention list.
    async fn forget(&mut self, refused: &str) -> Result<(), Failure>;
    /// Deletes one.
    async fn delete(&mut self, receipt: &str) -> Result<(), Failure>;
}

pub(crate) async fn redrive(
    target: &Target,
    queue: Queue,
    wanted: Option<&str>,
    yes: bool,
) -> Result<ExitCode, Failure> {
    let mut letters = sqs::Sqs::of(target, queue).await?;
    let outcome = run(&mut letters, wanted, yes, &mut std::io::stdout()).await;
    match &outcome.unsure {
        Some(why) => eprintln!("error: there may be more dead letters: {why}; give the command again"),
        None if outcome.failed > 0 => eprintln!("error: {} messages need another try; see above", outcome.failed),
        None => return Ok(ExitCode::SUCCESS),
    }
    Ok(ExitCode::FAILURE)
}

/// What a run came to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    shown: usize,
    sent: usize,
    /// Those that are still in the dead-letter queue though they should not be.
    failed: usize,
    /// Why not all of them may have been seen.
    unsure: Option<String>,
}

async fn run(letters: &mut impl Letters, wanted: Option<&str>, yes: bool, out: &mut impl Write) -> Outcome {
    let mut seen = Seen { wanted, ..Seen::default() };
    let unsure = look(letters, &mut seen).await;
    let mut outcome = Outcome { unsure, ..Outcome::default() };
    let Seen { found, left, .. } = seen;
    let shown = found.iter().filter(|_| !yes).flat_map(|letter| letter.receipts.values());
    let receipts: Vec<&str> = left.values().chain(shown).map(String::as_str).collect();
    // One that cannot be shown again now shows by itself a little later.
    drop(letters.release(&receipts).await);
    for letter in &found {
        // Nobody may be left to read this, which is no reason to stop.
        drop(writeln!(out, "{letter}"));
        outcome.shown += 1;
        if !yes {
            continue;
        }
        let moved = letter.send_back(letters).await;
        outcome.sent += usize::from(!matches!(moved, Moved::Not(_)));
        match moved {
            Moved::Whole => {}
            Moved::Not(why) => {
                outcome.failed += 1;
                drop(writeln!(out, "  not sent back, and still in the dead-letter queue: {why}"));
            }
            Moved::Twice(why) => {
                outcome.failed += 1;
                let twice = "sent back, but still in the dead-letter queue as well; once more changes nothing";
                drop(writeln!(out, "  {twice}: {why}"));
            }
        }
    }
    let said = if yes {
        format!("{} messages sent back", outcome.sent)
    } else {
        format!("{} messages; --yes sends them back", outcome.shown)
    };
    drop(writeln!(out, "{said}"));
    outcome
}

/// A dead letter that is wanted.
#[derive(Debug)]
struct Letter {
    message: Message,
    /// The latest receipt of each of its copies, by SQS's id: what is refused and then comes back is refused again.
    receipts: BTreeMap<String, String>,
}

/// What became of a letter.
enum Moved {
    /// It is in its queue alone.
    Whole,
    /// It is where it was.
    Not(String),
    /// It is in both.
    Twice(String),
}

impl Letter {
    /// Sent first, deleted after: a message may be there twice, which changes nothing, but is never lost. What cannot be
    /// held is not sent, since it could not be deleted.
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

/// What a function said of a message that it refused: the attributes that make it a dead letter, and go when it goes back.
struct Refused<'a> {
    field: &'a str,
    reason: &'a str,
    message_id: &'a str,
}

impl Refused<'_> {
    const ATTRIBUTES: [&'static str; 3] = [FIELD, REASON, MESSAGE_ID];

    /// `None`: it was received too often, and its attributes are its sender's.
    fn of(message: &Message) -> Option<Refused<'_>> {
        let attribute = |name: &str| message.message_attributes()?.get(name)?.string_value();
        let [field, reason, message_id] = Refused::ATTRIBUTES.map(attribute);
        Some(Refused { field: field?, reason: reason?, message_id: message_id? })
    }
}

/// A message without what a function added to it.
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

/// What was looked at, each once.
#[derive(Debug, Default)]
struct Seen<'a> {
    wanted: Option<&'a str>,
    found: Vec<Letter>,
    /// Which of them a message of this id in the dead-letter queue is.
    places: HashMap<String, usize>,
    /// Which of them a message of this id in its first queue is.
    origins: HashMap<String, usize>,
    /// The latest receipts of those not wanted, by SQS's id.
    left: HashMap<String, String>,
    bytes: usize,
}

impl Seen<'_> {
    fn len(&self) -> usize {
        self.places.len() + self.left.len()
    }

    /// Takes a message in; whether it is new.
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

/// Looks until there is nothing more; why there may be more all the same, if that cannot be said. An empty answer alone
/// says nothing: SQS gives such though there are messages.
async fn look(letters: &mut impl Letters, seen: &mut Seen<'_>) -> Option<String> {
    let mut pace = Pace::default();
    loop {
        if seen.len() >= MOST || seen.bytes >= MOST_BYTES {
            return Some(format!("no more than {} are looked at in one run", seen.len()));
        }
        if pace.looks >= pace.budget {
            // Counted a second time, since the count lags.
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

/// What the looks so far brought.
#[derive(Debug, Default)]
struct Pace {
    looks: usize,
    /// How many looks there may be, and how often that was decided.
    budget: usize,
    budgets: usize,
    /// How many of the last looks were empty, brought nothing new, failed.
    empty: usize,
    idle: usize,
    failures: usize,
    /// How many brought something again.
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
