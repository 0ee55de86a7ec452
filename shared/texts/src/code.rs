//! Codes with parameters.

/// Declares an enum of codes, whose parameters are known by name.
macro_rules! codes {
    ($(#[$doc:meta])* $visibility:vis $name:ident {
        $($(#[$note:meta])* $variant:ident $({ $($parameter:ident: $type:ty),* })?,)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        $visibility enum $name {
            $($(#[$note])* $variant $({ $($parameter: $type),* })?,)*
        }

        impl $name {
            /// The parameters by name.
            pub(crate) fn parameters(&self) -> Vec<(&'static str, String)> {
                match self {
                    $($name::$variant $({ $($parameter),* })? =>
                        vec![$($((stringify!($parameter), $parameter.to_string())),*)?],)*
                }
            }
        }

        #[cfg(test)]
        impl $crate::code::Each for $name {
            fn each() -> Vec<$name> {
                vec![$($name::$variant $({ $($parameter: $crate::code::some::<$type>()),* })?,)*]
            }
        }
    };
}
pub(crate) use codes;

/// A text with its parameters, which are in braces, filled in.
pub(crate) fn fill(text: &str, parameters: &[(&str, String)]) -> String {
    let mut filled = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        filled.push_str(before);
        filled.extend(parameters.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str()));
        rest = behind;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
pub(crate) trait Each: Sized {
    /// One of each code.
    fn each() -> Vec<Self>;
}

/// Any value of a parameter's type.
#[cfg(test)]
pub(crate) fn some<T: Some>() -> T {
    T::some()
}

#[cfg(test)]
pub(crate) trait Some {
    fn some() -> Self;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::table;
    use crate::notice::Code;
    use crate::sentence::Sentence;
    use crate::table::Table;
    use rules::text::Language;
    use std::collections::BTreeSet;

    macro_rules! some {
        ($($type:ty = $value:expr;)*) => {
            $(impl Some for $type {
                fn some() -> $type {
                    $value
                }
            })*
        };
    }

    some! {
        String = "text".to_owned();
        &'static str = "text";
        u8 = 2;
        u64 = 64;
        usize = 100;
        rules::PartnerId = "P-1".parse().unwrap();
        rules::ContractId = "C-1".parse().unwrap();
        rules::AgreementId = "2024-01-01".parse().unwrap();
    }

    fn names_in(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).map(|part| part.split_once('}').unwrap().0).collect()
    }

    /// The parameters of a code, by name.
    fn check<T: std::fmt::Debug>(
        code: &T,
        parameters: &[(&'static str, String)],
        text: impl Fn(&dyn Table) -> &'static str,
    ) {
        let names: BTreeSet<&str> = parameters.iter().map(|(name, _)| *name).collect();
        for language in [Language::Fr, Language::En] {
            let text = text(table(language));
            assert_eq!(names_in(text), names, "{code:?}: {text}");
            assert!(!fill(text, parameters).contains(['{', '}']) && !text.is_empty(), "{code:?}: {text}");
        }
    }

    #[test]
    fn each_language_says_every_code_with_all_its_parameters() {
        for code in Code::each() {
            check(&code, &code.parameters(), |table| table.code(&code));
        }
        for sentence in Sentence::each() {
            check(&sentence, &sentence.parameters(), |table| table.sentence(&sentence));
        }
    }

    #[test]
    fn a_text_is_filled_by_name() {
        let parameters = [("a", "1".to_owned()), ("b", "2".to_owned())];
        assert_eq!(fill("{b} of {a}, {b}!", &parameters), "2 of 1, 2!");
        assert_eq!(fill("nothing", &parameters), "nothing");
        assert_eq!(fill("{a}", &[("a", "{b}".to_owned()), ("b", "2".to_owned())]), "{b}", "values are not filled");
    }
}
