//! The wording of the vendor's programme, in both languages.

use serde::{Deserialize, Serialize};

/// The language of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// French.
    Fr,
    /// English.
    En,
}

/// One text in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Text {
    /// French, the vendor's own wording where the page has one.
    pub fr: &'static str,
    /// English.
    pub en: &'static str,
}

impl Text {
    /// The text in one language.
    pub fn in_language(self, language: Language) -> &'static str {
        match language {
            Language::Fr => self.fr,
            Language::En => self.en,
        }
    }
}

/// Declares an error with a fixed message, worded to follow the name of a field. `texts` has it in French.
macro_rules! error {
    ($(#[$doc:meta])* $name:ident = $message:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        #[error($message)]
        pub struct $name;
    };
}
pub(crate) use error;

/// A text from its French and its English form.
pub(crate) const fn text(fr: &'static str, en: &'static str) -> Text {
    Text { fr, en }
}
