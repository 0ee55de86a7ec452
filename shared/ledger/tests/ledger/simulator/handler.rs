//! A handler's work on its batch, with the ledger's real code.

use super::table::SimStore;
use super::{Message, scenario};
use fixtures::occasion::{choose as choose_as_manager, operator, registered};
use jiff::Timestamp;
use ledger::bookings::{Announce, Booking};
use ledger::choices::{Choice, ChoiceResult};
use ledger::recorded::{Origin, Trigger};
use ledger::restate::Step;
use ledger::store::StoreError;
use ledger::totals::PartnerMonth;
use ledger::totals_queue::{Delay, TotalsMessage};
use ledger::{Ledger, ReportedFact, Store};
use rules::{Agreements, PartnerId};
use std::collections::BTreeSet;
use std::pin::Pin;

/// The result of a handler: the messages that return to the queue, and the new ones it sent.
pub(super) type Done = (Vec<Message>, Vec<Message>);

/// Works on a batch of messages of one kind.
pub(super) fn work(store: SimStore, messages: Vec<Message>, id: usize) -> Pin<Box<dyn Future<Output = Done>>> {
    Box::pin(async move {
        let announcements = Announcements { store: store.clone() };
        let ledger = Ledger::announcing(store.clone(), announcements);
        take(&ledger, &store, messages, id).await
    })
}

/// Announces months to the totals queue before the write.
#[derive(Clone)]
struct Announcements {
    store: SimStore,
}

impl Announce for Announcements {
    async fn before(&self, months: &BTreeSet<PartnerMonth>) -> Result<(), StoreError> {
        self.store.announce(months).await
    }

    fn after(&self, booked: Vec<Booking>) {
        self.store.announce_late(&booked.into_iter().map(|booked| booked.within).collect());
    }
}

/// Processes a batch of the totals queue; the messages to come go to the queue before it ends.
async fn totals(
    ledger: &Ledger<impl Store, impl Announce>,
    queue: &SimStore,
    batch: Vec<TotalsMessage>,
    at: Timestamp,
) -> Done {
    let Ok(processed) = ledger.process_totals(&batch, at).await else {
        return (batch.into_iter().map(Message::Totals).collect(), Vec::new());
    };
    let mut new = Vec::new();
    for (message, delay) in queue.sent_of(processed.send, &processed.added_up) {
        match delay {
            Delay::Confirm => {
                if queue.send_delayed(Message::Totals(message)).await.is_err() {
                    return (batch.into_iter().map(Message::Totals).collect(), new);
                }
            }
            Delay::None | Delay::Seconds(_) => new.push(Message::Totals(message)),
        }
    }
    let failed = |message: &TotalsMessage| message.months().any(|of| processed.failed.contains_key(of));
    (batch.into_iter().filter(failed).map(Message::Totals).collect(), new)
}

async fn take(ledger: &Ledger<impl Store, impl Announce>, queue: &SimStore, messages: Vec<Message>, id: usize) -> Done {
    // 2026, so that few facts are dated far ahead.
    let at = Timestamp::from_second(1_790_000_000 + i64::try_from(id).unwrap_or(0)).unwrap_or_default();
    let events: Vec<ReportedFact> = messages
        .iter()
        .filter_map(|message| match message {
            Message::Event(fact) => Some(ReportedFact::new(fact.clone(), "event")),
            Message::Change(_, _) | Message::Choose(_) | Message::Restate(..) | Message::Totals(_) => None,
        })
        .collect();
    if !events.is_empty() {
        let outcomes = ledger.record(&events, at).await;
        let failed = messages.into_iter().zip(outcomes).filter(|(_, outcome)| outcome.is_err());
        return (failed.map(|(message, _)| message).collect(), Vec::new());
    }
    let of_totals = messages.iter().map(|message| match message {
        Message::Totals(message) => Some(message.clone()),
        Message::Event(_) | Message::Change(_, _) | Message::Choose(_) | Message::Restate(..) => None,
    });
    if let Some(batch) = of_totals.collect::<Option<Vec<TotalsMessage>>>() {
        return totals(ledger, queue, batch, at).await;
    }
    let (mut back, mut new) = (Vec::new(), Vec::new());
    for message in messages {
        match &message {
            Message::Event(_) | Message::Totals(_) => {}
            Message::Change(partner, agreements) => match change(ledger, queue, partner, agreements).await {
                Some(version) => new.push(Message::Restate(partner.clone(), Some(version), None)),
                None => back.push(message),
            },
            Message::Choose(choice) => {
                match choose(ledger, queue, choice, Origin { at, because: &Trigger::Choice(1, None) }).await {
                    Some(ChoiceResult::Now | ChoiceResult::Already) => new.extend(passes()),
                    // The manager reads the contract again, and chooses the same.
                    Some(ChoiceResult::Unseen { claims }) if claims > 0 || choice.claim.stated().is_some() => {
                        new.push(Message::Choose(Choice { seen: claims, ..choice.clone() }));
                    }
                    // The choice was made already, after an earlier second read.
                    Some(ChoiceResult::OutOfTurn { next }) if next > choice.number => {}
                    Some(
                        ChoiceResult::OutOfTurn { .. }
                        | ChoiceResult::UnknownClaim { .. }
                        | ChoiceResult::Unseen { .. }
                        | ChoiceResult::TooMany(_),
                    )
                    | None => back.push(message),
                }
            }
            Message::Restate(partner, version, after) => {
                let origin = Origin { at, because: &Trigger::Agreements(0) };
                match ledger.restate(partner, *version, after.clone(), origin).await {
                    Ok(Step { next, failed, moved: _, superseded: _, mixed: _ }) if failed.is_empty() => {
                        new.extend(next.map(|next| Message::Restate(partner.clone(), *version, Some(next))));
                    }
                    Ok(_) | Err(_) => back.push(message),
                }
            }
        }
    }
    (back, new)
}

/// The passes around a choice: for every partner that may have claimed the sale.
fn passes() -> impl Iterator<Item = Message> {
    scenario::partners().map(|partner| Message::Restate(partner, None, None))
}

/// Registers a partner after requesting the delayed pass, and returns the version of its agreements.
async fn change(
    ledger: &Ledger<impl Store, impl Announce>,
    queue: &SimStore,
    partner: &PartnerId,
    agreements: &Agreements,
) -> Option<u64> {
    let record = ledger.partner_record(partner).await.ok()?;
    let version = record.agreements_version + 1;
    queue.send_delayed(Message::Restate(partner.clone(), Some(version), None)).await.ok()?;
    let record =
        ledger.register(record, registered(partner.as_str(), agreements.clone()), &operator(), None).await.ok()??;
    Some(record.agreements_version)
}

async fn choose(
    ledger: &Ledger<impl Store, impl Announce>,
    queue: &SimStore,
    choice: &Choice,
    origin: Origin<'_>,
) -> Option<ChoiceResult> {
    for pass in passes() {
        queue.send_delayed(pass).await.ok()?;
    }
    choose_as_manager(ledger, choice, origin).await.ok()
}
