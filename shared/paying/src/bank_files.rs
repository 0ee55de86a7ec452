//! A bank's file read in does the same as entering by hand, twice the same (§8.7). What its movements match is decided by the `bank`
//! crate; each fact is recorded by the rules of this one.

use crate::batch::{BatchId, Fate, Placed, RecordedFate, Signed, State, TransferId};
use crate::forms::MovementForm;
use crate::partner::{PartnerBooks, signed};
use crate::sealing::sha256;
use crate::{Paying, PayingError, keys};
use bank::movement::{BankText, Fate as Said, Movement, Subject};
use bank::reconcile::{Fact, Known, OpenDocument, Sent, State as Was, Unmatched, reconcile};
use closing::acts::act;
use closing::item;
use closing::table::{ATTEMPTS, contended};
use ledger::journal::{Occasion, SettlementStep};
use ledger::store::Write;
use ledger::{LedgerError, Store};
use payments::{Amount, Event, Payment, PaymentKind, Reference, Sum};
use rules::{Currency, PartnerId};
use settlement::Direction;
use std::collections::{BTreeMap, BTreeSet};

/// The result of a movement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entered {
    /// Its facts are recorded, now or before.
    Recorded(Vec<Fact>),
    /// It matches nothing, or is recorded already.
    Unmatched(Unmatched),
    /// Money came in without a reference of the bank, by which it could be known again: record it by hand.
    NoReference(Vec<Fact>),
}

impl<S: Store> Paying<S> {
    /// Records what the movements of a bank's file prove, one after the other; repeated, it changes nothing. The results are in the
    /// order of the movements.
    pub async fn enter(&self, movements: &[Movement], occasion: &Occasion) -> Result<Vec<Entered>, PayingError> {
        let by = signed(occasion)?;
        let sent = self.sent(movements).await?;
        let documents = if movements.iter().any(came_in) { self.open_documents().await? } else { Vec::new() };
        let recorded = self.recorded(movements).await?;
        let known = Known { sent: &sent, documents: &documents, recorded: &recorded };
        let mut entered: Vec<Entered> = Vec::new();
        for (movement, outcome) in movements.iter().zip(reconcile(movements, &known)) {
            entered.push(match outcome {
                Err(unmatched) => Entered::Unmatched(unmatched),
                Ok(facts) => Entered::Recorded(facts),
            });
            if let Some(Entered::Recorded(facts)) = entered.last()
                && !self.enter_facts(movement, facts, &by, occasion).await?
            {
                let facts = facts.clone();
                entered.pop();
                entered.push(Entered::NoReference(facts));
            }
        }
        Ok(entered)
    }

    /// Records the facts of a movement; false: it has no reference of the bank.
    async fn enter_facts(
        &self,
        movement: &Movement,
        facts: &[Fact],
        by: &Signed,
        occasion: &Occasion,
    ) -> Result<bool, PayingError> {
        let mut paid = Vec::new();
        for fact in facts {
            match fate(fact) {
                Some((id, fate)) => _ = self.record_fate(&id, &fate, occasion).await?,
                None => paid.push(fact),
            }
        }
        match (&movement.reference, paid.as_slice()) {
            (_, []) => Ok(true),
            (None, _) => Ok(false),
            (Some(reference), paid) => {
                self.enter_paid(reference, paid, by, occasion).await?;
                Ok(true)
            }
        }
    }

    /// Records money that came in, once for ever under the bank's reference.
    async fn enter_paid(
        &self,
        reference: &BankText,
        facts: &[&Fact],
        by: &Signed,
        occasion: &Occasion,
    ) -> Result<(), PayingError> {
        let key = keys::movement(reference.as_str());
        for attempt in 0..ATTEMPTS {
            if self.closing.item(key.clone()).await?.is_some() {
                return Ok(());
            }
            let mut of: BTreeMap<PartnerId, Vec<Payment>> = BTreeMap::new();
            for (n, fact) in facts.iter().enumerate() {
                let paid = payment(reference, n, fact);
                let (partner, payment) = paid.ok_or_else(|| unwritable("a movement makes no payment"))?;
                of.entry(partner).or_default().push(payment);
            }
            let ids = of.values().flatten().map(|payment| payment.id.to_string()).collect();
            let mut writes = vec![Write::Insert(item::once(&key, &MovementForm { payments: ids }, None)?)];
            for (partner, payments) in &of {
                let mut books: PartnerBooks = self.partner(partner).await?;
                for payment in payments {
                    books.books.record(&Event::Payment(payment.clone()))?;
                    writes.extend(act(occasion, SettlementStep::Payment, Some(partner), &[&payment.id])?);
                }
                writes.extend(books.writes(payments, by, books.under_way.as_ref())?);
            }
            if self.closing.applied(writes, attempt).await? {
                return Ok(());
            }
        }
        Err(contended(key.pk).into())
    }

    /// The transfers that movements name, of batches that were sent.
    async fn sent(&self, movements: &[Movement]) -> Result<Vec<Sent>, PayingError> {
        let batches: BTreeSet<BatchId> = movements.iter().filter_map(batch_of).collect();
        let mut sent = Vec::new();
        for id in batches {
            let Some(whole) = self.batch(&id).await? else { continue };
            match whole.batch.state {
                State::Sent(..) => sent.extend(whole.transfers.iter().filter_map(|placed| transfer(&id, placed))),
                State::Filling | State::Filled | State::Sealed(_) | State::Void(..) => {}
            }
        }
        Ok(sent)
    }

    /// The documents that partners are to pay, all of them.
    async fn open_documents(&self) -> Result<Vec<OpenDocument>, PayingError> {
        let (mut documents, mut after) = (Vec::new(), None);
        loop {
            let part = self.closing.partners(after).await?;
            for partner in part.list {
                let of = self.partner(&partner.id).await?;
                documents.extend(open_of(&of));
            }
            match part.next {
                Some(next) => after = Some(next),
                None => return Ok(documents),
            }
        }
    }

    /// The bank's references of movements that were entered before.
    async fn recorded(&self, movements: &[Movement]) -> Result<BTreeSet<String>, PayingError> {
        let references = movements.iter().filter_map(|movement| Some(movement.reference.as_ref()?.as_str()));
        let references: BTreeSet<&str> = references.collect();
        let keys = references.into_iter().map(keys::movement).collect();
        let items = self.closing.items(keys).await?;
        Ok(items.iter().map(|item| ledger::item::key(item).sk).collect())
    }
}

fn unwritable(why: &'static str) -> PayingError {
    LedgerError::Damaged { key: "BANK".to_owned(), why }.into()
}

fn came_in(movement: &Movement) -> bool {
    match movement.fate {
        Said::Received { .. } => true,
        Said::Executed { .. } | Said::Rejected { .. } | Said::Returned { .. } | Said::UnderWay { .. } => false,
    }
}

fn batch_of(movement: &Movement) -> Option<BatchId> {
    match &movement.subject {
        Subject::Transfer(id) => Some(id.as_str().parse::<TransferId>().ok()?.batch),
        Subject::Batch(id) => id.as_str().parse().ok(),
        Subject::Unnamed => None,
    }
}

fn transfer(batch: &BatchId, placed: &Placed) -> Option<Sent> {
    let was = |fate: &RecordedFate| match fate.fate {
        Fate::Executed { .. } => Was::Executed,
        Fate::Rejected { .. } => Was::Rejected,
        Fate::Returned { .. } => Was::Returned,
    };
    let state = placed.returned.as_ref().or(placed.fate.as_ref()).map_or(Was::UnderWay, was);
    let amount = Amount::try_from(placed.transfer.amount).ok()?;
    Some(Sent { id: placed.id.to_string(), batch: batch.to_string(), amount, state })
}

fn open_of(of: &PartnerBooks) -> Vec<OpenDocument> {
    let mut documents = Vec::new();
    for account in of.accounts() {
        let book = of.books.book(account).filter(|_| account.direction == Direction::FromPartner);
        for owing in book.into_iter().flat_map(payments::Book::invoices) {
            if let Ok(open) = Amount::try_from(owing.open()) {
                let (partner_id, number) = (of.partner_id.clone(), owing.invoice().number.clone());
                documents.push(OpenDocument { partner_id, number, open, currency: account.currency });
            }
        }
    }
    documents
}

/// The fate that a fact is; none: money that came in.
fn fate(fact: &Fact) -> Option<(TransferId, Fate)> {
    let reason = |text: &Option<BankText>| text.as_ref().and_then(|text| text.as_str().parse::<Reference>().ok());
    let (id, fate) = match fact {
        Fact::Executed { id, on } => (id, Fate::Executed { on: *on }),
        Fact::Rejected { id, reason: text } => (id, Fate::Rejected { reason: reason(text) }),
        Fact::Returned { id, on, reason: text } => (id, Fate::Returned { on: *on, reason: reason(text) }),
        Fact::Paid { .. } => return None,
    };
    Some((id.parse().ok()?, fate))
}

/// The payment of money that came in; none: of another currency than EUR, whose EUR a person must say.
fn payment(reference: &BankText, n: usize, fact: &Fact) -> Option<(PartnerId, Payment)> {
    let Fact::Paid { partner_id, number, amount, on } = fact else { return None };
    let sum = Sum::new(Amount::try_from(amount.minor()).ok()?, amount.currency(), None).ok()?;
    let digest = sha256(reference.as_str());
    let payment = Payment {
        id: format!("bank/{}/{n}", digest.get(..40)?).parse().ok()?,
        kind: PaymentKind::In { names: Some(number.clone()) },
        sum,
        value_day: *on,
        reference: reference.as_str().chars().take(200).collect::<String>().trim().parse().ok()?,
    };
    Some((partner_id.clone(), payment)).filter(|_| amount.currency() == Currency::EUR)
}
