//! Contested documents (§8.8).

use crate::account::Account;
use crate::document::{Document, DocumentKind};
use crate::identity::Billing;
use crate::lines::LineKey;
use crate::number::Number;
use crate::terms::Mandate;
use jiff::{Timestamp, ToSpan};
use rules::day::day_of;
use rules::inquiry::Note;
use rules::label::StatedReason;
use rules::people::MemberName;
use serde::{Deserialize, Serialize};

/// A document that a partner contests, as a whole, until a manager answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contest {
    /// The document's account.
    pub account: Account,
    /// The document's number.
    pub number: Number,
    /// The line that the partner means; none: the document.
    pub line: Option<LineKey>,
    /// The partner's reason.
    pub reason: StatedReason,
    /// The name of the member who contested.
    pub by: MemberName,
    /// The moment at which the partner contested.
    pub at: Timestamp,
    /// The manager's answer, which settled it; none: it is open.
    pub answer: Option<Answer>,
}

/// A manager's answer to a contest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Its text.
    #[serde(rename = "tx")]
    pub text: Note,
    /// The name of the member who answered.
    pub by: MemberName,
    /// The moment of the answer.
    pub at: Timestamp,
}

impl Contest {
    /// The moment at which the answer settled it; none: it is open.
    pub fn settled_at(&self) -> Option<Timestamp> {
        self.answer.as_ref().map(|answer| answer.at)
    }
}

/// The effect of contesting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// The document is contested.
    Contested(Box<Contest>),
    /// The mandate's days are over: a message, which changes nothing.
    Message,
}

/// The reason why a contest is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContestError {
    /// The document has no such line.
    #[error("{number} has no line of {} ({}, {}): name one of its lines, or none", key.month, key.kind, key.model)]
    NoSuchLine {
        /// The document.
        number: Number,
        /// The line.
        key: LineKey,
    },
}

/// Contests a document of either direction, or a line of it; a self-billed one within the days of the mandate under which it was
/// issued.
pub fn contest(
    document: &Document,
    line: Option<LineKey>,
    reason: StatedReason,
    (by, at): (MemberName, Timestamp),
) -> Result<Effect, ContestError> {
    let number = document.number.clone();
    if let Some(key) = line.filter(|key| !document.lines().any(|line| line.key == *key)) {
        return Err(ContestError::NoSuchLine { number, key });
    }
    if is_late(document, at) {
        return Ok(Effect::Message);
    }
    let account = document.account.clone();
    Ok(Effect::Contested(Box::new(Contest { account, number, line, reason, by, at, answer: None })))
}

fn is_late(document: &Document, at: Timestamp) -> bool {
    let mandate = document.parties.partner.as_ref().and_then(Billing::mandate);
    match (&document.kind, mandate.and_then(Mandate::days_to_contest)) {
        (DocumentKind::SelfBilledInvoice, Some(days)) => {
            day_of(at) > document.date.date().saturating_add(i64::from(days).days())
        }
        (DocumentKind::SelfBilledInvoice, None)
        | (
            DocumentKind::Invoice
            | DocumentKind::CreditNote { .. }
            | DocumentKind::Cancellation { .. }
            | DocumentKind::ReceivedInvoice
            | DocumentKind::ReceivedCreditNote
            | DocumentKind::ReceivedCancellation { .. },
            Some(_) | None,
        ) => false,
    }
}

/// A document is contested at a moment: neither set off nor paid by a batch.
pub fn is_contested(document: &Document, contests: &[Contest], at: Timestamp) -> bool {
    contests.iter().any(|contest| {
        let is_open = contest.at <= at && contest.settled_at().is_none_or(|settled| settled > at);
        contest.account == document.account && contest.number == document.number && is_open
    })
}
