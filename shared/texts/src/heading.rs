//! Headings of printed statements and workbooks.

/// A heading of a printed statement or a workbook, or the name of a sheet or a file.
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
    /// The total of all rows above, in one currency.
    Total,
    Model,
    Currency,
    /// The supplement or credit note of an entry.
    Document,
    RecordedOn,
    Partner,
    Name,
    Month,
    FirstMonth,
    LastMonth,
    /// The number of entries in a total.
    EntryCount,
    /// Names of sheets, of at most 31 characters.
    EntriesSheet,
    EarlierEntriesSheet,
    EarlierTotalsSheet,
    ByMonth,
    ByPartner,
    /// Beginnings of file names, and what stands before the day on which a file's content was known.
    StatementFile,
    SummaryFile,
    KnownOnFile,
}
