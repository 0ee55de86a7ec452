//! A close as stored: what the manager said, and once its pass has ended, what it made.

use crate::stored_close::{Made, StoredClose};
use jiff::Timestamp;
use rules::people::MemberName;
use rules::{Currency, Month, PartnerId};
use serde::{Deserialize, Serialize};
use settlement::close::{Cancel, Close, Moment, Opening};
use settlement::vat::EurRate;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CloseForm {
    at: Timestamp,
    cut: Timestamp,
    by: MemberName,
    #[serde(rename = "op")]
    opening: Opening,
    #[serde(rename = "fi")]
    finals: BTreeSet<PartnerId>,
    #[serde(rename = "ra")]
    rates: BTreeMap<Currency, EurRate>,
    #[serde(rename = "cn")]
    cancels: Vec<Cancel>,
    #[serde(rename = "ma", default, skip_serializing_if = "Option::is_none")]
    made: Option<Made>,
}

impl From<&StoredClose> for CloseForm {
    fn from(StoredClose { close, by, made }: &StoredClose) -> CloseForm {
        let Close { moment, opening, finals, rates, cancels, being_recomputed: _ } = close.clone();
        let (at, cut) = (moment.at(), moment.cut());
        CloseForm { at, cut, by: by.clone(), opening, finals, rates, cancels, made: made.clone() }
    }
}

impl CloseForm {
    /// The close of a month; none: this release does not know it so.
    pub(crate) fn read(self, month: Month) -> Option<StoredClose> {
        let CloseForm { at, cut, by, opening, finals, rates, cancels, made } = self;
        let moment = Moment::stored(month, at, cut).ok()?;
        // Of each partner, its pass finds out whether its annuities were being decided again at the cut.
        let close = Close { moment, opening, finals, rates, cancels, being_recomputed: BTreeSet::new() };
        Some(StoredClose { close, by, made })
    }
}
