//! The annex of a document (§8.3): the entries that its lines add up. It reads all of one partner.

use crate::known::Known;
use crate::{Closing, ClosingError};
use ::documents::Dates;
use ledger::Store;
use rules::{Day, Month, PartnerId};
use settlement::annex::annex;
use settlement::lines::Line;
use settlement::{Booking, Document, Records};

/// All of a partner.
pub(crate) struct Whole {
    pub(crate) known: Known,
    entries: Vec<Booking>,
}

impl Whole {
    pub(crate) fn records(&self) -> Records<'_> {
        Records { entries: &self.entries, ..self.known.records() }
    }
}

/// The entries and the lines that add up to those of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annex {
    /// The entries, by day.
    pub entries: Vec<Booking>,
    /// The lines of documents cancelled since the account's document before, which are due again.
    pub due_again: Vec<Line>,
}

impl Annex {
    /// The same as the rules have it.
    pub fn by_reference(&self) -> settlement::annex::Annex<'_> {
        settlement::annex::Annex { entries: self.entries.iter().collect(), due_again: self.due_again.clone() }
    }
}

impl<S: Store> Closing<S> {
    /// The annex of an invoice or a credit note.
    pub async fn annex(&self, document: &Document) -> Result<Annex, ClosingError> {
        let whole = self.whole(&document.account.partner_id, document.close.month()).await?;
        let annex = annex(document, &whole.records())?;
        Ok(Annex { entries: annex.entries.into_iter().cloned().collect(), due_again: annex.due_again })
    }

    /// The dates of what a document names: the invoices and opening items that it credits or cancels.
    pub async fn dates_named(&self, document: &Document) -> Result<Dates, ClosingError> {
        if document.kind.names().is_empty() {
            return Ok(Dates::new());
        }
        Ok(self.known_of(&document.account.partner_id).await?.dates(document))
    }

    /// The documents and the openings of a partner, and the identities.
    pub(crate) async fn known_of(&self, partner: &PartnerId) -> Result<Known, ClosingError> {
        let documents = self.papers(partner).await?.documents;
        let mut known = Known { vendor: self.vendor().await?, documents, ..Known::default() };
        known.partners.insert(partner.clone(), self.billing(partner).await?);
        self.learn_openings(partner, |_| true, &mut known).await?;
        Ok(known)
    }

    /// All of a partner up to the month of a close.
    pub(crate) async fn whole(&self, partner: &PartnerId, close: Month) -> Result<Whole, ClosingError> {
        let entries = self.bookings(partner, (Month::from(Day::MIN), close), None).await?;
        Ok(Whole { known: self.known_of(partner).await?, entries })
    }
}
