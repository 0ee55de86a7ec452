//! Identifiers, as assigned by billing and the partner registry (§2).

use crate::text::error;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The longest id, in bytes.
pub const MAX_LEN: usize = 64;

error! {
    /// A text that is not an id. The error does not quote the text, which may be long or hostile.
    IdError =
        "is not an id: 1 to 64 letters A-Z a-z, digits, `.`, `_` or `-`, the first a letter or a digit"
}

fn check(text: &str) -> Result<(), IdError> {
    let mut bytes = text.bytes();
    let starts_well = bytes.next().is_some_and(|b| b.is_ascii_alphanumeric());
    let goes_on_well = bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    (starts_well && goes_on_well && text.len() <= MAX_LEN).then_some(()).ok_or(IdError)
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// Matches `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`, so it can hold no delimiter of a key. Ordered by its bytes.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                check(text)?;
                Ok(Self(text.to_owned()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                check(&text)?;
                Ok(Self(text))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id! {
    /// A company in the partner programme.
    PartnerId
}
id! {
    /// A subscription of one client (or of the partner itself), signed once and renewed yearly.
    ContractId
}
id! {
    /// A client that uses the software.
    CustomerId
}
id! {
    /// A document of billing that adjusts an annuity; unique among those of its kind and annuity.
    DocumentId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_hold_no_delimiter_and_no_look_alike() {
        let longest = "x".repeat(MAX_LEN);
        for good in ["A", "0", "C-1", "a.b_c-d", longest.as_str()] {
            assert_eq!(good.parse::<PartnerId>().map(String::from).as_deref(), Ok(good));
        }
        let too_long = "x".repeat(MAX_LEN + 1);
        for bad in ["", "-a", ".a", "_a", "a#b", "a/b", "a b", "a\0", "a\n", "\u{410}", "é", too_long.as_str()] {
            assert_eq!(bad.parse::<PartnerId>(), Err(IdError), "{bad:?}");
        }
    }
}
