//! Journal entries (§8.9): what is debited and credited, in EUR, in balance to the cent.

use crate::chart::{ChartAccount, ChartGap, ChartOn, Journal};
use crate::role::{JournalName, Role, Subject};
use rules::money::{Minor, Overflow};
use rules::{Currency, Day, PartnerId};
use settlement::document::Named;

/// The reason why there is no journal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// The chart lacks something.
    #[error(transparent)]
    Chart(#[from] ChartGap),
    /// A sum needs more than 64 bits.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// Debits and credits of an entry differ.
    #[error("the entry of {piece} is out of balance by {by} cents: report it, since no items can cause this")]
    Unbalanced {
        /// The document, payment or accrual.
        piece: String,
        /// Debits less credits.
        by: i64,
    },
    /// An opening item in another currency has no EUR.
    #[error(
        "{number} of {partner_id} is in {currency} and has no amount in EUR: give the one at which it stands in the books"
    )]
    NoEur {
        /// The partner.
        partner_id: PartnerId,
        /// The opening item.
        number: Named,
        /// Its currency.
        currency: Currency,
    },
    /// An event was not taken when it was recorded.
    #[error(
        "the event in place {place} of {partner_id} cannot be played: {refusal}; give the events that were taken, in the order recorded"
    )]
    NotTaken {
        /// The partner.
        partner_id: PartnerId,
        /// The place of the event.
        place: u64,
        /// The refusal.
        refusal: String,
    },
    /// A document's event comes without the document.
    #[error("{number} of {partner_id} is not among the documents: give every document of the account")]
    NoDocument {
        /// The partner.
        partner_id: PartnerId,
        /// The number.
        number: Named,
    },
    /// The calendar ends.
    #[error("the day of an entry is outside 2000 to 2099")]
    Day(#[from] rules::day::DayError),
}

/// A partner as the journal names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Party {
    /// Its id.
    pub id: PartnerId,
    /// Its name; its id if none is known.
    pub name: String,
}

/// A line of a journal entry. It is never zero.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct JournalLine {
    /// The account.
    pub account: ChartAccount,
    /// The partner, on accounts of partners.
    pub party: Option<Party>,
    /// Cents of EUR: above zero debited, below zero credited.
    pub eur: Minor,
    /// The amount in another currency, with the same sign.
    pub foreign: Option<(Minor, Currency)>,
}

/// An entry of the accounting journal, in balance. The order is that of the journal: by day, then journal and piece.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct JournalEntry {
    /// The day on which it is booked.
    pub day: Day,
    /// The name of the journal.
    pub journal_name: JournalName,
    /// The document, payment or accrual.
    pub piece: String,
    /// Its subject.
    pub subject: Subject,
    /// The partner that it is of.
    pub party: Party,
    /// The date of the piece.
    pub piece_date: Day,
    /// The day from which it is never changed.
    pub valid_on: Day,
    /// The journal.
    pub journal: Journal,
    /// The label.
    pub label: String,
    /// The lines, at least two.
    pub lines: Vec<JournalLine>,
}

/// The head of an entry to be written.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub(crate) day: Day,
    pub(crate) subject: Subject,
    pub(crate) party: Party,
    pub(crate) piece: String,
    pub(crate) piece_date: Day,
    pub(crate) valid_on: Day,
    pub(crate) journal: JournalName,
    /// The rest of the label, after the subject.
    pub(crate) about: String,
}

/// The account of a line to be written.
#[derive(Debug, Clone, Copy)]
pub(crate) enum On<'a> {
    /// An account of the chart.
    Account(&'a ChartAccount),
    /// The account of the chart that has a role.
    Role(Role),
    /// The same, kept by partner.
    Partner(Role),
}

/// The lines of an entry to be written.
#[derive(Debug, Clone)]
pub(crate) struct Lines<'a> {
    chart: ChartOn<'a>,
    party: Party,
    written: Vec<JournalLine>,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(chart: ChartOn<'a>, party: Party) -> Lines<'a> {
        Lines { chart, party, written: Vec::new() }
    }

    /// Debits an account, or credits it by an amount below zero. A zero has no line.
    pub(crate) fn debit(
        &mut self,
        on: On<'_>,
        eur: Minor,
        foreign: Option<(Minor, Currency)>,
    ) -> Result<(), JournalError> {
        let (account, party) = match on {
            On::Account(account) => (account.clone(), None),
            On::Role(role) => (self.chart.account(role)?.clone(), None),
            On::Partner(role) => (self.chart.account(role)?.clone(), Some(self.party.clone())),
        };
        if eur != Minor::ZERO {
            self.written.push(JournalLine { account, party, eur, foreign });
        }
        Ok(())
    }

    /// Credits an account, or debits it by an amount below zero.
    pub(crate) fn credit(
        &mut self,
        on: On<'_>,
        eur: Minor,
        foreign: Option<(Minor, Currency)>,
    ) -> Result<(), JournalError> {
        let foreign = foreign.map(|(amount, currency)| Ok::<_, Overflow>((turned(amount)?, currency))).transpose()?;
        self.debit(on, turned(eur)?, foreign)
    }

    /// The entry, in balance. None: it would have no line.
    pub(crate) fn entry(self, head: Head) -> Result<Option<JournalEntry>, JournalError> {
        let Head { day, subject, party, piece, piece_date, valid_on, journal: journal_name, about } = head;
        let by = Minor::sum(self.written.iter().map(|line| line.eur))?.0;
        if by != 0 {
            return Err(JournalError::Unbalanced { piece, by });
        }
        let journal = self.chart.journal(journal_name)?.clone();
        let label = format!("{} {about}", self.chart.label(subject)?);
        let lines = self.written;
        let entry =
            JournalEntry { day, journal_name, piece, subject, party, piece_date, valid_on, journal, label, lines };
        Ok((!entry.lines.is_empty()).then_some(entry))
    }
}

/// The amount with its sign turned.
pub(crate) fn turned(amount: Minor) -> Result<Minor, Overflow> {
    Minor::ZERO.minus(amount)
}
