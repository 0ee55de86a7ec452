//! The annex of a document (§8.3): the entries that its lines add up.

use crate::account::Booking;
use crate::close::Moment;
use crate::document::Document;
use crate::lines::{Line, key};
use crate::records::Records;
use rules::money::Overflow;

/// The annex of a document: its entries and what is due again add up to its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annex<'a> {
    /// The entries, in the order in which the ledger has them.
    pub entries: Vec<&'a Booking>,
    /// The lines of documents cancelled since the account's document before, which are due again.
    pub due_again: Vec<Line>,
}

/// The annex of an invoice or a credit note: of the months up to its close, the entries recorded after the cut of the account's
/// document before (if none, of its opening; if none, all), up to its own. A month that the document before did not reach is
/// there from its first entry. A cancellation is no document before, since it settles nothing.
pub fn annex<'a>(document: &Document, records: &Records<'a>) -> Result<Annex<'a>, Overflow> {
    let close = &document.close;
    let before = before(document, records);
    let is_new = |entry: &Booking| {
        let covered = before.filter(|before| key(entry).month <= before.month());
        covered.is_none_or(|before| entry.recorded_at > before.cut())
    };
    let entries = records.entries.iter().filter(|entry| {
        let in_time = key(entry).month <= close.month() && entry.recorded_at <= close.cut();
        in_time && is_new(entry) && entry.is_of(&document.account)
    });
    Ok(Annex { entries: entries.collect(), due_again: due_again(document, before, records)? })
}

/// The close of the account's document before; if none, of its opening.
fn before(document: &Document, records: &Records<'_>) -> Option<Moment> {
    let (account, close) = (&document.account, &document.close);
    let earlier = records.earlier_of(account, close).filter(|earlier| earlier.kind.cancels().is_none());
    let opened = records.settled.iter().filter(|settled| settled.account == *account).map(|settled| settled.close);
    let opened = opened.filter(|opening| opening.month() < close.month());
    earlier.map(|earlier| earlier.close).chain(opened).max()
}

fn due_again(document: &Document, before: Option<Moment>, records: &Records<'_>) -> Result<Vec<Line>, Overflow> {
    let close = &document.close;
    let cancellations = records.documents.iter().filter(|other| {
        let since = other.made_at <= close.at() && before.is_none_or(|before| other.made_at > before.at());
        other.account == document.account && other.kind.cancels().is_some() && since
    });
    cancellations.flat_map(Document::lines).map(Line::turned).collect()
}
