//! Amounts that an act moves.

use crate::month_total::{texts, totals};
use crate::partner_month::PartnerMonth;
use rules::Totals;
use rules::sorted::Sorted;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Amounts that an act moves, by partner and month: the sums of the entries appended for it.
pub type Moved = BTreeMap<PartnerMonth, Totals>;

/// Such amounts as items and messages hold them: totals as text, by partner and month.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedText(BTreeMap<String, Vec<String>>);

impl MovedText {
    /// The text of amounts.
    pub fn of(moved: &Moved) -> MovedText {
        let months = moved
            .iter()
            .map(|(PartnerMonth { partner_id, month }, totals)| (format!("{partner_id}#{month}"), texts(totals)));
        MovedText(months.to_map())
    }

    /// The amounts; none: of a later release.
    pub fn read(&self) -> Option<Moved> {
        let months = self.0.iter().map(|(of, texts)| {
            let (partner, month) = of.split_once('#')?;
            let of = PartnerMonth { partner_id: partner.parse().ok()?, month: month.parse().ok()? };
            Some((of, totals(texts)?))
        });
        months.collect()
    }

    /// Checks for amounts of no partner and month.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
