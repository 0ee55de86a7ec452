//! A partner's own documents (§8.5): its invoice or credit note for a close, and its credit note that cancels.

use crate::account::{Account, Direction};
use crate::close::Close;
use crate::country::Regime;
use crate::document::{Amounts, Document, DocumentKind, Parties, due};
use crate::identity::Billing;
use crate::lines::{Line, LineKey, total};
use crate::number::{Number, OwnNumber};
use crate::records::Records;
use crate::vat::{TaxedLine, VatRate, VatSum, vat};
use jiff::Timestamp;
use rules::day::DayError;
use rules::money::{Minor, Overflow};
use rules::{Currency, Day, Month};
use std::collections::BTreeMap;

/// A partner's own document for a close, as the manager records it. Its amounts have the ledger's sign: a credit note's are
/// below zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnDocument {
    /// The account.
    pub account: Account,
    /// Its number.
    pub number: OwnNumber,
    /// Its date.
    pub date: Day,
    /// Its lines.
    pub lines: Vec<Line>,
    /// Its VAT, of each regime and rate.
    pub vat: BTreeMap<(Regime, VatRate), Minor>,
    /// The moment at which it is recorded.
    pub recorded_at: Timestamp,
}

/// The reason why a partner's own document cannot be recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceivedError {
    /// The account is from the partner.
    #[error("only an account to the partner has a partner's own documents: the vendor invoices what is owed by it")]
    FromPartner,
    /// The close is not before the recording, or opened the account.
    #[error("the close of {close} has nothing to invoice: it opened the account, or comes later")]
    NoSuchClose {
        /// The close.
        close: Month,
    },
    /// A document was made for that close or a later one, or since that close.
    #[error("{number} was made for this close or since: what is still carried is in the next one")]
    Documented {
        /// The number of that document.
        number: Number,
    },
    /// Another document or opening item of the partner has the number.
    #[error("{0} is the number of another document of this partner: give the number that this one has")]
    NumberTaken(OwnNumber),
    /// The account carried nothing, or zero.
    #[error("nothing was carried at the close of {close}: ask for a document of another close")]
    NothingCarried {
        /// The close.
        close: Month,
    },
    /// The partner gave a mandate.
    #[error(
        "a mandate covered the day of closing, so the invoice is written in the partner's name: end the mandate first"
    )]
    HasMandate,
    /// A line is not the one carried.
    #[error("the line of {} ({}, {}) says {} {currency} but {} {currency} was carried at the cut: ask for a document with the carried lines", key.month, key.kind, key.model, currency.decimal(*stated), currency.decimal(*carried))]
    AnotherLine {
        /// The line's key.
        key: LineKey,
        /// The currency.
        currency: Currency,
        /// The line of the document, in minor units; 0: it has none.
        stated: Minor,
        /// The line carried, in minor units; 0: there is none.
        carried: Minor,
    },
    /// The partner has no regime on the last day of the month of a line.
    #[error("the partner has no VAT regime: record its billing identity first")]
    NoRegime,
    /// The close has no rate for the currency.
    #[error("the close of {close} has no rate for {currency}: give one at the next close")]
    NoRate {
        /// The close.
        close: Month,
        /// The currency.
        currency: Currency,
    },
    /// The VAT is too far from ours.
    #[error(
        "the VAT of {regime} at {rate} says {} {currency} but must be within {} {currency} of {} {currency}: ask for a corrected document",
        currency.decimal(*stated), currency.decimal(*apart), currency.decimal(*expected)
    )]
    AnotherVat {
        /// The regime.
        regime: Regime,
        /// The rate.
        rate: VatRate,
        /// The currency.
        currency: Currency,
        /// The VAT of the document, in minor units; 0: it has none.
        stated: Minor,
        /// The VAT of the lines, in minor units.
        expected: Minor,
        /// The most that these may be apart: one minor unit for each line of that regime and rate.
        apart: Minor,
    },
    /// No document of the account has the number.
    #[error("{0} is no invoice of this account")]
    Unknown(Number),
    /// The document was cancelled before.
    #[error("{0} is cancelled already: a document is cancelled once")]
    Twice(Number),
    /// It would be due after 2099.
    #[error("the due day {0}")]
    Due(#[from] DayError),
    /// A sum needs more than 64 bits.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

/// The document that a partner's own invoice or credit note for a close is: to the cent the lines carried at that close's cut,
/// the VAT as it says, up to one minor unit a line from ours. The caller refuses it while documents of a later close are being
/// made: they could hold the same lines, and are not among the records yet.
pub fn receive(own: OwnDocument, close: &Close, records: &Records<'_>) -> Result<Document, ReceivedError> {
    let moment = close.moment;
    let lines = carried(&own, close, records)?;
    is_new(&own.account, &own.number, records)?;
    let partner = records.partner_on(&own.account.partner_id, moment.day(), &moment);
    let is_invoice = total(&lines)? > Minor::ZERO;
    if is_invoice && partner.and_then(Billing::mandate).is_some_and(|mandate| mandate.covers(moment.day())) {
        return Err(ReceivedError::HasMandate);
    }
    let currency = own.account.currency;
    same_lines(currency, &own.lines, &lines)?;
    if !close.has_rate(currency) {
        return Err(ReceivedError::NoRate { close: moment.month(), currency });
    }
    let taxed = records.taxed(&own.account, &lines, &moment).ok_or(ReceivedError::NoRegime)?;
    let sums = stated_vat(currency, &own.vat, &taxed)?;
    let days = partner.map(Billing::payment_days).unwrap_or_default();
    Ok(Document {
        close: moment,
        made_at: own.recorded_at,
        number: Number::Own(own.number),
        kind: if is_invoice { DocumentKind::ReceivedInvoice } else { DocumentKind::ReceivedCreditNote },
        date: own.date,
        due: if is_invoice { Some(due(own.date, days)?) } else { None },
        parties: Parties { vendor: records.vendor_on(moment.day(), &moment).cloned(), partner: partner.cloned() },
        amounts: Amounts::with_vat(&own.account, taxed, sums, close.rate(currency))?,
        account: own.account,
    })
}

/// The lines that the account carried at the close, if a document can still be made of them.
fn carried(own: &OwnDocument, close: &Close, records: &Records<'_>) -> Result<Vec<Line>, ReceivedError> {
    let (account, moment) = (&own.account, &close.moment);
    match account.direction {
        Direction::ToPartner => {}
        Direction::FromPartner => return Err(ReceivedError::FromPartner),
    }
    let month = moment.month();
    if own.recorded_at <= moment.at() || close.opening.is_of(&account.partner_id) {
        return Err(ReceivedError::NoSuchClose { close: month });
    }
    // One for an earlier close that came after this one has settled what this one carried too.
    let settles = |document: &&Document| {
        let since = document.made_at > moment.at() && document.kind.cancels().is_none();
        document.account == *account && (document.close.month() >= month || since)
    };
    if let Some(document) = records.documents.iter().find(settles) {
        return Err(ReceivedError::Documented { number: document.number.clone() });
    }
    let lines = records.lines(account, moment, &[])?;
    if total(&lines)? == Minor::ZERO { Err(ReceivedError::NothingCarried { close: month }) } else { Ok(lines) }
}

/// Checks that a partner's own number, or one from before this system, is of nothing else that is recorded.
pub fn is_new(account: &Account, number: &OwnNumber, records: &Records<'_>) -> Result<(), ReceivedError> {
    if records.has_number(account, number) { Err(ReceivedError::NumberTaken(number.clone())) } else { Ok(()) }
}

/// Checks the lines of a document against those carried, to the cent.
fn same_lines(currency: Currency, stated: &[Line], carried: &[Line]) -> Result<(), ReceivedError> {
    let mut both: BTreeMap<LineKey, (Minor, Minor)> = BTreeMap::new();
    for line in stated {
        let (sum, _) = both.entry(line.key).or_default();
        *sum = sum.plus(line.amount)?;
    }
    for line in carried {
        both.entry(line.key).or_default().1 = line.amount;
    }
    match both.into_iter().find(|(_, (stated, carried))| stated != carried) {
        Some((key, (stated, carried))) => Err(ReceivedError::AnotherLine { key, currency, stated, carried }),
        None => Ok(()),
    }
}

/// The VAT as the document says it, within one minor unit a line of ours.
fn stated_vat(
    currency: Currency,
    stated: &BTreeMap<(Regime, VatRate), Minor>,
    taxed: &[TaxedLine],
) -> Result<Vec<VatSum>, ReceivedError> {
    let ours = vat(taxed)?;
    let another = |regime, rate, stated, expected, apart| ReceivedError::AnotherVat {
        regime,
        rate,
        currency,
        stated,
        expected,
        apart,
    };
    let has = |(regime, rate): &(Regime, VatRate)| ours.iter().any(|sum| (sum.regime, sum.rate) == (*regime, *rate));
    if let Some(((regime, rate), vat)) = stated.iter().find(|(group, _)| !has(group)) {
        return Err(another(*regime, *rate, *vat, Minor::ZERO, Minor::ZERO));
    }
    let sums = ours.iter().map(|sum| {
        let lines = taxed.iter().filter(|line| (line.regime, line.rate) == (sum.regime, sum.rate)).count();
        let vat = stated.get(&(sum.regime, sum.rate)).copied().unwrap_or_default();
        let apart = Minor(i64::try_from(lines).unwrap_or(i64::MAX));
        let fits = vat.0.abs_diff(sum.vat.0) <= apart.0.unsigned_abs();
        fits.then_some(VatSum { vat, ..*sum }).ok_or_else(|| another(sum.regime, sum.rate, vat, sum.vat, apart))
    });
    sums.collect()
}

/// A partner's own credit note that cancels an invoice to it: its lines and VAT as they stand, each sign turned. They come again
/// with the next close.
pub fn receive_cancellation(
    account: &Account,
    of: &Number,
    (number, date): (OwnNumber, Day),
    recorded_at: Timestamp,
    records: &Records<'_>,
) -> Result<Document, ReceivedError> {
    match account.direction {
        Direction::ToPartner => {}
        Direction::FromPartner => return Err(ReceivedError::FromPartner),
    }
    let documents = || records.documents.iter().filter(|document| document.account == *account);
    if documents().any(|document| document.kind.cancels() == Some(of)) {
        return Err(ReceivedError::Twice(of.clone()));
    }
    let mut named = documents().filter(|document| document.number == *of && document.kind.is_invoice());
    let document = named.next().ok_or_else(|| ReceivedError::Unknown(of.clone()))?;
    is_new(account, &number, records)?;
    Ok(Document {
        account: account.clone(),
        close: document.close,
        // The clocks of two who record may differ, and what is cancelled comes first.
        made_at: recorded_at.max(document.made_at),
        number: Number::Own(number),
        kind: DocumentKind::ReceivedCancellation { of: of.clone() },
        date,
        due: None,
        parties: document.parties.clone(),
        amounts: document.amounts.turned()?,
    })
}
