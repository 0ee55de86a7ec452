//! The books of a partner at a close: the sums of each account up to the cut, of which only the months in which something was
//! booked since the cut before are read entry by entry.

use crate::item::{self, revision};
use crate::keys::{self, ItemKey};
use crate::sums::{Apart, Head, HeadForm, Sums, YearForm, counts, year_of};
use crate::table::ATTEMPTS;
use crate::{Closing, ClosingError};
use ledger::item::key;
use ledger::queries::ListedEntry;
use ledger::recorded::LedgerEntry;
use ledger::store::{Item, Key, Write};
use ledger::{LedgerError, Store};
use rules::sorted::Sorted;
use rules::{Month, PartnerId};
use settlement::close::Moment;
use settlement::lines::{LineKey, key as line_key};
use settlement::{Account, Booking};
use std::collections::{BTreeMap, BTreeSet};

/// The book of an account.
#[derive(Debug, Clone, Default)]
pub(crate) struct Book {
    /// The head; none: nothing is written for the account yet.
    pub(crate) head: Option<Head>,
    /// The sums as a close has them.
    pub(crate) sums: Sums,
    /// The revision of the head's item.
    revision: u64,
    /// The sums as they are stored, and the years apart as they are and as the head names them.
    stored: Sums,
    apart: Apart,
    named: Option<Apart>,
}

/// The books of a partner.
pub(crate) type Books = BTreeMap<Account, Book>;

impl Book {
    /// The sums differ from those stored.
    pub(crate) fn is_changed(&self) -> bool {
        self.sums != self.stored
    }

    /// The writes of a new head with the sums of the latest years, and of every year apart whose sums have changed; they conflict
    /// if others wrote for the account.
    pub(crate) fn writes(&self, account: &Account, head: &Head) -> Result<Vec<Write>, ClosingError> {
        let mut writes = Vec::new();
        let mut apart = self.apart.clone();
        let mut in_head: BTreeSet<i16> = self.sums.keys().copied().map(year_of).to_set();
        for (year, revision) in &self.apart {
            in_head.remove(year);
            if of_year(&self.sums, *year) != of_year(&self.stored, *year) {
                apart.insert(*year, revision.saturating_add(1));
                writes.push(self.year(account, *year, *revision)?);
            }
        }
        let form = loop {
            let sums = self.sums.iter().filter(|(key, _)| in_head.contains(&year_of(**key)));
            let sums = sums.map(|(key, sum)| (*key, sum.clone())).to_map();
            if let Some(form) = HeadForm::of(head, &sums, &apart) {
                break form;
            }
            let Some(oldest) = in_head.pop_first() else { return Err(item::unknown(keys::head(account)).into()) };
            apart.insert(oldest, 1);
            writes.push(self.year(account, oldest, 0)?);
        };
        writes.push(replace(self.revision, |next| item::revised(&keys::head(account), &form, next))?);
        Ok(writes)
    }

    /// The write of a year apart.
    fn year(&self, account: &Account, year: i16, revision: u64) -> Result<Write, ClosingError> {
        let form = YearForm::of(&of_year(&self.sums, year));
        replace(revision, |next| item::revised(&keys::year(account, year), &form, next))
    }

    fn take_head(&mut self, item: &Item) -> Result<(), ClosingError> {
        let form = item::read::<HeadForm>(item)?.read().ok_or_else(|| item::unknown(key(item)))?;
        let (head, sums, named) = form;
        (self.head, self.named, self.revision) = (Some(head), named, revision(item));
        self.stored.extend(sums);
        Ok(())
    }

    fn take_year(&mut self, item: &Item, year: i16) -> Result<(), ClosingError> {
        let sums = item::read::<YearForm>(item)?.read().ok_or_else(|| item::unknown(key(item)))?;
        self.stored.extend(sums);
        self.apart.insert(year, revision(item));
        Ok(())
    }

    /// The head and the years apart are those of one moment.
    fn is_of_one_moment(&self) -> bool {
        self.named.as_ref().is_none_or(|named| *named == self.apart)
    }

    /// Books the entries of a run of months up to the cut in place of what was known of them.
    pub(crate) fn book(&mut self, (from, to): (Month, Month), entries: &[&Booking]) -> Result<(), ClosingError> {
        for (_, sum) in self.sums.iter_mut().filter(|(key, _)| (from..=to).contains(&key.month)) {
            (sum.count, sum.earned) = Default::default();
        }
        for entry in entries {
            if let Some((_, amount)) = entry.due() {
                let sum = self.sums.entry(line_key(entry)).or_default();
                sum.count = sum.count.saturating_add(1);
                sum.earned = sum.earned.plus(amount)?;
            }
        }
        Ok(())
    }
}

/// The sums of a year.
fn of_year(sums: &Sums, year: i16) -> Sums {
    sums.iter().filter(|(key, _)| year_of(**key) == year).map(|(key, sum)| (*key, sum.clone())).to_map()
}

/// The write of the next revision of an item; 0: there is none yet.
pub(crate) fn replace(
    revision: u64,
    item: impl FnOnce(u64) -> Result<Item, ClosingError>,
) -> Result<Write, ClosingError> {
    let item = item(revision.saturating_add(1))?;
    Ok(if revision == 0 { Write::Insert(item) } else { Write::Replace(item, revision) })
}

/// The months up to that of the close of which the month totals have another number of entries than the books.
pub(crate) fn changed(books: &Books, counts: &BTreeMap<(Account, LineKey), u32>, through: Month) -> BTreeSet<Month> {
    let known = books.iter().flat_map(|(account, book)| book.sums.keys().map(|key| (account.clone(), *key)));
    let all = known.chain(counts.keys().cloned()).filter(|(_, key)| key.month <= through).to_set();
    let differs = |of: &(Account, LineKey)| {
        let known = books.get(&of.0).and_then(|book| book.sums.get(&of.1)).map_or(0, |sum| sum.count);
        counts.get(of).copied().unwrap_or(0) != known
    };
    all.into_iter().filter(differs).map(|(_, key)| key.month).to_set()
}

/// Runs of months without a gap, each with its first and its last: a run is one query.
pub(crate) fn runs(months: &BTreeSet<Month>) -> Vec<(Month, Month)> {
    let mut runs: Vec<(Month, Month)> = Vec::new();
    for month in months {
        match runs.last_mut() {
            Some((_, to)) if to.next() == Some(*month) => *to = *month,
            Some(_) | None => runs.push((*month, *month)),
        }
    }
    runs
}

/// The error of items that are left out of a list: without them nothing can be decided.
pub(crate) fn whole(unreadable: &[String]) -> Result<(), LedgerError> {
    match unreadable.first() {
        None => Ok(()),
        Some(key) => {
            Err(LedgerError::Damaged { key: key.clone(), why: "it cannot be read, so what it says cannot be billed" })
        }
    }
}

impl<S: Store> Closing<S> {
    /// The books of a partner up to the cut of a close.
    pub(crate) async fn books(&self, partner: &PartnerId, moment: &Moment) -> Result<Books, ClosingError> {
        let mut books = self.stored_books(partner).await?;
        let months = self.ledger.totals_of_partner(partner).await?;
        whole(&months.unreadable)?;
        for (from, to) in runs(&changed(&books, &counts(partner, &months.totals), moment.month())) {
            let entries = self.bookings(partner, (from, to), Some(moment)).await?;
            let accounts = books.keys().cloned().chain(entries.iter().filter_map(Booking::account)).to_set();
            for account in accounts {
                let of: Vec<&Booking> = entries.iter().filter(|entry| entry.is_of(&account)).collect();
                books.entry(account).or_default().book((from, to), &of)?;
            }
        }
        Ok(books)
    }

    /// The books of a partner as they are stored. A query may read one item before and another after a transaction of both: then
    /// it is made again.
    pub(crate) async fn stored_books(&self, partner: &PartnerId) -> Result<Books, ClosingError> {
        let mut torn = None;
        for attempt in 0..ATTEMPTS {
            let mut books = self.read_books(partner).await?;
            torn = books.iter().find(|(_, book)| !book.is_of_one_moment()).map(|(account, _)| keys::head(account));
            if torn.is_none() {
                for book in books.values_mut() {
                    book.sums = book.stored.clone();
                }
                return Ok(books);
            }
            self.store().back_off(attempt).await;
        }
        let key = torn.map_or_else(|| keys::sums(partner), |Key { pk, sk }| format!("{pk} {sk}"));
        Err(LedgerError::Damaged { key, why: "the sums of a year are of another revision than it names" }.into())
    }

    async fn read_books(&self, partner: &PartnerId) -> Result<Books, ClosingError> {
        let mut books = Books::new();
        for item in self.store().partition(keys::sums(partner)).await? {
            match ItemKey::parse(&key(&item)) {
                Some(ItemKey::Head(account)) => books.entry(account).or_default().take_head(&item)?,
                Some(ItemKey::Year(account, year)) => books.entry(account).or_default().take_year(&item, year)?,
                Some(_) | None => return Err(item::unknown(key(&item)).into()),
            }
        }
        Ok(books)
    }

    /// The heads of a partner's accounts.
    pub(crate) async fn accounts_of(&self, partner: &PartnerId) -> Result<Vec<(Account, Head)>, ClosingError> {
        let books = self.stored_books(partner).await?;
        Ok(books.into_iter().filter_map(|(account, book)| Some((account, book.head?))).collect())
    }

    /// A partner's entries booked from one month to another, both included; up to the cut of a close, or all.
    pub(crate) async fn bookings(
        &self,
        partner: &PartnerId,
        (from, to): (Month, Month),
        until: Option<&Moment>,
    ) -> Result<Vec<Booking>, ClosingError> {
        let part = self.ledger.entries(partner, (from.first(), to.last()), usize::MAX, None).await?;
        whole(&part.unreadable)?;
        let bookings = part.list.into_iter().map(|ListedEntry { line, recorded }| {
            let LedgerEntry { entry, recorded_at, because: _ } = recorded;
            Booking::of(&line, &entry, recorded_at)
        });
        Ok(bookings.filter(|entry| until.is_none_or(|moment| entry.recorded_at <= moment.cut())).collect())
    }
}
