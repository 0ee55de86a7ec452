//! Search: texts that hold every word of a query, whatever the accents, the case and the order of the words.

use unicode_normalization::char::decompose_canonical;

/// The words that are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    words: Vec<String>,
}

impl Search {
    /// The words of a query. A query without words finds everything.
    pub fn of(query: &str) -> Search {
        Search { words: folded(query).split_whitespace().map(str::to_owned).collect() }
    }

    /// Whether everything is found.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether each word is part of one of the texts.
    pub fn finds<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> bool {
        if self.is_empty() {
            return true;
        }
        let texts: Vec<String> = texts.into_iter().map(folded).collect();
        self.words.iter().all(|word| texts.iter().any(|text| text.contains(word)))
    }
}

/// A text without accents, in lower case.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for char in text.chars() {
        // Not the whole normalization, whose tables of compatible characters the programs would carry.
        decompose_canonical(char, |part| fold(part, &mut folded));
    }
    folded
}

fn fold(char: char, folded: &mut String) {
    if is_accent(char) {
        return;
    }
    for char in char.to_lowercase() {
        match unjoined(char) {
            Some(letters) => folded.push_str(letters),
            None => folded.push(char),
        }
    }
}

/// Accents, as they follow a letter in decomposed text (combining diacritical marks).
fn is_accent(char: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&char)
}

/// Latin letters that Unicode does not decompose, and apostrophes, as people type them.
fn unjoined(char: char) -> Option<&'static str> {
    Some(match char {
        'œ' => "oe",
        'æ' => "ae",
        'ß' => "ss",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ı' => "i",
        '\u{2019}' | '\u{2bc}' => "'",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whatever_their_accents_case_and_order() {
        let finds = |query: &str, texts: &[&str]| Search::of(query).finds(texts.iter().copied());
        let partner =
            ["P-0042", "Communauté de communes de l’Œuvre-Saint-Jérôme", "Anne-Søphie ŁUKASZ anne@exemple.fr"];
        for query in [
            "",
            " ",
            "communaute",
            "COMMUNAUTÉ",
            "jerome communaute",
            "communaute\u{301}",
            "l'oeuvre",
            "œuvre",
            "0042",
            "p-0042 lukasz",
            "sophie",
            "anne@exemple",
            "muna",
        ] {
            assert!(finds(query, &partner), "{query}");
        }
        for query in ["jeromes", "communaute paris", "0043", "anne@exemple.com", "saintjerome"] {
            assert!(!finds(query, &partner), "{query}");
        }
        // Each word within one text: none is put together from two.
        assert!(!finds("ab", &["a", "b"]));
        assert!(finds("a b", &["a", "b"]) && finds("straße", &["STRASSE"]));
    }
}
