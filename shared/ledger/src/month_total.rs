//! A partner's month total as an item: the totals of the entries booked in the month, and the customer sales signed in it.

use crate::error::{SHAPE, UNSTORABLE};
use crate::item;
use crate::keys;
use crate::lenient::is_unknown_total;
use crate::partner_month::PartnerMonth;
use crate::sales_by_day::SalesByDay;
use crate::store::{Item, Key, Write};
use crate::{LedgerError, Unreadable};
use jiff::Timestamp;
use rules::sorted::Sorted;
use rules::totals::{Group, Total};
use rules::{Minor, Totals};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// The sum of a month's rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MonthSum {
    /// The totals of the entries booked in the month.
    pub totals: Totals,
    /// The partner's customer sales signed in the month, pending and credited ones too.
    pub sales: SalesByDay,
}

impl MonthSum {
    /// Tells a month in which nothing was booked and no sale signed.
    pub(crate) fn is_empty(&self) -> bool {
        self.totals.0.is_empty() && self.sales.is_empty()
    }
}

/// A sum as text: each total, and the sales.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SumText {
    #[serde(rename = "tt")]
    totals: Vec<String>,
    #[serde(rename = "sa")]
    sales: String,
}

impl From<&MonthSum> for SumText {
    fn from(sum: &MonthSum) -> SumText {
        SumText { totals: texts(&sum.totals), sales: sum.sales.to_string() }
    }
}

impl SumText {
    /// The sum; none if the text is another's.
    pub(crate) fn read(&self) -> Option<MonthSum> {
        Some(MonthSum { totals: totals(&self.totals)?, sales: self.sales.parse().ok()? })
    }
}

/// A month total as stored.
#[derive(Debug, Serialize, Deserialize)]
struct StoredMonth {
    pk: String,
    sk: String,
    gpk: String,
    gsk: String,
    #[serde(rename = "tt")]
    totals: Vec<String>,
    /// The customer sales by day; none: written before sales were counted. The index does not have what follows.
    #[serde(rename = "sa", default, skip_serializing_if = "Option::is_none")]
    sales: Option<String>,
    /// The number of rows added up.
    #[serde(rename = "n", default)]
    rows: u64,
    /// The time at which they were added up.
    #[serde(rename = "ad", default, skip_serializing_if = "Option::is_none")]
    added_up_at: Option<Timestamp>,
    #[serde(rename = "v", default)]
    revision: u64,
}

/// One total as text: `commission referrer EUR 12 120000 0`, the group, the count, the amounts in minor units. A short
/// form, since a summary reads thousands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct StoredTotal(Group, Total);

/// A text that is not a total.
#[derive(Debug, thiserror::Error)]
#[error("a stored total is written in another way")]
struct NoTotal;

impl From<StoredTotal> for String {
    fn from(StoredTotal(Group { kind, model, currency }, total): StoredTotal) -> String {
        let Total { count, amount, vendor_share } = total;
        format!("{kind} {model} {currency} {count} {} {}", amount.0, vendor_share.0)
    }
}

impl FromStr for StoredTotal {
    type Err = NoTotal;

    fn from_str(text: &str) -> Result<StoredTotal, NoTotal> {
        let mut words = text.split(' ');
        let mut word = || words.next().ok_or(NoTotal);
        let kind = word()?.parse().map_err(|_| NoTotal)?;
        let model = word()?.parse().map_err(|_| NoTotal)?;
        let currency = word()?.parse().map_err(|_| NoTotal)?;
        let count = word()?.parse().map_err(|_| NoTotal)?;
        let mut minor = || word()?.parse().map(Minor).map_err(|_| NoTotal);
        let (amount, vendor_share) = (minor()?, minor()?);
        match words.next() {
            None => Ok(StoredTotal(Group { kind, model, currency }, Total { count, amount, vendor_share })),
            Some(_) => Err(NoTotal),
        }
    }
}

/// Totals as texts, one for each group.
pub(crate) fn texts(totals: &Totals) -> Vec<String> {
    totals.0.iter().map(|(group, total)| String::from(StoredTotal(*group, *total))).collect()
}

/// The totals of such texts; none if one of them is written in another way.
pub(crate) fn totals(texts: &[String]) -> Option<Totals> {
    let totals: Result<Vec<StoredTotal>, NoTotal> = texts.iter().map(|text| text.parse()).collect();
    Some(Totals(totals.ok()?.into_iter().map(|StoredTotal(group, total)| (group, total)).to_map()))
}

/// A partner's month total, as read.
#[derive(Debug)]
pub(crate) struct MonthTotal {
    /// The partner and the month.
    pub(crate) of: PartnerMonth,
    /// The totals with known names.
    pub(crate) totals: Totals,
    /// The customer sales; none: written before sales were counted, or read from the index.
    pub(crate) sales: Option<SalesByDay>,
    /// The totals of a later release, as text.
    unknown: Vec<String>,
    /// The number of rows added up.
    pub(crate) rows: u64,
    /// The time at which they were added up.
    pub(crate) added_up_at: Option<Timestamp>,
    revision: u64,
}

impl MonthTotal {
    pub(crate) fn read(item: Item) -> Result<MonthTotal, Unreadable> {
        let key = item::key(&item);
        let Some(of) = PartnerMonth::of_total(&item) else {
            return Err(Unreadable::damaged(key, "its key is not that of a month total"));
        };
        let stored: Result<StoredMonth, _> = serde_dynamo::from_item(item);
        let Ok(stored) = stored else { return Err(Unreadable::damaged(key, SHAPE)) };
        let (unknown, known): (Vec<_>, Vec<_>) = stored.totals.into_iter().partition(|text| is_unknown_total(text));
        let sales = stored.sales.map(|sales| sales.parse()).transpose();
        let (Some(totals), Ok(sales)) = (totals(&known), sales) else { return Err(Unreadable::damaged(key, SHAPE)) };
        Ok(MonthTotal {
            of,
            totals,
            sales,
            unknown,
            rows: stored.rows,
            added_up_at: stored.added_up_at,
            revision: stored.revision,
        })
    }

    /// Whether there are totals that this release does not know.
    pub(crate) fn has_unknown(&self) -> bool {
        !self.unknown.is_empty()
    }

    /// The sum; none: written before sales were counted.
    pub(crate) fn sum(&self) -> Option<MonthSum> {
        Some(MonthSum { totals: self.totals.clone(), sales: self.sales.clone()? })
    }

    /// Whether the stored item equals the item that would be written now.
    pub(crate) fn is_stored_as(&self, item: &Item) -> bool {
        self.attributes().is_ok_and(|read| read.iter().all(|(name, value)| item.get(name) == Some(value)))
    }

    fn attributes(&self) -> Result<Item, LedgerError> {
        let PartnerMonth { partner_id, month } = &self.of;
        let Key { pk, sk } = keys::totals(partner_id, *month);
        let known = texts(&self.totals).into_iter();
        let stored = StoredMonth {
            pk,
            sk,
            gpk: keys::month_partition(*month),
            gsk: partner_id.to_string(),
            totals: known.chain(self.unknown.iter().cloned()).collect(),
            sales: self.sales.as_ref().map(ToString::to_string),
            rows: self.rows,
            added_up_at: self.added_up_at,
            revision: self.revision,
        };
        serde_dynamo::to_item(stored)
            .map_err(|_| LedgerError::Damaged { key: keys::totals_partition(partner_id), why: UNSTORABLE })
    }
}

/// The revision of a stored item; none: there is no item, or it has lost its revision.
pub(crate) fn revision_of(stored: Option<&Item>) -> Option<u64> {
    stored?.get("v")?.as_n().ok()?.parse().ok()
}

/// The write of a new sum in place of the stored item, if there is one; none: the item says the same. An unreadable total
/// is written again: all of it is derived.
pub(crate) fn replacement(
    of: &PartnerMonth,
    stored: Option<Item>,
    (sum, rows): (&MonthSum, u64),
    at: Timestamp,
) -> Result<Option<Write>, LedgerError> {
    let new = |unknown: Vec<String>, revision: u64| MonthTotal {
        of: of.clone(),
        totals: sum.totals.clone(),
        sales: Some(sum.sales.clone()),
        unknown,
        rows,
        added_up_at: Some(at),
        revision,
    };
    let Some(mut stored) = stored else {
        return if sum.is_empty() { Ok(None) } else { Ok(Some(Write::Insert(new(Vec::new(), 1).attributes()?))) };
    };
    let Ok(known) = MonthTotal::read(stored.clone()) else {
        return Ok(Some(Write::Mend(new(Vec::new(), 1).attributes()?, stored.remove("v"))));
    };
    if known.sum().as_ref() == Some(sum) && known.is_stored_as(&stored) {
        return Ok(None);
    }
    let changed = new(known.unknown.clone(), known.revision + 1).attributes()?;
    let mut item = item::rewrite(&stored, &known.attributes()?, changed.clone());
    // These are derived, so the stored values do not matter.
    item.extend(["gpk", "gsk"].iter().filter_map(|name| Some(((*name).to_owned(), changed.get(*name)?.clone()))));
    Ok(Some(match stored.get("v") {
        Some(_) => Write::Replace(item, known.revision),
        None => Write::Mend(item, None),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rules::{Kind, Model};

    #[test]
    fn a_total_is_stored_as_one_text() {
        let group = Group { kind: Kind::RevenueShare, model: Model::Affiliate, currency: "JPY".parse().unwrap() };
        let total = Total { count: 3, amount: Minor(-600), vendor_share: Minor(i64::MAX) };
        let text = String::from(StoredTotal(group, total));
        assert_eq!(text, "revenue-share affiliate JPY 3 -600 9223372036854775807");
        assert_eq!(text.parse::<StoredTotal>().unwrap(), StoredTotal(group, total));
        for (part, other) in [
            (" 3 ", " -3 "),
            ("affiliate", "affiliates"),
            ("JPY", "jpy"),
            ("807", "808"),
            ("807", "807 0"),
            (" -600", ""),
        ] {
            assert!(text.replace(part, other).parse::<StoredTotal>().is_err(), "{other}");
        }
    }
}
