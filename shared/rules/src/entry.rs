//! The ledger's entries (§4): never changed; the entries of a line add up to the line that §3 computes.

use crate::Minor;
use crate::line::{Basis, Line, PostingKey};
use crate::money::Overflow;
use strum::VariantNames;

/// An amount booked on a line: the difference between the line and the entries recorded before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The posting key under which it is booked.
    pub posting: PostingKey,
    /// The partner's part, in minor units.
    pub amount: Minor,
    /// The vendor's part, in minor units.
    pub vendor_share: Minor,
    /// The basis of the whole line when this entry was recorded; for a reversal, the basis that it reverses.
    pub basis: Basis,
    /// The reason of a reversal, which cancels the amounts booked under a posting key that the line no longer has;
    /// none: not a reversal.
    pub reversal: Option<Reversal>,
}

/// The reason of a reversal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Reversal {
    /// The effective sale is another partner's.
    AnotherPartner,
    /// The line is booked under another kind, model or currency, or on another day.
    AnotherPosting,
    /// Nothing is owed any more, not even a zero line.
    NotOwed,
}

impl Reversal {
    /// The names of all reasons: `another-partner`.
    pub const NAMES: &[&str] = Reversal::VARIANTS;

    /// The reason why a line, now `line`, is no longer booked under `posting`.
    fn of(posting: &PostingKey, line: Option<&Line>) -> Reversal {
        match line {
            None => Reversal::NotOwed,
            Some(line) if line.posting.partner_id != posting.partner_id => Reversal::AnotherPartner,
            Some(_) => Reversal::AnotherPosting,
        }
    }
}

/// The entries to append so that the entries add up to `line` (§4): none, one, or, if the posting key changed,
/// reversals and one for the whole line. A line that is not owed (`None`) is brought to zero.
pub fn entries_due(line: Option<&Line>, recorded: &[&Entry]) -> Result<Vec<Entry>, Overflow> {
    let mut postings: Vec<&PostingKey> = Vec::new();
    for entry in recorded {
        if !postings.contains(&&entry.posting) {
            postings.push(&entry.posting);
        }
    }
    let mut due = Vec::new();
    for posting in postings.iter().filter(|posting| line.is_none_or(|line| line.posting != ***posting)) {
        let (amount, vendor_share) = sums(recorded, posting)?;
        let last = recorded.iter().rev().find(|entry| entry.posting == **posting);
        if let Some(last) = last.filter(|_| amount != Minor::ZERO || vendor_share != Minor::ZERO) {
            due.push(Entry {
                posting: (*posting).clone(),
                amount: Minor::ZERO.minus(amount)?,
                vendor_share: Minor::ZERO.minus(vendor_share)?,
                basis: last.basis.clone(),
                reversal: Some(Reversal::of(posting, line)),
            });
        }
    }
    if let Some(line) = line {
        let first = !postings.contains(&&line.posting);
        let (amount, vendor_share) = sums(recorded, &line.posting)?;
        let amount = line.amount().minus(amount)?;
        let vendor_share = line.vendor_share().minus(vendor_share)?;
        if first || amount != Minor::ZERO || vendor_share != Minor::ZERO {
            let (posting, basis) = (line.posting.clone(), line.basis.clone());
            due.push(Entry { posting, amount, vendor_share, basis, reversal: None });
        }
    }
    Ok(due)
}

fn sums(recorded: &[&Entry], posting: &PostingKey) -> Result<(Minor, Minor), Overflow> {
    let of_posting = || recorded.iter().filter(|entry| entry.posting == *posting);
    let amount = Minor::sum(of_posting().map(|entry| entry.amount))?;
    Ok((amount, Minor::sum(of_posting().map(|entry| entry.vendor_share))?))
}
