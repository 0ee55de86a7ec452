//! The characters of texts to banks in SEPA, and the way of any text into them.

use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// Finds the characters that every bank in SEPA takes (EPC217-08).
pub(crate) fn is_known(c: char) -> bool {
    c.is_ascii_alphanumeric() || "/-?:().,'+ ".contains(c)
}

/// The text in these characters, as the table of EPC217-08 says, with a dot for what has no other. Beyond the table,
/// accents fall off all letters, and the spaces, apostrophes and dashes of typesetters become plain.
pub(crate) fn transliterated(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            // It decomposes, but is a letter of its own.
            'Й' => written.push('Y'),
            'й' => written.push('y'),
            c => decompose_canonical(c, |part| write(part, &mut written)),
        }
    }
    written
}

fn write(c: char, written: &mut String) {
    if is_known(c) {
        written.push(c);
    } else if c.is_whitespace() {
        written.push(' ');
    } else if !is_combining_mark(c) {
        let row = TABLE.into_iter().find(|(from, _)| from.contains(c));
        written.push_str(row.map_or(".", |(_, to)| to));
    }
}

/// Characters that do not decompose, and what each becomes: at most three characters.
const TABLE: [(&str, &str); 70] = [
    ("&", "+"),
    ("_~\u{2013}\u{2014}", "-"),
    (";", ","),
    ("\\|", "/"),
    ("[{", "("),
    ("]}", ")"),
    ("`\u{2018}\u{2019}", "'"),
    ("¿", "?"),
    ("ÆΑАЪ", "A"),
    ("æαаъ", "a"),
    ("Б", "B"),
    ("б", "b"),
    ("ÐĐΔД", "D"),
    ("ðđδд", "d"),
    ("€ΕЕ", "E"),
    ("εе", "e"),
    ("ΦФ", "F"),
    ("φф", "f"),
    ("ΓГ", "G"),
    ("γг", "g"),
    ("ĦХ", "H"),
    ("ħх", "h"),
    ("ĲΗΙИ", "I"),
    ("ıĳηιи", "i"),
    ("ΚК", "K"),
    ("κк", "k"),
    ("ĿŁΛЛ", "L"),
    ("ŀłλл", "l"),
    ("ΜМ", "M"),
    ("μм", "m"),
    ("ΝН", "N"),
    ("νн", "n"),
    ("ØŒΟΩО", "O"),
    ("øœοωо", "o"),
    ("ΠП", "P"),
    ("πп", "p"),
    ("ΡР", "R"),
    ("ρр", "r"),
    ("ẞΣС", "S"),
    ("ßςσс", "s"),
    ("ÞŦΤТ", "T"),
    ("þŧτт", "t"),
    ("У", "U"),
    ("у", "u"),
    ("ΒВ", "V"),
    ("βв", "v"),
    ("Ξ", "X"),
    ("ξ", "x"),
    ("ΥЬ", "Y"),
    ("υь", "y"),
    ("ΖЗ", "Z"),
    ("ζз", "z"),
    ("ΧЧ", "CH"),
    ("χч", "ch"),
    ("Ψ", "PS"),
    ("ψ", "ps"),
    ("Ш", "SH"),
    ("ш", "sh"),
    ("Щ", "SHT"),
    ("щ", "sht"),
    ("Θ", "TH"),
    ("θ", "th"),
    ("Ц", "TS"),
    ("ц", "ts"),
    ("Я", "YA"),
    ("я", "ya"),
    ("Ю", "YU"),
    ("ю", "yu"),
    ("Ж", "ZH"),
    ("ж", "zh"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_written_as_the_guidance_says() {
        for (text, expected) in [
            ("É. Lefèvre & Fils, Œuvres à 5 € [n° 3]", "E. Lefevre + Fils, Ouvres a 5 E (n. 3)"),
            ("L’Été – Ça_va; où?", "L'Ete - Ca-va, ou?"),
            ("e\u{301}\u{a0}e\u{202f}e", "e e e"),
            ("Łódź, Søn, Straße, Ðorđe, Þór, ĲSSEL", "Lodz, Son, Strase, Dorde, Tor, ISSEL"),
            ("Θεοδώρα Ψυχή", "THeodora PSychi"),
            ("Щедрин Йорданов, Николай Жюли", "SHTedrin Yordanov, Nikolay ZHyuli"),
            ("Nguyễn Ơn", "Nguyen On"),
            ("a@b \"c\" <d> #!😀中", "a.b .c. .d. ...."),
            ("it's (fine)/-?:.,+", "it's (fine)/-?:.,+"),
        ] {
            assert_eq!(transliterated(text), expected, "{text}");
        }
    }

    #[test]
    fn no_character_becomes_another_than_these_nor_more_than_three() {
        for c in '\0'..='\u{1ffff}' {
            let written = transliterated(&c.to_string());
            assert!(written.len() <= 3 && written.chars().all(is_known), "{c:?}: {written}");
        }
    }

    #[test]
    fn no_character_is_in_the_table_twice() {
        let all: Vec<char> = TABLE.iter().flat_map(|(from, _)| from.chars()).collect();
        let once: std::collections::BTreeSet<char> = all.iter().copied().collect();
        assert_eq!(once.len(), all.len());
    }
}
