//! The records that a decision about an account reads: identities, and if a credit note may be due, what it would name.

use crate::books::Book;
use crate::compressed::Compressed;
use crate::documents::read;
use crate::forms::{OpeningForm, OpeningItemForm};
use crate::keys::{self, DocumentPlace, ItemKey};
use crate::{Closing, ClosingError, item, sums};
use ::documents::{Dates, cii};
use ledger::Store;
use ledger::item::key;
use rules::PartnerId;
use rules::money::Minor;
use settlement::close::Close;
use settlement::document::Named;
use settlement::lines::total;
use settlement::opening::{OpeningItem, Settled};
use settlement::{Account, Billing, Direction, Document, Identity, Records, Versions};
use std::collections::BTreeMap;

/// The records that are known.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    pub(crate) vendor: Versions<Identity>,
    pub(crate) partners: BTreeMap<PartnerId, Versions<Billing>>,
    pub(crate) documents: Vec<Document>,
    pub(crate) settled: Vec<Settled>,
    pub(crate) items: Vec<OpeningItem>,
}

impl Known {
    /// The records of these; sums stand for the entries.
    pub(crate) fn records(&self) -> Records<'_> {
        let Known { vendor, partners, documents, settled, items } = self;
        Records { closes: &[], entries: &[], vendor, partners, documents, settled, items }
    }
}

impl Known {
    /// The XML of a document that is issued now; none: it has none. What it names is known.
    pub(crate) fn xml(&self, document: &Document) -> Option<Compressed> {
        Some(Compressed::of_xml(&cii(document, &self.dates(document)).ok()?))
    }

    /// The dates of what a document may name.
    pub(crate) fn dates(&self, document: &Document) -> Dates {
        let documents = self.documents.iter().filter(|other| other.account == document.account);
        let documents = documents.map(|known| (Named::Document(known.number.clone()), known.date));
        let items = self.items.iter().filter(|item| *item.account() == document.account);
        documents.chain(items.map(|item| (Named::OpeningItem(item.number().clone()), item.date()))).collect()
    }
}

impl<S: Store> Closing<S> {
    /// Reads what the vendor's credit note would name (§8.4): the invoices with a line of a key that is negative now, their
    /// cancellations, and the opening of the account.
    pub(crate) async fn learn_what_is_credited(
        &self,
        account: &Account,
        book: &Book,
        close: &Close,
        known: &mut Known,
    ) -> Result<(), ClosingError> {
        let can_credit = match account.direction {
            Direction::ToPartner => false,
            Direction::FromPartner => close.finals.contains(&account.partner_id),
        };
        let lines = sums::lines(&book.sums)?;
        if !can_credit || total(&lines)? >= Minor::ZERO {
            return Ok(());
        }
        let negative = lines.iter().filter(|line| line.amount < Minor::ZERO);
        let closes = negative.filter_map(|line| book.sums.get(&line.key)).flat_map(|sum| &sum.invoiced);
        let mut places: Vec<DocumentPlace> = closes.map(|close| DocumentPlace::issued(account, *close)).collect();
        places.sort();
        places.dedup();
        let cancellations: Vec<DocumentPlace> = places.iter().map(DocumentPlace::cancellation).collect();
        let wanted = places.iter().chain(&cancellations).map(DocumentPlace::key).collect();
        for item in self.items(wanted).await? {
            known.documents.push(read(&item)?.1);
        }
        if book.head.as_ref().is_some_and(|head| head.opened.is_some()) {
            self.learn_opening(account, known).await?;
        }
        Ok(())
    }

    /// Reads the opening of an account, and its opening items.
    pub(crate) async fn learn_opening(&self, account: &Account, known: &mut Known) -> Result<(), ClosingError> {
        self.learn_openings(&account.partner_id, |of| of == account, known).await
    }

    /// The same of some of a partner's accounts.
    pub(crate) async fn learn_openings(
        &self,
        partner: &PartnerId,
        is_wanted: impl Fn(&Account) -> bool + Send,
        known: &mut Known,
    ) -> Result<(), ClosingError> {
        for item in self.store().partition(keys::openings(partner)).await? {
            let unknown = || item::unknown(key(&item));
            match ItemKey::parse(&key(&item)) {
                Some(ItemKey::OpeningLines(of)) if is_wanted(&of) => {
                    known.settled.push(item::read::<OpeningForm>(&item)?.read(of).ok_or_else(unknown)?);
                }
                Some(ItemKey::OpeningItem(of, number)) if is_wanted(&of) => {
                    known.items.push(item::read::<OpeningItemForm>(&item)?.read(of, number).ok_or_else(unknown)?);
                }
                Some(ItemKey::OpeningLines(_) | ItemKey::OpeningItem(..)) => {}
                Some(_) | None => return Err(unknown().into()),
            }
        }
        // As they were recorded: that decides between equal due days and numbers.
        known.items.sort_by_key(OpeningItem::recorded_at);
        Ok(())
    }
}
