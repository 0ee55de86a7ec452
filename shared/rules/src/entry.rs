//! The ledger's entries (§4): appended only, and for each line adding up to what §3 says that line is.

use crate::Minor;
use crate::line::{Basis, Line, PostingKey};
use crate::money::Overflow;
use strum::VariantNames;

/// What is appended to a line: the difference between what it is and what was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it is booked.
    pub posting: PostingKey,
    /// The partner's part, in minor units.
    pub amount: Minor,
    /// The vendor's part, in minor units.
    pub vendor_share: Minor,
    /// What the whole line was computed from when this entry was recorded; for a reversal, what it takes back.
    pub basis: Basis,
    /// Why it takes back what was booked under a posting that the line has left; none: it is no reversal.
    pub reversal: Option<Reversal>,
}

/// Why a line has left a posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Reversal {
    /// The sale stands for another partner.
    AnotherPartner,
    /// The line is booked under another kind, model or currency, or on another day.
    AnotherPosting,
    /// Nothing is owed any more, not even zero.
    NotOwed,
}

impl Reversal {
    /// The names of all of them: `another-partner`.
    pub const NAMES: &[&str] = Reversal::VARIANTS;

    /// Why a line that is now `line` has left a posting.
    fn of(posting: &PostingKey, line: Option<&Line>) -> Reversal {
        match line {
            None => Reversal::NotOwed,
            Some(line) if line.posting.partner_id != posting.partner_id => Reversal::AnotherPartner,
            Some(_) => Reversal::AnotherPosting,
        }
    }
}

/// What must be appended so that `recorded` adds up to `line` (§4): nothing, one entry, or, where the posting changed,
/// reversals and the whole. A line not owed (`None`) is brought to zero.
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
