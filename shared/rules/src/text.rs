//! Texts in both languages.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

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

/// An error message in both languages, often composed to name a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// French.
    pub fr: Cow<'static, str>,
    /// English.
    pub en: Cow<'static, str>,
}

impl Words {
    /// A message from its French and its English text.
    pub fn new(fr: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Words {
        Words { fr: fr.into(), en: en.into() }
    }

    /// The text in one language.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Fr => &self.fr,
            Language::En => &self.en,
        }
    }
}

/// Declares an error with a fixed message: English as an error, both languages as [`Words`].
macro_rules! error {
    ($(#[$doc:meta])* $name:ident { fr: $fr:literal, en: $en:literal }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        #[error($en)]
        pub struct $name;

        impl From<$name> for $crate::text::Words {
            fn from(_: $name) -> Self {
                Self::new($fr, $en)
            }
        }
    };
}
pub(crate) use error;

/// A text from its French and its English form.
pub(crate) const fn text(fr: &'static str, en: &'static str) -> Text {
    Text { fr, en }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::{AgreementError, AgreementsError};
    use crate::contract::Bound;
    use crate::day::{DayError, MonthError};
    use crate::fact::TermError;
    use crate::id::IdError;
    use crate::money::{CurrencyError, MoneyError, RateError};
    use crate::programme::{Condition, FromSaleError};
    use std::collections::BTreeSet;

    #[test]
    fn every_error_says_what_is_wrong_in_both_languages() {
        let mut all = BTreeSet::new();
        let mut check = |said: Words, error: &dyn std::error::Error| {
            assert_eq!(said.in_language(Language::En), error.to_string());
            assert_ne!(said.in_language(Language::Fr), error.to_string());
            all.insert(said.fr);
        };
        let currency = "EUR".parse().unwrap();
        let (earlier, later) = ("2024-01-01".parse().unwrap(), "2025-01-01".parse().unwrap());
        check(DayError.into(), &DayError);
        check(MonthError.into(), &MonthError);
        check(TermError.into(), &TermError);
        check(IdError.into(), &IdError);
        check(CurrencyError.into(), &CurrencyError);
        check(RateError.into(), &RateError);
        check(FromSaleError.into(), &FromSaleError);
        let too_fine = MoneyError::TooFine { currency, allowed: 2 };
        for error in [MoneyError::Shape, too_fine, MoneyError::Zero, MoneyError::TooLarge] {
            check(error.into(), &error);
        }
        for error in [
            AgreementError::EndsBeforeItStarts,
            AgreementError::NotQualified,
            AgreementError::NoSupportStructure,
            AgreementError::NoEntryFee,
            AgreementError::NotOfThisModel(Condition::EntryFee),
        ] {
            check(error.into(), &error);
        }
        for error in [AgreementsError::Overlap { earlier, later }, AgreementsError::TooMany] {
            check(error.into(), &error);
        }
        for bound in [Bound::Adjustments, Bound::Claims, Bound::Choices] {
            check(bound.into(), &bound);
        }
        assert_eq!(all.len(), 21, "each says something of its own");
        assert!(all.contains("a plus de décimales que EUR n'en a, soit 2"));
    }
}
