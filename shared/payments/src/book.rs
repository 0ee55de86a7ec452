//! The book of an account (§8.6): what is open of each document, and the surplus of each payment and credit note.
//!
//! Everything here follows from the order recorded. Whether an event may be recorded is decided before, in
//! [`books`](crate::books), so nothing here can fail.

use crate::event::{Contest, CreditNote, Invoice};
use crate::text::PaymentId;
use rules::Day;
use rules::money::{Minor, Overflow};
use settlement::document::Named;
use settlement::number::Number;
use std::collections::BTreeMap;

/// The order in which invoices are paid: by due day, then number, then as recorded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    due: Day,
    number: (bool, usize, String),
    recorded: usize,
}

/// An invoice or opening item, and what is open of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owing {
    invoice: Invoice,
    open: i64,
    /// The contests by their number: whether each is open.
    contests: BTreeMap<u32, bool>,
}

impl Owing {
    /// The invoice or opening item.
    pub fn invoice(&self) -> &Invoice {
        &self.invoice
    }

    /// The part that is not paid, in minor units: 0 to the invoice's amount.
    pub fn open(&self) -> Minor {
        Minor(self.open)
    }

    /// A contest of it is open.
    pub fn is_contested(&self) -> bool {
        self.contests.values().any(|is_open| *is_open)
    }
}

/// The payment or credit note that pays.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A payment.
    Payment(PaymentId),
    /// A credit note or a cancellation.
    CreditNote(Number),
}

/// A payment or credit note, and where its amount is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credit {
    source: Source,
    surplus: i64,
    paid: BTreeMap<Turn, i64>,
    /// The part that was paid back, or filled a surplus below 0.
    gone: i64,
}

impl Credit {
    /// The payment or credit note.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The part that pays nothing yet, in minor units: 0 or more.
    pub fn surplus(&self) -> Minor {
        Minor(self.surplus)
    }

    /// The part that was not taken back, in minor units.
    pub fn left(&self) -> Minor {
        Minor(self.surplus + self.paid.values().sum::<i64>() + self.gone)
    }

    fn pay(&mut self, turn: &Turn, owing: &mut Owing) {
        let paid = take(&mut self.surplus, owing.open);
        if paid > 0 {
            owing.open -= paid;
            *self.paid.entry(turn.clone()).or_default() += paid;
        }
    }
}

/// Takes from an amount, at most so much, and returns what was taken.
fn take(from: &mut i64, at_most: i64) -> i64 {
    let taken = (*from).min(at_most);
    *from -= taken;
    taken
}

/// The book of an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Book {
    invoices: BTreeMap<Turn, Owing>,
    turns: BTreeMap<Named, Turn>,
    notes: BTreeMap<Number, CreditNote>,
    /// In the order recorded.
    credits: Vec<Credit>,
    /// The part of payments taken back that was paid back or had filled such a part: owed again.
    below_zero: i64,
    /// The sum of all amounts recorded. No sum in this book is over it, so none needs more than 64 bits.
    recorded: Minor,
}

impl Book {
    /// The invoices and opening items, in the order in which they are paid.
    pub fn invoices(&self) -> impl Iterator<Item = &Owing> {
        self.invoices.values()
    }

    /// An invoice or opening item by its number.
    pub fn invoice(&self, number: &Named) -> Option<&Owing> {
        self.invoices.get(self.turns.get(number)?)
    }

    /// The credit notes and cancellations, by number.
    pub fn credit_notes(&self) -> impl Iterator<Item = &CreditNote> {
        self.notes.values()
    }

    /// A credit note or cancellation by its number.
    pub fn credit_note(&self, number: &Number) -> Option<&CreditNote> {
        self.notes.get(number)
    }

    /// The payments above zero and the credit notes, in the order recorded.
    pub fn credits(&self) -> impl Iterator<Item = &Credit> {
        self.credits.iter()
    }

    /// The payments and credit notes that pay an invoice, in the order recorded, each with what it pays of it, in minor units.
    pub fn payers(&self, number: &Named) -> impl Iterator<Item = (&Source, Minor)> {
        let turn = self.turns.get(number);
        self.credits.iter().filter_map(move |credit| Some((&credit.source, Minor(*credit.paid.get(turn?)?))))
    }

    /// The surplus of the account, in minor units. Below zero it is owed again, and belongs on the attention list.
    pub fn surplus(&self) -> Minor {
        Minor(self.credits.iter().map(|credit| credit.surplus).sum::<i64>() - self.below_zero)
    }

    /// The sum of what is open, due by a day and not contested, in minor units.
    pub fn due_by(&self, day: Day) -> Minor {
        let due = self.invoices.values().filter(|owing| owing.invoice.due <= day && !owing.is_contested());
        Minor(due.map(|owing| owing.open).sum())
    }

    /// The amount left of a payment; none: it is no payment above zero of this account.
    pub(crate) fn left(&self, payment: &PaymentId) -> Option<Minor> {
        let is_it = |source: &Source| matches!(source, Source::Payment(id) if id == payment);
        self.credits.iter().find(|credit| is_it(&credit.source)).map(Credit::left)
    }

    /// Checks that another amount can be recorded.
    pub(crate) fn has_room(&self, amount: Minor) -> Result<(), Overflow> {
        self.recorded.plus(amount).map(|_| ())
    }

    pub(crate) fn record_invoice(&mut self, invoice: &Invoice) {
        let turn = Turn {
            due: invoice.due,
            number: Number::order(&invoice.number.to_string()),
            recorded: self.invoices.len(),
        };
        let open = self.add(invoice.amount.minor());
        self.turns.insert(invoice.number.clone(), turn.clone());
        self.invoices.insert(turn, Owing { invoice: invoice.clone(), open, contests: BTreeMap::new() });
        self.use_surpluses();
    }

    pub(crate) fn record_credit_note(&mut self, note: &CreditNote) {
        self.notes.insert(note.number.clone(), note.clone());
        self.pay(Source::CreditNote(note.number.clone()), note.amount.minor(), &note.names);
    }

    /// Pays what is named, contested or not, in that order. What is not in this book is passed over.
    pub(crate) fn pay<'a>(&mut self, source: Source, amount: Minor, names: impl IntoIterator<Item = &'a Named>) {
        let mut credit = Credit { source, surplus: self.add(amount), paid: BTreeMap::new(), gone: 0 };
        for turn in names.into_iter().filter_map(|name| self.turns.get(name)) {
            if let Some(owing) = self.invoices.get_mut(turn) {
                credit.pay(turn, owing);
            }
        }
        self.credits.push(credit);
        self.use_surpluses();
    }

    /// Takes back at most what is left of a payment: from its surplus, then from the documents that it paid, the last one
    /// first, then from what is gone.
    pub(crate) fn take_back(&mut self, payment: &PaymentId, amount: Minor) {
        let mut rest = self.add(amount);
        let is_it = |source: &Source| matches!(source, Source::Payment(id) if id == payment);
        let Some(credit) = self.credits.iter_mut().find(|credit| is_it(&credit.source)) else { return };
        rest -= take(&mut credit.surplus, rest);
        for (turn, paid) in credit.paid.iter_mut().rev() {
            let back = take(paid, rest);
            rest -= back;
            if let Some(owing) = self.invoices.get_mut(turn) {
                owing.open += back;
            }
        }
        credit.paid.retain(|_, paid| *paid > 0);
        self.below_zero += take(&mut credit.gone, rest);
        self.use_surpluses();
    }

    /// Pays a surplus back, that of what was recorded first first. What is more than the surplus is owed again.
    pub(crate) fn pay_back(&mut self, amount: Minor) {
        let mut rest = self.add(amount);
        for credit in &mut self.credits {
            let back = take(&mut credit.surplus, rest);
            credit.gone += back;
            rest -= back;
        }
        self.below_zero += rest;
    }

    /// Opens or settles a contest.
    pub(crate) fn contest(&mut self, contest: &Contest, is_open: bool) {
        if let Some(owing) = self.turns.get(&contest.document).and_then(|turn| self.invoices.get_mut(turn)) {
            owing.contests.insert(contest.number, is_open);
        }
        self.use_surpluses();
    }

    /// A contest is open, or settled; none: it is not recorded.
    pub(crate) fn is_open(&self, contest: &Contest) -> Option<bool> {
        self.invoice(&contest.document)?.contests.get(&contest.number).copied()
    }

    /// Every surplus, that of what was recorded first first, fills what is below zero, then pays what is open and not
    /// contested.
    fn use_surpluses(&mut self) {
        for credit in self.credits.iter_mut().filter(|credit| credit.surplus > 0) {
            let filled = take(&mut credit.surplus, self.below_zero);
            credit.gone += filled;
            self.below_zero -= filled;
            for (turn, owing) in self.invoices.iter_mut().filter(|(_, owing)| !owing.is_contested()) {
                credit.pay(turn, owing);
            }
        }
    }

    /// Counts an amount, for which there is room.
    fn add(&mut self, amount: Minor) -> i64 {
        self.recorded = self.recorded.plus(amount).unwrap_or(self.recorded);
        amount.0
    }
}
