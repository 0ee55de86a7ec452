//! The annex of a document (§8.3): the entries that its lines add up. It reads all of one partner's account.

use crate::known::Known;
use crate::{Closing, ClosingError};
use ::documents::Dates;
use ledger::Store;
use rules::{Day, Month};
use settlement::annex::annex;
use settlement::lines::Line;
use settlement::{Account, Booking, Document, Records};

/// All of a partner's account.
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
        let whole = self.whole(&document.account, document.close.month()).await?;
        let annex = annex(document, &whole.records())?;
        Ok(Annex { entries: annex.entries.into_iter().cloned().collect(), due_again: annex.due_again })
    }

    /// The dates of what a document names: the invoices and opening items that it credits or cancels.
    pub async fn dates_named(&self, document: &Document) -> Result<Dates, ClosingError> {
        if document.kind.names().is_empty() {
            return Ok(Dates::new());
        }
        Ok(self.known_of(&document.account).await?.dates(document))
    }

    /// The documents and the opening of an account, and the identities.
    pub(crate) async fn known_of(&self, account: &Account) -> Result<Known, ClosingError> {
        let partner = &account.partner_id;
        let documents = self.papers(partner).await?.documents;
        let mut known = Known { vendor: self.vendor().await?, documents, ..Known::default() };
        known.documents.retain(|document| document.account == *account);
        known.partners.insert(partner.clone(), self.billing(partner).await?);
        self.learn_opening(account, &mut known).await?;
        Ok(known)
    }

    /// All of an account up to the month of a close.
    pub(crate) async fn whole(&self, account: &Account, close: Month) -> Result<Whole, ClosingError> {
        let entries = self.bookings(&account.partner_id, (Month::from(Day::MIN), close), None).await?;
        Ok(Whole { known: self.known_of(account).await?, entries })
    }
}
