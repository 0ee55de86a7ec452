//! Partners' own documents (§8.5): an invoice or a credit note for a close, and a credit note that cancels an invoice.
//!
//! Each reads all of one partner: it is recorded by hand, and seldom.

use crate::acts::{Names, document_act};
use crate::closes::Last;
use crate::keys::{self, DocumentPlace};
use crate::known::Known;
use crate::series::{Ends, document_writes};
use crate::sums::{self, Documented, Head, Sums};
use crate::table::{ATTEMPTS, contended};
use crate::{Closing, ClosingError};
use ledger::Store;
use ledger::journal::{Occasion, SettlementStep};
use ledger::store::Write;
use rules::money::{Minor, Overflow};
use rules::{Day, Month};
use settlement::number::{Number, OwnNumber};
use settlement::received::{OwnDocument, receive, receive_cancellation};
use settlement::vat::VatSum;
use settlement::{Account, Document};

/// The outcome of recording a partner's own document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is recorded.
    Recorded(Box<Document>),
    /// The same was recorded before.
    Already(Box<Document>),
    /// A document with this number was recorded for this close before, and says something else: it stays.
    Other(Box<Document>),
}

impl<S: Store> Closing<S> {
    /// Records a partner's own invoice or credit note for a close, as of the moment of the occasion, whatever moment the document
    /// has; repeated, it changes nothing. Refused while the documents of a close are being made.
    pub async fn receive(&self, own: &OwnDocument, close: Month, occasion: &Occasion) -> Result<Outcome, ClosingError> {
        let own = &OwnDocument { recorded_at: occasion.at, ..own.clone() };
        let place = DocumentPlace::received(&own.account, close);
        for attempt in 0..ATTEMPTS {
            let last = self.last_made().await?;
            let stored = self.stored_close(close).await?.ok_or(ClosingError::NotClosed { month: close })?;
            let whole = self.whole(&own.account.partner_id, close).await?;
            if let Some(known) = numbered(&whole.known, own, close) {
                let (is_same, known) = (says_the_same(own, known)?, Box::new(known.clone()));
                return Ok(if is_same { Outcome::Already(known) } else { Outcome::Other(known) });
            }
            let document = receive(own.clone(), &stored.close, &whole.records())?;
            let mut writes = self.received_writes(&place, &document, &last).await?;
            let names: (Names<'_>, _) = (&[&own.number], Some(close));
            writes.extend(document_act(occasion, SettlementStep::OwnDocument, &own.account, names)?);
            writes.push(last.received(occasion.at)?);
            if self.applied(writes, attempt).await? {
                return Ok(Outcome::Recorded(Box::new(document)));
            }
        }
        Err(contended(keys::documents(&own.account.partner_id)))
    }

    /// Records a partner's own credit note that cancels an invoice to it; repeated, it changes nothing. Refused while the
    /// documents of a close are being made.
    pub async fn receive_cancellation(
        &self,
        account: &Account,
        of: &Number,
        (number, date): (OwnNumber, Day),
        occasion: &Occasion,
    ) -> Result<Outcome, ClosingError> {
        for attempt in 0..ATTEMPTS {
            let last = self.last_made().await?;
            let known = self.known_of(&account.partner_id).await?;
            let cancels = |document: &&Document| document.account == *account && document.kind.cancels() == Some(of);
            let own = Number::Own(number.clone());
            if let Some(known) = known
                .documents
                .iter()
                .find(cancels)
                .filter(|document| (&document.number, document.date) == (&own, date))
            {
                return Ok(Outcome::Already(Box::new(known.clone())));
            }
            let numbered = (number.clone(), date);
            let document = receive_cancellation(account, of, numbered, occasion.at, &known.records())?;
            let month = document.close.month();
            let place = match of {
                Number::Given(_) => DocumentPlace::issued(account, month),
                Number::Own(_) => DocumentPlace::received(account, month),
            };
            let mut writes = self.received_writes(&place.cancellation(), &document, &last).await?;
            let names: (Names<'_>, _) = (&[&number, of], Some(month));
            writes.extend(document_act(occasion, SettlementStep::OwnCancellation, account, names)?);
            writes.push(last.received(document.made_at)?);
            if self.applied(writes, attempt).await? {
                return Ok(Outcome::Recorded(Box::new(document)));
            }
        }
        Err(contended(keys::documents(&account.partner_id)))
    }

    /// The last close, whose documents are all made.
    async fn last_made(&self) -> Result<Last, ClosingError> {
        let last = self.last_close().await?;
        let last = last.ok_or(ClosingError::NoClose)?;
        let month = last.close.month();
        if last.close.is_made { Ok(last) } else { Err(ClosingError::BeingMade { month }) }
    }

    /// The writes of a document that arrived and of the book in which it settles its lines.
    async fn received_writes(
        &self,
        place: &DocumentPlace,
        document: &Document,
        last: &Last,
    ) -> Result<Vec<Write>, ClosingError> {
        let account = &document.account;
        let mut book = self.stored_books(&account.partner_id).await?.remove(account).unwrap_or_default();
        sums::settle(&mut book.sums, document.lines())?;
        let close = document.close.month();
        if document.kind.is_invoice() {
            sums::invoice(&mut book.sums, close, document.lines());
        }
        let through = last.close.month();
        let before = book.head.clone().unwrap_or(Head { through, opened: None, documented: None });
        // The last close is made: a pass of it that is still at work must not bill what is due again from now on.
        let mut head = Head { through, ..before };
        if document.kind.cancels().is_none() {
            head.documented = Some(Documented { close, at: document.made_at, number: document.number.clone() });
        }
        let mut writes = document_writes(place, document, &Ends::new(), None)?;
        writes.extend(book.writes(account, &head)?);
        Ok(writes)
    }
}

/// The document with the number of another that was recorded for a close before.
fn numbered<'a>(known: &'a Known, own: &OwnDocument, close: Month) -> Option<&'a Document> {
    let number = Number::Own(own.number.clone());
    let is_it = |document: &&Document| {
        document.account == own.account
            && document.number == number
            && document.close.month() == close
            && document.kind.cancels().is_none()
    };
    known.documents.iter().find(is_it)
}

/// The document has the date, the lines and the VAT that are sent.
fn says_the_same(own: &OwnDocument, document: &Document) -> Result<bool, Overflow> {
    let mut lines = Sums::new();
    sums::settle(&mut lines, &own.lines)?;
    let stated = lines.into_iter().map(|(key, sum)| (key, sum.settled)).filter(|(_, amount)| *amount != Minor::ZERO);
    let is_vat = |vat: &VatSum| own.vat.get(&(vat.regime, vat.rate)).copied().unwrap_or_default() == vat.vat;
    let has_lines = stated.eq(document.lines().map(|line| (line.key, line.amount)));
    Ok(own.date == document.date && has_lines && document.amounts.vat.iter().all(is_vat))
}
