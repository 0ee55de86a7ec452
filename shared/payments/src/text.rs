//! Texts that a recorder gives to a payment, checked once.

use rules::label::{LabelError, is_invisible, is_label};

/// The longest id of a payment, in characters.
pub const MAX_ID: usize = 64;

/// A text that is not the id of a payment. The error does not quote the text, which may be long or hostile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not the id of a payment: 1 to 64 visible characters, without spaces around them")]
pub struct PaymentIdError;

/// Declares a text that is checked once, when it is read.
macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $error:ident, $is_good:path) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $error;
            fn from_str(text: &str) -> Result<Self, $error> {
                $is_good(text).then(|| $name(text.to_owned())).ok_or($error)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_type! {
    /// The id that its recorder gives to a payment: 1 to [`MAX_ID`] visible characters. It is one payment of its partner for
    /// ever.
    PaymentId, PaymentIdError, is_id
}

text_type! {
    /// The reference of a payment, as the bank or the recorder writes it: 1 to 200 visible characters.
    Reference, LabelError, is_label
}

fn is_id(text: &str) -> bool {
    text.trim() == text && (1..=MAX_ID).contains(&text.chars().count()) && !text.chars().any(is_invisible)
}
