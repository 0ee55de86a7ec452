//! Acts of people (§9): each is written in the transaction of what it records.

use crate::{Closing, ClosingError};
use ledger::Store;
use ledger::journal::{Act, Author, Change, Occasion, SettlementAct, SettlementStep};
use ledger::store::Write;
use rules::people::MemberName;
use rules::{Month, PartnerId};
use settlement::Account;
use std::fmt::Display;

/// The names of what a step records.
pub type Names<'a> = &'a [&'a (dyn Display + Sync)];

/// An act; its subject is as [`SettlementStep`] says.
pub fn named(step: SettlementStep, partner: Option<&PartnerId>, subject: Names<'_>) -> SettlementAct {
    let subject = subject.iter().map(ToString::to_string).collect();
    SettlementAct { step, partner_id: partner.cloned(), subject }
}

/// An act about a document of an account: its numbers, and the account after them.
pub(crate) fn named_document(
    step: SettlementStep,
    Account { partner_id, currency, direction }: &Account,
    (numbers, close): (Names<'_>, Option<Month>),
) -> SettlementAct {
    let code = currency.code();
    let mut subject = numbers.to_vec();
    subject.extend([&code as &(dyn Display + Sync), direction]);
    subject.extend(close.as_ref().map(|month| month as &(dyn Display + Sync)));
    named(step, Some(partner_id), &subject)
}

/// The writes of an act, which the journal keeps.
pub fn act(
    occasion: &Occasion,
    step: SettlementStep,
    partner: Option<&PartnerId>,
    subject: Names<'_>,
) -> Result<Vec<Write>, ClosingError> {
    writes(occasion, named(step, partner, subject))
}

/// The writes of an act about a document of an account.
pub(crate) fn document_act(
    occasion: &Occasion,
    step: SettlementStep,
    account: &Account,
    names: (Names<'_>, Option<Month>),
) -> Result<Vec<Write>, ClosingError> {
    writes(occasion, named_document(step, account, names))
}

fn writes(occasion: &Occasion, act: SettlementAct) -> Result<Vec<Write>, ClosingError> {
    Ok(Act::new(occasion, Change::Settlement(act)).writes()?)
}

impl<S: Store> Closing<S> {
    /// The act that the journal keeps of a step; none: it keeps none.
    pub async fn act(&self, act: &SettlementAct) -> Result<Option<Act>, ClosingError> {
        Ok(self.ledger.act(&act.id()).await?)
    }
}

/// The name of the member of an occasion; an error if it is the operator's.
pub fn member(occasion: &Occasion) -> Result<MemberName, ClosingError> {
    match &occasion.by {
        Author::Member { id: _, name } => Ok(name.clone()),
        Author::Operator => Err(ClosingError::NoMember),
    }
}
