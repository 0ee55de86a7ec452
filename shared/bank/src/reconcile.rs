//! Reconciling: which movements match which transfer or document, and why others do not.
//!
//! Nothing is assumed: a movement matches only what it names, with its amount. The facts are proposals, which are recorded by the rules
//! of §8.6 and §8.7.

use crate::movement::{BankText, Fate, Movement, Subject};
use crate::remittance::{says, words};
use payments::Amount;
use rules::{Currency, Day, Minor, Money, PartnerId};
use settlement::document::Named;
use settlement::number::Number;
use std::collections::{BTreeMap, BTreeSet};

/// The state of a transfer that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// The bank has said nothing final.
    UnderWay,
    /// It was executed.
    Executed,
    /// It was rejected.
    Rejected,
    /// It was executed, and returned.
    Returned,
}

/// A transfer that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Its end-to-end id.
    pub id: String,
    /// The id of the message of its file.
    pub batch: String,
    /// Its amount in cents of EUR.
    pub amount: Amount,
    /// Its state.
    pub state: State,
}

/// An invoice or opening item that a partner is to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenDocument {
    /// The partner.
    pub partner_id: PartnerId,
    /// The number.
    pub number: Named,
    /// The part that is still unpaid, in minor units.
    pub open: Amount,
    /// The currency.
    pub currency: Currency,
}

/// Transfers, documents and payments that are known before the file.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The transfers that were sent.
    pub sent: &'a [Sent],
    /// Documents that partners are to pay.
    pub documents: &'a [OpenDocument],
    /// The bank's references of movements that are recorded as payments.
    pub recorded: &'a BTreeSet<String>,
}

/// A fact that a movement proposes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// A transfer was executed.
    Executed {
        /// Its end-to-end id.
        id: String,
        /// The value day.
        on: Day,
    },
    /// A transfer was rejected.
    Rejected {
        /// Its end-to-end id.
        id: String,
        /// The reason's code.
        reason: Option<BankText>,
    },
    /// A transfer that was executed was returned.
    Returned {
        /// Its end-to-end id.
        id: String,
        /// The value day.
        on: Day,
        /// The reason's code.
        reason: Option<BankText>,
    },
    /// A partner paid a document.
    Paid {
        /// The partner.
        partner_id: PartnerId,
        /// The document.
        number: Named,
        /// The amount.
        amount: Money,
        /// The value day.
        on: Day,
    },
}

/// The reason why a movement matches nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unmatched {
    /// Nothing is final yet.
    #[error("the bank has not decided yet ({}): wait for its next file", .0.as_str())]
    UnderWay(BankText),
    /// It names no transfer.
    #[error("the movement names no transfer: find it in the bank's own papers, and record it by hand")]
    Unnamed,
    /// No transfer has its id.
    #[error("no transfer was sent with this end-to-end id: it is another program's, or of another account")]
    UnknownTransfer,
    /// No transfer was sent in that message.
    #[error("no transfer was sent in a file with this id")]
    UnknownBatch,
    /// Its amount is another.
    #[error("the movement is of {} {}, but {} EUR were sent: ask the bank", said.decimal(), said.currency(), Currency::EUR.decimal(*sent))]
    AnotherAmount {
        /// The amount of the movement.
        said: Money,
        /// The amount of the transfer, in cents.
        sent: Minor,
    },
    /// It says no value day.
    #[error("the movement says no value day: wait for the notification (camt.054), or record it by hand")]
    NoDay,
    /// It says no amount.
    #[error("the movement says no amount: ask the bank for its details")]
    NoAmount,
    /// The transfer has this fate already.
    #[error("this is recorded already")]
    Recorded,
    /// The transfer has another fate.
    #[error("the transfer was {} before, which this contradicts: ask the bank", was(*.0))]
    Contradicts(State),
    /// A return of a transfer of which no execution is known.
    #[error("the transfer was not recorded as executed, so it cannot be returned: record its execution first")]
    NotExecuted,
    /// The text that came with the money names no open document.
    #[error("the text names no open document; of this amount: {}", list(.0))]
    NoDocument(Vec<Named>),
    /// It names several documents, which are not open with this sum.
    #[error("the text names {}, whose open amounts are another sum: record a payment for each by hand", list(.0))]
    AnotherSum(Vec<Named>),
}

fn was(state: State) -> &'static str {
    match state {
        State::UnderWay => "under way",
        State::Executed => "executed",
        State::Rejected => "rejected",
        State::Returned => "returned",
    }
}

fn list(numbers: &[Named]) -> String {
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    if numbers.is_empty() { "none".to_owned() } else { numbers.join(", ") }
}

/// Facts that each movement proposes, in the order of the movements, or the reason why there are none. Executions and
/// rejections of single transfers are taken first, then the status of whole files, then returns, so that the order within the
/// file does not matter.
pub fn reconcile(movements: &[Movement], known: &Known<'_>) -> Vec<Result<Vec<Fact>, Unmatched>> {
    let mut open = Open::of(known);
    let mut order: Vec<(usize, &Movement)> = movements.iter().enumerate().collect();
    order.sort_by_key(|(index, movement)| (turn(movement), *index));
    let mut outcomes: BTreeMap<usize, Result<Vec<Fact>, Unmatched>> = BTreeMap::new();
    for (index, movement) in order {
        outcomes.insert(index, open.take(movement));
    }
    outcomes.into_values().collect()
}

fn turn(movement: &Movement) -> u8 {
    match (&movement.fate, &movement.subject) {
        (Fate::Returned { .. }, Subject::Transfer(_) | Subject::Batch(_) | Subject::Unnamed) => 2,
        (
            Fate::Executed { .. } | Fate::Rejected { .. } | Fate::Received { .. } | Fate::UnderWay { .. },
            Subject::Batch(_),
        ) => 1,
        (
            Fate::Executed { .. } | Fate::Rejected { .. } | Fate::Received { .. } | Fate::UnderWay { .. },
            Subject::Transfer(_) | Subject::Unnamed,
        ) => 0,
    }
}

/// Transfers and documents that are still open while the movements are taken.
struct Open<'a> {
    transfers: BTreeMap<&'a str, (&'a Sent, State)>,
    documents: Vec<(&'a OpenDocument, Minor)>,
    recorded: BTreeSet<String>,
}

impl<'a> Open<'a> {
    fn of(known: &Known<'a>) -> Open<'a> {
        Open {
            transfers: known.sent.iter().map(|sent| (sent.id.as_str(), (sent, sent.state))).collect(),
            documents: known.documents.iter().map(|document| (document, document.open.minor())).collect(),
            recorded: known.recorded.clone(),
        }
    }

    fn take(&mut self, movement: &Movement) -> Result<Vec<Fact>, Unmatched> {
        match (&movement.fate, &movement.subject) {
            (Fate::UnderWay { status }, _) => Err(Unmatched::UnderWay(status.clone())),
            (Fate::Received { on }, _) => self.receive(movement, on.ok_or(Unmatched::NoDay)?),
            (Fate::Rejected { reason }, Subject::Batch(batch)) => self.reject_all(batch, reason.as_ref()),
            (fate, Subject::Transfer(id)) => Ok(vec![self.settle(id, fate, movement.amount)?]),
            (
                Fate::Executed { .. } | Fate::Rejected { .. } | Fate::Returned { .. },
                Subject::Batch(_) | Subject::Unnamed,
            ) => Err(Unmatched::Unnamed),
        }
    }

    /// The fate of one transfer.
    fn settle(&mut self, id: &BankText, fate: &Fate, amount: Option<Money>) -> Result<Fact, Unmatched> {
        let (sent, state) = self.transfers.get_mut(id.as_str()).ok_or(Unmatched::UnknownTransfer)?;
        if let Some(said) = amount
            && (said.currency() != Currency::EUR || said.minor() != sent.amount.minor())
        {
            return Err(Unmatched::AnotherAmount { said, sent: sent.amount.minor() });
        }
        let (next, fact) = after(sent, *state, fate)?;
        *state = next;
        Ok(fact)
    }

    /// Every transfer of a file that is under way was rejected with it.
    fn reject_all(&mut self, batch: &BankText, reason: Option<&BankText>) -> Result<Vec<Fact>, Unmatched> {
        let mut of_batch: Vec<_> =
            self.transfers.values_mut().filter(|(sent, _)| sent.batch == batch.as_str()).collect();
        if of_batch.is_empty() {
            return Err(Unmatched::UnknownBatch);
        }
        let settled = of_batch.iter().find(|(_, state)| matches!(state, State::Executed | State::Returned));
        if let Some((_, state)) = settled {
            return Err(Unmatched::Contradicts(*state));
        }
        let mut facts = Vec::new();
        for (sent, state) in of_batch.iter_mut().filter(|(_, state)| *state == State::UnderWay) {
            *state = State::Rejected;
            facts.push(Fact::Rejected { id: sent.id.clone(), reason: reason.cloned() });
        }
        if facts.is_empty() { Err(Unmatched::Recorded) } else { Ok(facts) }
    }

    /// Money that came in: it pays the documents that its text names.
    fn receive(&mut self, movement: &Movement, on: Day) -> Result<Vec<Fact>, Unmatched> {
        let amount = movement.amount.filter(|amount| !amount.is_zero()).ok_or(Unmatched::NoAmount)?;
        let reference = movement.reference.as_ref().map(|reference| reference.as_str().to_owned());
        if reference.as_ref().is_some_and(|reference| self.recorded.contains(reference)) {
            return Err(Unmatched::Recorded);
        }
        let facts = self.pay(movement, amount, on)?;
        self.recorded.extend(reference);
        Ok(facts)
    }

    /// The documents that the text of a movement names are paid by it.
    fn pay(&mut self, movement: &Movement, amount: Money, on: Day) -> Result<Vec<Fact>, Unmatched> {
        let text = words(movement.remittance.as_ref().map(BankText::as_str).unwrap_or_default());
        let in_currency = |(document, open): &&mut (&OpenDocument, Minor)| {
            document.currency == amount.currency() && *open > Minor::ZERO
        };
        let mut named: Vec<_> = self
            .documents
            .iter_mut()
            .filter(in_currency)
            .filter(|(document, _)| says(&text, &document.number.to_string()))
            .collect();
        let numbers: Vec<Named> = named.iter().map(|(document, _)| document.number.clone()).collect();
        let is_sum = Minor::sum(named.iter().map(|(_, open)| *open)) == Ok(amount.minor());
        match named.as_mut_slice() {
            [] => Err(Unmatched::NoDocument(self.of_amount(amount))),
            [(document, open)] if is_sum || is_ours(&document.number) => {
                *open = Minor(open.0.saturating_sub(amount.minor().0).max(0));
                Ok(vec![paid_fact(document, amount, on)])
            }
            all if is_sum => Ok(all
                .iter_mut()
                .filter_map(|(document, open)| {
                    let amount = Money::new(std::mem::take(open), amount.currency()).ok()?;
                    Some(paid_fact(document, amount, on))
                })
                .collect()),
            _ => Err(Unmatched::AnotherSum(numbers)),
        }
    }

    /// The documents that are open with an amount.
    fn of_amount(&self, amount: Money) -> Vec<Named> {
        let same = |(document, open): &&(&OpenDocument, Minor)| {
            document.currency == amount.currency() && *open == amount.minor()
        };
        self.documents.iter().filter(same).map(|(document, _)| document.number.clone()).collect()
    }
}

/// A number that we gave is not in a text by chance; one from elsewhere may be.
fn is_ours(number: &Named) -> bool {
    match number {
        Named::Document(Number::Given(_)) => true,
        Named::Document(Number::Own(_)) | Named::OpeningItem(_) => false,
    }
}

fn paid_fact(document: &OpenDocument, amount: Money, on: Day) -> Fact {
    Fact::Paid { partner_id: document.partner_id.clone(), number: document.number.clone(), amount, on }
}

/// The state after a fate, and the fact: once executed or rejected, and once executed once returned (§8.7).
fn after(sent: &Sent, state: State, fate: &Fate) -> Result<(State, Fact), Unmatched> {
    let id = sent.id.clone();
    match (state, fate) {
        (State::UnderWay, Fate::Executed { on }) => {
            Ok((State::Executed, Fact::Executed { id, on: on.ok_or(Unmatched::NoDay)? }))
        }
        (State::UnderWay, Fate::Rejected { reason }) => {
            Ok((State::Rejected, Fact::Rejected { id, reason: reason.clone() }))
        }
        (State::Executed, Fate::Returned { on, reason }) => {
            let on = on.ok_or(Unmatched::NoDay)?;
            Ok((State::Returned, Fact::Returned { id, on, reason: reason.clone() }))
        }
        (State::UnderWay, Fate::Returned { .. }) => Err(Unmatched::NotExecuted),
        (State::Executed | State::Returned, Fate::Executed { .. })
        | (State::Rejected, Fate::Rejected { .. })
        | (State::Returned, Fate::Returned { .. }) => Err(Unmatched::Recorded),
        (State::Rejected, Fate::Executed { .. } | Fate::Returned { .. })
        | (State::Executed | State::Returned, Fate::Rejected { .. }) => Err(Unmatched::Contradicts(state)),
        (State::UnderWay | State::Executed | State::Rejected | State::Returned, Fate::Received { .. }) => {
            Err(Unmatched::Unnamed)
        }
        (State::UnderWay | State::Executed | State::Rejected | State::Returned, Fate::UnderWay { status }) => {
            Err(Unmatched::UnderWay(status.clone()))
        }
    }
}
