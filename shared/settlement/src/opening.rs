//! Openings (§8.2): lines settled elsewhere, and invoices from elsewhere that are still unpaid.

use crate::account::Account;
use crate::close::Moment;
use crate::lines::Line;
use crate::number::OwnNumber;
use jiff::Timestamp;
use rules::Day;
use rules::money::Money;

/// The lines that an opening settled for an account (§8.2): every later close subtracts them like a document's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The account.
    pub account: Account,
    /// The close that opened it.
    pub close: Moment,
    /// The lines.
    pub lines: Vec<Line>,
}

/// The reason why an opening item cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpeningItemError {
    /// An amount is no sum of the account's currency.
    #[error("the amounts of an opening item must be in the currency of its account")]
    Currency,
    /// More is open than was invoiced, or nothing.
    #[error("what is open must be over zero and at most the gross amount")]
    Open,
    /// It is due before its date.
    #[error("the due day must not be before the date")]
    Due,
}

/// An invoice from before this system that is still unpaid (§8.2). It is credited like a document, without lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningItem {
    account: Account,
    number: OwnNumber,
    date: Day,
    due: Day,
    gross: Money,
    open: Money,
    recorded_at: Timestamp,
}

impl OpeningItem {
    /// An opening item, checked.
    pub fn new(
        account: Account,
        number: OwnNumber,
        (date, due): (Day, Day),
        (gross, open): (Money, Money),
        recorded_at: Timestamp,
    ) -> Result<OpeningItem, OpeningItemError> {
        if gross.currency() != account.currency || open.currency() != account.currency {
            Err(OpeningItemError::Currency)
        } else if open.is_zero() || open.minor() > gross.minor() {
            Err(OpeningItemError::Open)
        } else if due < date {
            Err(OpeningItemError::Due)
        } else {
            Ok(OpeningItem { account, number, date, due, gross, open, recorded_at })
        }
    }

    /// The account.
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// The number.
    pub fn number(&self) -> &OwnNumber {
        &self.number
    }

    /// The date.
    pub fn date(&self) -> Day {
        self.date
    }

    /// The day on which it is due.
    pub fn due(&self) -> Day {
        self.due
    }

    /// The gross amount.
    pub fn gross(&self) -> Money {
        self.gross
    }

    /// The part of it that was unpaid when it was recorded.
    pub fn open(&self) -> Money {
        self.open
    }

    /// The moment at which it was recorded.
    pub fn recorded_at(&self) -> Timestamp {
        self.recorded_at
    }
}
