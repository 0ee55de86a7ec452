//! The file of a partner: its contacts and a note, for whoever runs the programme. The partner never sees it.

use crate::inquiry::Note;
use crate::label::{LabelError, is_label};
use crate::text::{error, text_type};
use serde::{Deserialize, Serialize};

/// The most contacts of a partner.
pub const MAX_CONTACTS: usize = 20;
/// The longest e-mail address, in characters (RFC 5321).
pub const MAX_EMAIL: usize = 254;
/// The longest telephone number, in characters.
pub const MAX_TELEPHONE: usize = 40;

error! {
    /// A text that is not an e-mail address. The error does not quote it.
    EmailError =
        "must be an e-mail address of at most 254 characters, such as anne@example.org"
}
error! {
    /// A text that is not a telephone number. The error does not quote it.
    TelephoneError =
        "must be a telephone number of at most 40 digits, spaces, and the signs + ( ) . - / #"
}

text_type! {
    /// The name of a contact, or its function at the partner.
    ContactLabel, LabelError, is_label
}
text_type! {
    /// An e-mail address. Whether it exists shows only when somebody writes to it.
    Email, EmailError, |text| {
        let is_visible = text.chars().all(|char| !char.is_whitespace() && !crate::label::is_invisible(char));
        let parts = text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'));
        parts && is_visible && !text.starts_with('.') && !text.ends_with('.') && text.chars().count() <= MAX_EMAIL
    }
}
text_type! {
    /// A telephone number as people write it.
    Telephone, TelephoneError, |text| {
        let is_written = text.chars().all(|char| char.is_ascii_digit() || " +().-/#".contains(char));
        is_written && text.trim() == text && text.len() <= MAX_TELEPHONE && text.bytes().any(|byte| byte.is_ascii_digit())
    }
}

/// A person to write to or to call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The person's name.
    #[serde(rename = "nm")]
    pub name: ContactLabel,
    /// The person's function at the partner.
    #[serde(rename = "fu", default, skip_serializing_if = "Option::is_none")]
    pub function: Option<ContactLabel>,
    /// The person's e-mail address.
    #[serde(rename = "em", default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// The person's telephone number.
    #[serde(rename = "te", default, skip_serializing_if = "Option::is_none")]
    pub telephone: Option<Telephone>,
}

/// The file of a partner.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartnerFile {
    /// At most [`MAX_CONTACTS`].
    pub contacts: Vec<Contact>,
    /// A note for whoever runs the programme.
    pub note: Option<Note>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_numbers_are_as_people_write_them() {
        for good in
            ["anne@example.org", "a.b+c@sub.example.co.uk", "jérôme@exämple.fr", &format!("{}@b.c", "a".repeat(250))]
        {
            assert!(good.parse::<Email>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "anne",
            "anne@",
            "@example.org",
            "anne@example",
            "a@b@c.d",
            "a b@c.d",
            "a@b.c.",
            "a\u{200b}@b.c",
            &format!("{}@b.c", "a".repeat(251)),
        ] {
            assert_eq!(bad.parse::<Email>(), Err(EmailError), "{bad}");
        }
        for good in ["+33 (0)1 23 45 67 89", "112", "01.23.45.67.89", &"1".repeat(40)] {
            assert!(good.parse::<Telephone>().is_ok(), "{good}");
        }
        for bad in ["", "+", " 1", "1 ", "one", "1;2", &"1".repeat(41)] {
            assert_eq!(bad.parse::<Telephone>(), Err(TelephoneError), "{bad}");
        }
    }
}
