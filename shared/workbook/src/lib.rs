//! Workbooks (`.xlsx`, ISO/IEC 29500) for people: sheets of texts, days and amounts under headings that stay in view.
//!
//! An amount is written as the decimal that it is, and passes through no binary float here. The program that opens the
//! workbook holds it as one, which keeps [`EXACT_DIGITS`] digits apart; a longer amount is written as text. A text is
//! never a formula. The bytes depend on the content alone: a workbook holds neither a time nor an author.

mod archive;
mod csv;
mod parts;

pub use csv::csv;

use jiff::civil::Date;
use rules::{Currency, Minor};
use std::num::TryFromIntError;

/// The number of decimal digits that a spreadsheet program keeps of a number, whichever they are.
pub const EXACT_DIGITS: u32 = 15;

/// A workbook.
#[derive(Debug, Clone)]
pub struct Workbook {
    /// The pattern of days, such as `yyyy-mm-dd`.
    pub day_pattern: &'static str,
    /// The pattern of months, such as `yyyy-mm`.
    pub month_pattern: &'static str,
    pub sheets: Vec<Sheet>,
}

/// A sheet of a workbook. Its headings stay in view.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// The name, of at most 31 characters.
    pub name: &'static str,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
}

/// A column of a sheet.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub heading: &'static str,
    /// The width, in characters.
    pub width: u8,
}

/// A row of a sheet, from the first column on.
#[derive(Debug, Clone)]
pub struct Row {
    pub cells: Vec<Cell>,
    /// The row stands out, as a sum does.
    pub is_strong: bool,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Empty,
    Text(String),
    Count(u32),
    Day(Date),
    /// A month, by its first day.
    Month(Date),
    Amount(Minor, Currency),
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Cell {
        Cell::Text(text.into())
    }
}

impl From<Vec<Cell>> for Row {
    fn from(cells: Vec<Cell>) -> Row {
        Row { cells, is_strong: false }
    }
}

impl Workbook {
    /// The bytes of the file; an error if it has 4 GiB.
    pub fn bytes(&self) -> Result<Vec<u8>, TryFromIntError> {
        archive::archive(&parts::all(self))
    }
}
