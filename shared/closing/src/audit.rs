//! Audit of what is stored (§8.10): the sums of each account add up at each close, and the books are those of the documents.

pub mod journal;

use crate::known::Known;
use crate::sums::Sums;
use crate::{Closing, ClosingError, keys, sums};
use jiff::Timestamp;
use ledger::Store;
use rules::money::Minor;
use rules::sorted::Sorted;
use rules::{Day, Month, PartnerId};
use settlement::attention::regime_moved;
use settlement::lines::LineKey;
use settlement::number::Number;
use settlement::sums::{SumsError, sums};
use settlement::{Account, Booking, Document, Records};

/// Something that does not add up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// At a close, what was earned is not what was settled, documented and carried: an entry came after its pass, for instance,
    /// and is in the next document.
    #[error("{}: {source}", keys::documents(&account.partner_id))]
    Close {
        /// The account.
        account: Account,
        /// The sums.
        #[source]
        source: SumsError,
    },
    /// The stored sum of what is settled is another than the opening and the documents have.
    #[error("{}: {} of {} is stored as settled, but {} is: compare with a backup", keys::sums(&account.partner_id), stored.0, key.month, settled.0)]
    Settled {
        /// The account.
        account: Account,
        /// The key.
        key: LineKey,
        /// The sum as it is stored.
        stored: Minor,
        /// The sum of opening and documents.
        settled: Minor,
    },
}

impl<S: Store> Closing<S> {
    /// Checks all that is stored of a partner; it reads every entry.
    pub async fn audit(&self, partner: &PartnerId) -> Result<Vec<Finding>, ClosingError> {
        let papers = self.papers(partner).await?;
        let books = self.stored_books(partner).await?;
        let entries = self.bookings(partner, (Month::from(Day::MIN), Month::from(Day::MAX)), None).await?;
        let mut known = Known { documents: papers.documents, ..Known::default() };
        let accounts = entries.iter().filter_map(Booking::account).chain(books.keys().cloned()).to_set();
        for account in &accounts {
            self.learn_opening(account, &mut known).await?;
        }
        let records = Records { entries: &entries, ..known.records() };
        let mut findings = Vec::new();
        for close in self.closes().await?.iter().filter(|close| close.made.is_some()) {
            for account in &accounts {
                if let Err(source) = sums(account, &close.close.moment, &papers.carried, &records) {
                    findings.push(Finding::Close { account: account.clone(), source });
                }
            }
        }
        for (account, book) in &books {
            findings.extend(otherwise_settled(account, &book.sums, &known)?);
        }
        Ok(findings)
    }

    /// The documents of a partner with lines that would have another regime by what is known now (§8.5): they stand, and are
    /// cancelled if need be.
    pub async fn moved_regimes(
        &self,
        partner: &PartnerId,
        now: Timestamp,
    ) -> Result<Vec<(Number, Vec<LineKey>)>, ClosingError> {
        let (papers, versions) = (self.papers(partner).await?, self.billing(partner).await?);
        let moved =
            papers.documents.iter().map(|document| (document.number.clone(), regime_moved(document, &versions, now)));
        Ok(moved.filter(|(_, keys)| !keys.is_empty()).collect())
    }
}

/// The keys of an account that are settled otherwise than they are stored.
fn otherwise_settled(account: &Account, stored: &Sums, known: &Known) -> Result<Vec<Finding>, ClosingError> {
    let mut settled = Sums::new();
    let opened = known.settled.iter().filter(|settled| settled.account == *account).flat_map(|settled| &settled.lines);
    let documents = known.documents.iter().filter(|document| document.account == *account);
    sums::settle(&mut settled, opened.chain(documents.flat_map(Document::lines)))?;
    let of = |sums: &Sums, key: &LineKey| sums.get(key).map_or(Minor::ZERO, |sum| sum.settled);
    let both = stored.keys().chain(settled.keys()).map(|key| (*key, (of(stored, key), of(&settled, key)))).to_map();
    let differ = both.into_iter().filter(|(_, (stored, settled))| stored != settled);
    Ok(differ
        .map(|(key, (stored, settled))| Finding::Settled { account: account.clone(), key, stored, settled })
        .collect())
}
