//! Cancellations of a close (§8.5): they are made before all other documents, so that their lines are due again in these.

use crate::documents::read;
use crate::keys::DocumentPlace;
use crate::known::Known;
use crate::series::{Ends, document_writes};
use crate::stored_close::Made;
use crate::sums;
use crate::table::{ATTEMPTS, contended};
use crate::{Closing, ClosingError, item, keys};
use ledger::Store;
use ledger::store::Write;
use rules::PartnerId;
use rules::sorted::Sorted;
use settlement::Document;
use settlement::cancel::{CancelError, cancellations};
use settlement::close::Close;
use settlement::number::{Number, Series};
use settlement::numbering::Numbering;

/// The cancellations of a close, each with its place, in the order of their numbers.
pub(crate) fn cancellations_of(
    close: &Close,
    orders: &Known,
    numbering: &mut Numbering,
) -> Result<Vec<(DocumentPlace, Document)>, ClosingError> {
    let made = cancellations(close, &orders.records(), numbering)?;
    let placed = made.into_iter().map(|document| {
        let of = document.kind.cancels();
        let cancelled = orders.documents.iter().find(|other| Some(&other.number) == of);
        let cancelled = cancelled.ok_or_else(|| CancelError::Unknown(document.number.clone()))?;
        let place = DocumentPlace::issued(&document.account, cancelled.close.month()).cancellation();
        Ok((place, document))
    });
    placed.collect()
}

impl<S: Store> Closing<S> {
    /// The records of the documents that a close is to cancel: these, and what cancelled them before.
    pub(crate) async fn orders(&self, close: &Close) -> Result<Known, ClosingError> {
        let mut known = Known::default();
        for order in &close.cancels {
            let placed = match &order.number {
                Number::Given(number) => self.placed(number).await?,
                Number::Own(_) => None,
            };
            let Some((place, document)) = placed else { continue };
            if known.documents.contains(&document) {
                continue;
            }
            if let Some(item) = self.item(place.cancellation().key()).await? {
                known.documents.push(read(&item)?.1);
            }
            known.documents.push(document);
        }
        if known.documents.is_empty() {
            return Ok(known);
        }
        known.vendor = self.vendor().await?;
        for partner in known.documents.iter().map(|document| document.account.partner_id.clone()).to_set() {
            let billing = self.billing(&partner).await?;
            known.partners.insert(partner, billing);
        }
        Ok(known)
    }

    /// Makes a cancellation with the next number of the vendor's series, unless it was made before, and counts it.
    pub(crate) async fn cancel(
        &self,
        (place, document): &(DocumentPlace, Document),
        orders: &Known,
        made: &mut Made,
    ) -> Result<(), ClosingError> {
        for attempt in 0..ATTEMPTS {
            if let Some(item) = self.item(place.key()).await? {
                return Ok(made.document(&read(&item)?.1)?);
            }
            let mut end = self.end(&Series::Vendor).await?;
            let ends = Ends::from([(Series::Vendor, end)]);
            let number = Number::Given(end.end.next(&Series::Vendor, document.date).map_err(CancelError::from)?);
            let document = Document { number, ..document.clone() };
            let mut writes = document_writes(place, &document, &ends, orders.xml(&document))?;
            writes.extend(self.cancelled_book(&document.account.partner_id, &document).await?);
            if self.applied(writes, attempt).await? {
                return Ok(made.document(&document)?);
            }
        }
        Err(contended(keys::documents(&document.account.partner_id)))
    }

    /// The writes of the book in which the lines of a cancelled document are due again.
    async fn cancelled_book(&self, partner: &PartnerId, cancellation: &Document) -> Result<Vec<Write>, ClosingError> {
        let account = &cancellation.account;
        let mut book = self.stored_books(partner).await?.remove(account).unwrap_or_default();
        sums::settle(&mut book.sums, cancellation.lines())?;
        let lost = || item::unknown(keys::head(account));
        let head = book.head.clone().ok_or_else(lost)?;
        book.writes(account, &head)
    }
}
