//! Lines booked up to a day and in no document yet, by account: a transfer pays less by them, if they are negative (§8.7).

use crate::books::{changed, runs, whole};
use crate::sums::{self, counts};
use crate::{Closing, ClosingError};
use ledger::Store;
use rules::money::Minor;
use rules::sorted::Sorted;
use rules::{Day, Month, PartnerId};
use settlement::lines::Line;
use settlement::{Account, Booking};
use std::collections::BTreeMap;

impl<S: Store> Closing<S> {
    /// The lines of each account of a partner that neither a document nor the opening settled, of what is booked up to a day, as
    /// known now. A month is read entry by entry if something was booked in it since the last close, and the month of the day.
    pub async fn undocumented(
        &self,
        partner: &PartnerId,
        through: Day,
    ) -> Result<BTreeMap<Account, Vec<Line>>, ClosingError> {
        let mut books = self.stored_books(partner).await?;
        let months = self.ledger.totals_of_partner(partner).await?;
        whole(&months.unreadable)?;
        let last = Month::from(through);
        let mut to_read = changed(&books, &counts(partner, &months.totals), last);
        if months.totals.contains_key(&last) {
            to_read.insert(last);
        }
        for (from, to) in runs(&to_read) {
            let mut entries = self.bookings(partner, (from, to), None).await?;
            entries.retain(|entry| entry.posting.booked_on <= through);
            let accounts = books.keys().cloned().chain(entries.iter().filter_map(Booking::account)).to_set();
            for account in accounts {
                let of: Vec<&Booking> = entries.iter().filter(|entry| entry.is_of(&account)).collect();
                books.entry(account).or_default().book((from, to), &of)?;
            }
        }
        let lines = books.into_iter().map(|(account, mut book)| {
            for (_, sum) in book.sums.iter_mut().filter(|(key, _)| key.month > last) {
                sum.earned = Minor::ZERO;
            }
            Ok((account, sums::lines(&book.sums)?))
        });
        lines.collect()
    }
}
