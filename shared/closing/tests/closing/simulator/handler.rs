//! The work on one message, with the real code of the ledger and of closing.

use super::bug::Bug;
use super::table::SimStore;
use super::{Message, Restatement};
use crate::world::{Lists, account, by, partner};
use closing::closes::{Outcome, Said};
use closing::{Closing, ClosingError, PassMessage, Stepped};
use fixtures::occasion::{choose, manager, registered};
use jiff::{SignedDuration, Timestamp};
use ledger::choices::{Choice, ChoiceResult};
use ledger::passes::EndedPasses;
use ledger::recorded::{Origin, PassesOf, Trigger};
use ledger::totals_queue::{Delay, TotalsMessage};
use ledger::{Ledger, LedgerError, ReportedFact, Store};
use rules::{Agreements, Day, Month, PartnerId};
use settlement::close::{Cancel, CloseError, DELAY, Opening};
use settlement::number::{Number, OwnNumber, Series};
use settlement::received::OwnDocument;
use settlement::{Booking, Direction, vat};
use std::pin::Pin;

/// The end of a handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    /// All is done.
    Ended,
    /// The table did not answer: the message comes again.
    Failed,
    /// It cannot be done now: somebody tries again later, but not for ever.
    Refused,
}

/// An error that tells how the handler ends.
impl From<LedgerError> for Done {
    fn from(_: LedgerError) -> Done {
        Done::Failed
    }
}

impl From<ClosingError> for Done {
    fn from(error: ClosingError) -> Done {
        match error {
            ClosingError::Ledger(_) => Done::Failed,
            ClosingError::Close(_)
            | ClosingError::Settle(_)
            | ClosingError::Series(_)
            | ClosingError::Received(_)
            | ClosingError::Contest(_)
            | ClosingError::NotClosed { .. }
            | ClosingError::NoClose
            | ClosingError::BeingMade { .. }
            | ClosingError::NotSince { .. }
            | ClosingError::NotAfter { .. }
            | ClosingError::NoDocument(_)
            | ClosingError::NoMember => Done::Refused,
        }
    }
}

/// Works on a message.
pub(super) fn work(store: SimStore, message: Message, bug: Option<Bug>) -> Pin<Box<dyn Future<Output = Done>>> {
    let delay = if bug == Some(Bug::CutWithoutDelay) { SignedDuration::ZERO } else { DELAY };
    let work = Work {
        at: store.now(),
        ledger: Ledger::announcing(store.clone(), store.clone()),
        closing: Closing::new(store.clone(), delay),
        pass_after: if bug == Some(Bug::PassWithoutDelay) { 0 } else { DELAY.as_secs() },
        store,
    };
    Box::pin(async move {
        match work.take(message).await {
            Ok(()) => Done::Ended,
            Err(done) => done,
        }
    })
}

struct Work {
    store: SimStore,
    ledger: Ledger<SimStore, SimStore>,
    closing: Closing<SimStore>,
    at: Timestamp,
    /// The seconds after which a pass begins.
    pass_after: i64,
}

impl Work {
    async fn take(&self, message: Message) -> Result<(), Done> {
        match message {
            Message::Event(fact) => {
                let recorded = self.ledger.record(&[ReportedFact::new(fact, "event")], self.at).await;
                recorded.into_iter().collect::<Result<Vec<_>, _>>()?;
            }
            Message::Register(partner, agreements) => self.register(&partner, agreements).await?,
            Message::Choose(choice) => self.choose(choice).await?,
            Message::Restate(restatement) => self.restate(restatement).await?,
            Message::Totals(message) => self.totals(message).await?,
            Message::Identity(partner, n, mut version) => {
                version.recorded_at = self.at;
                let recorded = self.closing.record_billing(&partner, n, *version, &by(self.at)).await?;
                if matches!(recorded, closing::billing::Outcome::NotNext { .. }) {
                    return Err(Done::Refused);
                }
            }
            Message::OpeningItem(item) => drop(self.closing.record_opening_item(&item, &by(self.at)).await?),
            Message::Close { month, said, cancels } => self.close(month, said, cancels).await?,
            Message::Pass(message) => match self.closing.step(message).await? {
                Stepped::Next(next) => self.send(0, Message::Pass(next)),
                Stepped::Made(_) => {}
            },
            Message::Own(partner, month, number) => self.receive(&partner, month, number).await?,
            Message::OwnCancellation(partner, number) => self.receive_cancellation(&partner, number).await?,
            Message::Contest(partner) => self.contest(&partner).await?,
        }
        Ok(())
    }

    fn send(&self, delay: i64, message: Message) {
        let mut table = self.store.table();
        let due = table.now + delay;
        table.sent.push((due, message));
    }

    /// Passes of a partner: one now, and one after the delay, which is the last.
    fn send_passes(&self, partner: &PartnerId, version: Option<u64>, of: PassesOf) {
        let step = Restatement { partner: partner.clone(), version, after: None, last: None };
        self.send(0, Message::Restate(step.clone()));
        self.send(DELAY.as_secs(), Message::Restate(Restatement { last: Some(of), ..step }));
    }

    async fn register(&self, partner: &PartnerId, agreements: Agreements) -> Result<(), Done> {
        let record = self.ledger.partner_record(partner).await?;
        let (registered, by) = (registered(partner.as_str(), agreements), manager(self.at, "signed"));
        let record = self.ledger.register(record, registered, &by, None).await?.ok_or(Done::Failed)?;
        let version = record.agreements_version;
        self.send_passes(partner, Some(version), PassesOf::Registration(version));
        Ok(())
    }

    async fn choose(&self, choice: Choice) -> Result<(), Done> {
        let contract = self.ledger.contract(&choice.contract_id).await?.contract();
        let (outcome, chosen) = choice.judge(&contract);
        let act = choice.act(&contract, chosen);
        let trigger = Trigger::Choice(choice.number, Some(act.clone()));
        match outcome {
            ChoiceResult::Now | ChoiceResult::Already => {}
            ChoiceResult::OutOfTurn { .. }
            | ChoiceResult::UnknownClaim { .. }
            | ChoiceResult::Unseen { .. }
            | ChoiceResult::TooMany(_) => return Err(Done::Refused),
        }
        choose(&self.ledger, &choice, Origin { at: self.at, because: &trigger }).await?;
        for partner in choice.partners(&contract) {
            self.send_passes(&partner, None, PassesOf::Choice(act.clone()));
        }
        Ok(())
    }

    async fn restate(&self, step: Restatement) -> Result<(), Done> {
        let Restatement { partner, version, after, last } = step.clone();
        let trigger = Trigger::Agreements(version.unwrap_or(0));
        let origin = Origin { at: self.at, because: &trigger };
        let done = self.ledger.restate(&partner, version, after, origin).await?;
        if !done.failed.is_empty() {
            return Err(Done::Failed);
        }
        match (done.next, last) {
            (Some(next), _) => self.send(0, Message::Restate(Restatement { after: Some(next), ..step })),
            (None, Some(of)) if !done.superseded => {
                let moved = ledger::journal::Moved::new();
                self.ledger.end_passes(&EndedPasses { partner_id: partner, of, at: self.store.now(), moved }).await?;
            }
            (None, Some(_) | None) => {}
        }
        Ok(())
    }

    async fn totals(&self, message: TotalsMessage) -> Result<(), Done> {
        let batch = self.ledger.process_totals(&[message], self.at).await?;
        assert!(batch.failed.is_empty(), "{:?}", batch.failed);
        for (message, delay) in batch.send {
            let seconds = match delay {
                Delay::None => 0,
                Delay::Seconds(seconds) => i64::from(seconds),
                Delay::Confirm => DELAY.as_secs(),
            };
            self.send(seconds, Message::Totals(message));
        }
        Ok(())
    }

    async fn close(&self, month: Month, said: Said, cancels: bool) -> Result<(), Done> {
        let mut orders = said.clone();
        if cancels {
            orders.cancels.extend(self.invoice_to_cancel().await?);
        }
        let closed = self.closing.close(month, &orders, &by(self.at)).await;
        let closed = match closed {
            Err(ClosingError::Settle(_)) => {
                // The manager asks for less.
                let said = Said { opening: Opening::None, ..said };
                self.send(5, Message::Close { month, said, cancels: false });
                return Ok(());
            }
            // Another month became the first.
            Err(ClosingError::Close(CloseError::Closed { .. })) => return Ok(()),
            // A month is closed in the end, however often it is too early.
            Err(ClosingError::Close(_) | ClosingError::NotAfter { .. }) => {
                self.send(60, Message::Close { month, said, cancels });
                return Ok(());
            }
            closed => closed?,
        };
        let (Outcome::Closed(stored) | Outcome::Already(stored) | Outcome::Other(stored)) = closed;
        if stored.made.is_none() {
            self.send(self.pass_after, Message::Pass(PassMessage::begin(month)));
        }
        Ok(())
    }

    async fn invoice_to_cancel(&self) -> Result<Option<Cancel>, Done> {
        for close in self.closing.closes().await? {
            let documents = self.closing.documents_at(close.close.moment.month(), 100, None).await?.list;
            let is_vendors =
                |number: &Number| matches!(number, Number::Given(given) if *given.series() == Series::Vendor);
            let mut invoices = documents.into_iter().filter(|document| document.kind.is_invoice());
            if let Some(document) = invoices.find(|document| is_vendors(&document.number)) {
                return Ok(Some(Cancel { number: document.number, reason: "Wrong client".parse().unwrap() }));
            }
        }
        Ok(None)
    }

    /// All that the manager sees of a partner.
    async fn lists(&self, id: &PartnerId) -> Result<Lists, Done> {
        lists_of(&self.ledger, &self.closing, id).await
    }

    async fn receive(&self, id: &PartnerId, month: Month, number: OwnNumber) -> Result<(), Done> {
        let stored = self.closing.stored_close(month).await?.filter(|stored| stored.made.is_some());
        let moment = stored.ok_or(Done::Refused)?.close.moment;
        let lists = self.lists(id).await?;
        let account = account(id.as_str(), Direction::ToPartner);
        let lines = lists.records().lines(&account, &moment, &[]).unwrap();
        let Some(taxed) = lists.records().taxed(&account, &lines, &moment).filter(|taxed| !taxed.is_empty()) else {
            return Ok(());
        };
        let vat = vat::vat(&taxed).unwrap().into_iter().map(|sum| ((sum.regime, sum.rate), sum.vat)).collect();
        let own = OwnDocument { account, number, date: moment.day(), lines, vat, recorded_at: self.at };
        self.closing.receive(&own, month, &by(self.at)).await?;
        Ok(())
    }

    async fn receive_cancellation(&self, id: &PartnerId, number: OwnNumber) -> Result<(), Done> {
        let documents = self.closing.papers(id).await?.documents;
        let account = account(id.as_str(), Direction::ToPartner);
        let mut invoices =
            documents.iter().filter(|document| document.account == account && document.kind.is_invoice());
        let invoice = invoices.next().ok_or(Done::Refused)?;
        let own = (number, invoice.date);
        self.closing.receive_cancellation(&account, &invoice.number, own, &by(self.at)).await?;
        Ok(())
    }

    async fn contest(&self, id: &PartnerId) -> Result<(), Done> {
        let documents = self.closing.papers(id).await?.documents;
        let number = documents.into_iter().find_map(|document| match document.number {
            Number::Given(number) => Some(number),
            Number::Own(_) => None,
        });
        let number = number.ok_or(Done::Refused)?;
        self.closing.contest(&number, 1, (None, "Too little".parse().unwrap()), &by(self.at)).await?;
        self.closing.settle_contest(&number, 1, &"It comes next".parse().unwrap(), &by(self.at)).await?;
        Ok(())
    }
}

/// All of a partner, as lists. The closes are left out.
pub(super) async fn lists_of<S: Store + Clone, A: ledger::bookings::Announce>(
    ledger: &Ledger<S, A>,
    closing: &Closing<S>,
    id: &PartnerId,
) -> Result<Lists, Done> {
    let part = ledger.entries(id, (Day::MIN, Day::MAX), usize::MAX, None).await?;
    let entries = part.list.iter().map(|of| Booking::of(&of.line, &of.recorded.entry, of.recorded.recorded_at));
    let entries: Vec<Booking> = entries.collect();
    let papers = closing.papers(id).await?;
    let mut lists = Lists { documents: papers.documents, carried: papers.carried, ..Lists::default() };
    lists.vendor = closing.vendor().await?;
    lists.partners.insert(id.clone(), closing.billing(id).await?);
    let accounts: std::collections::BTreeSet<_> = entries.iter().filter_map(Booking::account).collect();
    for account in accounts {
        let (settled, items) = closing.opening(&account).await?;
        lists.settled.extend(settled);
        lists.items.extend(items);
    }
    lists.entries = entries;
    Ok(lists)
}

/// The partners of all scenarios, in the order of their ids.
pub(super) fn partners() -> [PartnerId; 3] {
    ["P-1", "P-10", "P-2"].map(partner)
}
