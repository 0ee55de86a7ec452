//! Acts of people (§9): each is written in the transaction of what it records.

use crate::ClosingError;
use ledger::journal::{Act, Author, Change, Occasion, SettlementAct, SettlementStep};
use ledger::store::Write;
use rules::people::MemberName;
use rules::{Month, PartnerId};
use settlement::Account;
use std::fmt::Display;

/// The writes of an act, which the journal keeps; the subject is as [`SettlementStep`] says.
pub(crate) fn act(
    occasion: &Occasion,
    step: SettlementStep,
    partner: Option<&PartnerId>,
    subject: &[&(dyn Display + Sync)],
) -> Result<Vec<Write>, ClosingError> {
    let subject = subject.iter().map(ToString::to_string).collect();
    let change = Change::Settlement(SettlementAct { step, partner_id: partner.cloned(), subject });
    Ok(Act::new(occasion, change).writes()?)
}

/// The writes of an act about a document of an account: its numbers, and the account after them.
pub(crate) fn document_act(
    occasion: &Occasion,
    step: SettlementStep,
    Account { partner_id, currency, direction }: &Account,
    (numbers, close): (&[&(dyn Display + Sync)], Option<Month>),
) -> Result<Vec<Write>, ClosingError> {
    let code = currency.code();
    let mut subject = numbers.to_vec();
    subject.extend([&code as &(dyn Display + Sync), direction]);
    subject.extend(close.as_ref().map(|month| month as &(dyn Display + Sync)));
    act(occasion, step, Some(partner_id), &subject)
}

/// The name of the member of an occasion; an error if it is the operator's.
pub(crate) fn member(occasion: &Occasion) -> Result<MemberName, ClosingError> {
    match &occasion.by {
        Author::Member { id: _, name } => Ok(name.clone()),
        Author::Operator => Err(ClosingError::NoMember),
    }
}
