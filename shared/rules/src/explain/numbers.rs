//! Numbers and days as formatted in English and French texts.

use crate::programme::Language;
use crate::{Currency, Minor, Rate};

/// An amount: `1,200.01 EUR` in English, `1 200,01 EUR` in French, `−3.00 EUR` with a minus sign; the spaces do not
/// break.
#[inline]
pub fn amount(minor: Minor, currency: Currency, language: Language) -> String {
    let plain = currency.decimal(minor);
    let (group, point) = match language {
        Language::Fr => ('\u{202f}', ","),
        Language::En => (',', "."),
    };
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
        text.push_str(point);
        text.push_str(fraction);
    }
    text + "\u{a0}" + currency.code()
}

/// `33.3333%` in English, `33,3333 %` in French.
#[inline]
pub(super) fn percent(rate: Rate, language: Language) -> String {
    match language {
        Language::Fr => format!("{}\u{a0}%", rate.in_percent().replace('.', ",")),
        Language::En => format!("{}%", rate.in_percent()),
    }
}

/// `2013-11-16`, or `16/11/2013` in French.
#[inline]
pub(super) fn day(iso: &str, language: Language) -> String {
    match language {
        Language::Fr => iso.rsplit('-').collect::<Vec<_>>().join("/"),
        Language::En => iso.to_owned(),
    }
}

/// The `n`-th sale, 1 to 12: `2nd sale`, `2ᵉ vente`.
#[inline]
pub(super) fn nth_sale(n: impl Into<u64>, language: Language) -> String {
    let n = n.into();
    match (language, n) {
        (Language::Fr, 1) => "1ʳᵉ vente".to_owned(),
        (Language::Fr, _) => format!("{n}ᵉ vente"),
        (Language::En, 1) => "1st sale".to_owned(),
        (Language::En, 2) => "2nd sale".to_owned(),
        (Language::En, 3) => "3rd sale".to_owned(),
        (Language::En, _) => format!("{n}th sale"),
    }
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
        let nth = |n: u64| [nth_sale(n, Language::En), nth_sale(n, Language::Fr)];
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
