//! Series of numbers (§8.5): their ends as they are stored, and the writes by which a document gets its number.

use crate::books::replace;
use crate::compressed::Compressed;
use crate::documents::Numbered;
use crate::forms::DocumentForm;
use crate::item::{self, revision};
use crate::keys::{self, DocumentPlace};
use crate::known::Known;
use crate::{Closing, ClosingError};
use ledger::Store;
use ledger::store::Write;
use rules::sorted::Sorted;
use settlement::close::Close;
use settlement::number::{End, Number, Series};
use settlement::numbering::Numbering;
use settlement::{Account, Billing, Direction, Document};
use std::collections::BTreeMap;

/// The end of a series, and the revision of its item.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct StoredEnd {
    pub(crate) end: End,
    revision: u64,
}

/// The ends of the series that a partner's documents are numbered in.
pub(crate) type Ends = BTreeMap<Series, StoredEnd>;

/// The writes of a document: itself, its place in its series with its XML, and the end of the series.
pub(crate) fn document_writes(
    place: &DocumentPlace,
    document: &Document,
    ends: &Ends,
    xml: Option<Compressed>,
) -> Result<Vec<Write>, ClosingError> {
    let listed = place.listed(document.close.month());
    let mut writes = vec![Write::Insert(item::once(&place.key(), &DocumentForm::from(document), Some(listed))?)];
    match &document.number {
        Number::Own(_) => {}
        Number::Given(number) => {
            writes.push(Write::Insert(item::once(&keys::place(number), &Numbered { at: place.key(), xml }, None)?));
            let end = End { place: number.place(), date: Some(document.date) };
            let revision = ends.get(number.series()).map_or(0, |end| end.revision);
            writes.push(replace(revision, |next| item::revised(&keys::series_end(number.series()), &end, next))?);
        }
    }
    Ok(writes)
}

/// The numbering from the ends of series.
pub(crate) fn numbering(ends: &Ends) -> Numbering {
    Numbering::stored(ends.iter().map(|(series, stored)| (series.clone(), stored.end)).to_map())
}

impl<S: Store> Closing<S> {
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
}
