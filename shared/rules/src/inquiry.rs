//! Inquiries: what a partner reports as missing or wrong, for a manager to answer. They decide no amount.

use crate::ContractId;
use crate::label::is_invisible;
use crate::text::{error, text_type};
use serde::{Deserialize, Serialize};

/// The longest note, in characters.
pub const MAX_NOTE: usize = 1000;

error! {
    /// A text that is not a note. The error does not quote the text, which may be long or hostile.
    NoteError =
        "must be 1 to 1000 visible characters, without spaces around them; lines may break"
}

text_type! {
    /// A text that a person writes to another: several lines, without formatting.
    Note, NoteError, |text| {
        let length = text.chars().count();
        let is_visible = !text.chars().any(|char| char != '\n' && is_invisible(char));
        text.trim() == text && (1..=MAX_NOTE).contains(&length) && is_visible
    }
}

/// The subject of an inquiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Concern {
    /// A sale that the partner signed is not in the ledger.
    MissingSale,
    /// A contract or an amount is wrong.
    Error,
}

impl Concern {
    /// Every concern.
    pub const ALL: [Concern; 2] = [Concern::MissingSale, Concern::Error];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Concern::MissingSale => "missing-sale",
            Concern::Error => "error",
        }
    }
}

/// A partner's report of a missing sale or an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inquiry {
    /// Its subject.
    pub concern: Concern,
    /// The contract as the partner names it; it need not exist.
    pub contract_id: Option<ContractId>,
    /// The partner's words.
    pub text: Note,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_has_visible_lines() {
        for good in ["A", "Mairie de Vias,\nsignée le 3 mars.", &"é".repeat(1000)] {
            assert!(good.parse::<Note>().is_ok(), "{good}");
        }
        for bad in ["", " ", "A ", "\nA", "A\rB", "A\tB", "A\u{200b}", "\u{202e}A", &"x".repeat(1001)] {
            assert_eq!(bad.parse::<Note>(), Err(NoteError), "{bad:?}");
        }
    }
}
