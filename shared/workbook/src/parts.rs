//! The files in a workbook: its table of contents, its styles, and each sheet.

use crate::{Cell, Column, EXACT_DIGITS, Row, Sheet, Workbook};
use jiff::civil::{Date, date};
use rules::{Currency, Minor};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const DOCUMENT: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const CONTENT: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";
/// The day before the first one of a spreadsheet, for all days since March 1900.
const DAY_ZERO: Date = date(1899, 12, 30);
/// The largest number of decimals of a currency.
const MOST_DECIMALS: usize = 4;
/// The first number of a pattern of our own.
const FIRST_PATTERN: usize = 164;

/// All files with their names.
pub(crate) fn all(book: &Workbook) -> Vec<(String, String)> {
    let types = each_sheet(book, |n, _| {
        format!("<Override PartName=\"/xl/worksheets/sheet{n}.xml\" ContentType=\"{CONTENT}.worksheet+xml\"/>")
    });
    let types = format!(
        "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Override PartName=\"/xl/workbook.xml\" ContentType=\"{CONTENT}.sheet.main+xml\"/>\
         <Override PartName=\"/xl/styles.xml\" ContentType=\"{CONTENT}.styles+xml\"/>{types}</Types>"
    );
    let names = each_sheet(book, |n, sheet| {
        format!("<sheet name=\"{}\" sheetId=\"{n}\" r:id=\"rId{n}\"/>", escaped(sheet.name))
    });
    let contents = format!(
        "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{DOCUMENT}\"><bookViews><workbookView/></bookViews>\
         <sheets>{names}</sheets></workbook>"
    );
    let sheets = each_sheet(book, |n, _| relation(n, "worksheet", &format!("worksheets/sheet{n}.xml")));
    let styles_at = relation(book.sheets.len() + 1, "styles", "styles.xml");
    let mut files = vec![
        ("[Content_Types].xml".to_owned(), types),
        ("_rels/.rels".to_owned(), relations(&relation(1, "officeDocument", "xl/workbook.xml"))),
        ("xl/workbook.xml".to_owned(), contents),
        ("xl/_rels/workbook.xml.rels".to_owned(), relations(&(sheets + &styles_at))),
        ("xl/styles.xml".to_owned(), styles(book)),
    ];
    let numbered = book.sheets.iter().zip(1..);
    files.extend(numbered.map(|(sheet, n)| (format!("xl/worksheets/sheet{n}.xml"), self::sheet(sheet))));
    files.into_iter().map(|(name, content)| (name, HEAD.to_owned() + &content)).collect()
}

fn each_sheet(book: &Workbook, text: impl Fn(usize, &Sheet) -> String) -> String {
    book.sheets.iter().zip(1..).map(|(sheet, n)| text(n, sheet)).collect()
}

fn relations(relations: &str) -> String {
    format!("<Relationships xmlns=\"{RELATIONS}\">{relations}</Relationships>")
}

fn relation(n: usize, kind: &str, target: &str) -> String {
    format!("<Relationship Id=\"rId{n}\" Type=\"{DOCUMENT}/{kind}\" Target=\"{target}\"/>")
}

/// The style of a cell, by its place among the patterns of [`styles`].
fn pattern_of(cell: &Cell) -> usize {
    match cell {
        Cell::Empty | Cell::Text(_) => 0,
        Cell::Count(_) => 1,
        Cell::Day(_) => 2,
        Cell::Month(_) => 3,
        Cell::Amount(_, currency) => 4 + usize::try_from(currency.decimals()).unwrap_or(0).min(MOST_DECIMALS),
    }
}

/// Every pattern twice: plain and strong.
fn styles(book: &Workbook) -> String {
    let amounts = (0..=MOST_DECIMALS).map(|decimals| match decimals {
        0 => "#,##0".to_owned(),
        _ => format!("#,##0.{}", "0".repeat(decimals)),
    });
    let patterns = ["0", book.day_pattern, book.month_pattern].map(str::to_owned).into_iter().chain(amounts);
    let numbered: Vec<(usize, String)> = (FIRST_PATTERN..).zip(patterns).collect();
    let format =
        |(id, pattern): &(usize, String)| format!("<numFmt numFmtId=\"{id}\" formatCode=\"{}\"/>", escaped(pattern));
    let formats: String = numbered.iter().map(format).collect();
    let cells: String = [0].into_iter().chain(numbered.iter().map(|(id, _)| *id)).map(style).collect();
    format!(
        "<styleSheet xmlns=\"{MAIN}\"><numFmts>{formats}</numFmts>\
         <fonts><font><sz val=\"11\"/><name val=\"Calibri\"/></font>\
         <font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>\
         <fills><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>\
         <borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs><cellXfs>{cells}</cellXfs></styleSheet>"
    )
}

fn style(id: usize) -> String {
    let with_font = |font: u8| {
        format!(
            "<xf numFmtId=\"{id}\" fontId=\"{font}\" applyNumberFormat=\"1\" applyFont=\"1\" applyAlignment=\"1\">\
             <alignment vertical=\"top\" wrapText=\"{}\"/></xf>",
            u8::from(id == 0)
        )
    };
    with_font(0) + &with_font(1)
}

fn sheet(sheet: &Sheet) -> String {
    let headings = sheet.columns.iter().map(|column| Cell::text(column.heading)).collect();
    let headings = row(1, &Row { cells: headings, is_strong: true });
    let rows: String = sheet.rows.iter().zip(2..).map(|(one, n)| row(n, one)).collect();
    format!(
        "<worksheet xmlns=\"{MAIN}\"><sheetPr><pageSetUpPr fitToPage=\"1\"/></sheetPr>\
         <sheetViews><sheetView workbookViewId=\"0\">\
         <pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews>\
         {}<sheetData>{headings}{rows}</sheetData>\
         <pageSetup paperSize=\"9\" orientation=\"landscape\" fitToHeight=\"0\"/></worksheet>",
        widths(&sheet.columns)
    )
}

/// The widths of the columns; an element that may not be empty.
fn widths(columns: &[Column]) -> String {
    let width = |(Column { width, .. }, n): (&Column, u8)| {
        format!("<col min=\"{n}\" max=\"{n}\" width=\"{width}\" customWidth=\"1\"/>")
    };
    let widths: String = columns.iter().zip(1..).map(width).collect();
    if widths.is_empty() { widths } else { format!("<cols>{widths}</cols>") }
}

fn row(n: usize, row: &Row) -> String {
    let cell = |(cell, column): (&Cell, u32)| {
        let style = 2 * pattern_of(cell) + usize::from(row.is_strong);
        let start = format!("<c r=\"{}{n}\" s=\"{style}\"", column_name(column));
        match written(cell) {
            Written::Nothing => String::new(),
            Written::Number(number) => format!("{start}><v>{number}</v></c>"),
            Written::Text(text) => {
                format!("{start} t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>", escaped(&text))
            }
        }
    };
    let cells: String = row.cells.iter().zip(0..).map(cell).collect();
    format!("<row r=\"{n}\">{cells}</row>")
}

/// `A` to `Z`, then `AA`.
fn column_name(column: u32) -> String {
    let letter = char::from_u32(u32::from('A') + column % 26).unwrap_or('A').to_string();
    if column < 26 { letter } else { column_name(column / 26 - 1) + &letter }
}

enum Written {
    Nothing,
    Number(String),
    Text(String),
}

fn written(cell: &Cell) -> Written {
    match cell {
        Cell::Empty => Written::Nothing,
        Cell::Text(text) => Written::Text(text.clone()),
        Cell::Count(number) => Written::Number(number.to_string()),
        Cell::Day(day) | Cell::Month(day) => Written::Number((*day - DAY_ZERO).get_days().to_string()),
        Cell::Amount(minor, currency) => amount(*minor, *currency),
    }
}

fn amount(minor: Minor, currency: Currency) -> Written {
    let decimal = currency.decimal(minor);
    if minor.0.unsigned_abs() < 10_u64.pow(EXACT_DIGITS) { Written::Number(decimal) } else { Written::Text(decimal) }
}

/// A text in XML, without the characters that XML does not have. A program would read `_x0041_` as `A`; so the line that it
/// begins with is written by its own code.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '_' if is_code(text.get(at..).unwrap_or_default()) => escaped += "_x005F_",
            '\t' | '\n' => escaped.push(c),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c < ' ' => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// Recognizes a text that begins with a character by its code, such as `_x0041_`.
fn is_code(text: &str) -> bool {
    let code = text.strip_prefix("_x").and_then(|rest| rest.get(..5)?.strip_suffix('_'));
    code.is_some_and(|digits| digits.chars().all(|digit| digit.is_ascii_hexdigit()))
}
