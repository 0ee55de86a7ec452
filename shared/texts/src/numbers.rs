//! Numbers and days as a language writes them.

use crate::languages::table;
use rules::text::Language;
use rules::{Currency, Minor, Rate};

/// An amount: `1,200.01 EUR` in English, `1 200,01 EUR` in French, `−3.00 EUR` with a minus sign; the spaces do not
/// break.
pub fn amount(minor: Minor, currency: Currency, language: Language) -> String {
    number(minor, currency, language) + "\u{a0}" + currency.code()
}

/// The number of an amount, without its currency: `1,200.01` in English, `1 200,01` in French.
pub fn number(minor: Minor, currency: Currency, language: Language) -> String {
    let plain = currency.decimal(minor);
    let (group, point) = table(language).separators();
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |digits| ("−", digits));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut text = sign.to_owned();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            text.push(group);
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push(point);
        text.push_str(fraction);
    }
    text
}

/// A number as a percentage: `19.6%` in English, `19,6 %` in French.
pub fn in_percent(number: &str, language: Language) -> String {
    table(language).percent(number)
}

/// The pattern of a day in a workbook: `yyyy-mm-dd`, `dd/mm/yyyy`. Its program shows the day by it.
pub fn day_pattern(language: Language) -> &'static str {
    table(language).day_pattern()
}

/// The pattern of a month in a workbook: `yyyy-mm`, `mm/yyyy`.
pub fn month_pattern(language: Language) -> &'static str {
    table(language).month_pattern()
}

/// `33.3333%` in English, `33,3333 %` in French.
pub(crate) fn percent(rate: Rate, language: Language) -> String {
    in_percent(&rate.in_percent(), language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_ranks_as_people_write_them() {
        let check = |minor, code: &str, english: &str, french: &str| {
            let currency = code.parse().unwrap();
            assert_eq!(
                [Language::En, Language::Fr].map(|language| amount(Minor(minor), currency, language)),
                [english, french]
            );
        };
        check(120_001, "EUR", "1,200.01\u{a0}EUR", "1\u{202f}200,01\u{a0}EUR");
        check(-51_189, "EUR", "−511.89\u{a0}EUR", "−511,89\u{a0}EUR");
        check(1_234_567, "JPY", "1,234,567\u{a0}JPY", "1\u{202f}234\u{202f}567\u{a0}JPY");
        let nth = |n: u64| [Language::En, Language::Fr].map(|language| table(language).nth_sale(n));
        assert_eq!(
            [1, 2, 3, 4, 11].map(nth),
            [
                ["1st sale", "1ʳᵉ vente"],
                ["2nd sale", "2ᵉ vente"],
                ["3rd sale", "3ᵉ vente"],
                ["4th sale", "4ᵉ vente"],
                ["11th sale", "11ᵉ vente"],
            ]
        );
    }
}
