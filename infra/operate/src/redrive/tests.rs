//! A redrive of an SQS that answers as SQS may: empty, late, out of order, twice, or not at all.

use super::*;
use aws_sdk_sqs::types::{MessageAttributeValue, MessageSystemAttributeName};
use runtime::dead_letters::{FIELD, MESSAGE_ID, REASON};
use std::collections::{BTreeSet, VecDeque};

/// A message in the dead-letter queue.
#[derive(Clone)]
struct Dead {
    message: Message,
    /// The look until which it is hidden.
    hidden_until: usize,
    receipt: String,
}

/// A dead-letter queue that behaves as set here. Time is the number of looks.
struct Fake {
    dead: Vec<Dead>,
    looks: usize,
    receipts: usize,
    /// Duration of a look, in seconds.
    slow: usize,
    /// Maximum number of messages in an answer.
    at_once: usize,
    /// Answers that come before all others.
    first: VecDeque<Result<(), &'static str>>,
    /// Number of messages counted in excess.
    overcounted: usize,
    /// Number of messages missing from the count, until the look.
    undercounted_until: usize,
    /// Whether each answer has the messages of the one before as well.
    gives_twice: bool,
    last: Vec<Message>,
    /// Whether each look finds a message that has just come in.
    keeps_coming: bool,
    /// Whether a message that is sent back is refused again at once.
    refuses: bool,
    /// Bodies that cannot be sent, held or deleted; refusals that cannot be forgotten.
    fails: BTreeSet<(&'static str, String)>,
    sent: Vec<Message>,
    forgotten: Vec<String>,
    /// Number of requests one after the other; those of one part of the attention list are two.
    requests: u64,
    /// Time that looks waited without a message, in seconds.
    waited: u64,
}

fn attributes(named: &[(&str, &str)]) -> HashMap<String, MessageAttributeValue> {
    let text = |value: &str| MessageAttributeValue::builder().data_type("String").string_value(value).build().unwrap();
    named.iter().map(|(name, value)| ((*name).to_owned(), text(value))).collect()
}

/// The n-th refused message: its id here, and in its first queue.
fn refused(n: usize) -> Message {
    let origin = format!("origin-{n}");
    let said = attributes(&[(FIELD, "data"), (REASON, "is missing"), (MESSAGE_ID, &origin), ("traceparent", "00-1")]);
    Message::builder()
        .message_id(format!("dead-{n}"))
        .body(format!("body-{n}"))
        .set_message_attributes(Some(said))
        .build()
}

impl Fake {
    fn of(messages: impl IntoIterator<Item = Message>) -> Fake {
        let mut fake = Fake {
            dead: Vec::new(),
            looks: 0,
            receipts: 0,
            slow: 0,
            at_once: 10,
            first: VecDeque::new(),
            overcounted: 0,
            undercounted_until: 0,
            gives_twice: false,
            last: Vec::new(),
            keeps_coming: false,
            refuses: false,
            fails: BTreeSet::new(),
            sent: Vec::new(),
            forgotten: Vec::new(),
            requests: 0,
            waited: 0,
        };
        messages.into_iter().for_each(|message| fake.add(message));
        fake
    }

    fn with(n: usize) -> Fake {
        Fake::of((0..n).map(refused))
    }

    fn add(&mut self, message: Message) {
        self.dead.push(Dead { message, hidden_until: 0, receipt: String::new() });
    }

    fn check(&self, what: &'static str, of: &str) -> Result<(), Failure> {
        if self.fails.contains(&(what, of.to_owned())) { Err(format!("no {what}").into()) } else { Ok(()) }
    }

    /// The look until which a message is hidden from now on.
    fn until(&self, hidden_seconds: i32) -> usize {
        self.looks + usize::try_from(hidden_seconds).unwrap() / self.slow.max(1)
    }

    fn by_receipt(&mut self, receipt: &str) -> Option<&mut Dead> {
        let looks = self.looks;
        self.dead.iter_mut().find(|dead| dead.receipt == receipt && dead.hidden_until > looks)
    }

    /// Does each part of a request.
    fn parts<T>(
        &mut self,
        requests: u64,
        parts: &[T],
        mut part: impl FnMut(&mut Fake, &T) -> Result<(), Failure>,
    ) -> Vec<Result<(), Failure>> {
        assert!(parts.len() <= 10, "SQS takes ten at most");
        self.requests += if parts.is_empty() { 0 } else { requests };
        parts.iter().map(|one| part(self, one)).collect()
    }

    /// The ids of the messages there; `visible`: of those that others see.
    fn there(&self, visible: bool) -> BTreeSet<&str> {
        let there = self.dead.iter().filter(|dead| !visible || dead.hidden_until <= self.looks);
        there.filter_map(|dead| dead.message.message_id()).collect()
    }

    fn sent_bodies(&self) -> Vec<&str> {
        self.sent.iter().filter_map(Message::body).collect()
    }
}

impl Letters for Fake {
    async fn receive(&mut self, wait_seconds: i32, hidden_seconds: i32) -> Result<Vec<Message>, Failure> {
        assert!((1..=20).contains(&wait_seconds), "not all servers are asked otherwise");
        self.looks += 1;
        self.requests += 1;
        let until = self.until(hidden_seconds);
        if let Some(first) = self.first.pop_front() {
            return first.map(|()| Vec::new()).map_err(Into::into);
        }
        if self.keeps_coming {
            self.add(refused(1000 + self.looks));
        }
        // The last come first.
        let mut messages = Vec::new();
        for dead in self.dead.iter_mut().rev().filter(|dead| dead.hidden_until <= self.looks).take(self.at_once) {
            self.receipts += 1;
            dead.hidden_until = until;
            dead.receipt = format!("receipt-{}", self.receipts);
            dead.message.receipt_handle = Some(dead.receipt.clone());
            messages.push(dead.message.clone());
        }
        self.waited += if messages.is_empty() { u64::from(wait_seconds.unsigned_abs()) } else { 0 };
        let before = std::mem::replace(&mut self.last, messages.clone());
        if self.gives_twice {
            messages.extend(before);
        }
        Ok(messages)
    }

    async fn count(&mut self) -> Result<usize, Failure> {
        self.requests += 1;
        Ok(if self.looks < self.undercounted_until { 0 } else { self.dead.len() + self.overcounted })
    }

    async fn hold(&mut self, receipts: &[&str], hidden_seconds: i32) -> Vec<Result<(), Failure>> {
        let until = self.until(hidden_seconds);
        self.parts(1, receipts, |fake, receipt| {
            let dead = fake.by_receipt(receipt).ok_or("it is not hidden")?;
            dead.hidden_until = until;
            let body = dead.message.body().unwrap().to_owned();
            fake.check("hold", &body)
        })
    }

    async fn release(&mut self, receipts: &[&str]) -> Result<(), Failure> {
        self.requests += u64::try_from(receipts.len().div_ceil(BATCH)).unwrap();
        for receipt in receipts {
            self.by_receipt(receipt).ok_or("it is not hidden")?.hidden_until = 0;
        }
        Ok(())
    }

    async fn send(&mut self, messages: &[Message]) -> Vec<Result<(), Failure>> {
        let bytes: usize = messages.iter().filter_map(Message::body).map(str::len).sum();
        assert!(messages.len() == 1 || bytes <= 256 * 1024, "{bytes} bytes in a request");
        self.parts(1, messages, |fake, message| {
            fake.check("send", message.body().unwrap())?;
            fake.sent.push(message.clone());
            if fake.refuses {
                fake.add(refused(5000 + fake.sent.len()));
            }
            Ok(())
        })
    }

    async fn forget(&mut self, refused: &[&str]) -> Vec<Result<(), Failure>> {
        self.parts(2, refused, |fake, refused| {
            fake.check("forget", refused)?;
            fake.forgotten.push((*refused).to_owned());
            Ok(())
        })
    }

    async fn delete(&mut self, receipts: &[&str]) -> Vec<Result<(), Failure>> {
        self.parts(1, receipts, |fake, receipt| {
            let body = fake.by_receipt(receipt).ok_or("it is not hidden")?.message.body().unwrap().to_owned();
            fake.check("delete", &body)?;
            fake.dead.retain(|dead| dead.receipt != *receipt);
            Ok(())
        })
    }
}

/// Runs a redrive, and returns its outcome and its output.
async fn redriven(fake: &mut Fake, wanted: Option<&str>, yes: bool) -> (Outcome, String) {
    let mut out = Vec::new();
    let outcome = run(fake, (Action::SendBack, wanted), yes, &mut out).await;
    (outcome, String::from_utf8(out).unwrap())
}

/// A dead letter that nobody can correct is deleted, with its item of the attention list; nothing of it is sent.
#[tokio::test]
async fn what_is_discarded_is_gone_with_its_item_of_the_attention_list() {
    let discarded = async |fake: &mut Fake, wanted: Option<&str>, yes: bool| {
        let mut out = Vec::new();
        let outcome = run(fake, (Action::Discard, wanted), yes, &mut out).await;
        (outcome, String::from_utf8(out).unwrap())
    };
    let mut fake = Fake::with(7);
    let (outcome, said) = discarded(&mut fake, None, false).await;
    assert_eq!((outcome, fake.there(true).len(), fake.forgotten.len()), (whole(7, 0), 7, 0));
    assert!(said.ends_with("7 messages; --yes deletes them for good\n"), "{said}");

    let (outcome, said) = discarded(&mut fake, Some("is missing"), true).await;
    assert_eq!((outcome, fake.dead.len(), fake.sent.len(), fake.forgotten.len()), (whole(7, 7), 0, 0, 7));
    assert!(said.ends_with("7 messages discarded\n"), "{said}");

    // One that is still on the list keeps its message.
    let mut fake = Fake::with(3);
    fake.fails = BTreeSet::from([("forget", "origin-1".to_owned())]);
    let (outcome, said) = discarded(&mut fake, None, true).await;
    assert_eq!((outcome.sent, outcome.failed, fake.dead.len()), (2, 1, 1), "{said}");
    assert!(said.contains("not discarded, and still in the dead-letter queue"), "{said}");
}

fn whole(shown: usize, sent: usize) -> Outcome {
    Outcome { shown, sent, failed: 0, unsure: None }
}

#[tokio::test]
async fn empty_answers_are_no_end_while_messages_are_counted() {
    for empty in 0..WAITS.len() {
        let mut fake = Fake::with(7);
        fake.first = std::iter::repeat_n(Ok(()), empty).collect();
        let (outcome, said) = redriven(&mut fake, None, false).await;
        assert_eq!(outcome, whole(7, 0), "{empty}: {said}");
        assert!(said.ends_with("7 messages; --yes sends them back\n"), "{said}");
        assert_eq!(fake.there(true).len(), 7, "shown again to others");
    }
    assert_eq!(redriven(&mut Fake::with(0), None, true).await, (whole(0, 0), "0 messages sent back\n".to_owned()));
}

#[tokio::test]
async fn counts_that_lag_are_no_end_while_messages_come() {
    let mut fake = Fake::with(200);
    fake.undercounted_until = 30;
    fake.first = [Ok(()), Ok(())].into();
    assert_eq!(redriven(&mut fake, None, true).await.0, whole(200, 200));
}

/// A run so slow that the first letter is visible again long before the last is reached.
#[tokio::test]
async fn each_is_shown_and_sent_once_however_slowly_and_often_it_comes() {
    for (slow, gives_twice) in [(0, true), (30, false), (30, true)] {
        for (wanted, yes) in [(None, false), (None, true), (Some("missing"), true)] {
            let mut fake = Fake::with(1007);
            (fake.slow, fake.gives_twice) = (slow, gives_twice);
            let (outcome, said) = redriven(&mut fake, wanted, yes).await;
            assert_eq!(outcome, whole(1007, if yes { 1007 } else { 0 }), "{slow} {gives_twice}");
            let shown: BTreeSet<&str> = said.lines().filter(|line| line.starts_with("origin-")).collect();
            assert_eq!((shown.len(), said.lines().count()), (1007, 3 * 1007 + 1));
            let sent: BTreeSet<&str> = fake.sent_bodies().into_iter().collect();
            assert_eq!((sent.len(), fake.sent.len()), (outcome.sent, outcome.sent));
            assert_eq!(fake.dead.len(), 1007 - outcome.sent);
        }
    }
}

#[tokio::test]
async fn what_is_visible_again_all_the_time_is_never_followed_for_ever() {
    let mut fake = Fake::with(300);
    fake.slow = 43200;
    let (outcome, _) = redriven(&mut fake, None, false).await;
    assert!(outcome.unsure.is_some() && outcome.shown == 10, "the same ten each time: {outcome:?}");
    assert!(fake.looks < 2000, "{}", fake.looks);
}

#[tokio::test]
async fn what_is_refused_again_stays_for_the_next_run() {
    let mut fake = Fake::with(30);
    fake.refuses = true;
    assert_eq!(redriven(&mut fake, None, true).await.0, whole(30, 30));
    assert_eq!(fake.dead.len(), 30);
    assert!(fake.there(true).iter().all(|id| id.starts_with("dead-50")), "{:?}", fake.there(true));
}

#[tokio::test]
async fn messages_that_keep_coming_in_are_not_followed_for_ever() {
    let mut fake = Fake::with(5);
    (fake.keeps_coming, fake.overcounted) = (true, 1);
    let (outcome, _) = redriven(&mut fake, None, true).await;
    assert_eq!(outcome.unsure.as_deref(), Some("they keep coming in"));
    assert!(outcome.sent == outcome.shown && outcome.sent > 5 && fake.looks < 400, "{outcome:?}");
}

#[tokio::test]
async fn what_sqs_counts_and_does_not_give_is_told() {
    let mut fake = Fake::with(3);
    fake.overcounted = 2;
    let (outcome, _) = redriven(&mut fake, None, true).await;
    assert_eq!((outcome.sent, fake.dead.len()), (3, 0));
    assert!(outcome.unsure.unwrap().starts_with("SQS counts 2 that it does not give"));
}

#[tokio::test]
async fn an_sqs_that_does_not_answer_is_asked_again_and_then_told() {
    let mut fake = Fake::with(3);
    fake.first = std::iter::repeat_n(Err("busy"), FAILURES - 1).collect();
    assert_eq!(redriven(&mut fake, None, true).await.0, whole(3, 3));
    let mut fake = Fake::with(3);
    fake.first = std::iter::repeat_n(Err("busy"), FAILURES).collect();
    let (outcome, _) = redriven(&mut fake, None, true).await;
    assert_eq!((outcome.sent, outcome.unsure.as_deref()), (0, Some("busy")));
}

#[tokio::test]
async fn what_fails_stays_where_it_is_and_the_rest_goes_on() {
    let mut fake = Fake::with(6);
    fake.fails = [("send", "body-1"), ("delete", "body-2"), ("forget", "origin-3"), ("hold", "body-4")]
        .map(|(what, of)| (what, of.to_owned()))
        .into();
    let (outcome, said) = redriven(&mut fake, None, true).await;
    assert_eq!(outcome, Outcome { shown: 6, sent: 4, failed: 4, unsure: None });
    assert_eq!(fake.there(false), BTreeSet::from(["dead-1", "dead-2", "dead-3", "dead-4"]));
    assert_eq!(
        fake.sent_bodies().into_iter().collect::<BTreeSet<_>>(),
        ["body-0", "body-2", "body-3", "body-5"].into()
    );
    assert!(fake.there(true).contains("dead-1"), "not sent, so it is shown to others again");
    for line in [
        "not sent back, and still in the dead-letter queue: no send",
        "not sent back, and still in the dead-letter queue: no hold",
        "once more changes nothing: no delete",
        "once more changes nothing: no forget",
        "4 messages sent back",
    ] {
        assert!(said.contains(line), "{line} in {said}");
    }
}

#[tokio::test]
async fn only_what_is_wanted_is_shown_and_the_rest_is_left() {
    let unread = Message::builder().message_id("dead-x").body("body-x").build();
    let mut fake = Fake::of((0..25).map(refused).chain([unread]));
    let (outcome, said) = redriven(&mut fake, Some("too often"), true).await;
    assert_eq!((outcome, fake.sent_bodies()), (whole(1, 1), vec!["body-x"]));
    assert!(said.starts_with("dead-x\n  received too often") && fake.forgotten.is_empty(), "{said}");
    assert_eq!(fake.there(true).len(), 25);
}

/// A function that is stopped after it refused a message refuses it again.
#[tokio::test]
async fn copies_of_one_refused_message_are_sent_once_and_all_deleted() {
    let copy = |id: &str, body: &str| {
        let mut copy = refused(1);
        (copy.message_id, copy.body) = (Some(id.to_owned()), Some(body.to_owned()));
        copy
    };
    let mut fake = Fake::of([refused(1), copy("dead-1b", "body-1"), copy("dead-1c", "another")]);
    assert_eq!(redriven(&mut fake, None, true).await.0, whole(2, 2));
    assert_eq!(fake.sent_bodies(), ["another", "body-1"], "what says something else is another message");
    assert!(fake.dead.is_empty());
}

#[tokio::test]
async fn attributes_go_back_but_for_those_of_the_refusal() {
    let own = attributes(&[(REASON, "the sender's"), ("colour", "blue")]);
    let system = HashMap::from([(MessageSystemAttributeName::AwsTraceHeader, "Root=1".to_owned())]);
    let unread = Message::builder().message_id("dead-x").body("body-x");
    let unread = unread.set_message_attributes(Some(own.clone())).set_attributes(Some(system.clone())).build();
    let mut fake = Fake::of([unread, refused(1)]);
    assert_eq!(redriven(&mut fake, None, true).await.0, whole(2, 2));
    let [refused, unread] = fake.sent.as_slice() else { panic!("two are sent") };
    assert_eq!(refused.message_attributes, Some(attributes(&[("traceparent", "00-1")])));
    assert_eq!((unread.message_attributes.as_ref(), unread.attributes.as_ref()), (Some(&own), Some(&system)));
    assert_eq!(fake.forgotten, ["origin-1"]);
}

/// At 30 ms a request and with each wait of an empty look in full, from the first look to the last deletion.
#[tokio::test]
async fn ten_thousand_go_back_within_five_minutes() {
    let mut fake = Fake::with(10_000);
    assert_eq!(redriven(&mut fake, None, true).await.0, whole(10_000, 10_000));
    assert_eq!((fake.dead.len(), fake.forgotten.len()), (0, 10_000));
    let milliseconds = fake.requests * 30 + fake.waited * 1000;
    assert!(milliseconds <= 300_000, "{} requests, {} s of waiting", fake.requests, fake.waited);
    // A look may bring fewer than it may: then there are more looks, and all else is as before.
    let mut fake = Fake::with(10_000);
    fake.at_once = 4;
    assert_eq!(redriven(&mut fake, None, true).await.0, whole(10_000, 10_000));
    let milliseconds = fake.requests * 30 + fake.waited * 1000;
    assert!(milliseconds <= 300_000, "{} requests, {} s of waiting", fake.requests, fake.waited);
}

#[tokio::test]
async fn what_is_too_large_together_is_sent_in_several_requests() {
    let large = |n: usize| {
        let mut message = refused(n);
        message.body = Some(n.to_string().repeat(100_000));
        message
    };
    let mut fake = Fake::of((0..9).map(large));
    assert_eq!(redriven(&mut fake, None, true).await.0, whole(9, 9));
    assert!(fake.dead.is_empty() && fake.sent.len() == 9);
}
