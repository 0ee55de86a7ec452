//! Aging (§8.9): the vendor's open invoices by days past due, as of a day, by payments' value days.

use crate::book::Book;
use crate::books::Books;
use crate::event::{AccountKey, Event};
use rules::money::{Minor, Overflow};
use rules::{Currency, Day};
use settlement::Direction;
use std::collections::BTreeMap;
use strum::{IntoStaticStr, VariantArray};

/// The days that an invoice is past due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum PastDue {
    /// Its due day is not over.
    NotDue,
    /// 1 to 30 days.
    UpTo30,
    /// 31 to 60 days.
    UpTo60,
    /// 61 to 90 days.
    UpTo90,
    /// More than 90 days.
    More,
}

impl PastDue {
    /// The days that an invoice due on one day is past due on another.
    pub fn of(due: Day, on: Day) -> PastDue {
        match (on.date() - due.date()).get_days() {
            ..=0 => PastDue::NotDue,
            1..=30 => PastDue::UpTo30,
            31..=60 => PastDue::UpTo60,
            61..=90 => PastDue::UpTo90,
            91.. => PastDue::More,
        }
    }
}

/// The aging of a partner in a currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aging {
    /// The sums that are open, contested ones too, in minor units; each of the five is there.
    pub open: BTreeMap<PastDue, Minor>,
    /// The surplus of the account, in minor units.
    pub surplus: Minor,
}

/// The aging of what a partner owes in a currency, as of a day. The events are those that were taken, in the order recorded; what
/// counts from a later day is left out: payments by their value day, documents by their date.
pub fn aging<'a>(events: impl IntoIterator<Item = &'a Event>, currency: Currency, on: Day) -> Result<Aging, Overflow> {
    let books = Books::as_of(on, events);
    let book = books.book(AccountKey { currency, direction: Direction::FromPartner });
    let mut open: BTreeMap<PastDue, Minor> = PastDue::VARIANTS.iter().map(|past| (*past, Minor::ZERO)).collect();
    for owing in book.into_iter().flat_map(Book::invoices) {
        let sum = open.entry(PastDue::of(owing.invoice().due, on)).or_default();
        *sum = sum.plus(owing.open())?;
    }
    Ok(Aging { open, surplus: book.map(Book::surplus).unwrap_or_default() })
}
