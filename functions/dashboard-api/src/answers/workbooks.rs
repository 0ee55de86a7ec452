//! Common parts of the workbooks of statements and summaries.

use rules::balance::Balances;
use rules::programme::Language;
use rules::totals::{Group, Total};
use rules::{Month, Totals};
use texts::{Heading, names, numbers};
use workbook::{Cell, Column, Row, Sheet, Workbook};

/// Headings and widths of the columns that hold a total.
pub(crate) const TOTAL_COLUMNS: [(Heading, u8); 8] = [
    (Heading::Model, 24),
    (Heading::Kind, 22),
    (Heading::Currency, 9),
    (Heading::EntryCount, 12),
    (Heading::Amount, 16),
    (Heading::VendorShare, 16),
    (Heading::DueToPartner, 16),
    (Heading::DueFromPartner, 16),
];

pub(crate) fn workbook(sheets: Vec<Sheet>, language: Language) -> Workbook {
    let (day_pattern, month_pattern) = (numbers::day_pattern(language), numbers::month_pattern(language));
    Workbook { day_pattern, month_pattern, sheets }
}

pub(crate) fn sheet(name: Heading, columns: &[&[(Heading, u8)]], rows: Vec<Row>, language: Language) -> Sheet {
    let column = |(heading, width): (Heading, u8)| Column { heading: heading.in_language(language), width };
    let columns = columns.concat().into_iter().map(column).collect();
    Sheet { name: name.in_language(language), columns, rows }
}

/// A row for each total, behind the cells that say what it is of.
pub(crate) fn total_rows(of: &[Cell], totals: &Totals, language: Language) -> Vec<Row> {
    let row = |(group, total): (&Group, &Total)| {
        let Group { kind, model, currency } = *group;
        let due = total.due(kind);
        let amounts = [total.amount, total.vendor_share, due.due_to_partner, due.due_from_partner];
        let mut cells = of.to_vec();
        cells.extend([names::model(model, language), names::kind(kind, language), currency.code()].map(Cell::text));
        cells.push(Cell::Count(total.count));
        cells.extend(amounts.map(|minor| Cell::Amount(minor, currency)));
        Row::from(cells)
    };
    if totals.0.is_empty() {
        let nothing = Cell::text(Heading::NoEntries.in_language(language));
        return vec![Row::from([of, &[nothing]].concat())];
    }
    totals.0.iter().map(row).collect()
}

/// A row for each currency with all that is due in it, below the rows of totals. An amount that is earned and one that is
/// owed are not added.
pub(crate) fn sum_rows(of: &[Cell], balances: &Balances, language: Language) -> Vec<Row> {
    let row = |(currency, balance): (&rules::Currency, &rules::balance::Balance)| {
        let mut cells = of.to_vec();
        cells.extend([Cell::text(Heading::Total.in_language(language)), Cell::Empty, Cell::text(currency.code())]);
        cells.extend([Cell::Empty, Cell::Empty, Cell::Empty]);
        cells.extend([balance.due_to_partner, balance.due_from_partner].map(|minor| Cell::Amount(minor, *currency)));
        Row { cells, is_strong: true }
    };
    balances.0.iter().map(row).collect()
}

/// A row below everything else.
pub(crate) fn note_row(text: impl Into<String>) -> Row {
    vec![Cell::text(text)].into()
}

pub(crate) fn month(month: Month) -> Cell {
    Cell::Month(month.first().date())
}
