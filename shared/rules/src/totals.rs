//! Totals of entries or lines, by kind, model and currency (§3.5, §4); never across currencies.

use crate::balance::{Balance, who_pays_whom};
use crate::money::Overflow;
use crate::sorted::Sorted;
use crate::{Currency, Kind, Line, Minor, Model, PostingKey};
use std::collections::BTreeMap;

/// The group of a total: amounts of different groups are not added to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group {
    /// The kind of the amounts.
    pub kind: Kind,
    /// The model of the governing agreement.
    pub model: Model,
    /// The currency.
    pub currency: Currency,
}

/// A sum, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Total {
    /// The number of entries, or lines, added up.
    pub count: u32,
    /// The partner's part, in minor units.
    pub amount: Minor,
    /// The vendor's part, in minor units.
    pub vendor_share: Minor,
}

impl Total {
    /// The balance that results from it (§3.5).
    pub fn due(&self, kind: Kind) -> Balance {
        who_pays_whom(kind, self.amount, self.vendor_share)
    }

    /// The partner's earnings in it (§3.5): commissions and revenue shares, but no discount or fee.
    pub fn earned(&self, kind: Kind) -> Minor {
        match kind {
            Kind::Commission | Kind::RevenueShare => self.amount,
            Kind::InstanceDiscount | Kind::EntryFee => Minor::ZERO,
        }
    }

    fn plus(&self, other: &Total) -> Result<Total, Overflow> {
        Ok(Total {
            count: self.count.saturating_add(other.count),
            amount: self.amount.plus(other.amount)?,
            vendor_share: self.vendor_share.plus(other.vendor_share)?,
        })
    }
}

/// Totals of booked amounts, by group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals(pub BTreeMap<Group, Total>);

impl Totals {
    /// Adds the amounts of an entry or a line.
    pub fn book(&mut self, posting: &PostingKey, amount: Minor, vendor_share: Minor) -> Result<(), Overflow> {
        let PostingKey { partner_id: _, kind, model, currency, booked_on: _ } = *posting;
        self.add(Group { kind, model, currency }, &Total { count: 1, amount, vendor_share })
    }

    /// The groups with an amount or a vendor's share other than 0.
    #[must_use]
    pub fn that_move(&self) -> Totals {
        let moving = self.0.iter().filter(|(_, total)| total.amount.0 != 0 || total.vendor_share.0 != 0);
        Totals(moving.map(|(group, total)| (*group, *total)).to_map())
    }

    /// Adds a total to its group.
    pub fn add(&mut self, group: Group, total: &Total) -> Result<(), Overflow> {
        let sum = self.0.entry(group).or_default();
        *sum = sum.plus(total)?;
        Ok(())
    }

    /// Adds all totals of `other`.
    pub fn add_all(&mut self, other: &Totals) -> Result<(), Overflow> {
        other.0.iter().try_for_each(|(group, total)| self.add(*group, total))
    }
}

/// The totals of lines.
pub fn of_lines<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Result<Totals, Overflow> {
    let mut totals = Totals::default();
    for line in lines {
        totals.book(&line.posting, line.amount(), line.vendor_share())?;
    }
    Ok(totals)
}
