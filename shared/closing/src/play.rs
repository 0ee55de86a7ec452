//! A close for one partner: its accounts in order, each decided by what is known, and written in one transaction.

use crate::books::{Book, Books, replace};
use crate::closes::Made;
use crate::documents::{Pointer, read, read_carried};
use crate::forms::{CarriedForm, DocumentForm, OpeningForm, OpeningItemForm};
use crate::item::{self, revision};
use crate::keys::{self, DocumentPlace, ItemKey};
use crate::sums::{self, Documented, Head};
use crate::table::{ATTEMPTS, contended};
use crate::{Closing, ClosingError};
use ledger::Store;
use ledger::item::key;
use ledger::store::Write;
use rules::money::Minor;
use rules::{Month, PartnerId};
use settlement::close::Close;
use settlement::lines::{Line, total};
use settlement::number::{End, Number, Series};
use settlement::numbering::Numbering;
use settlement::opening::{OpeningItem, Settled};
use settlement::settle::{Outcome, settle_lines};
use settlement::{Account, Billing, Direction, Document, Identity, Records, Versions};
use std::collections::BTreeMap;

/// What is known for a decision.
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

/// The end of a series, and the revision of its item.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct StoredEnd {
    pub(crate) end: End,
    revision: u64,
}

/// The ends of the series that a partner's documents are numbered in.
pub(crate) type Ends = BTreeMap<Series, StoredEnd>;

/// All that a partner's accounts are played with.
pub(crate) struct Sheet {
    pub(crate) close: Close,
    pub(crate) known: Known,
    pub(crate) books: Books,
}

/// The writes of a document: itself, its place in its series, and the end of the series.
pub(crate) fn document_writes(
    place: &DocumentPlace,
    document: &Document,
    ends: &Ends,
) -> Result<Vec<Write>, ClosingError> {
    let listed = place.listed(document.close.month());
    let mut writes = vec![Write::Insert(item::once(&place.key(), &DocumentForm::from(document), Some(listed))?)];
    match &document.number {
        Number::Own(_) => {}
        Number::Given(number) => {
            writes.push(Write::Insert(item::once(&keys::place(number), &Pointer(place.key()), None)?));
            let end = End { place: number.place(), date: Some(document.date) };
            let revision = ends.get(number.series()).map_or(0, |end| end.revision);
            writes.push(replace(revision, |next| item::revised(&keys::series_end(number.series()), &end, next))?);
        }
    }
    Ok(writes)
}

/// The numbering from the ends of series.
pub(crate) fn numbering(ends: &Ends) -> Numbering {
    Numbering::stored(ends.iter().map(|(series, stored)| (series.clone(), stored.end)).collect())
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
    ends: &Ends,
) -> Result<Vec<Write>, ClosingError> {
    let mut writes = match outcome {
        None if !book.is_changed() => return Ok(Vec::new()),
        None => Vec::new(),
        Some(Outcome::Document(document)) => {
            sums::settle(&mut book.sums, document.lines())?;
            if document.kind.is_invoice() {
                sums::invoice(&mut book.sums, close, document.lines());
            }
            document_writes(&DocumentPlace::issued(account, close), document, ends)?
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
        let mut sheet = self.sheet(partner, close, vendor).await?;
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
            let writes = writes(&account, book, outcome.as_ref(), month, &ends)?;
            if !writes.is_empty() && !self.applied(writes, attempt).await? {
                return Ok(false);
            }
            if let Some(outcome) = &outcome {
                count(made, outcome)?;
            }
        }
        Ok(true)
    }

    /// All that a partner's accounts are played with.
    pub(crate) async fn sheet(
        &self,
        partner: &PartnerId,
        close: &Close,
        vendor: &Versions<Identity>,
    ) -> Result<Sheet, ClosingError> {
        let books = self.books(partner, &close.moment).await?;
        let (mut close, mut known) = (close.clone(), Known { vendor: vendor.clone(), ..Known::default() });
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
        self.learn_what_is_credited(account, book, &lines, sheet).await?;
        let (now, earlier) = std::mem::take(&mut sheet.known.documents)
            .into_iter()
            .partition(|document| document.kind.cancels().is_some() && document.close.month() == month);
        let cancelled: Vec<Document> = now;
        sheet.known.documents = earlier;
        Ok(settle_lines(account, lines, &sheet.close, &cancelled, &sheet.known.records(), numbering)?)
    }

    /// Reads what the vendor's credit note would name (§8.4): the invoices with a line of a key that is negative now, their
    /// cancellations, and the opening of the account.
    async fn learn_what_is_credited(
        &self,
        account: &Account,
        book: &Book,
        lines: &[Line],
        sheet: &mut Sheet,
    ) -> Result<(), ClosingError> {
        let can_credit = match account.direction {
            Direction::ToPartner => false,
            Direction::FromPartner => sheet.close.finals.contains(&account.partner_id),
        };
        if !can_credit || total(lines)? >= Minor::ZERO {
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
            sheet.known.documents.push(read(&item)?.1);
        }
        if book.head.as_ref().is_some_and(|head| head.opened.is_some()) {
            self.learn_opening(account, &mut sheet.known).await?;
        }
        Ok(())
    }

    /// Reads the opening of an account, and its opening items.
    pub(crate) async fn learn_opening(&self, account: &Account, known: &mut Known) -> Result<(), ClosingError> {
        for item in self.store().partition(keys::openings(&account.partner_id)).await? {
            let unknown = || item::unknown(key(&item));
            match ItemKey::parse(&key(&item)) {
                Some(ItemKey::OpeningLines(of)) if of == *account => {
                    known.settled.push(item::read::<OpeningForm>(&item)?.read(of).ok_or_else(unknown)?);
                }
                Some(ItemKey::OpeningItem(of, number)) if of == *account => {
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

    /// The end of the series in which an account's documents are numbered.
    pub(crate) async fn ends(&self, account: &Account, known: &Known, close: &Close) -> Result<Ends, ClosingError> {
        let moment = &close.moment;
        let series = match account.direction {
            Direction::FromPartner => Some(Series::Vendor),
            Direction::ToPartner => {
                let partner = known.records().partner_on(&account.partner_id, moment.day(), moment);
                partner.and_then(Billing::series).cloned().map(Series::Partner)
            }
        };
        match series {
            None => Ok(Ends::new()),
            Some(series) => Ok(Ends::from([(series.clone(), self.end(&series).await?)])),
        }
    }

    /// The end of a series.
    pub(crate) async fn end(&self, series: &Series) -> Result<StoredEnd, ClosingError> {
        let Some(item) = self.item(keys::series_end(series)).await? else { return Ok(StoredEnd::default()) };
        Ok(StoredEnd { end: item::read(&item)?, revision: revision(&item) })
    }

    /// What a close made of an account before.
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
