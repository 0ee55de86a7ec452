//! Headings of the printed statement.

/// A heading of the printed statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heading {
    Statement,
    Entries,
    /// Entries for earlier months, recorded since a day that follows.
    EarlierEntries,
    /// As known on a day that follows.
    AsKnownOn,
    NoEntries,
    Totals,
    Day,
    Contract,
    Annuity,
    Explanation,
    Kind,
    Amount,
    VendorShare,
    DueToPartner,
    DueFromPartner,
}
