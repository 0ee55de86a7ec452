//! Lines (§8.3): what the ledger says up to the cut, less what is settled.

use crate::account::{Account, Booking};
use jiff::Timestamp;
use rules::money::{Minor, Overflow};
use rules::{Kind, Model, Month};
use std::collections::BTreeMap;

/// The sum that a line states: amounts of different keys are not added to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineKey {
    /// The month of booking.
    pub month: Month,
    /// The kind of the amounts.
    pub kind: Kind,
    /// The model of the governing agreement.
    pub model: Model,
}

/// A line of an account. Its sign is the ledger's: a credit note's lines are below zero here, and turned in print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Line {
    /// Its key.
    pub key: LineKey,
    /// Its amount, in minor units.
    pub amount: Minor,
}

impl Line {
    /// The same with its sign turned.
    pub fn turned(&self) -> Result<Line, Overflow> {
        Ok(Line { key: self.key, amount: Minor::ZERO.minus(self.amount)? })
    }
}

/// Sums by key.
pub type Sums = BTreeMap<LineKey, Minor>;

/// The entries of an account by key, those booked up to a month and recorded up to a cut, it included.
pub fn earned<'a>(
    account: &Account,
    entries: impl IntoIterator<Item = &'a Booking>,
    through: Month,
    cut: Timestamp,
) -> Result<Sums, Overflow> {
    let mut sums = Sums::new();
    for entry in entries {
        let key = key(entry);
        let counts = key.month <= through && entry.recorded_at <= cut && entry.is_of(account);
        if let Some((_, amount)) = entry.due().filter(|_| counts) {
            add(&mut sums, key, amount)?;
        }
    }
    Ok(sums)
}

/// The lines of an account: what is earned less what is settled, those that are not zero, by key.
pub fn lines<'a>(earned: Sums, settled: impl IntoIterator<Item = &'a Line>) -> Result<Vec<Line>, Overflow> {
    let mut sums = earned;
    for line in settled {
        add(&mut sums, line.key, line.turned()?.amount)?;
    }
    let lines = sums.into_iter().filter(|(_, amount)| *amount != Minor::ZERO);
    Ok(lines.map(|(key, amount)| Line { key, amount }).collect())
}

/// The sum of lines.
pub fn total<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Result<Minor, Overflow> {
    Minor::sum(lines.into_iter().map(|line| line.amount))
}

/// The key under which an entry is summed up.
pub fn key(entry: &Booking) -> LineKey {
    LineKey { month: entry.posting.booked_on.into(), kind: entry.posting.kind, model: entry.posting.model }
}

fn add(sums: &mut Sums, key: LineKey, amount: Minor) -> Result<(), Overflow> {
    let sum = sums.entry(key).or_default();
    *sum = sum.plus(amount)?;
    Ok(())
}
