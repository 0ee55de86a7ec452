//! The sum booked and not documented yet, with its VAT (§8.7).

use jiff::Timestamp;
use rules::Day;
use rules::money::{Minor, Overflow};
use settlement::account::{Account, Booking};
use settlement::identity::Billing;
use settlement::lines::{Line, earned, lines};
use settlement::vat::{TaxedLine, rate, vat};
use settlement::versions::Versions;

/// The records of an account that say what is not documented.
#[derive(Debug, Clone, Copy)]
pub struct Earnings<'a> {
    /// The account.
    pub account: &'a Account,
    /// The entries of the ledger.
    pub entries: &'a [Booking],
    /// The lines of all its documents and of its opening.
    pub documented: &'a [Line],
    /// The partner's billing identity.
    pub partner: &'a Versions<Billing>,
}

/// The sum of what is booked up to a day and not documented, with its VAT, in minor units, by what is known at a moment. Each line is
/// taxed as it would be on a document: by the regime and rate of the last day of its month; without a regime, it has no VAT.
pub fn undocumented(earnings: &Earnings<'_>, through: Day, known_at: Timestamp) -> Result<Minor, Overflow> {
    let Earnings { account, entries, documented, partner } = earnings;
    let booked = entries.iter().filter(|entry| entry.posting.booked_on <= through);
    let lines = lines(earned(account, booked, through.into(), known_at)?, documented.iter())?;
    with_vat(account, &lines, partner, known_at)
}

/// The sum of lines that are not documented, with its VAT, in the same way.
pub fn with_vat(
    account: &Account,
    lines: &[Line],
    partner: &Versions<Billing>,
    known_at: Timestamp,
) -> Result<Minor, Overflow> {
    let taxed = lines.iter().filter_map(|line| {
        let on = line.key.month.last();
        let regime = partner.holds_or_first(on, known_at)?.identity().regime()?;
        Some(TaxedLine { line: *line, is_adjustment: false, regime, rate: rate(account.direction, regime, on) })
    });
    let vat = vat(&taxed.collect::<Vec<_>>())?;
    let amounts = lines.iter().map(|line| line.amount);
    Minor::sum(amounts.chain(vat.iter().map(|sum| sum.vat)))
}
