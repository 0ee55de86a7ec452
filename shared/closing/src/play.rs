//! A close for one partner: its accounts in order, each decided by what is known, and written in one transaction.

use crate::books::{Book, Books};
use crate::documents::{read, read_carried};
use crate::forms::{CarriedForm, OpeningForm};
use crate::item;
use crate::keys::{self, DocumentPlace, ItemKey};
use crate::known::Known;
use crate::series::{Ends, document_writes, numbering};
use crate::stored_close::Made;
use crate::sums::{self, Documented, Head};
use crate::table::{ATTEMPTS, contended};
use crate::{Closing, ClosingError};
use ledger::Store;
use ledger::item::key;
use ledger::store::Write;
use rules::{Month, PartnerId};
use settlement::close::Close;
use settlement::numbering::Numbering;
use settlement::settle::{Outcome, settle_lines};
use settlement::{Account, Document, Identity, Versions};

/// All that a partner's accounts are played with.
pub(crate) struct Sheet {
    pub(crate) close: Close,
    pub(crate) known: Known,
    pub(crate) books: Books,
}

/// The head of an account after a close.
fn head_after(book: &Book, close: Month, outcome: Option<&Outcome>) -> Head {
    let before = book.head.clone().unwrap_or(Head { through: close, opened: None, documented: None });
    let mut head = Head { through: close, ..before };
    match outcome {
        Some(Outcome::Document(document)) => {
            let number = document.number.clone();
            head.documented = Some(Documented { close, at: document.made_at, number });
        }
        Some(Outcome::Settled(_)) => head.opened = Some(close),
        Some(Outcome::Carried(_)) | None => {}
    }
    head
}

/// The writes of an account at a close; none: nothing has changed and nothing is there to carry.
fn writes(
    account: &Account,
    mut book: Book,
    outcome: Option<&Outcome>,
    close: Month,
    (ends, known): (&Ends, &Known),
) -> Result<Vec<Write>, ClosingError> {
    let mut writes = match outcome {
        None if !book.is_changed() => return Ok(Vec::new()),
        None => Vec::new(),
        Some(Outcome::Document(document)) => {
            sums::settle(&mut book.sums, document.lines())?;
            if document.kind.is_invoice() {
                sums::invoice(&mut book.sums, close, document.lines());
            }
            document_writes(&DocumentPlace::issued(account, close), document, ends, known.xml(document))?
        }
        Some(Outcome::Carried(carried)) => {
            let listed = keys::listed_carried(account, close);
            let item = item::once(&keys::carried(account, close), &CarriedForm::from(carried), Some(listed))?;
            vec![Write::Insert(item)]
        }
        Some(Outcome::Settled(settled)) => {
            sums::settle(&mut book.sums, &settled.lines)?;
            let item = item::once(&keys::opening_lines(account), &OpeningForm::from(settled), None)?;
            vec![Write::Insert(item)]
        }
    };
    writes.extend(book.writes(account, &head_after(&book, close, outcome))?);
    Ok(writes)
}

/// Counts an outcome.
pub(crate) fn count(made: &mut Made, outcome: &Outcome) -> Result<(), ClosingError> {
    match outcome {
        Outcome::Document(document) => made.document(document)?,
        Outcome::Carried(carried) => made.carry(carried)?,
        Outcome::Settled(_) => made.open(),
    }
    Ok(())
}

impl<S: Store> Closing<S> {
    /// Plays a close for a partner, as far as it was not played before, and counts what it made.
    pub(crate) async fn play(
        &self,
        partner: &PartnerId,
        close: &Close,
        vendor: &Versions<Identity>,
        made: &mut Made,
    ) -> Result<(), ClosingError> {
        for attempt in 0..ATTEMPTS {
            let mut counted = made.clone();
            if self.play_once(partner, close, vendor, &mut counted, attempt).await? {
                *made = counted;
                return Ok(());
            }
        }
        Err(contended(keys::sums(partner)))
    }

    /// The same, once; false: others wrote for the partner meanwhile.
    async fn play_once(
        &self,
        partner: &PartnerId,
        close: &Close,
        vendor: &Versions<Identity>,
        made: &mut Made,
        attempt: u32,
    ) -> Result<bool, ClosingError> {
        let mut sheet = self.sheet(partner, close, vendor, &[]).await?;
        let month = close.moment.month();
        for (account, book) in std::mem::take(&mut sheet.books) {
            if book.head.as_ref().is_some_and(|head| head.through >= month) {
                for outcome in self.stored_outcome(&account, month).await? {
                    count(made, &outcome)?;
                }
                continue;
            }
            let ends = self.ends(&account, &sheet.known, close).await?;
            let outcome = self.decide(&account, &book, &mut sheet, &mut numbering(&ends)).await?;
            let issued = (&ends, &sheet.known);
            let writes = writes(&account, book, outcome.as_ref(), month, issued)?;
            if !writes.is_empty() && !self.applied(writes, attempt).await? {
                return Ok(false);
            }
            if let Some(outcome) = &outcome {
                count(made, outcome)?;
            }
        }
        Ok(true)
    }

    /// All that a partner's accounts are played with. `cancelled`: the cancellations of the close that are not written.
    pub(crate) async fn sheet(
        &self,
        partner: &PartnerId,
        close: &Close,
        vendor: &Versions<Identity>,
        cancelled: &[Document],
    ) -> Result<Sheet, ClosingError> {
        let mut books = self.books(partner, &close.moment).await?;
        let (mut close, mut known) = (close.clone(), Known { vendor: vendor.clone(), ..Known::default() });
        for document in cancelled.iter().filter(|document| document.account.partner_id == *partner) {
            let book = books.entry(document.account.clone()).or_default();
            sums::settle(&mut book.sums, document.lines())?;
            known.documents.push(document.clone());
        }
        let has_lines = books.values().map(|book| sums::lines(&book.sums)).collect::<Result<Vec<_>, _>>()?;
        if has_lines.iter().any(|lines| !lines.is_empty()) {
            known.partners.insert(partner.clone(), self.billing(partner).await?);
            if self.is_being_recomputed(partner, close.moment.cut()).await? {
                close.being_recomputed.insert(partner.clone());
            }
        }
        Ok(Sheet { close, known, books })
    }

    /// The outcome of a close for an account.
    pub(crate) async fn decide(
        &self,
        account: &Account,
        book: &Book,
        sheet: &mut Sheet,
        numbering: &mut Numbering,
    ) -> Result<Option<Outcome>, ClosingError> {
        let lines = sums::lines(&book.sums)?;
        let month = sheet.close.moment.month();
        self.learn_what_is_credited(account, book, &sheet.close, &mut sheet.known).await?;
        let is_of_this_close = |document: &&Document| document.close.month() == month;
        let cancelled: Vec<Document> = sheet.known.documents.iter().filter(is_of_this_close).cloned().collect();
        Ok(settle_lines(account, lines, &sheet.close, &cancelled, &sheet.known.records(), numbering)?)
    }

    /// The outcome of a close that was played for an account before.
    async fn stored_outcome(&self, account: &Account, month: Month) -> Result<Vec<Outcome>, ClosingError> {
        let document = DocumentPlace::issued(account, month).key();
        let keys = vec![document, keys::carried(account, month), keys::opening_lines(account)];
        let mut outcomes = Vec::new();
        for item in self.items(keys).await? {
            match ItemKey::parse(&key(&item)) {
                Some(ItemKey::Document(_)) => outcomes.push(Outcome::Document(Box::new(read(&item)?.1))),
                Some(ItemKey::Carried(..)) => outcomes.push(Outcome::Carried(read_carried(&item)?)),
                Some(ItemKey::OpeningLines(of)) => {
                    let settled = item::read::<OpeningForm>(&item)?.read(of);
                    let settled = settled.ok_or_else(|| item::unknown(key(&item)))?;
                    outcomes.extend((settled.close.month() == month).then_some(Outcome::Settled(settled)));
                }
                Some(_) | None => return Err(item::unknown(key(&item)).into()),
            }
        }
        Ok(outcomes)
    }
}
