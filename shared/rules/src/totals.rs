//! What entries or lines add up to, by kind, model and currency (§3.5, §4); never across currencies.

use crate::balance::{Balance, who_pays_whom};
use crate::money::Overflow;
use crate::{Currency, Kind, Line, Minor, Model, PostingKey};
use std::collections::BTreeMap;

/// What is added up apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group {
    /// What it is for.
    pub kind: Kind,
    /// The model it was earned under.
    pub model: Model,
    /// Its currency.
    pub currency: Currency,
}

/// A sum, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Total {
    /// How many entries, or lines, it is the sum of.
    pub count: u32,
    /// The partner's part.
    pub amount: Minor,
    /// The vendor's part.
    pub vendor_share: Minor,
}

impl Total {
    /// What is due because of it (§3.5).
    pub fn due(&self, kind: Kind) -> Balance {
        who_pays_whom(kind, self.amount, self.vendor_share)
    }

    /// What the partner earns by it (§3.5): commissions and shares of revenue, and neither a discount nor a fee.
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

/// Totals of everything that was booked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals(pub BTreeMap<Group, Total>);

impl Totals {
    /// Adds what an entry or a line books.
    pub fn book(&mut self, posting: &PostingKey, amount: Minor, vendor_share: Minor) -> Result<(), Overflow> {
        let PostingKey { partner_id: _, kind, model, currency, booked_on: _ } = *posting;
        self.add(Group { kind, model, currency }, &Total { count: 1, amount, vendor_share })
    }

    /// Adds a total to its group.
    pub fn add(&mut self, group: Group, total: &Total) -> Result<(), Overflow> {
        let sum = self.0.entry(group).or_default();
        *sum = sum.plus(total)?;
        Ok(())
    }

    /// Adds all of these totals.
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
