//! Movements: what a bank says of transfers and of its account.

use crate::error::Place;
use rules::{Day, Money};
use strum::{EnumString, IntoStaticStr};

/// The kind of a bank's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, EnumString)]
pub enum Message {
    /// A payment status report.
    #[strum(serialize = "pain.002")]
    StatusReport,
    /// A debit and credit notification.
    #[strum(serialize = "camt.054")]
    Notification,
}

/// A bank's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankFile {
    /// Its kind.
    pub message: Message,
    /// The bank's id of it.
    pub id: Option<BankText>,
    /// Its movements, in the order of the file.
    pub movements: Vec<Movement>,
}

/// A text of a bank: at least one visible character, at most 500, without spaces around them. Characters that show as nothing are
/// spaces.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BankText(String);

impl BankText {
    /// The text; none: it is empty.
    pub fn new(text: &str) -> Option<BankText> {
        let visible: String = text.chars().map(|c| if rules::label::is_invisible(c) { ' ' } else { c }).collect();
        let cut: String = visible.trim().chars().take(500).collect();
        let text = cut.trim_end();
        (!text.is_empty()).then(|| BankText(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The subject of a movement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A transfer, by the end-to-end id that it was ordered with.
    Transfer(BankText),
    /// All transfers of a file that was sent, by the id of its message.
    Batch(BankText),
    /// The file names none.
    Unnamed,
}

/// The outcome of a movement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// The account was debited; the day is the value day, if the file says one.
    Executed {
        /// The day.
        on: Option<Day>,
    },
    /// The bank does not execute it.
    Rejected {
        /// The reason's code: `AC01`.
        reason: Option<BankText>,
    },
    /// It was executed, and the money is back.
    Returned {
        /// The day.
        on: Option<Day>,
        /// The reason's code: `AC04`.
        reason: Option<BankText>,
    },
    /// Money came in that is no return.
    Received {
        /// The day.
        on: Option<Day>,
    },
    /// Nothing is final yet.
    UnderWay {
        /// The status: `ACSP`, `PDNG`.
        status: BankText,
    },
}

/// A movement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// The place in the file where it begins.
    pub place: Place,
    /// Its subject.
    pub subject: Subject,
    /// Its outcome.
    pub fate: Fate,
    /// The amount, without a sign; none: the file says none.
    pub amount: Option<Money>,
    /// The bank's own reference, the same in every file about the movement.
    pub reference: Option<BankText>,
    /// The text that came with it.
    pub remittance: Option<BankText>,
}
