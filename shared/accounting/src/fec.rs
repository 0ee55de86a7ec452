//! The layout of the FEC (LPF A47 A-1): 18 columns, a line for each line of an entry. Ours is a file to import, of one part of the
//! books, so it is not named as the yearly file of a company is.

use crate::chart::Journal;
use crate::entry::{JournalEntry, JournalLine};
use crate::file::File;
use crate::role::JournalName;
use rules::{Currency, Day, Minor};
use std::collections::BTreeMap;
use strum::{EnumString, IntoStaticStr, VariantArray};
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// The columns, in order.
pub const COLUMNS: [&str; 18] = [
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
];

/// The character between two columns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Separator {
    /// A tab.
    #[default]
    Tab,
    /// `|`.
    Pipe,
}

/// The characters of the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
pub enum Charset {
    /// ISO 8859-15, as the law has it. Accents that it lacks fall off; other characters become `?`.
    #[default]
    #[strum(serialize = "iso-8859-15")]
    Latin9,
    /// UTF-8 without a mark, which the tester of the tax office reads too.
    #[strum(serialize = "utf-8")]
    Utf8,
}

/// The layout of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Layout {
    /// The character between two columns.
    pub separator: Separator,
    /// The characters of the file.
    pub charset: Charset,
}

/// The next number of each journal; a journal that is not there begins with 1.
pub type Numbers = BTreeMap<JournalName, u64>;

/// Writes entries, in their order, with the next numbers of their journals; returns the file and the numbers after it.
pub fn fec(entries: &[JournalEntry], layout: Layout, mut next: Numbers) -> (File, Numbers) {
    let separator = match layout.separator {
        Separator::Tab => "\t",
        Separator::Pipe => "|",
    };
    let mut text = COLUMNS.join(separator) + "\r\n";
    for entry in entries {
        let number = next.entry(entry.journal_name).or_insert(1);
        for line in &entry.lines {
            let columns = columns(entry, *number, line).map(|column| plain(&column));
            text += &(columns.join(separator) + "\r\n");
        }
        *number = number.saturating_add(1);
    }
    let bytes = match layout.charset {
        Charset::Utf8 => text.into_bytes(),
        Charset::Latin9 => latin9(&text),
    };
    (File::new(bytes), next)
}

fn columns(entry: &JournalEntry, number: u64, line: &JournalLine) -> [String; 18] {
    let Journal { code, label } = entry.journal.clone();
    let (zero, eur) = (comma(Minor::ZERO, Currency::EUR), comma(line.eur, Currency::EUR));
    let (debit, credit) = if line.eur > Minor::ZERO { (eur, zero) } else { (zero, eur) };
    let (party_id, party_name) =
        line.party.as_ref().map(|party| (party.id.to_string(), party.name.clone())).unwrap_or_default();
    let (foreign, currency) = line
        .foreign
        .map(|(amount, currency)| (comma(amount, currency), currency.code().to_owned()))
        .unwrap_or_default();
    [
        code,
        label,
        number.to_string(),
        digits(entry.day),
        line.account.number.clone(),
        line.account.label.clone(),
        party_id,
        party_name,
        entry.piece.clone(),
        digits(entry.piece_date),
        entry.label.clone(),
        debit,
        credit,
        String::new(),
        String::new(),
        digits(entry.valid_on),
        foreign,
        currency,
    ]
}

/// A day as `AAAAMMJJ`.
fn digits(day: Day) -> String {
    day.date().strftime("%Y%m%d").to_string()
}

/// An amount without its sign, with a decimal comma: the column says the sign.
fn comma(amount: Minor, currency: Currency) -> String {
    currency.decimal(amount).trim_start_matches('-').replace('.', ",")
}

/// A text without the characters that separate columns and lines.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c == '|' || c.is_control() { ' ' } else { c }).collect()
}

fn latin9(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        match latin9_byte(c) {
            Some(byte) => bytes.push(byte),
            None => latin9_parts(c, &mut bytes),
        }
    }
    bytes
}

/// The plain form of a character: a letter without its accents, the apostrophe, dash or space of a typewriter; `?` if there is none.
fn latin9_parts(c: char, bytes: &mut Vec<u8>) {
    match c {
        '\u{2018}' | '\u{2019}' => return bytes.push(b'\''),
        '\u{2010}'..='\u{2015}' => return bytes.push(b'-'),
        c if c.is_whitespace() => return bytes.push(b' '),
        _ => {}
    }
    decompose_canonical(c, |part| {
        if !is_combining_mark(part) {
            bytes.push(latin9_byte(part).unwrap_or(b'?'));
        }
    });
}

/// The byte of a character in ISO 8859-15: that of ISO 8859-1 but for eight.
fn latin9_byte(c: char) -> Option<u8> {
    const OTHERS: [(char, u8); 8] =
        [('€', 0xa4), ('Š', 0xa6), ('š', 0xa8), ('Ž', 0xb4), ('ž', 0xb8), ('Œ', 0xbc), ('œ', 0xbd), ('Ÿ', 0xbe)];
    if let Some((_, byte)) = OTHERS.iter().find(|(other, _)| *other == c) {
        return Some(*byte);
    }
    u8::try_from(c).ok().filter(|byte| OTHERS.iter().all(|(_, other)| other != byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_no_separator_and_fits_the_characters() {
        assert_eq!(plain("a|b\tc\r\nd"), "a b c  d");
        assert_eq!(latin9("L’été à 5 €, Œuvre, Łódź"), b"L'\xe9t\xe9 \xe0 5 \xa4, \xbcuvre, ?\xf3dz");
        assert_eq!((latin9_byte('¤'), latin9_byte('\u{e9}'), latin9_byte('中')), (None, Some(0xe9), None));
    }

    #[test]
    fn an_amount_has_a_comma_and_no_sign() {
        assert_eq!(comma(Minor(-123_456), Currency::EUR), "1234,56");
        assert_eq!(comma(Minor(7), "JPY".parse().unwrap()), "7");
    }
}
