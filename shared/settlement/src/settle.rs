//! A whole close (§8.2 to §8.5), of all accounts: what it settles, documents and carries.

use crate::account::{Account, Direction};
use crate::cancel::{CancelError, cancellations};
use crate::close::{Close, Opening};
use crate::complete::lacking_at;
use crate::document::{Amounts, Document, DocumentKind, Parties, due};
use crate::identity::Billing;
use crate::issue::{Case, Decision, Reason, issue_or_carry, names};
use crate::lines::{Line, total};
use crate::number::{NumberError, Series};
use crate::numbering::Numbering;
use crate::opening::Settled;
use crate::records::Records;
use crate::vat::TaxedLine;
use rules::day::DayError;
use rules::money::{Minor, Overflow};
use rules::{Month, PartnerId};

/// An account of which nothing is written at a close: all of it is in the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// The account.
    pub account: Account,
    /// The month of the close.
    pub close: Month,
    /// The sum of its lines.
    pub total: Minor,
    /// The first reason that applies.
    pub reason: Reason,
}

/// All that a close makes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Closed {
    /// The documents, in the order of their numbers.
    pub documents: Vec<Document>,
    /// The accounts that are carried.
    pub carried: Vec<Carried>,
    /// The accounts that are opened.
    pub settled: Vec<Settled>,
}

/// The reason why a close cannot be played.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettleError {
    /// A sum needs more than 64 bits.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// A series gives no next number.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// A document would be due after 2099.
    #[error("the due day {0}")]
    Due(#[from] DayError),
    /// An order to cancel cannot be carried out.
    #[error(transparent)]
    Cancel(#[from] CancelError),
    /// The opening of all accounts is not the first close.
    #[error("only the first close can open all accounts: open single partners instead")]
    LateOpening,
    /// An opening of a partner that has been billed or opened before.
    #[error("{partner} has documents or an opening already: its opening must come before its first document")]
    OpenedTooLate {
        /// The partner.
        partner: PartnerId,
    },
}

/// The outcome of a close for an account that has lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A document is issued.
    Document(Box<Document>),
    /// It is carried.
    Carried(Carried),
    /// Its lines are settled by the opening.
    Settled(Settled),
}

/// Plays a close: cancellations first, then each account by partner, currency and direction. The same close of the same
/// records gives the same, however much was recorded after its moment.
pub fn settle(close: &Close, records: &Records<'_>) -> Result<Closed, SettleError> {
    opening_may_be(close, records)?;
    let mut numbering = Numbering::after(records.earlier(&close.moment));
    let cancelled = cancellations(close, records, &mut numbering)?;
    let mut closed = Closed { documents: cancelled.clone(), ..Closed::default() };
    for account in records.accounts(&close.moment) {
        match settle_account(&account, close, &cancelled, records, &mut numbering)? {
            None => {}
            Some(Outcome::Document(document)) => closed.documents.push(*document),
            Some(Outcome::Carried(carried)) => closed.carried.push(carried),
            Some(Outcome::Settled(settled)) => closed.settled.push(settled),
        }
    }
    Ok(closed)
}

/// Plays a close for one account, of which the records have all, after its cancellations; an account without lines has no record.
pub fn settle_account(
    account: &Account,
    close: &Close,
    cancelled: &[Document],
    records: &Records<'_>,
    numbering: &mut Numbering,
) -> Result<Option<Outcome>, SettleError> {
    settle_lines(account, records.lines(account, &close.moment, cancelled)?, close, cancelled, records, numbering)
}

/// Plays a close for one account, of which the lines are given. Of the account's documents and opening the records need only
/// those with a key of a negative line, and the cancellations of such documents.
pub fn settle_lines(
    account: &Account,
    lines: Vec<Line>,
    close: &Close,
    cancelled: &[Document],
    records: &Records<'_>,
    numbering: &mut Numbering,
) -> Result<Option<Outcome>, SettleError> {
    if lines.is_empty() {
        return Ok(None);
    }
    if close.opening.is_of(&account.partner_id) {
        return Ok(Some(Outcome::Settled(Settled { account: account.clone(), close: close.moment, lines })));
    }
    let total = total(&lines)?;
    let outcome = match (Page { account, close, records }).decide_or_write(&lines, cancelled, numbering)? {
        Ok(document) => Outcome::Document(Box::new(document)),
        Err(reason) => {
            Outcome::Carried(Carried { account: account.clone(), close: close.moment.month(), total, reason })
        }
    };
    Ok(Some(outcome))
}

/// An opening of all is the first close; one of a partner is before its first document.
pub fn opening_may_be(close: &Close, records: &Records<'_>) -> Result<(), SettleError> {
    let month = close.moment.month();
    match &close.opening {
        Opening::None => Ok(()),
        Opening::All if records.closes.iter().all(|earlier| earlier.month() >= month) => Ok(()),
        Opening::All => Err(SettleError::LateOpening),
        Opening::Partners(partners) => {
            let documented = records.earlier(&close.moment).map(|document| &document.account.partner_id);
            let before = records.settled.iter().filter(|settled| settled.close.month() < month);
            let mut known = documented.chain(before.map(|settled| &settled.account.partner_id));
            let known = known.find(|partner| partners.contains(*partner)).cloned();
            known.map_or(Ok(()), |partner| Err(SettleError::OpenedTooLate { partner }))
        }
    }
}

/// An account at a close.
struct Page<'a> {
    account: &'a Account,
    close: &'a Close,
    records: &'a Records<'a>,
}

/// All that a document needs of complete identities.
struct Ready<'a> {
    partner: &'a Billing,
    taxed: Vec<TaxedLine>,
    series: Series,
}

impl<'a> Page<'a> {
    /// The document of the account, or the reason why it is carried (§8.4).
    fn decide_or_write(
        &self,
        lines: &[Line],
        cancelled: &[Document],
        numbering: &mut Numbering,
    ) -> Result<Result<Document, Reason>, SettleError> {
        let ready = self.ready(lines);
        let kind = match issue_or_carry(self.case(lines, cancelled, ready.is_some())?) {
            Decision::Carry(reason) => return Ok(Err(reason)),
            Decision::CreditNote(names) => DocumentKind::CreditNote { names },
            Decision::Invoice => match self.account.direction {
                Direction::ToPartner => DocumentKind::SelfBilledInvoice,
                Direction::FromPartner => DocumentKind::Invoice,
            },
        };
        match ready {
            Some(ready) => self.write(kind, ready, numbering).map(Ok),
            None => Ok(Err(Reason::IdentityIncomplete)),
        }
    }

    /// Both identities, if they are complete.
    fn ready(&self, lines: &[Line]) -> Option<Ready<'a>> {
        let Page { account, close, records } = *self;
        let moment = &close.moment;
        if !lacking_at(account, lines, moment, records).is_empty() {
            return None;
        }
        let partner = records.partner_on(&account.partner_id, moment.day(), moment)?;
        let series = match account.direction {
            Direction::ToPartner => Series::Partner(partner.series()?.clone()),
            Direction::FromPartner => Series::Vendor,
        };
        Some(Ready { partner, taxed: records.taxed(account, lines, moment)?, series })
    }

    /// The case to decide.
    fn case(&self, lines: &[Line], cancelled: &[Document], is_complete: bool) -> Result<Case, Overflow> {
        let Page { account, close, records } = *self;
        let (moment, day) = (&close.moment, close.moment.day());
        let partner = records.partner_on(&account.partner_id, day, moment);
        Ok(Case {
            direction: account.direction,
            total: total(lines)?,
            is_final: close.finals.contains(&account.partner_id),
            is_being_recomputed: close.being_recomputed.contains(&account.partner_id),
            is_complete,
            has_mandate: partner.and_then(Billing::mandate).is_some_and(|mandate| mandate.covers(day)),
            has_rate: close.has_rate(account.currency),
            minimum: partner.map_or(Minor::ZERO, |partner| partner.minimum(account.currency)),
            names: names(account, moment, lines, cancelled, records),
        })
    }

    /// Writes a document of the day of closing, with the next number of its series (§8.5).
    fn write(&self, kind: DocumentKind, ready: Ready<'_>, numbering: &mut Numbering) -> Result<Document, SettleError> {
        let Page { account, close, records } = *self;
        let Ready { partner, taxed, series } = ready;
        let (moment, date) = (close.moment, close.moment.day());
        let due = if kind.is_invoice() { Some(due(date, partner.payment_days())?) } else { None };
        let vendor = records.vendor_on(date, &moment).cloned();
        // The number last, so that nothing that fails leaves a hole.
        let amounts = Amounts::of(account, taxed, close.rate(account.currency))?;
        Ok(Document {
            account: account.clone(),
            close: moment,
            made_at: moment.at(),
            number: numbering.give(&series, date)?,
            kind,
            date,
            due,
            parties: Parties { vendor, partner: Some(partner.clone()) },
            amounts,
        })
    }
}
