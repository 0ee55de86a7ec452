//! Workbooks read back as they were written.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so")]

use fixtures::workbook::{Found, number, sheets};
use jiff::civil::date;
use rules::{Currency, Minor};
use workbook::{Cell, Column, EXACT_DIGITS, Row, Sheet, Workbook};

fn book(cells: Vec<Cell>) -> Workbook {
    let columns = cells.iter().map(|_| Column { heading: "<Größe & \"Ende\">", width: 12 }).collect();
    let sheet = |name, rows| Sheet { name, columns, rows };
    let rows = vec![Row { cells: cells.clone(), is_strong: true }, cells.into()];
    let empty = Sheet { name: "Écritures & co", columns: Vec::new(), rows: Vec::new() };
    Workbook { day_pattern: "yyyy-mm-dd", month_pattern: "mm/yyyy", sheets: vec![sheet("Totals", rows), empty] }
}

/// The cells of a row, plain and strong, as they are found.
fn found(cells: Vec<Cell>) -> Vec<Found> {
    let mut sheets = sheets(&book(cells).bytes().unwrap());
    assert_eq!([&*sheets[0].0, &*sheets[1].0], ["Totals", "Écritures & co"]);
    let rows = &mut sheets[0].1;
    assert!(rows[0].iter().all(|heading| *heading == Found::Text("<Größe & \"Ende\">".to_owned())), "{rows:?}");
    assert_eq!(rows[1], rows[2]);
    rows.remove(1)
}

fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

#[test]
fn texts_numbers_days_and_amounts_are_told_apart() {
    let day = date(2026, 10, 31);
    let (yen, dinar) = (currency("JPY"), currency("TND"));
    let amounts = [(120_001, Currency::EUR), (-5, Currency::EUR), (0, yen), (-1_234, yen), (1_234_567, dinar)];
    let mut cells = vec![Cell::Count(0), Cell::Count(17), Cell::Day(day), Cell::Month(date(2000, 2, 1)), Cell::Empty];
    cells.extend(amounts.map(|(minor, currency)| Cell::Amount(Minor(minor), currency)));
    let mut expected =
        vec![number("0"), number("17"), Found::Day(day.to_string()), Found::Day("2000-02-01".to_owned())];
    expected.push(Found::Empty);
    expected.extend(["1200.01", "-0.05", "0", "-1234", "1234.567"].map(number));
    assert_eq!(found(cells), expected);
}

#[test]
fn a_text_is_that_text_and_no_formula() {
    let texts = [
        "=1+1",
        "+33 1",
        "-x",
        "@sum",
        "'quoted",
        " two  spaces ",
        "two\nlines",
        "Noël & <fils>",
        "_x0041_",
        "_x_",
        "1200.00",
        "Ⅷ😀",
    ];
    let expected = texts.map(|text| Found::Text(text.to_owned()));
    assert_eq!(found(texts.map(Cell::text).to_vec()), expected);
    assert_eq!(found(vec![Cell::text("a\u{0}\u{b}\u{ffff}b")]), [Found::Text("ab".to_owned())], "not in XML");
}

/// A number of so many digits comes back from a binary float as it was; a longer one may not, and is a text.
#[test]
fn every_amount_is_exact() {
    let limit = 10_i64.pow(EXACT_DIGITS);
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for (code, decimals) in [("JPY", 0), ("EUR", 2), ("TND", 3), ("CLF", 4)] {
        let drawn = std::iter::repeat_with(|| {
            random = random.rotate_left(5).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            i64::try_from(random >> 1).unwrap() % limit
        });
        let numbers: Vec<i64> = drawn.take(200).chain([limit - 1, 1 - limit, limit - 8, 1]).collect();
        let cells = |minors: &[i64]| minors.iter().map(|minor| Cell::Amount(Minor(*minor), currency(code))).collect();
        let decimal = |minor: i64| currency(code).decimal(Minor(minor));
        let expected: Vec<Found> = numbers.iter().map(|minor| number(&decimal(*minor))).collect();
        assert_eq!(found(cells(&numbers)), expected, "{code}, {decimals} decimals");
        let longer = [limit, -limit, i64::MAX, i64::MIN];
        assert_eq!(found(cells(&longer)), longer.map(|minor| Found::Text(decimal(minor))));
    }
}

#[test]
fn the_same_content_has_the_same_bytes() {
    let bytes = || book(vec![Cell::text("a"), Cell::Count(1)]).bytes().unwrap();
    assert_eq!(bytes(), bytes());
    assert_ne!(bytes(), book(vec![Cell::text("b"), Cell::Count(1)]).bytes().unwrap());
}
