//! The lines that an opening settled, and an opening item, as stored.

use super::text::{line_text, read_line};
use jiff::Timestamp;
use rules::{Day, Minor, Money, Month};
use serde::{Deserialize, Serialize};
use settlement::Account;
use settlement::close::Moment;
use settlement::number::OwnNumber;
use settlement::opening::{OpeningItem, Settled};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct OpeningForm {
    #[serde(rename = "cm")]
    close: Month,
    at: Timestamp,
    cut: Timestamp,
    #[serde(rename = "li")]
    lines: Vec<String>,
}

impl From<&Settled> for OpeningForm {
    fn from(Settled { account: _, close, lines }: &Settled) -> OpeningForm {
        let lines = lines.iter().map(line_text).collect();
        OpeningForm { close: close.month(), at: close.at(), cut: close.cut(), lines }
    }
}

impl OpeningForm {
    /// The opening of an account; none: this release does not know it so.
    pub(crate) fn read(self, account: Account) -> Option<Settled> {
        let OpeningForm { close, at, cut, lines } = self;
        let lines = lines.iter().map(|text| read_line(text)).collect::<Option<_>>()?;
        Some(Settled { account, close: Moment::stored(close, at, cut).ok()?, lines })
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct OpeningItemForm {
    #[serde(rename = "da")]
    date: Day,
    #[serde(rename = "du")]
    due: Day,
    #[serde(rename = "gr")]
    gross: Minor,
    #[serde(rename = "op")]
    open: Minor,
    at: Timestamp,
}

impl OpeningItemForm {
    /// The form of an item that is recorded at a moment.
    pub(crate) fn of(item: &OpeningItem, at: Timestamp) -> OpeningItemForm {
        let (gross, open) = (item.gross().minor(), item.open().minor());
        OpeningItemForm { date: item.date(), due: item.due(), gross, open, at }
    }

    /// The opening item of an account with a number; none: this release does not know it so.
    pub(crate) fn read(self, account: Account, number: OwnNumber) -> Option<OpeningItem> {
        let OpeningItemForm { date, due, gross, open, at } = self;
        let money = |minor| Money::new(minor, account.currency).ok();
        let amounts = (money(gross)?, money(open)?);
        OpeningItem::new(account, number, (date, due), amounts, at).ok()
    }
}
