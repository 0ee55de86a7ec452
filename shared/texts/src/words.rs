//! The words of a notice.

use crate::code::fill;
use crate::languages::table;
use crate::notice::Notice;
use rules::text::Language;
use std::fmt;

impl Notice {
    /// The words in a language.
    pub fn in_language(&self, language: Language) -> String {
        match self {
            Notice::Rules(error) => table(language).error(*error),
            Notice::Code(code) => fill(table(language).code(code), &code.parameters()),
            Notice::Field { field, reason } => format!("{field} {}", reason.in_language(language)),
            Notice::Words(words) => match language {
                Language::En => words.en.clone(),
                Language::Fr => words.fr.clone(),
            },
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::En))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rules::agreement::{AgreementError, AgreementsError};
    use rules::contract::Bound;
    use rules::day::{DayError, MonthError};
    use rules::fact::TermError;
    use rules::id::IdError;
    use rules::label::LabelError;
    use rules::money::{CurrencyError, MoneyError, RateError};
    use rules::programme::Condition;
    use rules::programme::FromSaleError;
    use std::collections::BTreeSet;

    #[test]
    fn every_error_of_the_rules_says_what_is_wrong_in_both_languages() {
        let mut all = BTreeSet::new();
        let mut check = |code: Notice, error: &dyn std::error::Error| {
            assert!(code.in_language(Language::En).ends_with(&error.to_string()), "{code}");
            let french = code.in_language(Language::Fr);
            assert_ne!(french, error.to_string());
            all.insert(french);
        };
        let currency = "EUR".parse().unwrap();
        let (earlier, later) = ("2024-01-01".parse().unwrap(), "2025-01-01".parse().unwrap());
        check(DayError.into(), &DayError);
        check(MonthError.into(), &MonthError);
        check(TermError.into(), &TermError);
        check(IdError.into(), &IdError);
        check(LabelError.into(), &LabelError);
        check(CurrencyError.into(), &CurrencyError);
        check(RateError.into(), &RateError);
        check(FromSaleError.into(), &FromSaleError);
        let too_fine = MoneyError::TooFine { currency, allowed: 2 };
        for error in [MoneyError::Shape, too_fine, MoneyError::Zero, MoneyError::TooLarge] {
            check(error.into(), &error);
        }
        for error in [
            AgreementError::NotOfThisProgramme,
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
        for bound in [Bound::Adjustments, Bound::Claims, Bound::Stated, Bound::Choices] {
            check(bound.into(), &bound);
        }
        assert_eq!(all.len(), 24, "each says something of its own");
        assert!(all.contains("a plus de décimales que EUR n'en a, soit 2"));
    }
}
