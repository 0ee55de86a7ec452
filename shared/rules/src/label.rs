//! Labels for people (§2): texts that are shown, and decide nothing.

use crate::text::{error, text_type};

/// The longest label, in characters.
pub const MAX_LABEL: usize = 200;

error! {
    /// A text that is not a label. The error does not quote the text, which may be long or hostile.
    LabelError =
        "must be 1 to 200 visible characters, without spaces around them"
}

text_type! {
    /// The name of a client, as billing writes it.
    CustomerName, LabelError, is_label
}
text_type! {
    /// The reason that a person states for what it does (§9).
    StatedReason, LabelError, is_label
}

/// Checks that a text is 1 to [`MAX_LABEL`] visible characters, without spaces around them.
pub fn is_label(text: &str) -> bool {
    let length = text.chars().count();
    text.trim() == text && (1..=MAX_LABEL).contains(&length) && !text.chars().any(is_invisible)
}

/// Finds control, formatting and bidirectional characters, and others that show as nothing (Unicode 16:
/// the categories Cc, Cf, Zl and Zp, and the fillers).
pub fn is_invisible(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
            | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{110bd}' | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_short_and_visible() {
        for good in ["A", "Mairie de Saint-Malo", "Łódź & Søn", "株式会社", &"é".repeat(200)] {
            assert!(is_label(good), "{good}");
        }
        for bad in [
            "",
            " ",
            "\u{a0}",
            " A",
            "A ",
            "A\nB",
            "A\u{200b}",
            "\u{202e}A",
            "A\u{2028}B",
            "\u{3164}",
            "\u{fe0f}",
            "x\u{ffff}",
            &"x".repeat(201),
        ] {
            assert!(!is_label(bad), "{bad:?}");
        }
    }
}
