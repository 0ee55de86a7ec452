//! A close as it is stored, and its result in numbers.

use rules::Currency;
use rules::money::{Minor, Overflow};
use rules::people::MemberName;
use serde::{Deserialize, Serialize};
use settlement::close::Close;
use settlement::{Account, Carried, Direction, Document};

/// A close as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredClose {
    /// The close. The partners whose annuities were being decided again are not among what is stored: each carried account says so.
    pub close: Close,
    /// The member who closed.
    pub by: MemberName,
    /// Its result; none: its pass has not ended.
    pub made: Option<Made>,
}

/// The result of a close, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// The number of documents, cancellations included.
    #[serde(rename = "do")]
    pub documents: u64,
    /// The number of accounts carried.
    #[serde(rename = "ca")]
    pub carried: u64,
    /// The number of accounts opened.
    #[serde(rename = "op")]
    pub opened: u64,
    /// The sums by currency and direction.
    #[serde(rename = "su")]
    pub sums: Vec<MadeSum>,
}

/// The sums of what a close made in a currency and a direction, in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeSum {
    /// The currency.
    #[serde(rename = "cu")]
    pub currency: Currency,
    /// The direction.
    #[serde(rename = "di")]
    pub direction: Direction,
    /// The net amounts of the documents; credit notes and cancellations are below zero.
    #[serde(rename = "ne")]
    pub net: Minor,
    /// Their gross amounts.
    #[serde(rename = "gr")]
    pub gross: Minor,
    /// The totals carried.
    #[serde(rename = "ca")]
    pub carried: Minor,
}

impl Made {
    /// Counts a document.
    pub(crate) fn document(&mut self, document: &Document) -> Result<(), Overflow> {
        self.documents = self.documents.saturating_add(1);
        self.add(&document.account, (document.amounts.net, document.amounts.gross, Minor::ZERO))
    }

    /// Counts an account that is carried.
    pub(crate) fn carry(&mut self, carried: &Carried) -> Result<(), Overflow> {
        self.carried = self.carried.saturating_add(1);
        self.add(&carried.account, (Minor::ZERO, Minor::ZERO, carried.total))
    }

    /// Counts an account that is opened.
    pub(crate) fn open(&mut self) {
        self.opened = self.opened.saturating_add(1);
    }

    fn add(&mut self, account: &Account, (net, gross, carried): (Minor, Minor, Minor)) -> Result<(), Overflow> {
        let (currency, direction) = (account.currency, account.direction);
        if let Some(sum) = self.sums.iter_mut().find(|sum| (sum.currency, sum.direction) == (currency, direction)) {
            sum.net = sum.net.plus(net)?;
            sum.gross = sum.gross.plus(gross)?;
            sum.carried = sum.carried.plus(carried)?;
        } else {
            self.sums.push(MadeSum { currency, direction, net, gross, carried });
            self.sums.sort_by_key(|sum| (sum.currency, sum.direction));
        }
        Ok(())
    }
}
