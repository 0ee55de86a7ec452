//! The books of a partner: one for each account, and the ids of its payments, which are of all of them (§8.6).

use crate::book::{Book, Owing, Source};
use crate::event::{AccountKey, Contest, CreditNote, Event, Invoice, Payment, PaymentKind};
use crate::refusal::{Answer, Refusal};
use crate::text::PaymentId;
use rules::Day;
use settlement::Direction;
use settlement::document::Named;
use std::collections::BTreeMap;

/// The books of a partner.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Books {
    books: BTreeMap<AccountKey, Book>,
    payments: BTreeMap<PaymentId, Payment>,
}

impl Books {
    /// The book of an account; none: nothing is recorded there.
    pub fn book(&self, account: AccountKey) -> Option<&Book> {
        self.books.get(&account)
    }

    /// The payments by id, negative ones too.
    pub fn payments(&self) -> impl Iterator<Item = &Payment> {
        self.payments.values()
    }

    /// A payment by its id, a negative one too.
    pub fn payment(&self, id: &PaymentId) -> Option<&Payment> {
        self.payments.get(id)
    }

    /// The books as of a day: as if nothing were recorded but what counts by then, payments by their value day and documents
    /// by their date. The events are those that were taken, in the order recorded.
    pub fn as_of<'a>(day: Day, events: impl IntoIterator<Item = &'a Event>) -> Books {
        let mut books = Books::default();
        for event in events.into_iter().filter(|event| event.day().is_none_or(|from| from <= day)) {
            books.apply(event);
        }
        books
    }

    /// Records an event: it is taken, has no effect since the same was recorded before, or is refused. Set-off is taken here
    /// whatever is due: [`may_set_off`](crate::set_off::may_set_off) is asked before one is recorded by hand.
    pub fn record(&mut self, event: &Event) -> Result<Answer, Refusal> {
        let answer = match event {
            Event::Invoice(invoice) => self.answer_to_invoice(invoice)?,
            Event::CreditNote(note) => self.answer_to_credit_note(note)?,
            Event::Payment(payment) => self.answer_to_payment(payment)?,
            Event::Contested(contest) => self.answer_to_contested(contest)?,
            Event::Settled(contest) => self.answer_to_settled(contest)?,
        };
        match answer {
            Answer::Taken => self.apply(event),
            Answer::NoEffect => {}
        }
        Ok(answer)
    }

    /// Applies an event that may be recorded.
    fn apply(&mut self, event: &Event) {
        match event {
            Event::Invoice(invoice) => self.books.entry(invoice.account).or_default().record_invoice(invoice),
            Event::CreditNote(note) => self.books.entry(note.account).or_default().record_credit_note(note),
            Event::Payment(payment) => self.apply_payment(payment),
            Event::Contested(contest) => self.contest(contest, true),
            Event::Settled(contest) => self.contest(contest, false),
        }
    }

    fn apply_payment(&mut self, payment: &Payment) {
        let amount = payment.sum.amount().minor();
        for account in self.accounts(payment) {
            let book = self.books.entry(account).or_default();
            match &payment.kind {
                PaymentKind::Out { names } | PaymentKind::In { names } | PaymentKind::WriteOff { names, .. } => {
                    book.pay(Source::Payment(payment.id.clone()), amount, names);
                }
                PaymentKind::SetOff => book.pay(Source::Payment(payment.id.clone()), amount, []),
                PaymentKind::TakesBack { payment } => book.take_back(payment, amount),
                PaymentKind::PaysSurplusBack { direction: _ } => book.pay_back(amount),
            }
        }
        self.payments.insert(payment.id.clone(), payment.clone());
    }

    fn contest(&mut self, contest: &Contest, is_open: bool) {
        if let Some(book) = self.books.get_mut(&contest.account) {
            book.contest(contest, is_open);
        }
    }

    /// The accounts that a payment moves: both for a set-off; for what is taken back, those of the payment that it names. None:
    /// that payment is not there.
    pub fn accounts(&self, payment: &Payment) -> Vec<AccountKey> {
        let directions = match &payment.kind {
            PaymentKind::Out { .. } => vec![Direction::ToPartner],
            PaymentKind::In { .. } => vec![Direction::FromPartner],
            PaymentKind::SetOff => vec![Direction::ToPartner, Direction::FromPartner],
            PaymentKind::WriteOff { direction, .. } | PaymentKind::PaysSurplusBack { direction } => vec![*direction],
            PaymentKind::TakesBack { payment } => match self.payments.get(payment) {
                Some(named) if !named.is_negative() => return self.accounts(named),
                Some(_) | None => Vec::new(),
            },
        };
        directions.into_iter().map(|direction| AccountKey { currency: payment.sum.currency(), direction }).collect()
    }

    fn answer_to_invoice(&self, invoice: &Invoice) -> Result<Answer, Refusal> {
        let Some(book) = self.books.get(&invoice.account) else { return Ok(Answer::Taken) };
        let known = book.invoice(&invoice.number).map(Owing::invoice);
        if known == Some(invoice) {
            Ok(Answer::NoEffect)
        } else if known.is_some() || credit_note(book, &invoice.number).is_some() {
            Err(Refusal::OtherDocument(invoice.number.clone()))
        } else {
            Ok(book.has_room(invoice.amount.minor()).map(|()| Answer::Taken)?)
        }
    }

    /// The answer to a credit note. It was issued, so it is not refused for what it names.
    fn answer_to_credit_note(&self, note: &CreditNote) -> Result<Answer, Refusal> {
        let Some(book) = self.books.get(&note.account) else { return Ok(Answer::Taken) };
        let (known, number) = (book.credit_note(&note.number), Named::Document(note.number.clone()));
        if known == Some(note) {
            Ok(Answer::NoEffect)
        } else if known.is_some() || book.invoice(&number).is_some() {
            Err(Refusal::OtherDocument(number))
        } else {
            Ok(book.has_room(note.amount.minor()).map(|()| Answer::Taken)?)
        }
    }

    fn answer_to_payment(&self, payment: &Payment) -> Result<Answer, Refusal> {
        match self.payments.get(&payment.id) {
            Some(known) if known == payment => return Ok(Answer::NoEffect),
            Some(_) => return Err(Refusal::OtherPayment(payment.id.clone())),
            None => {}
        }
        let accounts = self.accounts(payment);
        match &payment.kind {
            PaymentKind::Out { names } | PaymentKind::In { names } | PaymentKind::WriteOff { names, .. } => {
                let has_invoice = |name| accounts.iter().try_for_each(|account| self.has_invoice(*account, name));
                names.iter().try_for_each(has_invoice)?;
            }
            PaymentKind::SetOff => {}
            PaymentKind::TakesBack { payment: named } => self.check_taken_back(named, payment)?,
            PaymentKind::PaysSurplusBack { direction } => self.check_paid_back(*direction, payment)?,
        }
        let amount = payment.sum.amount().minor();
        let mut books = accounts.iter().filter_map(|account| self.books.get(account));
        books.try_for_each(|book| book.has_room(amount))?;
        Ok(Answer::Taken)
    }

    fn check_taken_back(&self, named: &PaymentId, payment: &Payment) -> Result<(), Refusal> {
        let taken = self.payments.get(named).ok_or_else(|| Refusal::UnknownPayment(named.clone()))?;
        let (currency, amount) = (taken.sum.currency(), payment.sum.amount().minor());
        if taken.is_negative() {
            return Err(Refusal::Negative(named.clone()));
        }
        if payment.sum.currency() != currency {
            return Err(Refusal::OtherCurrency { payment: named.clone(), currency });
        }
        let lefts = self.accounts(taken).into_iter().filter_map(|account| self.books.get(&account)?.left(named));
        // A set-off has the same left in both directions.
        let left = lefts.min().unwrap_or_default();
        if amount > left {
            return Err(Refusal::MoreThanLeft { payment: named.clone(), currency, left });
        }
        Ok(())
    }

    fn check_paid_back(&self, direction: Direction, payment: &Payment) -> Result<(), Refusal> {
        let account = AccountKey { currency: payment.sum.currency(), direction };
        let surplus = self.books.get(&account).map(Book::surplus).unwrap_or_default();
        let is_covered = payment.sum.amount().minor() <= surplus;
        if is_covered { Ok(()) } else { Err(Refusal::MoreThanSurplus { currency: account.currency, surplus }) }
    }

    fn answer_to_contested(&self, contest: &Contest) -> Result<Answer, Refusal> {
        if self.is_of_credit_note(contest) {
            return Ok(Answer::NoEffect);
        }
        match self.is_open(contest)? {
            None => Ok(Answer::Taken),
            Some(_) => Ok(Answer::NoEffect),
        }
    }

    fn answer_to_settled(&self, contest: &Contest) -> Result<Answer, Refusal> {
        if self.is_of_credit_note(contest) {
            return Ok(Answer::NoEffect);
        }
        match self.is_open(contest)? {
            Some(true) => Ok(Answer::Taken),
            Some(false) => Ok(Answer::NoEffect),
            None => Err(Refusal::UnknownContest { document: contest.document.clone(), number: contest.number }),
        }
    }

    /// A credit note pays as it did, contested or not.
    fn is_of_credit_note(&self, contest: &Contest) -> bool {
        self.books.get(&contest.account).is_some_and(|book| credit_note(book, &contest.document).is_some())
    }

    /// A contest is open, or settled; none: it is not recorded.
    fn is_open(&self, contest: &Contest) -> Result<Option<bool>, Refusal> {
        self.has_invoice(contest.account, &contest.document)?;
        Ok(self.books.get(&contest.account).and_then(|book| book.is_open(contest)))
    }

    /// Checks that a number is an invoice or opening item of an account.
    fn has_invoice(&self, account: AccountKey, number: &Named) -> Result<(), Refusal> {
        let book = self.books.get(&account);
        if book.is_some_and(|book| book.invoice(number).is_some()) {
            return Ok(());
        }
        match book.and_then(|book| credit_note(book, number)) {
            Some(note) => Err(Refusal::CreditNote(note.number.clone())),
            None => Err(Refusal::UnknownDocument(number.clone())),
        }
    }
}

fn credit_note<'a>(book: &'a Book, number: &Named) -> Option<&'a CreditNote> {
    match number {
        Named::Document(number) => book.credit_note(number),
        Named::OpeningItem(_) => None,
    }
}
