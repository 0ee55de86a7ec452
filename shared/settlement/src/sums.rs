//! The sums of an account at each close (§8.10).

use crate::account::Account;
use crate::close::Moment;
use crate::document::Document;
use crate::lines::{earned, total};
use crate::records::Records;
use crate::settle::Carried;
use rules::Month;
use rules::money::{Minor, Overflow};

/// The sums of an account at a close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountSums {
    /// The entries booked up to the month and recorded up to the cut.
    pub earned: Minor,
    /// The lines settled at the opening.
    pub settled: Minor,
    /// The lines of the documents made by then.
    pub documented: Minor,
    /// The sum carried, as that close stored it.
    pub carried: Minor,
}

/// The reason why the sums of an account do not add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SumsError {
    /// Something is lacking or too much.
    #[error("at the close of {close}, {} was earned, but settled {}, documented {} and carried {} are another sum: audit the account", sums.earned.0, sums.settled.0, sums.documented.0, sums.carried.0)]
    Gap {
        /// The close.
        close: Month,
        /// The sums.
        sums: AccountSums,
    },
    /// A sum needs more than 64 bits.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

/// The sums of an account at a close, which add up: earned = settled at the opening + documented + carried.
pub fn sums(
    account: &Account,
    close: &Moment,
    carried: &[Carried],
    records: &Records<'_>,
) -> Result<AccountSums, SumsError> {
    let earned = earned(account, records.entries, close.month(), close.cut())?;
    let settled = records.settled.iter().filter(|settled| settled.account == *account);
    let settled = settled.filter(|settled| settled.close.month() <= close.month()).flat_map(|settled| &settled.lines);
    let documents = records.documents.iter().filter(|document| document.account == *account);
    let by_then =
        documents.filter(|document| document.close.month() <= close.month() && document.made_at <= close.at());
    let stored = carried.iter().filter(|carried| carried.account == *account && carried.close == close.month());
    let sums = AccountSums {
        earned: Minor::sum(earned.into_values())?,
        settled: total(settled)?,
        documented: total(by_then.flat_map(Document::lines))?,
        carried: Minor::sum(stored.map(|carried| carried.total))?,
    };
    let explained = sums.settled.plus(sums.documented)?.plus(sums.carried)?;
    if explained == sums.earned { Ok(sums) } else { Err(SumsError::Gap { close: close.month(), sums }) }
}
